//! What an agency does: its catalogue of types, the admission of applications, minting and signing.

pub mod keyring;
