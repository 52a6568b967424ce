//! `kanhe manifest sign`: a region's agencies, keys and types, from a TOML description.

use super::recognition::{day, read_toml, region};
use super::{Ended, Voice, clock, key};
use crate::cli::{ManifestVerb, TypesArg};
use crate::failure::Failure;
use crate::words::{Language, Words, counted};
use crate::{files, shipped};
use kanhe_core::code::Uscc;
use kanhe_core::envelope::{Document, Envelope, sign_to_cose_by};
use kanhe_core::key::PublicKeyLine;
use kanhe_core::kind::{Kind, Label};
use kanhe_core::manifest::{Agency, AgencyKey, Contents, DictionaryDigest, Manifest, Uses};
use serde::Deserialize;
use std::path::Path;

/// A description has at most so many bytes: thousands of agencies.
const LARGEST_DESCRIPTION: usize = 4 << 20;

/// A signed manifest has at most so many bytes.
const LARGEST_MANIFEST: usize = 16 << 20;

/// A region, as its officers write it down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    /// Six digits of GB/T 2260.
    region: String,
    /// What people call it.
    names: Names,
    /// Rises with every change.
    edition: u32,
    /// Days after which the manifest must be signed again.
    valid_days: u16,
    /// The types that its agencies issue.
    types: Vec<TypeDescription>,
    /// The agencies.
    agencies: Vec<AgencyDescription>,
}

/// The same words in Chinese and English.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    zh: String,
    en: String,
}

/// A type and its number in this region, which is never given to another.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeDescription {
    index: u16,
    code: String,
}

/// An issuing authority.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgencyDescription {
    /// Its USCC.
    code: String,
    /// What people call it.
    names: Names,
    /// Where its status lists are published, without the number.
    status_uri: String,
    /// The types that it may issue, by index.
    types: Vec<u16>,
    /// Its keys, old ones too.
    keys: Vec<KeyDescription>,
}

/// A key of an agency.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyDescription {
    /// The public line, as `kanhe key public` prints it.
    public: String,
    /// What it may sign: seal, certificate, status.
    uses: Vec<Use>,
    /// The first day of issue that it may sign for.
    from: String,
    /// The last such day; none while it is in use.
    until: Option<String>,
    /// Of a stolen key: what it signed counts only if the region's log has it before this index.
    counts_before: Option<u64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Use {
    Seal,
    Certificate,
    Status,
}

/// Does what the verb asks for.
pub fn run(verb: ManifestVerb, voice: Voice) -> Result<Ended, Failure> {
    let ManifestVerb::Sign { input, out, key, types, at } = verb;
    let text = files::read(&input, LARGEST_DESCRIPTION)?;
    let described: Description = read_toml(&input, &text)?;
    let in_file = |failure: Failure| failure.within(input.display());
    let issued = clock::moment(at.as_deref())?;
    let kinds = kinds(&described.types, &types).map_err(in_file)?;
    let contents = Contents {
        region: region(&described.region).map_err(in_file)?,
        names: label(&described.names),
        edition: described.edition,
        issued,
        expires: clock::days_after(issued, described.valid_days),
        agencies: described.agencies.iter().map(agency).collect::<Result<_, _>>().map_err(in_file)?,
        dictionaries: dictionaries(&types)?,
        kinds,
    };
    let manifest = Manifest::new(contents).map_err(|error| Failure::new(error.code(), error))?;
    let key = key::open(&key)?;
    files::write(&out, &sign_to_cose_by(key.key(), Manifest::TYPE, &manifest.encode()).map_err(key::unsigned)?)?;
    let (agencies, kinds) = (manifest.agencies.len(), manifest.kinds.len());
    voice.say(&serde_json::json!({ "manifest": out, "agencies": agencies, "types": kinds }), |language| match language {
        Language::Chinese => format!("机构名录已签名：{}（{agencies} 个机构，{kinds} 类证照）", out.display()),
        Language::English => {
            let (agencies, kinds) = (counted(agencies, "agency", "agencies"), counted(kinds, "type", "types"));
            format!("manifest signed: {} ({agencies}, {kinds})", out.display())
        }
    });
    Ok(Ended::Well)
}

/// Reads our own manifest, to issue under it. Who reads it this way believes nothing of it: what is issued is proofread against a pack.
pub fn read(path: &Path) -> Result<Manifest, Failure> {
    let bytes = files::read(path, LARGEST_MANIFEST)?;
    let read = Envelope::decode(&bytes).and_then(|envelope| envelope.read_unchecked::<Manifest>());
    let hint = Words::new("机构名录由 kanhe manifest sign 生成。", "A manifest is made by `kanhe manifest sign`.");
    read.map_err(|error| Failure::new(error.code(), error).within(path.display()).hint(hint))
}

fn kinds(described: &[TypeDescription], types: &TypesArg) -> Result<Vec<Kind>, Failure> {
    let catalogue = shipped::catalogue(types)?;
    let find = |wanted: &TypeDescription| {
        let hint = Words::new("kanhe type list 列出可用的类型。", "`kanhe type list` lists the types there are.");
        let kind = catalogue.find(&wanted.code);
        kind.map(|kind| kind.to_kind(wanted.index))
            .ok_or_else(|| Failure::new("type_unknown", format!("there is no type {}", wanted.code)).hint(hint))
    };
    described.iter().map(find).collect()
}

/// All that are at hand, also those that no type packs with any more: old seals are read with them.
fn dictionaries(types: &TypesArg) -> Result<Vec<DictionaryDigest>, Failure> {
    let all = shipped::dictionaries(types.dictionaries.as_deref())?;
    Ok(all.iter().map(|dictionary| DictionaryDigest { id: dictionary.id(), digest: dictionary.digest() }).collect())
}

fn agency(described: &AgencyDescription) -> Result<Agency, Failure> {
    let of_agency = |failure: Failure| failure.within(format!("agency {} {}", described.code, described.names.zh));
    Ok(Agency {
        code: Uscc::parse(&described.code).map_err(|error| Failure::new("toml_agency", error)).map_err(of_agency)?,
        names: label(&described.names),
        keys: described.keys.iter().map(agency_key).collect::<Result<_, _>>().map_err(of_agency)?,
        status_uri: described.status_uri.trim_end_matches('/').to_owned(),
        kinds: described.types.clone(),
    })
}

fn agency_key(described: &KeyDescription) -> Result<AgencyKey, Failure> {
    let hint = Words::new(
        "public 处应写 .pub 文件中的那一行公钥本身，而不是文件名。",
        "The line that stands in the .pub file itself goes to `public`, not the file's name.",
    );
    let line = PublicKeyLine::parse(&described.public).map_err(|error| Failure::new(error.code(), error).hint(hint))?;
    let one = |one: &Use| match one {
        Use::Seal => Uses::SEAL,
        Use::Certificate => Uses::CERTIFICATE,
        Use::Status => Uses::STATUS,
    };
    let uses = described
        .uses
        .iter()
        .map(one)
        .reduce(Uses::and)
        .ok_or_else(|| Failure::new("toml_key_uses", "a key is for seal, certificate or status"))?;
    let (from, until) = (day(&described.from)?, described.until.as_deref().map(day).transpose()?);
    Ok(AgencyKey { key: *line.key(), uses, from, until, counts_before: described.counts_before })
}

fn label(names: &Names) -> Label {
    Label { zh: names.zh.clone(), en: names.en.clone() }
}
