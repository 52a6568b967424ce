//! How many certificates of a status list are in which state.

use kanhe_core::status::{State, StatusList};

/// How many entries of a list are in each state but valid.
pub fn states(list: &StatusList) -> Vec<(State, usize)> {
    let taken_back = State::ALL.into_iter().filter(|state| *state != State::Valid);
    let count = |state: State| (0..list.statuses().entries()).filter(|entry| list.state(*entry) == Some(state)).count();
    taken_back.map(|state| (state, count(state))).filter(|(_, count)| *count > 0).collect()
}
