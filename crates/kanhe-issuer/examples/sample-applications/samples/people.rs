//! People who do not exist: their resident ids name counties that never were, so that none of them is anybody's.

use super::dice::Dice;
use jiff::civil::Date;
use kanhe_core::code::check::mod_11_2;

const SURNAMES: [&str; 72] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高", "罗", "郑", "梁",
    "谢", "宋", "唐", "许", "邓", "冯", "韩", "曹", "曾", "彭", "萧", "蔡", "潘", "田", "董", "袁", "于", "余", "叶", "蒋", "杜", "苏",
    "魏", "程", "吕", "丁", "沈", "任", "姚", "卢", "傅", "钟", "姜", "崔", "谭", "廖", "范", "汪", "陆", "金", "石", "戴", "贾", "韦",
    "冼", "麦", "区", "欧阳", "司徒", "上官",
];

const GIVEN: [&str; 96] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀英", "霞", "平", "刚", "桂英",
    "建华", "志强", "海燕", "晓东", "玉兰", "国栋", "文博", "子轩", "雨桐", "浩然", "欣怡", "思远", "嘉豪", "梓萱", "俊熙", "诗涵", "宇航",
    "佳琪", "润泽", "景行", "锦程", "伯言", "若溪", "清源", "振邦", "德胜", "永康", "少芬", "惠珍", "美玲", "瑞芝", "凤仪", "春生", "秋月",
    "冬梅", "夏荷", "立人", "守诚", "卓然", "弘毅", "维桢", "绍棠", "启超", "水根", "阿妹", "土生", "火旺", "木兰", "金凤", "银花", "铁柱",
    "石泉", "云飞", "雪松", "翠屏", "碧君", "丹青", "紫嫣", "晨曦", "暮雨", "一鸣", "双喜", "三元", "四海", "五洲", "百川", "千帆", "万里",
    "亿年", "正宇", "天佑", "楚乔", "汉卿", "越",
];

/// Names that printers, fonts and forms stumble over.
pub(super) const RARE_NAMES: [&str; 6] = ["李㛃", "吴𠮷", "赵龘", "阿卜杜热合曼·买买提", "古丽娜尔·艾合买提江", "洛桑次仁·多吉"];

const FOREIGN_NAMES: [&str; 6] =
    ["SMITH, JOHN ROBERT", "TANAKA KENJI", "MÜLLER, HANS PETER", "NGUYEN VAN AN", "O'CONNOR, MARY", "SILVA, JOÃO"];

/// Digits 1 to 4 of resident ids; the county that follows is always 99, which no prefecture has had.
const ORIGINS: [&str; 14] =
    ["4401", "4403", "4405", "4452", "4306", "4503", "5101", "5001", "4201", "3601", "3301", "3303", "4115", "6501"];

/// A person with a code of their own.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) code_type: &'static str,
    pub(super) code: String,
    pub(super) born: Date,
    pub(super) sex: &'static str,
}

/// A person of working age; `place` in the table decides who has a rare name or a passport.
pub(super) fn person(dice: &mut Dice, place: usize) -> Person {
    let born = dice.day(Date::constant(1968, 1, 1), Date::constant(2003, 12, 31));
    let order = dice.number(1, 999);
    let sex = if order % 2 == 1 { "男" } else { "女" };
    let name = RARE_NAMES.get(place).map_or_else(|| name(dice), |name| (*name).to_owned());
    let foreign = place.checked_sub(RARE_NAMES.len()).and_then(|place| FOREIGN_NAMES.get(place));
    match foreign {
        Some(name) => Person { name: (*name).to_owned(), code_type: "414", code: passport(dice), born, sex },
        None => Person { name, code_type: "111", code: resident_id(dice, born, order), born, sex },
    }
}

pub(super) fn name(dice: &mut Dice) -> String {
    format!("{}{}", dice.pick(&SURNAMES), dice.pick(&GIVEN))
}

fn resident_id(dice: &mut Dice, born: Date, order: u64) -> String {
    let body = format!("{}99{}{order:03}", dice.pick(&ORIGINS), born.strftime("%Y%m%d"));
    let check = mod_11_2(&body).expect("a check character"); // safe: seventeen digits have one
    format!("{body}{check}")
}

fn passport(dice: &mut Dice) -> String {
    let letter = dice.pick(&["C", "E", "L", "TR", "N"]);
    format!("{letter}{}", dice.digits(8 - letter.len() + 1))
}
