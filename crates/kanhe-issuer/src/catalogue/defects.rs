//! The defects of one type file, as the checks of its members find them.

use super::error::{CatalogueError, TypeDefect};
use kanhe_core::kind::Label;
use kanhe_core::template::Template;
use std::fmt::Display;
use unicode_normalization::is_nfc;

/// An id has at most so many characters.
const LONGEST_ID: usize = 40;

/// The defects of one file.
pub(super) struct Defects<'f> {
    pub(super) file: &'f str,
    pub(super) found: Vec<CatalogueError>,
}

impl Defects<'_> {
    pub(super) fn add(&mut self, member: impl Display, defect: TypeDefect) {
        self.found.push(CatalogueError { file: self.file.to_owned(), member: member.to_string(), defect });
    }

    pub(super) fn range(&mut self, member: &str, found: u64, least: u64, most: u64) {
        if !(least..=most).contains(&found) {
            self.add(member, TypeDefect::Range { found, least, most });
        }
    }

    pub(super) fn code<T, E: Display>(&mut self, member: impl Display, read: Result<T, E>) -> Option<T> {
        read.map_err(|reason| self.add(member, TypeDefect::Code { reason: reason.to_string() })).ok()
    }

    pub(super) fn template(&mut self, member: impl Display, shape: &str) -> Option<Template> {
        self.code(member, Template::parse(shape))
    }

    pub(super) fn label(&mut self, member: impl Display, zh: &str, en: &str) -> Label {
        let right = |text: &str| !text.trim().is_empty() && is_nfc(text) && !text.chars().any(char::is_control);
        if !(right(zh) && right(en)) {
            self.add(member, TypeDefect::Label);
        }
        Label { zh: zh.to_owned(), en: en.to_owned() }
    }
}

/// Whether a text can be an id: people type it on command lines.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    (1..=LONGEST_ID).contains(&text.len()) && text.chars().all(plain)
}

pub(super) fn size(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
