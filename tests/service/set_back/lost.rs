//! What was handed out after the backup, when the library of the backup goes on: its lists take the word of the lists of then away.

use super::{Shelf, verdict};
use crate::backups::back_up;
use crate::office::{Certificate, issue, issue_by};
use crate::stage::Stage;
use kanhe_core::status::ENTRIES_PER_LIST;
use kanhe_service::publish::publish;
use kanhe_store::Reserved;
use kanhe_tests::Office;

/// Lets an agency use up the page that it gives slots out from: it is full for as long as somebody has them in hand.
fn fill(stage: &Stage, office: Office) -> Vec<Reserved> {
    let reserve = || stage.house.library.reserve_slot(&office.code()).unwrap();
    let page = |slot: &Reserved| slot.number() / ENTRIES_PER_LIST;
    let mut held = vec![reserve()];
    let filling = page(&held[0]);
    while held.last().is_some_and(|last| page(last) == filling) {
        held.push(reserve());
    }
    held
}

#[test]
fn no_code_from_after_the_backup_is_taken_for_one_in_force_on_whatever_page_it_is_and_whosoever() {
    let shelf = Shelf::new();
    let before = Stage::new();
    let kept = issue(&before, 1);
    publish(&before.house);
    back_up(&before.house.library, &shelf.backups()).unwrap();
    let same_page = issue(&before, 2);
    let full = fill(&before, Office::Housing);
    let (next_page, first_of_another) = (issue(&before, 3), issue_by(&before, Office::Guangzhou, 4));
    drop(full);
    assert_eq!(publish(&before.house).failures().count(), 0);
    let codes = [&kept, &same_page, &next_page, &first_of_another];
    let verdicts = |stage: &Stage| codes.map(|code: &Certificate| verdict(stage, code));
    assert_eq!(verdicts(&before), ["accepted"; 4]);
    let carried = before.house.shelf.present().unwrap().file().bytes().to_vec();
    before.stop();

    let stage = shelf.service_going_on(carried);
    assert_eq!(verdicts(&stage), ["accepted"; 4], "the pack at hand is still believed");
    assert_eq!(publish(&stage.house).failures().count(), 0);
    assert_eq!(verdicts(&stage), ["accepted", "superseded", "superseded", "superseded"]);
}
