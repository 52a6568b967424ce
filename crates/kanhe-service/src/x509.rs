//! How long a certificate of X.509 holds: all that anybody here reads of one himself. Whether it is good, TLS sees.
//!
//! ```text
//! Certificate ::= SEQUENCE { tbs SEQUENCE { [0] version?, serial, algorithm, issuer, validity SEQUENCE { notBefore, notAfter }, … }, … }
//! ```

use jiff::Timestamp;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The last moment of a certificate in DER (RFC 5280 §4.1.2.5); none, where it is not as that has it.
pub fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (tbs, _) = sequence(certificate)?;
    let (mut fields, _) = sequence(tbs)?;
    if fields.first() == Some(&VERSION) {
        (_, _, fields) = element(fields)?;
    }
    for _serial_algorithm_issuer in 0..3 {
        (_, _, fields) = element(fields)?;
    }
    let (validity, _) = sequence(fields)?;
    let (_, _, behind_not_before) = element(validity)?;
    let (tag, time, _) = element(behind_not_before)?;
    moment(tag, std::str::from_utf8(time).ok()?)
}

/// `YYMMDDHHMMSSZ`, of which the years from 50 on are of the last century, or `YYYYMMDDHHMMSSZ`.
fn moment(tag: u8, time: &str) -> Option<Timestamp> {
    let (century, time) = match tag {
        UTC_TIME => (if time < "50" { "20" } else { "19" }, time),
        GENERALIZED_TIME => (time.get(..2)?, time.get(2..)?),
        _ => return None,
    };
    let part = |place: usize| time.get(2 * place..2 * place + 2);
    let (year, month, day, hour, minute, second) = (part(0)?, part(1)?, part(2)?, part(3)?, part(4)?, part(5)?);
    format!("{century}{year}-{month}-{day}T{hour}:{minute}:{second}Z").parse().ok()
}

fn sequence(der: &[u8]) -> Option<(&[u8], &[u8])> {
    element(der).filter(|(tag, ..)| *tag == SEQUENCE).map(|(_, held, behind)| (held, behind))
}

/// One element: its tag, what it holds, and what stands behind it (X.690 §8.1).
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [tag, length, rest @ ..] = der else { return None };
    let (length, rest) = if *length < 0x80 {
        (usize::from(*length), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(*length & 0x7f))?;
        // Four bytes are more than any certificate has.
        let length = digits.iter().take(5).fold(0_u64, |number, digit| (number << 8) | u64::from(*digit));
        (usize::try_from(length).ok()?, rest)
    };
    let (held, behind) = rest.split_at_checked(length)?;
    Some((*tag, held, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_a_moment_are_read() {
        let rows = [
            (UTC_TIME, "300102030405Z", Some("2030-01-02T03:04:05Z")),
            (UTC_TIME, "500102030405Z", Some("1950-01-02T03:04:05Z")),
            (GENERALIZED_TIME, "20600102030405Z", Some("2060-01-02T03:04:05Z")),
            (GENERALIZED_TIME, "2060", None),
            (UTC_TIME, "301302030405Z", None),
            (0x0c, "300102030405Z", None),
        ];
        for (tag, text, read) in rows {
            assert_eq!(moment(tag, text).map(|moment| moment.to_string()).as_deref(), read, "{text}");
        }
    }

    #[test]
    fn what_is_cut_short_is_none() {
        for der in [&[][..], &[0x30], &[0x30, 5, 0], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0xff], &[0x30, 0]] {
            assert_eq!(not_after(der), None, "{der:?}");
        }
    }
}
