//! What an application asks for, as bytes: libraries keep fingerprints of them, so they must never change.

use super::super::*;
use super::{csv_of, kind, right, with};

fn asked(name: &str, cells: &[(&str, String)]) -> String {
    let table = csv_of(cells);
    let application = Table::read(table.as_bytes(), kind(name)).unwrap().next().unwrap().unwrap();
    String::from_utf8(application.asked(kind(name))).unwrap()
}

/// As they were written by the first program that kept them (`docs/decisions/0029`).
const FOOD: &str = r#"{"business_form":"2","holder_code":["91350100M000100Y43"],"holder_code_type":["001"],"holder_name":["广州市𠮷野家快餐店"],"issued":"2026-03-01","items":["A1","B1"],"legal_representative":"李㛃","number":"JY24401060031130","premises":"广州市天河区天河北路1号","residence":"广州市天河区天河北路2号","supervisor":"广州市天河区市场监督管理局"}"#;
const LICENCE: &str = r#"{"business_scope":"国内贸易代理","enterprise_type":"1130","established_on":"2020-01-02","holder_code":["91350100M000100Y43"],"holder_code_type":["001"],"holder_name":["广州市粤鼎贸易有限公司"],"legal_representative":"王伟","number":"44012026010100000001","premises":"广州市天河区天河北路1号","registered_capital":"500.50","valid_until":"长期"}"#;
const BIRTH: &str = r#"{"child":2,"children":1,"holder_code":["11010519491231002X","E12345678"],"holder_code_type":["111","414"],"holder_name":["王伟","李芳"],"number":"4401062026000001","office":"广州市天河区石牌街道办事处","residence":"广州市天河区天河北路1号"}"#;
const DRIVING: &str = r#"{"address":"广州市天河区天河北路1号","born_on":"1949-12-31","classes":["C1","D"],"first_issued_on":"2016-11-22","glasses":true,"holder_code":["11010519491231002X"],"holder_code_type":["111"],"holder_name":["王伟"],"nationality":"中国","number":"440100123456","sex":"男","valid_until":"2036-11-21"}"#;

#[test]
fn what_is_asked_for_has_the_same_bytes_for_ever() {
    let rows = [("food-operation-permit", FOOD), ("business-licence", LICENCE), ("birth-service", BIRTH), ("driving-licence", DRIVING)];
    for (name, bytes) in rows {
        assert_eq!(asked(name, &right(name)), bytes);
    }
}

#[test]
fn a_cell_that_cannot_be_read_is_asked_for_as_it_stands() {
    let rows = [
        ("number", " jy2440106003113 ", r#""number":"jy2440106003113""#),
        ("issued", "2026-02-30", r#""issued":"2026-02-30""#),
        ("holder_code_type", "０02", r#""holder_code_type":["002"]"#),
        ("items", "B1,X9", r#""items":["X9","B1"]"#),
        ("business_form", "９", r#""business_form":"９""#),
        ("items", "B1,\u{7}", r#""items":"B1,\u0007""#),
    ];
    for (column, cell, bytes) in rows {
        let asked = asked("food-operation-permit", &with("food-operation-permit", column, cell));
        assert!(asked.contains(bytes), "{asked}");
    }
}
