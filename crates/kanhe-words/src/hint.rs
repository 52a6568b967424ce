//! What to do about a code, for who calls a service: there are paths, and no commands.

mod rows;

use crate::{Words, remedy};
use rows::HINTS;

/// What a caller of the service can do about a failure of this code.
pub fn hint(code: &str) -> Option<Words> {
    if let Ok(row) = HINTS.binary_search_by_key(&code, |(code, ..)| code) {
        return HINTS.get(row).map(|(_, zh, en)| Words::new(zh, en));
    }
    let (zh, en) = match code {
        "table_of_another_type" => (
            "检查类型与申请表是否对应，列名有无遗漏；GET /v1/types/{type}/fields 列出各列。",
            "Check that the type and the table belong together, and the headings: GET /v1/types/{type}/fields lists the columns.",
        ),
        "table_is_workbook" | "table_workbook_broken" | "table_workbook_too_large" => return remedy(code),
        code if code.starts_with("table_") => (
            "首行应为列名；GET /v1/types/{type}/fields 列出该类型的各列。",
            "The first line names the columns; GET /v1/types/{type}/fields lists the columns of the type.",
        ),
        "type_unknown" => ("GET /v1/types 列出可用的类型。", "GET /v1/types lists the types there are."),
        "store_cursor" | "store_cursor_elsewhere" => ("去掉 after 从头开始。", "Begin again without `after`."),
        code if code.starts_with("store_") => ("请告知本服务的运维人员。", "Tell whoever runs the service."),
        "log_unpublished" => (
            "请等下一个检查点，或由密钥保管人员发布：POST /v1/publish。",
            "Wait for the next checkpoint, or let a key holder publish: POST /v1/publish.",
        ),
        "job_too_many" | "job_too_large" => (
            "等部分任务结束，或取消已暂停、已失败的任务：POST /v1/jobs/{id}/cancel。",
            "Wait until some are done, or cancel those that are paused or have failed: POST /v1/jobs/{id}/cancel.",
        ),
        "job_uploads_full" | "job_uploads_of_agency" => {
            ("按 Retry-After 稍后再传；同一机构的申请表请逐份上传。", "Come back after Retry-After, with one table after the other.")
        }
        "job_upload_slow" => ("换用更好的网络，或分成几份上传。", "Hand it in over a better line, or in parts."),
        "job_upload_gone" => ("请重新上传。", "Hand it in again."),
        "job_actor_closed" | "job_actor_forbidden" => (
            "由有相应权限的人员继续（POST /v1/jobs/{id}/resume，此后以其名义办理），或取消任务。",
            "Let an officer who may do it by hand resume the job (POST /v1/jobs/{id}/resume), in his name from then on; or cancel it.",
        ),
        "certificate_not_found" => ("用 POST /v1/certificates/search 查找。", "Look for it with POST /v1/certificates/search."),
        "lifecycle_before_last" => (
            "GET /v1/certificates/{identifier}/history 可查上一次操作的时间，GET /v1/applications/{code} 可查申请的经过。",
            "GET /v1/certificates/{identifier}/history tells when the last act took effect, GET /v1/applications/{code} when an application arrived and was reviewed.",
        ),
        // What would send a caller to a command of the machine is no hint for him.
        code => return remedy(code).filter(|words| !names_a_command(words)),
    };
    Some(Words::new(zh, en))
}

fn names_a_command(words: &Words) -> bool {
    [words.zh, words.en].iter().any(|text| text.contains("kanhe ") || text.contains("--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_hint_of_any_code_names_a_command_or_an_option() {
        let codes = include_str!("../../../docs/errors.md");
        let codes = codes.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | ")).map(|(code, _)| code);
        let (mut all, mut hinted) = (0, 0);
        for code in codes {
            let hint = hint(code);
            assert!(hint.as_ref().is_none_or(|words| !names_a_command(words)), "{code}: {hint:?}");
            all += 1;
            hinted += usize::from(hint.is_some());
        }
        assert!(all > 300 && hinted > 250, "{hinted} of {all}");
    }

    #[test]
    fn every_code_of_the_service_has_a_hint_but_those_that_are_said_at_the_machine() {
        let page = include_str!("../../../docs/errors.md");
        let sections = ["What becomes of a certificate", "Applications under review", "The service", "Acts that take two people"];
        let (mut codes, mut without) = (0, Vec::new());
        for section in sections {
            let (_, rows) = page
                .split_once(&format!(
                    "
## {section}
"
                ))
                .unwrap();
            let rows = rows
                .split(
                    "
## ",
                )
                .next()
                .unwrap()
                .lines();
            let section: Vec<_> = rows.filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(code, _)| code).collect();
            codes += section.len();
            without.extend(section.into_iter().filter(|code| hint(code).is_none() && !is_said_at_the_machine(code)));
        }
        assert!(codes > 150, "{codes}");
        assert!(without.is_empty(), "no hint for {without:?}");
        assert!(HINTS.is_sorted_by_key(|(code, ..)| code));
        assert!(HINTS.iter().all(|(code, zh, en)| page.contains(&format!("| `{code}` | "))
            && !zh.is_ascii()
            && en.starts_with(|first: char| !first.is_ascii_lowercase())));
    }

    /// Whether only who runs the service, or a verb, meets a code.
    fn is_said_at_the_machine(code: &str) -> bool {
        let rest = [
            "service_key_wanted",
            "service_unreachable",
            "service_in_the_clear",
            "service_broke_off",
            "service_answer_malformed",
            "not_through_service",
            "key_file_malformed",
            "service_listen",
            "publish_key_not_held",
            "lists_old",
            "event_too_large",
            "event_malformed",
            "log_no_event",
            "log_other_certificate",
            "log_tile_missing",
        ];
        ["config_", "tls_", "checkpoint_copy_"].iter().any(|family| code.starts_with(family)) || rest.contains(&code)
    }
}
