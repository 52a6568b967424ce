//! Passwords: Argon2id with the parameters that OWASP recommends, kept as a PHC string.

use super::secret::letters;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use thiserror::Error;
use zeroize::Zeroizing;

/// A password that nobody chose has so many characters at least (NIST SP 800-63B-4 §3.1.1.2 asks 8 where there is a second factor, 15
/// where there is none; lock-out stands between).
pub const SHORTEST_PASSWORD: usize = 12;

/// Argon2 takes any length; a hall of strangers need not send megabytes.
pub const LONGEST_PASSWORD: usize = 256;

/// 19 MiB, two passes, one lane: the first choice of OWASP's Password Storage Cheat Sheet; some ten sign-ins at a time fit a small machine.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WeakPassword {
    /// It is too short or too long.
    #[error("a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, this one {found}")]
    Length {
        /// How many it has.
        found: usize,
    },
    /// It is made of the login or of very few characters.
    #[error("a password is not made of the login, nor of fewer than five different characters")]
    Plain,
    /// It is the one that it is to replace.
    #[error("the new password is the old one")]
    Same,
}

impl WeakPassword {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Length { .. } => "password_length",
            Self::Plain => "password_plain",
            Self::Same => "password_same",
        }
    }
}

/// Refuses what is guessed first.
pub fn check(password: &str, login: &str) -> Result<(), WeakPassword> {
    let found = password.chars().count();
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&found) {
        return Err(WeakPassword::Length { found });
    }
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    let of_login = password.to_lowercase().replace(login, "").chars().count() < SHORTEST_PASSWORD / 2;
    if different.len() < 5 || of_login { Err(WeakPassword::Plain) } else { Ok(()) }
}

/// A password for one use, from twenty bytes of chance: a hundred bits in four groups that can be read out.
pub fn one_time(chance: &[u8; 20]) -> Zeroizing<String> {
    let mut password = Zeroizing::new(String::with_capacity(23));
    for (place, letter) in letters(chance).enumerate() {
        if place > 0 && place % 5 == 0 {
            password.push('-');
        }
        password.push(letter);
    }
    password
}

/// What is kept of a password: a PHC string. Takes some twenty milliseconds.
pub fn hash(password: &str, salt: &[u8; 16]) -> String {
    let hashed = hasher().hash_password_with_salt(password.as_bytes(), salt);
    hashed.expect("a salt of 16 bytes and a password under 4 GiB").to_string() // safe: Argon2 refuses nothing else (RFC 9106 §3.1)
}

/// Whether a password is the one that was kept. Takes as long as keeping one.
pub fn is(password: &str, kept: &str) -> bool {
    hasher().verify_password(password.as_bytes(), kept).is_ok()
}

/// Takes as long as [`is`], where there is nothing to compare with.
pub fn decoy(password: &str) {
    let _ = hasher().hash_password_with_salt(password.as_bytes(), &[0; 16]);
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or(Params::DEFAULT);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let kept = hash("correct horse battery", &[7; 16]);
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is("correct horse battery", &kept));
        assert!(!is("correct horse batterx", &kept) && !is("", &kept) && !is("x", "no PHC string"));
        assert_ne!(hash("correct horse battery", &[8; 16]), kept);
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        let rows = [
            ("short", "password_length"),
            ("aaaaaaaaaaaaaaaa", "password_plain"),
            ("abababababababab", "password_plain"),
            ("zhangsan-zhangsan", "password_plain"),
            ("ZhangSan1234", "password_plain"),
        ];
        for (password, code) in rows {
            assert_eq!(check(password, "zhangsan").unwrap_err().code(), code, "{password}");
        }
        assert_eq!(check(&"长".repeat(257), "zhangsan").unwrap_err().code(), "password_length");
        assert_eq!(check("春眠不觉晓处处闻啼鸟夜来", "zhangsan"), Ok(()));
        assert_eq!(check(&one_time(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]), "zhangsan"), Ok(()));
    }
}
