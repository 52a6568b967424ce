//! What the counter is told of every seal of the negative list and of the genuine ones, in both languages.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use kanhe_core::verify::{Occasion, verify};
use kanhe_issuer::application::FaultDefect;
use kanhe_issuer::lifecycle::Condition;
use kanhe_tests::World;
use kanhe_tests::negative::{packs, vectors};
use kanhe_words::{Answer, Clock, Language, hint, in_chinese, remedy};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// An answer as machines and as people get it.
struct Told {
    name: String,
    verdict: &'static str,
    code: &'static str,
    object: Value,
    chinese: String,
    english: String,
}

impl Told {
    fn word(&self, pointer: &str) -> &str {
        self.object.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{}: no word at {pointer}", self.name))
    }

    fn steps(&self) -> Vec<[&str; 4]> {
        let of = |place: usize| ["step", "outcome", "zh", "en"].map(|member| self.word(&format!("/steps/{place}/{member}")));
        (0..self.object["steps"].as_array().unwrap().len()).map(of).collect()
    }
}

/// What is told of every vector, by the word of this clock.
fn all_told(clock: Clock) -> Vec<Told> {
    told_by(clock, |answer| answer)
}

/// What a service tells of every vector.
fn all_told_by_service(clock: Clock) -> Vec<Told> {
    told_by(clock, |answer| answer.by_service())
}

fn told_by(clock: Clock, teller: impl for<'a> Fn(Answer<'a>) -> Answer<'a>) -> Vec<Told> {
    let world = World::new();
    let packs: BTreeMap<_, _> = packs(&world).into_iter().map(|(name, plan)| (name, plan.open())).collect();
    let told = |(_, vector): (usize, kanhe_tests::negative::Vector)| {
        let pack = &packs[vector.pack];
        let judged = verify(&vector.text, pack, Occasion { at: vector.at, scene: vector.scene });
        let answer = teller(Answer::new(&judged, pack, vector.at, clock));
        Told {
            verdict: vector.verdict,
            code: vector.code,
            object: answer.json(),
            chinese: answer.words(Language::Chinese),
            english: answer.words(Language::English),
            name: vector.name,
        }
    };
    vectors(&world).into_iter().map(told).collect()
}

fn is_chinese(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

#[test]
fn every_answer_says_what_happened_and_what_to_do_in_both_languages() {
    let by_service = [Clock::Service, Clock::Named].into_iter().flat_map(all_told_by_service);
    for told in [Clock::Device, Clock::Named].into_iter().flat_map(all_told).chain(by_service) {
        assert_eq!((told.word("/verdict"), told.word("/code")), (told.verdict, told.code), "{}", told.name);
        for pointer in ["/message", "/next"] {
            let (zh, en) = (told.word(&format!("{pointer}/zh")), told.word(&format!("{pointer}/en")));
            assert!(zh.contains(is_chinese) && zh.ends_with('。'), "{}: {zh}", told.name);
            assert!(!en.contains(is_chinese) && en.ends_with('.'), "{}: {en}", told.name);
        }
    }
}

#[test]
fn a_service_speaks_of_its_own_clock_and_pack_and_names_no_option() {
    let (mut clocks, mut packs) = (0, 0);
    for told in [Clock::Service, Clock::Named].into_iter().flat_map(all_told_by_service) {
        for word in ["本机", "his device", "--", "kanhe "] {
            assert!(!told.chinese.contains(word) && !told.english.contains(word), "{}: {}", told.name, told.english);
        }
        clocks += usize::from(told.english.contains("The service's clock") && told.chinese.contains("本服务时钟"));
        packs += usize::from(told.english.contains("the service has a newer pack"));
    }
    assert!(clocks > 0 && packs > 0, "{clocks} {packs}");
}

#[test]
fn the_lines_say_what_the_object_says() {
    for told in all_told(Clock::Device) {
        for (tag, lines, headline) in [
            ("zh", &told.chinese, ["✔ 真实有效", "✘ 不予接受", "? 此处无法判定"]),
            ("en", &told.english, ["✔ GENUINE, IN FORCE", "✘ DO NOT ACCEPT", "? CANNOT TELL HERE"]),
        ] {
            let place = ["accept", "refuse", "unknown"].iter().position(|word| *word == told.verdict).unwrap();
            let message = told.word(&format!("/message/{tag}"));
            assert!(lines.starts_with(&format!("{}  {message}\n→ {}\n", headline[place], told.word(&format!("/next/{tag}")))), "{lines}");
            for [_, outcome, zh, en] in told.steps() {
                let mark = match outcome {
                    "passed" => '✔',
                    "failed" => '✘',
                    "in_doubt" => '?',
                    _ => '·',
                };
                let line = format!("\n  {mark} {}", if tag == "zh" { zh } else { en });
                assert!(lines.contains(&line), "{line}: {lines}");
            }
        }
    }
}

#[test]
fn a_step_is_called_the_same_however_it_went() {
    let told = all_told(Clock::Device);
    let mut names: BTreeMap<String, BTreeSet<[String; 2]>> = BTreeMap::new();
    let mut outcomes: BTreeSet<String> = BTreeSet::new();
    for [step, outcome, zh, en] in told.iter().flat_map(Told::steps) {
        names.entry(step.to_owned()).or_default().insert([zh.to_owned(), en.to_owned()]);
        outcomes.insert(outcome.to_owned());
    }
    assert_eq!(names.len(), 10);
    assert!(names.values().all(|called| called.len() == 1), "{names:?}");
    assert_eq!(names.values().collect::<BTreeSet<_>>().len(), 10, "no two steps have one name");
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), ["failed", "in_doubt", "not_reached", "passed"]);
}

#[test]
fn an_accepted_permit_reads_like_this() {
    let told = all_told(Clock::Device);
    assert_eq!(told.iter().find(|told| told.code == "accepted").unwrap().english, ACCEPTED);
}

#[test]
fn a_revoked_permit_reads_like_this() {
    let told = all_told(Clock::Device);
    assert_eq!(told.iter().find(|told| told.code == "revoked").unwrap().chinese, REVOKED);
}

const ACCEPTED: &str = "\
✔ GENUINE, IN FORCE  Food operation permit, issued by Guangzhou Administrative Approval Bureau.
→ Check that the holder is the person or organisation before you.

  type             Food operation permit
  number           JY14401060012345
  identifier       1.2.156.3005.2.11100000000013338W101.114401009000000140.JY14401060012345.001.I
  holder           天河区小王餐饮有限公司  91440106MA0000015E
  issued by        Guangzhou Administrative Approval Bureau
  issued on        2026-03-01
  in force         2026-03-01 – 2031-02-28
  Premises         广州市天河区中路88号一层
  Business items   Item A1, Item B1
  Principal        王小明

  ✔ Code
  ✔ Issuing agency
  ✔ Signature
  ✔ Right to issue
  ✔ Status as far as known
  ✔ Moment of the check
  ✔ Time in force
  ✔ Content
  ✔ Recognition here
  ✔ Age of what we know
status as of 2026-06-15 08:00 Beijing time (4 hours ago)";

const REVOKED: &str = "\
✘ 不予接受  证照被吊销（截至北京时间 2026-06-15 08:00）。
→ 不予接受。

  证照类型         食品经营许可证
  证照编号         JY14401060012345
  证照标识         1.2.156.3005.2.11100000000013338W101.114401009000000140.JY14401060012345.001.I
  持证主体         天河区小王餐饮有限公司  91440106MA0000015E
  颁发机构         广州市行政审批局
  签发日期         2026-03-01
  有效期           2026-03-01 – 2031-02-28
  经营场所         广州市天河区中路88号一层
  经营项目         项目A1、项目B1
  负责人           王小明

  ✔ 证照码
  ✔ 颁发机构
  ✔ 签名
  ✔ 颁发权限
  ✘ 已知状态
  · 核验时刻
  · 有效期
  · 照面信息
  · 互认范围
  · 数据时效
状态截至北京时间 2026-06-15 08:00（4 小时前）";

/// Every defect of a row, with values that can be told from each other.
fn row_defects() -> Vec<FaultDefect> {
    use kanhe_core::certificate::CertificateError;
    use kanhe_core::code::{HolderCodeError, HolderCodeTypeError, ResidentIdError, SerialError, UsccError};
    use kanhe_tests::world::day;
    let text = |text: &str| text.to_owned();
    let uscc = |reason| FaultDefect::HolderCode { position: 2, reason: HolderCodeError::Uscc(reason) };
    let resident = |reason| FaultDefect::HolderCode { position: 2, reason: HolderCodeError::ResidentId(reason) };
    let holder = |reason| FaultDefect::HolderCode { position: 2, reason };
    vec![
        FaultDefect::RowCells { found: 71, wanted: 52 },
        FaultDefect::UnknownColumn { place: 5, length: 71 },
        FaultDefect::RequestReused { identifier: text("1.2.156.3005.2") },
        FaultDefect::CutShort,
        FaultDefect::ColumnTwice,
        FaultDefect::NoCell,
        FaultDefect::Undecodable,
        FaultDefect::CellLength { found: 71, most: 52 },
        FaultDefect::Missing,
        FaultDefect::NotWanted { rule: "open-ended" },
        FaultDefect::NotWanted { rule: "a term" },
        FaultDefect::RequestId { most: 64 },
        FaultDefect::NotNfc,
        FaultDefect::Control { position: 71 },
        FaultDefect::Day,
        FaultDefect::Serial(SerialError::Empty),
        FaultDefect::Serial(SerialError::Length { limit: 32, found: 71 }),
        FaultDefect::Serial(SerialError::Alphabet { position: 71, found: 'x' }),
        FaultDefect::WholeNumber,
        FaultDefect::HolderCount { found: 71, most: 8 },
        FaultDefect::HolderLists { names: 3, types: 4, codes: 5 },
        FaultDefect::HolderTwice { position: 71 },
        FaultDefect::HolderName { position: 71, reason: CertificateError::NameLength { length: 201, most: 200 } },
        FaultDefect::HolderName { position: 71, reason: CertificateError::NameNotNfc },
        FaultDefect::HolderNameLength { position: 3, found: 71, most: 60 },
        FaultDefect::HolderCodeType { position: 71, reason: HolderCodeTypeError::Unknown },
        FaultDefect::HolderCodeTypeNotAllowed { position: 3, found: "111", wanted: vec!["001", "099"] },
        uscc(UsccError::Length { expected: 18, found: 71 }),
        uscc(UsccError::Alphabet { position: 71, found: 'I' }),
        uscc(UsccError::OrganisationCheck { expected: 'A', found: 'B' }),
        uscc(UsccError::Check { expected: 'A', found: 'B' }),
        resident(ResidentIdError::Length { expected: 18, found: 71 }),
        resident(ResidentIdError::Digit { position: 71 }),
        resident(ResidentIdError::BirthDate),
        resident(ResidentIdError::Check { expected: 'X', found: '3' }),
        holder(HolderCodeError::Empty),
        holder(HolderCodeError::Length { limit: 32, found: 71 }),
        holder(HolderCodeError::Character { position: 71 }),
        FaultDefect::EndsBeforeItBegins { from: day("2026-06-15"), until: day("2026-06-14") },
        FaultDefect::Until { found: day("2026-06-15"), wanted: day("2026-06-14") },
        FaultDefect::TermKept { found: Some(day("2026-06-15")), kept: Some(day("2026-06-14")) },
        FaultDefect::TermKept { found: None, kept: Some(day("2026-06-14")) },
        FaultDefect::TermKept { found: Some(day("2026-06-15")), kept: None },
        FaultDefect::IssuedInFuture { found: day("2026-06-15"), today: day("2026-06-14") },
        FaultDefect::BeyondCalendar,
        FaultDefect::TextTooShort { found: 1, least: 71 },
        FaultDefect::TextTooLong { found: 71, most: 60 },
        FaultDefect::NotInTable { wanted: vec![text("A"), text("B")] },
        FaultDefect::Pattern { pattern: text("^[0-9]{4}$") },
        FaultDefect::Shape { wanted: text("@###") },
        FaultDefect::Decimal { scale: 7 },
        FaultDefect::Count,
        FaultDefect::Range { bound: text("at least 71") },
        FaultDefect::Flag,
        FaultDefect::OneWanted { found: 71 },
        FaultDefect::Twice,
        FaultDefect::Members { found: 71, bound: text("at most 9") },
        FaultDefect::Schema { keyword: text("dependentRequired") },
    ]
}

#[test]
fn what_is_odd_about_a_code_of_others_is_told_in_chinese() {
    use kanhe_core::code::{UsccError, Warning as W};
    let (expected, found) = ('X', '3');
    let odd = [
        W::LowerCase,
        W::UsccCheck { expected, found },
        W::OrganisationCheck { expected, found },
        W::ResidentIdCheck { expected, found },
        W::TypeCodeLength { expected: 21, found: 7 },
        W::DefiningAuthority(UsccError::Check { expected, found }),
        W::IssuerIsRegion,
        W::Issuer(UsccError::Length { expected: 18, found: 7 }),
        W::SerialUnderscore,
        W::CertificateIdCheck { expected, found },
        W::CertificateIdCheckMiscounted { expected, found },
    ];
    for warning in odd {
        let en = warning.to_string();
        let zh = in_chinese(&en).unwrap_or_else(|| panic!("no Chinese for: {en}"));
        let left: String = zh.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1).collect();
        assert!(left.is_empty(), "{zh}");
        assert_eq!(zh.contains(expected), en.contains("'X'"), "{en}: {zh}");
    }
}

#[test]
fn what_is_wrong_with_a_row_is_told_in_chinese_with_every_value_that_the_english_has() {
    for defect in row_defects() {
        let en = defect.to_string();
        let zh = in_chinese(&en).unwrap_or_else(|| panic!("no Chinese for: {en}"));
        let values = |text: &str| -> BTreeSet<String> {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
            words.map(str::to_owned).collect()
        };
        assert!(values(&zh).is_superset(&values(&en)), "{en}: {zh}");
        let left: String = zh.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 8).collect();
        assert!(left.is_empty() || en.contains(&left) && matches!(defect, FaultDefect::Schema { .. }), "{zh}");
    }
}

#[test]
fn who_looks_for_a_state_that_there_is_not_hears_of_every_word_that_would_do() {
    for words in [hint("status_unknown_state").unwrap(), remedy("status_unknown_state").unwrap()] {
        for word in Condition::ALL.map(Condition::word) {
            assert!(words.zh.contains(word) && words.en.contains(word), "{word}: {words:?}");
        }
        assert!(words.zh.contains("代码集:代码") && words.en.contains("SET:CODE"), "{words:?}");
    }
}

#[test]
fn a_log_that_is_not_published_is_told_with_what_to_do_at_the_machine_and_through_a_service() {
    assert!(remedy("log_unpublished").unwrap().en.contains("kanhe log publish"));
    assert!(hint("log_unpublished").unwrap().en.contains("POST /v1/publish"));
}

#[test]
fn what_an_officer_signs_in_with_has_one_word() {
    for detail in ["login and password do not belong together, or the account is closed", "the new password is the old one"] {
        let chinese = in_chinese(detail).unwrap_or_else(|| panic!("{detail}"));
        assert!(chinese.contains("密码") && !chinese.contains("口令"), "{chinese}");
    }
}
