//! What is refused of a row, one fault a row, and what is read alike.

use super::*;
use crate::catalogue::tests::shipped;
use crate::catalogue::{Catalogue, CertificateKind};
use encoding_rs::GB18030;
use jiff::civil::Date;
use kanhe_core::certificate::Value;
use proptest::prelude::*;
use std::sync::LazyLock;

const TODAY: Date = Date::constant(2026, 11, 22);

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(shipped);

fn kind(name: &str) -> &'static CertificateKind {
    CATALOGUE.find(name).unwrap()
}

/// The cells of a right application of each type that the tests change.
fn right(name: &str) -> Vec<(&'static str, String)> {
    let cells: &[(&str, &str)] = match name {
        "food-operation-permit" => &[
            ("request_id", "GD-1"),
            ("number", "JY24401060031130"),
            ("holder_name", "广州市𠮷野家快餐店"),
            ("holder_code_type", "001"),
            ("holder_code", "91350100M000100Y43"),
            ("issued", "2026-03-01"),
            ("premises", "广州市天河区天河北路1号"),
            ("business_form", "2"),
            ("items", "B1^A1"),
            ("legal_representative", "李㛃"),
            ("residence", "广州市天河区天河北路2号"),
            ("supervisor", "广州市天河区市场监督管理局"),
        ],
        "business-licence" => &[
            ("request_id", "GD-2"),
            ("number", "44012026010100000001"),
            ("holder_name", "广州市粤鼎贸易有限公司"),
            ("holder_code_type", "001"),
            ("holder_code", "91350100M000100Y43"),
            ("valid_until", "长期"),
            ("enterprise_type", "1130"),
            ("legal_representative", "王伟"),
            ("registered_capital", "500.5"),
            ("established_on", "2020年1月2日"),
            ("premises", "广州市天河区天河北路1号"),
            ("business_scope", "国内贸易代理"),
        ],
        "birth-service" => &[
            ("request_id", "GD-3"),
            ("number", "4401062026000001"),
            ("holder_name", "王伟^李芳"),
            ("holder_code_type", "111^414"),
            ("holder_code", "11010519491231002X^E12345678"),
            ("child", "2"),
            ("children", "1"),
            ("residence", "广州市天河区天河北路1号"),
            ("office", "广州市天河区石牌街道办事处"),
        ],
        "real-estate-title" => &[
            ("request_id", "GD-4"),
            ("number", "粤（2026）广州市不动产权第01234567号"),
            ("holder_name", "王伟"),
            ("holder_code_type", "111"),
            ("holder_code", "11010519491231002X"),
            ("unit_number", "440106001002GB00012F00010203"),
            ("location", "广州市天河区天河北路1号"),
            ("right_type", "4/3"),
            ("ownership", "0"),
            ("usage", "11"),
            ("floor_area", "89.5"),
            ("right_nature", "出让/市场化商品房"),
        ],
        "driving-licence" => &[
            ("request_id", "GD-5"),
            ("number", "440100123456"),
            ("holder_name", "王伟"),
            ("holder_code_type", "111"),
            ("holder_code", "11010519491231002X"),
            ("valid_until", "2036-11-21"),
            ("classes", "C1,D"),
            ("first_issued_on", "20161122"),
            ("born_on", "19491231"),
            ("sex", "男"),
            ("nationality", "中国"),
            ("address", "广州市天河区天河北路1号"),
            ("glasses", "是"),
        ],
        other => panic!("{other}"),
    };
    cells.iter().map(|(column, cell)| (*column, (*cell).to_owned())).collect()
}

fn with(name: &str, column: &'static str, cell: &str) -> Vec<(&'static str, String)> {
    let mut cells = right(name);
    cells.retain(|(other, _)| *other != column);
    cells.push((column, cell.to_owned()));
    cells
}

fn csv_of(cells: &[(&str, String)]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let line = |cells: Vec<String>| cells.join(",") + "\n";
    line(cells.iter().map(|(column, _)| quoted(column)).collect()) + &line(cells.iter().map(|(_, cell)| quoted(cell)).collect())
}

fn admitted(name: &str, bytes: &[u8]) -> Result<Draft, Vec<Fault>> {
    let mut table = Table::read(bytes, kind(name)).unwrap();
    let application = table.next().unwrap().unwrap();
    assert!(table.next().is_none());
    kind(name).admit(&application, TODAY)
}

/// The columns and codes of the faults of a right application with one cell changed.
fn faults_with(name: &str, column: &'static str, cell: &str) -> Vec<(String, &'static str)> {
    match admitted(name, csv_of(&with(name, column, cell)).as_bytes()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|fault| (fault.column().to_owned(), fault.code())).collect(),
    }
}

#[test]
fn every_fault_is_named_by_its_column_and_code() {
    let long = "长".repeat(101);
    let names = "王伟^李芳^张三";
    let food = "food-operation-permit";
    let rows: &[(&str, &'static str, &str, &str, &str)] = &[
        (food, "request_id", "", "request_id", "cell_missing"),
        (food, "request_id", "GD 1", "request_id", "request_id"),
        (food, "request_id", "申请一号", "request_id", "request_id"),
        (food, "number", "", "number", "cell_missing"),
        (food, "number", "JY2440106003113", "number", "code_shape"),
        (food, "number", "JX24401060031130", "number", "code_shape"),
        (food, "holder_name", "", "holder_name", "cell_missing"),
        (food, "holder_name", &long, "holder_name", "holder_name_longer_than_type"),
        (food, "holder_name", "e\u{301}", "holder_name", "holder_name_not_nfc"),
        (food, "holder_name", "广州\u{7}店", "holder_name", "holder_name_spaces"),
        (food, "holder_name", "甲店^乙店", "holder_name", "holder_lists_differ"),
        (food, "holder_code_type", "002", "holder_code_type", "holder_code_type_unknown"),
        (food, "holder_code_type", "111", "holder_code_type", "holder_code_type_not_allowed"),
        (food, "holder_code", "91350100M000100Y44", "holder_code", "uscc_check"),
        (food, "holder_code", "91350100M000100Y4", "holder_code", "uscc_length"),
        (food, "holder_code", "91350203M0001QKT19", "holder_code", "uscc_check"),
        (food, "holder_code_check_override", "perhaps", "holder_code_check_override", "flag"),
        (food, "issued", "2026-02-30", "issued", "day"),
        (food, "issued", "1/3/2026", "issued", "day"),
        (food, "valid_from", "soon", "valid_from", "day"),
        (food, "valid_until", "2031-03-01", "valid_until", "validity_other_than_rule"),
        (food, "valid_until", "长期", "valid_until", "cell_not_wanted"),
        (food, "valid_from", "2031-03-01", "valid_until", "validity_ends_before_it_begins"),
        (food, "issued", "9998-01-01", "valid_until", "validity_beyond_calendar"),
        (food, "premises", "", "premises", "cell_missing"),
        (food, "premises", "广州", "premises", "text_too_short"),
        (food, "premises", &long, "premises", "text_too_long"),
        (food, "premises", "广州市e\u{301}路1号", "premises", "text_not_nfc"),
        (food, "premises", "广州市\n天河区", "premises", "text_control_character"),
        (food, "business_form", "9", "business_form", "not_in_table"),
        (food, "items", "B1,X9", "items", "not_in_table"),
        (food, "items", "B1,B1", "items", "list_twice"),
        (food, "items", ",", "items", "list_members"),
        (food, "hotline", "call me", "hotline", "text_pattern"),
        ("business-licence", "valid_until", "", "valid_until", "cell_missing"),
        ("business-licence", "registered_capital", "1e6", "registered_capital", "decimal"),
        ("business-licence", "registered_capital", "500.555", "registered_capital", "decimal"),
        ("business-licence", "registered_capital", "1234567890.00", "registered_capital", "text_pattern"),
        ("birth-service", "holder_name", names, "holder_name", "holder_lists_differ"),
        ("birth-service", "holder_code", "11010519491231002X^E1234\u{7}", "holder_code", "holder_code_character"),
        ("birth-service", "holder_code", "110105194912310020^E12345678", "holder_code", "resident_id_check"),
        ("birth-service", "holder_name", "王伟^", "holder_name", "holder_name_length"),
        ("birth-service", "child", "two", "child", "count"),
        ("birth-service", "child", "-1", "child", "count"),
        ("birth-service", "child", "0", "child", "count_range"),
        ("birth-service", "child", "21", "child", "count_range"),
        ("birth-service", "due_on", "next spring", "due_on", "day"),
        ("birth-service", "valid_until", "2027-01-01", "valid_until", "cell_not_wanted"),
        ("real-estate-title", "number", &long, "number", "text_too_long"),
        ("real-estate-title", "unit_number", "440106001002gb00012F00010203", "unit_number", "code_shape"),
        ("driving-licence", "glasses", "sometimes", "glasses", "flag"),
        ("driving-licence", "sex", "M", "sex", "not_in_table"),
        ("driving-licence", "valid_until", "2026-11-21", "valid_until", "validity_ends_before_it_begins"),
    ];
    for (name, column, cell, faulty, code) in rows {
        let found = faults_with(name, column, cell);
        assert_eq!(found, [((*faulty).to_owned(), *code)], "{name} {column}={cell:?}");
    }
    for name in [food, "business-licence", "birth-service", "real-estate-title", "driving-licence"] {
        assert!(admitted(name, csv_of(&right(name)).as_bytes()).is_ok(), "{name}");
    }
}

#[test]
fn three_holders_where_two_may_be_and_the_same_holder_twice_are_faults() {
    let rows = [
        ("王伟^李芳^张三", "111^414^414", "11010519491231002X^E12345678^E1", "holder_count"),
        ("王伟^李芳", "414^414", "E12345678^E12345678", "holder_twice"),
    ];
    for (names, types, codes, code) in rows {
        let mut cells = with("birth-service", "holder_name", names);
        cells.iter_mut().for_each(|(column, cell)| match *column {
            "holder_code_type" => *cell = types.to_owned(),
            "holder_code" => *cell = codes.to_owned(),
            _ => {}
        });
        let faults = admitted("birth-service", csv_of(&cells).as_bytes()).unwrap_err();
        assert_eq!(faults.iter().map(Fault::code).collect::<Vec<_>>(), [code]);
    }
}

#[test]
fn all_faults_of_a_row_come_back_at_once_and_repeat_nothing_of_it() {
    let secret = [
        ("holder_name", "秘密\u{7}人"),
        ("holder_code", "110105194912310021"),
        ("holder_code_type", "111"),
        ("number", "secret"),
        ("classes", "C1,秘密"),
    ];
    let mut cells = right("driving-licence");
    for (column, cell) in
        secret.into_iter().chain([("address", "秘密"), ("born_on", "1949-13-31"), ("sex", "秘密"), ("request_id", "秘密")])
    {
        cells.iter_mut().filter(|(other, _)| *other == column).for_each(|(_, old)| *old = cell.to_owned());
    }
    let faults = admitted("driving-licence", csv_of(&cells).as_bytes()).unwrap_err();
    let columns: Vec<&str> = faults.iter().map(Fault::column).collect();
    assert_eq!(columns, ["request_id", "number", "holder_code", "holder_name", "born_on", "classes", "sex", "address"]);
    for fault in &faults {
        let text = format!("{fault} {fault:?}");
        assert!(!["秘密", "secret", "1101051949", "1949-13"].iter().any(|secret| text.contains(secret)), "{text}");
    }
}

#[test]
fn a_draft_holds_everything_in_one_spelling() {
    let draft = admitted("real-estate-title", csv_of(&right("real-estate-title")).as_bytes()).unwrap();
    let field = |name: &str| draft.fields().iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
    assert_eq!(field("floor_area"), Some(Value::Text("89.50".to_owned())));
    assert_eq!((draft.issued(), draft.validity().from(), draft.validity().until()), (TODAY, TODAY, None));
    assert_eq!(draft.serial(), None);

    let draft = admitted("driving-licence", csv_of(&right("driving-licence")).as_bytes()).unwrap();
    let field = |name: &str| draft.fields().iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
    assert_eq!(field("classes"), Some(Value::List(vec!["C1".to_owned(), "D".to_owned()])));
    assert_eq!(field("first_issued_on"), Some(Value::Text("2016-11-22".to_owned())));
    assert_eq!(field("glasses"), Some(Value::Flag(true)));
    assert_eq!(field("remarks"), None);
    assert_eq!(draft.serial().map(|serial| serial.as_str()), Some("440100123456"));
    assert_eq!(draft.validity().until(), Some(Date::constant(2036, 11, 21)));

    let draft = admitted("birth-service", csv_of(&right("birth-service")).as_bytes()).unwrap();
    assert_eq!(draft.holders().iter().map(|holder| holder.name()).collect::<Vec<_>>(), ["王伟", "李芳"]);

    let draft = admitted("food-operation-permit", csv_of(&right("food-operation-permit")).as_bytes()).unwrap();
    let items = draft.fields().iter().find(|(field, _)| field == "items").map(|(_, value)| value.clone());
    assert_eq!(items, Some(Value::List(vec!["A1".to_owned(), "B1".to_owned()])), "in the order of the code table, as a seal has them");
    assert_eq!(draft.validity().until(), Some(Date::constant(2031, 2, 28)));
    assert_eq!(format!("{draft:?}"), "Draft(GD-1, …)");
}

#[test]
fn a_genuine_code_that_fails_its_check_is_let_pass_where_somebody_vouches_for_it() {
    let mut cells = with("food-operation-permit", "holder_code", "91350203M0001QKT19");
    cells.push(("holder_code_check_override", "yes".to_owned()));
    let draft = admitted("food-operation-permit", csv_of(&cells).as_bytes()).unwrap();
    assert_eq!(draft.warnings().iter().map(|warning| warning.code()).collect::<Vec<_>>(), ["uscc_check"]);
    let wrong = with("food-operation-permit", "holder_code", "not a code at all");
    let wrong: Vec<_> = wrong.into_iter().chain([("holder_code_check_override", "yes".to_owned())]).collect();
    assert_eq!(admitted("food-operation-permit", csv_of(&wrong).as_bytes()).unwrap_err()[0].code(), "uscc_length");
}

#[test]
fn what_cannot_be_printed_is_a_fault_wherever_it_stands() {
    let rows = [
        ("food-operation-permit", "holder_name", "李\u{E000}", "holder 1: character 2 cannot be printed: U+E000"),
        ("birth-service", "holder_name", "王伟^李\u{200B}芳", "holder 2: character 2 cannot be printed: U+200B"),
        ("food-operation-permit", "premises", "广州\u{E5E5}路", "character 3 cannot be printed: U+E5E5"),
        ("real-estate-title", "number", "粤\u{2060}第1号", "character 2 cannot be printed: U+2060"),
    ];
    for (name, column, cell, message) in rows {
        let faults = admitted(name, csv_of(&with(name, column, cell)).as_bytes()).unwrap_err();
        let [fault] = faults.as_slice() else { panic!("{faults:?}") };
        assert_eq!((fault.column(), fault.code()), (column, "unprintable"));
        let said = fault.defect().to_string();
        assert!(
            said.starts_with(message) && !cell.chars().filter(|c| c.is_alphanumeric()).any(|c| c > '\u{2FFF}' && said.contains(c)),
            "{said}"
        );
    }
}

#[test]
fn words_of_a_code_table_stand_for_their_codes() {
    for items in ["热食类食品制售^预包装食品销售", "热食类食品制售、预包装食品销售", "B1, A1"] {
        let table = csv_of(&with("food-operation-permit", "items", items));
        let draft = admitted("food-operation-permit", table.as_bytes()).unwrap();
        assert!(draft.fields().contains(&("items".to_owned(), Value::List(vec!["A1".to_owned(), "B1".to_owned()]))), "{items}");
    }
    let draft =
        admitted("food-operation-permit", csv_of(&with("food-operation-permit", "business_form", "餐饮服务经营者")).as_bytes()).unwrap();
    assert!(draft.fields().contains(&("business_form".to_owned(), Value::Text("2".to_owned()))));
}

#[test]
fn one_table_in_every_guise_gives_the_same_draft() {
    let cells = right("food-operation-permit");
    let csv = csv_of(&cells);
    let wanted = admitted("food-operation-permit", csv.as_bytes()).unwrap();
    let chinese: Vec<(&str, String)> =
        cells.iter().map(|(column, cell)| (chinese_heading("food-operation-permit", column), cell.clone())).collect();
    let object: serde_json::Map<String, serde_json::Value> =
        cells.iter().map(|(column, cell)| ((*column).to_owned(), cell.as_str().into())).collect();
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
        (b"[{\"request_id\":\"1\"", "table_json"),
        (b"[1]", "table_row_no_object"),
    ];
    for (bytes, code) in rows {
        let error = Table::read(bytes, kind("food-operation-permit")).err().map(|error| error.code());
        assert_eq!(error, Some(*code), "{}", String::from_utf8_lossy(bytes));
    }
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
    let cells = right("food-operation-permit");
    let object: serde_json::Map<String, serde_json::Value> =
        cells.iter().map(|(column, cell)| ((*column).to_owned(), cell.as_str().into())).collect();
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
    let cells = right("food-operation-permit");
    let object: serde_json::Map<String, serde_json::Value> =
        cells.iter().map(|(column, cell)| ((*column).to_owned(), cell.as_str().into())).collect();
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
    let cells = right("food-operation-permit");
    let object: serde_json::Map<String, serde_json::Value> =
        cells.iter().map(|(column, cell)| ((*column).to_owned(), cell.as_str().into())).collect();
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_row_makes_admission_panic(name in prop::sample::select(&["food-operation-permit", "birth-service", "real-estate-title", "driving-licence"][..]), cells in prop::collection::vec("\\PC{0,24}|[0-9A-Z^,.-]{0,24}", 24)) {
        let columns: Vec<&str> = columns_of(kind(name)).map(|(column, _)| column).collect();
        let row: Vec<(&str, String)> = columns.into_iter().zip(cells).collect();
        for application in Table::read(csv_of(&row).as_bytes(), kind(name)).unwrap() {
            let _ = kind(name).admit(&application.unwrap(), TODAY);
        }
    }

    #[test]
    fn no_bytes_make_a_table_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), start in prop::sample::select(&["", "[", "{", "[{\"number\":", "\u{feff}"][..])) {
        let bytes = [start.as_bytes(), &bytes].concat();
        if let Ok(table) = Table::read(&bytes, kind("tax-payment")) {
            table.for_each(drop);
        }
    }
}

/// A source that gives its bytes one at a time, and fails at a place.
struct Trickle<'b> {
    bytes: std::io::Cursor<&'b [u8]>,
    fails_at: Option<u64>,
}

impl std::io::Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.fails_at == Some(self.bytes.position()) {
            return Err(std::io::ErrorKind::ConnectionReset.into());
        }
        let one = buffer.len().min(1);
        self.bytes.read(&mut buffer[..one])
    }
}

impl std::io::Seek for Trickle<'_> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

fn rows_of(source: impl std::io::Read + std::io::Seek) -> Vec<Result<(u64, Option<String>), TableError>> {
    let rows = Table::open(source, kind("food-operation-permit")).unwrap();
    rows.map(|row| row.map(|row| (row.line(), row.request_id().map(str::to_owned)))).collect()
}

#[test]
fn a_source_that_gives_its_bytes_one_by_one_is_the_same_table() {
    let csv = csv_of(&right("food-operation-permit"));
    let (_, row) = csv.split_once('\n').unwrap();
    let csv = format!("{csv}{}\n{row}", row.replace("GD-1", "GD-\r\n2"));
    let json = serde_json::json!([{ "request_id": "GD-1" }, { "request_id": "照" }]).to_string();
    for text in [csv.clone(), csv.replace('\n', "\r\n"), json] {
        for bytes in [text.clone().into_bytes(), GB18030.encode(&text).0.into_owned(), format!("\u{feff}{text}").into_bytes()] {
            let trickled = rows_of(Trickle { bytes: std::io::Cursor::new(&bytes), fails_at: None });
            assert_eq!(trickled, rows_of(std::io::Cursor::new(&bytes)), "{text}");
            assert!(trickled.len() > 1 && trickled.iter().all(Result::is_ok), "{trickled:?}");
        }
    }
}

#[test]
fn a_source_that_fails_is_said_with_the_line() {
    let csv = csv_of(&right("food-operation-permit"));
    let (_, row) = csv.split_once('\n').unwrap();
    // Only the second reading comes so far: with its mark, a table is read once.
    let table = format!("\u{feff}{csv}{}", row.repeat(1_000));
    let read = rows_of(Trickle { bytes: std::io::Cursor::new(table.as_bytes()), fails_at: Some(200_000) });
    let error = read.last().unwrap().clone().unwrap_err();
    assert!(matches!(error, TableError::Unreadable { line: 100.., kind: std::io::ErrorKind::ConnectionReset }), "{error:?}");
    assert_eq!(read.iter().filter(|row| row.is_err()).count(), 1);
}

#[test]
fn a_quotation_mark_that_is_never_closed_does_not_fill_the_memory() {
    let csv = csv_of(&right("food-operation-permit"));
    let (headings, row) = csv.split_once('\n').unwrap();
    let rest = row.replace('"', "").repeat(60_000);
    let rows = rows_of(std::io::Cursor::new(format!("{headings}\n{row}\"{rest}").into_bytes()));
    let [Ok((2, _)), Err(error)] = rows.as_slice() else { panic!("{} rows", rows.len()) };
    assert_eq!((error.code(), error), ("table_row_too_long", &TableError::RowTooLong { line: 3, most: 8 << 20 }));
    let object = format!("{{\"request_id\":\"{}\"}}", "1".repeat(9 << 20));
    let rows = rows_of(std::io::Cursor::new(format!("[{{\"request_id\":\"1\"}},\n{object}]").into_bytes()));
    assert_eq!(rows.last().unwrap().as_ref().unwrap_err(), &TableError::RowTooLong { line: 2, most: 8 << 20 });
}

#[test]
fn a_table_knows_how_much_of_it_was_read() {
    let csv = csv_of(&right("food-operation-permit"));
    let mut table = Table::read(csv.as_bytes(), kind("food-operation-permit")).unwrap();
    assert_eq!(usize::try_from(table.size()), Ok(csv.len()));
    assert!(table.by_ref().all(|row| row.is_ok()));
    assert_eq!(table.taken(), table.size());
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
