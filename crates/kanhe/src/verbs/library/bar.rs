//! A bar on the terminal while something takes long; none where JSON is asked for, or where nobody looks.

use crate::verbs::Voice;
use crate::words::Language;
use indicatif::{ProgressBar, ProgressStyle};

/// How far something has come of how much, and how long it will take.
pub const COUNTED: [&str; 2] = ["{bar:40} {pos}/{len}  剩余 {eta}", "{bar:40} {pos}/{len}  {eta} left"];

/// The same of bytes.
pub const BYTES: [&str; 2] =
    ["{bar:40} {binary_bytes}/{binary_total_bytes}  剩余 {eta}", "{bar:40} {binary_bytes}/{binary_total_bytes}  {eta} left"];

/// A bar of so many steps, in the reader's language.
pub fn bar(voice: Voice, steps: u64, [zh, en]: [&str; 2]) -> ProgressBar {
    let bar = if voice.json || voice.quiet { ProgressBar::hidden() } else { ProgressBar::new(steps) };
    let template = match voice.language {
        Language::Chinese => zh,
        Language::English => en,
    };
    bar.with_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()))
}
