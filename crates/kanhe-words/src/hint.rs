//! What to do about a code, for who calls a service: there are paths, and no commands.

use crate::{Words, remedy};

/// What a caller of the service can do about a failure of this code.
pub fn hint(code: &str) -> Option<Words> {
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
            "GET /v1/certificates/{identifier}/history 可查上一次操作的时间。",
            "GET /v1/certificates/{identifier}/history tells when the last act took effect.",
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
        assert!(all > 300 && hinted > 100, "{hinted} of {all}");
    }
}
