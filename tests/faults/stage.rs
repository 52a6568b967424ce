//! A library on which a story is played, and the check that nothing of it was lost.

mod applications;
mod proposals;

use crate::backups::{back_up, restore};
use crate::registry::{ACCOUNTING, House, OPERATOR, secret};
use crate::story::{Act, REVIEW};
use jiff::{Timestamp, ToSpan};
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::check::mod_37_36;
use kanhe_core::code::{CertificateId, RegionCode};
use kanhe_core::envelope::{Document, DocumentType, sign_to_cose};
use kanhe_core::event::Grounds;
use kanhe_core::key::{PublicKeyLine, SigningKey};
use kanhe_core::manifest::Manifest;
use kanhe_core::status::State;
use kanhe_issuer::audit::judge;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::{Entered, Entry, Grant, Origin, Registrar, RegistrarError, Replacement, Signed, effective_on};
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::hash::TreeHead;
use kanhe_log::note::NoteSigner;
use kanhe_log::proof::verify_consistency;
use kanhe_store::{Drawer, Library, Settings, SignedManifest, StoreError};
use kanhe_tests::Office;
use kanhe_tests::world::{day, moment, test_key};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};
use std::thread;

const ISSUED: &str = "2026-03-01";
const ORIGIN: &str = "gd.example.cn/log";

/// Rows of a batch, few enough that a bulk has several.
const BATCH: usize = 4;

/// Clerks who work at the same time.
const CLERKS: usize = 8;

/// Read once for all rows of the table: most of what a sitting takes is the reading of types.
static HOUSE: LazyLock<House> = LazyLock::new(|| House::reviewing(ACCOUNTING, REVIEW));

/// What was answered, in the order of the answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The certificate stands in the library.
    Stands(String),
    /// The log had this head when something was answered.
    Head(TreeHead),
}

impl Answer {
    /// The certificate that it is about.
    pub fn identifier(&self) -> Option<&str> {
        match self {
            Self::Stands(identifier) => Some(identifier),
            Self::Head(_) => None,
        }
    }
}

/// A library in a folder, and the registry that works with it.
pub struct Stage {
    folder: PathBuf,
    house: &'static House,
    library: Option<Library>,
    salts: AtomicU64,
}

impl Stage {
    /// The stage in a folder, with the library if it was founded. Every sitting draws other salts.
    pub fn set(folder: &Path, sitting: u64) -> Self {
        let library = match Library::open(&folder.join("db"), &secret(), Settings::default()) {
            Ok(library) => Some(library),
            Err(StoreError::NoLibrary { .. }) => None,
            Err(error) => panic!("a library that was founded does not open: {error}"),
        };
        Self { folder: folder.to_owned(), house: &HOUSE, library, salts: AtomicU64::new(sitting << 32) }
    }

    pub fn library(&self) -> &Library {
        self.library.as_ref().expect("the library was founded")
    }

    pub fn is_founded(&self) -> bool {
        self.library.is_some()
    }

    /// Plays one act, and says what was answered; or the code of the failure.
    pub fn play(&mut self, number: usize, act: &Act, answer: &(dyn Fn(Answer) + Sync)) -> Result<(), &'static str> {
        let now = moment("2026-03-02T00:00:00Z").checked_add(i64::try_from(number).unwrap().hours()).unwrap();
        match act {
            Act::Found => self.found().map_err(|error| error.code())?,
            Act::TakeUp => self.take_up(now).map_err(|error| error.code())?,
            Act::Issue { kind, person } => self.enter(&[self.sign(kind, *person)], answer)?,
            Act::Bulk(people) => {
                let signed: Vec<_> = people.clone().map(|person| self.sign(OPERATOR, person)).collect();
                signed.chunks(BATCH).try_for_each(|batch| self.enter(batch, answer))?;
            }
            Act::Together(people) => self.together(people.clone(), answer)?,
            Act::Replace { person, version, how } => {
                let entered = self.replace(*person, *version, *how, now).map_err(|error| error.code())?;
                self.answer_with(entered, answer);
            }
            Act::Change { person, version, change, becomes } => {
                self.change(&self.identifier(*person, *version), *change, *becomes, now).map_err(|error| error.code())?;
            }
            Act::Apply { person } => drop(self.apply(*person, now).map_err(|error| error.code())?),
            Act::Review { person } => self.review(*person, now).map_err(|error| error.code())?,
            Act::Approve { person } => self.approve(*person, now, answer).map_err(|error| error.code())?,
            Act::Close { person, closing, becomes } => {
                self.close(*person, *closing, *becomes, now).map_err(|error| error.code())?;
            }
            Act::Propose(matter) => self.propose(matter, now).map_err(|error| error.code())?,
            Act::Agree(matter) => self.agree(matter, now).map_err(|error| error.code())?,
            Act::TransferIn { person } => {
                let entered = self.take_over(*person, now).map_err(|error| error.code())?;
                self.answer_with(entered, answer);
            }
            Act::Alias { person } => {
                let alias = self.registrar().alias(&self.identifier(*person, 0), "gd", &format!("old-{person}"), &self.entry(now, now));
                alias.map_err(|error| error.code())?;
            }
            Act::Publish => self.publish().map_err(|error| error.code())?,
            Act::SignPages => self.sign_pages().map_err(|error| error.code())?,
            Act::BackUp => drop(back_up(self.library(), &self.folder.join("backups")).map_err(|error| error.code())?),
            Act::Restore => self.restore(number).map_err(|error| error.code())?,
        }
        answer(Answer::Head(self.library().head().unwrap()));
        Ok(())
    }

    /// Looks into every corner: the house stands, and all that was answered is there.
    pub fn stands(&self, answers: &[Answer]) {
        let library = self.library();
        assert_eq!(library.check(|whole| judge(whole, self.house.manifest()), |_, _| {}).unwrap(), []);
        let now = library.head().unwrap();
        for answer in answers {
            match answer {
                Answer::Stands(identifier) => {
                    let identifier = CertificateId::parse(identifier).unwrap();
                    assert!(library.find(&identifier).unwrap().is_some(), "{identifier} was answered, and is lost");
                }
                Answer::Head(head) if head.size == 0 => {}
                Answer::Head(head) => {
                    assert!(head.size <= now.size, "the log had {} events when something was answered, and has {}", head.size, now.size);
                    verify_consistency(head, &now, &library.prove_growth(head.size, now.size).unwrap()).unwrap();
                }
            }
        }
        if let Some(note) = library.checkpoint().unwrap() {
            let key = PublicKeyLine::new(ORIGIN, log_key().verifying_key()).unwrap();
            let head = *Checkpoint::open(&note, &key).unwrap().head();
            verify_consistency(&head, &now, &library.prove_growth(head.size, now.size).unwrap()).unwrap();
        }
    }

    /// A backup of today brings back what stands today.
    pub fn comes_back(&self) {
        let (backups, into) = (self.folder.join("backups"), self.folder.join("again"));
        back_up(self.library(), &backups).unwrap();
        restore(&backups, None, &into.join("db")).unwrap();
        let again = Self::set(&into, 0);
        assert_eq!(again.library().head().unwrap(), self.library().head().unwrap());
        again.stands(&[]);
    }

    /// Asks for certificates once more: nothing is issued a second time.
    pub fn was_issued_once(&self, act: &Act) {
        let people = match act {
            Act::Bulk(people) | Act::Together(people) => people.clone(),
            Act::Issue { kind: OPERATOR, person } => *person..person + 1,
            _ => return,
        };
        let signed: Vec<_> = people.map(|person| self.sign(OPERATOR, person)).collect();
        let again = self.registrar().enter(&signed).unwrap();
        assert!(again.iter().all(|entered| matches!(entered, Ok(Entered::Before(_)))), "{act:?} was issued again");
    }

    fn registrar(&self) -> Registrar<'_> {
        Registrar::new(self.library())
    }

    fn found(&mut self) -> Result<(), StoreError> {
        let (path, region) = (self.folder.join("db"), RegionCode::parse("440000").unwrap());
        match Library::create(&path, region, ORIGIN, &secret(), Settings::default()) {
            Ok(()) | Err(StoreError::Exists { .. }) => {}
            Err(error) => return Err(error),
        }
        if self.library.is_none() {
            self.library = Some(Library::open(&path, &secret(), Settings::default())?);
        }
        Ok(())
    }

    fn take_up(&self, now: Timestamp) -> Result<(), RegistrarError> {
        let envelope = by_root(Manifest::TYPE, &self.house.manifest().encode());
        let manifest = SignedManifest { envelope, root: root_key().verifying_key() };
        self.registrar().take_up(&manifest, &self.entry(now, now)).map(drop)
    }

    fn enter(&self, signed: &[Signed], answer: &(dyn Fn(Answer) + Sync)) -> Result<(), &'static str> {
        let entered = self.registrar().enter(signed).map_err(|error| error.code())?;
        for (signed, entered) in signed.iter().zip(entered) {
            entered.map_err(|error| error.code())?;
            answer(Answer::Stands(signed.issued().certificate().identifier.to_string()));
        }
        Ok(())
    }

    /// Every clerk issues to their own people, and waits for each answer; if one is told of a failure, all come to an end.
    fn together(&self, people: std::ops::Range<usize>, answer: &(dyn Fn(Answer) + Sync)) -> Result<(), &'static str> {
        let failed = Mutex::new(None);
        thread::scope(|scope| {
            for clerk in 0..CLERKS.min(people.len()) {
                let (people, failed) = (people.clone().skip(clerk).step_by(CLERKS), &failed);
                scope.spawn(move || {
                    for person in people {
                        if let Err(code) = self.enter(&[self.sign(OPERATOR, person)], answer) {
                            *failed.lock().unwrap() = Some(code);
                            return;
                        }
                        answer(Answer::Head(self.library().head().unwrap()));
                    }
                });
            }
        });
        failed.into_inner().unwrap().map_or(Ok(()), Err)
    }

    fn replace(&self, person: usize, version: usize, how: Replacement, now: Timestamp) -> Result<Entered, RegistrarError> {
        let request = format!("R-{person}-{}", version + 1);
        let draft = self.house.draft(OPERATOR, person, &request, &day_in_china(now).to_string());
        let grant = self.grant(now, now);
        self.registrar().replace(&self.house.desk(OPERATOR), &self.identifier(person, version), how, draft, grant)
    }

    /// It was not answered, and had happened: the clerk reads in the refusal that it is what they asked for.
    fn change(&self, identifier: &CertificateId, change: Change, becomes: State, now: Timestamp) -> Result<(), RegistrarError> {
        let to = (change == Change::TransferOut).then(zhejiang);
        let changed = self.registrar().change(identifier, change, &self.entry(now, now), to.as_ref());
        let stands = || self.library().card(self.library().find(identifier).unwrap().unwrap()).unwrap().state == becomes;
        match changed {
            Err(RegistrarError::Lifecycle(_)) if stands() => {}
            other => assert_eq!(other?.state, becomes),
        }
        Ok(())
    }

    fn by(&self, actor: &str, now: Timestamp) -> Entry {
        Entry { grounds: Grounds::new("《行政许可法》第三十四条", "材料齐全", actor).unwrap(), ..self.entry(now, now) }
    }

    fn answer_with(&self, entered: Entered, answer: &(dyn Fn(Answer) + Sync)) {
        answer(Answer::Stands(self.library().card(entered.shelfmark()).unwrap().identifier.to_string()));
    }

    /// A person's certificate in Zhejiang.
    fn origin(&self, person: usize) -> Result<Origin, RegistrarError> {
        let body = format!("11100000000013338W032.11330000002473039X.2023{person:07}.001");
        let check = mod_37_36(&body.replace('.', "")).unwrap();
        let there = CertificateId::parse_foreign(&format!("1.2.156.3005.2.{body}.{check}")).unwrap();
        Origin::new(self.library(), zhejiang(), there, None)
    }

    fn take_over(&self, person: usize, now: Timestamp) -> Result<Entered, RegistrarError> {
        let origin = self.origin(person)?;
        let draft = self.house.draft(OPERATOR, person, &format!("T-{person}"), &day_in_china(now).to_string());
        self.registrar().take_over(&self.house.desk(OPERATOR), &origin, draft, self.grant(now, now))
    }

    fn publish(&self) -> Result<(), StoreError> {
        let key = log_key();
        let signer = NoteSigner::new(ORIGIN, &key).unwrap();
        let note = Checkpoint::new(ORIGIN, self.library().head()?, &[]).unwrap().sign(&signer).unwrap();
        self.library().commit(|pen| -> Result<(), StoreError> {
            pen.put_checkpoint(&note);
            Ok(())
        })
    }

    fn sign_pages(&self) -> Result<(), StoreError> {
        let agency = Office::Guangzhou.code();
        for (number, page) in self.library().pages(&agency)? {
            assert!(!self.library().states(&agency, number)?.is_empty());
            let key = [agency.as_str().as_bytes(), &number.to_be_bytes()].concat();
            self.library().commit(|pen| pen.put_office(Drawer::Lists, &key, &page.changes.to_be_bytes()))?;
        }
        Ok(())
    }

    fn restore(&self, number: usize) -> Result<(), StoreError> {
        let into = self.folder.join(format!("restored-{number}"));
        match restore(&self.folder.join("backups"), None, &into.join("db")) {
            // It is restored all the same, and told: the story hears of its fault.
            Ok(restored) if restored.number.is_none() => return Err(StoreError::Database { detail: "not written down".to_owned() }),
            Ok(_) | Err(StoreError::Exists { .. }) => {}
            Err(error) => return Err(error),
        }
        let restored = Self::set(&into, 0);
        restored.stands(&[]);
        let (then, now) = (restored.library().head()?, self.library().head()?);
        verify_consistency(&then, &now, &self.library().prove_growth(then.size, now.size)?).unwrap();
        Ok(())
    }

    /// What a person's certificate of a version is called: it hangs on the request alone.
    fn identifier(&self, person: usize, version: usize) -> CertificateId {
        let draft = self.house.draft(OPERATOR, person, &format!("R-{person}"), ISSUED);
        let first = self.house.desk(OPERATOR).identifier(&draft).unwrap();
        (0..version).fold(first, |identifier, _| identifier.next_version().unwrap())
    }

    fn sign(&self, kind: &str, person: usize) -> Signed {
        let now = moment("2026-03-01T04:00:00Z");
        let draft = self.house.draft(kind, person, &format!("R-{person}"), ISSUED);
        let grant = self.grant(effective_on(day(ISSUED), now), now);
        self.registrar().sign(&self.house.desk(kind), draft, grant).unwrap()
    }

    fn grant(&self, effective: Timestamp, now: Timestamp) -> Grant {
        Grant { entry: self.entry(effective, now), salt: self.salt() }
    }

    fn entry(&self, effective: Timestamp, now: Timestamp) -> Entry {
        let grounds = Grounds::new("《行政许可法》第三十八条", "符合法定条件", "officer-7").unwrap();
        Entry { grounds, effective, now, salt: self.salt() }
    }

    fn salt(&self) -> [u8; 16] {
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&self.salts.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        salt
    }
}

fn zhejiang() -> RegionCode {
    RegionCode::parse("330000").unwrap()
}

/// What the region says, under its root key.
fn by_root(document: DocumentType, payload: &[u8]) -> Vec<u8> {
    sign_to_cose(document, payload, &root_key())
}

fn root_key() -> SigningKey {
    test_key("registry root")
}

fn log_key() -> SigningKey {
    test_key("registry log")
}
