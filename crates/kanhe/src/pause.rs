//! A pause: Ctrl-C, or a service manager's request to end, lets a long run stop where nothing is half done.
//!
//! The second one ends it at once, and that loses nothing either: what was acknowledged is on the disk.

use crate::failure::Failure;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag::{register, register_conditional_shutdown};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

/// The exit code of a run that was paused: what shells say of one that Ctrl-C ended.
pub const PAUSED: u8 = 130;

/// What the signals have said, for the whole process: a handler that was set cannot be unset.
struct Flags {
    /// Somebody has asked for a pause.
    asked: Arc<AtomicBool>,
    /// The next signal ends the program.
    leave: Arc<AtomicBool>,
}

static FLAGS: OnceLock<Flags> = OnceLock::new();

/// Whether somebody has asked for a pause.
pub struct Pause(&'static Flags);

impl Pause {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Failure> {
        let flags = match FLAGS.get() {
            Some(flags) => flags,
            None => {
                let set = Flags::set().map_err(|error| Failure::new("signal", error))?;
                FLAGS.get_or_init(|| set)
            }
        };
        flags.asked.store(false, Ordering::Relaxed);
        flags.leave.store(false, Ordering::Relaxed);
        Ok(Self(flags))
    }

    /// Whether it is time to stop.
    pub fn asked(&self) -> bool {
        self.0.asked.load(Ordering::Relaxed)
    }
}

impl Flags {
    fn set() -> std::io::Result<Self> {
        let flags = Self { asked: Arc::default(), leave: Arc::default() };
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal finds nobody leaving and asks, the second finds somebody leaving and ends the program.
            register_conditional_shutdown(signal, i32::from(PAUSED), Arc::clone(&flags.leave))?;
            register(signal, Arc::clone(&flags.asked))?;
            register(signal, Arc::clone(&flags.leave))?;
        }
        Ok(flags)
    }
}

impl Drop for Pause {
    /// Who no longer asks leaves the next Ctrl-C its usual meaning.
    fn drop(&mut self) {
        self.0.leave.store(true, Ordering::Relaxed);
    }
}
