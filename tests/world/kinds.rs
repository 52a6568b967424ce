//! The types of the world; between them they use every form that a field of a seal can have.

use super::office::Province;
use kanhe_core::code::TypeCode;
use kanhe_core::kind::{Choice, Field, Form, Freshness, Kind, Label, Mask};
use kanhe_core::template::Template;

/// Food operation permit, in Guangdong.
pub const FOOD: u16 = 1;
/// Special-work operator certificate, in Guangdong.
pub const OPERATOR: u16 = 2;
/// Real-estate title, in Guangdong.
pub const TITLE: u16 = 3;
/// Food operation permit, in Zhejiang.
pub const ZJ_FOOD: u16 = 7;
/// Real-estate title, in Zhejiang.
pub const ZJ_TITLE: u16 = 8;
/// Special-work operator certificate, in Zhejiang.
pub const ZJ_OPERATOR: u16 = 9;

const DAY: u32 = 86_400;

/// The types of a region.
pub(super) fn of(province: Province, dictionary: u32) -> Vec<Kind> {
    match province {
        Province::Guangdong => vec![food(FOOD, dictionary), operator(OPERATOR, dictionary), title(TITLE, dictionary)],
        Province::Zhejiang => vec![food(ZJ_FOOD, dictionary), title(ZJ_TITLE, dictionary), operator(ZJ_OPERATOR, dictionary)],
    }
}

/// The same words in Chinese and English.
pub fn label(zh: &str, en: &str) -> Label {
    Label { zh: zh.to_owned(), en: en.to_owned() }
}

/// The type code of food operation permits, in every region.
pub fn food_code() -> TypeCode {
    TypeCode::parse("11100000000013338W101").unwrap()
}

/// The type code of special-work operator certificates, in every region.
pub fn operator_code() -> TypeCode {
    TypeCode::parse("11100000000013338W011").unwrap()
}

/// The type code of real-estate titles, in every region.
pub fn title_code() -> TypeCode {
    TypeCode::parse("11100000000013338W305").unwrap()
}

fn food(index: u16, dictionary: u32) -> Kind {
    Kind {
        index,
        code: food_code(),
        names: label("食品经营许可证", "Food operation permit"),
        number: Form::Code(template("JY##############")),
        serial_is_number: true,
        holder_mask: Mask::Open,
        freshness: Freshness { amber: DAY, unknown: 30 * DAY },
        dictionary,
        fields: vec![
            field("premises", "经营场所", "Premises", Form::Text { most: 40 }),
            field("items", "经营项目", "Business items", Form::Choices(choices(&["A1", "A2", "A3", "B1", "B2"]))),
            field("principal", "负责人", "Principal", Form::Text { most: 20 }),
        ],
        file_digest: [0x11; 32],
    }
}

fn operator(index: u16, dictionary: u32) -> Kind {
    Kind {
        index,
        code: operator_code(),
        names: label("建筑施工特种作业操作资格证书", "Special-work operator certificate"),
        number: Form::Code(template("粤A##########")),
        serial_is_number: false,
        holder_mask: Mask::Keep { first: 6, last: 4 },
        freshness: Freshness { amber: 7 * DAY, unknown: 60 * DAY },
        dictionary,
        fields: vec![
            field("work", "工种", "Kind of work", Form::Choice(choices(&["01", "02", "03"]))),
            field("first_issued", "初次领证日期", "First issued", Form::Date),
            field("hours", "继续教育学时", "Hours of training", Form::Count),
            field("practical", "实操考核", "Practical test", Form::Flag),
            field("employer", "用人单位代码", "Employer", Form::Code(template("@@@@######"))),
        ],
        file_digest: [0x22; 32],
    }
}

fn title(index: u16, dictionary: u32) -> Kind {
    Kind {
        index,
        code: title_code(),
        names: label("不动产权证书", "Real-estate title"),
        number: Form::Text { most: 30 },
        serial_is_number: false,
        holder_mask: Mask::Check,
        freshness: Freshness { amber: DAY, unknown: 7 * DAY },
        dictionary,
        fields: vec![
            field("location", "坐落", "Location", Form::Text { most: 40 }),
            field("area", "面积", "Area in square metres", Form::Decimal { scale: 2 }),
        ],
        file_digest: [0x33; 32],
    }
}

fn field(name: &str, zh: &str, en: &str, form: Form) -> Field {
    Field { name: name.to_owned(), label: label(zh, en), form, mask: Mask::Open }
}

fn choices(codes: &[&str]) -> Vec<Choice> {
    codes.iter().map(|code| Choice { code: (*code).to_owned(), label: label(&format!("项目{code}"), &format!("Item {code}")) }).collect()
}

fn template(shape: &str) -> Template {
    Template::parse(shape).unwrap()
}
