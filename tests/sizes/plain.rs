//! The same claims as anybody would write them: a `COSE_Sign1` of a CBOR map with field names and texts, under zlib.

use coset::iana::Algorithm;
use coset::{CborSerializable, CoseSign1Builder, HeaderBuilder};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use kanhe_core::certificate::{Certificate, Holder, Value};
use kanhe_core::key::SigningKey;
use kanhe_core::kind::{Kind, Mask};
use kanhe_core::seal::{digest_of, holder_check};
use kanhe_core::status::ENTRIES_PER_LIST;
use minicbor::Encoder;
use sha2::{Digest, Sha256};
use std::io::Write;

type Map<'a> = Encoder<&'a mut Vec<u8>>;

/// Bytes of the claims that a seal makes, as plain COSE under zlib at its best.
pub fn length(certificate: &Certificate, envelope: &[u8], kind: &Kind, key: &SigningKey) -> usize {
    let header = HeaderBuilder::new().algorithm(Algorithm::EdDSA).key_id(key.verifying_key().id().as_bytes().to_vec()).build();
    let sign = |message: &[u8]| key.sign(message).to_vec();
    let message =
        CoseSign1Builder::new().protected(header).payload(claims(certificate, envelope, kind)).create_signature(&[], sign).build();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&message.to_vec().unwrap()).unwrap();
    zlib.finish().unwrap().len()
}

fn claims(certificate: &Certificate, envelope: &[u8], kind: &Kind) -> Vec<u8> {
    let sealed: Vec<_> = kind.fields.iter().filter_map(|field| Some((&field.name, certificate.field(&field.name)?))).collect();
    let mut bytes = Vec::new();
    let mut e = Encoder::new(&mut bytes);
    e.map(10 + u64::from(certificate.until.is_some()) + sealed.len() as u64).unwrap();
    let mut text = |name: &str, value: &str| {
        e.str(name).unwrap().str(value).unwrap();
    };
    text("identifier", &certificate.identifier.to_string());
    text("type_code", kind.code.as_str());
    text("number", &certificate.number);
    text("issuer_code", certificate.identifier.issuer().as_str());
    text("issued", &certificate.issued.to_string());
    text("valid_from", &certificate.from.to_string());
    if let Some(until) = certificate.until {
        text("valid_until", &until.to_string());
    }
    holders(certificate, &digest_of(envelope), kind.holder_mask, &mut e);
    let (list, entry) = (certificate.slot / ENTRIES_PER_LIST, certificate.slot % ENTRIES_PER_LIST);
    e.str("status_uri").unwrap().str(&format!("https://status.gd.example.cn/market/{list}")).unwrap();
    e.str("status_index").unwrap().u32(entry).unwrap();
    e.str("digest").unwrap().bytes(&Sha256::digest(envelope)).unwrap();
    for (name, said) in sealed {
        e.str(name).unwrap();
        value(said, &mut e);
    }
    bytes
}

fn holders(certificate: &Certificate, digest: &[u8; 16], mask: Mask, e: &mut Map<'_>) {
    e.str("holders").unwrap().array(certificate.holders.len() as u64).unwrap();
    for holder in &certificate.holders {
        e.map(3).unwrap().str("name").unwrap().str(holder.name()).unwrap();
        e.str("code_type").unwrap().str(&format!("{:03}", holder.code().kind().code())).unwrap().str("code").unwrap();
        code(holder, digest, mask, e);
    }
}

/// No more of a person's code than the seal says.
fn code(holder: &Holder, digest: &[u8; 16], mask: Mask, e: &mut Map<'_>) {
    let said = holder.code();
    match mask {
        _ if said.kind().is_organisation() => e.str(said.expose()).unwrap(),
        Mask::Check => e.u32(holder_check(digest, said.kind(), said.expose())).unwrap(),
        Mask::Open | Mask::Keep { .. } => e.str(&mask.apply(said.expose())).unwrap(),
    };
}

fn value(value: &Value, e: &mut Map<'_>) {
    match value {
        Value::Text(text) => e.str(text),
        Value::Count(count) => e.u64(*count),
        Value::Flag(flag) => e.bool(*flag),
        Value::List(items) => items.iter().fold(e.array(items.len() as u64), |e, item| e.and_then(|e| e.str(item))),
    }
    .unwrap();
}
