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
        code if code.starts_with("certificate_id_") => {
            ("对照证照核对标识，或扫描其二维码。", "Compare the identifier with the certificate, or scan its code.")
        }
        code if code.starts_with("project_code_") => (
            "对照受理时告知的申请编码，逐字核对。",
            "Compare it, letter by letter, with the code that was given when the application was made.",
        ),
        code if ["uscc_", "organisation_code_", "resident_id_", "holder_code_"].iter().any(|family| code.starts_with(family)) => {
            return remedy("holder_code_check");
        }
        code if code.starts_with("region_code_") => return hint("transfer_no_region"),
        code if code.starts_with("serial_") => ("编号只用 0-9 和 A-Z，最多 32 个字符。", "A serial has 1 to 32 characters, 0-9 and A-Z."),
        code if code.starts_with("version_") => {
            ("版本号为 001 至 999；用尽后另行申请。", "A version is 001 to 999; after that apply for a new certificate.")
        }
        code if code.starts_with("type_code_") => return hint("type_unknown"),
        "type_unknown" => ("GET /v1/types 列出可用的类型。", "GET /v1/types lists the types there are."),
        code if code.starts_with("type_") => (
            "按 docs/spec/type-file.md 改正类型文件后重新提请。",
            "Correct the type file as docs/spec/type-file.md has it, and propose it again.",
        ),
        code if code.starts_with("tls_") => (
            "请告知本服务的运维人员：TLS 的证书和私钥须配对，且为 PEM 格式。",
            "Tell whoever runs the service: the files of TLS are to be PEM, with the key of the certificate.",
        ),
        code if code.starts_with("file_") => (
            "请告知本服务的运维人员：有文件缺失，或无法读写。",
            "Tell whoever runs the service: a file is not there, or cannot be read or written.",
        ),
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

/// The same for a relying party, which has no right to search an agency's certificates.
pub fn hint_in_sharing(code: &str) -> Option<Words> {
    match code {
        "certificate_not_found" => Some(Words::new(
            "与持证主体核对证照标识；或按持证主体查询：POST /v1/sharing/holder。",
            "Compare the identifier with the holder's certificate, or ask by the holder: POST /v1/sharing/holder.",
        )),
        code => hint(code),
    }
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
    fn no_verdict_sends_its_reader_to_a_key_file() {
        let page = include_str!("../../../docs/errors.md");
        let (_, verdicts) = page.split_once("\n## Verdicts\n").unwrap();
        let rows = verdicts.lines().take_while(|line| !line.starts_with("## "));
        let codes: Vec<_> = rows.filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(code, _)| code).collect();
        let lost = |code: &&&str| [hint(code), remedy(code)].into_iter().flatten().any(|words| words.en.contains("key file"));
        assert!(codes.contains(&"key_stolen") && codes.contains(&"key_not_for_seals"), "{codes:?}");
        assert_eq!(codes.iter().find(lost), None);
        assert!(remedy("key_wrong_lock").unwrap().en.contains("key file"));
    }

    #[test]
    fn every_code_of_the_service_has_a_hint_but_those_that_are_said_at_the_machine() {
        let page = include_str!("../../../docs/errors.md");
        let sections = [
            "Identifiers and codes",
            "Type files",
            "What becomes of a certificate",
            "Applications under review",
            "The service",
            "Acts that take two people",
        ];
        let (mut codes, mut without) = (0, Vec::new());
        for section in sections {
            let (_, rows) = page.split_once(&format!("\n## {section}\n")).unwrap();
            let rows = rows.split("\n## ").next().unwrap().lines();
            // A warning stops nobody.
            let rows = rows.filter(|line| !line.contains("| warning: "));
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
            "event_too_large",
            "event_malformed",
            "log_no_event",
            "log_other_certificate",
            "log_tile_missing",
            "log_later_act",
        ];
        ["config_", "checkpoint_copy_"].iter().any(|family| code.starts_with(family)) || rest.contains(&code)
    }
}
