//! Who saw or changed what, beside the log: acts of administration, and looks at personal data.
//!
//! The transparency log tells of certificates and applications. That somebody was given a role, or looked at a holder's number, is no
//! event of a certificate: it is a paper in the drawer `Uses`, written in the same commit as the act, and read by auditors.

use super::paper::{Papers, Span, moment_or_never, papers_of, place_of_one, written};
use jiff::Timestamp;
use kanhe_core::code::Uscc;
use kanhe_store::{Begun, Drawer, Library, Pen, StoreError};
use minicbor::{Decode, Encode};

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum UseAct {
    /// An officer was added.
    #[n(0)]
    OfficerAdded,
    /// Names, roles or types of an officer were changed.
    #[n(1)]
    OfficerChanged,
    /// An officer may not sign in any more.
    #[n(2)]
    OfficerDeactivated,
    /// An officer may sign in again.
    #[n(3)]
    OfficerReactivated,
    /// An officer got a one-time password in the place of password and second factor.
    #[n(4)]
    OfficerReset,
    /// An officer chose another password.
    #[n(5)]
    PasswordChanged,
    /// An officer set up a second factor.
    #[n(6)]
    SecondFactorSet,
    /// A system got a key.
    #[n(7)]
    KeyAdded,
    /// A system got a new secret.
    #[n(8)]
    KeyRotated,
    /// A system's key was revoked.
    #[n(9)]
    KeyRevoked,
    /// An officer signed in.
    #[n(10)]
    SignedIn,
    /// A login was locked after too many wrong tries.
    #[n(11)]
    Locked,
    /// A certificate or application was shown, holders' codes masked.
    #[n(12)]
    Shown,
    /// A certificate or application was shown whole.
    #[n(13)]
    ShownWhole,
    /// An address is told what happens.
    #[n(14)]
    HookAdded,
    /// An address is told nothing more.
    #[n(15)]
    HookRemoved,
    /// A matter, and what it needs, was written down or changed.
    #[n(16)]
    MatterPut,
    /// A matter was taken away.
    #[n(17)]
    MatterTaken,
    /// An officer may sign in as somebody whom the identity service names.
    #[n(18)]
    IdentityLinked,
    /// An officer signs in by the identity service no more.
    #[n(19)]
    IdentityUnlinked,
    /// An officer signed in by the identity service.
    #[n(20)]
    SignedInByIdentity,
    /// A table was handed in as a job.
    #[n(21)]
    JobAdded,
    /// A job was stopped.
    #[n(22)]
    JobPaused,
    /// A job was let go on.
    #[n(23)]
    JobResumed,
    /// A job was ended.
    #[n(24)]
    JobCancelled,
    /// The rows that a job refused were fetched, whole as they were handed in.
    #[n(25)]
    JobRowsFetched,
    /// Something was proposed that takes two people.
    #[n(26)]
    Proposed,
    /// A proposal was approved, and done.
    #[n(27)]
    ProposalApproved,
    /// A proposal was rejected.
    #[n(28)]
    ProposalRejected,
    /// A proposal was taken back.
    #[n(29)]
    ProposalWithdrawn,
    /// The library was held against itself.
    #[n(30)]
    LibraryChecked,
    /// What is kept was taken out: of the agency, or of a holder.
    #[n(31)]
    Exported,
    /// Certificates were searched for; the subject says by what kind of thing, and never by which.
    #[n(32)]
    Searched,
    /// A webhook got a new secret.
    #[n(33)]
    HookRotated,
}

impl UseAct {
    /// Every act.
    pub const ALL: [Self; 34] = [
        Self::OfficerAdded,
        Self::OfficerChanged,
        Self::OfficerDeactivated,
        Self::OfficerReactivated,
        Self::OfficerReset,
        Self::PasswordChanged,
        Self::SecondFactorSet,
        Self::KeyAdded,
        Self::KeyRotated,
        Self::KeyRevoked,
        Self::SignedIn,
        Self::Locked,
        Self::Shown,
        Self::ShownWhole,
        Self::HookAdded,
        Self::HookRemoved,
        Self::MatterPut,
        Self::MatterTaken,
        Self::IdentityLinked,
        Self::IdentityUnlinked,
        Self::SignedInByIdentity,
        Self::JobAdded,
        Self::JobPaused,
        Self::JobResumed,
        Self::JobCancelled,
        Self::JobRowsFetched,
        Self::Proposed,
        Self::ProposalApproved,
        Self::ProposalRejected,
        Self::ProposalWithdrawn,
        Self::LibraryChecked,
        Self::Exported,
        Self::Searched,
        Self::HookRotated,
    ];

    /// The word of the interface.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OfficerAdded => "officer_added",
            Self::OfficerChanged => "officer_changed",
            Self::OfficerDeactivated => "officer_deactivated",
            Self::OfficerReactivated => "officer_reactivated",
            Self::OfficerReset => "officer_reset",
            Self::PasswordChanged => "password_changed",
            Self::SecondFactorSet => "second_factor_set",
            Self::KeyAdded => "key_added",
            Self::KeyRotated => "key_rotated",
            Self::KeyRevoked => "key_revoked",
            Self::SignedIn => "signed_in",
            Self::Locked => "locked",
            Self::Shown => "shown",
            Self::ShownWhole => "shown_whole",
            Self::HookAdded => "webhook_added",
            Self::HookRemoved => "webhook_removed",
            Self::MatterPut => "matter_put",
            Self::MatterTaken => "matter_taken",
            Self::IdentityLinked => "identity_linked",
            Self::IdentityUnlinked => "identity_unlinked",
            Self::SignedInByIdentity => "signed_in_by_identity",
            Self::JobAdded => "job_added",
            Self::JobPaused => "job_paused",
            Self::JobResumed => "job_resumed",
            Self::JobCancelled => "job_cancelled",
            Self::JobRowsFetched => "job_rows_fetched",
            Self::Proposed => "proposed",
            Self::ProposalApproved => "proposal_approved",
            Self::ProposalRejected => "proposal_rejected",
            Self::ProposalWithdrawn => "proposal_withdrawn",
            Self::LibraryChecked => "library_checked",
            Self::Exported => "exported",
            Self::Searched => "searched",
            Self::HookRotated => "webhook_rotated",
        }
    }
}

impl UseAct {
    /// Whether it is done even in a library that was set back, though it will be lost with it: who comes in and what he sees, what he does
    /// to his own account, and what shuts a door. What opens one, or says what the agency did, waits for the right library.
    pub const fn is_done_astray(self) -> bool {
        matches!(
            self,
            Self::SignedIn
                | Self::SignedInByIdentity
                | Self::Locked
                | Self::Shown
                | Self::ShownWhole
                | Self::Searched
                | Self::JobRowsFetched
                | Self::LibraryChecked
                | Self::PasswordChanged
                | Self::SecondFactorSet
                | Self::OfficerDeactivated
                | Self::IdentityUnlinked
                | Self::KeyRevoked
                | Self::HookRemoved
        )
    }
}

/// Commits what somebody does; in a library that was set back, those acts alone that are done even there.
pub fn commit_use<T, E: From<StoreError>>(library: &Library, act: UseAct, plan: impl FnOnce(&mut Pen<'_>) -> Result<T, E>) -> Result<T, E> {
    if act.is_done_astray() { library.commit_even_astray(plan) } else { library.commit(plan) }
}

/// Plans what somebody does likewise, for who has something to do until it is on the disk.
pub fn begin_use<T, E: From<StoreError>>(
    library: &Library,
    act: UseAct,
    plan: impl FnOnce(&mut Pen<'_>) -> Result<T, E>,
) -> Result<(T, Begun), E> {
    if act.is_done_astray() { library.begin_even_astray(plan) } else { library.begin(plan) }
}

/// One thing that somebody did or saw.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Use {
    /// When.
    #[n(0)]
    #[cbor(with = "kanhe_core::wire::moment")]
    pub at: Timestamp,
    /// The agency of who did it.
    #[n(1)]
    pub agency: Uscc,
    /// Who: as [`super::Caller::actor`] has it.
    #[n(2)]
    pub actor: String,
    /// What.
    #[n(3)]
    pub act: UseAct,
    /// To what: an officer's login, a key's id, a certificate's identifier, an application's code; of a proposal its code, its
    /// deed and the SHA-256 of its content; of a search `holder`, `name` and the like.
    #[n(4)]
    pub subject: String,
    /// Until when it holds, for what runs out.
    #[n(5)]
    #[cbor(with = "moment_or_never")]
    pub until: Option<Timestamp>,
}

/// Writes down what somebody did, in the same commit. `chance` keeps two of the same moment apart.
pub fn note_use(pen: &mut Pen<'_>, entry: &Use, chance: [u8; 8]) -> Result<(), StoreError> {
    let key = place_of_one(&entry.agency, entry.at, chance);
    pen.put_office(Drawer::Uses, &key, &written(entry))
}

/// What people of an agency did in a time.
pub fn uses_of(library: &Library, agency: &Uscc, span: &Span) -> Result<Papers<Use>, StoreError> {
    papers_of(library, (Drawer::Uses, &[]), agency, span)
}
