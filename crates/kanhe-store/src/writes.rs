//! Writes that belong together: at each place the value that will stand there, or none where one is taken away.

use crate::family::Family;
use std::collections::BTreeMap;
use std::ops::Bound;

/// What a batch of RocksDB has beside a key and a value, at most: one byte that says of what kind the entry is, and three numbers of up to
/// five bytes.
const BESIDE: usize = 16;

/// Places and their values, by family: a key is looked for among those of its own family alone.
#[derive(Default)]
pub(crate) struct Writes(BTreeMap<Family, BTreeMap<Vec<u8>, Option<Vec<u8>>>>);

impl Writes {
    /// Says what will stand at a place, in the place of what was said of it before.
    pub(crate) fn put(&mut self, family: Family, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.0.entry(family).or_default().insert(key, value);
    }

    /// What will stand at a place; nothing if nothing is said of it.
    pub(crate) fn get(&self, family: Family, key: &[u8]) -> Option<Option<&[u8]>> {
        self.0.get(&family)?.get(key).map(Option::as_deref)
    }

    /// What is said of the keys of a family that begin with `prefix`, in their order.
    pub(crate) fn beginning_with<'a>(&'a self, family: Family, prefix: &'a [u8]) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let keys = self.0.get(&family).into_iter().flat_map(move |keys| keys.range::<[u8], _>(from));
        keys.take_while(move |(key, _)| key.starts_with(prefix)).map(|(key, value)| (key.as_slice(), value.as_deref()))
    }

    /// The families that something is said of, each with its keys in their order.
    pub(crate) fn by_family(&self) -> impl Iterator<Item = (Family, impl Iterator<Item = (&[u8], Option<&[u8]>)>)> {
        self.0.iter().map(|(family, keys)| (*family, keys.iter().map(|(key, value)| (key.as_slice(), value.as_deref()))))
    }

    /// How many bytes a batch of them has, with room for what stands beside each: its kind, its family and two lengths.
    pub(crate) fn bytes(&self) -> usize {
        let entries = self.0.values().flatten();
        entries.map(|(key, value)| BESIDE + key.len() + value.as_ref().map_or(0, Vec::len)).sum()
    }

    /// Adds what was said later.
    pub(crate) fn extend(&mut self, later: Self) {
        for (family, keys) in later.0 {
            let present = self.0.entry(family).or_default();
            if present.is_empty() {
                *present = keys;
            } else {
                present.extend(keys);
            }
        }
    }
}
