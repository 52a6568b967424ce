//! Where people live and firms stand: cities with their districts and roads.

/// A city, its districts and its roads.
#[derive(Clone, Copy)]
pub(super) struct City {
    pub(super) name: &'static str,
    /// The one character by which the city's transport and housing numbers know it.
    pub(super) letter: char,
    /// Digits 3 and 4 of its region code.
    pub(super) code: &'static str,
    pub(super) districts: &'static [&'static str],
    pub(super) roads: &'static [&'static str],
}

pub(super) const GUANGDONG: [City; 6] = [
    City {
        name: "广州市",
        letter: 'A',
        code: "01",
        districts: &["天河区", "越秀区", "海珠区", "白云区", "番禺区", "南沙区", "增城区"],
        roads: &["中山大道西", "天河北路", "江南大道中", "新港东路", "环市东路", "同泰路", "市桥街大北路", "进港大道"],
    },
    City {
        name: "深圳市",
        letter: 'B',
        code: "03",
        districts: &["福田区", "罗湖区", "南山区", "宝安区", "龙岗区", "光明区"],
        roads: &["深南大道", "滨海大道", "红荔路", "宝安大道", "龙翔大道", "科苑南路", "梅林路", "公明北环大道"],
    },
    City { name: "佛山市", letter: 'E', code: "06", districts: &["禅城区", "南海区", "顺德区", "三水区"], roads: &["季华五路", "桂城南海大道", "大良街道南国东路", "岭南大道北", "汾江中路"] },
    City { name: "东莞市", letter: 'S', code: "19", districts: &["南城街道", "东城街道", "虎门镇", "长安镇", "松山湖"], roads: &["鸿福路", "东莞大道", "连升中路", "莞长路", "科技四路"] },
    City { name: "汕头市", letter: 'D', code: "05", districts: &["金平区", "龙湖区", "澄海区", "潮阳区"], roads: &["长平路", "金砂东路", "文冠路", "棉城中华路", "外马路"] },
    City { name: "湛江市", letter: 'G', code: "08", districts: &["赤坎区", "霞山区", "麻章区"], roads: &["人民大道北", "海滨大道南", "椹川大道", "金川路"] },
];

pub(super) const ZHEJIANG: [City; 6] = [
    City { name: "杭州市", letter: 'A', code: "01", districts: &["西湖区", "余杭区", "滨江区", "萧山区", "拱墅区", "临平区"], roads: &["文三路", "文一西路", "江南大道", "市心北路", "石祥路", "东湖中路", "莫干山路"] },
    City { name: "宁波市", letter: 'B', code: "02", districts: &["鄞州区", "海曙区", "北仑区", "镇海区"], roads: &["百丈东路", "中山西路", "明州路", "骆驼街道盛兴路", "新碶街道泰山路"] },
    City { name: "温州市", letter: 'C', code: "03", districts: &["鹿城区", "龙湾区", "瓯海区", "乐清市"], roads: &["车站大道", "机场大道", "瓯海大道", "柳市镇车站路"] },
    City { name: "嘉兴市", letter: 'F', code: "04", districts: &["南湖区", "秀洲区", "海宁市", "桐乡市"], roads: &["中环南路", "中山西路", "海昌路", "振兴中路"] },
    City { name: "金华市", letter: 'G', code: "07", districts: &["婺城区", "义乌市", "永康市", "东阳市"], roads: &["八一南街", "稠州北路", "城北西路", "西城西路"] },
    City { name: "舟山市", letter: 'L', code: "09", districts: &["定海区", "普陀区", "岱山县"], roads: &["海天大道", "东港街道麒麟街", "高亭镇人民路"] },
];
