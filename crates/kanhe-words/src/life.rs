//! The words of a certificate's life.

use crate::Words;
use kanhe_core::event::Act;
use kanhe_core::status::State;

/// What a state is called.
pub const fn state_word(state: State) -> Words {
    match state {
        State::Valid => Words::new("有效", "valid"),
        State::Suspended => Words::new("暂扣", "suspended"),
        State::Revoked => Words::new("吊销", "revoked"),
        State::Annulled => Words::new("撤销", "annulled"),
        State::Cancelled => Words::new("注销", "cancelled"),
        State::Transferred => Words::new("转出", "transferred"),
        State::Superseded => Words::new("已被取代", "superseded"),
    }
}

/// What an act is called, as something that was done.
pub const fn act_word(act: Act) -> Words {
    match act {
        Act::Issue => Words::new("新发", "issued"),
        Act::Renew => Words::new("延续", "renewed"),
        Act::Amend => Words::new("变更", "amended"),
        Act::Suspend => Words::new("暂扣", "suspended"),
        Act::Reinstate => Words::new("暂扣发还", "reinstated"),
        Act::Revoke => Words::new("吊销", "revoked"),
        Act::Annul => Words::new("撤销", "annulled"),
        Act::Cancel => Words::new("注销", "cancelled"),
        Act::TransferOut => Words::new("转出", "moved to another region"),
        Act::TransferIn => Words::new("转入", "taken over from another region"),
        Act::UndoTransfer => Words::new("取消转出", "move called off"),
        Act::Manifest => Words::new("登记机构名录", "manifest taken up"),
        Act::Lodge => Words::new("受理", "application lodged"),
        Act::Review => Words::new("审查", "application reviewed"),
        Act::Type => Words::new("登记证照类型", "type taken up"),
        Act::Recognition => Words::new("登记互认目录", "recognition taken up"),
        Act::Alias => Words::new("登记别名", "alias entered"),
        Act::Reject => Words::new("不予许可", "application refused"),
        Act::Withdraw => Words::new("撤回申请", "application withdrawn"),
    }
}
