//! One number, one name and one passport are each the same however they are spelt, also in libraries from before that was so.

use crate::registry::{ACCOUNTING, OPERATOR, Registry, resident_id, secret};
use kanhe_core::code::{HolderCode, HolderCodeType};
use kanhe_core::spelling::{folded, folded_once};
use kanhe_issuer::application::{Draft, Table};
use kanhe_issuer::audit::judge;
use kanhe_issuer::registrar::{Proof, effective_on};
use kanhe_store::Shelfmark;
use kanhe_store::find::{Cursor, Found, Only, Question};
use kanhe_tests::world::{day, moment};
use sha2::{Digest, Sha256};
use std::path::Path;

const DAY: &str = "2026-03-01";

fn draft(registry: &Registry, name: &str, row: &str) -> Draft {
    let (more, values) = match name {
        ACCOUNTING => ("qualified_on,title,sex", "2020-01-01,1,女"),
        _ => ("trade,first_issued_on,sex,employer,training", "10,2018-04-01,男,广州市万家建筑工程有限公司,47"),
    };
    let csv = format!("issued,{more},request_id,number,holder_name,holder_code_type,holder_code\n{DAY},{values},{row}\n");
    let kind = registry.house.kind(name);
    let row = Table::read(csv.as_bytes(), kind).unwrap().next().unwrap().unwrap();
    kind.admit(&row, day(DAY)).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// What a row comes to whose last columns are these: request, number, name, type of code and code of the holder.
pub fn issued(registry: &Registry, name: &str, row: &str) -> Result<Shelfmark, &'static str> {
    let now = moment(&format!("{DAY}T04:00:00Z"));
    let grant = registry.grant(effective_on(day(DAY), now), now);
    let signed = [registry.registrar().sign(&registry.house.desk(name), draft(registry, name, row), grant).unwrap()];
    let entered = registry.registrar().enter(&signed).unwrap().pop().unwrap();
    entered.map(|entered| entered.shelfmark()).map_err(|error| error.code())
}

/// The same for an operator: the number and the name of a person.
pub fn operator(registry: &Registry, person: usize, number: &str, name: &str) -> Result<Shelfmark, &'static str> {
    issued(registry, OPERATOR, &format!("R-{person},{number},{name},111,{}", resident_id(person)))
}

/// What is found, a page of one at a time.
fn found(registry: &Registry, question: &Question) -> Vec<Shelfmark> {
    let (mut marks, mut after) = (Vec::new(), None::<Cursor>);
    loop {
        let Found { shelfmarks, next } = registry.library.ask(question, after.as_ref(), 1).unwrap();
        marks.extend(shelfmarks);
        after = next;
        if after.is_none() {
            return marks;
        }
    }
}

fn of_number(number: &str) -> Question {
    Question::Number { number: number.to_owned(), only: Only::default() }
}

fn of_name(words: &str) -> Question {
    Question::named(words, Only::default()).unwrap()
}

fn of_passport(code: &str) -> Question {
    Question::Holder { code: HolderCode::new_foreign(HolderCodeType::OrdinaryPassport, code).unwrap().0, only: Only::default() }
}

fn is_sound(registry: &Registry) {
    assert_eq!(registry.library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap(), []);
}

#[test]
fn a_number_is_given_once_whichever_spelling_comes_first() {
    for [first, second] in [["ab-1", "AB-1"], ["AB-1", "ab-1"], ["粤Ｂ（２）", "粤B（2）"], ["粤B(2)", "粤Ｂ（２）"]] {
        let registry = Registry::new();
        let mark = operator(&registry, 1, first, "李明").unwrap();
        assert_eq!(operator(&registry, 2, second, "王芳"), Err("number_taken"), "{first} {second}");
        for typed in [first, second, &format!(" {} ", second.to_lowercase())] {
            assert_eq!(found(&registry, &of_number(typed)), [mark], "{first} {typed}");
        }
        assert_eq!(registry.library.record(mark).unwrap().certificate().unwrap().number, first, "it stays as it is printed");
        is_sound(&registry);
    }
}

#[test]
fn a_dry_run_and_the_run_say_the_same_of_a_number_in_two_spellings() {
    let registry = Registry::new();
    let desk = registry.house.desk(OPERATOR);
    let row = |person: usize, number: &str| draft(&registry, OPERATOR, &format!("R-{person},{number},李明,111,{}", resident_id(person)));
    let mut proof = Proof::new(registry.registrar());
    assert!(proof.ask(&desk, row(1, "ab-1"), 2).is_ok());
    assert_eq!(proof.ask(&desk, row(2, "AB-1"), 3).unwrap_err().code(), "number_taken");
    operator(&registry, 1, "ab-1", "李明").unwrap();
    assert_eq!(Proof::new(registry.registrar()).ask(&desk, row(2, "AB-1"), 3).unwrap_err().code(), "number_taken");
    assert_eq!(operator(&registry, 2, "AB-1", "李明"), Err("number_taken"));
}

#[test]
fn a_name_is_found_in_letters_of_any_width() {
    let registry = Registry::new();
    let wide = operator(&registry, 1, "1", "甲ＡＢ一").unwrap();
    let narrow = operator(&registry, 2, "2", "SMITH JOHN").unwrap();
    for typed in ["甲AB", "甲ＡＢ", "甲ab一", "ＡＢ"] {
        assert_eq!(found(&registry, &of_name(typed)), [wide], "{typed}");
    }
    for typed in ["ＳＭＩＴＨ", "smith", "Ｊｏｈｎ"] {
        assert_eq!(found(&registry, &of_name(typed)), [narrow], "{typed}");
    }
    is_sound(&registry);
}

#[test]
fn a_passport_in_small_letters_is_the_same_passport() {
    let registry = Registry::new();
    let licence = |request: &str, code: &str| issued(&registry, ACCOUNTING, &format!("{request},{request},SMITH,414,{code}"));
    let mark = licence("000000000001", "e12345678").unwrap();
    let signed = registry.library.record(mark).unwrap().certificate().unwrap();
    assert_eq!(signed.holders[0].code().expose(), "E12345678");
    for code in ["E12345678", "Ｅ12345678"] {
        assert_eq!(licence("000000000002", code), Err("holder_has_one"), "{code}");
    }
    for typed in ["E12345678", "e12345678"] {
        assert_eq!(found(&registry, &of_passport(typed)), [mark], "{typed}");
    }
    is_sound(&registry);
}

/// HMAC-SHA-256 (RFC 2104) under a key of a block or less.
fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let padded = |byte: u8| (0..64).map(|place| key.get(place).copied().unwrap_or(0) ^ byte).collect::<Vec<u8>>();
    let message = parts.iter().flat_map(|part| [&(part.len() as u64).to_be_bytes()[..], part].concat()).collect::<Vec<u8>>();
    let inner = Sha256::digest([padded(0x36), message].concat());
    Sha256::digest([padded(0x5c), inner.to_vec()].concat()).into()
}

/// What stands in the index for some parts.
fn hash(parts: &[&[u8]]) -> [u8; 32] {
    hmac(&hmac(secret().expose(), &[b"kanhe library index v1"]), parts)
}

fn rows(db: &rocksdb::DB, family: &str) -> Vec<Vec<u8>> {
    db.iterator_cf(db.cf_handle(family).unwrap(), rocksdb::IteratorMode::Start).map(|row| row.unwrap().0.to_vec()).collect()
}

fn moved(db: &rocksdb::DB, family: &str, from: &[u8], to: &[u8]) {
    let family = db.cf_handle(family).unwrap();
    db.delete_cf(family, from).unwrap();
    db.put_cf(family, to, []).unwrap();
}

fn bare(path: &Path, act: impl FnOnce(&rocksdb::DB)) {
    let options = rocksdb::Options::default();
    act(&rocksdb::DB::open_cf(&options, path, rocksdb::DB::list_cf(&options, path).unwrap()).unwrap());
}

/// Writes into the founding that the library is of an older format.
fn of_format(db: &rocksdb::DB, format: u8) {
    let meta = db.cf_handle("meta").unwrap();
    let mut founding = db.get_cf(meta, b"founding").unwrap().unwrap();
    let place = founding.windows(13).position(|window| window == b"kanhe library").unwrap() + 13;
    assert_eq!(u32::from(founding[place]), kanhe_store::FORMAT);
    founding[place] = format;
    db.put_cf(meta, b"founding", founding).unwrap();
}

/// Numbers as format 1 had them: as they are printed.
fn printed(db: &rocksdb::DB, numbers: &[&str]) {
    for key in rows(db, "numbers") {
        let mark = usize::from(key[key.len() - 1]);
        let end = key.iter().position(|byte| *byte == 0).unwrap();
        moved(db, "numbers", &key, &[numbers[mark].as_bytes(), &key[end..]].concat());
    }
}

#[test]
fn a_library_from_before_holds_its_numbers_in_every_spelling() {
    const NUMBERS: [&str; 4] = ["aB-1", "粤Ｂ（２）", "粤B（3）", "AB-4"];
    let registry = Registry::new();
    for (person, number) in NUMBERS.into_iter().enumerate() {
        operator(&registry, person, number, "李明").unwrap();
    }
    let registry = registry.reopen_after(|path| {
        bare(path, |db| {
            of_format(db, 1);
            printed(db, &NUMBERS);
        });
    });
    is_sound(&registry);
    for (place, typed) in ["ab-1", "粤b(2)", "粤B(3)", "ab-4"].into_iter().enumerate() {
        assert_eq!(found(&registry, &of_number(typed)).len(), 1, "{typed}");
        assert_eq!(operator(&registry, 10 + place, typed, "王芳"), Err("number_taken"), "{typed}");
    }
    is_sound(&registry.reopen());
}

#[test]
fn numbers_are_found_wherever_they_were_brought_up_to_date_and_by_whatever_kanhe() {
    // The first begins with a space where widths are folded alone, and of the second the capital has an accent of its own.
    const NUMBERS: [&str; 3] = ["´1", "i\u{307}-2", "ａb-3"];
    let registry = Registry::new();
    for (person, number) in NUMBERS.into_iter().enumerate() {
        operator(&registry, person, number, "李明").unwrap();
    }
    // Each stands as it is printed, as it was folded at first, or as it stands today.
    let states = (0..27).map(|state| {
        let spelt = |number: &str, way: usize| [number.to_owned(), folded_once(number), folded(number)][way % 3].clone();
        [spelt(NUMBERS[0], state), spelt(NUMBERS[1], state / 3), spelt(NUMBERS[2], state / 9)]
    });
    let broken_off = states.map(|state| (1, state)).chain([(2, NUMBERS.map(folded_once))]);
    let mut registry = registry;
    for (format, state) in broken_off {
        registry = registry.reopen_after(|path| {
            bare(path, |db| {
                of_format(db, format);
                printed(db, &state.each_ref().map(String::as_str));
            });
        });
        is_sound(&registry);
        for typed in NUMBERS.into_iter().chain(["´1 ", "I\u{307}-2", "\u{130}-2", "AB-3"]) {
            assert_eq!(found(&registry, &of_number(typed)).len(), 1, "{typed}, {state:?} in format {format}");
        }
    }
    assert_eq!(operator(&registry, 10, "´1", "王芳"), Err("number_taken"));
}

#[test]
fn two_certificates_that_got_one_number_before_are_both_found_by_it() {
    let registry = Registry::new();
    let marks = [operator(&registry, 0, "AB-1", "李明").unwrap(), operator(&registry, 1, "AB-2", "王芳").unwrap()];
    let registry = registry.reopen_after(|path| {
        bare(path, |db| {
            of_format(db, 1);
            printed(db, &["AB-1", "ab-1"]);
        });
    });
    for typed in ["AB-1", "ab-1", "Ａb-1"] {
        assert_eq!(found(&registry, &of_number(typed)), marks, "{typed}");
    }
}

#[test]
fn a_name_from_before_is_found_as_it_was_written() {
    let registry = Registry::new();
    let before = operator(&registry, 0, "1", "甲ＡＢ一").unwrap();
    let registry = registry.reopen_after(|path| {
        bare(path, |db| {
            rows(db, "words").iter().for_each(|key| db.delete_cf(db.cf_handle("words").unwrap(), key).unwrap());
            for piece in ["甲ａ", "ａｂ", "ｂ一", "甲ａｂ", "ａｂ一"] {
                let key = [&hash(&[b"piece", piece.as_bytes()])[..8], &[0; 8]].concat();
                db.put_cf(db.cf_handle("words").unwrap(), key, []).unwrap();
            }
        });
    });
    let after = operator(&registry, 1, "2", "甲ＡＢ一").unwrap();
    assert_eq!(found(&registry, &of_name("甲ＡＢ")), [before, after]);
    assert_eq!(found(&registry, &of_name("甲ＡＢ一")), [before, after]);
    assert_eq!(found(&registry, &of_name("甲AB")), [after]);
    is_sound(&registry);
    let registry = registry.reopen_after(|path| {
        bare(path, |db| db.delete_cf(db.cf_handle("words").unwrap(), &rows(db, "words")[0]).unwrap());
    });
    let findings = registry.library.check(|whole| judge(whole, registry.house.manifest()), |_, _| {}).unwrap();
    assert!(!findings.is_empty(), "what is missing is found in either letters");
}

#[test]
fn a_passport_from_before_is_found_in_capitals_and_still_has_its_one_licence() {
    let registry = Registry::new();
    let row = |number: &str| format!("{number},{number},SMITH,414,E12345678");
    let mark = issued(&registry, ACCOUNTING, &row("000000000001")).unwrap();
    let of = |code: &str| hash(&[b"holder", &414_u16.to_be_bytes(), code.as_bytes()]);
    let registry = registry.reopen_after(|path| {
        bare(path, |db| {
            let key = rows(db, "holders").remove(0);
            assert_eq!(key[..16], of("E12345678")[..16]);
            moved(db, "holders", &key, &[&of("e12345678")[..16], &key[16..]].concat());
        });
    });
    for typed in ["E12345678", "e12345678"] {
        assert_eq!(found(&registry, &of_passport(typed)), [mark], "{typed}");
    }
    assert_eq!(issued(&registry, ACCOUNTING, &row("000000000002")), Err("holder_has_one"));
    let later = issued(&registry, OPERATOR, "R-3,3,SMITH,414,e12345678").unwrap();
    for typed in ["E12345678", "e12345678"] {
        assert_eq!(found(&registry, &of_passport(typed)).len(), 2, "both lists, page by page: {mark:?} {later:?}");
    }
}
