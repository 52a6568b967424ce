//! Right applications of some types, of which the tests by theme change one thing.

mod admission;
mod asked;
mod guises;
mod sources;
mod untold;

use super::*;
use crate::catalogue::tests::shipped;
use crate::catalogue::{Catalogue, CertificateKind};
use jiff::civil::Date;
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
    admitted_for(name, Term::Rule, bytes)
}

fn admitted_for(name: &str, term: Term, bytes: &[u8]) -> Result<Draft, Vec<Fault>> {
    let mut table = Table::read(bytes, kind(name)).unwrap();
    let application = table.next().unwrap().unwrap();
    assert!(table.next().is_none());
    kind(name).admit_for(&application, term, TODAY)
}

/// A row with these cells, and what comes of it.
fn row_of(name: &str, cells: &[(&str, String)]) -> (Application, Result<Draft, Vec<Fault>>) {
    let table = csv_of(cells);
    let application = Table::read(table.as_bytes(), kind(name)).unwrap().next().unwrap().unwrap();
    let admitted = kind(name).admit(&application, TODAY);
    (application, admitted)
}

/// The columns and codes of the faults of a right application with one cell changed.
fn faults_with(name: &str, column: &'static str, cell: &str) -> Vec<(String, &'static str)> {
    match admitted(name, csv_of(&with(name, column, cell)).as_bytes()) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(|fault| (fault.column().to_owned(), fault.code())).collect(),
    }
}

/// The cells as an object of JSON.
fn object_of(cells: &[(&str, String)]) -> serde_json::Map<String, serde_json::Value> {
    cells.iter().map(|(column, cell)| ((*column).to_owned(), cell.as_str().into())).collect()
}
