use super::*;
use crate::code::{SerialError, UsccError, Warning};
use proptest::prelude::*;

const GENUINE: [&str; 3] = [
    "11100000000013338W011.11430000006122244L.20230000403.001.U",
    "11100000000013338W011.11110000000021135M.20230329701.003.Y",
    "11100000000013338W009.11330105002500287C.2025052201.002.0",
];

const AGENCIES: [&str; 4] = ["11430000006122244L", "11110000000021135M", "11330105002500287C", "11100000MB03271699"];

#[test]
fn genuine_identifiers_are_accepted_with_and_without_their_root() {
    for text in GENUINE {
        let id = CertificateId::parse(text).unwrap();
        assert_eq!(id.without_root(), text);
        assert_eq!(id.to_string(), format!("1.2.156.3005.2.{text}"));
        assert_eq!(CertificateId::parse(&id.to_string()), Ok(id));
    }
}

#[test]
fn a_check_character_that_wraps_to_zero_is_accepted() {
    let id = CertificateId::parse(GENUINE[2]).unwrap();
    assert_eq!(id.check(), '0');
}

#[test]
fn an_identifier_is_its_parts() {
    let id = CertificateId::new(
        TypeCode::parse("11100000000013338W011").unwrap(),
        Uscc::parse("11430000006122244L").unwrap(),
        Serial::parse("20230000403").unwrap(),
        Version::FIRST,
    );
    assert_eq!(id.without_root(), GENUINE[0]);
    assert_eq!(id.type_code().as_str(), "11100000000013338W011");
    assert_eq!(id.issuer().as_str(), "11430000006122244L");
    assert_eq!(id.serial().as_str(), "20230000403");
    assert_eq!(id.version(), Version::FIRST);
}

#[test]
fn the_next_version_has_a_check_character_of_its_own() {
    let id = CertificateId::parse(GENUINE[0]).unwrap();
    let next = id.next_version().unwrap();
    assert_eq!(next.without_root(), "11100000000013338W011.11430000006122244L.20230000403.002.S");
    assert_eq!(next.serial(), id.serial());
}

#[test]
fn the_version_after_999_does_not_exist() {
    let mut id = CertificateId::parse(GENUINE[0]).unwrap();
    id.version = Version::new(999).unwrap();
    assert_eq!(id.next_version(), Err(VersionError::Exhausted { last: 999 }));
}

#[test]
fn the_compact_form_reads_back_whatever_the_length_of_the_serial() {
    for length in 1..=32 {
        let mut id = CertificateId::parse(GENUINE[0]).unwrap();
        id.serial = Serial::parse(&"7".repeat(length)).unwrap();
        let compact = id.compact();
        assert_eq!(compact.len(), 43 + length);
        assert_eq!(CertificateId::parse_compact(&compact), Ok(id));
    }
}

#[test]
fn the_error_names_the_part() {
    let long = "1".repeat(95);
    let rows = [
        ("", "certificate_id_parts"),
        ("1.2.156.3005.3.11100000000013338W011.11430000006122244L.20230000403.001.U", "certificate_id_parts"),
        ("11100000000013338W011.11430000006122244L.20230000403.001", "certificate_id_parts"),
        ("11100000000013338X011.11430000006122244L.20230000403.001.U", "certificate_id_type"),
        ("11100000000013338W011.11430000006122244M.20230000403.001.U", "certificate_id_issuer"),
        ("11100000000013338W011.11430000006122244L..001.U", "certificate_id_serial"),
        ("11100000000013338W011.11430000006122244L.20230000403.000.U", "certificate_id_version"),
        ("11100000000013338W011.11430000006122244L.20230000403.001.", "certificate_id_check_length"),
        ("11100000000013338W011.11430000006122244L.20230000403.001.V", "certificate_id_check"),
        (long.as_str(), "certificate_id_length"),
    ];
    for (text, code) in rows {
        assert_eq!(CertificateId::parse(text).unwrap_err().code(), code, "{text}");
    }
}

#[test]
fn defects_of_the_field_are_read_with_their_warnings() {
    let rows: [(&str, &[&str]); 7] = [
        (
            "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M",
            &["certificate_id_check_miscounted"],
        ),
        ("1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9", &["issuer_is_region"]),
        ("1.2.156.3005.2.062301.1101101102.0624_001.001.U", &["type_code_length", "certificate_id_issuer", "serial_underscore"]),
        ("11100000000013338w011.11430000006122244l.20230000403.001.u", &["lower_case"]),
        ("11100000000013338W011.11430000006122244L.20230000403.001.V", &["certificate_id_check"]),
        ("11100000000013338X011.11430000006122244L.20230000403.001.U", &["type_code_authority", "certificate_id_check"]),
        (GENUINE[2], &[]),
    ];
    for (text, warnings) in rows {
        let read = CertificateId::parse_foreign(text).unwrap();
        let codes: Vec<_> = read.warnings().iter().map(Warning::code).collect();
        assert_eq!(codes, warnings, "{text}");
        assert_eq!(read.written(), text);
    }
}

#[test]
fn only_lower_case_still_leads_to_the_strict_identifier() {
    let read = CertificateId::parse_foreign(&GENUINE[0].to_lowercase()).unwrap();
    assert_eq!(read.into_strict().unwrap().without_root(), GENUINE[0]);
}

#[test]
fn what_no_known_system_writes_is_refused_by_the_lenient_door_too() {
    let rows = [
        ("11100000000013338W011.广东省.20230000403.001.U", CertificateIdError::Issuer(UsccError::Alphabet { position: 1, found: '广' })),
        (
            "11100000000013338W011.11430000006122244L._é.001.U",
            CertificateIdError::Serial(SerialError::Alphabet { position: 2, found: 'é' }),
        ),
        ("11100000000013338W011.11430000006122244L.1.1.U", CertificateIdError::Version(VersionError::Digits)),
    ];
    for (text, error) in rows {
        assert_eq!(CertificateId::parse_foreign(text).unwrap_err(), error, "{text}");
    }
}

fn any_id() -> impl Strategy<Value = CertificateId> {
    (prop::sample::select(&AGENCIES[..]), "[0-9A-Z]{3}", "[0-9A-Z]{1,32}", 1..=999_u16).prop_map(|(issuer, sequence, serial, version)| {
        CertificateId::new(
            TypeCode::parse(&format!("11100000000013338W{sequence}")).unwrap(),
            Uscc::parse(issuer).unwrap(),
            Serial::parse(&serial).unwrap(),
            Version::new(version).unwrap(),
        )
    })
}

fn with_slip(text: &str, at: usize, other: &str) -> String {
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

proptest! {
    #[test]
    fn every_form_reads_back(id in any_id()) {
        prop_assert_eq!(CertificateId::parse(&id.to_string()), Ok(id.clone()));
        prop_assert_eq!(CertificateId::parse(&id.without_root()), Ok(id.clone()));
        prop_assert_eq!(CertificateId::parse_compact(&id.compact()), Ok(id.clone()));
        let read = CertificateId::parse_foreign(&id.to_string()).unwrap();
        prop_assert!(read.warnings().is_empty());
        prop_assert_eq!(read.into_strict(), Some(id));
    }

    #[test]
    fn one_other_character_is_always_noticed(id in any_id(), at in any::<prop::sample::Index>(), other in "[0-9A-Za-z._]") {
        let text = id.without_root();
        let at = at.index(text.len());
        let slip = with_slip(&text, at, &other);
        prop_assert_eq!(CertificateId::parse(&slip).is_ok(), slip == text, "{}", slip);
        let silent = CertificateId::parse_foreign(&slip).is_ok_and(|read| read.warnings().is_empty());
        prop_assert_eq!(silent, slip == text, "{}", slip);
    }

    #[test]
    fn one_other_character_in_the_compact_form_is_always_noticed(id in any_id(), at in any::<prop::sample::Index>(), other in "[0-9A-Z]") {
        let text = id.compact();
        let at = at.index(text.len());
        let slip = with_slip(&text, at, &other);
        prop_assert_eq!(CertificateId::parse_compact(&slip).is_ok(), slip == text);
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in "\\PC{0,120}|[0-9A-Z]{21}\\.[0-9]{6}\\.[0-9_é]{0,40}\\.[0-9]{3}\\..?|[0-9A-Zé]{40,80}") {
        let _ = (CertificateId::parse(&text), CertificateId::parse_compact(&text), CertificateId::parse_foreign(&text));
    }
}
