//! What happened, in words: the same wherever an event is shown.

use crate::words::{Language, said_act, said_moment, said_opinion};
use jiff::{SignedDuration, Timestamp};
use kanhe_service::shown::Event;

/// An event as one line; `own` is whose history it is told in.
pub fn event_line(event: &Event, own: Option<&str>, language: Language) -> String {
    let mut line = format!(
        "#{}  {}  {}  {}  {}  {}",
        event.index,
        said_moment(&event.effective),
        said_act(&event.act, language),
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
    if apart(&event.effective, &event.recorded) {
        let recorded = said_moment(&event.recorded);
        line.push_str(&match language {
            Language::Chinese => format!("  （{recorded} 记录）"),
            Language::English => format!("  (recorded {recorded})"),
        });
    }
    line
}

/// Whether two moments of RFC 3339 are more than a minute apart.
fn apart(effective: &str, recorded: &str) -> bool {
    let moments = effective.parse::<Timestamp>().ok().zip(recorded.parse::<Timestamp>().ok());
    moments.is_none_or(|(effective, recorded)| recorded.duration_since(effective).abs() > SignedDuration::from_mins(1))
}

/// What an event connects with what it is told of.
fn connected(event: &Event, own: Option<&str>, language: Language) -> Option<String> {
    let say = |zh: &str, en: &str, what: &str| match language {
        Language::Chinese => format!("{zh}{what}"),
        Language::English => format!("{en} {what}"),
    };
    let other = event.other.as_deref();
    match event.act.as_ref() {
        "renew" | "amend" if own.is_some_and(|own| own != event.subject) => Some(say("由其取代：", "replaced by", &event.subject)),
        "renew" | "amend" => other.map(|other| say("取代：", "replaces", other)),
        "review" => other.map(|other| opinion(other, language)),
        "transfer_in" => other.map(|other| say("来自：", "from", other)),
        "transfer_out" => other.map(|other| say("转往：", "to", other)),
        _ => other.map(|other| format!("→ {other}")),
    }
}

/// What a department says, which an event has as `fire=agrees`.
fn opinion(other: &str, language: Language) -> String {
    let Some((department, opinion)) = other.split_once('=') else { return other.to_owned() };
    let opinion = said_opinion(opinion, language);
    match language {
        Language::Chinese => format!("{department}：{opinion}"),
        Language::English => format!("{department} {opinion}"),
    }
}
