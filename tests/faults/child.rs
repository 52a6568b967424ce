//! The child: this very test program, started again to play a story until its fault, and telling a file what was answered.

use crate::stage::{Answer, Stage};
use crate::story::{Act, Story};
use kanhe_log::hash::{Hash, TreeHead};
use kanhe_store::StoreError;
use kanhe_store::faults::{self, Fault};
use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The file in which a child tells what was answered.
const TOLD: &str = "told";

/// How a line of it ends that is whole.
const END: &str = " .";

/// How a child ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A write fails, and the child looks about before it ends.
    Fails,
    /// A write fails for whom it was made, and stands.
    FailsYetStands,
    /// It is killed before a write.
    KilledBefore,
    /// It is killed after a write, before it could answer.
    KilledAfter,
    /// The same, and the machine with it: of the write only a part is on the disk.
    Torn,
}

impl Ending {
    pub const ALL: [Self; 5] = [Self::Fails, Self::FailsYetStands, Self::KilledBefore, Self::KilledAfter, Self::Torn];

    const fn fault(self) -> Fault {
        match self {
            Self::Fails => Fault::Fails,
            Self::FailsYetStands => Fault::FailsYetStands,
            Self::KilledBefore => Fault::KilledBefore,
            Self::KilledAfter | Self::Torn => Fault::KilledAfter,
        }
    }

    const fn kills(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter | Self::Torn)
    }
}

/// A row of the table: which story, after how many writes, and what then.
#[derive(Clone, Debug)]
pub struct Play {
    pub story: Story,
    pub after: u64,
    pub ending: Ending,
}

/// What a child has told before it ended.
pub struct Told {
    /// Acts that were answered.
    pub done: usize,
    pub answers: Vec<Answer>,
}

/// What stands in the file of a folder.
pub fn told(folder: &Path) -> Told {
    let mut told = Told { done: 0, answers: Vec::new() };
    // A kill may cut a write where a page of the file ends: what has no end is no answer.
    for line in fs::read_to_string(folder.join(TOLD)).unwrap_or_default().lines().filter_map(|line| line.strip_suffix(END)) {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["done", number] => told.done = told.done.max(number.parse::<usize>().unwrap() + 1),
            ["stands", identifier] => told.answers.push(Answer::Stands(identifier.to_owned())),
            ["head", size, root] => {
                told.answers.push(Answer::Head(TreeHead { size: size.parse().unwrap(), root: Hash::parse(root).unwrap() }));
            }
            _ => panic!("{line}"),
        }
    }
    told
}

/// Another process of this program.
pub struct Child(std::process::Child);

impl Child {
    /// Plays a story to its fault; whether that was met.
    pub fn play(folder: &Path, play: &Play) -> bool {
        let kind = Ending::ALL.iter().position(|ending| *ending == play.ending).unwrap();
        let output =
            itself(folder, &play.story.words(), &[play.after.to_string(), kind.to_string()]).stderr(Stdio::piped()).output().unwrap();
        let met = !fs::exists(folder.join("end")).unwrap();
        assert_eq!(output.status.success(), !(met && play.ending.kills()), "{play:?}: {}", String::from_utf8_lossy(&output.stderr));
        met
    }

    /// Lets clerks work until they are killed.
    pub fn start_clerks(folder: &Path, sitting: u64, people: Range<usize>) -> Self {
        let numbers = [sitting, people.start as u64, people.end as u64].map(|number| number.to_string());
        Self(itself(folder, "clerks", &numbers).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Waits until something is so; whether it came to be before the child had ended.
    pub fn waits_for(&mut self, so: impl Fn() -> bool) -> bool {
        for _ in 0..10_000 {
            if so() {
                return true;
            }
            if self.0.try_wait().unwrap().is_some() {
                return so();
            }
            sleep(Duration::from_millis(3));
        }
        panic!("nothing came of a sitting for half a minute")
    }

    /// Kills it; whether it was still at work.
    pub fn kill(&mut self) -> bool {
        self.0.kill().unwrap();
        !self.0.wait().unwrap().success()
    }
}

fn itself(folder: &Path, story: &str, numbers: &[String]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["child::the_child_plays", "--exact", "--ignored", "--nocapture"]).stdout(Stdio::null());
    command.env("KANHE_CHILD", folder).env("KANHE_CHILD_STORY", story).env("KANHE_CHILD_NUMBERS", numbers.join(" "));
    command
}

#[test]
#[ignore = "a row of the table starts it"]
fn the_child_plays() {
    let Some(folder) = env::var_os("KANHE_CHILD") else { return };
    let folder = Path::new(&folder);
    let (story, numbers) = (env::var("KANHE_CHILD_STORY").unwrap(), env::var("KANHE_CHILD_NUMBERS").unwrap());
    let numbers: Vec<u64> = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
    if story == "clerks" {
        let acts = [Act::Found, Act::TakeUp, Act::Together(numbers[1] as usize..numbers[2] as usize)];
        let ended = plays(&mut Stage::set(folder, numbers[0]), &acts, folder, &|error| panic!("{error}"));
        assert!(ended.is_continue());
        return;
    }
    let play = Play { story: Story::parse(&story).unwrap(), after: numbers[0], ending: Ending::ALL[numbers[1] as usize] };
    let mut stage = Stage::set(folder, 1);
    faults::arm(play.after, play.ending.fault());
    if plays(&mut stage, &play.story.acts(), folder, &|code| assert!(matches!(code, "store_database" | "store_broken"), "{code}"))
        .is_continue()
    {
        File::create(folder.join("end")).unwrap();
    }
}

/// Plays until something fails, and then looks about: a library of which a write has failed is read and not written.
fn plays(stage: &mut Stage, acts: &[Act], folder: &Path, failed: &dyn Fn(&str)) -> ControlFlow<()> {
    let file = File::options().create(true).append(true).open(folder.join(TOLD)).unwrap();
    // One write for one line, and the first on a line of its own: the sitting before may have been killed within one.
    (&file).write_all(b"\n").unwrap();
    let say = |line: String| (&file).write_all(format!("{line}{END}\n").as_bytes()).unwrap();
    let answer = |answer| match answer {
        Answer::Stands(identifier) => say(format!("stands {identifier}")),
        Answer::Head(head) => say(format!("head {} {}", head.size, head.root)),
    };
    for (number, act) in acts.iter().enumerate() {
        if let Err(code) = stage.play(number, act, &answer) {
            failed(code);
            if stage.is_founded() {
                let again = stage.library().commit(|_| Ok::<_, StoreError>(()));
                assert_eq!(again.err().map(|error| error.code()), act.commits().then_some("store_broken"), "{act:?}");
                assert!(stage.library().head().is_ok());
                if number > 1 {
                    stage.stands(&told(folder).answers);
                }
            }
            return ControlFlow::Break(());
        }
        say(format!("done {number}"));
    }
    ControlFlow::Continue(())
}
