//! The command line explains itself, and what is wrong with the words it gets, in the reader's language.

use crate::archive::Archive;
use crate::program::{Kanhe, Run, kanhe, word};

const PAGES: [&[&str]; 7] = [
    &["--help"],
    &["-h"],
    &["help"],
    &["issue", "--help"],
    &["help", "transfer", "in"],
    &["type", "check", "-h"],
    &["application", "list", "--help"],
];

fn is_chinese(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

/// The lines of a help page that tell of commands and arguments are indented; they begin with what is typed.
fn typed(page: &Run) -> Vec<&str> {
    let words = page.out.lines().filter(|line| line.starts_with("  ")).filter_map(|line| line.split_whitespace().next());
    words.filter(|word| word.starts_with("--")).collect()
}

#[test]
fn help_is_in_the_readers_language() {
    for page in PAGES {
        let chinese = [
            Kanhe::new(page).and(&["--lang", "zh"]).with("LANG", "en_GB.UTF-8"),
            Kanhe::new(page).with("KANHE_LANG", "zh"),
            Kanhe::new(page).with("LC_ALL", "zh_CN.UTF-8"),
            Kanhe::new(page).with("LANG", "zh_CN.UTF-8"),
        ];
        // `help` takes names of commands and nothing else.
        let from = usize::from(page.starts_with(&["help"]));
        let pages: Vec<Run> = chinese.into_iter().skip(from).map(|page| page.run().ended(0)).collect();
        for run in &pages {
            assert_eq!((run.out.as_str(), run.err.as_str()), (pages[0].out.as_str(), ""), "{page:?}");
            assert!(run.out.contains("\n用法：kanhe") && run.out.contains("\n选项：\n"), "{run:?}");
            assert!(!["Usage", "Options:", "[OPTIONS]", "[default", "[env", "Print "].iter().any(|word| run.out.contains(word)), "{run:?}");
        }
    }
}

#[test]
fn help_is_in_english_unless_chinese_is_asked_for() {
    for page in PAGES {
        let run = kanhe(page).ended(0);
        assert!(run.out.contains("\nUsage: kanhe") && run.out.contains("\nOptions:\n") && !run.out.contains("用法"), "{run:?}");
        let asked = Kanhe::new(page).with("LC_ALL", "zh_CN.UTF-8").with("KANHE_LANG", "en").run().ended(0);
        // The page says what the variable is set to.
        assert_eq!(asked.out.replace("KANHE_LANG=en", "KANHE_LANG="), run.out);
    }
}

#[test]
fn both_languages_show_the_same_options_in_the_same_order() {
    for page in PAGES.into_iter().filter(|page| page.contains(&"--help")) {
        let (english, chinese) = (kanhe(page).ended(0), Kanhe::new(page).with("KANHE_LANG", "zh").run().ended(0));
        assert!(typed(&english).len() > 1, "{english:?}");
        assert_eq!(typed(&english), typed(&chinese));
    }
}

#[test]
fn wrong_words_are_answered_in_the_readers_language() {
    let cases: [(&[&str], &str, &str); 5] = [
        (&["issues"], "unrecognized subcommand 'issues'", "没有 issues 这个命令"),
        (&["type", "list", "--colour"], "unexpected argument '--colour' found", "没有 --colour 这个参数"),
        (&["verify"], "the following required arguments were not provided: <INPUT>", "缺少必需的参数：<输入>"),
        (
            &["find", "--library", "L", "--name", "a", "--number", "b"],
            "the argument '--name <NAME>' cannot be used with '--number <NUMBER>'",
            "--name <名称> 不能与 --number <编号> 同时使用",
        ),
        (
            &["type", "list", "--types", "a", "--types", "b"],
            "the argument '--types <DIR>' cannot be used multiple times",
            "--types <目录> 只能给出一次",
        ),
    ];
    for (words, english, chinese) in cases {
        let told = Kanhe::new(words).and(&["--json"]).run().ended(2).json();
        assert_eq!((word(&told, "/error/code"), word(&told, "/error/message/en")), ("usage", english), "{words:?}");
        assert_eq!(word(&told, "/error/message/zh"), chinese, "{words:?}");
        let run = Kanhe::new(words).with("LANG", "zh_CN.UTF-8").run().ended(2);
        assert!(run.out.is_empty() && run.err.starts_with(&format!("错误：{chinese}\n")), "{run:?}");
        assert!(run.err.contains("\n用法：kanhe") && run.err.trim_end().ends_with("--help。"), "{run:?}");
        let run = kanhe(words).ended(2);
        assert!(run.err.starts_with("error: ") && run.err.contains("\nUsage: kanhe") && !run.err.contains(is_chinese), "{run:?}");
    }
}

#[test]
fn a_group_without_a_verb_shows_its_help_in_the_readers_language() {
    let (english, chinese) = (kanhe(&["log"]).ended(2), kanhe(&["--lang", "zh", "log"]).ended(2));
    assert!(english.err.contains("Usage: kanhe log [OPTIONS] <COMMAND>"), "{english:?}");
    assert!(chinese.err.contains("用法：kanhe log [选项] <命令>"), "{chinese:?}");
    let told = kanhe(&["agency", "--json"]).ended(2).json();
    assert_eq!(word(&told, "/error/message/zh"), "缺少命令，可用：add、list、help");
}

#[test]
fn what_may_be_a_name_or_a_number_of_somebody_is_not_said_again() {
    for stray in ["110101199003070097", "张三"] {
        for words in [&["verify", "12345", stray][..], &[stray], &["find", "--library", "L", stray], &["type", "list", "--", stray]] {
            for language in ["zh", "en"] {
                let run = Kanhe::new(words).with("KANHE_LANG", language).run().ended(2);
                assert!(!run.err.contains(stray), "{run:?}");
                let run = Kanhe::new(&["--json"]).and(words).with("KANHE_LANG", language).run().ended(2);
                assert!(!run.out.contains(stray) && !run.err.contains(stray), "{run:?}");
            }
        }
    }
}

#[test]
fn a_variable_that_is_set_to_nothing_is_as_if_it_were_not_set() {
    let archive = Archive::open();
    let empty = |run: Kanhe| {
        let names =
            ["KANHE_LANG", "KANHE_SERVICE", "KANHE_KEY_FILE", "KANHE_LIBRARY_CACHE", "KANHE_LIBRARY_PASSPHRASE_FILE", "KANHE_ACTOR"];
        names.into_iter().fold(run.with("LANG", "zh_CN.UTF-8"), |run, name| run.with(name, ""))
    };
    let found = empty(archive.ask(&["find", "--name", "餐饮"]).for_people()).run().ended(0);
    assert_eq!(found.out, "没有找到\n");
    for words in [&["find", "--name", "餐饮"][..], &["check"], &["issue", "--type", "food-operation-permit", "--in", "t.csv", "--key", "k"]]
    {
        let unset = empty(Kanhe::new(words)).run().ended(2);
        assert_eq!(empty(Kanhe::new(words)).with("KANHE_LIBRARY", "").run().ended(2).err, unset.err, "{words:?}");
    }
    assert!(empty(Kanhe::new(&["check"])).with("KANHE_LIBRARY", "").run().err.contains("缺少必需的参数：--library <目录>"));
}
