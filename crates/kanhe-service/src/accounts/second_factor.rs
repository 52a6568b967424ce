//! Codes of six digits that change every half minute (RFC 6238), as every authenticator app shows them.

use totp_rs::{Builder, Secret, Totp};

/// Twenty bytes, which is what RFC 4226 §4 recommends and every app takes.
pub const SECRET_BYTES: usize = 20;

/// The step of a code that is right at a moment, or half a minute before or after; none, if it is wrong.
pub fn step_of(secret: &[u8; SECRET_BYTES], code: &str, seconds: i64) -> Option<u64> {
    totp(secret).check(code, u64::try_from(seconds).ok()?)
}

/// The code of a moment, as an officer's app shows it, for tests: the service only checks one.
pub fn code_at(secret: &[u8; SECRET_BYTES], seconds: i64) -> String {
    totp(secret).generate(u64::try_from(seconds).unwrap_or(0)).to_string()
}

/// The secret as people type it: base32.
pub fn typed(secret: &[u8; SECRET_BYTES]) -> String {
    Secret::new_stack(*secret).to_base32()
}

/// What an app reads from a QR code. A login has only characters that stand in a URI as they are.
pub fn uri(secret: &[u8; SECRET_BYTES], login: &str) -> String {
    format!("otpauth://totp/kanhe:{login}?secret={}&issuer=kanhe", typed(secret))
}

/// SHA-1, six digits, thirty seconds, one step to either side: what apps assume whatever the URI says.
fn totp(secret: &[u8; SECRET_BYTES]) -> Totp {
    let builder = Builder::new().with_algorithm(totp_rs::Algorithm::SHA1).with_digits(6).with_step_duration(30).with_skew(1);
    builder.with_secret(Secret::new_stack(*secret)).build_noncompliant()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B, the last six of its eight digits.
        let rows = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, code) in rows {
            assert_eq!(code_at(b"12345678901234567890", seconds), code, "{seconds}");
            assert_eq!(step_of(b"12345678901234567890", code, seconds), Some(seconds.unsigned_abs() / 30));
        }
    }

    #[test]
    fn a_code_is_good_for_one_step_before_and_after() {
        let (secret, now) = (b"12345678901234567890", 1_234_567_890);
        for (seconds, good) in [(now - 30, true), (now + 30, true), (now + 90, false), (now - 90, false)] {
            assert_eq!(step_of(secret, &code_at(secret, seconds), now).is_some(), good, "{seconds}");
        }
        for odd in ["", "05924", "00592４", "0005924", "abcdef", "+05924"] {
            assert_eq!(step_of(secret, odd, now), None, "{odd}");
        }
    }
}
