//! Tables in every guise: headings, encodings, line ends, JSON; and what is no table.

use super::super::*;
use super::{TODAY, admitted, csv_of, kind, object_of, right};
use encoding_rs::GB18030;
use proptest::prelude::*;

#[test]
fn one_table_in_every_guise_gives_the_same_draft() {
    let cells = right("food-operation-permit");
    let csv = csv_of(&cells);
    let wanted = admitted("food-operation-permit", csv.as_bytes()).unwrap();
    let chinese: Vec<(&str, String)> =
        cells.iter().map(|(column, cell)| (chinese_heading("food-operation-permit", column), cell.clone())).collect();
    let starred: Vec<String> = cells.iter().map(|(column, _)| format!("*{}＊", chinese_heading("food-operation-permit", column))).collect();
    let starred: Vec<(&str, String)> = starred.iter().zip(&cells).map(|(heading, (_, cell))| (heading.as_str(), cell.clone())).collect();
    let object = object_of(&cells);
    let mut typed = object.clone();
    typed.insert("items".to_owned(), serde_json::json!(["B1", "A1"]));
    typed.insert("issued".to_owned(), serde_json::json!(1_772_294_400_000_u64));
    typed.insert("hotline".to_owned(), serde_json::Value::Null);
    let [object, typed] = [object, typed].map(|object| serde_json::Value::Object(object).to_string());
    let guises: Vec<Vec<u8>> = vec![
        format!("\u{feff}{csv}").into_bytes(),
        csv.replace('\n', "\r\n").into_bytes(),
        csv.replace('\n', "\r\n").replace('"', "").into_bytes(),
        format!("{csv}\n,,,,,,,,,,,\n\n").into_bytes(),
        GB18030.encode(&csv).0.into_owned(),
        GB18030.encode(&csv.replace('\n', "\r\n")).0.into_owned(),
        csv_of(&chinese).into_bytes(),
        GB18030.encode(&csv_of(&chinese)).0.into_owned(),
        format!("食品经营许可证申请表,,,,,,,,,,,\n填表日期：2026年3月1日\n,,,\n{csv}").into_bytes(),
        csv_of(&starred).into_bytes(),
        csv.replace("GD-1", "  GD-1\t ").into_bytes(),
        format!("[{object}]").into_bytes(),
        format!(" [\n {object}\n]\n").into_bytes(),
        format!("\u{feff}{object}\n").into_bytes(),
        format!("[{typed}]").into_bytes(),
    ];
    for guise in guises {
        assert!(admitted("food-operation-permit", &guise).unwrap() == wanted, "{}", String::from_utf8_lossy(&guise));
    }
}

#[test]
fn headings_that_do_not_come_soon_are_not_looked_for() {
    let csv = csv_of(&right("food-operation-permit"));
    let under = |lines: usize| {
        Table::read(format!("{}{csv}", "填表说明\n".repeat(lines)).as_bytes(), kind("food-operation-permit"))
            .map(|mut table| table.next().unwrap().unwrap().line())
    };
    assert_eq!((under(5).unwrap(), under(6).map_err(|error| error.code())), (7, Err("table_without_headings")));
}

#[test]
fn a_number_that_a_spreadsheet_has_cut_short_says_so() {
    let rows = [
        ("9.14402E+17", Some("cell_cut_short")),
        ("9.14402e+17", Some("cell_cut_short")),
        ("1E+11", Some("cell_cut_short")),
        ("1E11", Some("uscc_length")),
        ("1E+10", Some("uscc_length")),
        ("9.1E+17A", Some("uscc_length")),
    ];
    for (cell, code) in rows {
        let cells = super::with("food-operation-permit", "holder_code", cell);
        let faults = admitted("food-operation-permit", csv_of(&cells).as_bytes()).unwrap_err();
        let found = faults.iter().find(|fault| fault.column() == "holder_code").map(Fault::code);
        assert!(found == code || (code == Some("uscc_length") && found != Some("cell_cut_short")), "{cell}: {faults:?}");
        assert_eq!(faults.len(), 1, "and it is not missing too: {faults:?}");
    }
}

#[test]
fn a_cell_that_was_guarded_against_spreadsheets_is_itself_again() {
    for cell in ["=1+1", "+8620", "'=1+1", "-123"] {
        let plain = object_of(&super::with("food-operation-permit", "premises", cell));
        let wanted = admitted("food-operation-permit", serde_json::Value::Object(plain).to_string().as_bytes()).unwrap();
        let guarded = super::with("food-operation-permit", "premises", &guarded(cell));
        assert!(admitted("food-operation-permit", csv_of(&guarded).as_bytes()).unwrap() == wanted, "{cell}");
    }
}

#[test]
fn a_member_that_is_no_column_is_told_by_its_place() {
    let mut object = object_of(&right("food-operation-permit"));
    object.insert("李小明".to_owned(), "1".into());
    let place = object.len();
    let columns: Columns = serde_json::from_value(serde_json::Value::Object(object)).unwrap();
    let faults = kind("food-operation-permit").admit(&columns.application(1, kind("food-operation-permit")), TODAY).err().unwrap();
    let wanted = format!("member {place}, whose name has 3 characters, is no column of this type");
    assert_eq!((faults.len(), faults[0].defect().to_string()), (1, wanted));
}

#[test]
fn what_an_input_method_made_of_a_cell_is_kept_as_it_is_meant() {
    let cells = right("food-operation-permit");
    let wanted = admitted("food-operation-permit", csv_of(&cells).as_bytes()).unwrap();
    let typed = [
        ("holder_code", "91350100m000100y43"),
        ("holder_code", "９１３５０１００Ｍ０００１００Ｙ４３"),
        ("holder_code_type", "００１"),
        ("issued", "2026.3.1"),
        ("issued", "２０２６－０３－０１"),
        ("number", "jy24401060031130"),
        ("number", "ＪＹ２４４０１０６００３１１３０"),
        ("business_form", "２"),
        ("items", "b1^Ａ１"),
    ];
    for (column, cell) in typed {
        let with = |&(name, ref right): &(&'static str, String)| (name, if name == column { cell.to_owned() } else { right.clone() });
        let table = csv_of(&cells.iter().map(with).collect::<Vec<_>>());
        assert!(admitted("food-operation-permit", table.as_bytes()).ok() == Some(wanted.clone()), "{column}: {cell}");
    }
}

fn chinese_heading(name: &str, column: &str) -> &'static str {
    let reserved = columns::RESERVED.into_iter().find(|reserved| reserved.name() == column).map(|reserved| reserved.label());
    reserved.unwrap_or_else(|| &kind(name).form_field(column).unwrap().label.zh)
}

#[test]
fn what_is_no_table_of_the_type_is_refused_before_any_row() {
    let csv = csv_of(&right("food-operation-permit"));
    let licence = csv_of(&right("business-licence"));
    let rows: &[(&[u8], &str)] = &[
        (b"", "table_empty"),
        (b"\xef\xbb\xbf \n", "table_empty"),
        (b"PK\x03\x04...", "table_workbook_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "table_is_workbook"),
        (b"\xff\xfer\x00e\x00", "table_utf16"),
        (licence.as_bytes(), "table_of_another_type"),
        (b"request_id,number\nGD-1,JY1\n", "table_of_another_type"),
        (b"\xb9\xe3\xd6\xdd,1\n", "table_without_headings"),
        (b"1,2,3\n", "table_without_headings"),
        (b"[{\"request_id\":\"1\",\"enterprise_type\":\"1\"}]", "table_of_another_type"),
        (b"[{\"bogus\":1}]", "table_of_another_type"),
        (b"[{\"bogus\":1},", "table_of_another_type"),
        (b"[{\"request_id\":\"1\"", "table_json"),
        (b"[1]", "table_row_no_object"),
    ];
    for (bytes, code) in rows {
        let error = Table::read(bytes, kind("food-operation-permit")).err().map(|error| error.code());
        assert_eq!(error, Some(*code), "{}", String::from_utf8_lossy(bytes));
    }
    let told = |bytes: &[u8]| Table::read(bytes, kind("food-operation-permit")).err().unwrap().to_string();
    assert_eq!(told(b"[{\"bogus\":1}]"), "not a table of food-operation-permit: unknown bogus");
    assert!(told(b"1,2,3\n").contains("wanted are request_id, "));
    let twice = csv.replace("\"hotline\"", "\"number\"").replace("\"supervisor\"", "\"申请编号\"");
    assert_eq!(Table::read(twice.as_bytes(), kind("food-operation-permit")).err().unwrap().code(), "table_column_twice");
    let error = Table::read(licence.as_bytes(), kind("food-operation-permit")).err().unwrap();
    let TableError::OtherType { missing, unknown, .. } = error else { panic!("{error}") };
    assert_eq!(missing, ["business_form", "items", "residence", "supervisor"]);
    assert_eq!(unknown, ["enterprise_type", "registered_capital", "established_on", "business_scope"]);
}

#[test]
fn a_first_line_that_is_half_somebodys_row_spills_nobody() {
    let error = Table::read("request_id,李小明,001,colour\n".as_bytes(), kind("food-operation-permit")).err().unwrap();
    let TableError::OtherType { unknown, .. } = &error else { panic!("{error}") };
    assert_eq!(unknown, &["column 2", "column 3", "colour"]);
    assert!(!error.to_string().contains('李'));
}

#[test]
fn a_bad_row_does_not_spoil_the_rows_around_it() {
    let csv = csv_of(&right("food-operation-permit"));
    let (headings, row) = csv.split_once('\n').unwrap();
    let table = format!("{headings}\n{row}too,few,cells\n{row}{}\n{row}", row.trim_end().replace("GD-1", "GD 1"));
    let rows: Vec<Application> = Table::read(table.as_bytes(), kind("food-operation-permit")).unwrap().map(Result::unwrap).collect();
    let outcomes: Vec<(u64, Option<&str>)> =
        rows.iter().map(|row| (row.line(), kind("food-operation-permit").admit(row, TODAY).err().map(|faults| faults[0].code()))).collect();
    assert_eq!(outcomes, [(2, None), (3, Some("row_cells")), (4, None), (5, Some("request_id")), (6, None)]);
    assert_eq!((rows[3].request_id(), format!("{:?}", rows[3])), (Some("GD 1"), "Application(line 5)".to_owned()));
}

#[test]
fn a_row_has_the_line_that_an_editor_shows() {
    let csv = csv_of(&right("food-operation-permit"));
    let (headings, row) = csv.split_once('\n').unwrap();
    let wrapped = row.replace("天河北路", "天河\n北路");
    let table = format!("{headings}\n{row}{wrapped}{row}\n\n{row},,,,,,,,,,,\n{row}");
    let lines =
        |bytes: &[u8]| -> Vec<u64> { Table::read(bytes, kind("food-operation-permit")).unwrap().map(|row| row.unwrap().line()).collect() };
    let wanted = [2, 3, 6, 9, 11];
    for text in [table.clone(), table.replace('\n', "\r\n"), table.replace('\n', "\r")] {
        assert_eq!(lines(text.as_bytes()), wanted, "{text:?}");
        assert_eq!(lines(&GB18030.encode(&text).0), wanted, "{text:?}");
        assert_eq!(lines(format!("\u{feff}{text}").as_bytes()), wanted, "{text:?}");
    }
    let object = serde_json::json!({ "request_id": "GD-1" });
    assert_eq!(lines(format!("[\n {object},\n {object}\n , {object}\n]").as_bytes()), [2, 3, 4]);
}

#[test]
fn a_broken_json_table_stops_with_its_line() {
    let object = object_of(&right("food-operation-permit"));
    let object = serde_json::Value::Object(object).to_string();
    let rows = [
        (format!("[{object},\n{object}\n"), 2, Some("table_json")),
        (format!("[{object}\n{object}]"), 1, Some("table_json")),
        (format!("[{object},]"), 1, Some("table_json")),
        (format!("[{object}] {object}"), 1, Some("table_json")),
        (format!("{object}\n{object}"), 2, None),
        (format!("{object}\n3"), 1, Some("table_row_no_object")),
        (format!("[{object},{}]", object.replacen('{', "{\"number\":\"1\",", 1)), 1, Some("table_json")),
    ];
    for (text, right, code) in rows {
        let read: Vec<_> = Table::read(text.as_bytes(), kind("food-operation-permit")).unwrap().collect();
        assert_eq!(read.iter().filter(|row| row.is_ok()).count(), right, "{text}");
        assert_eq!(read.last().unwrap().as_ref().err().map(TableError::code), code, "{text}");
    }
}

#[test]
fn json_cells_that_are_no_values_are_faults_of_their_row() {
    let object = object_of(&right("food-operation-permit"));
    let rows = [
        ("premises", serde_json::json!({ "road": 1 }), "cell_no_value"),
        ("premises", serde_json::json!([1]), "cell_no_value"),
        ("premises", serde_json::json!(["a", "b"]), "list_not_wanted"),
        ("number", serde_json::json!(["a"]), "cell_no_value"),
        ("premises", serde_json::json!("长".repeat(6000)), "cell_too_long"),
    ];
    for (column, value, code) in rows {
        let mut object = object.clone();
        object.insert(column.to_owned(), value);
        let text = serde_json::Value::Object(object).to_string();
        let faults = admitted("food-operation-permit", text.as_bytes()).unwrap_err();
        assert_eq!(faults.iter().map(Fault::code).collect::<Vec<_>>(), [code], "{column}");
    }
}

#[test]
fn a_json_row_that_differs_from_the_first_has_its_own_faults() {
    let object = object_of(&right("food-operation-permit"));
    for (column, code) in [("经营场所", "column_twice"), ("colour", "column_unknown")] {
        let mut second = object.clone();
        second.insert(column.to_owned(), "广州市天河区".into());
        let table = serde_json::json!([object, second]).to_string();
        let rows: Vec<Application> = Table::read(table.as_bytes(), kind("food-operation-permit")).unwrap().map(Result::unwrap).collect();
        let codes = |row: &Application| kind("food-operation-permit").admit(row, TODAY).err().map(|faults| faults[0].code());
        assert_eq!(rows.iter().map(codes).collect::<Vec<_>>(), [None, Some(code)]);
    }
}

#[test]
fn a_cell_that_is_in_no_encoding_is_a_fault_of_its_row() {
    let csv = GB18030.encode(&csv_of(&right("food-operation-permit"))).0.into_owned();
    let place = csv.windows(2).rposition(|pair| pair == b"\"\n").unwrap();
    let mut broken = csv.clone();
    broken.splice(place..place, [0xff]);
    let faults = admitted("food-operation-permit", &broken).unwrap_err();
    assert_eq!(faults.iter().map(|fault| (fault.column(), fault.code())).collect::<Vec<_>>(), [("supervisor", "cell_undecodable")]);
}

#[test]
fn what_says_that_it_is_utf8_is_read_so_and_only_its_broken_cell_is_a_fault() {
    let csv = csv_of(&right("food-operation-permit"));
    let mut broken = format!("\u{feff}{csv}").into_bytes();
    let place = broken.windows(2).rposition(|pair| pair == b"\"\n").unwrap();
    broken.splice(place..place, [0xff]);
    let faults = admitted("food-operation-permit", &broken).unwrap_err();
    assert_eq!(faults.iter().map(|fault| (fault.column(), fault.code())).collect::<Vec<_>>(), [("supervisor", "cell_undecodable")]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_a_table_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), start in prop::sample::select(&["", "[", "{", "[{\"number\":", "\u{feff}"][..])) {
        let bytes = [start.as_bytes(), &bytes].concat();
        if let Ok(table) = Table::read(&bytes, kind("tax-payment")) {
            table.for_each(drop);
        }
    }
}
