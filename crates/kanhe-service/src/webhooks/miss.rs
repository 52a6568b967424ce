//! Why a letter got no answer, or another question that the service asked.

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
    /// Nobody was asked: what was to be told is not in the library any more.
    #[n(6)]
    NoEvent,
}

impl Miss {
    /// Every reason.
    pub const ALL: [Self; 7] = [Self::NoSuchHost, Self::Refused, Self::Tls, Self::TimedOut, Self::Broken, Self::NoHttp, Self::NoEvent];

    /// The stable code of this reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchHost => "hook_host_unknown",
            Self::Refused => "hook_refused",
            Self::Tls => "hook_tls",
            Self::TimedOut => "hook_timed_out",
            Self::Broken => "hook_broken",
            Self::NoHttp => "hook_no_http",
            Self::NoEvent => "hook_event_missing",
        }
    }

    /// The reason as the log names it of others whom the service asks.
    pub fn word(self) -> &'static str {
        self.code().trim_start_matches("hook_")
    }
}
