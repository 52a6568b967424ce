//! Where a key is: the part of RFC 7512 (the `pkcs11:` URI) that names a key to sign with.
//!
//! ```text
//! pkcs11:token=agency;object=market.gd.example.cn%2F2026?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/kanhe/pin
//! ```
//!
//! A token is named by its label (`token`) or its serial number (`serial`), a key by its label (`object`), which is the name in its public
//! line. Attributes that would narrow the search in another way are refused rather than passed over, and so is `pin-value`: a command line can
//! be read by everybody on the machine.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use thiserror::Error;

/// What every address begins with.
pub const SCHEME: &str = "pkcs11:";

/// No address is longer: a path of the system has at most 4,096 bytes.
const LONGEST: usize = 8192;

/// Where a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The file of the PKCS#11 module.
    pub module: PathBuf,
    /// The token.
    pub token: TokenName,
    /// The key's label in it.
    pub key: String,
}

/// What a token is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName {
    label: Option<String>,
    serial: Option<String>,
}

impl TokenName {
    /// A token of a label, of a serial number, or of both; one of neither is no name.
    pub fn new(label: Option<String>, serial: Option<String>) -> Option<Self> {
        (label.is_some() || serial.is_some()).then_some(Self { label, serial })
    }

    /// Whether a token is meant.
    pub(crate) fn is(&self, label: &str, serial: &str) -> bool {
        let same = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found.trim_end());
        same(&self.label, label) && same(&self.serial, serial)
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.label, &self.serial) {
            (Some(label), Some(serial)) => write!(f, "{label} ({serial})"),
            (Some(name), None) | (None, Some(name)) => f.write_str(name),
            (None, None) => Ok(()),
        }
    }
}

/// What an address says, before all of it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The file of the module.
    pub module: PathBuf,
    /// The token.
    pub token: TokenName,
    /// The key's label, unless it is named in another way.
    pub key: Option<String>,
    /// The file whose first line is the PIN.
    pub pin_source: Option<PathBuf>,
}

impl Named {
    /// Reads a URI.
    pub fn parse(uri: &str) -> Result<Self, AddressError> {
        if uri.len() > LONGEST {
            return Err(AddressError::TooLong { found: uri.len(), most: LONGEST });
        }
        let rest = uri.strip_prefix(SCHEME).ok_or(AddressError::Scheme)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut said = Attributes::default();
        said.read(path, ';', &["token", "serial", "object", "type"])?;
        said.read(query, '&', &["module-path", "pin-source"])?;
        if said.take("type").is_some_and(|kind| kind != "private") {
            return Err(AddressError::Type);
        }
        let token = TokenName::new(said.take("token"), said.take("serial")).ok_or(AddressError::NoToken)?;
        let module = said.take("module-path").map(PathBuf::from).ok_or(AddressError::NoModule)?;
        let pin_source = said.take("pin-source").map(|source| file_of(&source)).transpose()?;
        Ok(Self { module, token, key: said.take("object"), pin_source })
    }
}

impl Named {
    /// The address of a key of this label, or of the one that the URI names.
    pub fn address(self, key: Option<&str>) -> Result<Address, AddressError> {
        let key = key.map(str::to_owned).or(self.key).ok_or(AddressError::NoKey)?;
        Ok(Address { module: self.module, token: self.token, key })
    }
}

/// The attributes of a URI, each said once.
#[derive(Default)]
struct Attributes<'u>(BTreeMap<&'u str, String>);

impl<'u> Attributes<'u> {
    fn read(&mut self, text: &'u str, between: char, known: &[&'static str]) -> Result<(), AddressError> {
        for pair in text.split(between).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or(AddressError::Attribute)?;
            if name == "pin-value" {
                return Err(AddressError::PinInSight);
            }
            let Some(name) = known.iter().find(|known| **known == name) else { return Err(AddressError::Unknown) };
            let value = decoded(value).filter(|value| !value.is_empty()).ok_or(AddressError::Value { name })?;
            if self.0.insert(name, value).is_some() {
                return Err(AddressError::Twice { name });
            }
        }
        Ok(())
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }
}

/// A percent-encoded text (RFC 3986 §2.1) that is UTF-8 and has no control characters.
fn decoded(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = if *first == b'%' {
            let (hex, after) = after.split_at_checked(2)?;
            let hex = std::str::from_utf8(hex).ok().filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            (u8::from_str_radix(hex, 16).ok()?, after)
        } else {
            (*first, after)
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

/// A file, named bare or as a `file:` URI without a host; a program that would tell the PIN (`|…`) is not run.
fn file_of(source: &str) -> Result<PathBuf, AddressError> {
    let path = source.strip_prefix("file://").or_else(|| source.strip_prefix("file:")).unwrap_or(source);
    if path.starts_with('|') || path.is_empty() { Err(AddressError::PinSource) } else { Ok(PathBuf::from(path)) }
}

/// Why a URI names no key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It is longer than any.
    #[error("a pkcs11: URI has at most {most} bytes, this one {found}")]
    TooLong {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        most: usize,
    },
    /// It is of another scheme.
    #[error("the address of a key in a token begins with pkcs11:")]
    Scheme,
    /// A part is no `name=value`.
    #[error("a part of the URI is no name=value")]
    Attribute,
    /// An attribute that is not looked at, so its search would find something else than was meant.
    #[error("the URI has an attribute that is not known here; known are token, serial, object, type, module-path and pin-source")]
    Unknown,
    /// An attribute stands there twice.
    #[error("{name} stands in the URI twice")]
    Twice {
        /// The attribute.
        name: &'static str,
    },
    /// A value is empty, or not percent-encoded as it should be.
    #[error("the value of {name} is empty or not percent-encoded UTF-8")]
    Value {
        /// The attribute.
        name: &'static str,
    },
    /// The PIN itself.
    #[error("pin-value shows the PIN to everybody on the machine: name a file with pin-source")]
    PinInSight,
    /// A source of the PIN that is no file.
    #[error("pin-source is no file")]
    PinSource,
    /// Something else than a private key is meant.
    #[error("only type=private names a key to sign with")]
    Type,
    /// No token is named.
    #[error("the URI names no token: token=LABEL or serial=NUMBER")]
    NoToken,
    /// No module is named.
    #[error("the URI names no module: ?module-path=FILE")]
    NoModule,
    /// No key is named.
    #[error("the URI names no key: object=LABEL")]
    NoKey,
}

impl AddressError {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "token_address_length",
            Self::Scheme | Self::Attribute | Self::Unknown | Self::Twice { .. } | Self::Value { .. } | Self::Type => {
                "token_address_malformed"
            }
            Self::PinInSight => "token_address_pin",
            Self::PinSource => "token_address_pin_source",
            Self::NoToken | Self::NoModule | Self::NoKey => "token_address_incomplete",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "?module-path=/usr/lib/softhsm/libsofthsm2.so";

    fn code(uri: &str) -> &'static str {
        Named::parse(uri).unwrap_err().code()
    }

    #[test]
    fn an_address_says_where_a_key_is() {
        let named =
            Named::parse(&format!("pkcs11:token=My%20Agency;object=gd.example.cn%2Fmarket;type=private{MODULE}&pin-source=file:/p"));
        let named = named.unwrap();
        assert_eq!(named.module, PathBuf::from("/usr/lib/softhsm/libsofthsm2.so"));
        assert_eq!((named.token.to_string().as_str(), named.key.as_deref()), ("My Agency", Some("gd.example.cn/market")));
        assert_eq!(named.pin_source, Some(PathBuf::from("/p")));
        let bare = Named::parse(&format!("pkcs11:serial=0a1b{MODULE}&pin-source=/etc/pin")).unwrap();
        assert_eq!((bare.token.to_string().as_str(), bare.key, bare.pin_source), ("0a1b", None, Some(PathBuf::from("/etc/pin"))));
    }

    #[test]
    fn a_token_is_known_by_all_that_was_said_of_it() {
        let both = TokenName::new(Some("agency".to_owned()), Some("0a1b".to_owned())).unwrap();
        let rows = [("agency          ", "0a1b", true), ("agency", "0a1c", false), ("agency2", "0a1b", false)];
        for (label, serial, meant) in rows {
            assert_eq!(both.is(label, serial), meant, "{label}");
        }
        assert_eq!(TokenName::new(None, None), None);
    }

    #[test]
    fn what_is_no_address_is_refused_by_its_code() {
        let rows = [
            ("pkcs12:token=a".to_owned(), "token_address_malformed"),
            (format!("pkcs11:{MODULE}"), "token_address_incomplete"),
            ("pkcs11:token=a;object=b".to_owned(), "token_address_incomplete"),
            (format!("pkcs11:token=a;object={MODULE}"), "token_address_malformed"),
            (format!("pkcs11:token=a;token=b{MODULE}"), "token_address_malformed"),
            (format!("pkcs11:token=a;slot-id=1{MODULE}"), "token_address_malformed"),
            (format!("pkcs11:token=a;type=public{MODULE}"), "token_address_malformed"),
            (format!("pkcs11:token=%zz{MODULE}"), "token_address_malformed"),
            (format!("pkcs11:token=%+1{MODULE}"), "token_address_malformed"),
            (format!("pkcs11:token=%ff{MODULE}"), "token_address_malformed"),
            (format!("pkcs11:token=a%0a{MODULE}"), "token_address_malformed"),
            (format!("pkcs11:token=a{MODULE}&pin-value=1234"), "token_address_pin"),
            (format!("pkcs11:token=a{MODULE}&pin-source=|cat%20/pin"), "token_address_pin_source"),
            (format!("pkcs11:token={}{MODULE}", "a".repeat(9000)), "token_address_length"),
        ];
        for (uri, wanted) in rows {
            assert_eq!(code(&uri), wanted, "{uri}");
        }
    }

    #[test]
    fn no_error_repeats_what_stood_in_the_address() {
        for uri in ["pkcs11:token=a?pin-value=87654321", "pkcs11:87654321", "pkcs11:87654321=87654321", "pkcs11:token=%87654321"] {
            assert!(!Named::parse(uri).unwrap_err().to_string().contains("87654321"), "{uri}");
        }
    }
}
