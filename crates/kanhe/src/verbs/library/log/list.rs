//! `kanhe log events`: everything that happened, as an auditor reads it.

use crate::cli::LogEventsArgs;
use crate::failure::Failure;
use crate::verbs::library::door::{EventPage, door};
use crate::verbs::library::events::event_line;
use crate::verbs::{Ended, Voice, clock};
use crate::words::Language;
use kanhe_core::event::Act;
use kanhe_issuer::question::EventsWanted;
use kanhe_service::shown::Event;
use serde_json::json;

/// Lists events in the order of the log, from an index on; those that are asked for.
pub fn events(args: &LogEventsArgs, voice: Voice) -> Result<Ended, Failure> {
    let (since, until) = clock::time(args.since.as_deref(), args.until.as_deref())?;
    let act = args.act.as_deref().map(act).transpose()?;
    let wanted = EventsWanted { since, until, act, actor: args.by.as_deref() };
    let EventPage { size, events, next } = door(&args.library)?.events(&wanted, args.from, args.most.max(1))?;
    voice.say(&json!({ "size": size, "events": events, "next": next }), |language| {
        let line = |event: &Event| format!("{}  {}", event_line(event, Some(&event.subject), language), event.subject);
        let mut lines: Vec<String> = events.iter().map(line).collect();
        lines.extend(next.map(|next| match language {
            Language::Chinese => format!("还有更多：--from {next}"),
            Language::English => format!("there is more: --from {next}"),
        }));
        if events.is_empty() {
            lines.push(if language == Language::Chinese { "没有这样的事件".to_owned() } else { "no such events".to_owned() });
        }
        lines.join("\n")
    });
    Ok(Ended::Well)
}

fn act(word: &str) -> Result<Act, Failure> {
    let unknown = || {
        let known = Act::ALL.map(Act::word).join(", ");
        Failure::new("usage", format!("{word} is no act: {known}"))
    };
    Act::ALL.into_iter().find(|act| act.word() == word).ok_or_else(unknown)
}
