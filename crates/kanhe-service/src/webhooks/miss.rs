//! Why a letter got no answer.

use minicbor::{Decode, Encode};

/// Why nobody answered a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Miss {
    /// No machine has the name in the address.
    #[n(0)]
    NoSuchHost,
    /// The machine is there, and nobody listens at the port.
    #[n(1)]
    Refused,
    /// The certificate of the receiver is not believed, or there is no TLS at the port.
    #[n(2)]
    Tls,
    /// The answer did not come in time.
    #[n(3)]
    TimedOut,
    /// The connection broke, or could not be made.
    #[n(4)]
    Broken,
    /// What came back is no answer of HTTP.
    #[n(5)]
    NoHttp,
}

impl Miss {
    /// Every reason.
    pub const ALL: [Self; 6] = [Self::NoSuchHost, Self::Refused, Self::Tls, Self::TimedOut, Self::Broken, Self::NoHttp];

    /// The stable code of this reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchHost => "hook_host_unknown",
            Self::Refused => "hook_refused",
            Self::Tls => "hook_tls",
            Self::TimedOut => "hook_timed_out",
            Self::Broken => "hook_broken",
            Self::NoHttp => "hook_no_http",
        }
    }
}
