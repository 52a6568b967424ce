//! What should be known before something is approved that nothing forbids, for people and machines.

use super::Names;
use super::changed::STAYS_SUPERSEDED;
use kanhe_core::code::Uscc;
use kanhe_core::key::KeyId;
use kanhe_core::manifest::Uses;
use kanhe_issuer::dropped::Dropped;
use kanhe_issuer::survivors::Notice;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// Something that should be known before it is approved: of a stolen key, of what a manifest drops that the one before it had, or of
/// certificates that are annulled together.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ProposalNotice)]
pub struct ShownNotice {
    /// The stable code: `theft_certificates_behind`, `theft_cut_off_beyond_end`, `theft_taken_back`, `survivors_missing`, `key_removed`,
    /// `key_use_taken`, `key_window_narrowed`, `type_taken_from_agency`, `agency_removed`, `dictionary_removed`, `dictionary_replaced`,
    /// `root_changed`, `predecessor_stays_superseded`.
    pub code: Cow<'static, str>,
    /// The id of the key; null where it is about none.
    #[schema(required)]
    pub key_id: Option<String>,
    /// How many certificates it is about, or may be where a key is gone; null where it is about a key that stands.
    #[schema(required)]
    pub certificates: Option<u64>,
    /// What it says.
    pub message: Names,
}

impl From<&Notice> for ShownNotice {
    fn from(notice: &Notice) -> Self {
        let key_id = notice.key().map(|key| key.to_string());
        Self { code: notice.code().into(), key_id, certificates: notice.usable(), message: message(notice) }
    }
}

impl ShownNotice {
    /// So many certificates that are annulled had taken the place of another version.
    pub fn of_later_versions(certificates: u64) -> Self {
        let zh = format!(
            "其中 {certificates} 张是延续或变更后的版本：宣告无效后，前一版本仍为“已被取代”，不会恢复；持证主体如仍应持证，以原编号和新的申请编号重新颁发（编号即流水号的，为下一版本）"
        );
        let en = format!(
            "{certificates} of them had taken the place of another version, which stays superseded when they are annulled; where a holder is to have one, issue it anew with the same number and a new request id (the next version, where the number is the serial)"
        );
        Self { code: STAYS_SUPERSEDED.into(), key_id: None, certificates: Some(certificates), message: Names { zh, en } }
    }
}

fn message(notice: &Notice) -> Names {
    let (zh, en) = match notice {
        Notice::Behind { key, before, usable } => (
            format!(
                "密钥 {key} 自日志序号 {before} 起签发的证照中，有 {usable} 张状态为有效或暂扣（含已过有效期的），而核验一律不予接受；应逐一核实，属实的换发新版本"
            ),
            format!(
                "{usable} certificates that are valid or suspended, whatever their term, were signed by key {key} from index {before} of the log on, and counters refuse them: look at each, and let those that are yours have a next version"
            ),
        ),
        Notice::BeyondEnd { key, before, size } => (
            format!("密钥 {key} 的截止序号 {before} 超出日志末尾（共 {size} 条）：在此之前用该密钥新签发的仍然有效"),
            format!("key {key} counts before index {before}, and the log has {size} events: what is signed with it until then counts"),
        ),
        Notice::TakenBack { key } => (
            format!("密钥 {key} 原列为失窃，新名录不再列明：其签发的一切重新有效，包括窃取者签发的"),
            format!("key {key} was called stolen, and is not any more: everything that it signed counts again, the thief's as well"),
        ),
        Notice::NoSurvivors { key, before } => (
            format!(
                "库中没有密钥 {key} 以序号 {before} 截止的清单：证照包若无此清单，该密钥签发的证照都无从判定（用 kanhe log survivors 生成，随机构名录登记）"
            ),
            format!(
                "the library holds no list of survivors of key {key} before index {before}: with a pack without it no certificate of the key can be told (`kanhe log survivors` makes one, and it is taken up with the manifest)"
            ),
        ),
        Notice::Dropped(dropped) => return missed(dropped),
    };
    Names { zh, en }
}

/// What is missed in a manifest, and what comes of that at counters.
fn missed(dropped: &Dropped) -> Names {
    let (zh, en) = match dropped {
        Dropped::Key { key, agency, before: None, usable } => (
            format!(
                "机构 {agency} 的密钥 {key} 不再列入名录：其签发的证照一律无从判定（该机构在此密钥有效期内签发、状态为有效或暂扣的共 {usable} 张，含已过有效期的）；停用的密钥应保留，写明 until"
            ),
            format!(
                "key {key} of agency {agency} is not in it any more: nobody can tell of what it signed (valid or suspended certificates, whatever their term, that the agency issued in its time: {usable}); a key that signs no more is kept, with `until`"
            ),
        ),
        Dropped::Key { key, agency, before: Some(before), usable } => (
            format!(
                "机构 {agency} 的失窃密钥 {key} 及其截止序号 {before} 不再列入名录：失窃前签发的属实证照也一律无从判定（该机构在此密钥有效期内签发、状态为有效或暂扣的共 {usable} 张，含已过有效期的）；应保留，写明 counts_before"
            ),
            format!(
                "the stolen key {key} of agency {agency} is not in it any more, nor its cut-off {before}: nobody can tell of what it signed, honest certificates as well (valid or suspended certificates, whatever their term, that the agency issued in its time: {usable}); it is kept, with `counts_before`"
            ),
        ),
        Dropped::Use { key, agency, uses, usable } => of_use((key, agency), *uses, *usable),
        Dropped::Window { key, agency, from, until, usable } => {
            let until = until.map_or_else(|| "..".to_owned(), |until| until.to_string());
            (
                format!(
                    "机构 {agency} 的密钥 {key} 的有效期改为 {from}/{until}：其为此外日期签发、状态为有效或暂扣的 {usable} 张（含已过有效期的），核验一律不予接受；from 应不晚于其签发的首日，until 应不早于末日"
                ),
                format!(
                    "key {key} of agency {agency} counts for {from}/{until} now: counters refuse {usable} certificates that it signed for other days and that are valid or suspended, whatever their term; `from` is no later than the first day of issue that it signed for, and `until` no earlier than the last"
                ),
            )
        }
        Dropped::Dictionary { dictionary, usable } => (
            format!(
                "词典 {dictionary} 不再列入名录：以其压缩的签章无从读出，涉及状态为有效或暂扣的证照 {usable} 张（含已过有效期的）；旧词典应保留"
            ),
            format!(
                "dictionary {dictionary} is not in it any more: no counter can read the seals that are packed with it, of {usable} certificates that are valid or suspended, whatever their term; old dictionaries are kept"
            ),
        ),
        Dropped::Words { dictionary, usable } => (
            format!(
                "词典 {dictionary} 的内容已改：以原词典压缩的签章将被误读或无从读出，涉及状态为有效或暂扣的证照 {usable} 张（含已过有效期的）；新词典应另用编号"
            ),
            format!(
                "dictionary {dictionary} has other words: counters misread the seals that are packed with the ones before, or cannot read them, of {usable} certificates that are valid or suspended, whatever their term; other words take another id"
            ),
        ),
        Dropped::Type { type_code, agency, usable } => (
            format!(
                "机构 {agency} 不再有权签发 {type_code}，或其序号已改作他用：已签发、状态为有效或暂扣的 {usable} 张（含已过有效期的），核验一律不予接受"
            ),
            format!(
                "agency {agency} may not issue {type_code} any more, or its index means another type: counters refuse what it has issued, {usable} certificates that are valid or suspended, whatever their term"
            ),
        ),
        Dropped::Agency { agency, usable } => (
            format!("机构 {agency} 及其全部密钥不再列入名录：已签发、状态为有效或暂扣的 {usable} 张（含已过有效期的），一律无从判定"),
            format!(
                "agency {agency} is not in it any more, with all its keys: nobody can tell of its {usable} certificates that are valid or suspended, whatever their term"
            ),
        ),
        Dropped::Root { before, next, usable } => (
            format!(
                "名录改由根密钥 {next} 签名，此前为 {before}：只信任原根密钥的核验方，对库中状态为有效或暂扣的 {usable} 张（含已过有效期的）一律无从判定"
            ),
            format!(
                "root key {next} has signed it, and {before} the one before: who trusts only that one can tell of none of the {usable} certificates that are valid or suspended, whatever their term"
            ),
        ),
    };
    Names { zh, en }
}

/// What comes of a right that a key loses.
fn of_use((key, agency): (&KeyId, &Uscc), uses: Uses, usable: u64) -> (String, String) {
    let (zh, en) = match (uses.include(Uses::SEAL), uses.include(Uses::CERTIFICATE)) {
        (true, true) => (("二维码和证照文件", "二维码和文件"), ("seals and certificates", "QR codes and files")),
        (true, false) => (("二维码", "二维码"), ("seals", "QR codes")),
        (false, _) => (("证照文件", "文件"), ("certificates", "files")),
    };
    (
        format!(
            "机构 {agency} 的密钥 {key} 不再有权签署{}：其已签发证照的{}，核验一律不予接受（该机构在此密钥有效期内签发、状态为有效或暂扣的共 {usable} 张，含已过有效期的）；停用的密钥应保留其用途，写明 until",
            zh.0, zh.1
        ),
        format!(
            "key {key} of agency {agency} may sign no {} any more: counters refuse the {} of what it signed (valid or suspended certificates, whatever their term, that the agency issued in its time: {usable}); a key that signs no more keeps its uses, with `until`",
            en.0, en.1
        ),
    )
}
