//! What an agency's auditors are told at once: somebody does far more than is usual, or as much as one person may do alone.

use super::paper::{Papers, Span, papers_of, place_of_one, written};
use jiff::Timestamp;
use kanhe_core::code::Uscc;
use kanhe_store::{Drawer, Library, Pen, StoreError};
use minicbor::{Decode, Encode};

/// The first byte of an alarm's key in the drawer.
const ALARMS: u8 = 1;

/// What was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Noticed {
    /// Calls of sharing on one day, far above the mean of those before.
    #[n(0)]
    Calls,
    /// Certificates that one person took away alone within an hour, as many as one person may.
    #[n(1)]
    TakenAlone,
    /// Searches of the own agency's register on one day, far above the mean of those before.
    #[n(2)]
    Searches,
    /// Looks at certificates and applications of the own agency on one day, far above the mean of those before.
    #[n(3)]
    Looks,
}

impl Noticed {
    /// Everything that is noticed.
    pub const ALL: [Self; 3] = [Self::Calls, Self::TakenAlone, Self::Searches];

    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::TakenAlone => "taken_alone",
            Self::Searches => "searches",
            Self::Looks => "looks",
        }
    }
}

/// What was noticed of whom.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Alarm {
    /// When it was noticed.
    #[n(0)]
    #[cbor(with = "kanhe_core::wire::moment")]
    pub at: Timestamp,
    /// Of whom: as [`super::Caller::actor`] has it.
    #[n(1)]
    pub actor: String,
    /// How many: calls, searches or looks of that day, or certificates of the hour.
    #[n(2)]
    pub count: u32,
    /// How many are usual: the mean of its days; of what is taken away alone none is.
    #[n(3)]
    pub mean: u32,
    /// What; papers that do not say so are of calls.
    #[n(4)]
    noticed: Option<Noticed>,
}

impl Alarm {
    /// An alarm about an actor, of whom so many are usual.
    pub const fn new(noticed: Noticed, at: Timestamp, actor: String, count: u32, mean: u32) -> Self {
        Self { at, actor, count, mean, noticed: Some(noticed) }
    }

    /// What was noticed.
    pub fn noticed(&self) -> Noticed {
        self.noticed.unwrap_or(Noticed::Calls)
    }

    /// Lays it where the auditors of an agency find it, in the commit of what was noticed; `chance` keeps two of one moment apart.
    pub(crate) fn put(&self, pen: &mut Pen<'_>, agency: &Uscc, chance: [u8; 8]) -> Result<(), StoreError> {
        let key = [&[ALARMS], place_of_one(agency, self.at, chance).as_slice()].concat();
        pen.put_office(Drawer::Calls, &key, &written(self))
    }
}

/// The alarms about callers of an agency in a time.
pub fn alarms_of(library: &Library, agency: &Uscc, span: &Span) -> Result<Papers<Alarm>, StoreError> {
    papers_of(library, (Drawer::Calls, &[ALARMS]), agency, span)
}
