//! Another edition of a type, while applications wait: who is heard is what the manifest's edition says, and whoever waits is decided.

use crate::registry::{ACCOUNTING, House};
use crate::review::{Bureau, NOON, PARALLEL, SERIAL};
use kanhe_core::envelope::{Document, sign_to_cose};
use kanhe_core::manifest::Manifest;
use kanhe_issuer::examiner::{Closing, Opinion};
use kanhe_store::{SignedManifest, Stage};
use kanhe_tests::world::{moment, test_key};

/// A rule that somebody has written for himself.
const OWN: &str = r#"{ "order": "parallel", "departments": [ { "id": "mine", "zh": "自家", "en": "Mine" } ] }"#;

impl Bureau {
    /// Lets the library work under the manifest of its house.
    fn takes_up_its_manifest(&self) {
        let (root, now) = (test_key("registry root"), moment(NOON));
        let envelope = sign_to_cose(Manifest::TYPE, &self.registry.house.manifest().encode(), &root);
        let manifest = SignedManifest { envelope, root: root.verifying_key() };
        self.registry.registrar().take_up(&manifest, &self.registry.entry(now, now)).unwrap();
    }
}

#[test]
fn who_is_heard_is_said_by_the_manifests_edition_and_not_by_the_file_at_hand() {
    let mut bureau = Bureau::of(ACCOUNTING, SERIAL);
    bureau.takes_up_its_manifest();
    let code = bureau.lodged(1);
    let before = bureau.registry.library.log_size().unwrap();
    for rule in [PARALLEL, OWN] {
        bureau.registry.house = House::reviewing(ACCOUNTING, rule);
        for department in ["planning", "mine"] {
            let said = bureau.says(&code, department, Opinion::Agrees, "planning-1");
            assert!(matches!(said.map_err(|error| error.code()), Err("desk_type_differs" | "review_unknown_department")), "{department}");
        }
        assert_eq!(bureau.lodge_as(2, "P-2", None, NOON).unwrap_err().code(), "desk_type_differs");
        assert_eq!(bureau.approve(&code, "head-1", NOON).unwrap_err().code(), "desk_type_differs");
        assert_eq!(bureau.close(&code, Closing::Reject, "head-1").unwrap_err().code(), "desk_type_differs");
    }
    assert_eq!(bureau.registry.library.log_size().unwrap(), before);
    // Who has handed in may take it back, whatever file the clerk has.
    let withdrawn = bureau.close(&code, Closing::Withdraw, "clerk-1");
    assert_eq!((withdrawn, bureau.project(&code).stage), (Ok(()), Stage::Withdrawn));
}
