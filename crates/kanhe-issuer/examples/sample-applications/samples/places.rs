//! Where people live and firms stand: cities, and streets with the districts they run through.

/// A city and some of its streets.
#[derive(Clone, Copy)]
pub(super) struct City {
    pub(super) name: &'static str,
    /// The letter by which numbers of the housing departments know it.
    pub(super) letter: char,
    /// Digits 3 and 4 of its region code.
    pub(super) code: &'static str,
    /// Districts with streets.
    pub(super) streets: &'static [(&'static str, &'static str)],
}

pub(super) const GUANGDONG: [City; 6] = [
    City {
        name: "广州市",
        letter: 'A',
        code: "01",
        streets: &[
            ("天河区", "天河北路"),
            ("天河区", "中山大道西"),
            ("越秀区", "环市东路"),
            ("越秀区", "东风中路"),
            ("海珠区", "江南大道中"),
            ("海珠区", "新港东路"),
            ("白云区", "同泰路"),
            ("番禺区", "市桥街大北路"),
            ("南沙区", "进港大道"),
            ("增城区", "荔城街府佑路"),
        ],
    },
    City {
        name: "深圳市",
        letter: 'B',
        code: "03",
        streets: &[
            ("福田区", "红荔路"),
            ("福田区", "深南大道"),
            ("罗湖区", "宝安南路"),
            ("南山区", "科苑南路"),
            ("南山区", "滨海大道"),
            ("宝安区", "新安街道创业一路"),
            ("龙岗区", "龙翔大道"),
            ("光明区", "公明北环大道"),
        ],
    },
    City {
        name: "佛山市",
        letter: 'E',
        code: "06",
        streets: &[
            ("禅城区", "季华五路"),
            ("禅城区", "汾江中路"),
            ("南海区", "桂城街道南海大道"),
            ("顺德区", "大良街道南国东路"),
            ("三水区", "西南街道人民三路"),
        ],
    },
    City {
        name: "东莞市",
        letter: 'S',
        code: "19",
        streets: &[("南城街道", "鸿福路"), ("东城街道", "东莞大道"), ("虎门镇", "连升中路"), ("长安镇", "莞长路"), ("松山湖", "科技四路")],
    },
    City {
        name: "汕头市",
        letter: 'D',
        code: "05",
        streets: &[("金平区", "长平路"), ("龙湖区", "金砂东路"), ("澄海区", "文冠路"), ("潮阳区", "棉城中华路")],
    },
    City {
        name: "湛江市",
        letter: 'G',
        code: "08",
        streets: &[("赤坎区", "人民大道北"), ("霞山区", "海滨大道南"), ("霞山区", "椹川大道"), ("麻章区", "金川路")],
    },
];

pub(super) const ZHEJIANG: [City; 6] = [
    City {
        name: "杭州市",
        letter: 'A',
        code: "01",
        streets: &[
            ("西湖区", "文三路"),
            ("余杭区", "文一西路"),
            ("滨江区", "江南大道"),
            ("萧山区", "市心北路"),
            ("拱墅区", "石祥路"),
            ("临平区", "东湖中路"),
            ("拱墅区", "莫干山路"),
        ],
    },
    City {
        name: "宁波市",
        letter: 'B',
        code: "02",
        streets: &[("鄞州区", "百丈东路"), ("海曙区", "中山西路"), ("北仑区", "新碶街道明州路"), ("镇海区", "骆驼街道盛兴路")],
    },
    City {
        name: "温州市",
        letter: 'C',
        code: "03",
        streets: &[("鹿城区", "车站大道"), ("龙湾区", "机场大道"), ("瓯海区", "瓯海大道"), ("乐清市", "柳市镇车站路")],
    },
    City {
        name: "嘉兴市",
        letter: 'F',
        code: "04",
        streets: &[("南湖区", "中环南路"), ("秀洲区", "中山西路"), ("海宁市", "海昌路"), ("桐乡市", "振兴中路")],
    },
    City {
        name: "金华市",
        letter: 'G',
        code: "07",
        streets: &[("婺城区", "八一南街"), ("义乌市", "稠州北路"), ("永康市", "城北西路"), ("东阳市", "西城西路")],
    },
    City {
        name: "舟山市",
        letter: 'L',
        code: "09",
        streets: &[("定海区", "昌国路"), ("普陀区", "东港街道麒麟街"), ("岱山县", "高亭镇人民路")],
    },
];
