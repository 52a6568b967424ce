//! The certificate types, for machines.

use super::Names;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use utoipa::ToSchema;

/// The types.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Kinds {
    /// In the order in which they came.
    pub types: Vec<KindLine>,
}

/// A type in short.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KindLine {
    /// Its code of 21 characters.
    pub code: String,
    /// The name of its file without `.json`, by which people call it on a command line.
    pub file: String,
    /// Its edition in force.
    pub edition: u32,
    /// The SHA-256 of its file, in hexadecimal digits: who has this file has this type.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// Its name.
    pub name: Name,
    /// Whether an application is reviewed before anything is issued.
    pub reviewed: bool,
    /// The state codes of other systems: a certificate's `state_codes` has the code of each, and a search takes `SET:CODE`.
    pub state_codes: Vec<StateCodeSet>,
}

/// The state codes of another system.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StateCodeSet {
    /// The id by which it is named.
    pub id: String,
    /// What people call it.
    pub names: Names,
    /// Its codes.
    pub codes: Vec<StateCodeLine>,
}

/// A code of another system.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StateCodeLine {
    /// As that system writes it.
    pub code: String,
    /// What it means here: `valid`, a condition of a certificate, or `other`.
    pub state: Cow<'static, str>,
}

/// A name in both languages.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Name {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}
