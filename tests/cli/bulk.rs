//! Tables of any size: from a file, a pipe or standard input, broken off and gone on with, in memory that does not grow.

use crate::archive::Archive;
use crate::library::counts;
use crate::office::{Office, many_permits, permits, permits_of};
use crate::program::{Run, wait_for, word};
use encoding_rs::GB18030;
use jiff::Timestamp;
use serde_json::Value;
use std::fs;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;

/// Runs a command and says on standard error the greatest resident size of it, in KiB, as the kernel has counted it.
const MEASURE: &str = "import resource, subprocess, sys\n\
    ended = subprocess.run(sys.argv[1:])\n\
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n\
    sys.exit(ended.returncode)";

/// More rows than are entered in one write.
const ONE_BATCH: usize = 600;

/// Characters of a row that is longer than any table's may be.
const LONG_ROW: usize = 9 << 20;

#[test]
fn a_table_that_flows_by_once_is_the_same_table() {
    let office = Office::open();
    let from = |input: &str, table: &[u8]| office.issuing("").but("--in", input).reading(table).run().ended(0).json();
    assert_eq!(counts(&from("-", permits(3).as_bytes())), (3, 0, 0));
    assert_eq!(counts(&from("-", &GB18030.encode(&permits(4)).0)), (1, 3, 0));
    assert_eq!(counts(&from("/dev/stdin", permits(4).as_bytes())), (0, 4, 0));
    let folder = office.issuing("").but("--in", &office.path("")).run().ended(2);
    assert_eq!(word(&folder.json(), "/error/code"), "file_is_folder");
}

#[test]
fn a_table_without_a_name_needs_a_place_for_its_report() {
    let archive = Archive::open();
    let bare = archive.issuing(permits(1)).but("--in", "-").without("--report").reading(permits(1).as_bytes()).run().ended(2);
    assert_eq!(word(&bare.json(), "/error/code"), "usage");
    let told = archive.issuing(permits(1)).but("--in", "-").reading(permits(1).as_bytes()).run().ended(0).json();
    assert_eq!((counts(&told), archive.rows().len()), ((1, 0, 0), 1));
}

#[test]
fn ctrl_c_pauses_a_run_and_the_same_command_goes_on() {
    let archive = Archive::open();
    let table = many_permits(4_000);
    let told = paused(archive.issuing(&table).start_heard(), "INT", || archive.path("rows.jsonl"));
    let (issued, _, _) = counts(&told);
    assert!((1..4_000).contains(&issued) && told["paused"] == true, "{told}");
    assert_eq!(archive.rows().len() as u64, issued, "the report has every row that was done");
    assert_eq!(archive.is_whole()["certificates"].as_u64(), Some(issued));
    let rest = archive.issuing(&table).run().ended(0).json();
    assert_eq!((counts(&rest), rest["paused"].as_bool()), ((4_000 - issued, issued, 0), Some(false)));
    assert_eq!(archive.rows().len(), 4_000, "and after going on, of all rows");
}

#[test]
fn what_is_entered_after_a_run_stood_still_is_recorded_after_it() {
    let archive = Archive::open();
    let mut child = archive.issuing(many_permits(2_000)).start_heard();
    let begun = wait_for(&mut child, || has_lines(&archive.path("rows.jsonl")));
    assert!(begun, "the run has ended: {:?}", Run::of(&child.wait_with_output().unwrap()));
    signal(&child, "STOP");
    let before = archive.rows().len();
    sleep(Duration::from_secs(3));
    // The log knows whole seconds.
    let after = Timestamp::from_second(Timestamp::now().as_second()).unwrap();
    signal(&child, "CONT");
    Run::of(&child.wait_with_output().unwrap()).ended(0);
    // The batch that was on its way to the disk had its moment.
    let later = archive.told(&["log", "events", "--since", &after.to_string(), "--most", "2000"])["events"].as_array().unwrap().len();
    assert!((1..2_000 - ONE_BATCH).contains(&before) && later >= 2_000 - ONE_BATCH - before, "{later} of {} events", 2_000 - before);
}

#[test]
fn a_folder_is_paused_by_a_request_to_end() {
    let office = Office::open();
    let table = many_permits(2_000);
    let told = paused(office.issuing(&table).start_heard(), "TERM", || office.path("out/report.jsonl"));
    let (issued, _, _) = counts(&told);
    assert!((1..2_000).contains(&issued) && told["paused"] == true, "{told}");
    assert_eq!((office.report().len() as u64, office.issued_with(".svg").len() as u64), (issued, issued));
}

/// Whether a report has been begun.
fn has_lines(report: &str) -> bool {
    fs::metadata(report).is_ok_and(|report| report.len() > 0)
}

/// Waits for the first lines of the report, sends a signal, and hears what the run says of its end.
fn paused(mut child: Child, signal: &str, report: impl Fn() -> String) -> Value {
    assert!(wait_for(&mut child, || has_lines(&report())), "the run has ended: {:?}", Run::of(&child.wait_with_output().unwrap()));
    self::signal(&child, signal);
    let run = Run::of(&child.wait_with_output().unwrap()).ended(130);
    assert_eq!(run.err, "");
    run.json()
}

fn signal(child: &Child, signal: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn a_paused_run_says_so_in_words() {
    let archive = Archive::open();
    let dry = "a dry run keeps nothing: the same command starts again at the first row.";
    for (more, how) in [(&["--dry-run"][..], dry), (&[], "the same command goes on from there.")] {
        let mut child = archive.issuing(many_permits(4_000)).and(&["--lang", "en"]).and(more).for_people().start_heard();
        let report = archive.path("rows.jsonl");
        assert!(wait_for(&mut child, || has_lines(&report)), "the run has ended: {:?}", Run::of(&child.wait_with_output().unwrap()));
        signal(&child, "INT");
        let run = Run::of(&child.wait_with_output().unwrap()).ended(130);
        let rows = archive.rows().len();
        assert!(run.out.contains(&format!("paused after {rows} rows; {how}")), "{run:?}");
        fs::remove_file(report).unwrap();
    }
}

#[test]
fn pictures_that_a_broken_run_did_not_write_are_drawn_when_it_goes_on() {
    let archive = Archive::open();
    let out = archive.path("pictures");
    let issue = || archive.issuing(permits(3)).and(&["--out", &out]).run().ended(0).json();
    let files = || {
        let mut files: Vec<_> =
            fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).map(|path| (path.clone(), fs::read(path).unwrap())).collect();
        files.sort();
        files
    };
    assert_eq!(counts(&issue()), (3, 0, 0));
    let whole = files();
    assert_eq!(whole.len(), 12);
    let named = || archive.rows().into_iter().map(|row| row["files"].clone()).collect::<Vec<_>>();
    let names = named();
    assert!(names.iter().all(|files| files.as_object().is_some_and(|files| files.len() == 4)), "{names:?}");
    for (path, _) in whole.iter().filter(|(path, _)| path.extension().is_some_and(|ending| ending == "svg" || ending == "cose")).skip(1) {
        fs::remove_file(path).unwrap();
    }
    assert_eq!(counts(&issue()), (0, 3, 0));
    assert_eq!(files(), whole, "byte for byte what it would have been");
    assert_eq!(named(), names, "also of those that stood");
    for ending in ["cose", "txt", "png", "svg"] {
        let (path, _) = whole.iter().find(|(path, _)| path.extension().is_some_and(|found| found == ending)).unwrap();
        fs::write(path, "").unwrap();
        assert_eq!(counts(&issue()), (0, 3, 0));
        assert_eq!(files(), whole, "a power cut can leave a name without a byte: {ending}");
    }
}

/// Puts a folder where a row's picture is to be written, and names the row by its place in the report of another run of the same table.
fn in_the_way(rows: &[Value], place: usize, out: &str) -> String {
    let folder = format!("{out}/{}", word(&rows[place], "/files/svg"));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_run_that_fails_midway_says_how_many_it_has_issued_and_the_same_command_goes_on() {
    let (model, archive) = (Archive::open(), Archive::open());
    let (table, out) = (many_permits(100), archive.path("pictures"));
    model.issuing(&table).and(&["--out", &model.path("pictures")]).run().ended(0);
    let folder = in_the_way(&model.rows(), 20, &out);
    let failed = archive.issuing(&table).and(&["--out", &out]).run().ended(2).json();
    let issued = failed["error"]["issued"].as_u64().unwrap();
    assert_eq!((word(&failed, "/error/code"), failed["error"]["rows"].as_u64()), ("file_is_folder", Some(issued)), "{failed}");
    assert!((20..100).contains(&issued) && archive.is_whole()["certificates"].as_u64() == Some(issued), "{failed}");
    let told = archive.rows();
    assert_eq!(told.iter().filter(|row| row["result"] == "issued").count() as u64, issued, "what stands is told");
    assert_eq!((&told[20]["result"], &told[20]["files"]), (&"issued".into(), &Value::Null), "and no file that is not there");
    fs::remove_dir(&folder).unwrap();
    assert_eq!(counts(&archive.issuing(&table).and(&["--out", &out]).run().ended(0).json()), (100 - issued, issued, 0));
    in_the_way(&model.rows(), 20, &archive.path("again"));
    let said = archive.issuing(&table).and(&["--out", &archive.path("again"), "--lang", "en"]).for_people().run().ended(2).err;
    assert!(said.contains(" rows, 0 issued; the same command goes on from there."), "{said}");
}

#[test]
fn rows_before_one_that_cannot_be_read_are_issued_and_told() {
    let told =
        |failed: &Value| (word(failed, "/error/code").to_owned(), failed["error"]["rows"].as_u64(), failed["error"]["issued"].as_u64());
    let rest = permits_of(600..700).split_once('\n').unwrap().1.to_owned();
    let rows = many_permits(600);
    let cases = [
        ("table_row_too_long", format!("{rows}R-long,{}\n", "x".repeat(LONG_ROW))),
        ("table_quote_open", format!("{rows}\"{rest}")),
        // The next mark, of a cell that is marked as it should be, closes it.
        ("table_quote_open", format!("{rows}\"{}", rest.replacen("R-00650", "\"R-00650\"", 1))),
    ];
    for (code, table) in cases {
        let (archive, office) = (Archive::open(), Office::open());
        let failed = archive.issuing(&table).run().ended(2).json();
        assert_eq!(told(&failed), (code.to_owned(), Some(600), Some(600)), "{failed}");
        assert_eq!((archive.rows().len(), archive.is_whole()["certificates"].as_u64()), (600, Some(600)));
        let failed = office.issue(&table).ended(2).json();
        assert_eq!(told(&failed), (code.to_owned(), Some(600), Some(600)), "{failed}");
        assert_eq!(office.report().len(), 600);
    }
}

#[test]
fn who_forgot_a_quotation_mark_is_told_in_which_row() {
    let archive = Archive::open();
    let run = archive.issuing(permits(3).replacen("\nGD-SPJY-2026-00002", "\n\"GD-SPJY-2026-00002", 1)).for_people().run().ended(2);
    assert!(run.err.contains("in the row that begins on line 3 is never closed") && run.err.contains("1 issued"), "{run:?}");
}

#[test]
fn a_folder_whose_run_fails_midway_says_how_many_it_has_issued() {
    let (model, office) = (Office::open(), Office::open());
    let table = many_permits(300);
    model.issue(&table).ended(0);
    let rows = model.report();
    let folder = in_the_way(&rows, 280, &office.path("out"));
    let run = office.issuing(&table).and(&["--lang", "en"]).for_people().run().ended(2);
    assert!(run.err.ends_with("stopped after 256 rows, 256 issued; the same command goes on from there.\n"), "{run:?}");
    let failed = office.issue(&table).ended(2).json();
    assert_eq!((failed["error"]["rows"].as_u64(), failed["error"]["issued"].as_u64()), (Some(256), Some(0)), "{failed}");
    fs::remove_dir(&folder).unwrap();
    assert_eq!(counts(&office.issue(&table).ended(0).json()), (44, 256, 0));
}

/// Titles whose number is free text, one of them with a cuneiform sign, which no font for Chinese has.
const TITLES: &str = "request_id,number,holder_name,holder_code_type,holder_code,unit_number,location,right_type,ownership,usage,floor_area,right_nature
GD-1,粤（2026）广州市不动产权第01234567号,王伟,111,11010519491231002X,440106001002GB00012F00010203,广州市天河区天河北路1号,4/3,0,11,89.50,出让/市场化商品房
GD-2,粤（2026）广州市不动产权第\u{12000}号,王伟,111,11010519491231002X,440106001002GB00012F00010203,广州市天河区天河北路1号,4/3,0,11,89.50,出让/市场化商品房
";

#[test]
fn a_number_that_no_font_shows_is_refused_where_it_would_be_drawn_and_nothing_is_signed_for_it() {
    let archive = Archive::open();
    archive.office.allow("11100000MB03271699001");
    archive.take_up("later.manifest");
    let out = archive.path("pictures");
    let issue = |more: &[&str], code: i32| archive.issuing(TITLES).but("--type", "real-estate-title").and(more).run().ended(code).json();
    let told = issue(&["--out", &out, "--caption"], 1);
    assert_eq!(counts(&told), (1, 0, 1));
    let fault = &told["faults"][0];
    assert_eq!((fault["line"].as_u64(), word(fault, "/column"), word(fault, "/code")), (Some(3), "number", "glyph_missing"));
    assert!(word(fault, "/message/en").starts_with("character 16 (U+12000) has no glyph in the fonts of this machine"), "{fault}");
    assert_eq!(archive.is_whole()["certificates"], 1);
    assert_eq!(counts(&issue(&[], 0)), (1, 1, 0), "without a picture nothing is drawn, and nothing is missing");
    for more in [&["--out", &out, "--caption", "--dry-run"][..], &["--out", &out, "--caption"]] {
        assert_eq!(counts(&issue(more, 0)), (0, 2, 0), "what was issued is not refused for its picture: {more:?}");
    }
}

/// What a run may take, most of it for the caches of the database; Linux counts in kibibytes.
const MOST_KIB: u64 = 128_000_000 / 1024;

#[test]
fn a_table_of_any_size_is_worked_through_in_little_memory() {
    let archive = Archive::open();
    let table = many_permits(1);
    let (heading, row) = table.split_once('\n').unwrap();
    // One row in a thousand is right, and the faults of the others are quick to find.
    let rows = (0..200_000_u32).map(|place| match place % 1_000 {
        0 => row.replace("R-00000", &format!("R-{place}")).replace("JY34405060000000", &format!("JY344050{place:08}")),
        _ => row.replace(",20250816,", ",20250816,20250816,"),
    });
    let table: String = std::iter::once(format!("{heading}\n")).chain(rows).collect();
    assert!(table.len() > 40_000_000, "{}", table.len());
    let run = archive.issuing(&table).under(&["python3", "-c", MEASURE]).run().ended(1);
    assert_eq!(counts(&run.json()), (200, 0, 199_800));
    let kib: u64 = run.err.trim().parse().unwrap();
    assert!(kib < MOST_KIB, "{kib} KiB, allowed are {MOST_KIB}");
}

#[test]
fn a_run_that_was_broken_off_before_midnight_goes_on_behind_it() {
    let archive = Archive::open();
    // No row names the day of its issue.
    let table = many_permits(3).replace(",20250816,", ",,");
    assert!(!table.contains("20250816"), "{table}");
    let out = archive.path("pictures");
    let issue = |table: &str, at: &str, more: &[&str], code: i32| {
        archive.issuing(table).and(&["--at", at, "--out", &out]).and(more).run().ended(code).json()
    };
    assert_eq!(counts(&issue(&table, "2026-03-01", &[], 0)), (3, 0, 0));
    let drawn =
        || fs::read_dir(&out).unwrap().filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "png")).count();
    assert_eq!(drawn(), 3);
    fs::remove_dir_all(&out).unwrap();
    assert_eq!(counts(&issue(&table, "2026-03-02", &["--dry-run"], 0)), (0, 3, 0));
    assert_eq!(counts(&issue(&table, "2026-03-02", &[], 0)), (0, 3, 0));
    assert_eq!(drawn(), 3, "the pictures that were not written are drawn");
    // The manifest names the agency otherwise since.
    archive.office.rename();
    archive.take_up("later.manifest");
    assert_eq!(counts(&issue(&table, "2026-03-03", &[], 0)), (0, 3, 0));
    let told = issue(&table.replace("584号", "585号"), "2026-03-03", &[], 1);
    assert_eq!((counts(&told), word(&told["faults"][0], "/code")), ((0, 0, 3), "request_reused"));
    assert!(word(&archive.rows()[0], "/faults/0/hint/en").contains("hand its columns in as they were"), "{told}");
    assert_eq!(archive.is_whole()["certificates"], 3);
}

#[test]
fn a_folder_follows_its_rows_behind_midnight_and_under_another_manifest() {
    let office = Office::open();
    let table = many_permits(3).replace(",20250816,", ",,");
    let issue = |table: &str, manifest: &str, at: &str, code: i32| {
        office.issuing(table).but("--manifest", &office.path(manifest)).and(&["--at", at]).run().ended(code).json()
    };
    assert_eq!(counts(&issue(&table, "manifest", "2026-03-01", 0)), (3, 0, 0));
    assert_eq!(counts(&issue(&table, "manifest", "2026-03-02", 0)), (0, 3, 0));
    office.rename();
    assert_eq!(counts(&issue(&table, "later.manifest", "2026-03-03", 0)), (0, 3, 0));
    assert_eq!(counts(&issue(&table.replace("584号", "585号"), "later.manifest", "2026-03-03", 1)), (0, 0, 3));
    let hint = office.report().last().unwrap().clone();
    assert!(word(&hint, "/faults/0/hint/en").contains("hand its columns in as they were"), "{hint}");
}
