//! The words of a certificate's life that name what the library and the agency know.

use super::{Words, act_word, state_word};
use kanhe_core::status::State;
use kanhe_issuer::examiner::Opinion;
use kanhe_issuer::lifecycle::{Change, Condition};
use kanhe_store::Stage;

/// A condition.
pub const fn condition_word(condition: Condition) -> Words {
    match condition {
        Condition::NotYetInForce => Words::new("尚未生效", "not yet in force"),
        Condition::InForce => Words::new("有效", "in force"),
        Condition::Expired => Words::new("失效", "expired"),
        Condition::Suspended => state_word(State::Suspended),
        Condition::Revoked => state_word(State::Revoked),
        Condition::Annulled => state_word(State::Annulled),
        Condition::Cancelled => state_word(State::Cancelled),
        Condition::Transferred => state_word(State::Transferred),
        Condition::Superseded => state_word(State::Superseded),
    }
}

/// A change, as something that was done.
pub const fn change_word(change: Change) -> Words {
    act_word(change.act())
}

/// A stage of an application.
pub const fn stage_word(stage: Stage) -> Words {
    match stage {
        Stage::InReview => Words::new("审查中", "in review"),
        Stage::ForDecision => Words::new("待决定", "waiting for the decision"),
        Stage::Approved => Words::new("准予许可", "approved"),
        Stage::Rejected => Words::new("不予许可", "refused"),
        Stage::Withdrawn => Words::new("已撤回", "withdrawn"),
    }
}

/// What a department says.
pub const fn opinion_word(opinion: Opinion) -> Words {
    match opinion {
        Opinion::Agrees => Words::new("同意", "agrees"),
        Opinion::Objects => Words::new("不同意", "objects"),
    }
}
