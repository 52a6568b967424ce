//! Whatever is changed in a seal, it is not accepted any more.

use kanhe_core::envelope::Authentic;
use kanhe_core::envelope::read_payload;
use kanhe_core::pack::Pack;
use kanhe_core::qr::{Scanned, encode_digits};
use kanhe_core::seal::Seal;
use kanhe_tests::world::noon;
use kanhe_tests::{Outcome, World};

struct Counter {
    text: String,
    pack: Authentic<Pack>,
}

impl Counter {
    fn open() -> Self {
        let world = World::new();
        let counter = Self { text: world.food_permit().text(), pack: world.pack().open() };
        assert!(counter.ask(&counter.text).is_accepted(), "the seal is good before anything is changed");
        counter
    }

    fn ask(&self, text: &str) -> Outcome {
        Outcome::of(text, &self.pack, noon(), None)
    }

    fn refuses(&self, text: &str, change: &str) {
        let outcome = self.ask(text);
        assert!(!outcome.is_accepted(), "{change}: {outcome:?}");
    }
}

#[test]
fn no_changed_bit_is_accepted() {
    let counter = Counter::open();
    let bytes = Scanned::parse(&counter.text).unwrap().bytes().to_vec();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        counter.refuses(&encode_digits(&changed), &format!("bit {bit}"));
    }
}

#[test]
fn a_changed_bit_behind_the_key_id_is_called_forged_unless_it_leaves_no_seal() {
    let counter = Counter::open();
    let bytes = Scanned::parse(&counter.text).unwrap().bytes().to_vec();
    let mut forged = 0;
    for at in 9..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        let outcome = counter.ask(&encode_digits(&changed));
        let is_seal = read_payload::<Seal<'_>>(&changed[9..changed.len() - 64]).is_ok();
        let told = if is_seal { ("refuse", "signature_invalid") } else { ("unknown", "seal_damaged") };
        assert_eq!((outcome.verdict, outcome.code), told, "byte {at}");
        forged += usize::from(is_seal);
    }
    assert!(forged > bytes.len() / 2, "{forged}");
}

#[test]
fn no_changed_digit_is_accepted() {
    let counter = Counter::open();
    for at in 0..counter.text.len() {
        let digit = &counter.text[at..=at];
        for other in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"].into_iter().filter(|other| *other != digit) {
            let mut changed = counter.text.clone();
            changed.replace_range(at..=at, other);
            counter.refuses(&changed, &format!("digit {at} is {other} instead of {digit}"));
        }
    }
}

#[test]
fn no_cut_text_is_accepted() {
    let counter = Counter::open();
    for at in 1..counter.text.len() {
        counter.refuses(&counter.text[..at], &format!("only the first {at} digits"));
        counter.refuses(&counter.text[at..], &format!("without the first {at} digits"));
    }
}

#[test]
fn no_inserted_lost_or_swapped_digit_is_accepted() {
    let counter = Counter::open();
    let text = &counter.text;
    for at in 0..text.len() {
        let (head, tail) = text.split_at(at);
        for digit in ["0", "5", "9"] {
            counter.refuses(&format!("{head}{digit}{tail}"), &format!("{digit} before digit {at}"));
        }
        counter.refuses(&format!("{head}{}", &tail[1..]), &format!("without digit {at}"));
        let mut swapped = text.clone().into_bytes();
        swapped.swap(at.saturating_sub(1), at);
        let swapped = String::from_utf8(swapped).unwrap();
        if swapped != *text {
            counter.refuses(&swapped, &format!("digits {at} and the one before swapped"));
        }
    }
}

#[test]
fn no_added_or_lost_byte_is_accepted() {
    let counter = Counter::open();
    let bytes = Scanned::parse(&counter.text).unwrap().bytes().to_vec();
    for at in 0..=bytes.len() {
        let mut longer = bytes.clone();
        longer.insert(at, 0);
        counter.refuses(&encode_digits(&longer), &format!("a zero before byte {at}"));
    }
    for at in 0..bytes.len() {
        let mut shorter = bytes.clone();
        shorter.remove(at);
        counter.refuses(&encode_digits(&shorter), &format!("without byte {at}"));
    }
}
