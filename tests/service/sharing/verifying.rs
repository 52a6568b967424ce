//! Information and files, verified with the answers of the standard.

use super::{Asker, MATTER, code, duty, person, shares};
use crate::agencies::{self, OPERATOR, WANG, operator};
use crate::office::{Certificate, change, issue, resident, revoke};
use crate::stage::Stage;
use jiff::SignedDuration;
use kanhe_issuer::lifecycle::Change;
use kanhe_service::accounts::Role;
use kanhe_tests::Office;
use serde_json::{Value, json};

#[test]
fn information_is_answered_as_the_standard_has_it() {
    let stage = Stage::new();
    let asker = Asker::of(&stage, Office::Guangzhou);
    let [good, held, gone, ended] = [1, 2, 3, 4].map(|person| issue(&stage, person));
    change(&stage, &held, Change::Suspend);
    revoke(&stage, &gone);
    change(&stage, &ended, Change::Cancel);
    let kind = good.identifier.type_code().to_string();
    let of = |certificate: &Certificate, name: &str| json!({ "purpose": duty(), "identifier": certificate.identifier.to_string(), "holder_name": name });
    let number = |number: &str, name: &str| json!({ "purpose": duty(), "number": number, "holder_name": name });
    let fields = |fields: Value| json!({ "purpose": duty(), "number": "粤A022000000001", "holder_name": "张小明", "fields": fields });
    let field = |value: &str| fields(json!({ "first_issued_on": value }));
    let stated = |mut members: Value| {
        members["purpose"] = duty();
        members
    };
    let rows = [
        ("all is so", of(&good, "张小明"), 0),
        ("by number and name", number("粤A022000000001", "张小明"), 0),
        ("by holder and type", json!({ "purpose": duty(), "type": kind, "holder": person(1) }), 0),
        ("as an input method writes it", number(" 粤a０２２００００００００１　", " 张小明 "), 0),
        ("a field is so", field("2018-04-01"), 0),
        ("suspended", of(&held, "张小明"), 2),
        ("revoked is no longer valid, and not unknown", of(&gone, "张小明"), 3),
        ("cancelled is no longer valid, and not to begin", of(&ended, "张小明"), 3),
        ("a number alone", json!({ "purpose": duty(), "number": "粤A022000000001" }), 4),
        ("a name alone", json!({ "purpose": duty(), "holder_name": "张小明" }), 4),
        ("nothing", json!({ "purpose": duty() }), 4),
        ("an identifier alone", json!({ "purpose": duty(), "identifier": good.identifier.to_string() }), 4),
        ("a number that nobody has", number("粤A022099999999", "张小明"), 5),
        ("a holder who has none", json!({ "purpose": duty(), "type": kind, "holder": person(9) }), 5),
        ("another name", of(&good, "李四"), 6),
        ("another field", field("2018-04-02"), 6),
        ("a blank number", number("  ", "张小明"), 4),
        ("a blank name", of(&good, ""), 4),
        ("a blank code", stated(json!({ "type": kind, "holder": { "code_type": "111", "code": "　" }, "holder_name": "张小明" })), 4),
        ("a blank identifier", stated(json!({ "identifier": "", "number": "粤A022000000001", "holder_name": "张小明" })), 0),
        ("a blank field", field(" "), 0),
        ("a field as people write it", field("2018年4月1日"), 0),
        (
            "fields by their labels, and a choice by its name",
            fields(json!({ "初次领证日期": "2018/4/1", "操作类别": "建筑起重机械安装拆卸工（物料提升机）" })),
            0,
        ),
        ("another choice", fields(json!({ "trade": "11" })), 6),
    ];
    for (what, body, result) in rows {
        assert_eq!(asker.result(&body), result, "{what}");
    }
    let mistyped = format!("{}{}", &resident(1)[..17], if resident(1).ends_with('1') { '2' } else { '1' });
    let refused = [
        (
            "a code whose check character is wrong",
            json!({ "type": kind, "holder": { "code_type": "111", "code": mistyped } }),
            "holder_code_check",
        ),
        ("a field that there is not", fields(json!({ "colour": "red" })), "share_field_unknown"),
        (
            "the same beside an identifier",
            json!({ "identifier": good.identifier.to_string(), "holder_name": "张小明", "fields": { "colour": "red" } }),
            "share_field_unknown",
        ),
    ];
    for (what, body, defect) in refused {
        assert_eq!(code(&asker.ask("verify-information", &stated(body))), (422, defect.to_owned()), "{what}");
    }
    stage.later(SignedDuration::from_hours(24 * 365 * 10));
    let late = Asker::of(&stage, Office::Guangzhou);
    assert_eq!(late.result(&of(&good, "张小明")), 3, "expired");
}

#[test]
fn a_number_is_the_same_however_it_is_spelt() {
    let stage = Stage::new();
    let asker = Asker::of(&stage, Office::Guangzhou);
    for (person, printed, typed) in [(1, "ab-1", "AB-1"), (2, "粤Ｂ（２）", "粤b(2)")] {
        let mut row = operator(person);
        row["number"] = json!(printed);
        let name = row["holder_name"].clone();
        assert_eq!(stage.post_as(WANG, "/v1/certificates", &agencies::issue(OPERATOR, row)).status, 201, "{printed}");
        assert_eq!(asker.result(&json!({ "purpose": duty(), "number": typed, "holder_name": name })), 0, "{printed} {typed}");
    }
}

#[test]
fn a_file_is_good_forged_or_damaged() {
    let stage = Stage::new();
    let certificate = issue(&stage, 1);
    let library = &stage.house.library;
    let good = library.record(library.find(&certificate.identifier).unwrap().unwrap()).unwrap().envelope;
    let (mut forged, mut altered) = (good.clone(), good.clone());
    *forged.last_mut().unwrap() ^= 1;
    let place = altered.len() - 80;
    altered[place] ^= 1;
    let pack = stage.get("/v1/pack").bytes;
    let key = stage.key(Office::Guangzhou, &[Role::RelyingParty], None);
    let ask = |purpose: &str, file: &[u8]| {
        let bearer = format!("Bearer {key}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/cose")];
        stage.send("POST", &format!("/v1/sharing/verify-file?{purpose}"), &headers, file)
    };
    let law = format!("matter={MATTER}&case=A-1&law=law");
    let rows: [(&str, &[u8], u64); 6] = [
        ("as it was signed", &good, 0),
        ("another signature", &forged, 1),
        ("cut short", &good[..good.len() - 1], 2),
        ("nothing", b"", 2),
        ("a text", b"hello", 2),
        ("another document", &pack, 2),
    ];
    for (what, file, result) in rows {
        let reply = ask(&law, file);
        assert_eq!((reply.status, reply.json()["result"].as_u64()), (200, Some(result)), "{what}");
    }
    assert_ne!(ask(&law, &altered).json()["result"], 0);
    assert_eq!(ask("matter=1&case=1", &good).code(), "request_malformed");
    assert_eq!(ask("matter=1&case=1&consent=SQ-1", &good).code(), "request_malformed");
    let found = shares(&stage.officer(Office::Housing, "audit.zj", &[Role::Auditor]));
    assert_eq!((found.len(), &found[0]["result"], found[0]["act"].as_str()), (1, &json!(0), Some("file")));
}
