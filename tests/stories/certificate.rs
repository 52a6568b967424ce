//! What parts make a certificate, and what parts do not.

use kanhe_core::certificate::{Certificate, Contents, MOST_HOLDERS};
use kanhe_tests::World;

fn refusal(change: impl FnOnce(&mut Contents)) -> &'static str {
    let mut contents = Contents::clone(&World::new().food_permit().certificate());
    change(&mut contents);
    Certificate::new(contents).unwrap_err().code()
}

#[test]
fn parts_that_contradict_each_other_are_refused_by_name() {
    assert_eq!(refusal(|parts| parts.fields.push(parts.fields[0].clone())), "field_twice");
    assert_eq!(refusal(|parts| parts.predecessor = Some(parts.identifier.clone())), "own_predecessor");
    assert_eq!(refusal(|parts| parts.until = parts.from.yesterday().ok()), "validity_ends_before_it_begins");
    assert_eq!(refusal(|parts| parts.holders.clear()), "holder_count");
    assert_eq!(refusal(|parts| parts.holders = vec![parts.holders[0].clone(); MOST_HOLDERS + 1]), "holder_count");
}
