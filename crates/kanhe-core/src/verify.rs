//! The counter's road: from the text of a QR code to a verdict.
//!
//! Every reason to refuse is looked for before any reason to doubt, so that an old pack never turns a revoked or forged
//! certificate into "cannot tell here"; only the calendar is asked after the clock was believed.

mod file;
mod logged;

pub use file::{verify_file, verify_file_logged};
pub use logged::Logged;

use crate::calendar::day_in_china;
use crate::code::RegionCode;
use crate::envelope::{Authentic, Document, Envelope, EnvelopeError};
use crate::key::{Multiples, Verifier, VerifyingKey};
use crate::kind::Kind;
use crate::manifest::Uses;
use crate::pack::{Anchor, Pack, Standing, Trust};
use crate::qr::Scanned;
use crate::seal::{Claims, Seal};
use crate::status::State;
use crate::verdict::{Accepted, Advice, Believed, Issuer, Reason, Refusal};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// A device's clock may be this much behind the maker of its pack before it is called wrong.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(10);

/// A clerk is told that a certificate ends when so few days are left.
const ENDS_SOON_DAYS: i32 = 30;

/// When and what for a certificate is shown.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// Now, by the clock at the edge.
    pub at: Timestamp,
    /// The use scene, in the words of the region's recognition; none where nobody said.
    pub scene: Option<&'a str>,
}

/// Decides whether a counter may rely on the certificate whose QR code says `text`.
pub fn verify<'p>(text: &str, pack: &'p Authentic<Pack>, occasion: Occasion<'_>) -> Result<Accepted<'p>, Refusal<'p>> {
    verify_with(text, pack, occasion, |_| None)
}

/// Decides the same where a proof tells that the region's log has the certificate: what it has from before a theft is its agency's, and
/// what was issued later is not, also where the pack has no list of survivors.
pub fn verify_logged<'p>(
    text: &str,
    pack: &'p Authentic<Pack>,
    occasion: Occasion<'_>,
    logged: &Logged,
) -> Result<Accepted<'p>, Refusal<'p>> {
    verify_by(text, pack, occasion, |_| None, Some(logged))
}

/// Decides the same, sooner where the multiples of a key are at hand.
pub fn verify_with<'p, 'm>(
    text: &str,
    pack: &'p Authentic<Pack>,
    occasion: Occasion<'_>,
    multiples_of: impl Fn(&VerifyingKey) -> Option<&'m Multiples>,
) -> Result<Accepted<'p>, Refusal<'p>> {
    verify_by(text, pack, occasion, multiples_of, None)
}

fn verify_by<'p, 'm>(
    text: &str,
    pack: &'p Authentic<Pack>,
    occasion: Occasion<'_>,
    multiples_of: impl Fn(&VerifyingKey) -> Option<&'m Multiples>,
    logged: Option<&Logged>,
) -> Result<Accepted<'p>, Refusal<'p>> {
    let scanned = Scanned::parse(text).map_err(Reason::Unreadable)?;
    let envelope = scanned.envelope(); // bounded, in shape, still a stranger's bytes
    let (seal, anchor) = authenticate::<Seal<'_>>(&envelope, pack, multiples_of)?; // from here on its words are the issuer's
    let kind = in_scope(&seal, &anchor)?; // what a key without the right to speak has signed is nobody's word: nothing of it is believed
    let trust = match (anchor.trust_in(scanned.bytes()), anchor.key().counts_before.zip(logged)) {
        (Trust::Unknown, Some((before, logged))) => logged.trust_in_seal(scanned.bytes(), before).unwrap_or(Trust::Unknown),
        (known, _) => known,
    };
    decide(&seal, &anchor, kind, trust, pack, occasion)
}

/// Finds the key that signed: all keys with the document's key id are tried.
fn authenticate<'p, 'b, 'm, T: Document<'b>>(
    envelope: &Envelope<'b>,
    pack: &'p Pack,
    multiples_of: impl Fn(&VerifyingKey) -> Option<&'m Multiples>,
) -> Result<(Authentic<T>, Anchor<'p>), Reason<'p>> {
    let key_id = envelope.key_id();
    let mut refusal = Reason::IssuerUnknown { key_id };
    for anchor in pack.anchors(key_id) {
        let key = &anchor.key().key;
        match envelope.authenticate(multiples_of(key).map_or(Verifier::Key(key), Verifier::Multiples)) {
            Ok(document) => return Ok((document, anchor)),
            // Bytes that say nothing were altered by nobody: only part of them was read, or one of them wrongly.
            Err(EnvelopeError::SignatureInvalid { .. }) if envelope.read_unchecked::<T>().is_err() => refusal = Reason::Damaged { key_id },
            Err(EnvelopeError::SignatureInvalid { .. }) => refusal = Reason::Forged { key_id, agency: &anchor.agency().names },
            Err(_) => return Err(Reason::Malformed),
        }
    }
    Err(refusal)
}

fn decide<'p>(
    seal: &Seal<'_>,
    anchor: &Anchor<'p>,
    kind: &'p Kind,
    trust: Trust,
    pack: &'p Authentic<Pack>,
    occasion: Occasion<'_>,
) -> Result<Accepted<'p>, Refusal<'p>> {
    not_stolen(anchor, trust)?;
    let standing = anchor.standing_of(seal, kind.freshness);
    judge(seal, anchor, kind, trust, pack, occasion).map_err(|reason| {
        let believed = (trust == Trust::Whole).then(|| Box::new(believed(seal, anchor, kind, standing)));
        Refusal { reason, believed }
    })
}

fn judge<'p>(
    seal: &Seal<'_>,
    anchor: &Anchor<'p>,
    kind: &'p Kind,
    trust: Trust,
    pack: &'p Pack,
    occasion: Occasion<'_>,
) -> Result<Accepted<'p>, Reason<'p>> {
    let standing = anchor.standing_of(seal, kind.freshness);
    forbids_no_use(standing)?; // gravest first: "revoked" is said before "expired"
    let today = believed_day(pack, occasion.at)?;
    in_force(seal, today)?;
    let claims = claims(seal, anchor, kind)?;
    recognised(anchor, kind, pack, occasion, today)?;
    let as_of = fresh(standing, anchor, pack, occasion.at)?; // only now may the answer be "cannot tell here"
    survives(anchor, trust)?;
    let advice = advice(seal, standing, occasion.at, today);
    Ok(Accepted { claims, issuer: issuer(anchor), as_of, advice })
}

/// May this agency, with this key, speak of this type on that day?
fn in_scope<'p>(seal: &Seal<'_>, anchor: &Anchor<'p>) -> Result<&'p Kind, Reason<'p>> {
    may_sign(anchor, Uses::SEAL, seal.issued())?;
    let region = &anchor.region().manifest().region;
    let kind = anchor.kind(seal).ok_or_else(|| Reason::KindUnknown { region, kind: seal.kind().to_string() })?;
    may_issue(anchor, kind)
}

/// Was this a key for that use on that day?
fn may_sign<'p>(anchor: &Anchor<'p>, uses: Uses, issued: Date) -> Result<(), Reason<'p>> {
    let (agency, key) = (anchor.agency(), anchor.key());
    if !key.uses.include(uses) {
        return Err(Reason::KeyNotForSeals { key_id: key.key.id(), agency: &agency.names });
    }
    if key.covers(issued) { Ok(()) } else { Err(Reason::OutsideKeyWindow { issued, from: key.from, until: key.until }) }
}

/// May this agency issue this type?
fn may_issue<'p>(anchor: &Anchor<'p>, kind: &'p Kind) -> Result<&'p Kind, Reason<'p>> {
    let agency = anchor.agency();
    if agency.kinds.contains(&kind.index) { Ok(kind) } else { Err(Reason::OutOfScope { agency: &agency.names, kind: kind.index }) }
}

/// A stolen key signs whatever the thief wants: only what the log knows from before is the agency's.
fn not_stolen<'p>(anchor: &Anchor<'p>, trust: Trust) -> Result<(), Reason<'p>> {
    match trust {
        Trust::Whole | Trust::Unknown | Trust::File => Ok(()),
        Trust::None => Err(Reason::KeyStolen { key_id: anchor.key().key.id(), agency: &anchor.agency().names }),
    }
}

fn survives<'p>(anchor: &Anchor<'p>, trust: Trust) -> Result<(), Reason<'p>> {
    let (key_id, agency) = (anchor.key().key.id(), &anchor.agency().names);
    match trust {
        Trust::Whole | Trust::None => Ok(()),
        Trust::Unknown => Err(Reason::SurvivorsUnknown { key_id, agency }),
        Trust::File => Err(Reason::FileNotAmongSurvivors { key_id, agency }),
    }
}

fn forbids_no_use<'p>(standing: Standing) -> Result<(), Reason<'p>> {
    match standing {
        Standing::Known { state: State::Valid, .. } | Standing::Unknown(_) => Ok(()),
        Standing::Known { state, as_of, .. } => Err(Reason::Forbidden { state, as_of }),
    }
}

/// Today, if the clock can be right: no device holds a pack from its future.
fn believed_day<'p>(pack: &Pack, at: Timestamp) -> Result<Date, Reason<'p>> {
    let earliest = pack.issued().checked_sub(CLOCK_TOLERANCE).unwrap_or(Timestamp::MIN);
    if at < earliest { Err(Reason::ClockBehind { at, pack: pack.issued() }) } else { Ok(day_in_china(at)) }
}

fn in_force<'p>(seal: &Seal<'_>, day: Date) -> Result<(), Reason<'p>> {
    let validity = seal.validity();
    match validity.until() {
        Some(until) if until < day => Err(Reason::Expired { until, day }),
        _ if day < validity.from() => Err(Reason::NotYetInForce { from: validity.from(), day }),
        _ => Ok(()),
    }
}

fn claims<'p>(seal: &Seal<'_>, anchor: &Anchor<'p>, kind: &'p Kind) -> Result<Claims<'p>, Reason<'p>> {
    let region = &anchor.region().manifest().region;
    let dictionary = anchor.region().dictionary(seal.dictionary());
    let dictionary = dictionary.ok_or(Reason::DictionaryUnknown { region, dictionary: seal.dictionary() })?;
    Claims::read(seal, kind, &anchor.agency().code, dictionary).map_err(Reason::Unpackable)
}

/// Our own region's certificates need no recognition; others need a row for this type, scene and day.
fn recognised<'p>(anchor: &Anchor<'p>, kind: &'p Kind, pack: &'p Pack, occasion: Occasion<'_>, today: Date) -> Result<(), Reason<'p>> {
    let region = &anchor.region().manifest().region;
    let here = pack.region();
    if region == here {
        return Ok(());
    }
    let rows = recognised_rows(pack, region, kind);
    let Some((recognition, rows)) = rows else { return Err(Reason::TypeNotRecognised { region, type_code: &kind.code, here }) };
    if !rows.iter().any(|row| row.holds_on(today) && row.holds_for(occasion.scene)) {
        return Err(Reason::SceneNotRecognised { here, scene: occasion.scene.map(str::to_owned), recognised: rows });
    }
    if occasion.at >= recognition { Err(Reason::RecognitionStale { here, expires: recognition }) } else { Ok(()) }
}

/// The rows about a type, if there are any, and the moment at which the recognition runs out.
fn recognised_rows<'p>(pack: &'p Pack, region: &RegionCode, kind: &Kind) -> Option<(Timestamp, Vec<&'p crate::recognition::Row>)> {
    let recognition = pack.recognition()?;
    let rows: Vec<_> = recognition.rows_of(region, &kind.code).collect();
    (!rows.is_empty()).then_some((recognition.expires, rows))
}

/// Is what we know young enough to say "genuine and in force"? Returns the moment as of which it is known.
fn fresh<'p>(standing: Standing, anchor: &Anchor<'p>, pack: &Pack, at: Timestamp) -> Result<Timestamp, Reason<'p>> {
    if at >= pack.expires() {
        return Err(Reason::PackStale { expires: pack.expires(), at });
    }
    let manifest = anchor.region().manifest();
    if at >= manifest.expires {
        return Err(Reason::ManifestStale { region: &manifest.region, expires: manifest.expires, at });
    }
    match standing {
        Standing::Unknown(why) => Err(Reason::StatusUnknown { why }),
        Standing::Known { as_of, unknown_from, .. } if at >= unknown_from => Err(Reason::StatusStale { as_of, limit: unknown_from }),
        Standing::Known { as_of, .. } => Ok(as_of),
    }
}

fn advice(seal: &Seal<'_>, standing: Standing, at: Timestamp, today: Date) -> Vec<Advice> {
    let amber = match standing {
        Standing::Known { as_of, amber_from, .. } if at >= amber_from => Some(Advice::StatusAmber { age: at.duration_since(as_of) }),
        Standing::Known { .. } | Standing::Unknown(_) => None,
    };
    let soon = today.checked_add(ENDS_SOON_DAYS.days()).unwrap_or(Date::MAX);
    let ends = seal.validity().until().filter(|until| *until <= soon).map(|until| Advice::EndsSoon { until });
    amber.into_iter().chain(ends).collect()
}

fn issuer<'p>(anchor: &Anchor<'p>) -> Issuer<'p> {
    let manifest = anchor.region().manifest();
    Issuer { region: &manifest.region, region_names: &manifest.names, names: &anchor.agency().names }
}

fn believed<'p>(seal: &Seal<'_>, anchor: &Anchor<'p>, kind: &'p Kind, standing: Standing) -> Believed<'p> {
    Believed { claims: claims(seal, anchor, kind).ok(), issuer: issuer(anchor), standing }
}
