//! Files that the service was started with, and reads again when they change: the pack, and what TLS shows.

use crate::failure::Failure;
use kanhe_service::cause::Cause;
use kanhe_service::house::Shared;
use kanhe_service::reread::Reread;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How often they are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Looks at files now and then, and takes them when they have changed. What is refused is named in the log once and in `/readyz` until it is
/// taken, and is tried again at every look: two files that belong together are written one after the other, and one that was gone comes back.
pub async fn keep_up<L: PartialEq>(
    house: Shared,
    file: Reread,
    look: impl Fn() -> L,
    take: impl Fn() -> Result<bool, Failure> + Clone + Send + 'static,
) {
    let mut seen = look();
    loop {
        tokio::time::sleep(LOOK).await;
        let found = look();
        if found == seen && house.refused.why(file).is_none() {
            continue;
        }
        let Ok(taken) = tokio::task::spawn_blocking(take.clone()).await else {
            tracing::error!(file = file.word(), "reading a file again panicked");
            continue;
        };
        let taken = taken.map_err(|failure| failure.cause());
        let is_news = house.refused.tell(file, taken.as_ref().map(drop).map_err(|cause| cause.code));
        match taken {
            Ok(is_another) => {
                seen = found;
                if is_another || is_news {
                    tracing::info!(file = file.word(), "a file was read again");
                }
            }
            Err(Cause { code, detail }) if is_news => {
                tracing::warn!(file = file.word(), code, detail, "a file was refused, and the one before stays in use")
            }
            Err(_) => {}
        }
    }
}

/// When a file was written last, when it or its rights were changed, and how long it is; nothing of one that is not there.
pub fn changed(path: &Path) -> Option<(SystemTime, (i64, i64), u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok()?, (found.ctime(), found.ctime_nsec()), found.len()))
}
