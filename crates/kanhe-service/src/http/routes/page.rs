//! Which part of a list.

use crate::http::body::malformed;
use crate::http::problem::Problem;
use kanhe_store::find::{Cursor, LONGEST_PAGE};
use serde::Deserialize;
use utoipa::IntoParams;

/// A page holds so many, where nobody says how many.
const USUAL_PAGE: usize = 100;

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuestion {
    /// The `next` of the page before.
    pub after: Option<String>,
    /// At most so many, 1 to 1,000; 100, where it is left out.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
}

impl PageQuestion {
    /// The cursor and the length.
    pub fn read(&self) -> Result<(Option<Cursor>, usize), Problem> {
        cut(self.after.as_deref(), self.limit)
    }
}

/// Reads where a page begins and how long it is.
pub fn cut(after: Option<&str>, limit: Option<usize>) -> Result<(Option<Cursor>, usize), Problem> {
    Ok((after.map(Cursor::parse).transpose()?, length(limit)?))
}

/// How long a page is.
pub fn length(limit: Option<usize>) -> Result<usize, Problem> {
    let limit = limit.unwrap_or(USUAL_PAGE);
    // Whoever asks for none, or for more than there are on a page, would take what comes for all there is.
    if (1..=LONGEST_PAGE).contains(&limit) { Ok(limit) } else { Err(malformed(format_args!("`limit` is from 1 to {LONGEST_PAGE}"))) }
}
