//! `application/x-www-form-urlencoded`: parameters of addresses and forms.

use crate::percent::escape;

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
    }
}
