//! The region's pack: signed from its parts, and renewed from the one before.

use super::{PackSigningError, Term};
use crate::recorded::is_ahead;
use jiff::Timestamp;
use kanhe_core::dictionary::Dictionary;
use kanhe_core::envelope::{Authentic, Document, Envelope, EnvelopeError, sign_to_cose_by};
use kanhe_core::key::{Signer, VerifyingKey};
use kanhe_core::manifest::Manifest;
use kanhe_core::pack::{Contents, Pack, PackError};
use kanhe_core::recognition::Recognition;
use kanhe_core::status::StatusList;
use kanhe_core::survivors::Survivors;
use minicbor::bytes::ByteVec;

/// Signs the parts of a pack, and proofreads what came of it with the eyes of a verifier: a pack that does not open is never handed out.
pub fn sign_pack(contents: &Contents, key: &dyn Signer) -> Result<(Vec<u8>, Authentic<Pack>), PackSigningError> {
    let bytes = sign_to_cose_by(key, Contents::TYPE, &contents.encode())?;
    let pack = Pack::open(&bytes, &[key.verifying_key()])?;
    Ok((bytes, pack))
}

/// The parts of a pack that one of the trusted keys has signed, as they were signed.
pub fn read_contents(bytes: &[u8], trusted: &[VerifyingKey]) -> Result<Contents, PackError> {
    let unreadable = |error: EnvelopeError| PackError::Envelope { code: error.code(), defect: error.to_string() };
    let envelope = Envelope::decode(bytes).map_err(unreadable)?;
    let mut refusal = PackError::NotTrusted { key_id: envelope.key_id().to_string() };
    for key in trusted.iter().filter(|key| key.id() == envelope.key_id()) {
        match envelope.authenticate::<Contents>(key) {
            Ok(contents) => return Ok(Contents::clone(&contents)),
            Err(error) => refusal = unreadable(error),
        }
    }
    Err(refusal)
}

/// The moment that a pack bears which would be signed at another: not before anything that it carries.
///
/// What lies further ahead than clocks differ was dated by the clock of somebody else, and keeps nobody's pack back.
pub fn moment_of(contents: &Contents, now: Timestamp) -> Timestamp {
    let Contents { manifests, recognitions, status_lists, survivors, .. } = contents;
    let carried = [
        moments::<Manifest>(manifests, |manifest| manifest.issued),
        moments::<Recognition>(recognitions, |recognition| recognition.issued),
        moments::<StatusList>(status_lists, StatusList::issued),
        moments::<Survivors>(survivors.as_deref().unwrap_or_default(), Survivors::issued),
    ];
    carried.into_iter().flatten().filter(|moment| !is_ahead(*moment, now)).fold(now, Ord::max)
}

/// When each of some documents was signed, as far as they can be read: who signed them is asked when the pack is opened.
fn moments<D: for<'b> Document<'b>>(envelopes: &[ByteVec], issued: impl Fn(&D) -> Timestamp) -> Vec<Timestamp> {
    let read = |envelope: &ByteVec| Envelope::decode(envelope).and_then(|envelope| envelope.read_unchecked::<D>()).ok();
    envelopes.iter().filter_map(read).map(|document| issued(&document)).collect()
}

/// What takes the place of its elders when a pack is renewed: the region's own manifest, and lists of its agencies.
#[derive(Clone, Copy, Debug)]
pub struct Renewal<'r> {
    /// The envelope of the region's manifest.
    pub manifest: &'r [u8],
    /// Envelopes of lists, each with the URI that it bears.
    pub lists: &'r [(String, &'r [u8])],
    /// Dictionaries at hand; those that the pack has not are added, for the manifest may name them.
    pub dictionaries: &'r [Dictionary],
    /// The envelope of the region's recognition; none where the pack's own stays.
    pub recognition: Option<&'r [u8]>,
    /// Envelopes of survivors of stolen keys.
    pub survivors: &'r [Vec<u8>],
}

impl Renewal<'_> {
    /// The parts of the next pack: everything that the one before carries, with what is renewed in its place and the next epoch.
    pub fn after(&self, before: &Contents, term: Term) -> Contents {
        Contents {
            epoch: before.epoch.saturating_add(1),
            issued: term.issued,
            expires: term.expires,
            manifests: self.manifests(before),
            recognitions: self.recognitions(before),
            status_lists: self.status_lists(before),
            dictionaries: self.dictionaries(before),
            survivors: self.survivors(before),
            ..before.clone()
        }
    }

    /// Whether a pack carries all of it already.
    pub fn stands_in(&self, pack: &Contents) -> bool {
        let after = self.after(pack, Term { issued: pack.issued, expires: pack.expires });
        Contents { epoch: pack.epoch, ..after } == *pack
    }

    /// Ours in the place of its elder; one of a later edition that somebody has put into the pack by hand stays.
    fn manifests(&self, before: &Contents) -> Vec<ByteVec> {
        let read = |manifest: &[u8]| read(manifest).map(|manifest| (manifest.region, manifest.edition));
        let ours = read(self.manifest);
        let renewed = |manifest: &ByteVec| {
            let elder = |((region, edition), (our_region, our_edition))| region == our_region && edition <= our_edition;
            if read(manifest).zip(ours).is_some_and(elder) { ByteVec::from(self.manifest.to_vec()) } else { manifest.clone() }
        };
        before.manifests.iter().map(renewed).collect()
    }

    fn dictionaries(&self, before: &Contents) -> Vec<ByteVec> {
        let at_hand = self.dictionaries.iter().map(|dictionary| ByteVec::from(dictionary.encode()));
        let missing = at_hand.filter(|dictionary| !before.dictionaries.contains(dictionary));
        before.dictionaries.iter().cloned().chain(missing).collect()
    }

    /// Ours in the place of its elder, as with the manifest.
    fn recognitions(&self, before: &Contents) -> Vec<ByteVec> {
        let edition = |recognition: &[u8]| {
            let read = Envelope::decode(recognition).and_then(|envelope| envelope.read_unchecked::<Recognition>());
            read.ok().map(|recognition| recognition.edition)
        };
        match self.recognition {
            Some(ours) if before.recognitions.iter().all(|other| edition(other) <= edition(ours)) => vec![ByteVec::from(ours.to_vec())],
            Some(_) | None => before.recognitions.clone(),
        }
    }

    /// Each list in the place of the one of its key, and the new ones behind them.
    fn survivors(&self, before: &Contents) -> Option<Vec<ByteVec>> {
        let key = |list: &[u8]| {
            let read = Envelope::decode(list).and_then(|envelope| envelope.read_unchecked::<Survivors>());
            read.ok().map(|survivors| *survivors.key())
        };
        let renewed = |list: &ByteVec| self.survivors.iter().any(|ours| key(ours) == key(list));
        let others = before.survivors.iter().flatten().filter(|list| !renewed(list)).cloned();
        let all: Vec<ByteVec> = self.survivors.iter().map(|list| ByteVec::from(list.clone())).chain(others).collect();
        (!all.is_empty()).then_some(all)
    }

    /// Each list in the place of the one with its URI, and the new ones behind them. Who says what of whom is judged when the pack is opened.
    ///
    /// A list of before by a key whose word no manifest takes any more is left out: with it the pack would not open, and counters would go on
    /// believing the thief of that key.
    fn status_lists(&self, before: &Contents) -> Vec<ByteVec> {
        let manifests: Vec<Manifest> = self.manifests(before).iter().filter_map(|manifest| read(manifest)).collect();
        let keys = || manifests.iter().flat_map(|manifest| &manifest.agencies).flat_map(|agency| &agency.keys);
        let speaks = |list: &ByteVec| {
            let signer = Envelope::decode(list).map(|envelope| envelope.key_id());
            keys().any(|key| Ok(key.key.id()) == signer && key.signs_lists())
        };
        let uri = |list: &ByteVec| {
            let read = Envelope::decode(list).and_then(|envelope| envelope.read_unchecked::<StatusList>());
            read.ok().map(|list| list.uri().to_owned())
        };
        let renewed = |uri: &Option<String>| self.lists.iter().any(|(own, _)| Some(own) == uri.as_ref());
        let others = before.status_lists.iter().filter(|list| !renewed(&uri(list)) && speaks(list)).cloned();
        self.lists.iter().map(|(_, list)| ByteVec::from(list.to_vec())).chain(others).collect()
    }
}

fn read(manifest: &[u8]) -> Option<Manifest> {
    Envelope::decode(manifest).and_then(|envelope| envelope.read_unchecked::<Manifest>()).ok()
}
