//! A pause: Ctrl-C, or a service manager's request to end, lets a long run stop where nothing is half done.
//!
//! The second one ends it at once, and that loses nothing either: what was acknowledged is on the disk.

use crate::failure::Failure;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of a run that was paused: what shells say of one that Ctrl-C ended.
pub const PAUSED: u8 = 130;

/// Whether somebody has asked for a pause.
pub struct Pause(Arc<AtomicBool>);

impl Pause {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Failure> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds nothing asked for and asks, the second finds it asked for and ends the program.
            let registered = register_conditional_shutdown(signal, i32::from(PAUSED), Arc::clone(&asked));
            registered.and_then(|_| register(signal, Arc::clone(&asked))).map_err(|error| Failure::new("signal", error))?;
        }
        Ok(Self(asked))
    }

    /// Whether it is time to stop.
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Pause {
    /// Who no longer asks leaves the next Ctrl-C its usual meaning.
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
