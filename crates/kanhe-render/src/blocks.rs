//! A code as half blocks for a terminal.

use crate::frame::QUIET_ZONE;
use crate::matrix::QrCode;

impl QrCode {
    /// Returns the code with its quiet zone as lines of `█ ▀ ▄` and spaces, one character for two modules above each other.
    ///
    /// Light modules are the drawn ones, so the picture is right where letters are light on a dark ground. Each line ends in a
    /// line feed; there are no escape sequences.
    #[must_use]
    pub fn blocks(&self) -> String {
        let rows: Vec<Vec<bool>> = self.quiet_rows(QUIET_ZONE.into()).collect();
        let mut lines = String::new();
        for pair in rows.chunks(2) {
            let (upper, lower) = match pair {
                [upper, lower] => (upper, lower.as_slice()),
                [upper] => (upper, [].as_slice()),
                _ => continue,
            };
            // The number of rows is odd, so below the last one there is no paper: nothing is drawn there.
            let lower = lower.iter().copied().chain(std::iter::repeat(true));
            lines.extend(upper.iter().zip(lower).map(|(upper_dark, lower_dark)| block(*upper_dark, lower_dark)));
            lines.push('\n');
        }
        lines
    }
}

fn block(upper_dark: bool, lower_dark: bool) -> char {
    match (upper_dark, lower_dark) {
        (false, false) => '█',
        (false, true) => '▀',
        (true, false) => '▄',
        (true, true) => ' ',
    }
}

#[cfg(test)]
mod tests {
    use crate::{Level, QrCode, read_luma};

    #[test]
    fn blocks_seen_on_a_dark_terminal_read_back() {
        let text = "https://example.gov.cn/#0012345678901234567890";
        let lines = QrCode::draw(text, Level::M).unwrap().blocks();
        let width = lines.lines().next().unwrap().chars().count();
        let mut luma = Vec::new();
        for line in lines.lines() {
            for half in ['▀', '▄'] {
                let row: Vec<u8> = line.chars().flat_map(|c| [if c == '█' || c == half { 230_u8 } else { 20 }; 3]).collect();
                luma.extend(row.repeat(3));
            }
        }
        let width = u32::try_from(width * 3).unwrap();
        let height = u32::try_from(luma.len()).unwrap() / width;
        assert_eq!(read_luma(width, height, &luma), Ok(vec![text.to_owned()]));
    }

    #[test]
    fn every_line_is_as_wide_as_the_code_with_its_quiet_zone() {
        let code = QrCode::draw("12345", Level::M).unwrap();
        let lines = code.blocks();
        assert_eq!(lines.lines().count(), 15);
        assert!(lines.lines().all(|line| line.chars().count() == 29));
        assert!(lines.lines().take(2).all(|line| line.chars().all(|c| c == '█')), "the quiet zone is four modules");
    }
}
