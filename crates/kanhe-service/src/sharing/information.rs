//! Whether what somebody says of a certificate is so (证照信息核验).

use super::found::{Found, asked, by_identifier};
use super::inquiry::Inquiry;
use super::refusal::ShareError;
use crate::accounts::Caller;
use crate::house::House;
use kanhe_core::calendar::day_in_china;
use kanhe_issuer::sharing::{Answer, Stated, answer_to};
use kanhe_store::StoreError;
use kanhe_store::find::{LONGEST_PAGE, Question};
use kanhe_words::Words;

/// Answers what is stated, and writes down before that it was asked.
pub fn verify(house: &House, inquiry: &Inquiry<'_>, stated: &Stated) -> Result<Answer, ShareError> {
    let found = candidates(house, inquiry.caller, stated)?;
    let today = day_in_china(house.now());
    let answer = answer_to(stated, found.held.iter().map(|held| (&held.certificate, held.condition(today))));
    // An answer of "too little" speaks of no certificate.
    let about = if answer == Answer::TooLittle { Vec::new() } else { found.identifiers() };
    inquiry.note(house, &about, Some(answer.number()))?;
    Ok(answer)
}

/// The certificates that may be meant; which of them is, is for [`answer_to`] to say.
fn candidates(house: &House, caller: &Caller, stated: &Stated) -> Result<Found, StoreError> {
    if let Some(identifier) = &stated.identifier {
        return by_identifier(&house.library, caller, identifier);
    }
    let question = match (&stated.number, &stated.holder_code) {
        _ if !stated.names_the_holder() || !stated.names_the_certificate() => return Ok(Found { held: Vec::new(), next: None }),
        (Some(number), _) => Question::Number { number: number.clone(), type_code: stated.type_code },
        (None, Some(code)) => Question::Holder { code: code.clone(), type_code: stated.type_code },
        (None, None) => return Ok(Found { held: Vec::new(), next: None }),
    };
    asked(&house.library, caller, &question, None, LONGEST_PAGE)
}

/// What an answer means.
pub const fn meaning(answer: Answer) -> Words {
    match answer {
        Answer::InForce => Words::new("信息一致，证照有效", "as stated, and in force"),
        Answer::NotYetInForce => Words::new("信息一致，证照尚未生效", "as stated, and not yet in force"),
        Answer::Suspended => Words::new("信息一致，证照暂时无效", "as stated, and not in force for the time being"),
        Answer::NoLonger => Words::new("信息一致，证照已失效", "as stated, and in force no more"),
        Answer::TooLittle => {
            Words::new("所给信息不足，无法核验", "too little was stated to tell one certificate, or its holder, from another")
        }
        Answer::NotFound => Words::new("没有此证照", "there is no such certificate"),
        Answer::Differs => Words::new("所给信息与证照不一致", "there is one, and it says otherwise"),
    }
}
