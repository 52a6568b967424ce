//! `application/x-www-form-urlencoded`: parameters of addresses and forms.

use std::fmt::Write;

/// Pairs, joined by `&`.
pub fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        escape(name, &mut text);
        text.push('=');
        escape(value, &mut text);
    }
    text
}

/// One value.
pub fn escaped(value: &str) -> String {
    let mut text = String::new();
    escape(value, &mut text);
    text
}

/// Everything but the unreserved characters of RFC 3986 §2.3 is escaped: that is read alike by who takes `+` for a space and who does not.
fn escape(value: &str, into: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => into.push(char::from(byte)),
            _ => drop(write!(into, "%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_escaped() {
        assert_eq!(
            encode([("scope", "openid profile"), ("r", "https://a/b?c=d&e"), ("名", "+~")]),
            "scope=openid%20profile&r=https%3A%2F%2Fa%2Fb%3Fc%3Dd%26e&%E5%90%8D=%2B~"
        );
        assert_eq!(encode([]), "");
        assert_eq!(escaped("a:b"), "a%3Ab");
    }
}
