//! What an export says of an application under review.

use kanhe_core::code::{HolderCode, HolderCodeType};
use kanhe_core::event::Act;
use kanhe_core::kind::Mask;
use kanhe_core::spelling;
use kanhe_issuer::sight;
use kanhe_store::{Library, Project, StoreError};
use serde_json::{Map, Value, json};
use std::slice;

/// The columns of the holders, as tables of applications name them.
const CODES: &str = "holder_code";
const CODE_TYPES: &str = "holder_code_type";

/// Everything that is known of an application, as one line of JSON; of what departments said of it the applicant learns the decision.
pub fn line(library: &Library, project: &Project, only: Option<&HolderCode>) -> Result<Value, StoreError> {
    let issued = project.issued.map(|mark| library.card(mark)).transpose()?;
    let mut application: Value = serde_json::from_slice(&project.application).unwrap_or_default();
    let masked = only.zip(application.as_object_mut()).is_some_and(|(only, columns)| mask(columns, only));
    Ok(json!({
        "code": project.code.as_str(), "type": project.type_code.as_str(), "agency": project.agency.as_str(),
        "request_id": project.request, "lodged": project.lodged.to_string(), "stage": project.stage.word(),
        "replaces": project.replaces.as_ref().map(|replaces| json!({ "act": replaces.act.word(), "identifier": replaces.identifier.to_string() })),
        "origin": project.origin.as_ref().map(|origin| json!({ "from": origin.region.as_str(), "identifier": origin.identifier.written() })),
        "certificate": issued.map(|card| card.identifier.to_string()), "application": application, "masked": masked,
        "events": events(library, project, only.is_some())?,
    }))
}

/// The events of an application; for the applicant without the opinions of departments, which are the office's own.
pub fn events(library: &Library, project: &Project, for_applicant: bool) -> Result<Vec<u64>, StoreError> {
    let history = library.history_of(project)?;
    Ok(history.into_iter().filter(|(_, event)| !for_applicant || event.act != Act::Review).map(|(index, _)| index).collect())
}

/// Masks the codes of people other than one; whether there were any.
fn mask(columns: &mut Map<String, Value>, only: &HolderCode) -> bool {
    let types: Vec<String> = columns.get(CODE_TYPES).map(members).unwrap_or_default();
    let Some(codes) = columns.get_mut(CODES) else { return false };
    let shown: Vec<String> = members(codes).iter().zip(&types).map(|(code, kind)| shown(code, kind, only)).collect();
    let masked = members(codes) != shown;
    *codes = if codes.is_array() { json!(shown) } else { json!(shown.join("^")) };
    masked
}

fn members(value: &Value) -> Vec<String> {
    let one = value.as_str().map(|text| text.split('^').map(|member| member.trim().to_owned()).collect());
    let many =
        || value.as_array().map_or(slice::from_ref(value), Vec::as_slice).iter().filter_map(Value::as_str).map(str::to_owned).collect();
    one.unwrap_or_else(many)
}

/// A code as the applicant may see it: their own, and those of organisations, which are public.
fn shown(code: &str, kind: &str, only: &HolderCode) -> String {
    let read = HolderCodeType::parse(kind).ok().and_then(|kind| HolderCode::new_foreign(kind, &spelling::holder_code(kind, code)).ok());
    match read {
        Some((read, _)) if read == *only || read.kind().is_organisation() => code.to_owned(),
        Some((read, _)) => sight::masked(&read),
        // What is no code could be anybody's number with a slip of the pen in it.
        None => Mask::Check.apply(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_applicants_one_sees_only_the_own_number() {
        let only = HolderCode::new(HolderCodeType::ResidentId, "11010519491231002X").unwrap();
        let rows = [
            (json!("11010519491231002X"), json!("111"), json!("11010519491231002X"), false),
            (json!("11010519491231002X^440524188001010014"), json!("111^111"), json!("11010519491231002X^440524********0014"), true),
            (
                json!(["440524188001010014", "11010519491231002X"]),
                json!(["111", "111"]),
                json!(["440524********0014", "11010519491231002X"]),
                true,
            ),
            (json!("91350100M000100Y43^440524188001010014"), json!("001^111"), json!("91350100M000100Y43^440524********0014"), true),
            (json!("440524188001010014"), json!(7), json!(""), true),
        ];
        for (codes, kinds, wanted, masked) in rows {
            let mut columns = Map::from_iter([(CODES.to_owned(), codes.clone()), (CODE_TYPES.to_owned(), kinds)]);
            assert_eq!((mask(&mut columns, &only), &columns[CODES]), (masked, &wanted), "{codes}");
        }
    }
}
