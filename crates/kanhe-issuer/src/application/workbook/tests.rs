//! What is read of the many ways in which spreadsheets write a cell.

use super::super::{Fault, Requests, Table};
use crate::catalogue::tests::shipped;
use flate2::Crc;
use jiff::civil::date;
use serde_json::{Value, json};

const RELATIONS: &str = r#"<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" Type="http://x/styles" Target="styles.xml"/></Relationships>"#;

const TEXTS: &str = r#"<sst xmlns="m"><si><t>广州市<!-- a note -->天河区</t><rPh sb="0" eb="1"><t>guangzhou</t></rPh></si><si><r><t>李</t></r><r><rPr><b/></rPr><t xml:space="preserve">㛃 &amp; co</t></r></si><si/></sst>"#;

const STYLES: &str = r#"<styleSheet><numFmts count="1"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="31"/></cellXfs></styleSheet>"#;

/// A ZIP of parts that are stored as they are.
fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in parts {
        let (mut crc, size) = (Crc::new(), u32::try_from(text.len()).unwrap().to_le_bytes());
        crc.update(text.as_bytes());
        let offset = u32::try_from(file.len()).unwrap().to_le_bytes();
        let named = u16::try_from(name.len()).unwrap().to_le_bytes();
        let common = [&crc.sum().to_le_bytes()[..], &size, &size, &named, &[0, 0]].concat();
        file.extend([&b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0"[..], &common, name.as_bytes(), text.as_bytes()].concat());
        directory.extend([&b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0"[..], &common, &[0; 10], &offset, name.as_bytes()].concat());
    }
    let count = u16::try_from(parts.len()).unwrap().to_le_bytes();
    let (length, offset) = (u32::try_from(directory.len()).unwrap().to_le_bytes(), u32::try_from(file.len()).unwrap().to_le_bytes());
    [file, directory, [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &length, &offset, &[0, 0]].concat()].concat()
}

fn book(properties: &str, sheet: &str) -> Vec<u8> {
    let workbook = format!(r#"<x:workbook xmlns:x="m">{properties}<x:sheets><x:sheet name="1" rel:id="r1"/></x:sheets></x:workbook>"#);
    let sheet = format!(r#"<?xml version="1.0"?><worksheet><sheetData>{sheet}</sheetData><pageMargins/></worksheet>"#);
    let parts = [
        ("xl/workbook.xml", workbook.as_str()),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/sharedStrings.xml", TEXTS),
        ("xl/styles.xml", STYLES),
    ];
    zip(&[&parts[..], &[("xl/worksheets/sheet1.xml", &sheet)]].concat())
}

fn row(cells: &[&str]) -> String {
    format!("<row>{}</row>", cells.iter().map(|cell| format!(r#"<c t="str"><f>A1</f><v>{cell}</v></c>"#)).collect::<String>())
}

/// The columns of food operation permits, with two spellings of a heading.
fn headings() -> String {
    let named = ["申请编号", "number", "holder_name", "holder_code_type", "holder_code", "issued", "premises", "business_form", "items"];
    row(&[&named[..], &["legal_representative", "residence", "supervisor", "问题"]].concat())
}

/// A row: its line, its cells, and the codes of its faults.
type Found = (u64, Value, Vec<&'static str>);

/// What is read of rows behind the headings, or the code of what stops reading.
fn read(bytes: &[u8]) -> Result<Vec<Found>, &'static str> {
    let catalogue = shipped();
    let kind = catalogue.find("food-operation-permit").unwrap();
    let rows = Table::open_for(std::io::Cursor::new(bytes), kind, Requests::Named).map_err(|error| error.code())?;
    let read = rows.map(|row| {
        let row = row.map_err(|error| error.code())?;
        Ok((row.line(), serde_json::from_slice(&row.to_json()).unwrap(), row.faults.iter().map(|fault| fault.code()).collect()))
    });
    read.collect()
}

#[test]
fn a_cell_is_read_however_it_is_written() {
    let cells = [
        (r#"<c r="A7" t="inlineStr"><is><t> GD-1 </t></is></c>"#, "request_id", json!("GD-1")),
        (r#"<c r="B7"><v>12</v></c>"#, "number", json!("12")),
        (r#"<c r="C7" t="s"><v>1</v></c>"#, "holder_name", json!("李㛃 & co")),
        (r#"<c r="G7" t="s"><v>0</v></c>"#, "premises", json!("广州市天河区")),
        (r#"<c r="F7" s="1"><v>46082</v></c>"#, "issued", json!("2026-03-01")),
        (r#"<c r="F7" s="2"><v>46082.5</v></c>"#, "issued", json!("2026-03-01")),
        (r#"<c r="F7" t="d"><v>2026-03-01T00:00:00</v></c>"#, "issued", json!("2026-03-01")),
        (r#"<c r="F7" s="0"><v>20260301</v></c>"#, "issued", json!("20260301")),
        (r#"<c r="H7" t="b"><v>1</v></c>"#, "business_form", json!("true")),
        (r#"<c r="L7" t="str"><f>A1&amp;B1</f><v><![CDATA[a<b]]>&#x7167;</v></c>"#, "supervisor", json!("a<b照")),
        (r#"<c r="J7" t="inlineStr"><is><t>a_x000D_b</t></is></c>"#, "legal_representative", json!("a\rb")),
    ];
    for (cell, column, value) in cells {
        let found = read(&book("", &(headings() + r#"<row r="7">"# + cell + "</row>"))).unwrap();
        assert_eq!(found, [(7, json!({ column: value }), vec![])], "{cell}");
    }
    let since_1904 = book(r#"<x:workbookPr date1904="1"/>"#, &(headings() + r#"<row><c r="F2" s="1"><v>44620</v></c></row>"#));
    assert_eq!(read(&since_1904).unwrap()[0].1, json!({ "issued": "2026-03-01" }));
}

#[test]
fn what_is_empty_is_not_there_and_what_failed_is_a_fault() {
    let rows = [
        r#"<row r="3"><c r="A3" s="1"/><c r="B3" t="s"><v>2</v></c></row>"#,
        r#"<row r="4"/>"#,
        r#"<row r="5"><c r="A5" t="e"><v>#N/A</v></c><c t="str"><v>JY1</v></c></row>"#,
        r#"<row r="6"><c r="A6"><v>1</v></c><c r="Z6" s="1"/></row>"#,
        r#"<row r="8"><c r="A8"><v>1</v></c><c r="M8" t="str"><v>sex not_in_table</v></c></row>"#,
        r#"<row r="9"><c r="A9"><v>1</v></c><c r="XFD9"><v>1</v></c></row>"#,
    ];
    let found = read(&book("", &(headings() + &rows.concat()))).unwrap();
    let wanted = [
        (5, json!({ "number": "JY1" }), vec!["cell_no_value"]),
        (6, json!({ "request_id": "1" }), vec![]),
        (8, json!({ "request_id": "1" }), vec![]),
        (9, json!({}), vec!["row_cells"]),
    ];
    assert_eq!(found, wanted);
    assert_eq!(read(&book("", &headings())), Ok(vec![]));
}

#[test]
fn a_title_above_the_headings_and_what_a_spreadsheet_cut_short() {
    let title = r#"<row r="1"><c t="str"><v>食品经营许可证申请表</v></c></row><row r="2"/>"#;
    let cells = r#"<row r="9"><c r="A9"><v>1</v></c><c r="B9"><v>9.1440200000000003E+17</v></c><c r="G9" t="str"><v>'=A1</v></c></row>"#;
    let found = read(&book("", &(title.to_owned() + &headings() + cells))).unwrap();
    assert_eq!(found, [(9, json!({ "premises": "=A1", "request_id": "1" }), vec!["cell_cut_short"])]);
}

#[test]
fn a_number_of_more_digits_than_a_spreadsheet_keeps_is_cut_short_in_whatever_notation() {
    for number in ["440100199001015000", "440100199001015123", "4.40100199001015E+17", "4.40100199001015E17", "1000000000000000"] {
        let cells = format!(r#"<row r="2"><c r="A2"><v>1</v></c><c r="E2"><v>{number}</v></c></row>"#);
        assert_eq!(
            read(&book("", &(headings() + &cells))).unwrap(),
            [(2, json!({ "request_id": "1" }), vec!["cell_cut_short"])],
            "{number}"
        );
    }
    for (number, format, shown) in [("123456789012345", 0, "123456789012345"), ("46082.520833333336", 1, "2026-03-01")] {
        let cells = format!(r#"<row r="2"><c r="B2" s="{format}"><v>{number}</v></c></row>"#);
        assert_eq!(read(&book("", &(headings() + &cells))).unwrap(), [(2, json!({ "number": shown }), vec![])], "{number}");
    }
    let text = r#"<row r="2"><c r="E2" t="inlineStr"><is><t>440100199001015000</t></is></c></row>"#;
    assert_eq!(read(&book("", &(headings() + text))).unwrap(), [(2, json!({ "holder_code": "440100199001015000" }), vec![])]);
}

#[test]
fn the_day_that_spreadsheets_made_up_is_no_other_day() {
    let catalogue = shipped();
    let kind = catalogue.find("food-operation-permit").unwrap();
    let fault_of = |serial: &str| {
        let cells = format!(r#"<row r="2"><c r="A2"><v>1</v></c><c r="F2" s="1"><v>{serial}</v></c></row>"#);
        let bytes = book("", &(headings() + &cells));
        let row = Table::open_for(std::io::Cursor::new(bytes), kind, Requests::Named).unwrap().next().unwrap().unwrap();
        let faults = kind.admit(&row, date(2026, 3, 1)).err().unwrap();
        faults.iter().find(|fault| fault.column() == "issued").map(Fault::code)
    };
    assert_eq!(["59", "60", "60.5", "61"].map(fault_of), [None, Some("day"), Some("day"), None]);
}

#[test]
fn what_is_no_workbook_of_the_type_is_refused_by_its_code() {
    let good = book("", &(headings() + &row(&["GD-1"])));
    let lost = |name: &str| {
        let place = good.windows(name.len()).rposition(|window| window == name.as_bytes()).unwrap();
        let mut bytes = good.clone();
        bytes[place] = b'_';
        bytes
    };
    let locked = {
        let place = good.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
        let mut bytes = good.clone();
        bytes[place + 8] = 1;
        bytes
    };
    let rows: [(&str, Vec<u8>, &str); 10] = [
        ("no rows", book("", ""), "table_empty"),
        ("another type", book("", &row(&["number", "height"])), "table_of_another_type"),
        ("no headings", book("", &row(&["1", "2"])), "table_without_headings"),
        ("a column twice", book("", &row(&["number", "证照编号"])), "table_column_twice"),
        ("no directory", good[..good.len() - 22].to_vec(), "table_workbook_broken"),
        ("no workbook", lost("xl/workbook.xml"), "table_workbook_broken"),
        ("no sheet", lost("xl/worksheets/sheet1.xml"), "table_workbook_broken"),
        ("a lock", locked, "table_workbook_broken"),
        ("a text that is not there", book("", &(headings() + r#"<row><c t="s"><v>9</v></c></row>"#)), "table_workbook_broken"),
        ("an entity of its own", book("", &(headings() + "<row><c><v>&bomb;</v></c></row>")), "table_workbook_broken"),
    ];
    for (case, bytes, code) in rows {
        assert_eq!(read(&bytes), Err(code), "{case}");
    }
}

#[test]
fn a_part_whose_checksum_differs_is_not_believed() {
    let mut bytes = book("", &(headings() + &row(&["GD-1"])));
    let place = bytes.windows(4).rposition(|window| window == b"GD-1").unwrap();
    bytes[place + 3] = b'2';
    assert_eq!(read(&bytes), Err("table_workbook_broken"));
}
