//! What a library keeps of applications: by what they are found, and that nobody reads them without its secret.

use super::{Bureau, NOON, PARALLEL, SERIAL};
use crate::registry::{ACCOUNTING, holder, secret};
use kanhe_issuer::examiner::{Closing, HowFar, Opinion, Standing, Wanted};
use kanhe_store::check::Place;
use kanhe_store::find::Cursor;
use kanhe_store::{Library, Project, Settings, Stage};
use std::collections::BTreeSet;

#[test]
fn applications_are_found_by_where_they_wait_and_by_their_holder() {
    let bureau = Bureau::open(PARALLEL);
    let codes: Vec<_> = (1..=5).map(|person| bureau.lodged(person)).collect();
    bureau.approved(&codes[0], NOON).unwrap();
    bureau.close(&codes[1], Closing::Reject, "head-1").unwrap();
    let library = &bureau.registry.library;
    let waiting = |stage, after: Option<&kanhe_store::find::Cursor>| library.projects(None, None, stage, after, 2).unwrap();
    let first = waiting(Some(Stage::InReview), None);
    let second = waiting(Some(Stage::InReview), first.next.as_ref());
    let mut found: Vec<_> = first.codes.into_iter().chain(second.codes).collect();
    found.sort_unstable();
    let mut wanted = codes[2..].to_vec();
    wanted.sort_unstable();
    assert_eq!((found, second.next), (wanted, None));
    assert_eq!(waiting(Some(Stage::Approved), None).codes, codes[..1]);
    assert_eq!(library.projects_of(&holder(2)).unwrap(), codes[1..2]);
    assert_eq!(library.projects_of(&holder(77)).unwrap(), []);
}

#[test]
fn a_standing_tells_who_said_what_and_survives_a_reopening() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.lodged(1);
    bureau.says(&code, "fire", Opinion::Agrees, "fire-1").unwrap();
    let Bureau { kind, registry } = bureau;
    let bureau = Bureau { kind, registry: registry.reopen() };
    let project = bureau.project(&code);
    let history: Vec<_> = bureau.registry.library.history_of(&project).unwrap().into_iter().map(|(_, event)| event).collect();
    let standing = Standing::of(bureau.registry.house.kind(ACCOUNTING).review().unwrap(), &history);
    let said: Vec<_> = standing
        .opinions()
        .iter()
        .map(|(department, said)| (department.id.as_str(), said.as_ref().map(|(opinion, event)| (*opinion, event.actor.as_str()))))
        .collect();
    assert_eq!(said, [("fire", Some((Opinion::Agrees, "fire-1"))), ("planning", None)]);
    assert_eq!(standing.waiting_for().iter().map(|department| department.id.as_str()).collect::<Vec<_>>(), ["planning"]);
    drop(bureau.registry.reopen());
}

#[test]
fn nothing_of_an_applicant_stands_readable_in_the_database() {
    let bureau = Bureau::open(PARALLEL);
    bureau.lodged(1);
    let path = bureau.registry.path();
    let id = crate::registry::resident_id(1);
    drop(bureau.registry.library);
    drop(Library::open(&path, &secret(), Settings::default()).unwrap());
    for file in std::fs::read_dir(&path).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(id.len()).any(|window| window == id.as_bytes()));
    }
}

#[test]
fn an_event_that_is_lost_is_found_by_the_check() {
    let bureau = Bureau::open(PARALLEL);
    let code = bureau.lodged(1);
    let library = &bureau.registry.library;
    let project = Project { events: vec![7], ..bureau.project(&code) };
    library.commit(|pen| pen.move_on(&project)).unwrap();
    let findings = library.check(|_| Vec::new(), |_, _| {}).unwrap();
    let told: Vec<_> = findings.iter().map(|finding| (finding.place, finding.defect.code())).collect();
    assert_eq!(told, [(Place::Event(0), "check_event_record"), (Place::Project(code), "check_project")]);
}

#[test]
fn a_page_of_those_that_wait_for_a_department_ends_though_most_wait_for_others() {
    let bureau = Bureau::open(SERIAL);
    let codes: Vec<_> = (0..510).map(|person| bureau.lodged(person)).collect();
    let waiting: BTreeSet<_> = codes.iter().step_by(170).copied().collect();
    for code in &waiting {
        bureau.says(code, "fire", Opinion::Agrees, "fire-1").unwrap();
    }
    let wanted = Wanted { how_far: Some(HowFar::Department("planning")), ..Wanted::default() };
    let (mut found, mut pages, mut after) = (BTreeSet::new(), 0, None::<Cursor>);
    loop {
        let page = bureau.examiner().list(bureau.registry.house.catalogue(), wanted, after.as_ref(), 100).unwrap();
        found.extend(page.projects.into_iter().map(|project| project.code));
        (pages, after) = (pages + 1, page.next);
        if after.is_none() {
            break;
        }
    }
    assert_eq!((found, pages), (waiting, 2), "the first page looked at as many as one may, and told where it goes on");
}
