//! How many digits a number has: a spreadsheet keeps the first of them, and makes zeros of the rest.

/// A spreadsheet keeps so many digits of a number.
const MOST_KEPT: usize = 15;

/// Whether a number, in whatever notation, has more digits than a spreadsheet keeps: its last ones need not be those that were typed.
pub(super) fn are_lost(number: &str) -> bool {
    let (digits, power) = number.split_once(['E', 'e']).unwrap_or((number, "0"));
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{places}");
    let first = all.bytes().position(|byte| byte != b'0');
    let (Some(first), Ok(power), true) = (first, power.parse::<i16>(), all.bytes().all(|byte| byte.is_ascii_digit())) else { return false };
    let significant = all.trim_matches('0').len();
    // Before the point, when the number is written out; what is smaller than one has none.
    let before_the_point = whole.len().saturating_sub(first).saturating_add_signed(power.into());
    significant.max(before_the_point) > MOST_KEPT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_more_digits_than_a_spreadsheet_keeps_has_lost_some_in_whatever_notation() {
        let lost = [
            "440100199001015000",
            "440100199001015123",
            "4.40100199001015E+17",
            "4.40100199001015E17",
            "4.40100199001015e+017",
            "44010019900101.5E4",
            "1000000000000000",
            "1E15",
            "-1234567890123456",
            "1.1000000000000001",
            "0.12345678901234567",
            "440100199001015000.0",
        ];
        let kept = [
            "",
            "0",
            "0.0",
            "12",
            "46082.75",
            "123456789012345",
            "100000000000000",
            "-123456789012345.0",
            "0.00000000000000000001",
            "1.5E-300",
            "0E+99",
            "1234567890.12345",
            "00000000000000000012",
            "号",
            "1E+A",
        ];
        for (number, is_lost) in lost.map(|number| (number, true)).into_iter().chain(kept.map(|number| (number, false))) {
            assert_eq!(are_lost(number), is_lost, "{number}");
        }
    }
}
