//! What was done before is told to who asks for it again, whatever keeps it from being done now: nothing is signed for it.

use crate::agencies::*;
use crate::applications::{agreed, decide};
use crate::stage::{Stage, dictionary, shipped};
use crate::transfer::taking;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_service::house::House;
use kanhe_service::proposals;
use kanhe_tests::Office;
use serde_json::{Value, json};
use std::fs;

/// Requests that were answered with certificates: who asked, at which path, for what; and the identifiers that were told.
struct Done(Vec<(Person, String, Value, Vec<Value>)>);

/// The identifiers of an answer, of one certificate or of a batch.
fn identifiers(told: &Value) -> Vec<Value> {
    match told["rows"].as_array() {
        Some(rows) => rows.iter().map(|row| row["identifier"].clone()).collect(),
        None => vec![told["certificate"]["identifier"].clone()],
    }
}

/// The application of an operator for a new version, under a request of its own.
fn next(number: usize, request: &str) -> Value {
    let mut body = grounds();
    body["application"] = operator(number);
    body["application"]["request_id"] = json!(request);
    body
}

fn batch(numbers: &[usize]) -> Value {
    let mut body = grounds();
    body["type"] = json!(OPERATOR);
    body["applications"] = numbers.iter().map(|number| operator(*number)).collect();
    body
}

impl Done {
    /// One by each door at which certificates are issued.
    fn by_each_door(stage: &Stage) -> Self {
        let own = stage.operator(WANG, 1);
        let there = own.replace(Office::Housing.code().as_str(), Office::Hangzhou.code().as_str());
        let code = stage.lodged(WANG, 1);
        agreed(stage, &code);
        stage.later(jiff::SignedDuration::from_hours(24));
        let asked = [
            (WANG, "/v1/certificates".to_owned(), issue(OPERATOR, operator(2))),
            (WANG, "/v1/certificates/batch".to_owned(), batch(&[3, 4])),
            (WANG, "/v1/certificates/transfer-in".to_owned(), taking(&there, 5, "special-work-operator:01")),
            (WANG, format!("/v1/certificates/{own}/renew"), next(1, "R-renewed")),
            (ZHOU, format!("/v1/applications/{code}/approval"), grounds()),
        ];
        Self(asked.into_iter().map(|(who, path, body)| Self::once(stage, who, path, body)).collect())
    }

    fn once(stage: &Stage, who: Person, path: String, body: Value) -> (Person, String, Value, Vec<Value>) {
        let reply = stage.post_as(who, &path, &body);
        let told = identifiers(&reply.json());
        assert!([200, 201].contains(&reply.status) && told.iter().all(Value::is_string), "{path}: {}", reply.json());
        (who, path, body, told)
    }

    /// Who asks again is told the same, and nothing is written into the log.
    fn is_told_again(&self, stage: &Stage) {
        let size = stage.house.library.log_size().unwrap();
        for (who, path, body, told) in &self.0 {
            for reply in [stage.post_as(*who, path, body), stage.post_once(*who, &format!("K{}", path.len()), path, body)] {
                assert_eq!((reply.status, identifiers(&reply.json())), (200, told.clone()), "{path}: {}", reply.json());
            }
        }
        assert_eq!(stage.house.library.log_size().unwrap(), size);
    }
}

#[test]
fn what_was_done_before_is_told_where_no_key_is_held_for_it_any_more() {
    let stage = Stage::new();
    let done = Done::by_each_door(&stage);
    let waiting = stage.lodged(WANG, 2);
    agreed(&stage, &waiting);
    let stage = stage.restarted_with(|house| house.keys.retain(|key| key.name() != "housing.example.cn"));
    done.is_told_again(&stage);
    let refused = [
        stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, operator(6))),
        stage.post_as(WANG, "/v1/certificates/batch", &batch(&[4, 6])),
        decide(&stage, ZHOU, &waiting, "approval"),
    ];
    for reply in refused {
        assert_eq!((reply.status, reply.code().as_str()), (409, "key_not_held"));
    }
    // Who asks for something else under the same request is told nothing of what was issued.
    let mut other = operator(7);
    other["request_id"] = operator(2)["request_id"].clone();
    let reply = stage.post_as(WANG, "/v1/certificates", &issue(OPERATOR, other));
    assert_eq!(reply.code(), "key_not_held");
}

#[test]
fn what_was_done_before_is_told_though_a_later_form_finds_faults_with_it() {
    let stage = Stage::new();
    let own = stage.operator(WANG, 1);
    let there = own.replace(Office::Housing.code().as_str(), Office::Hangzhou.code().as_str());
    let asked = [
        ("/v1/certificates/transfer-in".to_owned(), taking(&there, 2, "special-work-operator:01")),
        (format!("/v1/certificates/{own}/amend"), next(1, "R-amended")),
    ];
    let done = Done(asked.into_iter().map(|(path, body)| Done::once(&stage, WANG, path, body)).collect());
    let stage = stage.restarted_with(with_fewer_hours);
    done.is_told_again(&stage);
    let reply = stage.post_as(WANG, &format!("/v1/certificates/{own}/amend"), &next(1, "R-other"));
    assert_eq!((reply.status, reply.json()["faults"][0]["code"].as_str()), (422, Some("count_range")), "a new one is held to the form");
}

/// Lets a house read operators by a later form, which takes fewer hours of training.
fn with_fewer_hours(house: &mut House) {
    let file = fs::read_to_string(shipped(&format!("types/{OPERATOR}.json"))).unwrap();
    let later = file.replace("\"maximum\": 200", "\"maximum\": 40");
    assert_ne!(later, file);
    house.catalogue = Catalogue::load([(OPERATOR.to_owned(), later.into_bytes())], &[&dictionary()]).unwrap();
    proposals::open_types(&house.library, &house.catalogue, &house.dictionaries).unwrap();
}
