//! Chinese headlines of what can stop a verb; the English detail comes with the failure itself.

use super::Words;

/// What a failure's code means, in a few words.
pub fn headline(code: &str) -> Option<Words> {
    let (zh, en) = match code {
        "file_not_found" => ("找不到文件", "file not found"),
        "file_permission" => ("没有文件权限", "no right to the file"),
        "file_too_large" => ("文件过大", "file too large"),
        "file_is_folder" => ("这是目录，不是文件", "a folder, not a file"),
        "input_empty" => ("没有可核验的内容", "nothing to look at"),
        "file_exists" => ("文件已存在", "file exists"),
        "file_io" => ("文件读写失败", "file cannot be read or written"),
        "disk_full" => ("磁盘已满", "disk full"),
        "usage" => ("命令用法有误", "wrong usage"),
        "no_trusted_key" => ("尚未设定信任的公钥", "no trusted key"),
        "pack_not_trusted" => ("证照包的签名者不受信任", "pack not trusted"),
        code if code.starts_with("pack_") => ("证照包无法打开", "pack cannot be opened"),
        "key_wrong_lock" => ("口令或身份文件不对", "wrong passphrase or identity"),
        code if code.starts_with("key_") || code.starts_with("passphrase_") || code.starts_with("identity_") => {
            ("密钥无法使用", "key cannot be used")
        }
        code if code.starts_with("picture_") || code == "no_qr_found" => ("图片中读不出二维码", "no QR code in the picture"),
        code if code.starts_with("table_") => ("申请表无法读取", "table of applications cannot be read"),
        code if code.starts_with("type_") => ("证照类型文件有误", "type file is wrong"),
        code if code.starts_with("manifest_") => ("机构名录有误", "manifest is wrong"),
        code if code.starts_with("recognition_") => ("互认目录有误", "recognition is wrong"),
        code if code.starts_with("status_") => ("状态清单有误", "status list is wrong"),
        code if code.starts_with("envelope_") || code.starts_with("cbor_") || code == "wrong_document" || code == "payload_malformed" => {
            ("签名文件无法读取", "signed document cannot be read")
        }
        code if code.starts_with("toml_") => ("配置文件有误", "description is wrong"),
        "rows_refused" => ("申请未被受理", "the application was refused"),
        "store_in_use" => ("证照库正被另一进程使用", "the library is in use"),
        "store_no_library" => ("目录中没有证照库", "no library there"),
        "store_exists" => ("目录中已有证照库", "a library is there already"),
        code if code.starts_with("store_") => ("证照库出错", "the library failed"),
        code if code.starts_with("library_") => ("证照库与机构名录不符", "library and manifest do not fit"),
        "alias_taken" => ("该标识已对应另一张证照", "it stands for another certificate"),
        "certificate_not_found" => ("库中没有该证照", "no such certificate"),
        "lifecycle_not_allowed" => ("当前状态不允许此操作", "not allowed in this state"),
        code if code.starts_with("lifecycle_") => ("生效时间不对", "wrong time of effect"),
        "holder_has_one" => ("持证主体已有一张有效的同类证照", "the holder has one already"),
        code if code.starts_with("grounds_") => ("依据、理由或经办人有误", "basis, reason or actor is wrong"),
        code if code.starts_with("certificate_id_") => ("证照标识有误", "wrong identifier"),
        "draw_failed" => ("二维码图片无法生成", "the picture could not be drawn"),
        code if code.starts_with("log_") => ("日志出错", "the log failed"),
        _ => return None,
    };
    Some(Words::new(zh, en))
}

/// What to do about a failure of this code, when the place where it happened knows nothing better.
pub fn remedy(code: &str) -> Option<Words> {
    let (zh, en) = match code {
        "table_of_another_type" => ("检查 --type 与申请表是否对应。", "Check that --type and the table belong together."),
        "table_is_workbook" => ("在电子表格软件中另存为 CSV。", "Save it as CSV in the spreadsheet program."),
        code if code.starts_with("table_") => (
            "首行应为列名；kanhe type show 列出该类型的字段。",
            "The first line names the columns; `kanhe type show` lists the fields of the type.",
        ),
        "passphrase_short" => ("换一个更长的口令。", "Choose a longer passphrase."),
        code if code.starts_with("key_line_") => {
            ("公钥文件（.pub）由 kanhe key new 生成。", "A public key file (.pub) is made by `kanhe key new`.")
        }
        "identity_malformed" => {
            ("身份文件由 kanhe key new --new-identity 生成。", "An identity file is made by `kanhe key new --new-identity`.")
        }
        code if code.starts_with("key_") || code.starts_with("passphrase_") => {
            ("检查密钥文件和口令。", "Check the key file and its passphrase.")
        }
        code if code.starts_with("toml_") => ("改正描述文件后重新签名。", "Correct the description and sign again."),
        "status_unknown_state" => (
            "状态为 valid、revoked、suspended、annulled、cancelled、transferred 或 superseded。",
            "A state is valid, revoked, suspended, annulled, cancelled, transferred or superseded.",
        ),
        code if code.starts_with("status_") => ("检查状态表和报告。", "Check the table of states and the reports."),
        code if code.starts_with("desk_") => {
            ("检查机构名录中该密钥的机构、用途和可颁发类型。", "Check what the manifest says of the key: its agency, its uses, its types.")
        }
        code if code.starts_with("pack_") => ("检查各部分的签名者和期限。", "Check who signed each part, and until when it holds."),
        code if code.starts_with("type_") => ("kanhe type check 列出全部问题。", "`kanhe type check` lists everything that is wrong."),
        code if code.starts_with("manifest_") || code.starts_with("recognition_") => {
            ("改正描述文件后重新签名。", "Correct the description and sign again.")
        }
        "store_in_use" => ("等另一进程结束后重试。", "Wait for the other process to end, and try again."),
        "store_no_library" => ("检查目录，或用 kanhe init 建库。", "Check the folder, or found a library with `kanhe init`."),
        "store_exists" => ("换一个目录。", "Choose another folder."),
        "store_newer" => ("请使用写成它的那个版本或更新版本。", "Use the kanhe that wrote it, or a later one."),
        "store_other_secret" => ("请使用建库时的 secret.age。", "Use the `secret.age` that it was founded with."),
        "store_cursor" => ("去掉 --after 从头开始。", "Begin again without --after."),
        code if code.starts_with("store_") => (
            "先运行 kanhe check；如有损坏，用 kanhe restore 恢复备份。",
            "Run `kanhe check`; if it is damaged, bring a backup back with `kanhe restore`.",
        ),
        "certificate_not_found" => ("用 kanhe find 查找。", "Look for it with `kanhe find`."),
        "lifecycle_not_allowed" => ("只能做错误中列出的操作。", "Do one of the acts that the error lists."),
        "lifecycle_before_last" => ("用 kanhe history 查看上一次操作的时间。", "`kanhe history` tells when the last act took effect."),
        "lifecycle_in_future" => ("到那一天再记录。", "Record it on that day."),
        "holder_has_one" => ("延续、变更或注销已有的那一张。", "Renew, amend or cancel the one that there is."),
        "version_gap" => ("让新版本从今天或更早开始。", "Let the new version begin today or earlier."),
        code if code.starts_with("grounds_") => ("填写 1 至 200 个字符。", "Write 1 to 200 characters."),
        "library_other_region" => ("使用本地区的机构名录。", "Take the manifest of the library's own region."),
        "not_a_seal" | "no_qr_found" => {
            ("请重新扫描，或拍得更近、更正、更亮。", "Scan again, or take the picture closer, straighter and brighter.")
        }
        code if code.starts_with("qr_") => ("请重新扫描。", "Scan again."),
        code if code.starts_with("envelope_") || code.starts_with("cbor_") || code == "wrong_document" || code == "payload_malformed" => {
            ("检查是否给错了文件，或重新获取。", "Check whether this is the right file, or fetch it again.")
        }
        _ => return None,
    };
    Some(Words::new(zh, en))
}
