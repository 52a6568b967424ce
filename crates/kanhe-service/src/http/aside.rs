//! Work that keeps a thread: the library, passwords, signatures.

use super::problem::Problem;
use crate::house::{House, Shared};

/// Does it on a thread of its own, so that nobody else waits meanwhile.
pub async fn aside<T, E>(house: &Shared, work: impl FnOnce(&House) -> Result<T, E> + Send + 'static) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem> + Send + 'static,
{
    let house = house.clone();
    tokio::task::spawn_blocking(followed(move || work(&house))).await.map_err(|_| Problem::failed())?.map_err(Into::into)
}

/// Does it when a password may be looked at: each takes memory and a core, so only some are at a time.
pub async fn aside_with_password<T, E>(house: &Shared, work: impl FnOnce(&House) -> Result<T, E> + Send + 'static) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem> + Send + 'static,
{
    let _turn = house.door.passwords.acquire().await.map_err(|_| Problem::failed())?;
    aside(house, work).await
}

/// The same work on whichever thread it is done, in the span of who asks for it.
pub fn followed<T>(work: impl FnOnce() -> T) -> impl FnOnce() -> T {
    let span = tracing::Span::current();
    move || span.in_scope(work)
}
