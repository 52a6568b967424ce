//! Whether what somebody says of a certificate is so (证照信息核验).

use super::found::{Found, Held, Search, by_identifier};
use super::inquiry::Inquiry;
use super::refusal::ShareError;
use crate::accounts::{Caller, Right, Scope};
use crate::house::House;
use kanhe_core::calendar::day_in_china;
use kanhe_core::code::CertificateId;
use kanhe_issuer::sharing::{Answer, Stated, answer_to};
use kanhe_store::find::{Only, Question};
use kanhe_words::Words;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Answers what is stated, and writes down before that it was asked.
pub fn verify(house: &House, inquiry: &Inquiry<'_>, stated: &Stated) -> Result<Answer, ShareError> {
    let (answer, about) = inquiry.or_too_many(house, answer(house, inquiry.caller, stated))?;
    // A number of no stated type may be that of a certificate for which the caller may not ask: that there is none would not be true.
    let told_all = stated.type_code.is_some() || stated.identifier.is_some() || inquiry.caller.scope == Scope::EveryType;
    let answer = if answer == Answer::NotFound && !told_all { Answer::TooLittle } else { answer };
    // An answer of "too little" speaks of no certificate.
    let about = if answer == Answer::TooLittle { Vec::new() } else { about };
    inquiry.note(house, &about, Some(answer.number()))?;
    fields_are_known(house, stated, (answer, &about))?;
    Ok(answer)
}

/// Refuses a statement about fields that no type has which it may be about: that a certificate says otherwise would be said of a name that
/// was mistyped. What was found to be as stated has them all.
fn fields_are_known(house: &House, stated: &Stated, (answer, about): (Answer, &[CertificateId])) -> Result<(), ShareError> {
    if !matches!(answer, Answer::Differs | Answer::NotFound) {
        return Ok(());
    }
    let named = stated.identifier.as_ref().map(CertificateId::type_code).or(stated.type_code.as_ref());
    let kinds = about.iter().map(CertificateId::type_code).chain(named).collect::<BTreeSet<_>>();
    let kinds: Vec<_> = kinds.into_iter().filter_map(|code| house.catalogue.find(code.as_str())).collect();
    let unknown = stated.fields.keys().filter(|name| kinds.iter().all(|kind| kind.field_called(name).is_none())).count();
    if kinds.is_empty() || unknown == 0 { Ok(()) } else { Err(ShareError::FieldUnknown { count: unknown }) }
}

/// The answer, and the certificates of which it speaks: those of the page on which it was found, a thousand at most.
fn answer(house: &House, caller: &Caller, stated: &Stated) -> Result<(Answer, Vec<CertificateId>), ShareError> {
    stated.type_code.map_or(Ok(()), |code| caller.may_for(Right::Share, &code))?;
    let today = day_in_china(house.now());
    let kind_of = |held: &Held| house.catalogue.find(held.card.type_code().as_str());
    let of = |found: &Found| {
        let judged = found.held.iter().map(|held| (&held.certificate, kind_of(held), held.condition(today)));
        answer_to(stated, judged)
    };
    let nothing = || (answer_to(stated, []), Vec::new());
    if let Some(identifier) = &stated.identifier {
        let found = by_identifier(&house.library, caller, identifier)?;
        return Ok((of(&found), found.identifiers()));
    }
    let Some(question) = candidates(stated) else { return Ok(nothing()) };
    let mut best = nothing();
    Search::new().through(&house.library, &question, |marks| {
        let found = Found::read(&house.library, caller, marks)?;
        let answer = of(&found);
        if !found.held.is_empty() && (best.1.is_empty() || answer < best.0) {
            best = (answer, found.identifiers());
        }
        Ok(if best.0 == Answer::InForce { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(best)
}

/// The certificates that may be meant, where no identifier names one; which of them is, is for [`answer_to`] to say.
fn candidates(stated: &Stated) -> Option<Question> {
    match (&stated.number, &stated.holder_code) {
        _ if !stated.names_the_holder() || !stated.names_the_certificate() => None,
        (Some(number), _) => Some(Question::Number { number: number.clone(), only: Only::type_code(stated.type_code) }),
        (None, Some(code)) => Some(Question::Holder { code: code.clone(), only: Only::type_code(stated.type_code) }),
        (None, None) => None,
    }
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
