//! What was signed is proofread, and each certificate is issued or refused by itself.

use crate::registry::{House, OPERATOR, Registry};
use kanhe_core::certificate::Certificate;
use kanhe_core::dictionary::Dictionary;
use kanhe_core::envelope::Envelope;
use kanhe_core::key::{Multiples, Signer};
use kanhe_core::kind::{Form, Kind};
use kanhe_core::manifest::{Agency, Contents, Manifest};
use kanhe_core::qr::Scanned;
use kanhe_core::seal::Seal;
use kanhe_issuer::application::Table;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::desk::Desk;
use kanhe_issuer::registrar::{Answer, Chances, Entered, Intake, Refusal, Signed};
use kanhe_tests::world::{FaultyKey, day, moment};
use std::convert::Infallible;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const ROWS: usize = 128;

const DAY: &str = "2026-03-01";

impl Registry {
    /// What came of each of the first rows, signed with a key, at a desk that has its multiples at hand.
    fn answers(&self, key: &dyn Signer, rows: usize) -> Vec<Result<Answer, Refusal<Infallible>>> {
        let multiples = Multiples::of(&key.verifying_key());
        let (kind, desk, now) =
            (self.house.kind(OPERATOR), self.house.desk_with(OPERATOR, key).with(&multiples), moment("2026-03-01T04:00:00Z"));
        let grounds = self.entry(now, now).grounds;
        let intake = Intake { kind, others: Vec::new(), desk: &desk, registrar: self.registrar(), grounds, now, day: day(DAY) };
        let sign = |person: usize| {
            let application = self.house.application(OPERATOR, person, &format!("R-{person}"), DAY);
            intake.sign(&application, Chances { certificate: self.salt(), event: self.salt() }, |_| None)
        };
        (0..rows).map(sign).collect()
    }
}

/// The certificates that wait, those that were answered before, and the codes of rows that were refused, each with its place.
fn sorted(answers: Vec<Result<Answer, Refusal<Infallible>>>) -> (Vec<Signed>, usize, Vec<(usize, &'static str)>) {
    let (mut signed, mut before, mut refused) = (Vec::new(), 0, Vec::new());
    for (place, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(Answer::New(one)) => signed.push(*one),
            Ok(Answer::Before(_)) => before += 1,
            Err(Refusal::Registrar(error)) => refused.push((place, error.code())),
            Err(other) => panic!("{other:?}"),
        }
    }
    (signed, before, refused)
}

#[test]
fn of_128_the_one_whose_signature_is_wrong_is_refused_and_the_others_are_issued() {
    // Of each row the certificate is signed first, then the seal.
    for wrong in [0, 1, 126, 2 * ROWS - 1] {
        let registry = Registry::new();
        let made = AtomicUsize::new(0);
        let faulty = FaultyKey::new(registry.house.key(), move |_| made.fetch_add(1, Ordering::Relaxed) == wrong);
        let (signed, before, refused) = sorted(registry.answers(&faulty, ROWS));
        assert_eq!((before, &refused[..]), (0, &[(wrong / 2, "signature_wrong")][..]));
        let entered = registry.registrar().enter(&signed).unwrap();
        let public = registry.house.public_key();
        for entered in &entered {
            let Ok(Entered::New(mark)) = entered else { panic!("{entered:?}") };
            let record = registry.library.record(*mark).unwrap();
            assert!(Envelope::decode(&record.envelope).unwrap().authenticate::<Certificate>(&public).is_ok());
            let seal = Scanned::parse(&record.digits()).unwrap();
            assert!(seal.envelope().authenticate::<Seal<'_>>(&public).is_ok());
        }
        assert_eq!((entered.len(), registry.library.certificates().unwrap()), (ROWS - 1, 127));
        let (signed, before, refused) = sorted(registry.answers(&registry.house.key(), ROWS));
        assert_eq!((signed.len(), before, refused.len()), (1, ROWS - 1, 0), "handed in again, only the row that was refused is signed");
    }
}

#[test]
fn of_a_few_and_of_one_alone_none_is_issued_whose_signature_is_wrong() {
    let registry = Registry::new();
    for rows in [1, 2, 3, 5] {
        let faulty = FaultyKey::new(registry.house.key(), |_| true);
        let (signed, before, refused) = sorted(registry.answers(&faulty, rows));
        assert_eq!((signed.len(), before, refused.len()), (0, 0, rows));
        assert!(refused.iter().all(|(_, code)| *code == "signature_wrong"));
    }
    let faulty = FaultyKey::new(registry.house.key(), |_| true);
    let desk: Desk<'_> = registry.house.desk_with(OPERATOR, &faulty);
    let now = moment("2026-03-01T04:00:00Z");
    let draft = registry.house.draft(OPERATOR, 1, "R-1", DAY);
    let alone = registry.registrar().sign(&desk, draft, registry.grant(now, now));
    assert_eq!(alone.err().map(|error| error.code()), Some("signature_wrong"));
}

/// 食品经营许可证: of what is sold a seal has one number, whose bits are places in the manifest's table.
const FOOD: &str = "food-operation-permit";

/// A type whose seals list what is sold from the end of the table: its applications are in the order of the file.
fn turned(mut kind: Kind) -> Kind {
    for field in &mut kind.fields {
        if let Form::Choices(table) = &mut field.form {
            table.reverse();
        }
    }
    kind
}

#[test]
fn a_seal_that_a_counter_would_read_otherwise_is_not_signed() {
    let schemas = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let dictionaries = [Dictionary::decode(&fs::read(schemas.join("dictionaries/1.cbor")).unwrap()).unwrap()];
    let file = fs::read_to_string(schemas.join(format!("types/{FOOD}.json"))).unwrap();
    let catalogue = Catalogue::load([(format!("{FOOD}.json"), file)], &[&dictionaries[0]]).unwrap();
    let (house, kind, made) = (House::new(), catalogue.find(FOOD).unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&made);
    let key = FaultyKey::new(house.key(), move |_| counted.fetch_add(1, Ordering::Relaxed) == usize::MAX);
    let issued = |published: Kind, items: &str| {
        let agencies = house.manifest().agencies.iter().map(|agency| Agency { kinds: vec![1], ..agency.clone() }).collect();
        let manifest = Manifest::new(Contents { agencies, kinds: vec![published], ..Contents::clone(house.manifest()) }).unwrap();
        let table = format!(
            "request_id,number,holder_name,holder_code_type,holder_code,issued,premises,business_form,items,legal_representative,residence,\
             supervisor\nR-1,JY34405060031004,汕头市众和餐饮有限公司,001,91440199MA8AWRH82C,{DAY},澄海区文冠路584号,3,{items},李㛃,\
             澄海区文冠路564号,澄海区市场监督管理局\n"
        );
        let application = Table::read(table.as_bytes(), kind).unwrap().next().unwrap().unwrap();
        let draft = kind.admit(&application, day(DAY)).unwrap();
        let desk = Desk::open(&manifest, &key, kind, &dictionaries).unwrap();
        made.store(0, Ordering::Relaxed);
        (desk.issue(draft, 0, [0; 16]).map(drop).map_err(|error| error.code()), made.load(Ordering::Relaxed))
    };
    assert_eq!(issued(kind.to_kind(1), "A1^B1"), (Ok(()), 2), "a certificate and its seal");
    assert_eq!(issued(turned(kind.to_kind(1)), "A1"), (Ok(()), 2), "of one thing there is no order");
    assert_eq!(issued(turned(kind.to_kind(1)), "A1^B1"), (Err("proof_differs"), 1), "a certificate that nobody gets, and no seal");
}
