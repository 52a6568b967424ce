//! Identifiers of other schemes: one stands for one certificate, however it is typed.

use crate::registry::{OPERATOR, Registry};
use kanhe_core::event::{Act, Event};
use kanhe_issuer::audit::judge;
use kanhe_store::Shelfmark;
use kanhe_store::find::{Only, Question};
use kanhe_tests::world::moment;

const NOON: &str = "2026-03-02T04:00:00Z";

fn found(registry: &Registry, (scheme, value): (&str, &str)) -> Vec<Shelfmark> {
    let question = Question::Alias { scheme: scheme.to_owned(), value: value.to_owned(), only: Only::default() };
    registry.library.ask(&question, None, 2).unwrap().shelfmarks
}

fn given(registry: &Registry, mark: Shelfmark, (scheme, value): (&str, &str)) -> Result<(), &'static str> {
    let entry = registry.entry(moment(NOON), moment(NOON));
    registry.registrar().alias(&registry.identifier(mark), scheme, value, &entry).map_err(|error| error.code())
}

fn is_sound(registry: &Registry) {
    assert_eq!(registry.library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap(), []);
}

#[test]
fn an_identifier_of_another_scheme_is_one_however_it_is_typed() {
    let registry = Registry::new();
    let [one, other] = [1, 2].map(|person| registry.issued(OPERATOR, person, "2026-03-01"));
    given(&registry, one, ("gd-old", "粤-abc（1）")).unwrap();
    let events = registry.library.log_size().unwrap();
    for typed in [("gd-old", "粤-abc（1）"), ("GD-OLD", "粤-ABC(1)"), (" gd-old", "粤-ａｂｃ（１） "), ("ｇｄ-old\u{3000}", "粤-Abc(1)")]
    {
        assert_eq!(found(&registry, typed), [one], "{typed:?}");
        assert_eq!((given(&registry, other, typed), given(&registry, one, typed)), (Err("alias_taken"), Ok(())), "{typed:?}");
    }
    assert_eq!((registry.library.log_size().unwrap(), registry.library.aliases().unwrap().count()), (events, 1));
    let (_, told) = registry.library.history(one).unwrap().pop().unwrap();
    assert_eq!(told.other.as_deref(), Some("gd-old:粤-abc（1）"), "the log has it as it was typed");
    for region in ["330000", "３３００００", " 330000 ", "１.2.156.3005.2"] {
        assert_eq!(given(&registry, other, (region, "x")), Err("alias_of_region"), "{region}");
    }
    is_sound(&registry);
}

#[test]
fn what_stood_under_its_own_spelling_before_is_found_by_it_and_given_to_nobody_else() {
    let registry = Registry::new();
    let [one, other] = [1, 2].map(|person| registry.issued(OPERATOR, person, "2026-03-01"));
    given(&registry, one, ("gd:old", "abc-1")).unwrap();
    let (_, told) = registry.library.history(one).unwrap().pop().unwrap();
    let of_before = Event { other: Some("gd:old:abc-2".to_owned()), ..told };
    assert_eq!(of_before.act, Act::Alias);
    let written = registry.library.commit(|pen| {
        pen.note(&[one], &of_before)?;
        pen.put_alias("gd:old", "abc-2", one);
        Ok::<_, kanhe_store::StoreError>(())
    });
    written.unwrap();
    assert_eq!(found(&registry, ("gd:old", "abc-2")), [one]);
    assert_eq!(given(&registry, other, ("gd:old", "abc-2")), Err("alias_taken"));
    is_sound(&registry);
}
