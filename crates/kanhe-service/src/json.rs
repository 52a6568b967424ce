//! Shapes of ours as JSON: what is kept or signed is the whole value, or nothing goes on.

use serde::Serialize;

/// The text of a value.
pub fn text_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a shape of ours is JSON") // safe: its maps have names, and no writer of ours refuses a value
}

/// Its bytes.
pub fn bytes_of(value: &impl Serialize) -> Vec<u8> {
    text_of(value).into_bytes()
}
