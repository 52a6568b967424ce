//! What a running service holds.

use crate::accounts::Role;
use crate::accounts::api_key::behind;
use crate::accounts::session::SignedIn;
use crate::backup::Backups;
use crate::counter::Shelf;
use crate::identity::Provider;
use crate::jobs::Queue;
use crate::proposals;
use crate::publish::Press;
use crate::recording::Recording;
use crate::reread::Refused;
use crate::serve::{Peer, Transport};
use crate::sharing;
use jiff::Timestamp;
use kanhe_core::dictionary::Dictionary;
use kanhe_core::qr::url_form;
use kanhe_issuer::catalogue::Catalogue;
use kanhe_issuer::examiner::Examiner;
use kanhe_issuer::keyring::NamedKey;
use kanhe_issuer::proposal::Proposals;
use kanhe_render::Artist;
use kanhe_store::Library;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Tells the time.
type Clock = dyn Fn() -> Timestamp + Send + Sync;

/// Fills bytes with chance.
type Dice = dyn Fn(&mut [u8]) + Send + Sync;

/// The clock and the dice, as the executable has them; a test brings its own.
pub struct Edge {
    /// What time it is.
    pub now: Box<Clock>,
    /// Fills bytes with chance that nobody can guess.
    pub chance: Box<Dice>,
}

impl Edge {
    /// Bytes that nobody can guess.
    pub fn drawn<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.chance)(&mut bytes);
        bytes
    }
}

/// What every request may need. Made once, by the executable, and shared.
pub struct House {
    /// The library that the service holds; nobody else has it open.
    pub library: Library,
    /// The types that the service knows.
    pub catalogue: Catalogue,
    /// The dictionaries that seals are packed with.
    pub dictionaries: Vec<Dictionary>,
    /// The agencies' keys that were unlocked for the service; they stay in memory.
    pub keys: Vec<NamedKey>,
    /// The pack that it verifies with.
    pub shelf: Shelf,
    /// Which of its files it would not take again.
    pub refused: Refused,
    /// What it publishes by itself.
    pub press: Press,
    /// How seals are drawn.
    pub pictures: Pictures,
    /// What is done in turns.
    pub turns: Turns,
    /// How it is backed up.
    pub backups: Backups,
    /// How often a relying party may ask.
    pub sharing: sharing::Rules,
    /// Tables that are worked through.
    pub jobs: Queue,
    /// How long a proposal can be decided, and what takes none.
    pub proposals: proposals::Rules,
    /// The clock and the dice.
    pub edge: Edge,
    /// How it takes what the clock says.
    pub recording: Recording,
    /// Where callers come in.
    pub door: Door,
    /// Who says who officers are, beside their passwords.
    pub identity: Option<Provider>,
}

/// Where callers come in.
pub struct Door {
    /// Whether all browsers come by TLS, to the service itself or to what stands in front of it.
    pub tls: bool,
    /// Passwords that may be looked at at a time: each takes 19 MiB.
    pub passwords: Semaphore,
    /// Roles whose officers do nothing without a second factor but set one up.
    pub second_factor: Vec<Role>,
}

/// Four passwords at a time take as much memory as a photograph of a large certificate, and keep four cores busy.
const PASSWORDS_AT_A_TIME: usize = 4;

impl Door {
    /// A door to which browsers come by TLS, or not.
    pub fn new(tls: bool) -> Self {
        Self { tls, passwords: Semaphore::new(PASSWORDS_AT_A_TIME), second_factor: Vec::new() }
    }

    /// Demands a second factor of officers with one of these roles.
    #[must_use]
    pub fn demanding(mut self, second_factor: Vec<Role>) -> Self {
        self.second_factor = second_factor;
        self
    }

    /// How a browser has come: over TLS where all do, or where its connection says so, or a proxy that is believed.
    pub fn transport(&self, peer: Option<&Peer>) -> Transport {
        if self.tls { Transport::Tls } else { peer.map_or(Transport::Plain, |peer| peer.transport) }
    }

    /// Whether an officer who came in by a password has still to set a second factor up.
    pub fn wants_second_factor(&self, signed_in: &SignedIn) -> bool {
        let officer = &signed_in.officer;
        let demanded = officer.mandate.roles().iter().any(|role| self.second_factor.contains(role));
        demanded && signed_in.by_password() && !officer.has_second_factor()
    }
}

/// So many requests with different keys are done at a time; more would wait for the disk anyway.
const TURNS: usize = 256;

/// Who looks at the whole library looks for minutes, with a core of his own, at a copy that keeps what is written over meanwhile.
const COPIES: usize = 1;

/// One request of each key at a time, one look at the whole library, and some pictures.
pub struct Turns {
    of_keys: [Mutex<()>; TURNS],
    copies: Arc<Semaphore>,
    pictures: Arc<Semaphore>,
}

impl Turns {
    /// Turns in which so many pictures are read at a time.
    pub fn new(pictures: u32) -> Self {
        let pictures = usize::try_from(pictures).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        let (copies, pictures) = (Arc::new(Semaphore::new(COPIES)), Arc::new(Semaphore::new(pictures)));
        Self { of_keys: std::array::from_fn(|_| Mutex::new(())), copies, pictures }
    }

    /// Waits until no other request of a key is being done; a key is known by a hash of it.
    pub fn of(&self, hash: &[u8; 32]) -> Option<MutexGuard<'_, ()>> {
        let [first, ..] = hash;
        self.of_keys.get(usize::from(*first)).map(|turn| turn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits a while until nobody else looks at a copy of the whole library; none, if somebody does so for longer.
    pub async fn of_copies(&self, patience: Duration) -> Option<OwnedSemaphorePermit> {
        turn(&self.copies, patience).await
    }

    /// Waits a while until a picture may be read. It keeps a core and takes a hundred megabytes, also when nobody waits for it any more: so
    /// the turn belongs to who reads, and not to who asks.
    pub async fn of_pictures(&self, patience: Duration) -> Option<OwnedSemaphorePermit> {
        turn(&self.pictures, patience).await
    }
}

async fn turn(of: &Arc<Semaphore>, patience: Duration) -> Option<OwnedSemaphorePermit> {
    tokio::time::timeout(patience, Arc::clone(of).acquire_owned()).await.ok()?.ok()
}

/// How seals are drawn and written.
pub struct Pictures {
    /// Who draws them.
    pub artist: Artist,
    /// The address of the page behind a QR code, up to the `#`; none for the bare form.
    pub page: Option<String>,
}

impl Pictures {
    /// The text of a QR code, as it is printed.
    pub fn text(&self, digits: &str) -> String {
        self.page.as_ref().map_or_else(|| digits.to_owned(), |page| url_form(page, digits))
    }
}

/// A house as requests hold it.
pub type Shared = Arc<House>;

impl House {
    /// What time it is.
    pub fn now(&self) -> Timestamp {
        (self.edge.now)()
    }

    /// Bytes that nobody can guess.
    pub fn chance<const N: usize>(&self) -> [u8; N] {
        self.edge.drawn()
    }

    /// Lets the log say why, once and when it happens, if the library is written no more.
    pub fn watch_library(&self) {
        self.library
            .when_broken(|error| tracing::error!(code = error.code(), "the library is written no more until the service is restarted"));
    }

    /// Who brings applications to a decision, and knows who stands behind a system's key.
    pub const fn examiner(&self) -> Examiner<'_> {
        Examiner::new(&self.library, behind)
    }

    /// The acts that take two people, of all agencies.
    pub const fn all_proposals(&self) -> Proposals<'_> {
        Proposals::new(&self.library, behind, proposals::in_office)
    }
}
