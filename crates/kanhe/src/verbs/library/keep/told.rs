//! What `kanhe check` says: a line for each finding, what is to be known beside them, and in the end each remedy once.

use crate::words::{Language, Sentence};
use kanhe_service::shown::{Checked, ShownFinding};
use serde_json::{Value, json};

/// For machines: a service's last line but for how many were looked at, which the other numbers tell.
pub fn json(checked: &Checked) -> Value {
    json!({
        "certificates": checked.certificates, "events": checked.events, "findings": checked.findings.as_deref().unwrap_or_default(),
        "broken_off": checked.broken_off, "behind_cut_off": checked.behind_cut_off, "without_survivors": checked.without_survivors,
        "without_type_file": checked.without_type_file, "recorded_backwards": checked.recorded_backwards, "recorded_ahead": checked.recorded_ahead,
    })
}

/// For people.
pub fn lines(checked: &Checked, language: Language) -> String {
    let findings = checked.findings.as_deref().unwrap_or_default();
    let lines = findings.iter().map(|found| line(found, language));
    let lines = lines.chain(behind_cut_off(checked, language)).chain(missing(checked, language)).chain(misdated(checked, language));
    lines.chain([end(checked, findings.len(), language)]).chain(remedies(findings, language)).collect::<Vec<_>>().join("\n")
}

fn line(found: &ShownFinding, language: Language) -> String {
    let said = found.message.as_ref().map_or(found.place.as_str(), |message| message.of(language));
    let usable = found.certificates.map(|certificates| match language {
        Language::Chinese => format!("（状态为有效或暂扣的证照 {certificates} 张，含已过有效期的）"),
        Language::English => format!(" (certificates that are valid or suspended, whatever their term: {certificates})"),
    });
    format!("{}  {said}{}", found.code, usable.unwrap_or_default())
}

/// What to do, each once, however many findings want it.
fn remedies(findings: &[ShownFinding], language: Language) -> Vec<String> {
    let mut told: Vec<&Sentence> = Vec::new();
    for hint in findings.iter().filter_map(|found| found.hint.as_ref()) {
        if !told.contains(&hint) {
            told.push(hint);
        }
    }
    told.into_iter().map(|hint| format!("→ {}", hint.of(language))).collect()
}

fn behind_cut_off(checked: &Checked, language: Language) -> Option<String> {
    checked.behind_cut_off.filter(|behind| *behind > 0).map(|behind| match language {
        Language::Chinese => format!("! 失窃密钥在截止序号及以后签发 {behind} 张状态为有效或暂扣的证照（含已过有效期的），核验不予接受：kanhe log lost 列出"),
        Language::English => {
            format!("! a stolen key signed {behind} certificates that are valid or suspended, whatever their term, behind its cut-off: `kanhe log lost` lists them")
        }
    })
}

/// What the library should have, and need not.
fn missing(checked: &Checked, language: Language) -> impl Iterator<Item = String> {
    let survivors = checked.without_survivors.iter().flatten().map(move |key| match language {
        Language::Chinese => format!("! 库中没有失窃密钥 {key} 截至其截止序号的清单（survivors_missing）：kanhe log survivors 列出，kanhe agency add --survivors 登记"),
        Language::English => format!(
            "! the library has no list of survivors of the stolen key {key} (survivors_missing): `kanhe log survivors` makes it, `kanhe agency add --survivors` takes it up"
        ),
    });
    let type_files = checked.without_type_file.iter().flatten().map(move |code| match language {
        Language::Chinese => format!("! 库中没有类型 {code} 的证照签发时所用的类型文件（较早的程序不保存）：申请表重新提交时按现有类型文件读取"),
        Language::English => {
            format!("! no type file is kept by which certificates of type {code} were issued (earlier programs kept none): a table that comes again is read by the types at hand")
        }
    });
    survivors.chain(type_files)
}

/// What a wrong clock has recorded: it stays in the log for ever, and is no finding.
fn misdated(checked: &Checked, language: Language) -> impl Iterator<Item = String> {
    let some = |count: Option<u64>| count.filter(|count| *count > 0);
    let backwards = some(checked.recorded_backwards).map(|count| match language {
        Language::Chinese => format!("! {count} 条事件的登记时间早于其前一条：当时时钟被拨回；kanhe log events 按日志顺序列出"),
        Language::English => {
            format!("! events recorded before the one before them, by a clock that was set back: {count}; `kanhe log events` lists all in their order")
        }
    });
    let ahead = some(checked.recorded_ahead).map(|count| match language {
        Language::Chinese => format!("! {count} 条事件的登记时间晚于现在：当时时钟曾快，或现在的时钟偏慢"),
        Language::English => format!("! events recorded later than now, by a clock that was ahead, or now is behind: {count}"),
    });
    backwards.into_iter().chain(ahead)
}

fn end(checked: &Checked, found: usize, language: Language) -> String {
    let (certificates, events) = (checked.certificates, checked.events);
    match (language, checked.broken_off) {
        (Language::Chinese, false) => format!("已检查 {certificates} 张证照、{events} 条事件：发现 {found} 处问题"),
        (Language::English, false) => format!("checked {certificates} certificates and {events} events: {found} findings"),
        (Language::Chinese, true) => format!("! 发现 {found} 处问题后中止检查，其余未检查，可能还有更多问题"),
        (Language::English, true) => format!("! broken off at {found} findings: the rest was not checked, and there may be more"),
    }
}
