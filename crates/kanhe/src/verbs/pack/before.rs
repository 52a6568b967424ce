//! The packs before: what a new one is to go on from, in its number, in its moment and in all its parts.

use crate::cli::PackBuildArgs;
use crate::failure::Failure;
use crate::files;
use crate::words::{Sentence, Words};
use jiff::Timestamp;
use kanhe_core::code::RegionCode;
use kanhe_core::envelope::{Envelope, LARGEST_ENVELOPE};
use kanhe_core::pack::{Contents, Pack, StepBack};
use kanhe_issuer::recorded::{Excused, after, is_ahead};
use std::path::{Path, PathBuf};

/// A pack of the same region that counters may have.
pub struct Before {
    file: PathBuf,
    pack: Pack,
}

/// What a new pack is held against, and what it cannot be held against.
pub struct PacksBefore {
    /// The packs of its region.
    pub packs: Vec<Before>,
    /// Why the file that is written over does not open, where somebody goes on all the same: nothing in it is believed then.
    pub unopened: Option<Failure>,
}

/// The pack that is named as the one before, and the one that lies where the new one is to be written.
///
/// One that does not open is refused: counters may have it whole, and nobody can tell what is taken back of it.
pub fn packs_before(args: &PackBuildArgs, region: &RegionCode) -> Result<PacksBefore, Failure> {
    let named = args.since.as_deref().filter(|since| files::real(since) != files::real(&args.out));
    let named = named.map(|since| named_before(since, region)).transpose()?;
    let (replaced, unopened) = match replaced(&args.out, region) {
        Err(failure) if args.anyway => (None, Some(failure)),
        replaced => (replaced?, None),
    };
    Ok(PacksBefore { packs: named.into_iter().chain(replaced).collect(), unopened })
}

fn named_before(since: &Path, region: &RegionCode) -> Result<Before, Failure> {
    let damaged = |failure: Failure| {
        failure.hint(Words::new("用 --since 给出上一份证照包的完好副本。", "Name a sound copy of the last pack with --since."))
    };
    let contents = contents(since, &files::read(since, LARGEST_ENVELOPE)?).map_err(damaged)?;
    if contents.region != *region {
        let (zh, en) = (
            format!("--since 所列证照包属于地区 {}，本包属于地区 {region}", contents.region),
            format!("--since names a pack of region {}, this is one of region {region}", contents.region),
        );
        return Err(Failure::misread(&Sentence::new(zh, en)));
    }
    Before::open(since, &contents).map_err(damaged)
}

/// A pack of another region is not gone on from.
fn replaced(out: &Path, region: &RegionCode) -> Result<Option<Before>, Failure> {
    let damaged = |failure: Failure| {
        failure.hint(Words::new(
            "移走该文件，并用 --since 给出上一份证照包的完好副本；没有副本的，加 --anyway：新包即不与其比较。",
            "Move the file away, and name a sound copy of the last pack with --since. Where there is none, say --anyway: the new pack is held against none, then.",
        ))
    };
    if !out.exists() {
        return Ok(None);
    }
    let contents = contents(out, &files::read(out, LARGEST_ENVELOPE)?).map_err(damaged)?;
    (contents.region == *region).then(|| Before::open(out, &contents).map_err(damaged)).transpose()
}

fn contents(file: &Path, bytes: &[u8]) -> Result<Contents, Failure> {
    let contents = Envelope::decode(bytes).and_then(|envelope| envelope.read_unchecked());
    contents.map_err(|error| Failure::new("pack_unreadable", error).within(file.display()))
}

impl Before {
    /// Opens its parts: whose signature the whole bears is not asked.
    fn open(file: &Path, contents: &Contents) -> Result<Self, Failure> {
        let pack = Pack::of(contents).map_err(|error| Failure::new(error.code(), error).within(file.display()))?;
        Ok(Self { file: file.to_owned(), pack })
    }

    /// When it was signed.
    pub const fn issued(&self) -> Timestamp {
        self.pack.issued()
    }

    /// Refuses a number that is not higher: counters that have this pack would never take the new one.
    pub fn is_lower_than(&self, epoch: u64) -> Result<(), Failure> {
        let before = self.pack.epoch();
        if before < epoch {
            return Ok(());
        }
        let (file, wanted) = (self.file.display(), before.saturating_add(1));
        let detail = format!("{file} has epoch {before}, this is epoch {epoch}, wanted is {wanted} or higher");
        Err(Failure::new("pack_epoch_not_higher", detail))
    }

    /// What the new pack takes back of this one. What lies ahead of a clock that was wrong, and is excused, is not held against it.
    pub fn steps_back(&self, pack: &Pack, now: Timestamp, excused: Excused) -> Vec<StepBack> {
        let excused = |moment: Timestamp| is_ahead(moment, now) && after(Some(moment), now, excused).is_ok();
        pack.steps_back(&self.pack).into_iter().filter(|step| !step.only_by_moment().is_some_and(excused)).collect()
    }

    /// What the new pack takes back of this one, refused.
    pub fn refused(&self, step: &StepBack) -> Failure {
        Failure::new(step.code(), step).within(self.file.display())
    }
}
