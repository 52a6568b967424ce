//! What stands beside the backups of a library: from which page on each library gives slots out that was restored from one of them.
//!
//! ```text
//! gd.example.cn/log                                   the name of the log
//! region 440000
//! secret 00112233445566778899aabbccddeeff             the fingerprint of the library's secret
//! others 2                                            the first page of agencies that had issued nothing
//! 11440000MB2D0262X4 42                               the first page of an agency
//! sum 2306412215                                      CRC-32C of the lines above
//! ```
//!
//! A backup that is restored a second time tells nothing of what the first library has issued since. So the next restoration begins behind
//! the pages of all that are written down here, and it is written down itself before it can issue.

use crate::beside::{failed, named};
use crate::crc::crc32c_of;
use crate::faults;
use crate::first_pages::FirstPages;
use crate::open::Founding;
use kanhe_core::code::Uscc;
use kanhe_core::hex::Hex;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The folder of restorations among the backups.
pub(crate) const RESTORATIONS: &str = "restorations";

/// How the lines begin that are not an agency's.
const REGION: &str = "region ";
const SECRET: &str = "secret ";
const OTHERS: &str = "others ";
const SUM: &str = "sum ";

/// Bytes of one that are read: an agency has a line of less than 32, and no region has 100,000.
const LARGEST: u64 = 4 << 20;

/// What is known of earlier restorations from a folder of backups. As long as it is held, nobody else restores from the folder.
pub(crate) struct Restorations {
    folder: PathBuf,
    /// The first pages behind those of all that could be read.
    furthest: FirstPages,
    read: u64,
    unread: u64,
    last: u32,
    /// Locked, where the folder can be: two that are restored at the same time would begin on the same page.
    _lock: Option<File>,
}

impl Restorations {
    /// Reads those of a library. What cannot be read is counted: that a file is damaged keeps nobody from a restoration.
    pub(crate) fn of(backups: &Path, founding: &Founding) -> Self {
        let folder = backups.join(RESTORATIONS);
        // Where that fails nothing can be written down either, and who restores is told.
        let lock = made(backups, &folder).and_then(|()| locked(&folder)).ok();
        let mut known = Self { furthest: FirstPages::default(), read: 0, unread: 0, last: 0, _lock: lock, folder };
        match numbers(&known.folder) {
            Ok(numbers) => numbers.into_iter().for_each(|number| known.learn(number, founding)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(_) => known.unread = 1,
        }
        known
    }

    fn learn(&mut self, number: u32, founding: &Founding) {
        self.last = self.last.max(number);
        let text = text_of(&self.place(number));
        match text.as_deref().map(parse) {
            Ok(Some((whose, pages))) if whose == Whose::of(founding) => {
                self.furthest = self.furthest.furthest(&pages);
                self.read += 1;
            }
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => self.unread += 1,
        }
    }

    /// The first pages behind those of all that could be read.
    pub(crate) const fn furthest(&self) -> &FirstPages {
        &self.furthest
    }

    /// How many could be read.
    pub(crate) const fn read(&self) -> u64 {
        self.read
    }

    /// How many could not.
    pub(crate) const fn unread(&self) -> u64 {
        self.unread
    }

    /// Writes one more down, whole or not at all, and says under which number; none where the folder cannot be written.
    pub(crate) fn add(&self, founding: &Founding, pages: &FirstPages) -> Option<u32> {
        let (number, text) = (self.last.checked_add(1)?, text(&Whose::of(founding), pages));
        let place = self.place(number);
        let beside = named(&place, ".unfinished");
        let written = faults::pass(|| {
            File::create(&beside)
                .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
                .and_then(|()| fs::rename(&beside, &place))
                .and_then(|()| File::open(&self.folder)?.sync_all())
                .map_err(failed)
        });
        written.is_ok().then_some(number)
    }

    fn place(&self, number: u32) -> PathBuf {
        self.folder.join(number.to_string())
    }
}

/// Of which library a restoration is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Whose {
    origin: String,
    region: String,
    secret: String,
}

impl Whose {
    fn of(founding: &Founding) -> Self {
        Self { origin: founding.origin.clone(), region: founding.region.to_string(), secret: Hex(&founding.secret).to_string() }
    }
}

/// Makes the folder, and lets it last.
fn made(backups: &Path, folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.and_then(|()| File::open(backups)?.sync_all()),
    }
}

/// Waits until nobody else restores from the folder; where the disk knows no locks, nobody waits.
fn locked(folder: &Path) -> io::Result<File> {
    let open = File::open(folder)?;
    open.lock().map(|()| open)
}

fn numbers(folder: &Path) -> io::Result<Vec<u32>> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
    Ok(names.iter().filter_map(|name| name.to_str()?.parse().ok()).collect())
}

fn text_of(place: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(place)?.take(LARGEST).read_to_string(&mut text).map(|_| text)
}

fn text(whose: &Whose, pages: &FirstPages) -> String {
    let Whose { origin, region, secret } = whose;
    let mut text = format!("{origin}\n{REGION}{region}\n{SECRET}{secret}\n{OTHERS}{}\n", pages.others());
    for (agency, page) in pages.agencies() {
        // safe: nothing that is written into a text fails
        let _ = writeln!(text, "{agency} {page}");
    }
    let sum = sum(&text);
    text + &format!("{SUM}{sum}\n")
}

fn parse(text: &str) -> Option<(Whose, FirstPages)> {
    let (said, last) = text.strip_suffix('\n')?.rsplit_once('\n').map(|(said, last)| (format!("{said}\n"), last))?;
    if last.strip_prefix(SUM)?.parse() != Ok(sum(&said)) {
        return None;
    }
    let mut lines = said.lines();
    let mut word = |before: &str| Some(lines.next()?.strip_prefix(before)?.to_owned());
    let (origin, region, secret, others) = (word("")?, word(REGION)?, word(SECRET)?, word(OTHERS)?.parse().ok()?);
    let agencies: Option<BTreeMap<Uscc, u32>> = lines
        .map(|line| {
            let (agency, page) = line.split_once(' ')?;
            Some((Uscc::parse(agency).ok()?, page.parse().ok()?))
        })
        .collect();
    Some((Whose { origin, region, secret }, FirstPages::written_down(others, agencies?)))
}

fn sum(text: &str) -> u32 {
    // What is in memory is always read.
    crc32c_of(text.as_bytes(), |_| {}).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restoration_is_read_as_it_was_written_and_what_was_changed_is_none() {
        let whose = Whose { origin: "gd.example.cn/log".to_owned(), region: "440000".to_owned(), secret: "00".repeat(16) };
        let agency = Uscc::parse("11100000000013338W").unwrap();
        let pages = FirstPages::written_down(2, BTreeMap::from([(agency, 42)]));
        let text = text(&whose, &pages);
        assert_eq!(parse(&text), Some((whose, pages)));
        let without = |line: &str| text.replace(line, "");
        for other in ["", "sum 0\n", &text.replace(" 42", " 2"), &text.replace("others 2", "others 1"), &without("region 440000\n")] {
            assert_eq!(parse(other), None, "{other}");
        }
        (1..text.len()).for_each(|bytes| assert_eq!(parse(&text[..bytes]), None, "cut off after {bytes} bytes"));
    }
}
