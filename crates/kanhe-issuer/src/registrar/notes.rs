//! Notes about the rows of a table that is only proved. There may be millions, so a note is short: twenty bytes.

/// So many drawers that each is short: a note is put in its place among some hundreds, and not among all.
const DRAWERS: usize = 1 << 12;

/// Eight bytes of a keyed hash of what it is about, the line of its row, and eight bytes more; all of them bytes, so none are lost between.
type Note = ([u8; 8], [u8; 4], [u8; 8]);

/// What was noted about the rows so far, by what it is about.
pub(super) struct Notes {
    /// In each the notes whose hashes begin alike, in their order.
    drawers: Vec<Vec<Note>>,
}

impl Notes {
    pub(super) fn new() -> Self {
        Self { drawers: vec![Vec::new(); DRAWERS] }
    }

    /// Notes something of a row, by a hash of what it is about.
    pub(super) fn put(&mut self, about: [u8; 16], line: u64, more: [u8; 8]) {
        let about = shortened(about);
        let note = (about, u32::try_from(line).unwrap_or(u32::MAX).to_be_bytes(), more);
        let Some(drawer) = self.drawers.get_mut(drawer_of(about)) else { return };
        if drawer.len() == drawer.capacity() {
            // A little room at a time: a vector that doubles would stand half empty.
            drawer.reserve_exact(drawer.len() / 8 + 4);
        }
        drawer.insert(drawer.partition_point(|other| *other < note), note);
    }

    /// What was noted about the same: the line of each row, and what stands beside it.
    pub(super) fn about(&self, about: [u8; 16]) -> impl Iterator<Item = (u64, [u8; 8])> + '_ {
        let about = shortened(about);
        let drawer = self.drawers.get(drawer_of(about)).map(Vec::as_slice).unwrap_or_default();
        let from = drawer.partition_point(|(other, ..)| *other < about);
        let same = drawer.iter().skip(from).take_while(move |(other, ..)| *other == about);
        same.map(|(_, line, more)| (u32::from_be_bytes(*line).into(), *more))
    }
}

/// Of a hundred million rows two agree by chance in one table of some four thousand.
fn shortened(hash: [u8; 16]) -> [u8; 8] {
    *hash.first_chunk().expect("a hash is longer") // safe: it has 16 bytes
}

fn drawer_of([first, second, ..]: [u8; 8]) -> usize {
    usize::from(u16::from_be_bytes([first, second])) % DRAWERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_note_is_found_by_what_it_is_about_and_no_other() {
        let about = |place: u64| {
            let spread = place.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
            [spread, [0; 8]].concat().try_into().unwrap()
        };
        let mut notes = Notes::new();
        for place in 0..50_000 {
            notes.put(about(place / 2), place, place.to_be_bytes());
        }
        for place in 0..25_000_u64 {
            let found: Vec<_> = notes.about(about(place)).collect();
            assert_eq!(found, [2 * place, 2 * place + 1].map(|line| (line, line.to_be_bytes())));
        }
        assert_eq!(notes.about(about(25_000)).count(), 0);
    }

    #[test]
    fn a_note_takes_twenty_bytes_and_little_more() {
        let mut notes = Notes::new();
        for place in 0..1_000_000_u64 {
            let spread = place.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
            notes.put([spread, [0; 8]].concat().try_into().unwrap(), place, [0; 8]);
        }
        let room: usize = notes.drawers.iter().map(|drawer| drawer.capacity() * size_of::<Note>()).sum();
        assert!(room < 23 * 1_000_000, "{room} bytes");
    }
}
