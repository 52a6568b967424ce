//! The notes that the specifications of C2SP print.

use super::{json, words};
use kanhe_core::key::{PublicKeyLine, SigningKey};
use kanhe_log::checkpoint::Checkpoint;
use kanhe_log::note::{Note, NoteSigner};
use serde_json::Value;

fn notes() -> Vec<(String, String)> {
    let of = |note: &Value| (words(note, "/file").to_owned(), words(note, "/note").to_owned());
    json("tlog-c2sp/notes.json")["notes"].as_array().unwrap().iter().map(of).collect()
}

fn key() -> PublicKeyLine {
    PublicKeyLine::parse(words(&json("tlog-c2sp/notes.json"), "/vkeys/0")).unwrap()
}

#[test]
fn the_one_key_opens_the_one_note_that_it_signed() {
    let outcomes: Vec<_> = notes()
        .iter()
        .map(|(_, note)| Note::parse(note).unwrap().open(&key()).map(|note| note.text().to_owned()).map_err(|error| error.code()))
        .collect();
    let not_signed = || Err("note_not_signed");
    assert_eq!(outcomes, [not_signed(), Ok("This is an example message.\n".to_owned()), not_signed(), not_signed()]);
}

#[test]
fn no_changed_letter_of_that_note_is_believed() {
    let (_, note) = &notes()[1];
    let text = note.find("\n\n").unwrap();
    for at in 0..text {
        let mut changed = note.clone().into_bytes();
        changed[at] ^= 1;
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(Note::parse(&changed).unwrap().open(&key()).unwrap_err().code(), "note_signature_invalid", "{at}");
    }
}

#[test]
fn a_text_with_empty_lines_ends_at_the_last_of_them() {
    let (_, note) = &notes()[0];
    assert!(Note::parse(note).unwrap().text_unchecked().ends_with("raggio di sole:\n\ned è subito sera.\n"));
}

#[test]
fn the_checkpoints_are_read_with_and_without_a_witness() {
    for (file, note) in notes().iter().filter(|(file, _)| file != "signed-note.md") {
        let text = Note::parse(note).unwrap().text_unchecked();
        let checkpoint = Checkpoint::parse(text).unwrap();
        assert_eq!((checkpoint.origin(), checkpoint.head().size), ("example.com/behind-the-sofa", 20_852_163), "{file}");
        assert_eq!(checkpoint.to_string(), text, "{file}");
    }
}

#[test]
fn a_witness_does_not_hinder_a_log_whose_key_is_known() {
    let (_, cosigned) = &notes()[3];
    let (text, lines) = cosigned.rsplit_once("\n\n").unwrap();
    let key = SigningKey::from_seed(&[9; 32]);
    let ours = NoteSigner::new("example.com/behind-the-sofa", &key).unwrap();
    let note = format!("{}{lines}", ours.sign(&format!("{text}\n")).unwrap());
    assert_eq!(Checkpoint::open(&note, ours.public()).unwrap().head().size, 20_852_163);
}
