//! Chinese headlines of what can stop a verb; the English detail comes with the failure itself.

use super::Words;

/// What a failure's code means, in a few words.
pub fn headline(code: &str) -> Option<Words> {
    let (zh, en) = match code {
        "file_not_found" => ("找不到文件", "file not found"),
        "file_permission" => ("没有文件权限", "no right to the file"),
        "file_too_large" => ("文件过大", "file too large"),
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
        "rows_refused" => ("有申请未被受理", "some applications were refused"),
        _ => return None,
    };
    Some(Words::new(zh, en))
}
