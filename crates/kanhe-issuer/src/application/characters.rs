//! The characters of a table as they come, in UTF-8 whatever their encoding was, with the line on which the next one stands.

use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, GB18030, UTF_8};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// So much is read and decoded at a time.
const CHUNK: usize = 64 << 10;

/// The byte order mark, with which spreadsheets begin what is UTF-8.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// The same character in GB18030, with which some programs begin.
pub(super) const MARK_OF_GB18030: &[u8] = b"\x84\x31\x95\x33";

/// A table that is read from its beginning to its end; nothing but one chunk of it is in memory.
pub(super) struct Characters<'a> {
    source: Box<dyn BufRead + 'a>,
    decoder: Decoder,
    text: Vec<u8>,
    start: usize,
    end: usize,
    /// A decoder that has said its last must not be asked again, and readers ask until they get nothing.
    ended: bool,
    taken: u64,
    line: u64,
    after_return: bool,
}

impl<'a> Characters<'a> {
    /// Finds out the encoding, and begins.
    ///
    /// GB18030 gives a meaning to almost any bytes, UTF-8 to almost none: what is UTF-8 was meant so. Only the last byte of a table
    /// can tell that it is, and a row that is signed cannot be read otherwise afterwards; so a table without the mark of UTF-8 is
    /// looked through before.
    pub(super) fn begin(source: impl Read + Seek + 'a) -> io::Result<Self> {
        let mut source = BufReader::with_capacity(CHUNK, source);
        let (encoding, mark) = encoding_of(&mut source)?;
        source.seek(SeekFrom::Start(mark))?;
        Ok(Self {
            source: Box::new(source),
            decoder: encoding.new_decoder_without_bom_handling(),
            text: vec![0; CHUNK],
            start: 0,
            end: 0,
            ended: false,
            taken: mark,
            line: 1,
            after_return: false,
        })
    }

    /// The line on which the next character stands, from 1, as an editor counts: LF, CR and CRLF end one.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// How many bytes of the table were decoded; up to a chunk more than were consumed.
    pub(super) const fn taken(&self) -> u64 {
        self.taken
    }

    /// The next character, if it has one byte; part of it, if it has more.
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.fill_buf()?.first().copied())
    }

    /// Passes over all characters of a kind.
    pub(super) fn skip_while(&mut self, skipped: impl Fn(u8) -> bool) -> io::Result<()> {
        while self.peek()?.is_some_and(&skipped) {
            self.consume(1);
        }
        Ok(())
    }
}

impl BufRead for Characters<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.start == self.end && !self.ended {
            let input = self.source.fill_buf()?;
            let last = input.is_empty();
            let (result, read, written, _) = self.decoder.decode_to_utf8(input, &mut self.text, last);
            self.source.consume(read);
            self.taken = self.taken.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            (self.start, self.end) = (0, written);
            self.ended = last && result == CoderResult::InputEmpty;
        }
        Ok(self.text.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let consumed = self.start.saturating_add(count).min(self.end);
        for byte in self.text.get(self.start..consumed).unwrap_or_default() {
            let ends_line = *byte == b'\r' || (*byte == b'\n' && !self.after_return);
            self.line += u64::from(ends_line);
            self.after_return = *byte == b'\r';
        }
        self.start = consumed;
    }
}

impl Read for Characters<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

/// What a mark at the beginning says, and the bytes that it has; without one, UTF-8 if all of it is, else GB18030.
fn encoding_of(source: &mut (impl BufRead + Seek)) -> io::Result<(&'static Encoding, u64)> {
    source.rewind()?;
    for (mark, encoding) in [(MARK, UTF_8), (MARK_OF_GB18030, GB18030)] {
        let (mut start, length) = (Vec::new(), u64::try_from(mark.len()).unwrap_or_default());
        source.rewind()?;
        source.by_ref().take(length).read_to_end(&mut start)?;
        if start == mark {
            return Ok((encoding, length));
        }
    }
    source.rewind()?;
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let mut nowhere = vec![0; CHUNK];
    loop {
        let input = source.fill_buf()?;
        let last = input.is_empty();
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(input, &mut nowhere, last);
        source.consume(read);
        match result {
            DecoderResult::Malformed(..) => return Ok((GB18030, 0)),
            DecoderResult::InputEmpty if last => return Ok((UTF_8, 0)),
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn all(bytes: &[u8]) -> (String, u64) {
        let mut characters = Characters::begin(Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        characters.read_to_string(&mut text).unwrap();
        assert_eq!(usize::try_from(characters.taken()), Ok(bytes.len()));
        (text, characters.line())
    }

    #[test]
    fn one_byte_at_the_very_end_makes_all_of_it_gb18030() {
        let long = "照".repeat(CHUNK);
        assert_eq!(all(long.as_bytes()).0, long);
        assert_eq!(all(&[long.as_bytes(), b"\xef"].concat()).0, GB18030.decode(&[long.as_bytes(), b"\xef"].concat()).0);
        assert_eq!(all(&GB18030.encode(&long).0).0, long);
    }

    #[test]
    fn a_character_on_the_edge_of_a_chunk_is_whole() {
        for before in CHUNK - 4..=CHUNK {
            let text = format!("{}𠮷照\n", "a".repeat(before));
            assert_eq!(all(text.as_bytes()), (text.clone(), 2));
            assert_eq!(all(&GB18030.encode(&text).0), (text.clone(), 2));
            let lines = format!("{}\r\n\r\r\n\n", "a".repeat(before));
            assert_eq!(all(lines.as_bytes()).1, 5);
        }
    }

    #[test]
    fn a_mark_of_the_encoding_is_no_character() {
        assert_eq!(all("\u{feff}a".as_bytes()).0, "a");
        assert_eq!(all(&[MARK_OF_GB18030, &GB18030.encode("照a").0].concat()).0, "照a");
        assert_eq!(all(b""), (String::new(), 1));
    }
}
