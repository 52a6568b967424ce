//! Files that a running service reads again when they change, and goes on without if they are bad: how that went the last time.
//!
//! What was read before stays in use, so nobody at a counter is the worse for a bad file; but the service would not start with it again, and
//! whoever runs it has to hear of it before that.

use arc_swap::ArcSwapOption;
use std::sync::Arc;

/// A file, or several that are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reread {
    /// The file of the pack.
    Pack,
    /// What TLS shows, and whose certificates it takes.
    Tls,
}

impl Reread {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Pack, Self::Tls];

    /// The word of the log and of metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Tls => "tls",
        }
    }

    /// The name of the part in `/readyz`.
    pub const fn part(self) -> &'static str {
        match self {
            Self::Pack => "pack_file",
            Self::Tls => "tls_files",
        }
    }
}

/// Why a file was refused the last time that it was read again; nothing of one that was taken.
#[derive(Default)]
pub struct Refused {
    pack: ArcSwapOption<&'static str>,
    tls: ArcSwapOption<&'static str>,
}

impl Refused {
    /// Remembers how it went, by the code of what is wrong. Whether that is something new.
    pub fn tell(&self, file: Reread, outcome: Result<(), &'static str>) -> bool {
        let code = outcome.err();
        self.place(file).swap(code.map(Arc::new)).as_deref().copied() != code
    }

    /// Why a file was refused, by its code.
    pub fn why(&self, file: Reread) -> Option<&'static str> {
        self.place(file).load().as_deref().copied()
    }

    const fn place(&self, file: Reread) -> &ArcSwapOption<&'static str> {
        match file {
            Reread::Pack => &self.pack,
            Reread::Tls => &self.tls,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_new_once_and_is_over_when_the_file_is_taken() {
        let refused = Refused::default();
        let told = [Ok(()), Err("file_not_found"), Err("file_not_found"), Err("pack_unreadable"), Ok(()), Ok(())];
        assert_eq!(told.map(|outcome| refused.tell(Reread::Pack, outcome)), [false, true, false, true, true, false]);
        refused.tell(Reread::Tls, Err("tls_key"));
        assert_eq!(Reread::ALL.map(|file| refused.why(file)), [None, Some("tls_key")]);
    }
}
