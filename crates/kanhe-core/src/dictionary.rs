//! The dictionary that packs the words of a seal.
