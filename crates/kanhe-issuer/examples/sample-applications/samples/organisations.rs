//! Organisations that do not exist: their codes name a county that never was as the place of registration.

use super::dice::Dice;
use super::places::City;
use kanhe_core::code::check::{USCC_ALPHABET, gb_11714, gb_32100};

/// A name of exactly 60 characters, as long as registered names get.
pub(super) const LONGEST_NAME: &str =
    "粤港澳大湾区（广东）国际数字供应链创新应用与跨境冷链食品安全追溯示范基地建设投资运营管理集团股份有限公司广州市南沙分公司";

const BRANDS: [&str; 64] = [
    "粤鼎",
    "恒瑞",
    "众和",
    "南粤",
    "鑫达",
    "海纳",
    "鸿图",
    "金穗",
    "盛唐",
    "卓越",
    "华章",
    "五羊",
    "穗丰",
    "宏泰",
    "佳美",
    "广联",
    "天合",
    "远景",
    "新禾",
    "百味",
    "味之源",
    "启明",
    "兴隆",
    "永盛",
    "德邻",
    "顺昌",
    "万家",
    "东升",
    "蓝海",
    "绿洲",
    "信达",
    "博雅",
    "睿智",
    "同创",
    "聚贤",
    "汇通",
    "和记",
    "泰和",
    "祥云",
    "瑞丰",
    "安捷",
    "畅行",
    "飞驰",
    "迅达",
    "骏业",
    "江南",
    "之江",
    "钱塘",
    "四明",
    "雁荡",
    "千岛",
    "西泠",
    "越秀",
    "岭南",
    "凤凰",
    "白云",
    "珠水",
    "禾田",
    "麦香",
    "一品",
    "老城",
    "小城故事",
    "三味",
    "八方",
];

/// What an organisation does, and the words for it in its business scope.
#[derive(Clone, Copy)]
pub(super) struct Trade {
    pub(super) words: &'static str,
    pub(super) scope: &'static str,
}

pub(super) const CATERING: Trade = Trade { words: "餐饮", scope: "餐饮服务；外卖递送服务" };

pub(super) const TRADES: [Trade; 12] = [
    Trade {
        words: "餐饮管理", scope: "餐饮管理；餐饮服务（依法须经批准的项目，经相关部门批准后方可开展经营活动）"
    },
    Trade { words: "食品", scope: "食品销售；食品互联网销售；食用农产品批发；食用农产品零售" },
    Trade { words: "建筑工程", scope: "建设工程施工；建筑劳务分包；施工专业作业；建筑材料销售" },
    Trade { words: "信息科技", scope: "软件开发；信息系统集成服务；数据处理和存储支持服务" },
    Trade { words: "物流", scope: "国内货物运输代理；装卸搬运；普通货物仓储服务" },
    Trade { words: "贸易", scope: "国内贸易代理；货物进出口；日用百货销售；五金产品批发" },
    Trade { words: "装饰设计", scope: "专业设计服务；住宅室内装饰装修；工艺美术品销售" },
    Trade { words: "医药", scope: "药品批发；第二类医疗器械销售；保健食品（预包装）销售" },
    Trade { words: "文化传播", scope: "组织文化艺术交流活动；广告设计、代理；会议及展览服务" },
    Trade { words: "机械设备", scope: "通用设备制造；机械设备租赁；金属制品修理" },
    Trade { words: "农业发展", scope: "蔬菜种植；水产品批发；农产品的生产、销售、加工、运输、贮藏" },
    Trade { words: "酒店管理", scope: "酒店管理；住宿服务；餐饮服务；停车场服务" },
];

/// An organisation with its code and where it stands.
pub(super) struct Organisation {
    pub(super) name: String,
    pub(super) code: String,
    pub(super) address: Address,
}

/// An address, and the district in it.
pub(super) struct Address {
    pub(super) district: &'static str,
    pub(super) text: String,
}

pub(super) fn brand(dice: &mut Dice) -> &'static str {
    dice.pick(&BRANDS)
}

/// An address by district, road and number, and now and then by floor.
pub(super) fn address(dice: &mut Dice, city: &City) -> Address {
    let (district, street) = dice.pick(city.streets);
    let number = dice.number(1, 988);
    let rest = match dice.number(1, 4) {
        1 => format!("{}层{}号铺", dice.number(1, 4), dice.number(101, 140)),
        2 => format!("{}房", dice.number(201, 2808)),
        3 => format!("首层之{}", dice.pick(&["一", "二", "三"])),
        _ => String::new(),
    };
    Address { district, text: format!("{}{district}{street}{number}号{rest}", city.name) }
}

/// A company of a trade in a city.
pub(super) fn company(dice: &mut Dice, city: &City, trade: &str, province: &str) -> Organisation {
    let form = dice.pick(&["有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司"]);
    Organisation {
        name: format!("{}{}{trade}{form}", city.name, brand(dice)),
        code: code(dice, "91", province),
        address: address(dice, city),
    }
}

/// A USCC with both its check characters.
pub(super) fn code(dice: &mut Dice, kind: &str, province: &str) -> String {
    let symbols: Vec<char> = USCC_ALPHABET.chars().collect();
    let body: String = (0..6).map(|_| dice.pick(&symbols)).collect();
    let organisation = format!("MA{body}");
    let check = gb_11714(&organisation).expect("a check character"); // safe: eight letters and digits have one
    let body = format!("{kind}{province}0199{organisation}{check}");
    // The organisation code may check with an X but never with a letter that a USCC has not, so the whole always checks.
    let check = gb_32100(&body).expect("a check character"); // safe: seventeen symbols of the alphabet have one
    format!("{body}{check}")
}
