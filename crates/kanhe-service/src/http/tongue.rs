//! In which language a caller is answered.

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use kanhe_words::Language;
use std::convert::Infallible;

/// The language that a request asks for: Chinese, where it does not say.
#[derive(Clone, Copy, Debug)]
pub struct Tongue(pub Language);

impl Tongue {
    /// The language of a request's headers.
    pub fn of(headers: &axum::http::HeaderMap) -> Self {
        // Systems rarely say one.
        if !headers.contains_key(ACCEPT_LANGUAGE) {
            return Self(Language::of_accept_language(""));
        }
        // Several lines of one name are one list (RFC 9110 §5.3).
        let lines: Vec<&str> = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok()).collect();
        Self(Language::of_accept_language(&lines.join(",")))
    }

    /// As `Content-Language` says it (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self.0 {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Tongue {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn several_lines_of_languages_are_one_list() {
        let rows: [(&[&'static str], Language); 5] = [
            (&[], Language::Chinese),
            (&["en"], Language::English),
            (&["zh;q=0.5", "en"], Language::English),
            (&["da", "fr", "en;q=0.3"], Language::English),
            (&["en;q=0.3", "zh-CN;q=0.4"], Language::Chinese),
        ];
        for (lines, language) in rows {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(ACCEPT_LANGUAGE, HeaderValue::from_static(line));
            }
            assert_eq!(Tongue::of(&headers).0, language, "{lines:?}");
        }
    }
}
