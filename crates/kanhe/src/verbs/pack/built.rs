//! What is said of a pack that was built: what is in it, what a counter will miss, and what it takes back.

use super::theft::{self, Theft};
use crate::failure::Failure;
use crate::words::{self, Language, counted};
use kanhe_core::manifest::Agency;
use kanhe_core::pack::{Pack, Region, StepBack};
use kanhe_core::status::StatusList;
use serde_json::{Value, json};
use std::path::Path;

/// A pack that stands.
pub struct Built<'b> {
    /// Where.
    pub out: &'b Path,
    /// What it says.
    pub pack: &'b Pack,
    /// How long it is.
    pub bytes: usize,
    /// What it takes back, for somebody means it.
    pub steps_back: Vec<StepBack>,
    /// Why the file that was there did not open, if it did not.
    pub unopened: Option<Failure>,
}

impl Built<'_> {
    /// For machines.
    pub fn json(&self) -> Value {
        let Self { out, pack, bytes, .. } = self;
        let (lists, rows) = parts(pack);
        json!({
            "pack": out, "bytes": bytes, "epoch": pack.epoch(), "regions": pack.regions().len(), "manifests": pack.regions().len(),
            "recognitions": usize::from(pack.recognition().is_some()), "recognition_rows": rows, "status_lists": lists,
            "status_lists_out_of_term": out_of_term(pack).map(|(_, list)| list.uri()).collect::<Vec<_>>(),
            "agencies_without_status_lists": agencies_without_lists(pack).iter().map(|agency| agency.code.as_str()).collect::<Vec<_>>(),
            "stolen_keys_without_survivors": without_survivors(pack).map(|theft| theft.key.key.id().to_string()).collect::<Vec<_>>(),
            "taken_back": self.steps_back.iter().map(|step| json!({ "code": step.code(), "what": step.to_string() })).collect::<Vec<_>>(),
            "not_compared": self.unopened.iter().map(|failure| json!({ "pack": out, "code": failure.code() })).collect::<Vec<_>>(),
        })
    }

    /// For people.
    pub fn words(&self, language: Language) -> String {
        let Self { out, pack, bytes, .. } = self;
        let (out, epoch, manifests, (lists, rows)) = (out.display(), pack.epoch(), pack.regions().len(), parts(pack));
        let mut lines = vec![match language {
            Language::Chinese => {
                format!(
                    "证照包已生成：{out}（第 {epoch} 期，{bytes} 字节；机构名录 {manifests} 份，互认条目 {rows} 条，状态清单 {lists} 份）"
                )
            }
            Language::English => format!(
                "pack built: {out} (epoch {epoch}, {bytes} bytes; {}, {}, {})",
                counted(manifests, "manifest", "manifests"),
                counted(rows, "row of recognition", "rows of recognition"),
                counted(lists, "status list", "status lists"),
            ),
        }];
        lines.extend(agencies_without_lists(pack).iter().map(|agency| match language {
            Language::Chinese => format!("! 机构 {} {}没有状态清单：其证照在柜台均为“此处无法判定”。", agency.code, agency.names.zh),
            Language::English => {
                format!(
                    "! agency {} {} has no status list: a counter cannot tell of any of its certificates.",
                    agency.code, agency.names.en
                )
            }
        }));
        lines.extend(out_of_term(pack).map(|(agency, list)| {
            let (uri, issued, expires) = (list.uri(), words::moment(list.issued()), words::moment(list.expires()));
            match language {
                Language::Chinese => format!(
                    "! 机构 {} 的状态清单 {uri}（{} 至 {}）在证照包生成时不在期限内：其上的证照在柜台均为“此处无法判定”。",
                    agency.code, issued.zh, expires.zh
                ),
                Language::English => format!(
                    "! the status list {uri} of agency {} ({} to {}) is not in its term when the pack is made: a counter cannot tell of any certificate on it.",
                    agency.code, issued.en, expires.en
                ),
            }
        }));
        lines.extend(without_survivors(pack).map(|theft| match language {
            Language::Chinese => format!("! 失窃密钥 {} 没有失窃前签发的清单：其证照在柜台均为“此处无法判定”。", theft.key.key.id()),
            Language::English => {
                format!(
                    "! the stolen key {} has no list of survivors: a counter cannot tell of any of its certificates.",
                    theft.key.key.id()
                )
            }
        }));
        lines.extend(self.unopened.iter().map(|failure| unopened_words(failure, language)));
        lines.extend(self.steps_back.iter().map(|step| step_words(step, language)));
        lines.join("\n")
    }
}

/// A part that is taken back.
fn step_words(step: &StepBack, language: Language) -> String {
    let detail = step.to_string();
    match language {
        Language::Chinese => format!("! 已按 --anyway 退回：{}", words::in_chinese(&detail).unwrap_or(detail)),
        Language::English => format!("! taken back, as --anyway says: {detail}"),
    }
}

/// That the file that was written over did not open.
fn unopened_words(failure: &Failure, language: Language) -> String {
    let code = failure.code();
    match language {
        Language::Chinese => format!("! 原文件无法打开（{code}）：已按 --anyway 不与其比较。"),
        Language::English => {
            format!("! the file that was there does not open ({code}): the pack is not held against it, as --anyway says.")
        }
    }
}

/// The agencies of whose certificates nobody will know the status.
fn agencies_without_lists(pack: &Pack) -> Vec<&Agency> {
    let silent = |region: &'_ Region, place: usize| region.status_lists().all(|(agency, _)| agency != place);
    let of_region = |region| {
        let agencies = Region::manifest(region).agencies.iter().enumerate();
        agencies.filter(move |(place, _)| silent(region, *place)).map(|(_, agency)| agency)
    };
    pack.regions().iter().flat_map(of_region).collect()
}

/// How many lists, and rows of recognition, a pack has.
fn parts(pack: &Pack) -> (usize, usize) {
    let lists = pack.regions().iter().map(|region| region.status_lists().count()).sum();
    (lists, pack.recognition().map_or(0, |recognition| recognition.rows.len()))
}

/// The lists that say nothing at the moment of the pack: they have run out, or come from the future.
fn out_of_term(pack: &Pack) -> impl Iterator<Item = (&Agency, &StatusList)> {
    let at = pack.issued();
    let of_region = |region| {
        let agencies = &Region::manifest(region).agencies;
        let lists = region.status_lists().map(|(place, list)| (agencies.get(place), &**list));
        lists.filter_map(|(agency, list)| Some((agency?, list)))
    };
    pack.regions().iter().flat_map(of_region).filter(move |(_, list)| list.issued() > at || list.expires() <= at)
}

fn without_survivors(pack: &Pack) -> impl Iterator<Item = Theft<'_>> {
    pack.regions().iter().flat_map(theft::thefts).filter(|theft| theft.survivors.is_none())
}
