//! The packs before: what a new one is to go on from, in its number, in its moment and in all its parts.

use crate::cli::PackBuildArgs;
use crate::failure::Failure;
use crate::files;
use crate::words::Sentence;
use jiff::Timestamp;
use kanhe_core::code::RegionCode;
use kanhe_core::envelope::{Envelope, LARGEST_ENVELOPE};
use kanhe_core::pack::{Contents, Pack, StepBack};
use kanhe_issuer::recorded::{Excused, after, is_ahead};
use std::path::{Path, PathBuf};

/// A pack of the same region that counters may have.
pub struct Before {
    file: PathBuf,
    contents: Contents,
}

/// The pack that is named as the one before, and the one that lies where the new one is to be written.
pub fn packs_before(args: &PackBuildArgs, region: &RegionCode) -> Result<Vec<Before>, Failure> {
    let named = args.since.as_deref().filter(|since| files::real(since) != files::real(&args.out));
    let named = named.map(|since| named_before(since, region)).transpose()?;
    Ok(named.into_iter().chain(replaced(&args.out, region)).collect())
}

fn named_before(since: &Path, region: &RegionCode) -> Result<Before, Failure> {
    let unreadable = |error| Failure::new("pack_unreadable", error).within(since.display());
    let bytes = files::read(since, LARGEST_ENVELOPE)?;
    let contents = Envelope::decode(&bytes).and_then(|envelope| envelope.read_unchecked::<Contents>()).map_err(unreadable)?;
    if contents.region != *region {
        let (zh, en) = (
            format!("--since 所列证照包属于地区 {}，本包属于地区 {region}", contents.region),
            format!("--since names a pack of region {}, this is one of region {region}", contents.region),
        );
        return Err(Failure::misread(&Sentence::new(zh, en)));
    }
    Ok(Before { file: since.to_owned(), contents })
}

/// What cannot be read is no pack that a counter has, and one of another region is not gone on from.
fn replaced(out: &Path, region: &RegionCode) -> Option<Before> {
    let bytes = files::read(out, LARGEST_ENVELOPE).ok()?;
    let contents: Contents = Envelope::decode(&bytes).and_then(|envelope| envelope.read_unchecked()).ok()?;
    (contents.region == *region).then(|| Before { file: out.to_owned(), contents })
}

impl Before {
    /// When it was signed.
    pub const fn issued(&self) -> Timestamp {
        self.contents.issued
    }

    /// Refuses a number that is not higher: counters that have this pack would never take the new one.
    pub fn is_lower_than(&self, epoch: u64) -> Result<(), Failure> {
        let before = self.contents.epoch;
        if before < epoch {
            return Ok(());
        }
        let (file, wanted) = (self.file.display(), before.saturating_add(1));
        let detail = format!("{file} has epoch {before}, this is epoch {epoch}, wanted is {wanted} or higher");
        Err(Failure::new("pack_epoch_not_higher", detail))
    }

    /// What the new pack takes back of this one. What lies ahead of a clock that was wrong, and is excused, is not held against it.
    pub fn steps_back(&self, pack: &Pack, now: Timestamp, excused: Excused) -> Vec<StepBack> {
        // No counter has a pack that does not open.
        let Ok(before) = Pack::of(&self.contents) else { return Vec::new() };
        let excused = |moment: Timestamp| is_ahead(moment, now) && after(Some(moment), now, excused).is_ok();
        pack.steps_back(&before).into_iter().filter(|step| !step.only_by_moment().is_some_and(excused)).collect()
    }

    /// What the new pack takes back of this one, refused.
    pub fn refused(&self, step: &StepBack) -> Failure {
        Failure::new(step.code(), step).within(self.file.display())
    }
}
