//! What to do about a code.

use crate::Words;

/// What to do about a failure of this code, where the place in which it happened knows nothing better.
pub fn remedy(code: &str) -> Option<Words> {
    let (zh, en) = match code {
        "table_of_another_type" => (
            "检查 --type 与申请表是否对应，列名有无遗漏；kanhe type show 列出各列。",
            "Check that --type and the table belong together, and the headings: `kanhe type show` lists the columns.",
        ),
        "table_is_workbook" => {
            ("在电子表格软件中另存为不加密的 .xlsx 或 CSV。", "Save it as .xlsx without a password, or as CSV, in the spreadsheet program.")
        }
        "table_workbook_broken" | "table_workbook_too_large" => {
            ("在电子表格软件中打开，另存为 .xlsx 或 CSV。", "Open it in the spreadsheet program, and save it again as .xlsx or as CSV.")
        }
        code if code.starts_with("table_") => (
            "首行应为列名；kanhe type show 列出该类型的各列。",
            "The first line names the columns; `kanhe type show` lists the columns of the type.",
        ),
        "passphrase_short" => ("换一个更长的口令。", "Choose a longer passphrase."),
        "key_name" => ("换一个名称：不含空格和加号。", "Choose another name, without spaces or a plus sign."),
        code if code.starts_with("key_line_") => {
            ("公钥文件（.pub）由 kanhe key new 生成。", "A public key file (.pub) is made by `kanhe key new`.")
        }
        "identity_malformed" => {
            ("身份文件由 kanhe key new --new-identity 生成。", "An identity file is made by `kanhe key new --new-identity`.")
        }
        "key_file_malformed" => ("文件中只放接口密钥（kanhe_…）一行。", "Put the API key, kanhe_…, alone into the file."),
        "service_key_wanted" => {
            ("用 --key-file 或 KANHE_KEY_FILE 指明存放接口密钥的文件。", "Name a file with an API key: --key-file, or KANHE_KEY_FILE.")
        }
        "service_broke_off" => {
            ("重新运行；若再次中断，请运维人员查看服务的日志。", "Run it again; if it breaks off again, the service's log says why.")
        }
        "pack_epoch_not_higher" => ("把 --epoch 提高，或写到另一个文件。", "Give it a higher --epoch, or write it to another file."),
        "pack_survivors_other" => (
            "用名录中的 counts_before 重新运行 kanhe log survivors。",
            "Run `kanhe log survivors` again, with the `counts_before` of the manifest.",
        ),
        "export_moved" => ("重新运行；如再次出现，请报告。", "Run it again; if it comes again, report it."),
        "service_unreachable" => (
            "检查地址和网络；是否已办理，可用 kanhe history 查看。",
            "Check the address and the network; whether an act was done, `kanhe history` tells.",
        ),
        "service_in_the_clear" => ("请使用 https 地址。", "Name an https address."),
        "service_answer_malformed" => {
            ("检查地址；服务与本程序应为同一版本。", "Check the address, and that the service and this program are of one version.")
        }
        "not_through_service" => (
            "去掉该选项；或停止服务后，直接对证照库运行。",
            "Leave the option out; or stop the service, and run the verb on the library itself.",
        ),
        "caller_lacks_department" => (
            "请该部门的审查人员出具意见，或请本机构管理员调整。",
            "Let a reviewer of that department speak, or ask the agency's administrator.",
        ),
        "account_no_reviewer" => ("去掉 --department，或加上 --role reviewer。", "Leave --department out, or add --role reviewer."),
        "caller_lacks_right" | "caller_lacks_type" => ("请联系本机构管理员。", "Ask the agency's administrator."),
        // Named one by one: other codes of keys are verdicts, and whoever reads those has no key file.
        "key_encrypt"
        | "key_file_large"
        | "key_file_not_age"
        | "key_is_public"
        | "key_wants_passphrase"
        | "key_wants_identity"
        | "key_wrong_lock"
        | "key_too_much_work"
        | "key_file_damaged"
        | "key_elsewhere" => ("检查密钥文件和口令。", "Check the key file and its passphrase."),
        code if code.starts_with("passphrase_") => ("检查密钥文件和口令。", "Check the key file and its passphrase."),
        "key_not_on_curve" | "key_weak" => {
            ("不要使用此公钥，请其所属机构重新提供。", "Do not use it: get the key again, from whose it is.")
        }
        "token_pin_wrong" | "token_pin_missing" | "token_pin_not_asked" => (
            "更正 PIN 后重新启动；不要反复尝试，密码设备会自行锁定。",
            "Correct the PIN and start again; do not try often, for tokens lock themselves.",
        ),
        "token_pin_last_try" => (
            "用设备自带工具以正确的 PIN 登录一次，更正 PIN 文件后重新启动。",
            "Sign in once with the right PIN and the token's own tool, correct the file, and start again.",
        ),
        "token_pin_locked" => ("用设备自带工具由管理员（SO）解锁。", "Let its security officer unlock it, with the token's own tool."),
        "token_absent" | "token_several" => (
            "检查设备是否插好，标签和序列号是否正确；插回后自动恢复。",
            "Check that the token is there, and its label and serial number; once it is back, signing goes on by itself.",
        ),
        "token_module" => ("检查 PKCS#11 模块的路径和系统架构。", "Check the path of the PKCS#11 module, and that it is for this system."),
        "token_key_exists" => ("换一个名称；设备中的密钥从不覆盖。", "Choose another name; a key in a token is never written over."),
        "token_key_absent" | "token_key_several" | "token_key_kind" => (
            "用设备自带工具列出密钥；签名用的须是一对标签相同的 Ed25519 密钥。",
            "List the keys with the token's own tool: what signs is one pair of Ed25519 keys of the same label.",
        ),
        code if code.starts_with("token_address_") => (
            "写作 pkcs11:token=标签;object=密钥?module-path=模块&pin-source=PIN文件。",
            "Write it as pkcs11:token=LABEL;object=KEY?module-path=MODULE&pin-source=PIN-FILE.",
        ),
        code if code.starts_with("token_") => {
            ("用设备自带工具检查密码设备，然后重试。", "Look at the token with its own tool, then try again.")
        }
        "config_variable" => ("写作 KANHE_SERVE_配置节__配置项。", "Write it as KANHE_SERVE_SECTION__SETTING."),
        "config_key_twice" => ("去掉其中一处。", "Leave one of the two out."),
        "config_metrics" => ("为 listen.metrics 另给一个端口。", "Give `listen.metrics` a port of its own."),
        "config_folder_missing" => ("建立该目录，或挂载其所在的磁盘。", "Make the folder, or mount its disk."),
        "config_backup_inside" => (
            "把 backup.folder 放到证照库之外，最好在另一块磁盘上。",
            "Give `backup.folder` a place outside the library, best on another disk.",
        ),
        code if code.starts_with("config_") => (
            "与 docs/operating/ 中的样例对照；改正后运行 kanhe config check。",
            "Compare it with the samples in docs/operating/, and run `kanhe config check` again.",
        ),
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
        "type_unknown" => ("kanhe type list 列出可用的类型。", "`kanhe type list` lists the types there are."),
        code if code.starts_with("type_") => ("kanhe type check 列出全部问题。", "`kanhe type check` lists everything that is wrong."),
        code if code.starts_with("manifest_") || code.starts_with("recognition_") => {
            ("改正描述文件后重新签名。", "Correct the description and sign again.")
        }
        "store_in_use" => (
            "等另一进程结束后重试；若由 kanhe serve 持有，此命令须先停止服务（docs/OPERATING.md 列出可经服务办理的命令）。",
            "Wait for the other process to end, and try again. If `kanhe serve` holds it, this verb wants the service stopped: docs/OPERATING.md lists those that go through it.",
        ),
        "store_no_library" => (
            "检查目录；此处原有证照库的，用 kanhe restore 恢复，新库用 kanhe init 建立。",
            "Check the folder. Where a library was, bring a backup back with `kanhe restore`; a new one is founded with `kanhe init`.",
        ),
        "store_secret_missing" => (
            "把另存的 secret.age 放回证照库目录；备份目录中也有一份。没有它，证照库无法打开。",
            "Put the copy of `secret.age` back that you kept; the folder of backups has one too. Without it the library never opens.",
        ),
        "store_half_restored" => {
            ("再次运行 kanhe restore，从同一备份恢复到同一目录。", "Run `kanhe restore` again, from the same backups into the same folder.")
        }
        "backup_inside" => ("把备份放到别处，最好在另一块磁盘上。", "Put the backups somewhere else, best on another disk."),
        "backup_other_library" => (
            "换一个目录：每个证照库用自己的备份目录。若只是重新加锁了 secret.age，则把现用的那份放入该目录。",
            "Name another folder: each library has one of its own. Where only `secret.age` was locked anew, put the one in use into that folder.",
        ),
        "backup_other_history" => (
            "此库可能是从旧备份恢复的：先查明，再备份到另一目录；确认无误后可加 --anyway。",
            "The library may have come from an old backup: find out, and back up to another folder, or with --anyway where you know why.",
        ),
        "store_exists" => ("换一个目录。", "Choose another folder."),
        "store_newer" => ("请使用写成它的那个版本或更新版本。", "Use the kanhe that wrote it, or a later one."),
        "store_other_secret" => ("请使用建库时的 secret.age。", "Use the `secret.age` that it was founded with."),
        "store_no_backup" => (
            "给出 kanhe backup --to 所写的目录；不加 --number 即恢复最后一份。",
            "Name the folder that `kanhe backup --to` wrote to; without --number the last backup is restored.",
        ),
        "store_cursor" | "store_cursor_elsewhere" => ("去掉 --after 从头开始。", "Begin again without --after."),
        "disk_full" | "store_disk_full" => {
            ("腾出磁盘空间后重新运行；已完成的部分不会重复。", "Free some space and run again; what is done is not done twice.")
        }
        "store_corrupt" | "store_sealed" | "store_malformed" | "store_log" => {
            ("用 kanhe restore 恢复备份，并检查磁盘。", "Bring a backup back with `kanhe restore`, and look at the disk.")
        }
        code if code.starts_with("store_") => (
            "先运行 kanhe check；如有损坏，用 kanhe restore 恢复备份。",
            "Run `kanhe check`; if it is damaged, bring a backup back with `kanhe restore`.",
        ),
        "certificate_not_found" => ("用 kanhe find 查找。", "Look for it with `kanhe find`."),
        "lifecycle_not_allowed" => (
            "只能做错误中列出的操作；如系申请，不予许可（kanhe reject）或由申请人撤回（kanhe withdraw）。",
            "Do one of the acts that the error lists. Of an application: reject or withdraw it, with `kanhe reject` or `kanhe withdraw`.",
        ),
        "lifecycle_before_last" => (
            "用 kanhe history 查看上一次操作的时间；如系申请，用 kanhe application 查看。",
            "`kanhe history` tells when the last act took effect, and `kanhe application` when an application arrived and was reviewed.",
        ),
        "review_needed" => (
            "用 kanhe apply 提交，由有权人员审查决定；延续或变更的加 --renews 或 --amends。",
            "Hand it in with `kanhe apply`, with --renews or --amends for a new version: it is reviewed first.",
        ),
        "review_not_agreed" => (
            "等错误中所列部门同意（kanhe review --agree）；有部门不同意的，不予许可或撤回。",
            "Wait until the departments that the error names agree (`kanhe review --agree`); where one objects, reject or withdraw the application.",
        ),
        "lifecycle_in_future" => ("到那一天再记录。", "Record it on that day."),
        "holder_code_check" => ("对照证件核对号码及其类型。", "Compare the code, and its type, with the document that it stands on."),
        "time_reversed" => {
            ("更正起止时间；未给 --ending-from 时从今天算起。", "Correct the times; where --ending-from is left out, they begin today.")
        }
        "holder_has_one" => ("延续、变更或注销已有的那一张。", "Renew, amend or cancel the one that there is."),
        "state_code_other" => ("换一个代码查询。", "Ask by another code."),
        "state_code_ambiguous" => ("用 --type 指明类型。", "Name the type with --type."),
        "identifier_taken" => (
            "换一个编号；原有证照均已吊销、撤销或注销的编号可重新颁发，已过期的先注销。",
            "Use another number. One whose certificates are all revoked, annulled or cancelled is issued anew; what has expired is cancelled first.",
        ),
        "number_taken" => ("换一个编号，或先注销正在使用该编号的证照。", "Use another number, or cancel the certificate that bears it."),
        "other_holder" => (
            "换人持证须另行申请：注销原证（kanhe cancel），再为新的持证主体签发。",
            "Another holder applies for a certificate of his own: cancel this one, and issue him a new one.",
        ),
        "other_holder_name" => ("先办变更（kanhe amend），或使用原名称延续。", "Amend it first, or renew it under the present name."),
        "id_number_in_clear" => (
            "换一个不含个人号码的编号：申请编号和其他体系的标识以明文存放。",
            "Take one without a person's number: request ids and identifiers of other schemes lie in the clear.",
        ),
        "id_number_in_seal" => (
            "去掉其中的个人号码：二维码内容人人可读，证件号码只在遮盖后写入。",
            "Take the person's number out: anybody reads the QR code, in which a number stands masked only.",
        ),
        "version_gap" => ("让新版本从今天或更早开始。", "Let the new version begin today or earlier."),
        "grounds_control" => ("去掉其中的控制字符（如换行）和不可见字符后重试。", "Take out what cannot be seen, such as line breaks."),
        code if code.starts_with("grounds_") => ("填写 1 至 200 个字符。", "Write 1 to 200 characters."),
        "log_fork" => (
            "库比已发布的日志旧或不同：恢复更新的备份；切勿在此库上继续签发。",
            "The library is older than its published log, or another: restore a newer backup, and issue nothing from this one.",
        ),
        "library_no_manifest" => ("先用 kanhe agency add 登记机构名录。", "First take up the region's manifest with `kanhe agency add`."),
        "library_other_region" => ("使用本地区的机构名录。", "Take the manifest of the library's own region."),
        "usage" => ("运行 kanhe help 查看用法。", "Run `kanhe help`, or the verb with --help."),
        "picture_truncated" | "picture_damaged" => ("文件不完整或已损坏，请重新获取。", "The file is cut short or damaged: get it again."),
        "picture_unreadable" => ("另存为 PNG 或 JPEG 图片。", "Save it as a PNG or JPEG picture."),
        "picture_too_large" => ("裁剪或缩小图片。", "Crop the picture or make it smaller."),
        "picture_several" => ("每次只出示一个码，遮住其余的。", "Show one code at a time, and cover the others."),
        "not_a_seal" => ("请扫描证照上的勘合二维码。", "Scan the kanhe QR code on the licence."),
        "no_qr_found" => ("请重新扫描，或拍得更近、更正、更亮。", "Scan again, or take the picture closer, straighter and brighter."),
        "qr_several" | "qr_text_behind" => {
            ("清空输入框，然后只扫描一个证照码。", "Empty the field, and scan one certificate's code alone.")
        }
        code if code.starts_with("qr_") || code == "seal_damaged" => ("请重新扫描。", "Scan again."),
        code if code.starts_with("envelope_") || code.starts_with("cbor_") || code == "wrong_document" || code == "payload_malformed" => {
            ("检查是否给错了文件，或重新获取。", "Check whether this is the right file, or fetch it again.")
        }
        _ => return None,
    };
    Some(Words::new(zh, en))
}
