//! The world of the stories: two regions, three agencies, three types of certificate, and a counter in Guangdong at noon on 15 June 2026.
//!
//! ```text
//! let world = World::new();
//! let text = world.food_permit().until("2026-06-14").text();
//! let pack = world.pack().state(Office::Guangzhou, 7, State::Revoked).open();
//! assert_eq!(Outcome::of(&text, &pack, noon(), None).code, "revoked");
//! ```
//!
//! Every name, number and key here is made up. The private keys are readable sentences, so that nobody can take them for real ones.

mod dictionary;
mod faulty;
mod kinds;
mod licence;
mod nation;
mod office;
mod outcome;
mod pack;
pub mod payload;

pub use dictionary::small_dictionary;
pub use faulty::FaultyKey;
pub use kinds::{FOOD, OPERATOR, TITLE, ZJ_FOOD, ZJ_OPERATOR, ZJ_TITLE, food_code, label, operator_code, title_code};
pub use licence::Licence;
pub use nation::nation;
pub use office::{Office, Province};
pub use outcome::Outcome;
pub use pack::{PackPlan, recognition, recognition_row, trusted_key};

use jiff::Timestamp;
use jiff::civil::Date;
use kanhe_core::dictionary::Dictionary;
use kanhe_core::hex::Hex;
use kanhe_core::key::SigningKey;

/// The scene in which Guangdong recognises food permits of Zhejiang.
pub const PLATFORM: &str = "food-platform";

/// The world, given the dictionary that its seals are packed with.
#[derive(Clone, Debug)]
pub struct World {
    /// What the seals of both regions are packed with.
    pub dictionary: Dictionary,
}

impl World {
    /// The world with a dictionary of a few hundred words, small enough for packs that are committed as vectors.
    pub fn new() -> Self {
        Self::with(small_dictionary())
    }

    /// The world with another dictionary, such as the published one.
    pub fn with(dictionary: Dictionary) -> Self {
        Self { dictionary }
    }

    /// A food operation permit of Guangzhou, slot 7, issued 1 March 2026 for five years.
    pub fn food_permit(&self) -> Licence<'_> {
        Licence::food(self, Office::Guangzhou, FOOD).slot(7)
    }

    /// A special-work operator certificate of the housing department, slot 8; its holder's number is masked.
    pub fn operator_certificate(&self) -> Licence<'_> {
        Licence::operator(self, Office::Housing, OPERATOR).slot(8)
    }

    /// A real-estate title of Guangzhou with two owners, slot 9, without end; their numbers are check values.
    pub fn title(&self) -> Licence<'_> {
        Licence::title(self, Office::Guangzhou, TITLE).slot(9)
    }

    /// A food operation permit of Hangzhou, slot 7: foreign in Guangdong, and recognised there on a platform.
    pub fn foreign_food_permit(&self) -> Licence<'_> {
        Licence::food(self, Office::Hangzhou, ZJ_FOOD).slot(7)
    }

    /// A real-estate title of Hangzhou, slot 9: recognised in Guangdong for every scene.
    pub fn foreign_title(&self) -> Licence<'_> {
        Licence::title(self, Office::Hangzhou, ZJ_TITLE).slot(9)
    }

    /// A special-work operator certificate of Hangzhou, slot 8: not recognised in Guangdong.
    pub fn foreign_operator_certificate(&self) -> Licence<'_> {
        Licence::operator(self, Office::Hangzhou, ZJ_OPERATOR).slot(8)
    }

    /// The pack of Guangdong, made three hours before noon, with both regions and all lists.
    pub fn pack(&self) -> PackPlan<'_> {
        PackPlan::new(self)
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// The moment at which the counter asks unless a story says otherwise: noon in China on 15 June 2026.
pub fn noon() -> Timestamp {
    moment("2026-06-15T04:00:00Z")
}

/// A moment in RFC 3339.
pub fn moment(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A day in ISO 8601.
pub fn day(text: &str) -> Date {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A private key for tests whose 32 secret bytes are a sentence: `kanhe test key: guangzhou seal  `.
pub fn test_key(words: &str) -> SigningKey {
    let sentence = format!("{:<32}", format!("kanhe test key: {words}"));
    SigningKey::from_seed(sentence.as_bytes().try_into().unwrap_or_else(|_| panic!("{sentence:?} has more than 32 bytes")))
}

/// Bytes as people compare them.
pub fn hex(bytes: &[u8]) -> String {
    Hex(bytes).to_string()
}

/// The bytes that hexadecimal digits stand for, in either case.
pub fn unhex(digits: &str) -> Vec<u8> {
    assert!(digits.len().is_multiple_of(2), "{digits}: an odd number of digits");
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits")).collect()
}
