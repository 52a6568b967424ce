//! The codes of the field: identifiers, organisations, people, regions.
//!
//! Every type here is right for ever: there is no value of it whose length, alphabet or check character is wrong. What others wrote and got
//! wrong is read by a `parse_foreign`, which keeps the text and names every defect it let pass ([`Lenient`], [`Warning`]).

mod ascii;
pub mod check;
mod error;
mod holder;
mod holder_type;
mod identifier;
mod lenient;
mod mask;
mod organisation;
mod project;
mod region;
mod resident;
mod serial;
mod type_code;
mod uscc;
mod version;

pub use error::{
    CertificateIdError, HolderCodeError, HolderCodeTypeError, OrganisationCodeError, ProjectCodeError, RegionCodeError, ResidentIdError,
    SerialError, TypeCodeError, UsccError, UsccUnpackError, VersionError,
};
pub use holder::HolderCode;
pub use holder_type::HolderCodeType;
pub use identifier::{Abroad, CertificateId};
pub use lenient::{Lenient, Warning};
pub use organisation::OrganisationCode;
pub use project::ProjectCode;
pub use region::{RegionCode, RegionLevel};
pub use resident::ResidentId;
pub use serial::Serial;
pub use type_code::TypeCode;
pub use uscc::Uscc;
pub use version::Version;
