//! A certificate in the making: every step changes one thing, and the last writes it.

use super::office::organisation;
use super::{Office, World, day};
use kanhe_core::certificate::{Certificate, Contents, Holder, Value};
use kanhe_core::code::{CertificateId, HolderCode, HolderCodeType, Serial, Version};
use kanhe_core::envelope::{DocumentType, sign_to_cose};
use kanhe_core::key::SigningKey;
use kanhe_core::kind::Kind;
use kanhe_core::{qr, seal};

/// A certificate that is still being filled in, with the key that is to sign it.
#[derive(Clone, Debug)]
pub struct Licence<'w> {
    world: &'w World,
    kind: Kind,
    contents: Contents,
    key: SigningKey,
}

impl<'w> Licence<'w> {
    pub(super) fn food(world: &'w World, office: Office, index: u16) -> Self {
        let holder = person_or_company(HolderCodeType::Uscc, "天河区小王餐饮有限公司", organisation("91", "440106", "MA000001").as_str());
        Self::new(world, office, index, "JY14401060012345", "JY14401060012345", vec![holder])
            .field("premises", text("广州市天河区中路88号一层"))
            .field("items", Value::List(vec!["A1".to_owned(), "B1".to_owned()]))
            .field("principal", text("王小明"))
            .until("2031-02-28")
    }

    pub(super) fn operator(world: &'w World, office: Office, index: u16) -> Self {
        let holder = person_or_company(HolderCodeType::ResidentId, "李·马", "440524188001010014");
        Self::new(world, office, index, "粤A0620240017", "20240017", vec![holder])
            .field("work", text("02"))
            .field("first_issued", text("2014-05-20"))
            .field("hours", Value::Count(24))
            .field("practical", Value::Flag(true))
            .field("employer", text("GZ01000123"))
            .until("2028-02-29")
    }

    pub(super) fn title(world: &'w World, office: Office, index: u16) -> Self {
        let owners = vec![
            person_or_company(HolderCodeType::ResidentId, "张㛃", "11010519491231002X"),
            person_or_company(HolderCodeType::OrdinaryPassport, "𠮷田华", "E12345678"),
        ];
        Self::new(world, office, index, "粤(2026)广州市不动产权第00012345号", "202600012345", owners)
            .field("location", text("广州市越秀区大道中路1号2栋301室"))
            .field("area", text("89.52"))
    }

    fn new(world: &'w World, office: Office, index: u16, number: &str, serial: &str, holders: Vec<Holder>) -> Self {
        let kind = super::kinds::of(office.province(), world.dictionary.id()).into_iter().find(|kind| kind.index == index).unwrap();
        let issued = day("2026-03-01");
        let contents = Contents {
            identifier: CertificateId::new(kind.code, office.code(), Serial::parse(serial).unwrap(), Version::FIRST),
            number: number.to_owned(),
            type_names: kind.names.clone(),
            issuer_names: office.names(),
            holders,
            region: office.province().code(),
            issued,
            from: issued,
            until: None,
            fields: Vec::new(),
            attachments: Vec::new(),
            predecessor: None,
            slot: 0,
            salt: *b"kanhe test salt.",
        };
        Self { world, kind, contents, key: office.key() }
    }

    /// The day of issue, and the first day in force.
    pub fn issued(mut self, issued: &str) -> Self {
        self.contents.issued = day(issued);
        self.from(issued)
    }

    /// The first day in force.
    pub fn from(mut self, from: &str) -> Self {
        self.contents.from = day(from);
        self
    }

    /// The last day in force.
    pub fn until(mut self, until: &str) -> Self {
        self.contents.until = Some(day(until));
        self
    }

    /// 长期: in force without end.
    pub fn open_ended(mut self) -> Self {
        self.contents.until = None;
        self
    }

    /// The place in the agency's status lists.
    pub fn slot(mut self, slot: u32) -> Self {
        self.contents.slot = slot;
        self
    }

    /// The holders, in place of those it has.
    pub fn held_by(mut self, holders: Vec<Holder>) -> Self {
        self.contents.holders = holders;
        self
    }

    /// A field, in place of what it said.
    pub fn field(mut self, name: &str, value: Value) -> Self {
        self = self.without(name);
        self.contents.fields.push((name.to_owned(), value));
        self
    }

    /// Leaves a field empty.
    pub fn without(mut self, name: &str) -> Self {
        self.contents.fields.retain(|(field, _)| field != name);
        self
    }

    /// Who signs, the rightful key or not.
    pub fn signed_by(mut self, key: SigningKey) -> Self {
        self.key = key;
        self
    }

    /// As though it were of a type with another index, whether or not there is one.
    pub fn of_kind(mut self, index: u16) -> Self {
        self.kind.index = index;
        self
    }

    /// As its type was, or will be, in another edition of the manifest.
    pub fn of_edition(mut self, change: impl FnOnce(&mut Kind)) -> Self {
        change(&mut self.kind);
        self
    }

    /// The type that its seal follows.
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The certificate that it will be.
    pub fn certificate(&self) -> Certificate {
        Certificate::new(self.contents.clone()).unwrap()
    }

    /// The signed certificate, an envelope.
    pub fn envelope(&self) -> Vec<u8> {
        sign_to_cose(DocumentType::Certificate, &self.certificate().encode(), &self.key)
    }

    /// What the seal signs.
    pub fn payload(&self) -> Vec<u8> {
        let digest = seal::digest_of(&self.envelope());
        seal::write(&self.certificate(), &self.kind, &self.world.dictionary, &digest).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The text of the QR code, in the bare form.
    pub fn text(&self) -> String {
        self.text_of(&self.payload())
    }

    /// The text of a QR code with another payload, signed by the same key: what a defective issuer would print.
    pub fn text_of(&self, payload: &[u8]) -> String {
        qr::sign_seal(payload, &self.key).unwrap_or_else(|error| panic!("{error}"))
    }
}

fn person_or_company(code_type: HolderCodeType, name: &str, code: &str) -> Holder {
    Holder::new(name, HolderCode::new(code_type, code).unwrap()).unwrap()
}

fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}
