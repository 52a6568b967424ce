//! kanhe: the one executable.
fn main() {}
