//! Who wants to be told what.

use super::signature::Secret;
use crate::accounts::api_key::MOST_OLDER;
use jiff::Timestamp;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::event::Act;
use kanhe_core::hex::Hex;
use kanhe_store::find::Cursor;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::{Decode, Encode};
use std::net::Ipv6Addr;
use thiserror::Error;

/// An address has at most so many characters.
const LONGEST_ADDRESS: usize = 500;

/// A name of DNS has at most so many characters.
const LONGEST_HOST: usize = 253;

/// An agency has at most so many hooks.
const MOST_HOOKS: usize = 50;

/// Bytes of a hook's id.
pub const ID_LENGTH: usize = 8;

/// An address that is told what happens.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Hook {
    /// Its id.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub id: [u8; ID_LENGTH],
    /// Whose certificates it hears of.
    #[n(1)]
    pub agency: Uscc,
    /// Where letters go.
    #[n(2)]
    pub address: String,
    /// What it shares with the receiver.
    #[n(3)]
    #[cbor(with = "secret")]
    pub secret: Secret,
    /// Only these acts; none for all that happens to certificates.
    #[n(4)]
    pub acts: Vec<Act>,
    /// Only certificates of these types; none for all.
    #[n(5)]
    pub types: Vec<TypeCode>,
    /// The index of the next event of the log that it has not looked at.
    #[n(6)]
    pub next: u64,
    /// The secret before the present one.
    #[n(7)]
    pub older: Option<Older>,
    /// Those before it that are good still: where the answer to a rotation was lost, the receiver knows no other.
    #[n(8)]
    pub oldest: Option<Vec<Older>>,
}

/// A secret with which letters are signed still, beside those that came after it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Older {
    #[n(0)]
    #[cbor(with = "secret")]
    secret: Secret,
    #[n(1)]
    #[cbor(with = "kanhe_core::wire::moment")]
    until: Timestamp,
}

/// Why a hook is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HookError {
    /// The library failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Letters would go over the network in the clear, or nowhere.
    #[error(
        "the address is to be https://host[:port][/path] (http:// only on the machine of the service itself), of at most {most} characters and without a user or a fragment"
    )]
    Address {
        /// Its greatest length.
        most: usize,
    },
    /// Too many secrets from before are good still.
    #[error("{most} secrets from before are taken still, as many as may be")]
    TooManyOlder {
        /// At most so many.
        most: usize,
    },
    /// The agency has as many as it may.
    #[error("the agency has {most} hooks, as many as it may")]
    TooMany {
        /// At most so many.
        most: usize,
    },
}

impl HookError {
    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => error.code(),
            Self::Address { .. } => "hook_address",
            Self::TooManyOlder { .. } => "rotation_too_many",
            Self::TooMany { .. } => "hook_too_many",
        }
    }
}

impl Hook {
    /// Its id as text.
    pub fn name(&self) -> String {
        Hex(&self.id).to_string()
    }

    /// The same with another secret; the present one is used beside it until then, and those before it no longer.
    pub fn with(self, secret: Secret, until: Timestamp, now: Timestamp) -> Result<Self, HookError> {
        let before = self.older.into_iter().chain(self.oldest.into_iter().flatten());
        let before = before.map(|older| Older { until: older.until.min(until), ..older });
        let mut good: Vec<_> = std::iter::once(Older { secret: self.secret, until }).chain(before).collect();
        good.retain(|older| now < older.until);
        if good.len() > MOST_OLDER {
            return Err(HookError::TooManyOlder { most: MOST_OLDER });
        }
        let mut good = good.into_iter();
        let older = good.next();
        let oldest = Some(good.collect::<Vec<_>>()).filter(|oldest| !oldest.is_empty());
        Ok(Self { secret, older, oldest, ..self })
    }

    /// The secrets with which a letter is signed now, the newest first.
    pub fn secrets(&self, now: Timestamp) -> impl Iterator<Item = &Secret> {
        let older = self.older.iter().chain(self.oldest.iter().flatten()).filter(move |older| now < older.until);
        std::iter::once(&self.secret).chain(older.map(|older| &older.secret))
    }

    /// Whether it wants to hear of an act on a certificate or application of a type.
    pub fn wants(&self, act: Act, type_code: &TypeCode) -> bool {
        (self.acts.is_empty() || self.acts.contains(&act)) && (self.types.is_empty() || self.types.contains(type_code))
    }

    /// Refuses an address to which nothing should go. On this machine alone, `http` will do: nobody listens in between.
    pub fn check_address(address: &str) -> Result<(), HookError> {
        let refused = HookError::Address { most: LONGEST_ADDRESS };
        let plain = address.bytes().all(|byte| byte.is_ascii_graphic()) && !address.contains(['#', '@', '\\']);
        let is_good = match (address.strip_prefix("https://"), address.strip_prefix("http://")) {
            (Some(rest), _) => host_of(rest).is_some(),
            (None, Some(rest)) => host_of(rest).is_some_and(|host| ["127.0.0.1", "[::1]", "localhost"].contains(&host)),
            (None, None) => false,
        };
        if plain && is_good && address.len() <= LONGEST_ADDRESS { Ok(()) } else { Err(refused) }
    }
}

/// The host of an address without its scheme: what stands before path, query and port. None, where no machine could be called so.
fn host_of(rest: &str) -> Option<&str> {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let port_is_good =
        port.is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse().is_ok_and(|port: u16| port > 0));
    (port_is_good && is_host(host)).then_some(host)
}

/// Whether it is an address of IPv6 in brackets, or a name of labels (RFC 1123 §2.1), as which one of IPv4 reads too.
fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return inner.parse::<Ipv6Addr>().is_ok();
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= LONGEST_HOST && host.strip_suffix('.').unwrap_or(host).split('.').all(is_label)
}

/// The hooks of an agency: all, even where it has more than it may.
pub fn hooks_of(library: &Library, agency: &Uscc) -> Result<Vec<Hook>, StoreError> {
    let (mut hooks, mut after) = (Vec::new(), None);
    loop {
        let found = library.office_page(Drawer::Hooks, agency.as_str().as_bytes(), after.as_ref(), MOST_HOOKS)?;
        for (_, paper) in &found.papers {
            hooks.push(read(paper)?);
        }
        after = found.next;
        if after.is_none() {
            return Ok(hooks);
        }
    }
}

/// A page of the hooks of all agencies.
pub fn every_hook(library: &Library, after: Option<&Cursor>) -> Result<(Vec<Hook>, Option<Cursor>), StoreError> {
    let found = library.office_page(Drawer::Hooks, &[], after, MOST_HOOKS)?;
    let hooks = found.papers.iter().map(|(_, paper)| read(paper)).collect::<Result<_, _>>()?;
    Ok((hooks, found.next))
}

/// Lays a new hook into its drawer, if its agency may have one more. They are counted in the commit: no two that come at the same moment
/// find the same room.
pub fn add_hook(pen: &mut Pen<'_>, hook: &Hook) -> Result<(), HookError> {
    if pen.office_count(Drawer::Hooks, hook.agency.as_str().as_bytes())? >= MOST_HOOKS {
        return Err(HookError::TooMany { most: MOST_HOOKS });
    }
    Ok(put_hook(pen, hook)?)
}

/// Lays a hook into its drawer, new or in the place of the one with its id.
pub fn put_hook(pen: &mut Pen<'_>, hook: &Hook) -> Result<(), StoreError> {
    pen.put_office(Drawer::Hooks, &place(hook), &kanhe_core::wire::to_vec(hook))
}

/// A hook as a commit finds it; none, if it was taken away since.
pub fn hook_in(pen: &Pen<'_>, hook: &Hook) -> Result<Option<Hook>, StoreError> {
    pen.office(Drawer::Hooks, &place(hook))?.map(|paper| read(&paper)).transpose()
}

/// A hook as it is now; none, if it was taken away since.
pub(super) fn hook_now(library: &Library, hook: &Hook) -> Result<Option<Hook>, StoreError> {
    library.office(Drawer::Hooks, &place(hook))?.map(|paper| read(&paper)).transpose()
}

/// Takes a hook away; what was to be told to it goes with it.
pub fn remove_hook(pen: &mut Pen<'_>, hook: &Hook) {
    pen.take_office(Drawer::Hooks, &place(hook));
}

fn place(hook: &Hook) -> Vec<u8> {
    [hook.agency.as_str().as_bytes(), &hook.id].concat()
}

pub(super) fn read<T: for<'b> Decode<'b, ()>>(paper: &[u8]) -> Result<T, StoreError> {
    minicbor::decode(paper).map_err(|_| StoreError::Malformed { family: "office" })
}

/// A secret as its bytes: papers rest under the library's own.
mod secret {
    use super::Secret;
    use minicbor::decode::{Decoder, Error};
    use minicbor::encode::{self, Encoder, Write};

    pub(super) fn encode<C, W: Write>(secret: &Secret, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(secret.expose())?.ok()
    }

    pub(super) fn decode<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<Secret, Error> {
        let at = d.position();
        let bytes: [u8; 32] = d.bytes()?.try_into().map_err(|_| Error::message("secret").at(at))?;
        Ok(Secret::new(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_go_encrypted_or_stay_on_the_machine() {
        let rows = [
            ("https://app.example.cn/hooks", true),
            ("https://app.example.cn:8443/hooks?a=1", true),
            ("http://127.0.0.1:9000/hooks", true),
            ("http://localhost/hooks", true),
            ("http://[::1]:9000/", true),
            ("http://app.example.cn/hooks", false),
            ("http://localhost.example.cn/", false),
            ("http://127.0.0.1.example.cn/", false),
            ("https://user@app.example.cn/", false),
            ("https://", false),
            ("https:///hooks", false),
            ("https://:8443/hooks", false),
            ("https://?a=1", false),
            ("https://app.example.cn:99999/", false),
            ("https://app.example.cn:0/", false),
            ("https://app.example.cn:/", false),
            ("https://app.example.cn:443x/", false),
            ("https://app.example.cn:65535/", true),
            ("https://app..cn/", false),
            ("https://-app.cn/", false),
            ("https://[2001:db8::1]:8443/", true),
            ("https://[2001:db8::1]/", true),
            ("https://[2001:db8/", false),
            ("https://2001:db8::1/", false),
            ("http://127.0.0.1:99999/hooks", false),
            ("ftp://app.example.cn", false),
            ("https://app.example.cn/\n", false),
            ("https://app.example.cn/#x", false),
        ];
        for (address, good) in rows {
            assert_eq!(Hook::check_address(address).is_ok(), good, "{address}");
        }
    }
}
