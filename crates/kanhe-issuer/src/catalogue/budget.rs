//! How large a QR code so many bytes need.

use kanhe_core::qr::digits_of;

/// Digits that a QR code of level M holds, by version from 1 (ISO/IEC 18004 table 7, numeric mode).
///
/// It ends where no seal can reach: the largest has 512 bytes, 1244 digits.
const DIGITS_AT_M: [usize; 18] = [34, 63, 101, 149, 202, 255, 293, 365, 432, 513, 604, 691, 796, 871, 991, 1082, 1212, 1346];

/// The greatest version that a type may allow itself.
pub(super) const GREATEST_VERSION: u8 = 18;

/// The smallest QR version that holds so many bytes at level M in the bare form; none beyond version 18.
///
/// ```
/// # use kanhe_issuer::catalogue::qr_version_of;
/// assert_eq!(qr_version_of(211), Some(10)); // 57 × 57 modules
/// assert_eq!(qr_version_of(212), Some(11));
/// ```
pub fn qr_version_of(bytes: usize) -> Option<u8> {
    let digits = digits_of(bytes);
    (1..).zip(DIGITS_AT_M).find_map(|(version, room)| (digits <= room).then_some(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_hold_what_iso_18004_says() {
        let rows = [
            (0, Some(1)),
            (14, Some(1)),
            (15, Some(2)),
            (211, Some(10)),
            (212, Some(11)),
            (358, Some(14)),
            (359, Some(15)),
            (512, Some(18)),
            (555, None),
        ];
        for (bytes, version) in rows {
            assert_eq!(qr_version_of(bytes), version, "{bytes} bytes");
        }
        assert_eq!(DIGITS_AT_M.len(), usize::from(GREATEST_VERSION));
    }
}
