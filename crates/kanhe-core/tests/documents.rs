//! Whatever can be said in a signed document comes back as it was said, and has one spelling: written, signed, read and written again it is
//! the same bytes.

#![allow(clippy::unwrap_used, reason = "what cannot be made fails the test")]

use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::calendar::day_of_number;
use kanhe_core::certificate::{self, Attachment, Certificate, Holder, Value};
use kanhe_core::code::{CertificateId, HolderCode, HolderCodeType, ProjectCode, RegionCode, Serial, TypeCode, Uscc, Version};
use kanhe_core::envelope::{Document, Envelope, sign_to_cose};
use kanhe_core::event::{Act, Approval, Event};
use kanhe_core::key::{SigningKey, VerifyingKey};
use kanhe_core::kind::{Choice, Field, Form, Freshness, Kind, Label, Mask};
use kanhe_core::manifest::{self, Agency, AgencyKey, DictionaryDigest, Manifest, Uses};
use kanhe_core::recognition::{self, Recognition, Row};
use kanhe_core::survivors::Survivors;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// The bytes come back as the document that they were made of, from under a signature, and are written the same again.
fn comes_back<T>(document: &T, encode: impl Fn(&T) -> Vec<u8>)
where
    T: for<'b> Document<'b> + PartialEq + std::fmt::Debug,
{
    let key = SigningKey::from_seed(&[7; 32]);
    let bytes = encode(document);
    let signed = sign_to_cose(T::TYPE, &bytes, &key);
    let envelope = Envelope::decode(&signed).unwrap();
    assert_eq!(envelope.to_cose(), signed, "an envelope has one spelling");
    let verifying = key.verifying_key();
    let opened = envelope.authenticate::<T>(&verifying).unwrap();
    assert_eq!(&*opened, document);
    assert_eq!(encode(&opened), bytes);
}

fn words() -> impl Strategy<Value = String> {
    "[ -~一-龥𠀀-𠀏·（）]{0,24}"
}

fn label() -> impl Strategy<Value = Label> {
    (words(), words()).prop_map(|(zh, en)| Label { zh, en })
}

fn day() -> impl Strategy<Value = Date> {
    (-700_000..1_000_000_i32).prop_filter_map("a day", day_of_number)
}

fn moment() -> impl Strategy<Value = Timestamp> {
    (0..4_102_444_800_i64).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn region() -> impl Strategy<Value = RegionCode> {
    prop::sample::select(vec!["110000", "330000", "440000", "440300", "820000"]).prop_map(|code| RegionCode::parse(code).unwrap())
}

fn uscc() -> impl Strategy<Value = Uscc> {
    prop::sample::select(vec!["11100000000013338W", "114400000069410121", "11440000006942023C", "11330000002473039X"])
        .prop_map(|code| Uscc::parse(code).unwrap())
}

fn type_code() -> impl Strategy<Value = TypeCode> {
    prop::sample::select(vec!["11100000000013338W032", "11100000MB0143028R002", "11100000000013338W011"])
        .prop_map(|code| TypeCode::parse(code).unwrap())
}

fn identifier() -> impl Strategy<Value = CertificateId> {
    (type_code(), uscc(), "[0-9A-Z]{1,20}", 1_u16..=999).prop_map(|(type_code, issuer, serial, version)| {
        CertificateId::new(type_code, issuer, Serial::parse(&serial).unwrap(), Version::new(version).unwrap())
    })
}

fn holder() -> impl Strategy<Value = Holder> {
    let resident = Just((HolderCodeType::ResidentId, "440599198411210190".to_owned()));
    let organisation = uscc().prop_map(|code| (HolderCodeType::Uscc, code.to_string()));
    let passport = "[A-Z][0-9]{8}".prop_map(|code: String| (HolderCodeType::OrdinaryPassport, code));
    ("[A-Za-z一-龥𠀀-𠀏·]{1,20}", prop_oneof![resident, organisation, passport]).prop_map(
        |(name, (kind, code)): (String, (HolderCodeType, String))| Holder::new(&name, HolderCode::new(kind, &code).unwrap()).unwrap(),
    )
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        words().prop_map(Value::Text),
        any::<u64>().prop_map(Value::Count),
        any::<bool>().prop_map(Value::Flag),
        vec(words(), 0..4).prop_map(Value::List),
    ]
}

fn certificate() -> impl Strategy<Value = Certificate> {
    let names = (identifier(), words(), label(), label(), vec(holder(), 1..=8), region());
    let days = (day(), day(), option::of(0..20_000_i32));
    let fields = prop::collection::btree_map("[a-z_]{1,12}", value(), 0..8);
    let attachments = vec((words(), any::<[u8; 32]>()).prop_map(|(name, digest)| Attachment { name, digest }), 0..3);
    let rest = (fields, attachments, option::of(identifier()), any::<u32>(), any::<[u8; 16]>());
    (names, days, rest).prop_filter_map("parts that agree", |(names, (issued, from, term), rest)| {
        let (identifier, number, type_names, issuer_names, holders, region) = names;
        let (fields, attachments, predecessor, slot, salt) = rest;
        let until = term.map(|days| from.saturating_add(jiff::Span::new().days(days)));
        let fields = fields.into_iter().collect();
        let contents = certificate::Contents {
            identifier,
            number,
            type_names,
            issuer_names,
            holders,
            region,
            issued,
            from,
            until,
            fields,
            attachments,
            predecessor,
            slot,
            salt,
        };
        Certificate::new(contents).ok()
    })
}

fn event() -> impl Strategy<Value = Event> {
    let approval = (region(), any::<[u8; 10]>(), words(), moment()).prop_map(|(region, chance, approver, decided)| Approval {
        project: ProjectCode::new(&region, Date::constant(2026, 6, 15), &chance),
        approver,
        decided,
    });
    let what = (prop::sample::select(Act::ALL.to_vec()), words(), any::<[u8; 32]>(), any::<[u8; 16]>());
    let why = (words(), words(), words(), option::of(approval), option::of(words()));
    (what, moment(), moment(), why, any::<[u8; 16]>()).prop_map(|(what, effective, recorded, why, salt)| {
        let ((act, subject, digest, seal), (basis, reason, actor, approval, other)) = (what, why);
        Event { act, subject, digest, seal, effective, recorded, basis, reason, actor, approval, other, salt }
    })
}

fn key() -> impl Strategy<Value = VerifyingKey> {
    any::<[u8; 32]>().prop_map(|seed| SigningKey::from_seed(&seed).verifying_key())
}

fn agency_key() -> impl Strategy<Value = AgencyKey> {
    let uses = prop::sample::select(vec![
        Uses::SEAL,
        Uses::STATUS.and(Uses::SEAL),
        Uses::CERTIFICATE,
        Uses::SEAL.and(Uses::CERTIFICATE).and(Uses::STATUS),
    ]);
    (key(), uses, day(), option::of(day()), option::of(any::<u64>())).prop_map(|(key, uses, from, until, counts_before)| AgencyKey {
        key,
        uses,
        from,
        until,
        counts_before,
    })
}

fn mask() -> impl Strategy<Value = Mask> {
    prop_oneof![Just(Mask::Open), (any::<u8>(), any::<u8>()).prop_map(|(first, last)| Mask::Keep { first, last }), Just(Mask::Check)]
}

fn form() -> impl Strategy<Value = Form> {
    let table = || vec((words(), label()).prop_map(|(code, label)| Choice { code, label }), 0..4);
    prop_oneof![
        any::<u16>().prop_map(|most| Form::Text { most }),
        table().prop_map(Form::Choice),
        table().prop_map(Form::Choices),
        Just(Form::Date),
        any::<u8>().prop_map(|scale| Form::Decimal { scale }),
        Just(Form::Count),
        Just(Form::Flag),
    ]
}

fn kind(index: u16, dictionary: u32) -> impl Strategy<Value = Kind> {
    let field = (words(), label(), form(), mask()).prop_map(|(name, label, form, mask)| Field { name, label, form, mask });
    let freshness = (any::<u32>(), any::<u32>()).prop_map(|(amber, unknown)| Freshness { amber, unknown });
    let what = (type_code(), label(), form(), any::<bool>(), mask(), freshness);
    (what, vec(field, 0..4), any::<[u8; 32]>()).prop_map(move |(what, fields, file_digest)| {
        let (code, names, number, serial_is_number, holder_mask, freshness) = what;
        Kind { index, code, names, number, serial_is_number, holder_mask, freshness, dictionary, fields, file_digest }
    })
}

fn manifest() -> impl Strategy<Value = Manifest> {
    let agency = (uscc(), label(), vec(agency_key(), 1..4), words(), prop::sample::subsequence(vec![1_u16, 2], 0..=2))
        .prop_map(|(code, names, keys, status_uri, kinds)| Agency { code, names, keys, status_uri, kinds });
    let dictionaries = (any::<[u8; 32]>(), any::<[u8; 32]>())
        .prop_map(|(one, two)| vec![DictionaryDigest { id: 7, digest: one }, DictionaryDigest { id: 8, digest: two }]);
    let terms = (moment(), 1..1_000_000_i64);
    let kinds = (kind(1, 7), kind(2, 8)).prop_map(|(one, two)| vec![one, two]);
    (region(), label(), any::<u32>(), terms, vec(agency, 0..4), kinds, dictionaries).prop_map(
        |(region, names, edition, (issued, seconds), agencies, kinds, dictionaries)| {
            let expires = Timestamp::from_second(issued.as_second() + seconds).unwrap();
            Manifest::new(manifest::Contents { region, names, edition, issued, expires, agencies, kinds, dictionaries }).unwrap()
        },
    )
}

fn recognition() -> impl Strategy<Value = Recognition> {
    let row = (region(), type_code(), vec(words(), 0..3), day(), option::of(0..10_000_i32)).prop_map(
        |(region, type_code, scenes, from, term)| {
            let until = term.map(|days| from.saturating_add(jiff::Span::new().days(days)));
            Row { region, type_code, scenes, from, until }
        },
    );
    (any::<u32>(), moment(), 1..1_000_000_i64, vec(row, 0..6)).prop_map(|(edition, issued, seconds, rows)| {
        let expires = Timestamp::from_second(issued.as_second() + seconds).unwrap();
        let region = RegionCode::parse("350000").unwrap();
        Recognition::new(recognition::Contents { region, edition, issued, expires, rows }).unwrap()
    })
}

proptest! {
    #[test]
    fn a_certificate_comes_back(certificate in certificate()) {
        comes_back(&certificate, Certificate::encode);
    }

    #[test]
    fn an_event_comes_back_and_the_log_commits_to_one_spelling(event in event()) {
        let bytes = event.encode();
        let read = Event::decode(&bytes);
        prop_assert_eq!(read.as_ref(), Ok(&event));
        prop_assert_eq!(read.map(|read| read.encode()), Ok(bytes));
    }

    #[test]
    fn a_manifest_comes_back(manifest in manifest()) {
        comes_back(&manifest, Manifest::encode);
    }

    #[test]
    fn a_recognition_comes_back(recognition in recognition()) {
        comes_back(&recognition, Recognition::encode);
    }

    #[test]
    fn a_list_of_survivors_comes_back(region in region(), key in key(), before in any::<u64>(), issued in moment(), hashes in vec(any::<[u8; 16]>(), 0..40)) {
        comes_back(&Survivors::of(region, key, before, issued, hashes).unwrap(), Survivors::encode);
    }
}
