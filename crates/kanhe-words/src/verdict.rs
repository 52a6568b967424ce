//! The sentences at the counter: the steps, the reason, and what to do next.

use crate::{Sentence, Words, label, moment};
use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::code::RegionCode;
use kanhe_core::envelope::DocumentType;
use kanhe_core::pack::{Pack, Region, Unknown};
use kanhe_core::qr::QrError;
use kanhe_core::recognition::Row;
use kanhe_core::status::State;
use kanhe_core::verdict::{Advice, Reason, Step};

/// What a step looks at, named so that it reads rightly whether it passed, failed or was never reached.
pub(crate) const fn step(step: Step) -> Words {
    match step {
        Step::Read => Words::new("证照码", "Code"),
        Step::Issuer => Words::new("颁发机构", "Issuing agency"),
        Step::Signature => Words::new("签名", "Signature"),
        Step::Scope => Words::new("颁发权限", "Right to issue"),
        Step::Standing => Words::new("已知状态", "Status as far as known"),
        Step::Clock => Words::new("核验时刻", "Moment of the check"),
        Step::Validity => Words::new("有效期", "Time in force"),
        Step::Content => Words::new("照面信息", "Content"),
        Step::Recognition => Words::new("互认范围", "Recognition here"),
        Step::Freshness => Words::new("数据时效", "Age of what we know"),
    }
}

/// Whose word the moment of a verification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The clock of a device at a counter: whoever reads the answer can set it.
    Device,
    /// The clock of a service: whoever reads the answer is elsewhere.
    Service,
    /// Somebody named a moment: no clock can be wrong about it.
    Named,
}

/// Where an answer is given: whose pack is asked, and what its reader can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the device before the reader.
    Device,
    /// At a service that an app has asked for him.
    Service,
}

impl Place {
    /// What its pack and its clock are called: in Chinese, and in English within a sentence.
    const fn words(self) -> Words {
        match self {
            Self::Device => Words::new("本机", "this device"),
            Self::Service => Words::new("本服务", "the service"),
        }
    }

    /// In English at the head of a sentence.
    const fn headed(self) -> &'static str {
        match self {
            Self::Device => "This device",
            Self::Service => "The service",
        }
    }
}

/// Why a certificate is not accepted, by this pack.
pub(crate) fn reason(reason: &Reason<'_>, pack: &Pack, place: Place, clock: Clock) -> Sentence {
    let name = |region: &RegionCode| region_name(region, pack);
    let (here, Words { zh, en }) = (place.headed(), place.words());
    match reason {
        Reason::Unreadable(QrError::OtherDocument { found }) => {
            let (zh, en) = document(*found);
            Sentence::new(format!("这是{zh}，不是证照码。"), format!("This is {en}, and no certificate's seal."))
        }
        Reason::Unreadable(QrError::SeveralSeals) => {
            Sentence::new("文字中有不止一个证照码，未作核验。", "The text holds the codes of several certificates; none was checked.")
        }
        Reason::Unreadable(QrError::TextBehind) => Sentence::new(
            "证照码之后还有别的内容，未作核验。",
            "Something else was scanned after the certificate's code; nothing was checked.",
        ),
        Reason::Unreadable(QrError::NoSeal) => {
            Sentence::new("其中没有勘合证照码，无从判定。", "There is no certificate's code of ours in this: nothing here can be judged.")
        }
        Reason::Unreadable(QrError::UnknownFormat { .. }) => Sentence::new(
            "此码的格式未知：读取有误，或由更新的版本签发。",
            "The format of this code is not known here: it was misread, or is newer than this program.",
        ),
        Reason::Unreadable(error) => Sentence::new(
            "此码读取不完整或有误，未作核验。",
            format!("The code was read incompletely or wrongly, and not checked: {error}."),
        ),
        Reason::Damaged { .. } => Sentence::new(
            "此码读取不完整或有误，未作核验。",
            "The code was read incompletely or wrongly, and not checked: what was read has not the form of a seal.",
        ),
        Reason::IssuerUnknown { key_id } => Sentence::new(
            format!("{zh}的证照包中没有持有该密钥（{key_id}）的颁发机构。"),
            format!("No agency in {en}'s pack has the key {key_id} that this code names."),
        ),
        Reason::Forged { agency, .. } => Sentence::new(
            format!("签名不符：内容被改动，或不是{}签发。", agency.zh),
            format!("The signature does not match: the content was altered, or {} never signed it.", agency.en),
        ),
        Reason::Malformed => Sentence::new("签名属实，但内容不合规范。", "The signature holds, but what was signed is malformed."),
        Reason::KeyNotForSeals { agency, .. } => Sentence::new(
            format!("签名密钥不是{}用于签发证照的密钥。", agency.zh),
            format!("The key that signed is not one with which {} issues certificates.", agency.en),
        ),
        Reason::OutsideKeyWindow { issued, from, until: Some(until) } => Sentence::new(
            format!("签发日期 {issued} 不在签名密钥的使用期内（{from} 至 {until}）。"),
            format!("Issued on {issued}, outside the time in which the signing key was in use (from {from} until {until})."),
        ),
        Reason::OutsideKeyWindow { issued, from, until: None } => Sentence::new(
            format!("签发日期 {issued} 不在签名密钥的使用期内（自 {from} 起）。"),
            format!("Issued on {issued}, outside the time in which the signing key was in use (from {from})."),
        ),
        Reason::OutOfScope { agency, .. } => Sentence::new(
            format!("{}无权颁发此类证照。", agency.zh),
            format!("{} has no right to issue this type of certificate.", agency.en),
        ),
        Reason::KeyStolen { agency, .. } => Sentence::new(
            format!("签名密钥已从{}失窃，此码不在失窃前签发之列。", agency.zh),
            format!("The signing key was stolen from {}, and this is none of the certificates that it had signed before.", agency.en),
        ),
        Reason::SurvivorsUnknown { agency, .. } => Sentence::new(
            format!("{}的签名密钥已失窃；{zh}的证照包未载失窃前签发的清单。", agency.zh),
            format!("The signing key of {} was stolen, and {en}'s pack does not say what it had signed before.", agency.en),
        ),
        Reason::FileNotAmongSurvivors { agency, .. } => Sentence::new(
            format!("{}的签名密钥已失窃，此文件不在失窃前签发之列；除非其证照类型此后有变。", agency.zh),
            format!(
                "The signing key of {} was stolen, and this file is none of what it had signed before, unless the type has changed since.",
                agency.en
            ),
        ),
        Reason::KindUnknown { region, kind } => Sentence::new(
            format!("{zh}的证照包不认识{}的第 {kind} 类证照。", name(region).zh),
            format!("{here}'s pack does not know type {kind} of {}.", name(region).en),
        ),
        Reason::Forbidden { state, as_of } => forbidden(*state, *as_of),
        Reason::ClockBehind { at, pack } => behind(&moment(*at), &moment(*pack), clock),
        Reason::Expired { until, day } => {
            let today = today(*day, clock);
            Sentence::new(format!("证照已于 {until} 到期，{}。", today.zh), format!("The certificate ended on {until}; {}.", today.en))
        }
        Reason::NotYetInForce { from, day } => {
            let today = today(*day, clock);
            Sentence::new(
                format!("证照自 {from} 起生效，{}。", today.zh),
                format!("The certificate is in force from {from}; {}.", today.en),
            )
        }
        Reason::Unpackable(error) => Sentence::new(
            format!("签名属实，但{zh}的证照包无法解读照面信息。"),
            format!("The signature holds, but {en}'s pack cannot read the content: {error}."),
        ),
        Reason::DictionaryUnknown { dictionary, .. } => {
            Sentence::new(format!("{zh}的证照包缺少字典 {dictionary}。"), format!("{here}'s pack lacks dictionary {dictionary}."))
        }
        Reason::TypeNotRecognised { region, here, .. } => Sentence::new(
            format!("证照属实，但{}未互认{}的此类证照。", name(here).zh, name(region).zh),
            format!("Genuine, but {} does not recognise this type of certificate of {}.", name(here).en, name(region).en),
        ),
        Reason::SceneNotRecognised { here, scene, recognised } => not_for_scene(&name(here), scene.as_deref(), recognised),
        Reason::RecognitionStale { here, expires } => Sentence::new(
            format!("{}的互认目录应于{}前更新。", name(here).zh, moment(*expires).zh),
            format!("The table of recognition of {} was to be renewed by {}.", name(here).en, moment(*expires).en),
        ),
        Reason::PackStale { expires, .. } => Sentence::new(
            format!("{zh}的证照包应于{}前更新，现已过期。", moment(*expires).zh),
            format!("{here}'s pack was to be renewed by {}.", moment(*expires).en),
        ),
        Reason::ManifestStale { region, expires, .. } => Sentence::new(
            format!("{}的机构名录应于{}前更新。", name(region).zh, moment(*expires).zh),
            format!("The list of agencies of {} was to be renewed by {}.", name(region).en, moment(*expires).en),
        ),
        Reason::StatusStale { as_of, .. } => Sentence::new(
            format!("证照属实，但其状态仅知截至{}，已超过允许的时限。", moment(*as_of).zh),
            format!("Genuine, but its status is known only as of {}, which is too long ago for this type.", moment(*as_of).en),
        ),
        Reason::StatusUnknown { why: Unknown::NoList { .. } | Unknown::NoEntry { .. } } => {
            Sentence::new(format!("证照属实，但{zh}没有它的状态信息。"), format!("Genuine, but {en} has no status of it."))
        }
    }
}

/// What a signed document is called at the counter.
const fn document(document: DocumentType) -> (&'static str, &'static str) {
    match document {
        DocumentType::Seal => ("证照码", "a seal"),
        DocumentType::Certificate => ("证照文件", "a certificate file"),
        DocumentType::StatusList => ("状态清单", "a status list"),
        DocumentType::Manifest => ("机构名录", "a manifest"),
        DocumentType::Recognition => ("互认目录", "a table of recognition"),
        DocumentType::Pack => ("证照包", "a pack"),
        DocumentType::Survivors => ("失窃密钥的存续清单", "a list of survivors"),
    }
}

/// What a clerk does next.
pub(crate) const fn next(reason: &Reason<'_>, place: Place, clock: Clock) -> Words {
    match place {
        Place::Device => next_on_device(reason, clock),
        Place::Service => match next_by_app(reason, clock) {
            Some(words) => words,
            None => next_on_device(reason, clock),
        },
    }
}

/// What differs for a clerk whose app has asked a service: neither its pack nor its clock is his, and there are no options.
const fn next_by_app(reason: &Reason<'_>, clock: Clock) -> Option<Words> {
    let words = match reason {
        Reason::Unreadable(QrError::OtherDocument { .. }) => Words::new(
            "请扫描证照上的二维码；此文件不能据以办事。",
            "Scan the QR code of the licence itself; nobody may rely on this file.",
        ),
        Reason::Unreadable(QrError::UnknownFormat { .. }) => Words::new(
            "重新扫描一次，或待本服务升级后再验；不要当作伪造。",
            "Scan again, or once more when the service is a newer one; do not call it forged.",
        ),
        Reason::IssuerUnknown { .. } => Words::new(
            "不要当作伪造；重新扫描一次，或待本服务的证照包更新后再验，或向颁发机构查询。",
            "Do not call it forged: scan again, or once more when the service has a newer pack, or ask the issuing agency.",
        ),
        Reason::SurvivorsUnknown { .. } => Words::new(
            "待本服务的证照包更新后再验；在此之前向颁发机构查询。",
            "Scan again when the service has a newer pack; until then ask the issuing agency.",
        ),
        Reason::ClockBehind { .. } if matches!(clock, Clock::Named) => Words::new("给出较晚的时刻。", "Name a later moment."),
        Reason::ClockBehind { .. } => {
            Words::new("请告知本服务的运维人员校准时钟。", "Tell whoever runs the service to set its clock, and scan again.")
        }
        Reason::Expired { .. } if !matches!(clock, Clock::Named) => Words::new(
            "不予接受；请持证人办理延续。若日期不对，请告知本服务的运维人员。",
            "Do not accept it; the holder can renew it. If the day is wrong, tell whoever runs the service.",
        ),
        Reason::NotYetInForce { .. } if !matches!(clock, Clock::Named) => Words::new(
            "生效之前不予接受。若日期不对，请告知本服务的运维人员。",
            "Do not accept it before that day. If the day is wrong, tell whoever runs the service.",
        ),
        Reason::KindUnknown { .. } | Reason::Unpackable(_) | Reason::DictionaryUnknown { .. } => {
            Words::new("待本服务的证照包更新后再验。", "Scan again when the service has a newer pack.")
        }
        Reason::SceneNotRecognised { scene: None, .. } => Words::new(
            "请给出用证场景后再验；若为其他场景，可请持证人提供其他材料。",
            "Name the use scene and ask again; for any other use ask for other papers.",
        ),
        Reason::RecognitionStale { .. } | Reason::PackStale { .. } | Reason::ManifestStale { .. } | Reason::StatusStale { .. } => {
            Words::new(
                "待本服务的证照包更新后再验；请告知本服务的运维人员。",
                "Scan again when the service has a newer pack, and tell whoever runs it.",
            )
        }
        Reason::StatusUnknown { .. } => Words::new(
            "待本服务的证照包更新后再验，或向颁发机构查询。",
            "Scan again when the service has a newer pack, or ask the issuing agency.",
        ),
        _ => return None,
    };
    Some(words)
}

const fn next_on_device(reason: &Reason<'_>, clock: Clock) -> Words {
    match reason {
        Reason::Unreadable(QrError::OtherDocument { .. }) => Words::new(
            "请扫描证照上的二维码；此文件可用 kanhe inspect 查看，但不能据以办事。",
            "Scan the QR code of the licence itself; `kanhe inspect` shows this file, and nobody may rely on it.",
        ),
        Reason::Unreadable(QrError::SeveralSeals | QrError::TextBehind) => {
            Words::new("清空输入框，然后只扫描一个证照码。", "Empty the field, and scan one certificate's code alone.")
        }
        Reason::Unreadable(QrError::NoSeal) => Words::new(
            "请扫描证照上的二维码；其他系统的证照到其系统核验，仅凭编号或网址不能证明真伪。",
            "Scan the QR code on the licence; one of another system is verified there. A number or an address alone proves nothing.",
        ),
        Reason::Unreadable(QrError::UnknownFormat { .. }) => Words::new(
            "重新扫描一次，或更新本程序后再验；不要当作伪造。",
            "Scan again, or update this program and try again; do not call it forged.",
        ),
        Reason::Unreadable(_) | Reason::Damaged { .. } => Words::new(
            "清空输入框，用扫描设备重新扫描；仍不能读取的，不要据以办事，也不要当作伪造，请持证人出示原件。",
            "Empty the field and scan again with a scanner; if it still cannot be read, do not rely on it, nor call it forged: ask for the original.",
        ),
        Reason::IssuerUnknown { .. } => Words::new(
            "不要当作伪造；重新扫描一次，或更新证照包后再验，或向颁发机构查询。",
            "Do not call it forged: scan again, or update the pack and try again, or ask the issuing agency.",
        ),
        Reason::Forged { .. } => Words::new(
            "不予接受；若为手工输入，先用扫描设备再扫一次，结果相同则留存此码并按规定报告。",
            "Do not accept it. If it was typed, scan it first; if the answer stays the same, keep the code and report it.",
        ),
        Reason::Malformed => Words::new("不予接受；留存此码并按规定报告。", "Do not accept it; keep the code and report it."),
        Reason::KeyNotForSeals { .. } | Reason::OutsideKeyWindow { .. } | Reason::OutOfScope { .. } => {
            Words::new("不予接受；向颁发机构的主管部门报告。", "Do not accept it; report it to the agency's supervisor.")
        }
        Reason::KeyStolen { .. } => Words::new("不予接受；留存此码并按规定报告。", "Do not accept it; keep the code and report it."),
        Reason::SurvivorsUnknown { .. } => {
            Words::new("更新证照包后再验；在此之前向颁发机构查询。", "Update the pack and scan again; until then ask the issuing agency.")
        }
        Reason::FileNotAmongSurvivors { .. } => Words::new(
            "请扫描证照上的二维码，以其结果为准；只有文件的，不予接受。",
            "Scan the QR code on the certificate and go by its answer; do not accept the file alone.",
        ),
        Reason::Forbidden { state: State::Superseded, .. } => Words::new("请持证人出示新版本。", "Ask the holder for the newer version."),
        Reason::Forbidden { state: State::Suspended, .. } => {
            Words::new("暂不接受；发还后可再用。", "Do not accept it now; it can come back into force.")
        }
        Reason::Forbidden { state: State::Transferred, .. } => {
            Words::new("请持证人出示转入地区颁发的证照。", "Ask the holder for the certificate of the region it was transferred to.")
        }
        Reason::Forbidden { .. } => Words::new("不予接受。", "Do not accept it."),
        Reason::ClockBehind { .. } if matches!(clock, Clock::Named) => {
            Words::new("给出较晚的时刻，或使用当时的证照包。", "Name a later moment, or use a pack of that time.")
        }
        Reason::ClockBehind { .. } => Words::new("校准本机时钟后再验。", "Set this device's clock and scan again."),
        Reason::Expired { .. } if matches!(clock, Clock::Named) => {
            Words::new("不予接受；请持证人办理延续。", "Do not accept it; the holder can renew it.")
        }
        Reason::NotYetInForce { .. } if matches!(clock, Clock::Named) => {
            Words::new("生效之前不予接受。", "Do not accept it before that day.")
        }
        Reason::Expired { .. } => Words::new(
            "不予接受；请持证人办理延续。若日期不对，请校准本机时钟。",
            "Do not accept it; the holder can renew it. If the day is wrong, set this device's clock.",
        ),
        Reason::NotYetInForce { .. } => Words::new(
            "生效之前不予接受。若日期不对，请校准本机时钟。",
            "Do not accept it before that day. If the day is wrong, set this device's clock.",
        ),
        Reason::KindUnknown { .. } | Reason::Unpackable(_) | Reason::DictionaryUnknown { .. } => {
            Words::new("更新证照包后再验。", "Update the pack and scan again.")
        }
        Reason::TypeNotRecognised { .. } => {
            Words::new("按未互认证照办理，可请持证人提供其他材料。", "Treat it as not recognised here; ask for other papers.")
        }
        Reason::SceneNotRecognised { scene: None, .. } => Words::new(
            "用 --scene 给出用证场景后再验；若为其他场景，可请持证人提供其他材料。",
            "Run again with --scene and the use; for any other use ask for other papers.",
        ),
        Reason::SceneNotRecognised { .. } => {
            Words::new("核对用证场景；此场景可请持证人提供其他材料。", "Check the use scene; for this one ask for other papers.")
        }
        Reason::RecognitionStale { .. } | Reason::PackStale { .. } | Reason::ManifestStale { .. } | Reason::StatusStale { .. } => {
            Words::new(
                "更新证照包后再验；若不能联网，用存储盘拷入新包。",
                "Update the pack and scan again; without a network, copy a new one from a stick.",
            )
        }
        Reason::StatusUnknown { .. } => {
            Words::new("更新证照包后再验，或向颁发机构查询。", "Update the pack and scan again, or ask the issuing agency.")
        }
    }
}

/// What to know of a certificate although it is accepted.
pub(crate) fn advice(advice: &Advice, place: Place) -> Sentence {
    match advice {
        Advice::StatusAmber { age } if place == Place::Service => Sentence::new(
            format!("状态信息已有 {}，本服务的证照包有待更新。", crate::age(*age).zh),
            format!("What we know of its status is {} old; the service should have a newer pack.", crate::age(*age).en),
        ),
        Advice::StatusAmber { age } => Sentence::new(
            format!("状态信息已有 {}，建议更新证照包。", crate::age(*age).zh),
            format!("What we know of its status is {} old; update the pack when you can.", crate::age(*age).en),
        ),
        Advice::EndsSoon { until } => Sentence::new(format!("证照将于 {until} 到期。"), format!("It ends on {until}.")),
    }
}

fn forbidden(state: State, as_of: Timestamp) -> Sentence {
    let (zh, en) = match state {
        State::Valid => ("有效", "in force"),
        State::Revoked => ("被吊销", "revoked"),
        State::Suspended => ("被暂扣", "suspended"),
        State::Annulled => ("被撤销", "annulled"),
        State::Cancelled => ("已注销", "cancelled"),
        State::Transferred => ("已转出", "transferred to another region"),
        State::Superseded => ("已被新版本取代", "superseded by a newer version"),
    };
    let as_of = moment(as_of);
    Sentence::new(format!("证照{zh}（截至{}）。", as_of.zh), format!("The certificate is {en} (as of {}).", as_of.en))
}

/// Recognised, but not for everything: which uses, and from when to when.
fn not_for_scene(here: &Sentence, scene: Option<&str>, rows: &[&Row]) -> Sentence {
    let terms = |all: &str, until: &str, open: &str| {
        let row_words = |row: &&Row| {
            let scenes = if row.scenes.is_empty() { all.to_owned() } else { row.scenes.join(", ") };
            format!("{scenes} ({} – {})", row.from, row.until.map_or_else(|| open.to_owned(), |day| format!("{until}{day}")))
        };
        rows.iter().map(row_words).collect::<Vec<_>>().join("; ")
    };
    let (zh, en) = (terms("全部场景", "至 ", "长期"), terms("every scene", "until ", "without end"));
    match scene {
        None if rows.iter().any(|row| row.scenes.is_empty()) => Sentence::new(
            format!("证照属实，但{}在此日期未互认此类证照；互认：{zh}。", here.zh),
            format!("Genuine, but {} does not recognise it on this day; recognised: {en}.", here.en),
        ),
        None => Sentence::new(
            format!("证照属实，{}仅在指明的场景互认此类证照，而未给出场景。互认：{zh}。", here.zh),
            format!("Genuine, and recognised in {} only for named uses, while none was named. Recognised: {en}.", here.en),
        ),
        Some(scene) => Sentence::new(
            format!("证照属实，但{}未在场景“{scene}”下互认；互认：{zh}。", here.zh),
            format!("Genuine, but {} does not recognise it for scene \"{scene}\"; recognised: {en}.", here.en),
        ),
    }
}

fn behind(at: &Sentence, pack: &Sentence, clock: Clock) -> Sentence {
    let by_own = |zh: &str, en: &str| {
        Sentence::new(
            format!("{zh}时钟（{}）早于证照包的制作时间（{}），时钟有误。", at.zh, pack.zh),
            format!("{en}'s clock ({}) is earlier than the pack it holds ({}): the clock is wrong.", at.en, pack.en),
        )
    };
    match clock {
        Clock::Device => by_own(Place::Device.words().zh, Place::Device.headed()),
        Clock::Service => by_own(Place::Service.words().zh, Place::Service.headed()),
        Clock::Named => Sentence::new(
            format!("所给时刻（{}）早于证照包的制作时间（{}），此包无从判断。", at.zh, pack.zh),
            format!("The moment named ({}) is earlier than the pack ({}), which cannot speak of it.", at.en, pack.en),
        ),
    }
}

fn today(day: Date, clock: Clock) -> Sentence {
    match clock {
        Clock::Device => Sentence::new(format!("今天是 {day}"), format!("this device says today is {day}")),
        Clock::Service => Sentence::new(format!("今天是 {day}"), format!("the service says today is {day}")),
        Clock::Named => Sentence::new(format!("所给日期是 {day}"), format!("the day named is {day}")),
    }
}

/// What people call a region, where the pack knows it.
fn region_name(region: &RegionCode, pack: &Pack) -> Sentence {
    let known = pack.regions().iter().map(Region::manifest).find(|manifest| manifest.region == *region);
    known.map_or_else(|| Sentence::new(format!("地区 {region} "), format!("region {region}")), |manifest| label(&manifest.names))
}
