//! Bodies that the description shows, and that can be sent as they stand: most of them to the services of `kanhe demo --serve`, where a
//! story sends them. Nobody in them exists.

use serde_json::{Value, json};

/// A seal of the vectors (`tests/vectors/seal`): a service that does not know its issuer says so.
const TEXT: &str = "https://kanhe.example/#03087038014197761371581028608539620478738122421093463408016418093313312495421206964451875341553229285607037017495531683262326565642737516424789545864742937086805905253168160506971706683611952871824646313748306217666740178513281650098422262731504906798635442781040581356252273270863666937643008877915911202925609135180913371341246432907243306704421948730624400887225";

/// The signed file of a certificate of the stories, whose issuer is known to no service either.
const FILE: &str = "0oRYOaMBJwRIlp2ZPM4YT0QQeClhcHBsaWNhdGlvbi92bmQua2FuaGUuY2VydGlmaWNhdGUudjErY2JvcqBZAZitAHhGMS4yLjE1Ni4zMDA1LjIuMTExMDAwMDAwMDAwMTMzMzhXMDExLjExNDQwMDAwOTAwMDAwMDIyTS4yMDI0MDAxNy4wMDEuNgFu57KkQTA2MjAyNDAwMTcCgngq5bu6562R5pa95bel54m556eN5L2c5Lia5pON5L2c6LWE5qC86K+B5LmmeCFTcGVjaWFsLXdvcmsgb3BlcmF0b3IgY2VydGlmaWNhdGUDgngh5bm/5Lic55yB5L2P5oi/5ZKM5Z+O5Lmh5bu66K6+5Y6FeC1HdWFuZ2RvbmcgSG91c2luZyBhbmQgVXJiYW4tUnVyYWwgRGV2ZWxvcG1lbnQEgYNo5p2OwrfpqawYb3I0NDA1MjQxODgwMDEwMTAwMTQFZjQ0MDAwMAYZUCEHGVAhCBlS+wmFgmR3b3JrYjAygmxmaXJzdF9pc3N1ZWRqMjAxNC0wNS0yMIJlaG91cnMYGIJpcHJhY3RpY2Fs9YJoZW1wbG95ZXJqR1owMTAwMDEyMwqADAgNUGthbmhlIHRlc3Qgc2FsdC5YQKXfOrJ6GMbIgbRfOmCneYMAIYmcnfs2b57tZoeMobQqRWuQ3eavkos8+n3HSgx5KEHmN43CtEeh2cNriUTJeQs=";

/// What is to be known of an operation's body that is sent as it stands, by the name of the operation.
pub fn note(operation: &str) -> Option<&'static str> {
    match operation {
        "verify_verify" | "verify_verify_batch" | "sharing_by_its_code" => Some(FOREIGN),
        _ => None,
    }
}

const FOREIGN: &str = "The code in the example is of an issuer that no service knows (`issuer_unknown`). \
    `GET /v1/certificates/{identifier}/seal` tells the one of a certificate that was issued here; \
    `GET /v1/certificates/{identifier}/certificate` is its signed file.";

const OPERATOR: &str = "special-work-operator";

/// The holder of the first row of the demo's operators.
const HOLDER: &str = "440599198411210190";

/// What an operation's body is, by the name of the operation.
pub fn example(operation: &str) -> Option<Value> {
    let body = match operation {
        "verify_verify" => json!({ "text": TEXT }),
        "verify_verify_batch" => {
            json!({ "items": [{ "text": TEXT }, { "text": TEXT, "at": "2026-06-15T12:00:00+08:00" }, { "file": FILE }] })
        }
        "certificates_issue" => granted(&operator("EXAMPLE-1", "粤A052026000001")),
        "certificates_issue_batch" => json!({
            "type": OPERATOR, "basis": "《行政许可法》第三十八条", "reason": "符合法定条件", "applications": [operator("EXAMPLE-2", "粤A052026000002")],
        }),
        "certificates_search" => json!({ "by": { "holder": holder() }, "type": OPERATOR, "limit": 20 }),
        "applications_search" => json!({}),
        "applications_lodge" => lodged(),
        "certificates_suspend" => json!({ "basis": "《行政处罚法》第九条", "reason": "限期整改" }),
        "proposals_certificates" => json!({
            "act": "suspend", "search": { "by": { "number": "粤A102018002000" }, "type": OPERATOR },
            "basis": "《行政处罚法》第九条", "reason": "限期整改",
        }),
        "sharing_holder" => json!({ "purpose": purpose(), "holder": holder() }),
        "sharing_by_its_code" => json!({ "purpose": purpose(), "text": TEXT }),
        "sharing_matching" => json!({ "purpose": purpose(), "holder": holder() }),
        "matters_put" => json!({ "names": { "zh": "特种作业上岗", "en": "Going to special work" }, "wants": [
            { "names": { "zh": "操作资格证", "en": "Operator's certificate" }, "types": ["11100000000013338W032"], "soon_days": 30 },
        ] }),
        "session_begin" => json!({ "login": "housing.admin", "password": "the one-time password" }),
        "officers_add" => json!({ "login": "li.clerk", "name": "李㛃", "roles": ["clerk"] }),
        "api_keys_add" => json!({ "name": "政务服务大厅", "roles": ["clerk"], "days": 365 }),
        "webhooks_add" => json!({ "address": "https://app.example.cn/hooks", "acts": ["suspend", "revoke"] }),
        "webhooks_letter" => json!({
            "type": "certificate.suspend", "timestamp": "2026-06-15T04:00:00Z",
            "data": {
                "certificate": "1.2.156.3005.2.11100000000013338W032.11440000006942023C.0000001.001.A", "act": "suspend",
                "effective": "2026-06-15T04:00:00Z", "recorded": "2026-06-15T04:00:00Z", "log_index": 4711,
            },
        }),
        _ => return None,
    };
    Some(body)
}

fn holder() -> Value {
    json!({ "code_type": "111", "code": HOLDER })
}

fn purpose() -> Value {
    json!({ "matter": "440100-SP-01", "case": "A-2026-0001", "duty": { "law": "《行政许可法》第三十四条" } })
}

fn granted(application: &Value) -> Value {
    json!({ "type": OPERATOR, "basis": "《行政许可法》第三十八条", "reason": "符合法定条件", "application": application })
}

/// Each has a number of its own: a usable certificate alone has it.
fn operator(request: &str, number: &str) -> Value {
    json!({
        "request_id": request, "number": number, "holder_name": "李㛃", "holder_code_type": "111",
        "holder_code": HOLDER, "trade": "10", "first_issued_on": "2018-04-01", "sex": "男",
        "employer": "广州市万家建筑工程有限公司", "training": 47,
    })
}

fn lodged() -> Value {
    json!({
        "type": "construction-permit", "basis": "《建筑法》第七条", "reason": "材料齐全",
        "application": {
            "request_id": "EXAMPLE-3", "number": "440106202603020199", "holder_name": "广州市万家置业发展有限公司", "holder_code_type": "001",
            "holder_code": "91440106MA50010090", "project": "万家花园三期住宅工程", "site": "广州市天河区龙口东路118号",
            "scale": "住宅6栋，地上32层，建筑面积86420平方米", "contract_price": "18650.00", "contract_days": 720,
            "surveyor": "广东省地质勘察研究院有限公司", "designer": "广东省建筑设计研究院集团", "contractor": "广州建筑第四工程有限公司",
            "supervisor": "广州市监理咨询有限公司", "project_manager": "陈㛃",
        },
    })
}
