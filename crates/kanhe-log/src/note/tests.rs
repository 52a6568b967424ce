use super::*;
use kanhe_core::key::SigningKey;

const NAME: &str = "log.example/one";

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn opened(note: &str, line: &PublicKeyLine) -> Result<String, &'static str> {
    Note::parse(note).and_then(|note| note.open(line)).map(|note| note.text().to_owned()).map_err(|error| error.code())
}

#[test]
fn what_is_signed_is_opened() {
    let key = key();
    let signer = NoteSigner::new(NAME, &key).unwrap();
    for text in ["\n", "one line\n", "an empty line\n\nin the middle\n", "— no signature\n", "an empty line at the end\n\n"] {
        assert_eq!(opened(&signer.sign(text).unwrap(), signer.public()).as_deref(), Ok(text));
    }
}

#[test]
fn what_no_note_may_hold_is_not_signed() {
    let key = key();
    let signer = NoteSigner::new(NAME, &key).unwrap();
    let codes = ["", "no newline", "a tab\t\n", "a return\r\n"].map(|text| signer.sign(text).unwrap_err().code());
    assert_eq!(codes, ["note_text_end", "note_text_end", "note_control_character", "note_control_character"]);
    assert_eq!(signer.sign(&"x\n".repeat(LARGEST_NOTE / 2)).unwrap_err().code(), "note_too_large");
    assert_eq!(NoteSigner::new("a name", &key).unwrap_err().code(), "key_name");
}

#[test]
fn a_changed_letter_is_not_believed() {
    let key = key();
    let signer = NoteSigner::new(NAME, &key).unwrap();
    let note = signer.sign("the log has 7 leaves\n").unwrap();
    assert_eq!(opened(&note.replace('7', "8"), signer.public()), Err("note_signature_invalid"));
}

#[test]
fn lines_of_other_keys_are_ignored_also_under_the_same_name_or_id() {
    let (key, other) = (key(), SigningKey::from_seed(&[8; 32]));
    let signer = NoteSigner::new(NAME, &key).unwrap();
    let note = signer.sign("text\n").unwrap();
    let same_name = NoteSigner::new(NAME, &other).unwrap().sign("text\n").unwrap();
    let line = |note: &str| note.rsplit_once("\n\n").unwrap().1.to_owned();
    let same_id = line(&note).replace(NAME, "log.example/two");
    assert_eq!(opened(&format!("{note}{}{same_id}", line(&same_name)), signer.public()).as_deref(), Ok("text\n"));
    assert_eq!(opened(&format!("text\n\n{}{same_id}", line(&same_name)), signer.public()), Err("note_not_signed"));
}

#[test]
fn a_second_line_of_the_same_key_must_hold_too() {
    let key = key();
    let signer = NoteSigner::new(NAME, &key).unwrap();
    let [good, bad] = ["good\n", "bad\n"].map(|text| signer.sign(text).unwrap());
    let [of_good, of_bad] = [&good, &bad].map(|note| note.rsplit_once("\n\n").unwrap().1.to_owned());
    assert_eq!(opened(&format!("{good}{of_good}"), signer.public()).as_deref(), Ok("good\n"));
    assert_eq!(opened(&format!("{good}{of_bad}"), signer.public()), Err("note_signature_invalid"));
    let short = format!("— {NAME} {}\n", to_base64(&[&key_id(signer.public())[..], &[0; 63]].concat()));
    assert_eq!(opened(&format!("{good}{short}"), signer.public()), Err("note_signature_invalid"));
}

#[test]
fn a_note_of_another_shape_is_named() {
    let cases = [
        ("", "note_no_signatures"),
        ("text\n", "note_no_signatures"),
        ("text\n\n", "note_no_signatures"),
        ("text\n\n— name AAAAAAA=", "note_no_signatures"),
        ("text\n— name AAAAAAA=\n", "note_no_signatures"),
        ("text\n\nname AAAAAAA=\n", "note_signature_line"),
        ("text\n\n- name AAAAAAA=\n", "note_signature_line"),
        ("text\n\n—  AAAAAAA=\n", "note_signature_line"),
        ("text\n\n— name\n", "note_signature_line"),
        ("text\n\n— name  AAAAAAA=\n", "note_signature_line"),
        ("text\n\n— na+me AAAAAAA=\n", "note_signature_line"),
        ("text\n\n— na\u{a0}me AAAAAAA=\n", "note_signature_line"),
        ("text\n\n— name AAAAAA==\n", "note_signature_line"),
        ("text\n\n— name AAAAAAA\n", "note_signature_line"),
        ("text\n\n— name AAAAAAA= \n", "note_signature_line"),
        ("text\n\n— name AAAAAAA=\r\n", "note_control_character"),
        ("te\0xt\n\n— name AAAAAAA=\n", "note_control_character"),
    ];
    for (note, code) in cases {
        assert_eq!(Note::parse(note).unwrap_err().code(), code, "{note:?}");
    }
    assert!(Note::parse("text\n\n— name AAAAAAA=\n").is_ok());
}

#[test]
fn a_note_has_a_greatest_size_and_number_of_signatures() {
    let with = |count| format!("text\n\n{}", "— name AAAAAAA=\n".repeat(count));
    assert!(Note::parse(&with(MOST_SIGNATURES)).is_ok());
    assert_eq!(Note::parse(&with(MOST_SIGNATURES + 1)).unwrap_err().code(), "note_too_many_signatures");
    assert_eq!(Note::parse(&"x".repeat(LARGEST_NOTE + 1)).unwrap_err().code(), "note_too_large");
    let largest = format!("— name {}\n", to_base64(&[0; 4 + 4900]));
    assert!(Note::parse(&format!("text\n\n{}", largest.repeat(MOST_SIGNATURES))).is_ok());
}
