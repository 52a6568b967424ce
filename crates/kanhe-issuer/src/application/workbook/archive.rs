//! As much of ZIP (APPNOTE 6.3) as spreadsheets write: parts that are stored or deflated, found by the directory at the end.

use super::super::error::TableError;
use super::{Part, failed};
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::cell::Cell;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::rc::Rc;

/// A part unpacks to at most so many bytes: a hundred thousand rows of all columns with long cells, and no bomb.
pub(super) const LARGEST_PART: u64 = 512 << 20;

/// The directory of a workbook has at most so many bytes: one of a hundred sheets has some kilobytes.
const LARGEST_DIRECTORY: u64 = 1 << 20;

/// The end record, and the longest comment behind it.
const LONGEST_END: u64 = 22 + 65_535;

const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
const LOCAL_LENGTH: u64 = 30;
const ENTRY_LENGTH: usize = 46;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The directory of a workbook.
pub(super) struct Archive {
    entries: Vec<Entry>,
}

/// One part, where it stands, and how long it is.
#[derive(Clone)]
pub(super) struct Entry {
    name: String,
    method: u16,
    crc: u32,
    packed: u64,
    unpacked: u64,
    offset: u64,
}

/// Little-endian numbers at fixed places.
struct Record<'r>(&'r [u8]);

impl Record<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        self.0.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    fn u32(&self, at: usize) -> Option<u32> {
        self.0.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn usize(&self, at: usize) -> Option<usize> {
        self.u16(at).map(usize::from)
    }
}

impl Archive {
    /// Reads the directory.
    pub(super) fn read(source: &mut (impl Read + Seek)) -> Result<Self, TableError> {
        const PART: Part = "directory";
        let directory = directory(source).map_err(failed(PART))?;
        let mut rest = directory.as_slice();
        let mut entries = Vec::new();
        while rest.starts_with(ENTRY) {
            let (entry, length) = entry(rest).ok_or(TableError::WorkbookBroken { part: PART })?;
            entries.push(entry);
            rest = rest.get(length..).unwrap_or_default();
        }
        if rest.is_empty() { Ok(Self { entries }) } else { Err(TableError::WorkbookBroken { part: PART }) }
    }

    /// The part of a name.
    pub(super) fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }
}

impl Entry {
    /// Unpacks it from its beginning; `taken` counts the bytes that were read for it.
    pub(super) fn open<S: Read + Seek>(&self, mut source: S, part: Part, taken: Rc<Cell<u64>>) -> Result<Unpacked<S>, TableError> {
        if self.unpacked > LARGEST_PART {
            return Err(TableError::WorkbookTooLarge { part, most: LARGEST_PART });
        }
        let failed = failed(part);
        let broken = || TableError::WorkbookBroken { part };
        source.seek(SeekFrom::Start(self.offset)).map_err(&failed)?;
        let mut head = Vec::new();
        source.by_ref().take(LOCAL_LENGTH).read_to_end(&mut head).map_err(&failed)?;
        let record = Record(&head);
        if !head.starts_with(LOCAL) {
            return Err(broken());
        }
        let names = record.u16(26).zip(record.u16(28)).ok_or_else(broken)?;
        source.seek(SeekFrom::Current(i64::from(names.0) + i64::from(names.1))).map_err(&failed)?;
        let packed = BufReader::new(Counted { source, taken }).take(self.packed);
        let inner = match self.method {
            STORED => Inner::Stored(packed),
            DEFLATED => Inner::Deflated(Box::new(DeflateDecoder::new(packed))),
            _ => return Err(broken()),
        };
        Ok(Unpacked { inner, left: LARGEST_PART, crc: Crc::new(), wanted: self.crc })
    }
}

/// A part as it is unpacked: under a ceiling, whatever its directory says of it, and held against its checksum at its end.
pub(super) struct Unpacked<S: Read> {
    inner: Inner<S>,
    left: u64,
    crc: Crc,
    wanted: u32,
}

type Packed<S> = io::Take<BufReader<Counted<S>>>;

enum Inner<S: Read> {
    Stored(Packed<S>),
    Deflated(Box<DeflateDecoder<Packed<S>>>),
}

impl<S: Read> Read for Unpacked<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.inner {
            Inner::Stored(packed) => packed.read(buffer)?,
            Inner::Deflated(packed) => packed.read(buffer)?,
        };
        if read == 0 && !buffer.is_empty() {
            return if self.crc.sum() == self.wanted { Ok(0) } else { Err(ErrorKind::InvalidData.into()) };
        }
        self.crc.update(buffer.get(..read).unwrap_or_default());
        self.left = self.left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX)).ok_or(ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

/// Counts what is read.
struct Counted<S> {
    source: S,
    taken: Rc<Cell<u64>>,
}

impl<S: Read> Read for Counted<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.taken.set(self.taken.get().saturating_add(u64::try_from(read).unwrap_or(u64::MAX)));
        Ok(read)
    }
}

/// The bytes of the directory, by what the end record says of it.
fn directory(source: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    let size = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(size.saturating_sub(LONGEST_END)))?;
    let mut end = Vec::new();
    source.by_ref().take(LONGEST_END).read_to_end(&mut end)?;
    let broken = || io::Error::from(ErrorKind::InvalidData);
    // The last one: a comment may look like another, and nobody writes comments into workbooks.
    let at = end.windows(END.len()).rposition(|window| window == END).ok_or_else(broken)?;
    let record = Record(end.get(at..).unwrap_or_default());
    let (length, offset) = record.u32(12).zip(record.u32(16)).ok_or_else(broken)?;
    let (length, offset) = (u64::from(length), u64::from(offset));
    if length > LARGEST_DIRECTORY || offset.saturating_add(length) > size {
        return Err(broken());
    }
    source.seek(SeekFrom::Start(offset))?;
    let mut directory = Vec::new();
    source.by_ref().take(length).read_to_end(&mut directory)?;
    Ok(directory)
}

/// The first entry of what is left of a directory, and its length.
fn entry(bytes: &[u8]) -> Option<(Entry, usize)> {
    let record = Record(bytes);
    let (name, extra, comment) = (record.usize(28)?, record.usize(30)?, record.usize(32)?);
    let name_bytes = bytes.get(ENTRY_LENGTH..ENTRY_LENGTH.checked_add(name)?)?;
    let entry = Entry {
        name: String::from_utf8_lossy(name_bytes).into_owned(),
        method: record.u16(10)?,
        crc: record.u32(16)?,
        packed: record.u32(20)?.into(),
        unpacked: record.u32(24)?.into(),
        offset: record.u32(42)?.into(),
    };
    let is_locked = record.u16(8)? & 1 == 1;
    (!is_locked).then_some((entry, ENTRY_LENGTH + name + extra + comment))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use std::io::{Cursor, Write};

    #[test]
    fn a_part_that_unpacks_without_end_is_stopped_whatever_its_directory_says() {
        let mut packer = DeflateEncoder::new(LOCAL.to_vec(), Compression::fast());
        // The rest of the head, which says that no names follow.
        packer.get_mut().extend([0; 26]);
        let chunk = vec![0; 1 << 20];
        (0..=LARGEST_PART >> 20).for_each(|_| packer.write_all(&chunk).unwrap());
        let bytes = packer.finish().unwrap();
        assert!(bytes.len() < 4 << 20, "{}", bytes.len());
        let packed = u64::try_from(bytes.len()).unwrap() - LOCAL_LENGTH;
        let entry = Entry { name: String::new(), method: DEFLATED, crc: 0, packed, unpacked: 100, offset: 0 };
        let mut part = entry.open(Cursor::new(&bytes), "sheet", Rc::default()).unwrap();
        let error = std::io::copy(&mut part, &mut std::io::sink()).unwrap_err();
        assert_eq!(failed("sheet")(error).code(), "table_workbook_too_large");
        let honest = Entry { unpacked: LARGEST_PART + 1, ..entry };
        assert_eq!(honest.open(Cursor::new(&bytes), "sheet", Rc::default()).err().unwrap().code(), "table_workbook_too_large");
    }
}
