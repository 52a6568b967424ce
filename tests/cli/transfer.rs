//! Certificates that go to another region and come from one, on the command line.

use crate::archive::{Archive, GROUNDS};
use crate::program::Run;

const STAFF: &str = include_str!("../../crates/kanhe/demo/safety-staff.csv");

/// An identifier of Zhejiang's housing department.
const THERE: &str = "1.2.156.3005.2.11100000000013338W011.11330000002473039X.ZJAQ20230000403.001.K";

impl Archive {
    fn taking_over(&self, row: usize, said: &str) -> Run {
        let lines: Vec<_> = STAFF.lines().collect();
        let input = self.office.write("staff.csv", format!("{}\n{}\n", lines[0], lines[row]));
        let (key, identity) = (self.path("gd-housing.key"), self.path("identity.txt"));
        self.ask(&["transfer", "in", THERE, "--from", "330000", "--said", said, "--type", "safety-staff", "--in", &input])
            .and(&["--key", &key, "--identity", &identity])
            .and(&GROUNDS)
            .run()
    }
}

#[test]
fn a_certificate_comes_from_another_region_when_that_has_given_it_away() {
    let archive = Archive::open();
    let refused = archive.taking_over(20, "safety-staff:01").ended(2).json();
    assert_eq!(refused["error"]["code"], "transfer_not_given_away");
    assert_eq!(archive.taking_over(20, "safety-staff:77").ended(2).json()["error"]["code"], "state_code_unknown");
    let told = archive.taking_over(20, "safety-staff:06").ended(0).json();
    let here = told["identifier"].as_str().unwrap();
    assert_eq!(archive.taking_over(20, "safety-staff:06").ended(0).json()["result"], "before");
    assert_eq!(archive.taking_over(21, "safety-staff:06").ended(2).json()["error"]["code"], "alias_taken");
    let found = archive.told(&["find", "--alias", &format!("330000:{THERE}")]);
    assert_eq!(found["certificates"][0]["identifier"], here);
    let found = archive.told(&["find", "--alias", &format!("330100:{}", THERE.to_lowercase())]);
    assert_eq!(found["certificates"][0]["identifier"], here, "however it is spelled");
    assert_eq!(archive.told(&["history", here])["events"][0]["act"], "transfer_in");
    assert_eq!(archive.told(&["show", here])["state_codes"]["safety-staff"], "01");
    archive.is_whole();
}

#[test]
fn certificates_are_found_by_the_state_codes_of_other_systems() {
    let archive = Archive::open();
    let here = archive.taking_over(20, "safety-staff:06").ended(0).json()["identifier"].as_str().unwrap().to_owned();
    let count = |state: &str| archive.told(&["find", "--state", state])["certificates"].as_array().unwrap().len();
    assert_eq!((count("safety-staff:01"), count("safety-staff:06")), (1, 0));
    let nowhere = archive.ask(&[&["transfer", "out", &here, "--to", "999999"], &GROUNDS[..]].concat()).run().ended(2);
    assert_eq!(nowhere.json()["error"]["code"], "transfer_no_region");
    archive.told(&[&["transfer", "out", &here, "--to", "350000"], &GROUNDS[..]].concat());
    assert_eq!((count("safety-staff:01"), count("safety-staff:06")), (0, 1));
    assert_eq!(count("safety-staff:05"), 0, "no term has run out");
    archive.told(&[&["transfer", "undo", &here], &GROUNDS[..]].concat());
    assert_eq!(count("safety-staff:01"), 1);
}
