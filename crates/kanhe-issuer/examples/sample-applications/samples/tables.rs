//! The five tables. In each the first rows are the odd ones: rare characters, the longest name, passports, ended and future terms.

use super::dice::Dice;
use super::organisations::{CATERING, LONGEST_NAME, TRADES, address, brand, code, company};
use super::people::{RARE_NAMES, name, person};
use super::places::{City, GUANGDONG, ZHEJIANG};
use jiff::civil::Date;
use jiff::{ToSpan, Unit};
use std::fmt::Write;

/// A table of text; cells with commas or quotation marks are quoted (RFC 4180).
struct Csv(String);

impl Csv {
    fn with_headings(headings: &[&str]) -> Self {
        Self(headings.join(",") + "\n")
    }

    fn row(&mut self, cells: &[&str]) {
        let quoted = cells
            .iter()
            .map(|cell| if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { (*cell).to_owned() });
        self.0.push_str(&quoted.collect::<Vec<_>>().join(","));
        self.0.push('\n');
    }
}

const FIRST_DAY: Date = Date::constant(2025, 1, 2);
const LAST_DAY: Date = Date::constant(2026, 9, 30);

pub(super) fn business_licences() -> String {
    let mut dice = Dice::seeded(4401);
    let mut csv = Csv::with_headings(&[
        "request_id",
        "number",
        "holder_name",
        "holder_code_type",
        "holder_code",
        "holder_code_check_override",
        "issued",
        "valid_from",
        "valid_until",
        "enterprise_type",
        "legal_representative",
        "registered_capital",
        "established_on",
        "premises",
        "business_scope",
    ]);
    for place in 0..70_usize {
        let city = dice.pick(&GUANGDONG);
        let mut trade = dice.pick(&TRADES);
        let mut holder = company(&mut dice, &city, trade.words, "44");
        let mut kind = if holder.name.contains("股份") { "1220" } else { dice.pick(&["1130", "1130", "1151", "1153", "1190", "5100"]) };
        let representative = RARE_NAMES.get(place).map_or_else(|| name(&mut dice), |name| (*name).to_owned());
        let capital = format!("{}.00", dice.pick(&[10, 50, 100, 200, 500, 1000, 3000, 12_000]));
        let mut established = dice.day(Date::constant(2002, 3, 1), Date::constant(2024, 12, 31));
        let mut issued = dice.day(FIRST_DAY, LAST_DAY);
        let mut from = established;
        let mut until = if dice.once_in(3) { "长期".to_owned() } else { (established + 30.years()).to_string() };
        let mut vouched = "";
        match place {
            6 => (holder.name, kind) = (LONGEST_NAME.to_owned(), "2100"),
            7 => (from, until) = (Date::constant(2041, 1, 1), "2061-12-31".to_owned()),
            8 => {
                issued = Date::constant(2015, 6, 1);
                (established, from, until) = (issued, issued, "2020-05-31".to_owned());
            }
            // A genuine code that fails its check, as some given in Xiamen before 2016 do.
            9 => (holder.code, vouched) = ("91350203M0001QKT19".to_owned(), "yes"),
            10 => {
                kind = "9500";
                trade = CATERING;
                holder.name = format!("{}{}老陈记肠粉店", city.name, holder.address.district);
                holder.code = code(&mut dice, "92", "44");
            }
            _ => {}
        }
        let capital = if matches!(kind, "2100" | "9500") { "" } else { capital.as_str() };
        csv.row(&[
            &format!("GD-YYZZ-2026-{:05}", place + 1),
            &format!("44{}{}{:08}", city.code, issued.strftime("%Y%m%d"), 1_200 + place * 7),
            &holder.name,
            "001",
            &holder.code,
            vouched,
            &issued.to_string(),
            &from.to_string(),
            &until,
            kind,
            &representative,
            capital,
            &established.to_string(),
            &holder.address.text,
            trade.scope,
        ]);
    }
    csv.0
}

const ITEMS: [&str; 17] = ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "B1", "B2", "B3", "B4", "B5", "B6", "B7", "C1", "C2", "C3"];

/// Days as yyyyMMdd, items joined by `^`.
pub(super) fn food_permits() -> String {
    let mut dice = Dice::seeded(4402);
    let mut csv = Csv::with_headings(&[
        "request_id",
        "number",
        "holder_name",
        "holder_code_type",
        "holder_code",
        "issued",
        "premises",
        "business_form",
        "items",
        "legal_representative",
        "residence",
        "supervisor",
        "hotline",
    ]);
    for place in 0..80_usize {
        let city = dice.pick(&GUANGDONG);
        let trade = dice.pick(&["餐饮管理", "餐饮", "食品", "酒店管理", "饮食服务", "便利店", "商贸"]);
        let mut holder = company(&mut dice, &city, trade, "44");
        if dice.once_in(4) {
            let shop = dice.pick(&["肠粉店", "茶餐厅", "烘焙坊", "小吃店", "火锅店", "便利店", "咖啡馆"]);
            holder.name = format!("{}{}{}{shop}", city.name, holder.address.district, brand(&mut dice));
            holder.code = code(&mut dice, "92", "44");
        }
        let representative = RARE_NAMES.get(place).map_or_else(|| name(&mut dice), |name| (*name).to_owned());
        let mut issued = dice.day(FIRST_DAY, LAST_DAY);
        match place {
            1 => holder.name = format!("{}𠮷野家快餐店", city.name),
            2 => holder.name = format!("{}龘记海鲜酒家", city.name),
            6 => holder.name = LONGEST_NAME.to_owned(),
            7 => issued = Date::constant(2018, 3, 12),
            _ => {}
        }
        let form = dice.pick(&["1", "2", "2", "2", "3", "1W", "2W", "2C", "3S"]);
        let items = dice.some(&ITEMS, 6).join("^");
        csv.row(&[
            &format!("GD-SPJY-2026-{:05}", place + 1),
            &food_number(form, &city, place),
            &holder.name,
            "001",
            &holder.code,
            &issued.strftime("%Y%m%d").to_string(),
            &holder.address.text,
            form,
            &items,
            &representative,
            &address(&mut dice, &city).text,
            &format!("{}{}市场监督管理局", city.name, holder.address.district),
            "12315",
        ]);
    }
    csv.0
}

/// JY, the first digit of the form, the region, six digits in order, and a check digit (GB/T 17710 MOD 11,10).
fn food_number(form: &str, city: &City, place: usize) -> String {
    let body = format!("{}44{}06{:06}", form.chars().next().unwrap_or('1'), city.code, 3_100 + place * 13);
    let product = body.chars().filter_map(|digit| digit.to_digit(10)).fold(10, |product, digit| match (product + digit) % 10 {
        0 => 10 * 2 % 11,
        sum => sum * 2 % 11,
    });
    format!("JY{body}{}", (11 - product) % 10)
}

const TRADES_OF_WORKERS: [&str; 12] = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "99"];

/// Days in Chinese; the first rows are people with rare names, then people with passports.
pub(super) fn special_workers() -> String {
    let mut dice = Dice::seeded(4403);
    let mut csv = Csv::with_headings(&[
        "request_id",
        "number",
        "holder_name",
        "holder_code_type",
        "holder_code",
        "issued",
        "trade",
        "first_issued_on",
        "sex",
        "employer",
        "training",
    ]);
    for place in 0..70_usize {
        let city = dice.pick(&GUANGDONG);
        let worker = person(&mut dice, place);
        let trade = dice.pick(&TRADES_OF_WORKERS);
        let first = dice.day(Date::constant(2014, 5, 1), Date::constant(2024, 12, 31));
        let issued = if place == 12 { Date::constant(2020, 4, 20) } else { dice.day(FIRST_DAY, LAST_DAY) };
        let employer = company(&mut dice, &city, "建筑工程", "44").name;
        csv.row(&[
            &format!("GD-TZZY-2026-{:05}", place + 1),
            &format!("粤{}{trade}{}{:06}", city.letter, first.year(), 2_000 + place * 11),
            &worker.name,
            worker.code_type,
            &worker.code,
            &in_chinese(issued),
            trade,
            &in_chinese(first.min(issued)),
            worker.sex,
            &employer,
            &dice.number(24, 48).to_string(),
        ]);
    }
    csv.0
}

fn in_chinese(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// Days as milliseconds since 1970, as systems hand them over.
pub(super) fn safety_staff() -> String {
    let mut dice = Dice::seeded(4404);
    let mut csv = Csv::with_headings(&[
        "request_id",
        "number",
        "holder_name",
        "holder_code_type",
        "holder_code",
        "issued",
        "post",
        "employer",
        "first_issued_on",
        "sex",
        "born_on",
        "position",
        "title",
        "education",
    ]);
    for place in 0..50_usize {
        let city = dice.pick(&GUANGDONG);
        let holder = person(&mut dice, place);
        let post = dice.pick(&["A", "B", "B", "C1", "C2", "C3", "C3"]);
        let first = dice.day(Date::constant(2016, 1, 4), Date::constant(2024, 12, 31));
        let issued = if place == 12 { Date::constant(2019, 7, 1) } else { dice.day(FIRST_DAY, LAST_DAY) };
        let position = match post {
            "A" => dice.pick(&["总经理", "法定代表人", "分管安全副总经理"]),
            "B" => "项目经理",
            _ => "专职安全员",
        };
        csv.row(&[
            &format!("GD-AQSC-2026-{:05}", place + 1),
            &format!("粤建安{post}（{}）{:07}", issued.year(), 10_300 + place * 17),
            &holder.name,
            holder.code_type,
            &holder.code,
            &milliseconds(issued),
            post,
            &company(&mut dice, &city, "建筑工程", "44").name,
            &milliseconds(first.min(issued)),
            holder.sex,
            &milliseconds(holder.born),
            position,
            dice.pick(&["无", "助理工程师", "工程师", "高级工程师"]),
            dice.pick(&["大学本科", "大学专科", "中等职业教育"]),
        ]);
    }
    csv.0
}

/// Midnight in China, eight hours before midnight UTC.
fn milliseconds(day: Date) -> String {
    let days = Date::constant(1970, 1, 1).until((Unit::Day, day)).map_or(0, |span| i64::from(span.get_days()));
    (days * 86_400_000 - 8 * 3_600_000).to_string()
}

const FREIGHT: [&str; 10] = ["H11", "H21", "H22", "H23", "H31", "H32", "H33", "H34", "H41", "H51"];
const PASSENGERS: [&str; 10] = ["C11", "C12", "C13", "C14", "C21", "C22", "C23", "C24", "C31", "C41"];

/// Headings in Chinese, as the sheet of a Chinese office has them.
pub(super) fn road_permits() -> String {
    let mut dice = Dice::seeded(3301);
    let mut csv = Csv::with_headings(&[
        "申请编号",
        "证照编号",
        "持证主体名称",
        "持证主体代码类型代码",
        "持证主体代码",
        "证照颁发日期",
        "经营范围",
        "法定代表人",
        "经济类型",
        "地址",
        "车辆数",
    ]);
    for place in 0..60_usize {
        let city = dice.pick(&ZHEJIANG);
        let passengers = dice.once_in(4);
        let trade = if passengers {
            dice.pick(&["公路客运", "汽车运输", "旅游汽车"])
        } else {
            dice.pick(&["物流", "货运", "供应链管理", "冷链物流", "运输"])
        };
        let mut holder = company(&mut dice, &city, trade, "33");
        let issued = if place == 7 { Date::constant(2017, 8, 8) } else { dice.day(FIRST_DAY, LAST_DAY) };
        if place == 6 {
            holder.name = format!("{}龘运𠮷祥㛃物流有限公司", city.name);
        }
        let scope = dice.some(if passengers { &PASSENGERS } else { &FREIGHT }, 4).join(",");
        let mut number = format!("33{}99", city.code);
        let _ = write!(number, "{:06}", 40_100 + place * 3); // a String takes every character
        csv.row(&[
            &format!("ZJ-DLYS-2026-{:05}", place + 1),
            &number,
            &holder.name,
            "001",
            &holder.code,
            &issued.to_string(),
            &scope,
            &RARE_NAMES.get(place).map_or_else(|| name(&mut dice), |name| (*name).to_owned()),
            dice.pick(&["110", "150", "150", "170", "160"]),
            &holder.address.text,
            &dice.number(1, 120).to_string(),
        ]);
    }
    csv.0
}
