//! Who looked at whose certificate: known to an auditor, whatever becomes of the service that showed it.

use crate::archive::Archive;
use crate::program::word;
use crate::service::Service;
use serde_json::Value;

/// A key of an account of the market's agency.
fn key(archive: &Archive, role: &str) -> String {
    let add = ["api-key", "add", "--agency", "114400000069410121", "--name", role, "--role", role, "--actor", "root"];
    word(&archive.told(&add), "/key").to_owned()
}

#[test]
fn who_looked_is_known_though_the_service_is_killed_as_soon_as_it_has_answered() {
    let archive = Archive::open();
    let (clerk, auditor) = (key(&archive, "clerk"), key(&archive, "auditor"));
    let config = archive.office.write(
        "kanhe.toml",
        "[listen]\naddress = \"127.0.0.1:0\"\n[library]\nfolder = \"library\"\nidentity = \"identity.txt\"\n[counter]\n\
         [[keys]]\nfile = \"gd-market.key\"\nidentity = \"identity.txt\"\n",
    );
    let service = Service::start(&config, clerk, &[]);
    let issued = service.issue(1).body;
    let identifier = word(&issued, "/certificate/identifier").to_owned();
    let looks = ["", "/seal", "/seal.svg"].map(|file| format!("/v1/certificates/{identifier}{file}"));
    for look in &looks {
        assert_eq!(service.get(look).status, 200, "{look}");
    }
    service.kill();
    let service = Service::start(&config, auditor, &[]);
    let uses = service.get("/v1/audit/uses").body;
    let seen = |line: &&Value| line["act"] == "shown" && line["subject"] == identifier.as_str();
    assert_eq!(uses["uses"].as_array().unwrap().iter().filter(seen).count(), looks.len(), "{uses}");
    service.end();
}
