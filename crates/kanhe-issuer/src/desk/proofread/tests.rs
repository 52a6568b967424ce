use super::super::Succession;
use super::*;
use crate::application::Table;
use crate::catalogue::Catalogue;
use jiff::civil::{Date, date};
use kanhe_core::certificate::{Contents, Holder, Value};
use kanhe_core::code::{HolderCodeType, RegionCode, Uscc};
use kanhe_core::dictionary::Dictionary;
use kanhe_core::key::SigningKey;
use kanhe_core::kind::Label;
use kanhe_core::manifest::{Agency, AgencyKey, DictionaryDigest, Manifest, Uses};
use kanhe_core::seal::write;

const DICTIONARY: &[u8] = include_bytes!("../../../../../schemas/dictionaries/1.cbor");

/// A type whose holders are organisations, told whole; one whose holders are people, of whose codes some characters are told; and of each a row.
const TYPES: [(&str, &str, &str); 2] = [
    (
        "food-operation-permit.json",
        include_str!("../../../../../schemas/types/food-operation-permit.json"),
        "request_id,number,holder_name,holder_code_type,holder_code,issued,premises,business_form,items,legal_representative,residence,supervisor\n\
         R-1,JY34405060031004,汕头市众和餐饮有限公司,001,91440199MA8AWRH82C,2026-03-01,澄海区文冠路584号,3,A1^B1,李㛃,澄海区文冠路564号,澄海区市场监督管理局\n",
    ),
    (
        "special-work-operator.json",
        include_str!("../../../../../schemas/types/special-work-operator.json"),
        "request_id,number,holder_name,holder_code_type,holder_code,issued,trade,first_issued_on,sex,employer,training\n\
         R-1,粤A022000000001,李伟,111,11010519491231002X,2026-03-01,10,2018-04-01,男,广州市万家建筑工程有限公司,47\n",
    ),
];

const ISSUED: Date = date(2026, 3, 1);

fn label(text: &str) -> Label {
    Label { zh: text.to_owned(), en: text.to_owned() }
}

/// Places a certificate of each type at a desk for it, and signs nothing.
fn at_each_desk(read: impl Fn(&Desk<'_>, Certificate)) {
    let (dictionaries, key) = ([Dictionary::decode(DICTIONARY).unwrap()], SigningKey::from_seed(&[7; 32]));
    let checked = TYPES[1].1.replace("\"mask\": { \"keep\": [6, 4] }", "\"mask\": \"check\"");
    assert_ne!(checked, TYPES[1].1, "of a person's code nothing is told but a check value");
    for (name, file, row) in TYPES.into_iter().chain([(TYPES[1].0, checked.as_str(), TYPES[1].2)]) {
        let catalogue = Catalogue::load([(name.to_owned(), file.to_owned())], &[&dictionaries[0]]).unwrap();
        let kind = catalogue.find(name.trim_end_matches(".json")).unwrap();
        let uses = Uses::SEAL.and(Uses::CERTIFICATE);
        let agency = Agency {
            code: Uscc::parse("11100000000013338W").unwrap(),
            names: label("审批局"),
            keys: vec![AgencyKey { key: key.verifying_key(), uses, from: ISSUED, until: None, counts_before: None }],
            status_uri: "https://gz.example.cn/status".to_owned(),
            kinds: vec![1],
        };
        let manifest = Manifest::new(kanhe_core::manifest::Contents {
            region: RegionCode::parse("440000").unwrap(),
            names: label("广东省"),
            edition: 1,
            issued: "2026-01-01T00:00:00Z".parse().unwrap(),
            expires: "2027-01-01T00:00:00Z".parse().unwrap(),
            agencies: vec![agency],
            kinds: vec![kind.to_kind(1)],
            dictionaries: dictionaries.iter().map(|it| DictionaryDigest { id: it.id(), digest: it.digest() }).collect(),
        })
        .unwrap();
        let desk = Desk::open(&manifest, &key, kind, &dictionaries).unwrap();
        let application = Table::read(row.as_bytes(), kind).unwrap().next().unwrap().unwrap();
        let draft = kind.admit(&application, ISSUED).unwrap();
        let certificate = desk.place(desk.ask(draft).unwrap(), Succession::First, 7, [3; 16]).unwrap();
        read(&desk, certificate);
    }
}

/// What is changed, and how.
type Change = (&'static str, fn(&mut Contents));

/// What would be another certificate, each by one thing that counters read of it.
const CHANGES: &[Change] = &[
    ("identifier", |contents| contents.identifier = contents.identifier.next_version().unwrap()),
    ("name", |contents| contents.holders = vec![Holder::new("别人", contents.holders[0].code().clone()).unwrap()]),
    ("code", |contents| {
        let (kind, other) = match contents.holders[0].code().kind() {
            HolderCodeType::Uscc => (HolderCodeType::Uscc, "11100000000013338W"),
            _ => (HolderCodeType::ResidentId, "440524188001010014"),
        };
        contents.holders = vec![Holder::new(contents.holders[0].name(), HolderCode::new(kind, other).unwrap()).unwrap()];
    }),
    ("holder more", |contents| contents.holders.push(contents.holders[0].clone())),
    ("day of issue", |contents| contents.issued = date(2026, 2, 28)),
    ("first day", |contents| contents.from = date(2026, 3, 2)),
    ("last day", |contents| contents.until = None),
    ("field", |contents| {
        let (_, value) = contents.fields.iter_mut().find(|(name, _)| ["premises", "first_issued_on"].contains(&name.as_str())).unwrap();
        *value = Value::Text("2017-04-01".to_owned());
    }),
    ("slot", |contents| contents.slot += 1),
];

fn code<T>(read: Result<T, IssueError>) -> Result<(), &'static str> {
    read.map(drop).map_err(|error| error.code())
}

#[test]
fn bytes_that_say_anything_else_than_what_was_minted_are_not_signed() {
    at_each_desk(|desk, certificate| {
        let envelope = b"the signed file".as_slice();
        let words = |certificate: &Certificate, file| write(certificate, desk.kind, desk.dictionary, &digest_of(file)).unwrap();
        let read = |payload: &[u8], words: &[u8]| {
            [code(desk.certificate_reads(payload, &certificate)), code(desk.seal_reads(words, &certificate, envelope))]
        };
        let (payload, seal) = (certificate.encode(), words(&certificate, envelope));
        assert_eq!(read(&payload, &seal), [Ok(()); 2], "what was minted reads as itself");
        for (what, change) in CHANGES {
            let mut contents = Contents::clone(&certificate);
            change(&mut contents);
            let other = Certificate::new(contents).unwrap();
            assert_eq!(read(&other.encode(), &words(&other, envelope)), [Err("proof_differs"); 2], "another {what}");
        }
        assert_eq!(code(desk.seal_reads(&words(&certificate, b"another file"), &certificate, envelope)), Err("proof_differs"));
        for cut in [1, 40, payload.len() - 1] {
            assert!(read(&payload[..cut], &seal[..cut.min(seal.len() - 1)]).iter().all(Result::is_err), "{cut} bytes");
        }
    });
}
