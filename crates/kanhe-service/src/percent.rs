//! Percent-escaping of what stands in an address or a form (RFC 3986 §2.1).

use std::fmt::Write;

/// One value of it.
pub fn escaped(value: &str) -> String {
    let mut text = String::new();
    escape(value, &mut text);
    text
}

/// Everything but the unreserved characters of RFC 3986 §2.3 is escaped: that is read alike by who takes `+` for a space and who does not.
pub fn escape(value: &str, into: &mut String) {
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
    fn what_stands_in_a_path_cannot_leave_it() {
        assert_eq!(escaped("1.2.156.3005.2.S"), "1.2.156.3005.2.S");
        assert_eq!(escaped("a/b?c=d&e#f 张"), "a%2Fb%3Fc%3Dd%26e%23f%20%E5%BC%A0");
    }
}
