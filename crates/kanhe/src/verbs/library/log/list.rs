//! `kanhe log events`: everything that happened, as an auditor reads it.

use crate::cli::LogEventsArgs;
use crate::failure::Failure;
use crate::verbs::library::events::{event_json, event_line};
use crate::verbs::library::{open, stored};
use crate::verbs::{Ended, Voice, clock};
use crate::words::Language;
use kanhe_core::event::Event;
use serde_json::json;

/// Lists events in the order of the log, from an index on; those that are asked for.
pub fn events(args: &LogEventsArgs, voice: Voice) -> Result<Ended, Failure> {
    let library = open(&args.library)?;
    let (since, until) =
        (args.since.as_deref().map(clock::beginning).transpose()?, args.until.as_deref().map(clock::beginning).transpose()?);
    let size = library.log_size().map_err(stored)?;
    let wanted = |event: &Event| {
        args.by.as_ref().is_none_or(|by| event.actor == *by)
            && args.act.as_ref().is_none_or(|act| event.act.word() == act)
            && since.is_none_or(|since| event.recorded >= since)
            && until.is_none_or(|until| event.recorded < until)
    };
    let (mut found, mut next) = (Vec::new(), None);
    for index in args.from..size {
        if found.len() >= args.most.max(1) {
            next = Some(index);
            break;
        }
        let event = library.event(index).map_err(stored)?;
        found.extend(event.filter(|event| wanted(event)).map(|event| (index, event)));
    }
    let json =
        json!({ "size": size, "events": found.iter().map(|(index, event)| event_json(*index, event)).collect::<Vec<_>>(), "next": next });
    voice.say(&json, |language| {
        let mut lines: Vec<String> = found
            .iter()
            .map(|(index, event)| format!("{}  {}", event_line(*index, event, Some(&event.subject), language), event.subject))
            .collect();
        lines.extend(next.map(|next| match language {
            Language::Chinese => format!("还有更多：--from {next}"),
            Language::English => format!("there is more: --from {next}"),
        }));
        if found.is_empty() {
            lines.push(if language == Language::Chinese { "没有这样的事件".to_owned() } else { "no such events".to_owned() });
        }
        lines.join("\n")
    });
    Ok(Ended::Well)
}
