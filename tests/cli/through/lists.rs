//! The lists that a service signs and those in the folders of the command line: each says what the library says, whoever signed last.

use super::MARKET;
use super::held::{Held, serve};
use crate::archive::GROUNDS;
use crate::office::permits;
use kanhe_core::envelope::Envelope;
use kanhe_core::status::{State, StatusList};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::thread;
use std::time::Duration;

impl Held {
    fn stop(&mut self) {
        kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
        assert!(self.process.wait().unwrap().success());
    }

    fn start(&mut self) {
        (self.process, self.url) = serve(&self.archive.path("service.toml"), &self.log);
    }

    /// Waits until the list that the service serves says this of a slot: it signs every second.
    fn serves(&self, slot: u32, state: State) {
        let served = || {
            let mut reply = ureq::get(format!("{}/v1/status/{MARKET}/0", self.url)).call().ok()?;
            state_in(&reply.body_mut().read_to_vec().unwrap(), slot)
        };
        let told = (0..80).any(|_| {
            thread::sleep(Duration::from_millis(250));
            served() == Some(state)
        });
        assert!(told, "{:?} instead of {state:?}", served());
    }

    /// Signs the lists into a folder. Returns how many it signed, and what the file says of a slot.
    fn signs(&self, folder: &str, slot: u32) -> (u64, Option<State>) {
        let (key, identity, out) = (self.archive.path("gd-market.key"), self.archive.path("identity.txt"), self.archive.path(folder));
        let told = self.archive.told(&["status", "sign", "--key", &key, "--identity", &identity, "--out", &out]);
        (told["lists"].as_u64().unwrap(), state_in(&fs::read(format!("{out}/{MARKET}.0.status")).unwrap(), slot))
    }
}

fn state_in(list: &[u8], slot: u32) -> Option<State> {
    Envelope::decode(list).unwrap().read_unchecked::<StatusList>().unwrap().state(slot)
}

#[test]
fn a_revocation_stands_in_the_lists_of_the_service_and_in_those_of_every_folder() {
    let mut held = Held::open(&[("market", MARKET, &["clerk", "approver"])]);
    held.archive.issuing(permits(2)).and(&["--key-file", &held.archive.path("market")]).run().ended(0);
    let identifiers = held.archive.identifiers();
    let slot = |identifier: &str| {
        let shown = held.ask("market", &["show", identifier]).run().ended(0).json();
        u32::try_from(shown["slot"].as_u64().unwrap()).unwrap()
    };
    let [one, other] = [&identifiers[0], &identifiers[1]].map(|identifier| slot(identifier));
    held.serves(one, State::Valid);
    held.stop();
    assert_eq!(held.signs("lists", one), (1, Some(State::Valid)));

    held.start();
    held.ask("market", &["revoke", &identifiers[0]]).and(&GROUNDS).run().ended(0);
    held.serves(one, State::Revoked);
    held.stop();
    assert_eq!(held.signs("lists", one), (1, Some(State::Revoked)), "the service has signed it for itself alone");

    held.archive.change("revoke", &identifiers[1]).ended(0);
    assert_eq!(held.signs("lists", other), (1, Some(State::Revoked)));
    assert_eq!(held.signs("lists", other), (0, Some(State::Revoked)));
    held.start();
    held.serves(other, State::Revoked);
}
