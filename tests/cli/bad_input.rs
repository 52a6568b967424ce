//! Bad input of every kind: exit code 2, one line with a stable code and a hint, in bounded time and memory.

use crate::office::{Office, permits};
use crate::program::{Kanhe, Run, kanhe, word};
use crate::stage::Stage;
use image::{DynamicImage, ImageFormat};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Megabytes of address space that are enough for any bad input, the largest that is read whole included.
const ENOUGH: u32 = 512;

/// The run ended with this code, said so in one line with a hint, and printed nothing else.
fn stopped(run: Run, code: &str, case: &str) {
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{case}: {run:?}");
    assert_eq!(run.err.trim_end().lines().count(), 1, "{case}: {run:?}");
    let said = run.err.trim_end().strip_prefix(&format!("error {code}: ")).unwrap_or_else(|| panic!("{case}: {code} is wanted: {run:?}"));
    // The detail ends with a full stop, and the hint follows.
    assert!(said.ends_with('.') && said.contains(". "), "{case}: a hint is missing: {run:?}");
}

#[test]
fn what_is_no_code_stops_verify() {
    let stage = Stage::get();
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let picture = fs::read(stage.picture("genuine, of this region")).unwrap();
    let sparse = put("sparse", b"");
    File::options().write(true).open(&sparse).unwrap().set_len(1 << 30).unwrap();
    let blank = folder.path().join("blank.png");
    DynamicImage::new_luma8(300, 300).save_with_format(&blank, ImageFormat::Png).unwrap();
    let cases = [
        ("a file that is not there", folder.path().join("gone.png").to_str().unwrap().to_owned(), "file_not_found"),
        ("a photo without an ending", "photo1".to_owned(), "file_not_found"),
        ("a photo of a telephone", "照片20260301.heic".to_owned(), "file_not_found"),
        ("a path", "./x".to_owned(), "file_not_found"),
        ("no letter", String::new(), "input_empty"),
        ("a folder", folder.path().to_str().unwrap().to_owned(), "file_is_folder"),
        ("an empty file", put("empty.png", b""), "input_empty"),
        ("a file of blanks", put("blank.txt", b" \r\n"), "input_empty"),
        ("noise", put("noise", &[0xfe, 0x00, 0x9c, 0x01]), "input_unreadable"),
        ("a picture of another kind", put("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0"), "picture_unreadable"),
        ("UTF-16 without its mark", put("wide.txt", b"1\x002\x003\x00"), "input_unreadable"),
        ("a PNG cut short", put("cut.png", &picture[..picture.len() / 2]), "picture_truncated"),
        ("a PNG that is only a name", put("only.png", b"\x89PNG\r\n\x1a\n"), "picture_truncated"),
        ("a JPEG that is only a name", put("only.jpg", &[0xff, 0xd8, 0xff, 0xe0]), "picture_truncated"),
        ("a picture of nothing", blank.to_str().unwrap().to_owned(), "no_qr_found"),
        ("200 megapixels", put("vast.png", &vast_png(20_000, 10_000)), "picture_too_large"),
        ("a gigabyte of nothing", sparse, "file_too_large"),
        ("a file without an end", "/dev/zero".to_owned(), "file_too_large"),
    ];
    for (case, input, code) in cases {
        stopped(stage.verify(&input, &[]).in_memory(ENOUGH).run(), code, case);
    }
    stopped(stage.verify("-", &[]).run(), "input_empty", "nothing on standard input");
}

#[test]
fn a_pack_that_proves_nothing_stops_verify() {
    let stage = Stage::get();
    let office = Office::open();
    let pack = fs::read(stage.path("guangdong.pack")).unwrap();
    let (root, stranger) = (stage.path("keys/gd-root.pub"), stage.path("keys/stranger.pub"));
    let mut changed = pack.clone();
    changed[pack.len() / 2] ^= 1;
    let cases = [
        ("a pack cut short", office.write("cut.pack", &pack[..pack.len() / 3]), &root, "pack_unreadable"),
        ("a pack with more behind", office.write("long.pack", [&pack[..], b"\0"].concat()), &root, "pack_unreadable"),
        ("a pack with one bit changed", office.write("changed.pack", changed), &root, "pack_unreadable"),
        ("an empty pack", office.write("empty.pack", b""), &root, "pack_unreadable"),
        ("a manifest for a pack", stage.path("guangdong.manifest"), &root, "pack_unreadable"),
        ("a picture for a pack", stage.picture("genuine, of this region"), &root, "pack_unreadable"),
        ("no pack", office.path("gone.pack"), &root, "file_not_found"),
        ("a pack by nobody whom we trust", stage.path("guangdong.pack"), &stranger, "pack_not_trusted"),
        ("no key to trust", stage.path("guangdong.pack"), &office.path("gone.pub"), "file_not_found"),
        ("a key file that is none", stage.path("guangdong.pack"), &office.path("guangdong.toml"), "key_line_length"),
    ];
    for (case, pack, trust, code) in cases {
        stopped(Kanhe::new(&["verify", "12345", "--pack", &pack, "--trust", trust]).in_memory(ENOUGH).run(), code, case);
        stopped(Kanhe::new(&["pack", "show", &pack, "--trust", trust]).in_memory(ENOUGH).run(), code, case);
    }
    stopped(kanhe(&["verify", "12345", "--pack", &stage.path("guangdong.pack")]), "no_trusted_key", "no key was ever trusted");
}

#[test]
fn what_is_no_table_stops_issue() {
    let office = Office::open();
    let licences = include_str!("../../crates/kanhe/demo/business-licence.csv");
    let cases: [(&str, &[u8], &str); 8] = [
        ("a table of another type", licences.as_bytes(), "table_of_another_type"),
        ("an empty table", b"", "table_empty"),
        ("a broken workbook", b"PK\x03\x04rest of a workbook", "table_workbook_broken"),
        ("a workbook of old", b"\xd0\xcf\x11\xe0rest of a workbook", "table_is_workbook"),
        ("UTF-16", b"\xff\xfer\0e\0q\0", "table_utf16"),
        ("noise", &[0x80, 0xfe, 0x00, 0x9c], "table_without_headings"),
        ("broken JSON", br#"[{"request_id": "#, "table_json"),
        ("JSON that is no table", b"[1, 2]", "table_row_no_object"),
    ];
    for (case, bytes, code) in cases {
        stopped(office.issuing(bytes).for_people().run(), code, case);
    }
    let without = permits(1).replacen("supervisor", "hotline_", 1);
    let run = office.issuing(permits(1).replacen(",hotline", "", 1).replacen("number,", "", 1)).for_people().run();
    assert!(run.err.contains("missing number") && !run.err.contains("unknown"), "{run:?}");
    let run = office.issuing(without).for_people().run();
    assert!(run.err.contains("missing supervisor, unknown hotline_"), "{run:?}");
}

#[test]
fn what_issue_needs_and_does_not_find_stops_it() {
    let office = Office::open();
    let stage = Stage::get();
    let (gone, file) = (office.path("gone"), office.write("a-file", "a file"));
    let beneath = format!("{file}/out");
    let cases = [
        ("a type that is not there", "--type", "moon-landing-permit", "type_unknown"),
        ("a table that is not there", "--in", &gone, "file_not_found"),
        ("a folder for a table", "--in", &office.path(""), "file_is_folder"),
        ("a table without an end", "--in", "/dev/zero", "file_is_device"),
        ("a key that is not there", "--key", &gone, "file_not_found"),
        ("a key file that is none", "--key", &file, "key_file_not_age"),
        ("the public half of a key", "--key", &office.path("gd-market.pub"), "key_is_public"),
        ("a key of another office", "--key", &office.path("root.key"), "desk_key_unknown"),
        ("an identity that is none", "--identity", &file, "identity_malformed"),
        ("an identity that does not fit", "--identity", &stage.path("keys/identity.txt"), "key_wrong_lock"),
        ("a manifest that is none", "--manifest", &file, "envelope_not_cose_sign1"),
        ("a pack for a manifest", "--manifest", &stage.path("guangdong.pack"), "wrong_document"),
        ("an output folder beneath a file", "--out", &beneath, "file_io"),
        ("a file for an output folder", "--out", &file, "file_no_folder"),
    ];
    for (case, option, value, code) in cases {
        stopped(office.issuing(permits(1)).but(option, value).for_people().in_memory(2 * ENOUGH).run(), code, case);
    }
    stopped(kanhe(&["demo", "--out", &file]), "file_no_folder", "a file for the demo's folder");
    let addressed = |url: &str| office.issuing(permits(1)).and(&["--page", url]).for_people().run();
    stopped(addressed("http://kanhe.example.cn/"), "usage", "an address without a lock");
    stopped(addressed("https://kanhe.example.cn/#here"), "usage", "an address with a fragment of its own");
}

#[test]
fn a_wrong_passphrase_opens_nothing() {
    let office = Office::open();
    let (right, wrong, short) = (
        office.write("right", "correct horse battery\n"),
        office.write("wrong", "incorrect horse battery\n"),
        office.write("short", "horse\n"),
    );
    let key = office.path("by-word.key");
    let new = |words: &str, out: &str| kanhe(&["key", "new", "--name", "x", "--out", out, "--passphrase-file", words]);
    new(&right, &key).ended(0);
    stopped(kanhe(&["key", "public", &key, "--passphrase-file", &wrong]), "key_wrong_lock", "wrong");
    stopped(
        kanhe(&["key", "public", &key, "--identity", &office.path("identity.txt")]),
        "key_wants_passphrase",
        "an identity for a passphrase",
    );
    stopped(
        kanhe(&["key", "public", &office.path("root.key"), "--passphrase-file", &right]),
        "key_wants_identity",
        "a passphrase for an identity",
    );
    stopped(new(&short, &office.path("short.key")), "passphrase_short", "short");
    for (what, bytes) in
        [("empty", b"".as_slice()), ("of an empty first line", b"\ncorrect horse battery\n"), ("as UTF-16", b"\xff\xfec\0o\0r\0\n\0")]
    {
        let file = office.path("no-passphrase");
        fs::write(&file, bytes).unwrap();
        stopped(kanhe(&["key", "public", &key, "--passphrase-file", &file]), "passphrase_missing", what);
        stopped(new(&file, &office.path("none.key")), "passphrase_missing", what);
    }
    stopped(
        kanhe(&["key", "public", &key, "--passphrase-file", &short]),
        "key_wrong_lock",
        "a short one opens nothing, and is not to be made longer",
    );
    stopped(
        kanhe(&["key", "public", &office.path("root.key")]),
        "key_wants_identity",
        "nobody is asked for a passphrase that opens nothing",
    );
    stopped(new(&right, &key), "file_exists", "a key is never written over");
}

#[test]
fn a_description_that_is_wrong_is_not_signed() {
    let office = Office::open();
    let right = office.text("guangdong.toml");
    let sign = |verb: &str, text: &str| {
        let input = office.write("wrong.toml", text);
        kanhe(&[
            verb,
            "sign",
            "--in",
            &input,
            "--out",
            &office.path("wrong"),
            "--key",
            &office.path("root.key"),
            "--identity",
            &office.path("identity.txt"),
        ])
    };
    let cases = [
        ("no TOML", "region = [".to_owned(), "toml_malformed"),
        ("a member that nobody knows", format!("colour = 1\n{right}"), "toml_malformed"),
        ("no such type", right.replace("11100000MB0143028R001", "11100000MB0143028R999"), "type_unknown"),
        ("an agency with a wrong code", right.replace("114400000069410121", "114400000069410122"), "toml_agency"),
    ];
    for (case, text, code) in cases {
        stopped(sign("manifest", &text), code, case);
    }
    stopped(sign("recognition", "rows = 1"), "toml_malformed", "a recognition that is none");
    let key = office.text("gd-market.pub");
    let path_for_line = sign("manifest", &right.replace(key.trim(), "gd-market.pub"));
    assert!(
        ["wrong.toml: agency 114400000069410121", "The line that stands in the .pub file"]
            .iter()
            .all(|said| path_for_line.err.contains(said)),
        "{path_for_line:?}"
    );
    stopped(path_for_line, "key_line_malformed", "a file's name for a key");
    let misspelt = sign("manifest", &right.replacen("status_uri", "status_url", 1));
    let line = 1 + right.lines().position(|line| line.starts_with("status_uri")).unwrap();
    assert!(misspelt.err.contains(&format!("wrong.toml:{line}: ")), "{misspelt:?}");
    assert!(!Path::new(&office.path("wrong")).exists());
}

#[test]
fn states_of_what_nobody_issued_are_not_signed() {
    let office = Office::open();
    office.issue(permits(1)).ended(0);
    let identifier = word(&office.report()[0], "/identifier").to_owned();
    let cases = [
        ("unknown identifier", "identifier,state\n1.2.3,revoked\n".to_owned(), "status_identifier_unknown"),
        ("unknown state", format!("identifier,state\n{identifier},sleeping\n"), "status_unknown_state"),
        ("other columns", "name,colour\na,b\n".to_owned(), "status_table_malformed"),
        ("no byte", String::new(), "status_table_malformed"),
        ("no heading", format!("{identifier},revoked\n"), "status_table_malformed"),
        ("a cell too few", format!("identifier,state\n{identifier}\n"), "status_table_malformed"),
        ("one certificate twice", format!("identifier,state\n{identifier},revoked\n{identifier},valid\n"), "status_identifier_twice"),
    ];
    for (case, table, code) in cases {
        let states = office.write("states.csv", table);
        let run = kanhe(&[
            "status",
            "sign",
            "--manifest",
            &office.path("manifest"),
            "--report",
            &office.path("out/report.jsonl"),
            "--states",
            &states,
            "--out",
            &office.path("status"),
            "--key",
            &office.path("gd-market.key"),
            "--identity",
            &office.path("identity.txt"),
        ]);
        stopped(run, code, case);
    }
}

#[test]
fn a_full_disk_stops_the_run_and_a_later_one_finishes_it() {
    let office = Office::open();
    // No file may grow beyond these blocks: a picture does not fit, as on a disk that is full.
    let run = office.issuing(permits(3)).for_people().in_blocks(2).run();
    stopped(run, "disk_full", "a full disk");
    assert!(office.report().is_empty(), "no line speaks of files that are not there");
    assert_eq!(office.issue(permits(3)).ended(0).json()["issued"], 3);
    assert_eq!(office.issued_files().len(), 14, "nothing of the first run is left: {:?}", office.issued_files());
}

#[test]
fn a_folder_that_may_not_be_written_stops_the_run() {
    let office = Office::open();
    let out = office.path("out");
    fs::create_dir(&out).unwrap();
    fs::set_permissions(&out, Permissions::from_mode(0o555)).unwrap();
    // Root may write anywhere unless it gives that right away first.
    let humble = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
    let root = fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    let run = office.issuing(permits(1)).for_people().under(if root { &humble } else { &[] }).run();
    fs::set_permissions(&out, Permissions::from_mode(0o755)).unwrap();
    stopped(run, "file_permission", "a folder without the right to write");
}

#[test]
fn a_closed_pipe_is_no_failure_and_a_full_one_is() {
    let said_to_nobody = kanhe_into("true");
    assert_eq!((said_to_nobody.code, said_to_nobody.err.as_str()), (Some(0), ""), "{said_to_nobody:?}");
    stopped(kanhe_into("full"), "disk_full", "standard output on a full disk");
}

/// `kanhe type list` with its output into a pipe that nobody reads, or onto a full disk.
fn kanhe_into(what: &str) -> Run {
    let program = env!("CARGO_BIN_EXE_kanhe");
    let script = match what {
        "full" => format!("'{program}' type list > /dev/full"),
        // The reader is gone before the program begins.
        _ => format!("{{ sleep 0.3; '{program}' type list; echo $? >&3; }} 3>code | true; exit $(cat code)"),
    };
    let folder = tempfile::tempdir().unwrap();
    Run::of(&std::process::Command::new("sh").args(["-c", &script]).env("LANG", "C").current_dir(folder.path()).output().unwrap())
}

#[test]
fn a_failure_is_told_to_machines_in_both_languages() {
    let run = kanhe(&["pack", "show", "/nonexistent.pack", "--trust", "/nonexistent.pub", "--json"]).ended(2);
    let told = run.json();
    assert_eq!(word(&told, "/error/code"), "file_not_found");
    for pointer in ["/error/message/zh", "/error/message/en", "/error/hint/zh", "/error/hint/en"] {
        assert!(!word(&told, pointer).is_empty(), "{pointer}");
    }
    let chinese = kanhe(&["pack", "show", "/nonexistent.pack", "--trust", "/nonexistent.pub", "--lang", "zh"]).ended(2);
    assert!(chinese.err.starts_with("错误 file_not_found：/nonexistent.pub：找不到文件。"), "{chinese:?}");
    assert!(!chinese.err.contains("No such file"), "{chinese:?}");
}

#[test]
fn wrong_words_are_answered_with_the_right_ones() {
    for words in [&["issues"][..], &["verify"], &["type", "show"], &["--colour"]] {
        let run = kanhe(words).ended(2);
        assert!(run.err.starts_with("error: ") && run.err.contains("--help"), "{run:?}");
    }
    for words in [&["issues", "--json"][..], &["--json", "type", "show"], &["pack", "build", "--json"]] {
        let told = kanhe(words).ended(2).json();
        assert_eq!(word(&told, "/error/code"), "usage");
        assert!(!word(&told, "/error/message/en").starts_with("error"), "{told}");
    }
    let run = kanhe(&["verify", "12345", "--json"]).ended(2);
    assert_eq!(word(&run.json(), "/error/code"), "usage");
    assert!(["/error/hint/zh", "/error/hint/en"].iter().all(|hint| word(&run.json(), hint).contains("KANHE_PACK")), "{run:?}");
    assert!(kanhe(&["--version"]).ended(0).out.starts_with("kanhe "));
}

/// A true PNG of so many white pixels, which packs into some hundred kilobytes.
fn vast_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let row = usize::try_from(width.div_ceil(8)).unwrap();
    let pixels = vec![0xff; row * usize::try_from(height).unwrap()];
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}
