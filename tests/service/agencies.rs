//! Who calls in the stories, and what they hand in.

use crate::stage::{Reply, Stage};
use kanhe_core::code::{HolderCode, HolderCodeType};
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};

/// Somebody with an account.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub login: &'static str,
    pub office: Office,
    pub roles: &'static [Role],
    /// The types that it may act for; none for all.
    pub types: &'static [&'static str],
}

const fn person(login: &'static str, office: Office, roles: &'static [Role]) -> Person {
    Person { login, office, roles, types: &[] }
}

/// Guangzhou: a clerk, a reviewer, an approver and an auditor.
pub const LI: Person = person("li.clerk", Office::Guangzhou, &[Role::Clerk]);
pub const CHEN: Person = person("chen.approver", Office::Guangzhou, &[Role::Approver]);
pub const XU: Person = person("xu.auditor", Office::Guangzhou, &[Role::Auditor]);

/// Housing: one of each.
pub const WANG: Person = person("wang.clerk", Office::Housing, &[Role::Clerk]);
pub const ZHAO: Person = person("zhao.reviewer", Office::Housing, &[Role::Reviewer]);
pub const SUN: Person = person("sun.reviewer", Office::Housing, &[Role::Reviewer]);
pub const QIAN: Person = person("qian.reviewer", Office::Housing, &[Role::Reviewer]);
pub const ZHOU: Person = person("zhou.approver", Office::Housing, &[Role::Approver]);
pub const WU: Person = person("wu.auditor", Office::Housing, &[Role::Auditor]);

/// What a system may be: the one role that is left out is for people.
pub const ALL_ROLES: [Role; 6] = [Role::Clerk, Role::Reviewer, Role::Approver, Role::KeyHolder, Role::Auditor, Role::RelyingParty];

/// Who may do everything that such a role may, in Housing and in Guangzhou.
pub const ALL_OF_HOUSING: Person = person("all.housing", Office::Housing, &ALL_ROLES);
pub const ALL_OF_GUANGZHOU: Person = person("all.guangzhou", Office::Guangzhou, &ALL_ROLES);

impl Stage {
    /// The key with which a person's program calls; it is made when the person first comes.
    pub fn bearer(&self, person: Person) -> String {
        let mut badges = self.badges.lock().unwrap();
        let badge = badges.entry(format!("{person:?}")).or_insert_with(|| {
            let types: Vec<_> = person.types.iter().map(|name| *self.house.catalogue.find(name).unwrap().code()).collect();
            self.key(person.office, person.roles, (!types.is_empty()).then_some(types))
        });
        format!("Bearer {badge}")
    }

    /// What the log calls a person.
    pub fn actor(&self, person: Person) -> String {
        let bearer = self.bearer(person);
        format!("key:{}", bearer.split('_').nth(1).unwrap())
    }

    /// A person asks for something.
    pub fn get_as(&self, person: Person, path: &str) -> Reply {
        self.send("GET", path, &[("authorization", &self.bearer(person))], &[])
    }

    /// A person hands in JSON.
    pub fn post_as(&self, person: Person, path: &str, body: &Value) -> Reply {
        let headers = [("authorization", self.bearer(person)), ("content-type", "application/json".to_owned())];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    /// A person hands in JSON, and says by which key it may come again.
    pub fn post_once(&self, person: Person, key: &str, path: &str, body: &Value) -> Reply {
        let bearer = self.bearer(person);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", key)];
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    /// Issues an operator's certificate to a person, and returns its identifier.
    pub fn operator(&self, clerk: Person, number: usize) -> String {
        let reply = self.post_as(clerk, "/v1/certificates", &issue(OPERATOR, operator(number)));
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.bytes));
        reply.json()["certificate"]["identifier"].as_str().unwrap().to_owned()
    }

    /// Takes a construction project in, and returns its code.
    pub fn lodged(&self, clerk: Person, number: usize) -> String {
        let reply = self.post_as(clerk, "/v1/applications", &issue(CONSTRUCTION, construction(number)));
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.bytes));
        reply.json()["code"].as_str().unwrap().to_owned()
    }
}

pub const ACCOUNTING: &str = "accounting-qualification";
pub const OPERATOR: &str = "special-work-operator";
pub const CONSTRUCTION: &str = "construction-permit";

/// Why things are done in the stories.
pub fn grounds() -> Value {
    json!({ "basis": "《行政许可法》第三十八条", "reason": "符合法定条件" })
}

/// An application of a type, granted.
pub fn issue(kind: &str, application: Value) -> Value {
    let mut body = grounds();
    body["type"] = json!(kind);
    body["application"] = application;
    body
}

pub fn name_of(number: usize) -> String {
    const FAMILY: [char; 8] = ['王', '李', '张', '刘', '陈', '杨', '㛃', '𠮷'];
    const GIVEN: [char; 16] = ['伟', '芳', '娜', '敏', '静', '丽', '强', '磊', '军', '洋', '勇', '艳', '杰', '娟', '涛', '明'];
    [FAMILY[number % 8], GIVEN[number / 8 % 16], GIVEN[number / 128 % 16]].iter().collect()
}

/// A made-up resident id with a valid check character.
pub fn resident_id(number: usize) -> String {
    let body = format!("440199{:04}{:02}{:02}{:03}", 1950 + number / 336 % 50, number / 28 % 12 + 1, number % 28 + 1, number % 1000);
    let complete = |check: char| format!("{body}{check}");
    "0123456789X".chars().map(complete).find(|code| HolderCode::new(HolderCodeType::ResidentId, code).is_ok()).unwrap()
}

/// The application of an operator.
pub fn operator(number: usize) -> Value {
    json!({
        "request_id": format!("R-{number}"), "number": format!("粤A0220{number:08}"), "holder_name": name_of(number), "holder_code_type": "111",
        "holder_code": resident_id(number), "trade": "10", "first_issued_on": "2018-04-01", "sex": "男", "training": 47,
    })
}

/// The application of an accountant, who may have one certificate.
pub fn accountant(number: usize) -> Value {
    json!({
        "request_id": format!("A-{number}"), "number": format!("{number:012}"), "holder_name": name_of(number), "holder_code_type": "111",
        "holder_code": resident_id(number), "qualified_on": "2020-01-01", "title": "1", "sex": "女",
    })
}

/// A construction project.
pub fn construction(number: usize) -> Value {
    json!({
        "request_id": format!("P-{number}"), "number": format!("440106202603{number:06}"), "holder_name": "广州市万家置业发展有限公司",
        "holder_code_type": "001", "holder_code": "91440106MA50010090", "project": "万家花园三期住宅工程", "site": "广州市天河区龙口东路118号",
        "scale": "住宅6栋，地上32层，建筑面积86420平方米", "contract_price": "18650.00", "contract_days": 720,
        "surveyor": "广东省地质勘察研究院有限公司", "designer": "广东省建筑设计研究院集团", "contractor": "广州建筑第四工程有限公司",
        "supervisor": "广州市监理咨询有限公司", "project_manager": "陈㛃",
    })
}
