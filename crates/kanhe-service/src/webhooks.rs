//! Webhooks: whoever an agency names is told what happens to its certificates, by the Standard Webhooks specification.
//!
//! The library's log is the outbox. A hook remembers the index of the next event that it has not looked at, so nothing is written when a
//! certificate is issued, nothing is lost when the power is, and nobody is told of what was not committed. Looking at events lays one
//! [`Delivery`] for each that the hook wants, and moves the index on, in one commit; [`courier`] sends what is due and takes it away when
//! it has arrived. What did not arrive after the last try is a dead letter: it stays, can be read, and can be sent again.

pub mod courier;
mod delivery;
mod hook;
mod letter;
mod miss;
mod signature;

pub(crate) use delivery::letters;
pub use delivery::{Delivery, Fate, deliveries_of, forget, replay};
pub use hook::{Hook, HookError, add_hook, hook_in, hooks_of, put_hook, remove_hook};
pub(crate) use letter::{Addressee, addressee};
pub use letter::{Letter, letter_of};
pub use miss::Miss;
pub use signature::{Secret, signature};
