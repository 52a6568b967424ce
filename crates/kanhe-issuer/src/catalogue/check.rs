//! From the words of a type file to a type: every member is checked by itself and beside the others, and every defect is kept.

use super::budget::GREATEST_VERSION;
use super::defects::{Defects, size};
use super::error::{CatalogueError, TypeDefect};
use super::kind::{AuthorityLevel, Budget, CertificateKind, DefiningAuthority, HolderCategory, HolderRule, ValidityRule};
use super::type_file::{self, TypeFile};
use super::worst_case::Measure;
use super::{code_set, form, review, seal_profile};
use crate::json::Unique;
use kanhe_core::certificate::{LONGEST_NAME, MOST_HOLDERS};
use kanhe_core::code::{HolderCodeType, Serial, TypeCode, Uscc};
use kanhe_core::kind::{Form, Freshness, Mask};
use sha2::{Digest, Sha256};

/// A type file has at most so many bytes: the largest shipped has 8 kB, and a table of all counties would have 200.
const LARGEST_FILE: usize = 1 << 20;

/// A text number has at most so many characters: the longest seen, of a real-estate title, has about 30.
const LONGEST_NUMBER: u64 = 64;

/// A term has at most so many years: the longest in law is the 70 years of a right to use land.
const LONGEST_YEARS: u64 = 100;

/// Smaller modules are lost in print.
const SMALLEST_MODULE: f64 = 0.4;

/// A masked code of a person keeps at most so many characters: the first 6 and the last 4 of a resident id.
const MOST_KEPT: u64 = 10;

/// Checks one file.
pub(super) fn check(file: &str, bytes: &[u8], measure: &mut Measure<'_>) -> Result<CertificateKind, Vec<CatalogueError>> {
    let mut defects = Defects { file, found: Vec::new() };
    let kind = read(bytes, &mut defects).and_then(|read| build(file, bytes, &read, &mut defects));
    if let Some(kind) = &kind {
        measure.check(kind, &mut defects);
    }
    match kind {
        Some(kind) if defects.found.is_empty() => Ok(kind),
        _ => Err(defects.found),
    }
}

fn read(bytes: &[u8], defects: &mut Defects<'_>) -> Option<TypeFile> {
    if bytes.len() > LARGEST_FILE {
        defects.add("file", TypeDefect::TooLarge { found: bytes.len(), most: LARGEST_FILE });
        return None;
    }
    let read = serde_json::from_slice::<Unique>(bytes).and_then(|_| serde_json::from_slice::<TypeFile>(bytes));
    read.map_err(|error| defects.add("file", TypeDefect::Malformed { reason: error.to_string() })).ok()
}

fn build(file: &str, bytes: &[u8], read: &TypeFile, defects: &mut Defects<'_>) -> Option<CertificateKind> {
    defects.range("edition", u64::from(read.edition), 1, u64::from(u32::MAX));
    let authority = authority(&read.defining_authority, defects);
    let code = type_code(&read.code, authority.as_ref(), defects);
    let names = defects.label("names", &read.names.zh, &read.names.en);
    let holder = holder(&read.holder, defects);
    let validity = validity(&read.validity, defects);
    let number = number(&read.number, defects);
    let freshness = freshness(&read.freshness, defects);
    let schema = form::compile(&read.fields, defects);
    let form = form::check(read, defects);
    let seal = seal_profile::check(&read.seal.fields, &form, &read.fields, defects);
    let budget = budget(&read.seal.budget, defects);
    let review = review::check(read.review.as_ref(), defects);
    let state_codes = code_set::check(&read.state_codes, defects);
    Some(CertificateKind {
        file: file.strip_suffix(".json").unwrap_or(file).to_owned(),
        file_digest: Sha256::digest(bytes).into(),
        source: bytes.into(),
        code: code?,
        edition: read.edition,
        names,
        authority: authority?,
        holder,
        validity: validity?,
        one_valid_per_holder: read.one_valid_per_holder,
        number: number?,
        serial_is_number: read.number.is_serial,
        freshness,
        form,
        dictionary: read.seal.dictionary,
        seal: seal?,
        budget,
        schema: schema?,
        review,
        state_codes,
    })
}

fn authority(read: &type_file::Authority, defects: &mut Defects<'_>) -> Option<DefiningAuthority> {
    let names = defects.label("defining_authority.names", &read.names.zh, &read.names.en);
    let level = match read.level {
        type_file::Level::National => AuthorityLevel::National,
        type_file::Level::Provincial => AuthorityLevel::Provincial,
        type_file::Level::Municipal => AuthorityLevel::Municipal,
        type_file::Level::County => AuthorityLevel::County,
        type_file::Level::Other => AuthorityLevel::Other,
    };
    let code = defects.code("defining_authority.code", Uscc::parse(&read.code))?;
    Some(DefiningAuthority { code, names, level })
}

fn type_code(read: &str, authority: Option<&DefiningAuthority>, defects: &mut Defects<'_>) -> Option<TypeCode> {
    let code = defects.code("code", TypeCode::parse(read))?;
    if let Some(authority) = authority.filter(|authority| code.defining_authority() != authority.code) {
        let (found, wanted) = (code.defining_authority().to_string(), authority.code.to_string());
        defects.add("code", TypeDefect::OtherAuthority { found, wanted });
    }
    Some(code)
}

fn holder(read: &type_file::Holder, defects: &mut Defects<'_>) -> HolderRule {
    let category = match read.category {
        type_file::Category::Person => HolderCategory::Person,
        type_file::Category::Organisation => HolderCategory::Organisation,
    };
    let mask = match read.mask {
        type_file::Mask::Open => Mask::Open,
        type_file::Mask::Keep([first, last]) => Mask::Keep { first, last },
        type_file::Mask::Check => Mask::Check,
    };
    defects.range("holder.code_types", size(read.code_types.len()), 1, size(HolderCodeType::ALL.len()));
    defects.range("holder.most", size(read.most), 1, size(MOST_HOLDERS));
    defects.range("holder.longest_name", size(read.longest_name), 1, size(LONGEST_NAME));
    let code_types = read.code_types.iter().enumerate().filter_map(|(place, text)| {
        let member = format!("holder.code_types[{place}]");
        let code_type = defects.code(&member, HolderCodeType::parse(text))?;
        if code_type.is_organisation() != (category == HolderCategory::Organisation) {
            let category = if category == HolderCategory::Person { "a person" } else { "an organisation" };
            defects.add(member, TypeDefect::HolderCategory { found: text.clone(), category });
        }
        Some(code_type)
    });
    let code_types = code_types.collect();
    if category == HolderCategory::Person {
        check_holder_mask(mask, defects);
    }
    HolderRule { category, code_types, most: read.most, longest_name: read.longest_name, mask }
}

/// An id number has too little entropy to hide behind anything but absence (`docs/THREATS.md`).
fn check_holder_mask(mask: Mask, defects: &mut Defects<'_>) {
    match mask {
        Mask::Open => defects.add("holder.mask", TypeDefect::HolderOpen),
        Mask::Keep { first, last } => {
            let kept = u64::from(first) + u64::from(last);
            if kept > MOST_KEPT {
                defects.add("holder.mask", TypeDefect::MaskShows { kept, length: 18, most: MOST_KEPT });
            }
        }
        Mask::Check => {}
    }
}

fn validity(read: &type_file::Validity, defects: &mut Defects<'_>) -> Option<ValidityRule> {
    match *read {
        type_file::Validity::Term { years: Some(years), days: None } => {
            defects.range("validity.years", u64::from(years), 1, LONGEST_YEARS);
            Some(ValidityRule::Years(years))
        }
        type_file::Validity::Term { years: None, days: Some(days) } => {
            defects.range("validity.days", u64::from(days), 1, u64::from(u16::MAX));
            Some(ValidityRule::Days(days))
        }
        type_file::Validity::Term { .. } => {
            defects.add("validity", TypeDefect::Term);
            None
        }
        type_file::Validity::OpenEnded {} => Some(ValidityRule::OpenEnded),
        type_file::Validity::Given {} => Some(ValidityRule::Given),
    }
}

fn number(read: &type_file::Number, defects: &mut Defects<'_>) -> Option<Form> {
    match (&read.template, read.text) {
        (Some(shape), None) => {
            let template = defects.template("number.template", shape)?;
            // The slots stand for characters that every serial may have, so the shape with its slots filled decides.
            let filled = shape.replace(['#', '@'], "0");
            if read.is_serial && Serial::parse(&filled).is_err() {
                defects.add("number", TypeDefect::NumberIsNoSerial { found: shape.clone() });
            }
            Some(Form::Code(template))
        }
        (None, Some(most)) => {
            defects.range("number.text", u64::from(most), 1, LONGEST_NUMBER);
            if read.is_serial {
                defects.add("number", TypeDefect::NumberIsNoSerial { found: format!("a text of {most}") });
            }
            Some(Form::Text { most })
        }
        (None, None) | (Some(_), Some(_)) => {
            defects.add("number", TypeDefect::NumberForm);
            None
        }
    }
}

fn freshness(read: &type_file::Freshness, defects: &mut Defects<'_>) -> Freshness {
    let (amber, unknown) = (read.amber_hours, read.unknown_hours);
    if amber == 0 || amber >= unknown {
        defects.add("freshness", TypeDefect::Freshness { amber, unknown });
    }
    Freshness { amber: u32::from(amber) * 3600, unknown: u32::from(unknown) * 3600 }
}

fn budget(read: &type_file::Budget, defects: &mut Defects<'_>) -> Budget {
    defects.range("seal.budget.version", u64::from(read.version), 1, u64::from(GREATEST_VERSION));
    if read.module_mm < SMALLEST_MODULE {
        let (found, least) = (read.module_mm.to_string(), SMALLEST_MODULE.to_string());
        defects.add("seal.budget.module_mm", TypeDefect::Module { found, least });
    }
    Budget { version: read.version, module_mm: read.module_mm }
}
