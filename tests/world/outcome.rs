//! A verdict in the three words by which files and interfaces name it.

use jiff::Timestamp;
use kanhe_core::envelope::Authentic;
use kanhe_core::pack::Pack;
use kanhe_core::verdict::Verdict;
use kanhe_core::verify::{Occasion, verify};

/// What came of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `accept`, `refuse` or `unknown`.
    pub verdict: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// The step at which the road ended; none where it was walked to its end.
    pub step: Option<&'static str>,
}

impl Outcome {
    /// Verifies, and keeps the words.
    pub fn of(text: &str, pack: &Authentic<Pack>, at: Timestamp, scene: Option<&str>) -> Self {
        match verify(text, pack, Occasion { at, scene }) {
            Ok(accepted) => Self { verdict: Verdict::Accept.word(), code: accepted.code(), step: None },
            Err(refusal) => {
                let reason = refusal.reason();
                Self { verdict: reason.verdict().word(), code: reason.code(), step: Some(reason.step().word()) }
            }
        }
    }

    /// Whether a counter may rely on the certificate.
    pub fn is_accepted(self) -> bool {
        self.verdict == Verdict::Accept.word()
    }
}
