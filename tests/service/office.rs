//! What officers do with the library behind the counter, for stories that are about something else.

use crate::stage::{Stage, key_of};
use kanhe_core::code::CertificateId;
use kanhe_core::envelope::Envelope;
use kanhe_core::event::Grounds;
use kanhe_core::manifest::Manifest;
use kanhe_issuer::application::Table;
use kanhe_issuer::desk::Desk;
use kanhe_issuer::lifecycle::Change;
use kanhe_issuer::registrar::{Entry, Grant, Registrar};
use kanhe_tests::Office;

/// A certificate, and the text of its code.
pub struct Certificate {
    pub identifier: CertificateId,
    pub text: String,
}

/// Issues a special-work operator's certificate of the housing department to the person of a number.
pub fn issue(stage: &Stage, person: usize) -> Certificate {
    issue_by(stage, Office::Housing, person)
}

/// The same, of another agency.
pub fn issue_by(stage: &Stage, office: Office, person: usize) -> Certificate {
    issue_many(stage, office, person, [person]).remove(0)
}

/// The same with a certificate for each number.
pub fn issue_many(stage: &Stage, office: Office, person: usize, numbers: impl IntoIterator<Item = usize>) -> Vec<Certificate> {
    let house = &stage.house;
    let signed = house.library.manifest().unwrap().unwrap();
    let manifest = Envelope::decode(&signed.envelope).unwrap().authenticate::<Manifest>(&signed.root).unwrap();
    let kind = house.catalogue.find("special-work-operator").unwrap();
    let key = key_of(office);
    let desk = Desk::open(&manifest, &key, kind, &house.dictionaries).unwrap();
    let holder = resident(person);
    let registrar = Registrar::new(&house.library);
    let sign = |number: usize| {
        let csv = format!(
            "request_id,number,holder_name,holder_code_type,holder_code,issued,trade,first_issued_on,sex,employer,training\n\
             R-{number},粤A0220{number:08},张小明,111,{holder},2026-06-15,10,2018-04-01,男,广州市万家建筑工程有限公司,47\n"
        );
        let application = Table::read(csv.as_bytes(), kind).unwrap().next().unwrap().unwrap();
        let draft = kind.admit(&application, "2026-06-15".parse().unwrap()).unwrap_or_else(|faults| panic!("{faults:?}"));
        registrar.sign(&desk, draft, Grant { entry: entry(stage), salt: house.chance() }).unwrap()
    };
    let signed: Vec<_> = numbers.into_iter().map(sign).collect();
    let certificate = |shelfmark| {
        let identifier = house.library.card(shelfmark).unwrap().identifier;
        let text = format!("https://kanhe.example.cn/#{}", house.library.record(shelfmark).unwrap().digits());
        Certificate { identifier, text }
    };
    registrar.enter(&signed).unwrap().into_iter().map(|entered| certificate(entered.unwrap().shelfmark())).collect()
}

/// Revokes a certificate.
pub fn revoke(stage: &Stage, certificate: &Certificate) {
    change(stage, certificate, Change::Revoke);
}

/// Changes what has become of a certificate.
pub fn change(stage: &Stage, certificate: &Certificate, change: Change) {
    Registrar::new(&stage.house.library).change(&certificate.identifier, change, &entry(stage), None).unwrap();
}

fn entry(stage: &Stage) -> Entry {
    let grounds = Grounds::new("《行政许可法》第三十八条", "符合法定条件", "officer-7").unwrap();
    Entry { grounds, effective: stage.house.now(), now: stage.house.now(), salt: stage.house.chance() }
}

/// A made-up resident's number with its check digit (GB 11643).
pub fn resident(person: usize) -> String {
    let body = format!("44010619900101{person:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = body.bytes().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    format!("{body}{}", b"10X98765432"[sum % 11] as char)
}
