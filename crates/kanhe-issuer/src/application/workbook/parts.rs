//! What stands beside the sheet: which part it is, the texts that its cells share, and which of its numbers are days.

use super::super::error::TableError;
use super::Part;
use super::archive::{Archive, Entry, LARGEST_PART};
use super::xml::{Node, Xml};
use jiff::Span;
use jiff::civil::{Date, date};
use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::rc::Rc;

/// Shared texts have at most so many bytes in all: they are the one part that stays in memory while the sheet is read.
const MOST_SHARED: usize = 128 << 20;

/// There are at most so many of them: a hundred thousand rows of eighty texts that no other row has.
const MOST_TEXTS: usize = 8 << 20;

/// A workbook has at most so many formats of cells; spreadsheets themselves stop at 65,490.
const MOST_FORMATS: usize = 1 << 16;

/// A workbook without its rows.
pub(super) struct Book {
    /// The first sheet that is shown.
    pub(super) sheet: Entry,
    texts: Texts,
    is_day: Vec<bool>,
    since_1904: bool,
}

impl Book {
    /// Reads everything but the rows.
    pub(super) fn read(source: &mut (impl Read + Seek)) -> Result<Self, TableError> {
        let archive = Archive::read(source)?;
        let named = |part: Part, name: &str| archive.find(name).cloned().ok_or(TableError::WorkbookBroken { part });
        let (first, since_1904) = first_sheet(open(source, &named("workbook", "xl/workbook.xml")?, "workbook")?)?;
        let relations = relations(open(source, &named("relations", "xl/_rels/workbook.xml.rels")?, "relations")?)?;
        let sheet = relations.get(&first).ok_or(TableError::WorkbookBroken { part: "relations" })?;
        let sheet = named("sheet", &sheet.target)?;
        let of_kind = |kind: &str| relations.values().find(|relation| relation.kind.ends_with(kind)).map(|relation| &relation.target);
        // Neither has to be there: a sheet may hold its own texts, and have no days.
        let texts = of_kind("/sharedStrings").map(|name| Texts::read(open(source, &named("texts", name)?, "texts")?)).transpose()?;
        let is_day = of_kind("/styles").map(|name| days(open(source, &named("styles", name)?, "styles")?)).transpose()?;
        Ok(Self { sheet, texts: texts.unwrap_or_default(), is_day: is_day.unwrap_or_default(), since_1904 })
    }

    /// A shared text.
    pub(super) fn text(&self, place: usize) -> Option<&str> {
        self.texts.get(place)
    }

    /// The day that a number in a cell of a format shows, where the format is one of days.
    pub(super) fn day(&self, format: Option<usize>, number: &str) -> Option<Date> {
        let is_day = self.is_day.get(format.unwrap_or_default()).copied().unwrap_or_default();
        if is_day { day_of(number, self.since_1904) } else { None }
    }
}

fn open<'s, S: Read + Seek>(source: &'s mut S, entry: &Entry, part: Part) -> Result<Xml<impl Read + use<'s, S>>, TableError> {
    Ok(Xml::new(entry.open(source, part, Rc::default())?, part))
}

/// The relation of the first sheet that is shown, and whether days are counted from 1904.
fn first_sheet<R: Read>(mut workbook: Xml<R>) -> Result<(String, bool), TableError> {
    let (mut first, mut since_1904) = (None, false);
    loop {
        match workbook.next()? {
            Node::Open(tag) if tag.name == "workbookPr" => since_1904 = matches!(tag.get("date1904"), Some("1" | "true")),
            Node::Open(tag) if tag.name == "sheet" && first.is_none() && matches!(tag.get("state"), None | Some("visible")) => {
                first = tag.get("id").map(str::to_owned);
            }
            Node::End => break,
            Node::Open(_) | Node::Close(_) | Node::Text(_) => {}
        }
    }
    first.map(|first| (first, since_1904)).ok_or(TableError::WorkbookBroken { part: "workbook" })
}

struct Relation {
    kind: String,
    target: String,
}

fn relations<R: Read>(mut part: Xml<R>) -> Result<BTreeMap<String, Relation>, TableError> {
    let mut relations = BTreeMap::new();
    loop {
        match part.next()? {
            Node::Open(tag) if tag.name == "Relationship" => {
                if let (Some(id), Some(kind), Some(target)) = (tag.get("Id"), tag.get("Type"), tag.get("Target")) {
                    let target = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                    relations.insert(id.to_owned(), Relation { kind: kind.to_owned(), target });
                }
            }
            Node::End => return Ok(relations),
            Node::Open(_) | Node::Close(_) | Node::Text(_) => {}
        }
    }
}

/// Texts one behind the other, and where each ends.
#[derive(Default)]
struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    fn read<R: Read>(mut part: Xml<R>) -> Result<Self, TableError> {
        let (mut texts, mut shown, mut spelt) = (Self::default(), false, false);
        loop {
            match part.next()? {
                Node::Open(tag) => match tag.name.as_str() {
                    "t" => shown = true,
                    // How a text is read aloud stands beside it (ruby), and is no part of it.
                    "rPh" => spelt = true,
                    _ => {}
                },
                Node::Text(text) if shown && !spelt => texts.text.push_str(&text),
                Node::Close(name) => match name.as_str() {
                    "t" => shown = false,
                    "rPh" => spelt = false,
                    "si" => texts.ends.push(texts.text.len()),
                    _ => {}
                },
                Node::Text(_) => {}
                Node::End => return Ok(texts),
            }
            if texts.text.len() > MOST_SHARED || texts.ends.len() > MOST_TEXTS {
                return Err(TableError::WorkbookTooLarge {
                    part: "texts",
                    most: LARGEST_PART.min(u64::try_from(MOST_SHARED).unwrap_or(u64::MAX)),
                });
            }
        }
    }

    fn get(&self, place: usize) -> Option<&str> {
        let start = match place.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(place)?)
    }
}

/// Which formats of cells show days.
fn days<R: Read>(mut styles: Xml<R>) -> Result<Vec<bool>, TableError> {
    let (mut own, mut formats, mut within) = (BTreeMap::new(), Vec::new(), false);
    loop {
        match styles.next()? {
            Node::Open(tag) => match tag.name.as_str() {
                "numFmt" => {
                    let id = tag.get("numFmtId").and_then(|id| id.parse::<u32>().ok());
                    own.extend(id.zip(tag.get("formatCode").map(shows_a_day)));
                }
                "cellXfs" => within = true,
                "xf" if within => {
                    let id = tag.get("numFmtId").and_then(|id| id.parse::<u32>().ok()).unwrap_or_default();
                    formats.push(own.get(&id).copied().unwrap_or_else(|| is_built_in_day(id)));
                }
                _ => {}
            },
            Node::Close(name) if name == "cellXfs" => within = false,
            Node::Close(_) | Node::Text(_) => {}
            Node::End => return Ok(formats),
        }
        if own.len() > MOST_FORMATS || formats.len() > MOST_FORMATS {
            return Err(TableError::WorkbookBroken { part: "styles" });
        }
    }
}

/// The formats that have numbers instead of words (ECMA-376 part 1 §18.8.30), those of Chinese machines among them.
const fn is_built_in_day(id: u32) -> bool {
    matches!(id, 14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58)
}

/// Whether a format has a year or a day, outside of what it merely quotes.
fn shows_a_day(format: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for letter in format.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' => bracketed = true,
            ']' => bracketed = false,
            ';' if !bracketed => return false,
            'y' | 'Y' | 'd' | 'D' if !bracketed => return true,
            _ => {}
        }
    }
    false
}

/// The day of a serial number of spreadsheets: days since the end of 1899, or since the first day of 1904; hours behind the point.
fn day_of(number: &str, since_1904: bool) -> Option<Date> {
    let (days, hours) = number.split_once('.').unwrap_or((number, ""));
    let plain = hours.bytes().all(|byte| byte.is_ascii_digit());
    let days: i64 = days.parse().ok().filter(|days| plain && (1..3_000_000).contains(days))?;
    let first = match since_1904 {
        true => date(1904, 1, 1),
        // Spreadsheets believe that there was a 29 February 1900, their day 60: it is no other day.
        false if days == 60 => return None,
        false if days > 60 => date(1899, 12, 30),
        false => date(1899, 12, 31),
    };
    first.checked_add(Span::new().try_days(days).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_is_the_day_that_a_spreadsheet_shows() {
        let rows = [
            ("46082", false, Some("2026-03-01")),
            ("46082.75", false, Some("2026-03-01")),
            ("61", false, Some("1900-03-01")),
            ("60", false, None),
            ("60.5", false, None),
            ("59", false, Some("1900-02-28")),
            ("60", true, Some("1904-03-01")),
            ("44620", true, Some("2026-03-01")),
            ("0", false, None),
            ("-3", false, None),
            ("4.6E+4", false, None),
            ("99999999", false, None),
        ];
        for (number, since_1904, day) in rows {
            assert_eq!(day_of(number, since_1904).map(|day| day.to_string()).as_deref(), day, "{number}");
        }
    }

    #[test]
    fn formats_of_days_are_told_from_others() {
        let rows = [
            ("yyyy/m/d", true),
            ("yyyy\"年\"m\"月\"d\"日\"", true),
            ("[$-804]yyyy\\-mm\\-dd;@", true),
            ("[DBNum1]d", true),
            ("General", false),
            ("0.00", false),
            ("@", false),
            ("h:mm:ss", false),
            ("#,##0\"days\"", false),
            ("[Red]0;dd", false),
        ];
        for (format, is_day) in rows {
            assert_eq!(shows_a_day(format), is_day, "{format}");
        }
        assert!(is_built_in_day(14) && is_built_in_day(31) && !is_built_in_day(0) && !is_built_in_day(20));
    }
}
