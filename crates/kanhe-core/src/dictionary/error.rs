//! What can be wrong with a dictionary, and with a text packed by one.

/// Why bytes or parts are no dictionary.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DictionaryError {
    /// The published form exceeds its ceiling.
    #[error("dictionary has {bytes} bytes, at most {ceiling} are read")]
    TooLarge {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        ceiling: usize,
    },
    /// The bytes are not CBOR of the shape that the specification gives.
    #[error("dictionary is not the CBOR that its specification gives")]
    Malformed(#[source] minicbor::decode::Error),
    /// The array of the dictionary has not its two elements.
    #[error("dictionary has {found} elements, 2 are due")]
    WrongShape {
        /// Elements found.
        found: u64,
    },
    /// The bytes mean a dictionary, but the deterministic encoding of it is another.
    #[error("dictionary is not encoded deterministically")]
    NotDeterministic,
    /// Bytes follow the dictionary.
    #[error("{extra} bytes follow the dictionary")]
    TrailingBytes {
        /// Bytes that follow.
        extra: usize,
    },
    /// There are not one, two or four codes.
    #[error("dictionary has {found} codes, 1, 2 or 4 are due")]
    WrongCodeCount {
        /// Codes found.
        found: usize,
    },
    /// There are more entries than allowed.
    #[error("dictionary has {entries} entries, at most {ceiling} are read")]
    TooManyEntries {
        /// Entries found, up to the first that is too many.
        entries: usize,
        /// Entries allowed.
        ceiling: usize,
    },
    /// An entry is longer than allowed.
    #[error("entry has {bytes} bytes, at most {ceiling} are read")]
    EntryTooLong {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        ceiling: usize,
    },
    /// A code is longer than allowed.
    #[error("dictionary has codes of {bits} bits, at most {ceiling} are read")]
    CodeTooLong {
        /// The longest code found.
        bits: usize,
        /// The longest code allowed.
        ceiling: u32,
    },
    /// The group of codes without bits holds entries.
    #[error("the group of codes of no bits holds {entries} entries, it must be empty")]
    CodeWithoutBits {
        /// Entries found there.
        entries: usize,
    },
    /// Some bit strings start no code.
    #[error("code is incomplete: it fills {filled} of {whole} places")]
    Incomplete {
        /// Places filled, in units of the longest allowed code.
        filled: u64,
        /// Places there are.
        whole: u64,
    },
    /// More codes of these lengths are asked for than exist.
    #[error("code is over-full: it asks for {filled} of {whole} places")]
    Overfull {
        /// Places asked for, in units of the longest allowed code.
        filled: u64,
        /// Places there are.
        whole: u64,
    },
    /// The last entry of the last group is not the escape.
    #[error("the last entry is not the escape (the empty string)")]
    NoEscape,
    /// An escape stands elsewhere than last.
    #[error("an escape (the empty string) stands before the last entry")]
    EscapeNotLast,
    /// The escape could be mistaken for padding.
    #[error("the escape has {bits} bits, at least {floor} are due")]
    EscapeTooShort {
        /// Bits of the escape.
        bits: u32,
        /// The fewest it may have.
        floor: u32,
    },
    /// An entry is not in Unicode normalization form C.
    #[error("entry {entry:?} is not in normalization form C")]
    NotNfc {
        /// The entry.
        entry: String,
    },
    /// The entries of a group do not ascend.
    #[error("entry {entry:?} stands after {after:?}, entries of one length ascend")]
    NotInOrder {
        /// The entry found.
        entry: String,
        /// The entry before it.
        after: String,
    },
    /// An entry stands twice.
    #[error("entry {entry:?} stands twice")]
    Duplicate {
        /// The entry.
        entry: String,
    },
}

impl DictionaryError {
    /// The stable name of the defect, as listed in `docs/errors.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            DictionaryError::TooLarge { .. } => "dictionary_too_large",
            DictionaryError::Malformed(_) => "dictionary_malformed",
            DictionaryError::WrongShape { .. } => "dictionary_wrong_shape",
            DictionaryError::NotDeterministic => "dictionary_not_deterministic",
            DictionaryError::TrailingBytes { .. } => "dictionary_trailing_bytes",
            DictionaryError::WrongCodeCount { .. } => "dictionary_wrong_code_count",
            DictionaryError::TooManyEntries { .. } => "dictionary_too_many_entries",
            DictionaryError::EntryTooLong { .. } => "dictionary_entry_too_long",
            DictionaryError::CodeTooLong { .. } => "dictionary_code_too_long",
            DictionaryError::CodeWithoutBits { .. } => "dictionary_code_without_bits",
            DictionaryError::Incomplete { .. } => "dictionary_incomplete",
            DictionaryError::Overfull { .. } => "dictionary_overfull",
            DictionaryError::NoEscape => "dictionary_no_escape",
            DictionaryError::EscapeNotLast => "dictionary_escape_not_last",
            DictionaryError::EscapeTooShort { .. } => "dictionary_escape_too_short",
            DictionaryError::NotNfc { .. } => "dictionary_not_nfc",
            DictionaryError::NotInOrder { .. } => "dictionary_not_in_order",
            DictionaryError::Duplicate { .. } => "dictionary_duplicate",
        }
    }
}

/// Why bits are no packed text of this dictionary.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The text would be longer than the caller, or the format, allows.
    #[error("packed text is longer than {ceiling} bytes")]
    OverCeiling {
        /// Bytes allowed.
        ceiling: usize,
    },
    /// The bits end within a symbol or an escaped character.
    #[error("packed text ends after {has} of the {needs} bits of a symbol")]
    Truncated {
        /// Bits that the symbol, or the character after an escape, needs.
        needs: u32,
        /// Bits that are left.
        has: u32,
    },
    /// The last bits, fewer than 8, are neither a symbol nor all ones.
    #[error("the last {bits} bits of packed text are not all ones")]
    PaddingNotOnes {
        /// Bits left.
        bits: u32,
    },
    /// A byte or more of padding follows the text.
    #[error("packed text is padded with {bits} bits, at most 7 are due")]
    PaddingTooLong {
        /// Bits of padding.
        bits: u32,
    },
    /// An escaped code point is a surrogate.
    #[error("packed text escapes U+{code_point:04X}, which is no character")]
    NotACharacter {
        /// The code point.
        code_point: u32,
    },
    /// An escaped character has a code of its own: the same text would have two packed forms.
    #[error("packed text escapes {character:?}, which is an entry of the dictionary")]
    NeedlessEscape {
        /// The character.
        character: char,
    },
}

impl UnpackError {
    /// The stable name of the defect, as listed in `docs/errors.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            UnpackError::OverCeiling { .. } => "packed_over_ceiling",
            UnpackError::Truncated { .. } => "packed_truncated",
            UnpackError::PaddingNotOnes { .. } => "packed_padding_not_ones",
            UnpackError::PaddingTooLong { .. } => "packed_padding_too_long",
            UnpackError::NotACharacter { .. } => "packed_not_a_character",
            UnpackError::NeedlessEscape { .. } => "packed_needless_escape",
        }
    }
}
