//! What happened, in words and for machines: the same wherever an event is shown.

use crate::words::{self, Language, act_word};
use kanhe_core::event::{Act, Event};
use serde_json::{Value as Json, json};

/// An event for machines.
pub fn event_json(index: u64, event: &Event) -> Json {
    json!(kanhe_service::shown::Event::new(index, event))
}

/// An event as one line; `own` is whose history it is told in.
pub fn event_line(index: u64, event: &Event, own: Option<&str>, language: Language) -> String {
    let mut line = format!(
        "#{index}  {}  {}  {}  {}  {}",
        words::on_the_clock(event.effective),
        act_word(event.act).of(language),
        event.actor,
        event.basis,
        event.reason
    );
    line.extend(connected(event, own, language).map(|connected| format!("  {connected}")));
    line.extend(event.approval.as_ref().map(|approval| match language {
        Language::Chinese => format!("  申请 {}，由 {} 决定", approval.project, approval.approver),
        Language::English => format!("  application {}, decided by {}", approval.project, approval.approver),
    }));
    // What took effect at another time than it was written down, an auditor must see at once.
    if event.recorded.duration_since(event.effective).abs() > jiff::SignedDuration::from_mins(1) {
        let recorded = words::on_the_clock(event.recorded);
        line.push_str(&match language {
            Language::Chinese => format!("  （{recorded} 记录）"),
            Language::English => format!("  (recorded {recorded})"),
        });
    }
    line
}

/// What an event connects with what it is told of.
fn connected(event: &Event, own: Option<&str>, language: Language) -> Option<String> {
    let say = |zh: &str, en: &str, what: &str| match language {
        Language::Chinese => format!("{zh}{what}"),
        Language::English => format!("{en} {what}"),
    };
    let other = event.other.as_deref();
    match event.act {
        Act::Renew | Act::Amend if own.is_some_and(|own| own != event.subject) => Some(say("由其取代：", "replaced by", &event.subject)),
        Act::Renew | Act::Amend => other.map(|other| say("取代：", "replaces", other)),
        Act::TransferIn => other.map(|other| say("来自：", "from", other)),
        Act::TransferOut => other.map(|other| say("转往：", "to", other)),
        _ => other.map(|other| format!("→ {other}")),
    }
}
