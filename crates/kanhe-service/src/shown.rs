//! What is shown of certificates, events and applications: the same objects over HTTP and from `kanhe … --json`.

mod application;
mod certificate;
mod changed;
mod checked;
mod counts;
mod event;
mod finding;
mod kind;
mod notice;
mod proposal;
mod row;
mod worth;

pub use application::{
    Application, ApplicationPage, ApplicationRow, Applied, DepartmentSaid, LodgeResult, LodgedAs, MovedOn, Origin, Reasons, Replaced,
};
pub use certificate::{Certificate, Holder, Issuer};
pub(crate) use certificate::{fields, holders};
pub use changed::{Changed, ChangedField, IssueResult, Issued, MAY_HAVE_COME_BACK, RENEWAL_CHANGES, TERM_GOES_ON, TERM_IS_OVER};
pub use checked::{Beside, Checked};
pub use counts::{Counts, MonthCount, Total};
pub use event::{Event, EventApproval, EventLine, EventPage, History, Then};
pub use finding::{Hearer, ShownFinding};
pub use kind::{KindLine, Kinds, Name, StateCodeLine, StateCodeSet};
pub use notice::ShownNotice;
pub use proposal::{ShownDecision, ShownProgress, ShownProposal};
pub use row::{CertificatePage, CertificateRow};
pub use worth::Worth;

use jiff::Timestamp;
use kanhe_core::certificate::Value;
use kanhe_core::kind::Label;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;

/// What people call something, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Names {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<&Label> for Names {
    fn from(label: &Label) -> Self {
        Self { zh: label.zh.clone(), en: label.en.clone() }
    }
}

/// Fields by their names.
pub(crate) type Fields = Map<String, Json>;

/// A moment as it is told: by the second, as it is kept, so that what is told of it now is what will be told of it later.
pub(crate) fn told(moment: Timestamp) -> String {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment).to_string()
}

/// A value as JSON has it.
fn value(value: &Value) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Count(count) => json!(count),
        Value::Flag(flag) => json!(flag),
        Value::List(texts) => json!(texts),
    }
}
