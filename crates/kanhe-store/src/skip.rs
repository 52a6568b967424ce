//! Leaping over the keys that a list does not have (skip scan): who asks for one agency looks once or twice at each type, at no other agency.

use crate::cursor::List;
use crate::error::StoreError;
use crate::layout;
use crate::view::{Seeker, View};
use crate::within::Within;
use kanhe_core::code::{TypeCode, Uscc};

/// A page leaps at most so often, or passes over so many whose cards it has looked at, a tenth of a second; what is beyond comes with the
/// next page.
pub(crate) const MOST_LEAPS: usize = 20_000;

/// Bytes of a type, and of an agency.
const TYPE: usize = 21;
const AGENCY: usize = 18;

/// What may stand in a part of a key.
pub(crate) struct Part {
    length: usize,
    /// From the one to the other, and with both; in their order, and none begins before the one before it ends.
    runs: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Part {
    /// Whatever stands there.
    pub(crate) fn any(length: usize) -> Self {
        Self { length, runs: vec![(vec![0; length], vec![u8::MAX; length])] }
    }

    /// This alone.
    pub(crate) fn only(value: &[u8]) -> Self {
        Self { length: value.len(), runs: vec![(value.to_vec(), value.to_vec())] }
    }

    /// Everything from the one to the other, which are of one length.
    pub(crate) fn from_to(first: Vec<u8>, last: Vec<u8>) -> Self {
        Self { length: first.len(), runs: if first <= last { vec![(first, last)] } else { Vec::new() } }
    }

    /// The types that are asked for, as far as they lie within.
    pub(crate) fn types(asked: Option<&[TypeCode]>, within: Option<Within<'_>>) -> Self {
        let bounds = within.and_then(|within| within.types);
        let Some(types) = asked.or(bounds) else { return Self::any(TYPE) };
        let mut types: Vec<_> = types.iter().filter(|code| bounds.is_none_or(|bounds| bounds.contains(code))).collect();
        types.sort_unstable_by_key(|code| code.as_str());
        types.dedup();
        let run = |code: &TypeCode| (code.as_str().as_bytes().to_vec(), code.as_str().as_bytes().to_vec());
        Self { length: TYPE, runs: types.into_iter().map(run).collect() }
    }

    /// The agency that is asked for, if it lies within.
    pub(crate) fn agency(asked: Option<&Uscc>, within: Option<Within<'_>>) -> Self {
        let bounds = within.map(|within| within.agency);
        match asked.or(bounds) {
            None => Self::any(AGENCY),
            Some(agency) if bounds.is_none_or(|bounds| bounds == agency) => Self::only(agency.as_str().as_bytes()),
            Some(_) => Self { length: AGENCY, runs: Vec::new() },
        }
    }

    /// How many bytes it has.
    pub(crate) const fn length(&self) -> usize {
        self.length
    }

    /// The least that may stand there, and the greatest; none where nothing may.
    pub(crate) fn bounds(&self) -> Option<(&[u8], &[u8])> {
        Some((&self.runs.first()?.0, &self.runs.last()?.1))
    }

    /// The first from `value` on that may stand there.
    fn first_from<'p>(&'p self, value: &'p [u8]) -> Option<&'p [u8]> {
        let (first, _) = self.runs.iter().find(|(_, last)| last.as_slice() >= value)?;
        Some(value.max(first))
    }
}

/// What a key is to a list.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fit {
    /// The list has it.
    Has,
    /// The list has neither it nor any before this one.
    Before(Vec<u8>),
    /// The list has nothing from here on.
    Behind,
}

/// Holds a key against the parts with which the keys of a list begin.
fn fit(parts: &[Part], key: &[u8]) -> Fit {
    let mut at = 0;
    for (place, part) in parts.iter().enumerate() {
        let end = at + part.length;
        let (Some(before), Some(value)) = (key.get(..at), key.get(at..end)) else {
            // A key that ends before its parts do is none of any list.
            return Fit::Before([key, &[0]].concat());
        };
        match part.first_from(value) {
            Some(first) if first == value => at = end,
            Some(first) => {
                let least = parts.iter().skip(place + 1).filter_map(|part| Some(part.bounds()?.0));
                return Fit::Before([before, first].into_iter().chain(least).flatten().copied().collect());
            }
            None => return layout::after(before).map_or(Fit::Behind, Fit::Before),
        }
    }
    Fit::Has
}

/// Who goes through the keys of a list, a look at a time.
pub(crate) struct Walk<'v, 'l> {
    seeker: Seeker<'v>,
    parts: &'l [Part],
    from: Vec<u8>,
}

/// What one look finds.
pub(crate) enum Look {
    /// A key of the list.
    Key(Vec<u8>),
    /// One that is none of it; the next look is behind the gap.
    Gap(Vec<u8>),
    /// There are no more.
    End,
}

impl<'v, 'l> Walk<'v, 'l> {
    /// Begins behind a key, or at the first.
    pub(crate) fn of(view: View<'v>, list: &'l List, after: Option<&[u8]>) -> Result<Self, StoreError> {
        let seeker = view.seeker(list.family, &list.first, &list.last)?;
        let behind = after.map(|after| [after, &[0]].concat());
        Ok(Self { seeker, parts: &list.parts, from: behind.unwrap_or_default().max(list.first.clone()) })
    }

    pub(crate) fn look(&mut self) -> Result<Look, StoreError> {
        let Some(key) = self.seeker.seek(&self.from)? else { return Ok(Look::End) };
        let key = key.to_vec();
        match fit(self.parts, &key) {
            Fit::Has => {
                self.from.clone_from(&key);
                self.from.push(0);
                Ok(Look::Key(key))
            }
            Fit::Before(next) => {
                self.from = next;
                Ok(Look::Gap(key))
            }
            Fit::Behind => Ok(Look::End),
        }
    }

    /// The value of the key that was found last.
    pub(crate) fn value(&self) -> &[u8] {
        self.seeker.value()
    }

    /// Goes on behind all keys that begin so.
    pub(crate) fn pass(&mut self, prefix: &[u8]) {
        if let Some(behind) = layout::after(prefix) {
            self.from = behind;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const TYPES: u8 = 40;
    const AGENCIES: u8 = 100;
    const STATES: [u8; 3] = [0, 3, 5];

    /// Keys of types, agencies and states, a byte each, with two certificates on each shelf.
    fn shelves() -> BTreeSet<Vec<u8>> {
        let of_type = |kind| (0..AGENCIES).flat_map(move |agency| STATES.map(|state| [kind, agency, state]));
        (0..TYPES).flat_map(of_type).flat_map(|shelf| [1, 2].map(|mark| [shelf.as_slice(), &[mark]].concat())).collect()
    }

    /// What a list of parts has, and how many looks that took.
    fn found(keys: &BTreeSet<Vec<u8>>, parts: &[Part]) -> (Vec<Vec<u8>>, usize) {
        let (mut found, mut looks, mut from) = (Vec::new(), 0, Vec::new());
        while let Some(key) = keys.range(from.clone()..).next() {
            looks += 1;
            from = match fit(parts, key) {
                Fit::Has => {
                    found.push(key.clone());
                    [key.as_slice(), &[0]].concat()
                }
                Fit::Before(next) => {
                    assert!(next > *key, "it never stands still");
                    next
                }
                Fit::Behind => break,
            };
        }
        (found, looks)
    }

    #[test]
    fn a_list_of_one_agency_looks_at_no_other() {
        let keys = shelves();
        let of = |values: &[u8]| Part { length: 1, runs: values.iter().map(|value| (vec![*value], vec![*value])).collect() };
        let any = || Part::any(1);
        let types = usize::from(TYPES);
        // Which types, agencies and states; how many keys that are, and how many looks there may be beside those.
        let rows = [
            ([any(), of(&[50]), any()], 240, 2 * types),
            ([any(), of(&[50]), of(&[3])], 80, 3 * types),
            ([of(&[7, 9, 200]), of(&[50]), any()], 12, 3 * 2),
            ([any(), of(&[AGENCIES]), any()], 0, 2 * types),
            ([any(), any(), any()], keys.len(), 0),
            ([any(), Part::from_to(vec![2], vec![4]), of(&[5])], 240, 5 * types),
        ];
        for (parts, count, beside) in rows {
            let (found, looks) = found(&keys, &parts);
            let fits = |key: &&Vec<u8>| key.iter().zip(&parts).all(|(byte, part)| part.first_from(&[*byte]) == Some(&[*byte]));
            assert_eq!(found, keys.iter().filter(fits).cloned().collect::<Vec<_>>());
            assert_eq!(found.len(), count);
            assert!(looks <= found.len() + beside + 1, "{looks} looks for {count}");
        }
    }

    #[test]
    fn the_types_and_the_agency_that_are_asked_for_are_those_within() {
        let [one, two] = ["11100000000013338W011", "11100000000013338W012"].map(|code| TypeCode::parse(code).unwrap());
        let [ours, other] = ["11430000006122244L", "91350100M000100Y43"].map(|code| Uscc::parse(code).unwrap());
        let bounds = [one];
        let within = Some(Within { agency: &ours, types: Some(&bounds) });
        assert_eq!(Part::types(Some(&[two, one, one]), within).runs, Part::only(one.as_str().as_bytes()).runs);
        assert_eq!(Part::types(Some(&[two]), within).bounds(), None);
        assert_eq!(Part::types(Some(&[two, one]), None).runs.len(), 2);
        assert_eq!(Part::agency(None, within).runs, Part::only(ours.as_str().as_bytes()).runs);
        assert_eq!(Part::agency(Some(&other), within).bounds(), None);
    }
}
