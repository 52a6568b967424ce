//! How many of something one network holds at a time, so that none holds all of them.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// One network gets at most this part of all: the quarter of it that asks and never ends leaves three for everybody else.
const PART: usize = 4;

/// What each network holds.
#[derive(Clone)]
pub struct Shares {
    most: usize,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One of them, given back when it is dropped.
pub struct Share {
    of: IpAddr,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Shares {
    /// Shares of so many.
    pub fn of(all: usize) -> Self {
        Self { most: all.div_ceil(PART), held: Arc::default() }
    }

    /// How many one network may hold.
    pub const fn most(&self) -> usize {
        self.most
    }

    /// One for an address; none, where its network holds as many as it may.
    pub fn take(&self, address: IpAddr) -> Option<Share> {
        let of = network(address);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(of).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share { of, held: Arc::clone(&self.held) })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.of) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                held.remove(&self.of);
            }
        }
    }
}

/// The network of an address. Of IPv6 the first 64 bits: whoever has one address there has all of them (RFC 4291 §2.5.4).
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_a_quarter_and_gets_back_what_it_gives_back() {
        let shares = Shares::of(8);
        let from = |address: &str| shares.take(address.parse().unwrap());
        let (first, second) = (from("2001:db8::1"), from("2001:db8::2"));
        assert!(first.is_some() && second.is_some());
        assert!(from("2001:db8::3").is_none(), "another address of the same network");
        assert!(from("192.0.2.1").is_some(), "another network");
        drop(first);
        assert!(from("2001:db8::3").is_some());
        drop(second);
        assert!(shares.held.lock().unwrap().is_empty(), "nobody is remembered who holds nothing");
    }
}
