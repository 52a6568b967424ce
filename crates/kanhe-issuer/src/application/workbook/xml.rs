//! The elements and texts of a part, one after the other; of names only what stands behind a prefix.

use super::super::error::TableError;
use super::super::table::LARGEST_ROW;
use super::{Part, failed};
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};

/// One step through a part.
pub(super) enum Node {
    /// An element begins; one that is empty ends with the next step.
    Open(Tag),
    /// An element ends.
    Close(String),
    /// Characters between them.
    Text(String),
    /// The part ends.
    End,
}

/// An element with its attributes.
pub(super) struct Tag {
    /// Its name.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }
}

/// A part that is read.
pub(super) struct Xml<R: Read> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    part: Part,
}

impl<R: Read> Xml<R> {
    pub(super) fn new(source: R, part: Part) -> Self {
        let mut reader = Reader::from_reader(Bounded { source: BufReader::new(source), left: 0 });
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), part }
    }

    /// The next step.
    pub(super) fn next(&mut self) -> Result<Node, TableError> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().left = LARGEST_ROW;
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| broken(self.part, &error))?;
            return Ok(match event {
                Event::Start(tag) | Event::Empty(tag) => Node::Open(opened(&tag).map_err(|error| broken(self.part, &error))?),
                Event::End(tag) => Node::Close(tag.local_name().as_ref().to_owned()),
                Event::Text(text) => Node::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Node::Text(text.into_inner().into_owned()),
                Event::GeneralRef(named) => {
                    let character = named.resolve_char_ref().map_err(|error| broken(self.part, &error))?.map(String::from);
                    let text = character.or_else(|| resolve_xml_entity(&named).map(str::to_owned));
                    Node::Text(text.ok_or(TableError::WorkbookBroken { part: self.part })?)
                }
                // A workbook declares no entities of its own; what does is none.
                Event::DocType(_) => return Err(TableError::WorkbookBroken { part: self.part }),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => continue,
                Event::Eof => Node::End,
            });
        }
    }

    /// Reads to the end: only there the checksum is held against what was read.
    pub(super) fn finish(&mut self) -> Result<(), TableError> {
        while !matches!(self.next()?, Node::End) {}
        Ok(())
    }
}

fn opened(tag: &BytesStart<'_>) -> Result<Tag, Error> {
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned();
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value));
    }
    Ok(Tag { name: tag.local_name().as_ref().to_owned(), attributes })
}

fn broken(part: Part, error: &Error) -> TableError {
    match error {
        Error::Io(error) => failed(part)(error.kind().into()),
        _ => TableError::WorkbookBroken { part },
    }
}

/// Lets no single step read more than a row may have: a text that never ends would fill the memory.
struct Bounded<R: Read> {
    source: BufReader<R>,
    left: usize,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(ErrorKind::InvalidData.into());
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.left = self.left.saturating_sub(count);
        self.source.consume(count);
    }
}
