//! What a check finds: what is wrong, and with what.

use crate::error::StoreError;
use crate::family::Family;
use crate::record::Shelfmark;
use kanhe_core::code::{ProjectCode, TypeCode, Uscc};
use kanhe_core::key::KeyId;

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub place: Place,
    /// What is wrong.
    pub defect: Defect,
    /// Of what is wrong with the manifest, and told once: how many certificates that can be used it is about.
    pub usable: Option<u64>,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Defect {
    /// Card and certificate say different things, or the card's predecessor or successor does not know of it.
    Card,
    /// The index of identifiers does not lead to the certificate, or has an entry that is nobody's.
    Identifier,
    /// The same of the index of printed numbers.
    Number,
    /// The same of the index of types, agencies and states.
    Shelf,
    /// Its status slot is another's or has another state, or a slot is nobody's.
    Slot,
    /// A page of slots is not known to have changed, or the next slot is not the one behind those in use.
    Page,
    /// The same of the index of last days.
    Ending,
    /// The same of the index of requests, or a request leads to what was issued for another.
    Request,
    /// The same of the index of holders.
    Holder,
    /// The same of the index of names.
    Words,
    /// An identifier of another scheme does not lead to it, or one does that no event tells of.
    Alias,
    /// Another that can be used came from the same certificate of another region.
    OriginTwice,
    /// Nothing is known to have happened to it, or its history has an event that is not about it.
    History,
    /// Certificate or seal is signed by no key of its agency.
    Signature,
    /// The manifest has no such key of the agency: of whatever it signed this is told once.
    KeyUnknown {
        /// The key that seals name.
        key: KeyId,
        /// The agency whose certificates they are.
        agency: Uscc,
    },
    /// The manifest has no such agency: of all its certificates this is told once.
    AgencyUnknown {
        /// The agency.
        agency: Uscc,
    },
    /// The manifest lets the key sign no seals, or no certificates: told once, as what follows is.
    KeyUse {
        /// The key that seals name.
        key: KeyId,
        /// Its agency.
        agency: Uscc,
    },
    /// Certificates that can be used were issued on days that the key's window has not.
    OutsideWindow {
        /// The key that seals name.
        key: KeyId,
        /// Its agency.
        agency: Uscc,
    },
    /// The agency may not issue the type, or its index means another.
    TypeTaken {
        /// The type.
        type_code: TypeCode,
        /// The agency.
        agency: Uscc,
    },
    /// The manifest has no such dictionary, which seals are packed with.
    DictionaryUnknown {
        /// Its id in the seals.
        dictionary: u32,
    },
    /// The card says another state than the history, or another moment since when.
    State,
    /// No event of the log vouches for it.
    EventOfIssue,
    /// An application's indexes or events do not agree with it, or an index leads to none.
    Project,
    /// The counts are not those of the certificates.
    Counts,
    /// An event is missing or does not open.
    Event,
    /// What an event is about does not know of it.
    EventRecord,
    /// The manifest, a file of a type or the recognition does not lie where it was laid, or is not the one that the log tells of; or the
    /// manifest is not what its root key signed.
    Manifest,
    /// A signed status list that counts as of today says otherwise than the slots of its page.
    List,
    /// The founding tells of another region than the manifest, or of another log than the last checkpoint.
    Founding,
    /// An agency has passed over a page of slots that was not left out when a backup was restored.
    FirstPage,
    /// The library keeps a word of itself that it does not know.
    Word,
    /// The log does not begin with what was last published of it.
    Checkpoint,
    /// An event stands beyond the end of the log.
    EventBeyond,
    /// A card or a record stands beyond the last certificate.
    CardBeyond,
    /// A tile is not what its events give, or the log has no such tile.
    Tile,
    /// It cannot be read at all.
    Unreadable(StoreError),
}

impl Defect {
    /// What is wrong where an index does not agree with the certificates.
    pub(super) const fn of(index: Family) -> Self {
        match index {
            Family::Identifiers => Self::Identifier,
            Family::Aliases => Self::Alias,
            Family::Numbers => Self::Number,
            Family::Holders => Self::Holder,
            Family::Shelves => Self::Shelf,
            Family::Endings => Self::Ending,
            Family::Requests => Self::Request,
            Family::Words => Self::Words,
            Family::Slots => Self::Slot,
            Family::Histories => Self::History,
            Family::Projects => Self::Project,
            Family::Tiles => Self::Tile,
            Family::Events => Self::EventBeyond,
            Family::Meta | Family::Certificates | Family::Cards | Family::Office => Self::CardBeyond,
            Family::Pages => Self::Page,
            Family::Counts => Self::Counts,
        }
    }

    /// The stable code of this defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Card => "check_card",
            Self::Identifier => "check_identifier",
            Self::Number => "check_number",
            Self::Shelf => "check_shelf",
            Self::Slot => "check_slot",
            Self::Page => "check_page",
            Self::Ending => "check_ending",
            Self::Request => "check_request",
            Self::Holder => "check_holder",
            Self::Words => "check_words",
            Self::Alias => "check_alias",
            Self::OriginTwice => "check_origin_twice",
            Self::History => "check_history",
            Self::Signature => "check_signature",
            Self::KeyUnknown { .. } => "check_key_unknown",
            Self::AgencyUnknown { .. } => "check_agency_unknown",
            Self::KeyUse { .. } => "check_key_use",
            Self::OutsideWindow { .. } => "check_outside_window",
            Self::TypeTaken { .. } => "check_type_taken",
            Self::DictionaryUnknown { .. } => "check_dictionary_unknown",
            Self::State => "check_state",
            Self::EventOfIssue => "check_event_of_issue",
            Self::Project => "check_project",
            Self::Counts => "check_counts",
            Self::Event => "check_event",
            Self::EventRecord => "check_event_record",
            Self::Manifest => "check_manifest",
            Self::List => "check_list",
            Self::Founding => "check_founding",
            Self::FirstPage => "check_first_page",
            Self::Word => "check_word",
            Self::Checkpoint => "check_checkpoint",
            Self::EventBeyond => "check_event_beyond",
            Self::CardBeyond => "check_card_beyond",
            Self::Tile => "check_tile",
            Self::Unreadable(error) => error.code(),
        }
    }

    /// What it is about in the manifest; none where it is a defect of the library itself.
    pub(super) const fn in_manifest(&self) -> Option<Place> {
        match self {
            Self::KeyUnknown { key, agency } | Self::KeyUse { key, agency } | Self::OutsideWindow { key, agency } => {
                Some(Place::Key(*key, *agency))
            }
            Self::AgencyUnknown { agency } => Some(Place::Agency(*agency)),
            Self::TypeTaken { type_code, agency } => Some(Place::Type(*type_code, *agency)),
            Self::DictionaryUnknown { dictionary } => Some(Place::Dictionary(*dictionary)),
            _ => None,
        }
    }
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A certificate.
    Certificate(Shelfmark),
    /// An event of the log.
    Event(u64),
    /// An application.
    Project(ProjectCode),
    /// A key of an agency.
    Key(KeyId, Uscc),
    /// An agency.
    Agency(Uscc),
    /// A type of an agency.
    Type(TypeCode, Uscc),
    /// A dictionary.
    Dictionary(u32),
    /// The status list of a page of an agency.
    List(Uscc, u32),
    /// The library as a whole.
    Library,
}
