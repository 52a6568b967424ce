//! The signature of Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// What stands before a secret, so that people and scanners of code know it for one.
const PREFIX: &str = "whsec_";

/// What a hook and its receiver share: 32 bytes of chance.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    /// Takes bytes that nobody can guess.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to lock them away.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// As the receiver is given it, once.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(*self.0)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The value of `webhook-signature` for a letter: its id, the second at which it is sent, and its body.
pub fn signature(secret: &Secret, id: &str, second: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose()).expect("HMAC takes a key of any length"); // safe: see RFC 2104 §3
    mac.update(format!("{id}.{second}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reckoned with Python's `hmac`, as the specification's reference libraries do.
    #[test]
    fn a_letter_is_signed_as_the_specification_says() {
        let secret = Secret::new(*b"kanhe test webhook secret 000000");
        assert_eq!(*secret.to_text(), "whsec_a2FuaGUgdGVzdCB3ZWJob29rIHNlY3JldCAwMDAwMDA=");
        assert_eq!(
            signature(&secret, "msg_1", 1_750_000_000, b"{\"test\": 2432232314}"),
            "v1,vBbk/Sn/3OJNlV3eVxWiLkk9PFMlDO27y0HEHM8bQeU="
        );
        assert!(!format!("{secret:?}").contains("kanhe"));
    }
}
