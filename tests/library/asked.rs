//! A request is known again by what was asked for, whatever the day, the manifest and the type file have added to it.

use crate::damage::bare;
use crate::registry::{ACCOUNTING, House, OPERATOR, Registry};
use crate::transfer::{take_over, there, zhejiang};
use kanhe_core::code::CertificateId;
use kanhe_issuer::application::{Application, Columns, Term};
use kanhe_issuer::desk::Desk;
use kanhe_issuer::proposal::taken::bring_former_types;
use kanhe_issuer::registrar::{Admission, Answer, Chances, Entered, Intake, Origin, Proof, Proved, Refusal, RegistrarError, Replacement};
use kanhe_store::{Drawer, Shelfmark, taken};
use kanhe_tests::world::{day, moment};
use serde_json::json;

const NIGHT: &str = "2026-11-22T15:59:00Z";
const NEXT_MORNING: &str = "2026-11-23T01:00:00Z";

/// The row of a person that names no day of issue.
fn row(registry: &Registry, person: usize) -> Application {
    registry.house.application(OPERATOR, person, "R-1", "")
}

fn intake<'a>(registry: &'a Registry, house: &'a House, desk: &'a Desk<'a>, at: &str) -> Intake<'a> {
    let now = moment(at);
    let (grounds, day) = (registry.entry(now, now).grounds, kanhe_core::calendar::day_in_china(now));
    let (kind, others) = (house.kind(OPERATOR), house.catalogue().other_editions(house.kind(OPERATOR)));
    Intake { kind, others, desk, registrar: registry.registrar(), grounds, now, day }
}

fn answer(registry: &Registry, house: &House, row: &Application, at: &str) -> Result<Answer, Refusal<()>> {
    let desk = house.desk(OPERATOR);
    intake(registry, house, &desk, at).sign(row, Chances { certificate: registry.salt(), event: registry.salt() }, |_| None)
}

/// Issues a row in the evening.
fn issued(registry: &Registry, row: &Application) -> Shelfmark {
    let Ok(Answer::New(signed)) = answer(registry, &registry.house, row, NIGHT) else { panic!("nothing was issued yet") };
    registry.registrar().enter(&[*signed]).unwrap().pop().unwrap().unwrap().shelfmark()
}

fn follows(registry: &Registry, house: &House, row: &Application, at: &str, mark: Shelfmark) -> bool {
    let answered = matches!(answer(registry, house, row, at), Ok(Answer::Before(before)) if before == mark);
    let desk = house.desk(OPERATOR);
    let proved = match intake(registry, house, &desk, at).admit::<()>(row, |_| None) {
        Ok(Admission::Before(before)) => Ok(Proved::Before(before)),
        Ok(Admission::Draft(draft)) => intake(registry, house, &desk, at).prove(&mut Proof::new(registry.registrar()), row, *draft),
        Err(_) => return false,
    };
    answered && proved == Ok(Proved::Before(mark))
}

fn code_of(refused: Result<Answer, Refusal<()>>) -> String {
    match refused {
        Err(Refusal::Registrar(error)) => error.code().to_owned(),
        Err(Refusal::Faults(faults)) => faults.iter().map(|fault| fault.code()).collect::<Vec<_>>().join(" "),
        _ => panic!("it is refused"),
    }
}

#[test]
fn a_row_is_followed_behind_midnight() {
    let registry = Registry::new();
    let mark = issued(&registry, &row(&registry, 1));
    assert!(follows(&registry, &registry.house, &row(&registry, 1), NEXT_MORNING, mark));
    assert_eq!(code_of(answer(&registry, &registry.house, &row(&registry, 2), NEXT_MORNING)), "request_reused");
}

#[test]
fn a_row_is_followed_when_the_agency_and_the_type_have_got_other_names() {
    let registry = Registry::new();
    let mark = issued(&registry, &row(&registry, 1));
    let later = House::renamed(OPERATOR, |file| file.replace("建筑施工特种作业操作资格证书", "特种作业操作证"));
    assert_ne!(later.kind(OPERATOR).names(), registry.house.kind(OPERATOR).names());
    assert!(follows(&registry, &later, &row(&registry, 1), NEXT_MORNING, mark));
    assert_eq!(code_of(answer(&registry, &later, &row(&registry, 2), NEXT_MORNING)), "request_reused");
}

#[test]
fn a_row_that_was_issued_is_not_refused_for_what_a_later_form_finds() {
    let registry = Registry::new();
    let mark = issued(&registry, &row(&registry, 1));
    let later = House::renamed(OPERATOR, |file| file.replace("\"maximum\": 200", "\"maximum\": 40"));
    assert!(follows(&registry, &later, &row(&registry, 1), NEXT_MORNING, mark));
    let other = code_of(answer(&registry, &later, &row(&registry, 2), NEXT_MORNING));
    assert_eq!(other, "count_range request_reused", "another row is held to the form, and told of its request");
    let new = registry.house.application(OPERATOR, 1, "R-2", "");
    assert_eq!(code_of(answer(&registry, &later, &new, NEXT_MORNING)), "count_range");
}

/// A house whose operators have skills, in a code table of this order and with this label for the first, and hours of so many places.
fn house_of_edition(label: &str, order: [&str; 2], scale: u8) -> House {
    let [first, second] = order.map(|code| (code, if code == "A1" { label } else { "驾驶" }));
    let entry = |(code, zh)| format!(r#"{{ "code": "{code}", "zh": "{zh}", "en": "{code}" }}"#);
    let table = format!("[{}, {}]", entry(first), entry(second));
    let hours = format!(r#"{{ "type": "string", "pattern": "^(0|[1-9][0-9]{{0,3}})\\.[0-9]{{{scale}}}$" }}"#);
    House::renamed(OPERATOR, |file| {
        let fields = format!(
            r#""skills": {{ "type": "array", "items": {{ "enum": ["A1", "B1"] }}, "uniqueItems": true }}, "kind": {{ "enum": ["A1", "B1"] }}, "hours": {hours}, "trade""#
        );
        let labels = r#""skills": { "zh": "技能", "en": "Skills" }, "kind": { "zh": "类", "en": "Kind" }, "hours": { "zh": "学时", "en": "Hours" }, "trade""#;
        let sealed = format!(
            r#""as": "date" }}, {{ "field": "skills", "as": {{ "choices": {table} }} }}, {{ "field": "kind", "as": {{ "choice": {table} }} }}, {{ "field": "hours", "as": {{ "decimal": {scale} }} }}"#
        );
        let file = file.replacen("\"trade\"", &fields, 1).replacen("\"trade\": { \"zh\"", &format!("{labels}: {{ \"zh\""), 1);
        file.replacen("\"as\": \"date\" }", &sealed, 1).replacen("\"version\": 11", "\"version\": 16", 1)
    })
}

/// The row of a person with more columns, read by a house.
fn row_with(house: &House, more: &[(&str, &str)]) -> Application {
    let mut columns = json!({
        "request_id": "R-1", "number": "粤A022000000001", "holder_name": "王伟", "holder_code_type": "111",
        "holder_code": crate::registry::resident_id(1), "trade": "10", "first_issued_on": "2018-04-01", "sex": "男",
    });
    more.iter().for_each(|(name, value)| columns[*name] = json!(value));
    serde_json::from_value::<Columns>(columns).unwrap().application(1, house.kind(OPERATOR))
}

#[test]
fn a_row_is_read_by_the_edition_under_which_it_was_issued() {
    let kind = [("kind", "司索")];
    for (asked, later, other, code) in [
        (&kind[..], house_of_edition("司索信号", ["A1", "B1"], 1), &[("kind", "驾驶")][..], "request_reused"),
        (&[("hours", "7.5")], house_of_edition("司索", ["A1", "B1"], 2), &[("hours", "7.25")], "request_reused"),
        (&[("skills", "B1,A1")], house_of_edition("司索", ["B1", "A1"], 1), &[("skills", "A1")], "request_reused"),
    ] {
        let registry = Registry::of(house_of_edition("司索", ["A1", "B1"], 1));
        let mark = issued(&registry, &row_with(&registry.house, asked));
        let again = |more: &[(&str, &str)]| answer(&registry, &later, &row_with(&later, more), NEXT_MORNING);
        let refused = code_of(again(asked));
        assert!(refused.ends_with("request_reused"), "{asked:?}: a catalogue that knows no other edition names the certificate: {refused}");
        bring_former_types(&registry.library, later.catalogue(), &later.dictionaries()).unwrap();
        assert!(follows(&registry, &later, &row_with(&later, asked), NEXT_MORNING, mark), "{asked:?}");
        assert_eq!(code_of(again(other)), code, "{other:?}");
        let spelt = [asked, &[("employer", "广州市万家建筑工程有限公司")]].concat();
        assert!(code_of(again(&spelt)).ends_with("request_reused"), "{spelt:?}");
    }
}

#[test]
fn an_edition_is_kept_once_with_what_it_issued_and_comes_into_force_no_more() {
    let registry = Registry::new();
    let kept = || registry.library.office_page(Drawer::Taken, taken::ISSUED_BY, None, 10).unwrap().papers;
    assert_eq!(kept(), []);
    assert_eq!(
        code_of(answer(&registry, &registry.house, &registry.house.application(OPERATOR, 1, "R-1", "2027-01-01"), NIGHT)),
        "issued_in_future"
    );
    for person in [1, 2] {
        registry.issue(OPERATOR, person, &format!("R-{person}"), "2026-03-01").unwrap();
    }
    let kind = registry.house.kind(OPERATOR);
    let file = (taken::issued_by(kind.code().as_str(), kind.file_digest()), kind.source().to_vec());
    assert_eq!(kept(), [file]);
    let later = house_of_edition("司索", ["A1", "B1"], 1);
    for _ in 0..2 {
        bring_former_types(&registry.library, later.catalogue(), &later.dictionaries()).unwrap();
        later.catalogue().settle(None);
        assert_eq!(later.catalogue().other_editions(later.kind(OPERATOR)).len(), 1);
    }
    assert_ne!(later.kind(OPERATOR).file_digest(), kind.file_digest());
    let findings = registry.library.check(|whole| kanhe_issuer::audit::judge(whole, registry.house.manifest()), |_, _| {}).unwrap();
    assert_eq!(findings, []);
}

#[test]
fn an_edition_is_kept_with_a_new_version_and_with_what_was_taken_over_too() {
    let kept = |registry: &Registry| registry.library.office_page(Drawer::Taken, taken::ISSUED_BY, None, 10).unwrap().papers.len();
    let taking = Registry::new();
    take_over(&taking, OPERATOR, 1, "R-1", &there()).unwrap();
    assert_eq!(kept(&taking), 1);
    let now = moment(NIGHT);
    for how in [Replacement::Renew, Replacement::Amend] {
        let registry = Registry::new();
        let mark = issued(&registry, &registry.house.application(OPERATOR, 1, "R-1", "2026-03-01"));
        let (identifier, later) = (registry.identifier(mark), house_of_edition("司索", ["A1", "B1"], 1));
        let term = registry.registrar().term_after(Some((how, &identifier))).unwrap();
        let draft = later.kind(OPERATOR).admit_for(&later.application(OPERATOR, 1, "R-2", ""), term, day("2026-11-22")).unwrap();
        registry.registrar().replace(&later.desk(OPERATOR), &identifier, how, draft, registry.grant(now, now)).unwrap();
        assert_eq!(kept(&registry), 2, "{how:?}: the edition of the first version, and that of the next");
    }
}

#[test]
fn a_row_with_a_column_that_an_edition_has_not_asks_for_more_than_it_can_say() {
    let registry = Registry::new();
    issued(&registry, &row_with(&registry.house, &[]));
    let later = house_of_edition("司索", ["A1", "B1"], 1);
    bring_former_types(&registry.library, later.catalogue(), &later.dictionaries()).unwrap();
    let more = row_with(&later, &[("kind", "A1")]);
    assert_eq!(code_of(answer(&registry, &later, &more, NEXT_MORNING)), "request_reused");
}

#[test]
fn a_row_that_was_issued_is_not_refused_because_its_number_cannot_be_drawn_any_more() {
    let registry = Registry::new();
    let mark = issued(&registry, &row(&registry, 1));
    let desk = registry.house.desk(OPERATOR);
    let admitted = |row: &Application| intake(&registry, &registry.house, &desk, NEXT_MORNING).admit(row, |_| Some("no glyph"));
    assert!(matches!(admitted(&row(&registry, 1)), Ok(Admission::Before(before)) if before == mark));
    assert!(matches!(admitted(&row(&registry, 2)), Err(Refusal::Registrar(error)) if error.code() == "request_reused"));
    let new = registry.house.application(OPERATOR, 1, "R-2", "");
    assert!(matches!(admitted(&new), Err(Refusal::Undrawable("no glyph"))));
}

#[test]
fn a_row_is_the_same_in_every_spelling_and_another_where_it_names_another_day() {
    let registry = Registry::new();
    let mark = issued(&registry, &registry.house.application(OPERATOR, 1, "R-1", "2026-11-20"));
    for day in ["20261120", "2026/11/20", "2026年11月20日"] {
        assert!(follows(&registry, &registry.house, &registry.house.application(OPERATOR, 1, "R-1", day), NEXT_MORNING, mark), "{day}");
    }
    for day in ["2026-11-21", ""] {
        let row = registry.house.application(OPERATOR, 1, "R-1", day);
        assert_eq!(code_of(answer(&registry, &registry.house, &row, NEXT_MORNING)), "request_reused", "{day}");
    }
}

#[test]
fn a_cell_that_cannot_be_read_may_have_asked_for_anything() {
    let registry = Registry::new();
    let columns = |more: &[(&str, &str)]| row_with(&registry.house, more);
    let mark = issued(&registry, &columns(&[]));
    assert!(follows(&registry, &registry.house, &columns(&[]), NEXT_MORNING, mark));
    let unread = columns(&[("nobody_knows", "it")]);
    assert_eq!(code_of(answer(&registry, &registry.house, &unread, NEXT_MORNING)), "column_unknown");
}

#[test]
fn a_new_version_and_what_was_taken_over_are_followed_behind_midnight_too() {
    let registry = Registry::new();
    let (desk, night, morning) = (registry.house.desk(OPERATOR), moment(NIGHT), moment(NEXT_MORNING));
    let draft = |request: &str, term: Term, on: &str| {
        let row = registry.house.application(OPERATOR, 1, request, "");
        registry.house.kind(OPERATOR).admit_for(&row, term, day(on)).unwrap()
    };
    let first = registry.issued(OPERATOR, 1, "2026-03-01");
    for (request, how) in [("R-amended", Replacement::Amend), ("R-renewed", Replacement::Renew)] {
        let identifier = registry.identifier(registry.library.card(first).unwrap().successor.unwrap_or(first));
        let replace = |on: &str, at| {
            let term = registry.registrar().term_after(Some((how, &identifier))).unwrap();
            registry.registrar().replace(&desk, &identifier, how, draft(request, term, on), registry.grant(at, at))
        };
        let Ok(Entered::New(mark)) = replace("2026-11-22", night) else { panic!("{request}") };
        assert_eq!(replace("2026-11-23", morning), Ok(Entered::Before(mark)), "{request}");
        let other = registry.house.kind(OPERATOR).admit(&registry.house.application(OPERATOR, 2, request, ""), day("2026-11-23")).unwrap();
        let other = registry.registrar().replace(&desk, &identifier, how, other, registry.grant(morning, morning));
        assert!(matches!(other, Err(RegistrarError::RequestDiffers { .. })), "{request}: {other:?}");
    }
    let registry = Registry::new();
    let identifier = CertificateId::parse_foreign(&there()).unwrap();
    let origin = Origin::new(&registry.library, zhejiang(), identifier, None).unwrap();
    let take = |on: &str, at| {
        let grant = registry.grant(at, at);
        registry.registrar().take_over(&registry.house.desk(OPERATOR), &origin, draft("R-in", Term::Carried, on), grant)
    };
    let Ok(Entered::New(mark)) = take("2026-11-22", night) else { panic!("nothing was taken over yet") };
    assert_eq!(take("2026-11-23", morning), Ok(Entered::Before(mark)));
}

#[test]
fn a_library_that_kept_fingerprints_of_contents_knows_its_requests_again() {
    let registry = Registry::new();
    let mark = registry.issue(OPERATOR, 1, "R-1", "2026-03-01").unwrap().shelfmark();
    let draft = || registry.house.draft(OPERATOR, 1, "R-1", "2026-03-01");
    let contents = registry.house.desk(OPERATOR).ask(draft()).unwrap().contents();
    let before = registry.library.veil(&contents);
    let registry = registry.reopen_after(|path| {
        bare(path, |db| {
            let family = db.cf_handle("requests").unwrap();
            let (key, value) = db.iterator_cf(family, rocksdb::IteratorMode::Start).next().unwrap().unwrap();
            let kept = value.len() - before.len();
            assert_ne!(value[kept..], before);
            db.put_cf(family, key, [&value[..kept], &before].concat()).unwrap();
        });
    });
    let (desk, now) = (registry.house.desk(OPERATOR), moment(NEXT_MORNING));
    let again = registry.registrar().answer(&desk, registry.house.draft(OPERATOR, 1, "R-1", "2026-03-01"), registry.grant(now, now));
    assert!(matches!(again, Ok(Answer::Before(before)) if before == mark));
    assert_eq!(
        Proof::new(registry.registrar()).ask(&desk, registry.house.draft(OPERATOR, 1, "R-1", "2026-03-01"), 2),
        Ok(Proved::Before(mark))
    );
    let other = registry.registrar().answer(&desk, registry.house.draft(OPERATOR, 2, "R-1", "2026-03-01"), registry.grant(now, now));
    assert_eq!(other.err().map(|error| error.code()), Some("request_reused"));
    let findings = registry.library.check(|whole| kanhe_issuer::audit::judge(whole, registry.house.manifest()), |_, _| {}).unwrap();
    assert_eq!(findings, []);
}

#[test]
fn a_proof_names_the_line_of_the_row_that_stands_in_the_way() {
    let registry = Registry::new();
    let mut proof = Proof::new(registry.registrar());
    let mut ask = |name: &str, person: usize, request: &str, line: u64| {
        proof.ask(&registry.house.desk(name), registry.house.draft(name, person, request, "2026-03-01"), line)
    };
    let could = |proved: &Result<Proved, RegistrarError>| matches!(proved, Ok(Proved::Could(_)));
    assert!(could(&ask(OPERATOR, 1, "R-1", 2)) && could(&ask(OPERATOR, 2, "R-2", 3)) && could(&ask(ACCOUNTING, 3, "R-3", 4)));
    assert!(matches!(ask(OPERATOR, 1, "R-1", 5), Ok(Proved::Repeated(_))));
    assert_eq!(ask(OPERATOR, 2, "R-1", 6), Err(RegistrarError::RowDiffers { line: 2 }));
    assert_eq!(ask(OPERATOR, 2, "R-4", 7), Err(RegistrarError::RowNumber { line: 3 }));
    assert_eq!(ask(ACCOUNTING, 4, "R-3+", 8), Err(RegistrarError::RowIdentifier { line: 4 }));
    assert_eq!(ask(ACCOUNTING, 3, "R-5", 9), Err(RegistrarError::RowHolder { line: 4 }));
}
