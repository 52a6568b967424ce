//! A library of an older format, brought up to date once, when it is opened.

use crate::error::StoreError;
use crate::family::Family;
use crate::layout;
use crate::library::Library;
use crate::open::{FORMAT, FOUNDING};

/// Entries that are moved in one commit: a few megabytes, whatever the library has.
const AT_A_TIME: usize = 1 << 14;

/// An entry of a printed number where it stands, and where it is to stand.
struct Move {
    from: Vec<u8>,
    to: Vec<u8>,
    value: Vec<u8>,
}

impl Library {
    /// Brings a library of an older format up to date. The format is written last: what was broken off begins again, and finds less to do.
    pub(crate) fn bring_up_to_date(&self) -> Result<(), StoreError> {
        if self.founding.format == FORMAT {
            return Ok(());
        }
        self.fold_numbers()?;
        self.commit(|pen| {
            pen.put(Family::Meta, FOUNDING.to_vec(), self.founding.of_today());
            Ok(())
        })
    }

    /// Lets every printed number stand as it is the same however it is spelt: in format 1 it stood as it was printed, and in format 2 with the
    /// spaces that folding made. What is folded stays as it is when it is folded once more, so it is the same for what was moved before.
    fn fold_numbers(&self) -> Result<(), StoreError> {
        let mut moves = Vec::new();
        for row in self.view().scan(Family::Numbers, &[], &[])? {
            let (from, value) = row?;
            // What is no entry is told by the check: it keeps no library shut.
            moves.extend(layout::renumbered(&from).filter(|to| *to != from).map(|to| Move { from, to, value }));
            if moves.len() == AT_A_TIME {
                self.carry_out(&mut moves)?;
            }
        }
        self.carry_out(&mut moves)
    }

    fn carry_out(&self, moves: &mut Vec<Move>) -> Result<(), StoreError> {
        if moves.is_empty() {
            return Ok(());
        }
        self.commit(|pen| {
            for Move { from, to, value } in moves.drain(..) {
                pen.take(Family::Numbers, from);
                pen.put(Family::Numbers, to, value);
            }
            Ok(())
        })
    }
}
