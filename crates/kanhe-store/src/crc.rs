//! CRC-32C (Castagnoli, RFC 3720 annex B.4), by which RocksDB sums up the files of a backup.

use std::io::{self, ErrorKind, Read};
use std::sync::LazyLock;

/// The polynomial, its highest power last.
const POLYNOMIAL: u32 = 0x82f6_3b78;

/// Bytes that are read at a time.
const PIECE: usize = 256 << 10;

/// What each byte comes to.
static TABLE: LazyLock<[u32; 256]> = LazyLock::new(|| {
    let mut next = 0_u32;
    std::array::from_fn(|_| {
        let byte = next;
        next += 1;
        (0..8).fold(byte, |sum, _| sum >> 1 ^ if sum & 1 == 1 { POLYNOMIAL } else { 0 })
    })
});

/// The sum of all that a reader gives; `read` is told of each piece how many bytes it has.
pub(crate) fn crc32c_of(mut reader: impl Read, mut read: impl FnMut(u64)) -> io::Result<u32> {
    let (table, mut piece, mut sum) = (&*TABLE, vec![0; PIECE], u32::MAX);
    loop {
        let bytes = match reader.read(&mut piece) {
            Ok(0) => return Ok(!sum),
            Ok(length) => piece.get(..length).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        for byte in bytes {
            let [low, ..] = sum.to_le_bytes();
            sum = sum >> 8 ^ table.get(usize::from(low ^ byte)).copied().unwrap_or_default();
        }
        read(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_those_of_the_standard() {
        // RFC 3720 annex B.4.
        for (bytes, sum) in [
            (vec![0; 32], 0x8a91_36aa),
            (vec![0xff; 32], 0x62a8_ab43),
            ((0..32).collect(), 0x46dd_794e),
            (b"123456789".to_vec(), 0xe306_9283),
        ] {
            assert_eq!(crc32c_of(bytes.as_slice(), |_| {}).unwrap(), sum, "{bytes:?}");
        }
    }
}
