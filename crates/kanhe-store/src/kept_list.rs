//! Signed status lists as they lie in their drawer: whoever signs them lays them there, and the check holds them against the slots.

use crate::error::StoreError;
use crate::library::Library;
use kanhe_core::code::Uscc;
use kanhe_core::envelope::Envelope;
use kanhe_core::status::{ENTRIES_PER_LIST, StatusList};
use kanhe_core::wire;
use minicbor::{Decode, Encode};

/// A list as the library keeps it: only what stands in one paper with it says whether it is still right.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct KeptList {
    /// How often its page had been changed when the states in it were read.
    #[n(0)]
    pub changes: u64,
    /// The envelope.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub list: Vec<u8>,
}

impl KeptList {
    /// Reads a paper; nothing where it is no list, which is signed anew.
    pub fn decode(paper: &[u8]) -> Option<Self> {
        minicbor::decode(paper).ok()
    }

    /// The paper.
    pub fn encode(&self) -> Vec<u8> {
        wire::to_vec(self)
    }

    /// What it says, taken at its word: whether a key of the agency signed it, who believes it asks.
    pub fn read(&self) -> Option<StatusList> {
        Envelope::decode(&self.list).ok()?.read_unchecked().ok()
    }

    /// Where the list of a page lies in the drawer: the 18 characters of the agency and four bytes of the number.
    pub fn key(agency: &Uscc, page: u32) -> Vec<u8> {
        [agency.as_str().as_bytes(), &page.to_be_bytes()].concat()
    }

    /// Of which page the list is that lies at a key.
    pub fn page_of(key: &[u8]) -> Option<(Uscc, u32)> {
        let (agency, page) = key.split_last_chunk::<4>()?;
        Some((Uscc::parse(std::str::from_utf8(agency).ok()?).ok()?, u32::from_be_bytes(*page)))
    }
}

impl Library {
    /// Whether a list says of every slot of a page what the library says.
    pub fn agrees_with(&self, list: &StatusList, agency: &Uscc, page: u32) -> Result<bool, StoreError> {
        let (unheld, held) = (self.unheld(agency, page)?, self.states(agency, page)?);
        let mut held = held.into_iter().peekable();
        let mut state_of = |entry| held.next_if(|(next, _)| *next == entry).map_or(unheld, |(_, state)| state);
        Ok(list.statuses().entries() == ENTRIES_PER_LIST && (0..ENTRIES_PER_LIST).all(|entry| list.state(entry) == Some(state_of(entry))))
    }
}
