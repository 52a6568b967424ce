//! Finding certificates: every question is answered from an index, page by page; `docs/DATA_MODEL.md` tells what a page costs.

use crate::cursor::shelved;
use crate::error::StoreError;
use crate::family::Family;
use crate::layout::{self, Key};
use crate::library::Library;
use crate::pen::Repeat;
use crate::record::{Card, Record, Shelfmark};
use crate::skip::Part;
use crate::within::Within;
use crate::words::can_be_asked;
use jiff::civil::Date;
use kanhe_core::code::{Abroad, CertificateId, HolderCode, TypeCode, Uscc};
use kanhe_core::event::Event;
use kanhe_core::status::State;
use std::slice;

pub use crate::cursor::Cursor;
pub use crate::find_only::Only;
pub use crate::find_standing::{Standing, Term};

/// A page has at most so many certificates.
pub const LONGEST_PAGE: usize = 1_000;

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Question {
    /// By its identifier in another scheme.
    Alias {
        /// The scheme.
        scheme: String,
        /// The value.
        value: String,
        /// Whether it is one of these.
        only: Only,
    },
    /// By printed number, however it is spelt: not unique across types, nor across versions.
    Number {
        /// The number.
        number: String,
        /// Of these.
        only: Only,
    },
    /// All of a holder.
    Holder {
        /// The holder's code.
        code: HolderCode,
        /// Of these.
        only: Only,
    },
    /// By two or more neighbouring letters of a holder's name.
    Words {
        /// The letters.
        words: String,
        /// Of these.
        only: Only,
    },
    /// By the request that they were issued for: an agency answers one of a type once.
    Request {
        /// The request's id.
        request: String,
        /// The type.
        type_code: Option<TypeCode>,
        /// The agency.
        agency: Option<Uscc>,
    },
    /// By what they are on a day.
    Standing(Standing),
    /// By what stands on the card.
    Shelf {
        /// The type.
        type_code: Option<TypeCode>,
        /// The agency.
        agency: Option<Uscc>,
        /// The state.
        state: Option<State>,
    },
    /// Those whose last day lies in a time and that are valid or suspended.
    Ending {
        /// The first such day.
        from: Date,
        /// The last such day.
        until: Date,
        /// The type.
        type_code: Option<TypeCode>,
        /// The agency.
        agency: Option<Uscc>,
    },
}

impl Question {
    /// By a name, or two or more neighbouring letters of it; none where there are fewer, for then nothing could be found.
    pub fn named(words: &str, only: Only) -> Option<Self> {
        can_be_asked(words).then(|| Self::Words { words: words.to_owned(), only })
    }
}

/// A page of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Where the certificates stand.
    pub shelfmarks: Vec<Shelfmark>,
    /// Where the next page begins, if there may be one.
    pub next: Option<Cursor>,
}

impl Library {
    /// Where the certificate with an identifier stands.
    pub fn find(&self, identifier: &CertificateId) -> Result<Option<Shelfmark>, StoreError> {
        self.reader().find(identifier)
    }

    /// Every certificate, in the order of their coming.
    pub fn shelfmarks(&self) -> Result<impl DoubleEndedIterator<Item = Shelfmark> + use<>, StoreError> {
        Ok((0..self.certificates()?).map(Shelfmark))
    }

    /// What was issued for a request, as far as it is on the disk.
    pub fn repeat_of(&self, agency: &Uscc, type_code: &TypeCode, request: &str) -> Result<Option<Repeat>, StoreError> {
        self.reader().repeat_of(agency, type_code, request)
    }

    /// Every identifier of another scheme: the scheme, the value, and what it stands for.
    pub fn aliases(&self) -> Result<impl Iterator<Item = Result<(String, String, Shelfmark), StoreError>>, StoreError> {
        let malformed = || StoreError::Malformed { family: Family::Aliases.name() };
        let rows = self.view().scan(Family::Aliases, &[], &[])?;
        Ok(rows.map(move |row| {
            let (key, value) = row?;
            let text = String::from_utf8(key).map_err(|_| malformed())?;
            let (scheme, alias) = text.split_once('\0').ok_or_else(malformed)?;
            Ok((scheme.to_owned(), alias.to_owned(), layout::shelfmark_of(&value).ok_or_else(malformed)?))
        }))
    }

    /// The card of a certificate.
    pub fn card(&self, shelfmark: Shelfmark) -> Result<Card, StoreError> {
        self.reader().card(shelfmark)
    }

    /// The record of a certificate.
    pub fn record(&self, shelfmark: Shelfmark) -> Result<Record, StoreError> {
        self.reader().record(shelfmark)
    }

    /// The event at an index of the log.
    pub fn event(&self, index: u64) -> Result<Option<Event>, StoreError> {
        self.reader().event(index)
    }

    /// The event at an index that the log has: one that is lost is an error, and never passed over.
    pub fn event_at(&self, index: u64) -> Result<Event, StoreError> {
        self.event(index)?.ok_or_else(|| StoreError::Log { detail: format!("event {index} is missing") })
    }

    /// Everything that happened to a certificate, with its index in the log, the oldest first.
    pub fn history(&self, shelfmark: Shelfmark) -> Result<Vec<(u64, Event)>, StoreError> {
        self.reader().history(shelfmark)
    }

    /// One page of an answer: at most `most` certificates, those after the cursor.
    pub fn ask(&self, question: &Question, after: Option<&Cursor>, most: usize) -> Result<Found, StoreError> {
        self.answer(question, None, after, most)
    }

    /// One page of an answer that has nothing but what lies within: also where the next page begins says nothing of the rest.
    pub fn ask_within(&self, within: Within<'_>, question: &Question, after: Option<&Cursor>, most: usize) -> Result<Found, StoreError> {
        self.answer(question, Some(within), after, most)
    }

    /// Whether a certificate lies within, and is one of those that are asked for; without bounds, every one is.
    pub(crate) fn lies(&self, within: Option<Within<'_>>, only: Only, shelfmark: Shelfmark) -> Result<bool, StoreError> {
        if within.is_none() && only == Only::default() {
            return Ok(true);
        }
        let card = self.card(shelfmark)?;
        let (type_code, agency) = (card.type_code(), card.agency());
        Ok(within.is_none_or(|within| within.has(type_code, agency)) && only.has(type_code, agency))
    }

    fn answer(&self, question: &Question, within: Option<Within<'_>>, after: Option<&Cursor>, most: usize) -> Result<Found, StoreError> {
        let most = most.clamp(1, LONGEST_PAGE);
        match question {
            Question::Alias { scheme, value, only } => {
                // There is no second page of one certificate.
                if after.is_some() {
                    return Err(StoreError::CursorElsewhere);
                }
                // Of another region's certificate any spelling will do; before, it was entered under the one that was typed alone.
                let abroad = Abroad::parse(scheme, value).map(|abroad| layout::alias(abroad.scheme(), &abroad.value()));
                let mut found = None;
                for key in abroad.into_iter().chain(layout::aliases(scheme, value)) {
                    found = found.or(self.view().get(Family::Aliases, &key)?.as_deref().and_then(layout::shelfmark_of));
                }
                let lies = found.map_or(Ok(false), |shelfmark| self.lies(within, *only, shelfmark))?;
                Ok(Found { shelfmarks: found.into_iter().filter(|_| lies).collect(), next: None })
            }
            Question::Number { number, only } => {
                self.page_of_lists(&[only.of_type(Family::Numbers, layout::number(number))], within, only.of_agency(), after, most)
            }
            Question::Holder { code, only } => {
                let lists = self.keys.holders(code).into_iter().map(|holder| only.of_type(Family::Holders, Key::new().bytes(&holder)));
                self.page_of_lists(&lists.collect::<Vec<_>>(), within, only.of_agency(), after, most)
            }
            Question::Words { words, only } => self.words(words, within, *only, after, most),
            Question::Request { request, type_code, agency } => {
                // There is no second page: an agency has one certificate of a type at most.
                if after.is_some() {
                    return Err(StoreError::CursorElsewhere);
                }
                self.requested(request, type_code.as_ref(), agency.as_ref(), within)
            }
            Question::Standing(standing) => self.standing(standing, within, after, most),
            Question::Shelf { type_code, agency, state } => {
                let name = shelved(Family::Shelves, type_code.as_ref(), agency.as_ref()).of(state.map(|state| [state.bits()]));
                let mut parts = of_type_and_agency(type_code.as_ref(), agency.as_ref(), within);
                parts.extend(state.map(|state| Part::only(&[state.bits()])));
                self.page_of_parts(Family::Shelves, name, parts, after, most)
            }
            Question::Ending { from, until, type_code, agency } => {
                let day = |day| Key::new().day(day).end();
                // The first day is often today: who turns the page tomorrow goes on all the same.
                let name = shelved(Family::Endings, type_code.as_ref(), agency.as_ref()).of(Some(day(*until)));
                let mut parts = of_type_and_agency(type_code.as_ref(), agency.as_ref(), within);
                parts.push(Part::from_to(day(*from), day(*until)));
                self.page_of_parts(Family::Endings, name, parts, after, most)
            }
        }
    }
}

/// The parts with which keys by type and agency begin.
fn of_type_and_agency(type_code: Option<&TypeCode>, agency: Option<&Uscc>, within: Option<Within<'_>>) -> Vec<Part> {
    vec![Part::types(type_code.map(slice::from_ref), within), Part::agency(agency, within)]
}
