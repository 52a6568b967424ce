//! What a renewal says besides its longer term: nobody is to find out at a counter that the premises are others.

use crate::words::Language;
use kanhe_service::shown::{ChangedField, RENEWAL_CHANGES};

/// The code of it, for programs.
pub fn warning(changes: &[ChangedField]) -> Option<&'static str> {
    (!changes.is_empty()).then_some(RENEWAL_CHANGES)
}

/// A line that names what has changed, and never what it says; nothing where only the term has.
pub fn told(changes: &[ChangedField], language: Language) -> String {
    let called = |name: fn(&ChangedField) -> &str, between: &str| changes.iter().map(name).collect::<Vec<_>>().join(between);
    match language {
        _ if changes.is_empty() => String::new(),
        Language::Chinese => {
            let fields = called(|field| &field.names.zh, "、");
            format!("\n⚠ 除有效期外，一并变更了：{fields}。请与申请核对；有误的，以 kanhe amend（变更）更正。")
        }
        Language::English => {
            let fields = called(|field| &field.names.en, ", ");
            format!(
                "\n⚠ besides its term, these have changed: {fields}. Compare them with what was applied for; `kanhe amend` puts them right."
            )
        }
    }
}
