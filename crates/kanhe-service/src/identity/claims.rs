//! What ID tokens and logout tokens say alike: for whom they are, and when they count.

use super::error::TokenError;
use serde::Deserialize;

/// Clocks of two machines differ by so many seconds.
pub const LEEWAY: i64 = 60;

/// A token is used at once; one that is older was kept by somebody.
pub const OLDEST: i64 = 600;

/// A string, or several (RFC 7519 §4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// Refuses what is for others, or for others too: we trust no other audience (Core §3.1.3.7, steps 3 to 5).
    pub fn is_alone(&self, client_id: &str) -> Result<(), TokenError> {
        let alone = match self {
            Self::One(one) => one == client_id,
            Self::Several(all) => matches!(all.as_slice(), [one] if one == client_id),
        };
        if alone { Ok(()) } else { Err(TokenError::Audience) }
    }
}

/// Seconds since 1970; a fraction is allowed, and dropped (RFC 7519 §2).
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
pub enum Number {
    Whole(i64),
    Fraction(f64),
}

impl Number {
    /// The whole seconds.
    pub fn seconds(self) -> Result<i64, TokenError> {
        match self {
            Self::Whole(seconds) => Ok(seconds),
            // A double has room for 15 digits of a whole number; years have ten.
            Self::Fraction(seconds) if (0.0..1e15).contains(&seconds) => {
                format!("{:.0}", seconds.floor()).parse().map_err(|_| TokenError::Malformed)
            }
            Self::Fraction(_) => Err(TokenError::Malformed),
        }
    }
}

/// Between which moments a token counts.
pub struct Term {
    pub iat: Number,
    pub exp: Number,
    pub nbf: Option<Number>,
}

impl Term {
    /// Refuses a token that is past its term, of the future, or too long on its way. The second at which it was issued.
    pub fn has_now(&self, now: i64) -> Result<i64, TokenError> {
        let (issued, expires) = (self.iat.seconds()?, self.exp.seconds()?);
        let begins = self.nbf.map(Number::seconds).transpose()?.unwrap_or(issued).max(issued);
        let over = now >= expires.saturating_add(LEEWAY);
        if over || begins > now.saturating_add(LEEWAY) || issued < now.saturating_sub(OLDEST) {
            return Err(TokenError::NotNow { issued, expires, now });
        }
        Ok(issued)
    }
}
