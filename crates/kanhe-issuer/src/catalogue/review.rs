//! The review that an application needs before anything is minted: which departments give their opinion, and in which order.

use super::defects::{Defects, is_id, size};
use super::error::TypeDefect;
use super::type_file;
use kanhe_core::kind::Label;

/// An application is seen by at most so many departments; a construction project by some fifteen.
const MOST_DEPARTMENTS: usize = 32;

/// Who has to be heard before an application is decided, by somebody who has not handled it before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRule {
    /// Whether they are heard one after the other.
    pub order: ReviewOrder,
    /// Who; none where the decision by a second person is all that is asked for.
    pub departments: Vec<Department>,
}

/// In which order departments are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewOrder {
    /// 串联: one after the other, as they stand in the file.
    Serial,
    /// 并联审批: all at the same time.
    Parallel,
}

impl ReviewOrder {
    /// The word by which files and APIs name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Serial => "serial",
            Self::Parallel => "parallel",
        }
    }
}

/// A department that is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// The id by which files and APIs name it.
    pub id: String,
    /// What people call it.
    pub names: Label,
}

impl ReviewRule {
    /// The department with an id.
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|department| department.id == id)
    }
}

pub(super) fn check(read: Option<&type_file::Review>, defects: &mut Defects<'_>) -> Option<ReviewRule> {
    let read = read?;
    let order = match read.order {
        type_file::Order::Serial => ReviewOrder::Serial,
        type_file::Order::Parallel => ReviewOrder::Parallel,
    };
    defects.range("review.departments", size(read.departments.len()), 0, size(MOST_DEPARTMENTS));
    let mut departments: Vec<Department> = Vec::new();
    for (place, department) in read.departments.iter().enumerate() {
        let member = format!("review.departments[{place}]");
        let names = defects.label(&member, &department.zh, &department.en);
        if departments.iter().any(|other| other.id == department.id) || !is_id(&department.id) {
            let wanted = "1 to 40 of a-z, 0-9, _ and -, and no other department's";
            defects.add(member, TypeDefect::Id { found: department.id.clone(), wanted });
        }
        departments.push(Department { id: department.id.clone(), names });
    }
    Some(ReviewRule { order, departments })
}
