//! What was handed out after the backup, when the library of the backup goes on: its lists take the word of the lists of then away.

use super::{Shelf, verdict};
use crate::backups::back_up;
use crate::office::{Certificate, issue, issue_by};
use crate::stage::Stage;
use kanhe_core::status::ENTRIES_PER_LIST;
use kanhe_service::publish::publish;
use kanhe_tests::Office;

/// Lets an agency fill the page that it gives slots out from.
fn fill(stage: &Stage, office: Office) {
    let reserve = || stage.house.library.reserve_slot(&office.code()).unwrap().number() / ENTRIES_PER_LIST;
    let filling = reserve();
    while reserve() == filling {}
}

#[test]
fn no_code_from_after_the_backup_is_taken_for_one_in_force_on_whatever_page_it_is_and_whosoever() {
    let shelf = Shelf::new();
    let before = Stage::new();
    let kept = issue(&before, 1);
    publish(&before.house);
    back_up(&before.house.library, &shelf.backups()).unwrap();
    let same_page = issue(&before, 2);
    fill(&before, Office::Housing);
    let (next_page, first_of_another) = (issue(&before, 3), issue_by(&before, Office::Guangzhou, 4));
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
