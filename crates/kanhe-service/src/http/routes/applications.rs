//! Applications that are reviewed: from arrival over the opinions of departments to a decision by somebody else.

pub mod decide;
pub mod lodge;
pub mod show;
