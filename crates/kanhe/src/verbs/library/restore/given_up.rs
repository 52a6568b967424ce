//! What a restored library has lost, and what it gives up for that: told to whoever restores it.

use crate::words::{Language, Words};
use kanhe_core::pack::MOST_LISTS;
use kanhe_store::backup::{ASSUMED, Closed, Lost};
use serde_json::{Value, json};

/// What no library that was restored has, and what is to be done about it.
const LOST: Words = Words::new(
    "! 备份之后签发的证照、办理的事项都不在此库中。其后发出的二维码自下次签署状态清单起核验为“已被取代”：重新签发并换发；其后的吊销、暂扣等须重新办理，否则相关证照仍显示有效。备份之后已公布日志检查点的，不得用此库签发。",
    "! What was issued and done after the backup is not in this library. Codes handed out since read *superseded* from the next status lists on: issue their tables again, and hand out the new codes. Do every act since again, revocations first: until then what they ended reads *in force*. If a checkpoint was published after the backup, issue nothing from this library.",
);

/// What is so of every restoration, whether it is written down or not.
const ONE: Words = Words::new(
    "恢复的库只能有一个继续签发：两个库的日志同名而互相矛盾。",
    "Of the libraries that were restored only one may go on issuing: two have logs of one name that contradict each other.",
);

/// Who has said how much may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Nobody,
    /// Whoever restores.
    Operator,
    /// A checkpoint, up to itself.
    Checkpoint,
}

impl Told {
    pub(super) const fn by(lost: Lost<'_>) -> Self {
        match lost {
            Lost::Untold => Self::Nobody,
            Lost::AtMost(_) => Self::Operator,
            Lost::Published { .. } => Self::Checkpoint,
        }
    }
}

/// The slots that are not given out any more, for their certificates may be lost.
pub(super) struct GivenUp {
    pub(super) closed: Closed,
    pub(super) told: Told,
}

impl GivenUp {
    /// What is lost; `told` as far as a checkpoint reaches, where there is one that is later than the backup.
    pub(super) fn row(&self) -> Value {
        let Closed { lost, events, lists, first_page, .. } = self.closed;
        let told = self.told == Told::Operator || events.is_some_and(|events| events > 0);
        json!({ "most": lost, "told": told, "events": events, "lists": lists, "most_lists": MOST_LISTS, "first_page": first_page })
    }

    /// Where it is written down that the library was restored. Where that could not be, `say_lost` is what the next one says with `--lost`, and
    /// what may be lost by then besides.
    pub(super) fn restoration(&self) -> Value {
        let Closed { number, earlier, unread, leapt, .. } = self.closed;
        let say_lost = number.is_none().then_some(leapt);
        json!({ "number": number, "earlier": earlier, "unreadable": unread, "say_lost": say_lost })
    }

    pub(super) fn lines(&self, language: Language) -> String {
        let Closed { events, lists, unread, .. } = self.closed;
        let forked = events.filter(|events| *events > 0).map(|events| forked(events, language));
        let unreadable = (unread > 0).then(|| self.unreadable(language));
        let too_many = usize::try_from(lists).map_or(true, |lists| lists > MOST_LISTS).then(|| self.too_many(language));
        let lines = [
            Some(LOST.of(language).to_owned()),
            Some(self.written_down(language)),
            unreadable,
            forked,
            Some(self.left_out(language)),
            too_many,
        ];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    fn written_down(&self, language: Language) -> String {
        let Closed { number, leapt, .. } = self.closed;
        let one = ONE.of(language);
        match (language, number) {
            (Language::Chinese, Some(number)) => format!(
                "! 此次恢复已记入备份目录（restorations/{number}）：以后从该目录恢复的库不会发放此库的状态位。备份目录有副本的，把 restorations 也复制过去。{one}"
            ),
            (Language::English, Some(number)) => format!(
                "! It is written down among the backups (restorations/{number}) that this library was restored: one that is restored from the folder later gives out no slot of it. Copy `restorations` into every copy of the folder too. {one}"
            ),
            (Language::Chinese, None) => format!(
                "! 备份目录无法写入，此次恢复未能记入其中（restorations）：以后从该目录恢复的库会发放与此库相同的状态位，吊销一张证照会使另一张也被拒绝。请另行记下：再次恢复此备份或更新的备份时，必须用 --lost，其数为 {leapt} 加上届时可能遗失的张数。{one}"
            ),
            (Language::English, None) => format!(
                "! The folder of backups cannot be written, and it is not written down there (restorations) that this library was restored: one that is restored from the folder later gives out the same slots, and revoking a certificate of one refuses one of the other. Make a note of it: whoever restores this backup or a newer one again must say --lost, with {leapt} and as many more as may be lost by then. {one}"
            ),
        }
    }

    fn unreadable(&self, language: Language) -> String {
        let Closed { unread, lost, .. } = self.closed;
        let most = lost.max(ASSUMED);
        match language {
            Language::Chinese => format!(
                "! 备份目录所记的以前的恢复有 {unread} 份无法读取（restorations），假定每次为每个机构留出不超过 {most} 张证照的状态位。可能更多的，用更大的 --lost 重新恢复到另一目录。"
            ),
            Language::English => format!(
                "! Earlier restorations that are written down among the backups (restorations) and cannot be read: {unread}. It is assumed that none of them left out the slots of more than {most} certificates of each agency. If one may have, restore into another folder with a greater --lost."
            ),
        }
    }

    fn left_out(&self, language: Language) -> String {
        let Closed { lost, events, .. } = self.closed;
        match (language, self.told, events.unwrap_or(0)) {
            (Language::Chinese, Told::Operator, _) => format!("已为备份之后可能遗失的证照留出状态位：每个机构 {lost} 张。"),
            (Language::English, Told::Operator, _) => {
                format!("Left out for what may be lost since the backup: the status slots of {lost} certificates of each agency.")
            }
            (Language::Chinese, Told::Nobody, _) => format!(
                "! 未说明备份之后遗失多少，假定每个机构不超过 {lost} 张，已为其留出状态位。若某机构可能更多，请用 --checkpoint（最后公布的日志检查点）或 --lost 重新恢复到另一目录：{}",
                TWINS.of(language)
            ),
            (Language::English, Told::Nobody, _) => format!(
                "! Nobody said how much is lost since the backup: it is assumed that no agency issued more than {lost} certificates, and their status slots are left out. If one may have issued more, restore into another folder with --checkpoint (the checkpoint of the log that was published last) or --lost: {}",
                TWINS.of(language)
            ),
            (Language::Chinese, Told::Checkpoint, 0) => format!(
                "! 检查点并不晚于此备份，备份之后遗失多少由此无从得知：假定每个机构不超过 {lost} 张，已为其留出状态位。若某机构可能更多，请用 --lost 或其后公布的检查点重新恢复到另一目录：{}",
                TWINS.of(language)
            ),
            (Language::English, Told::Checkpoint, 0) => format!(
                "! The checkpoint is no later than this backup, and tells nothing of what was issued since: it is assumed that no agency issued more than {lost} certificates, and their status slots are left out. If one may have issued more, restore into another folder with --lost, or with a checkpoint that was published later: {}",
                TWINS.of(language)
            ),
            (Language::Chinese, Told::Checkpoint, _) => format!(
                "! 检查点之后签发的，检查点并不说明：假定每个机构自备份以来共遗失不超过 {lost} 张，已为其留出状态位。若某机构可能更多，请用 --lost 重新恢复到另一目录：{}",
                TWINS.of(language)
            ),
            (Language::English, Told::Checkpoint, _) => format!(
                "! The checkpoint tells nothing of what was issued after it: it is assumed that no agency issued more than {lost} certificates since the backup in all, and their status slots are left out. If one may have issued more, restore into another folder with --lost: {}",
                TWINS.of(language)
            ),
        }
    }

    fn too_many(&self, language: Language) -> String {
        let Closed { lists, .. } = self.closed;
        match language {
            Language::Chinese => format!(
                "! 各机构再次签发后共有 {lists} 份状态清单，而一个证照包最多 {MOST_LISTS} 份，超出即无法制作新的证照包（pack_too_many_parts）。如确知每个机构遗失较少，用 --lost 给出较小的数，重新恢复到另一目录；此库及以前恢复的库从未签发的，先从 restorations 中取走其记录。"
            ),
            Language::English => format!(
                "! Once each agency has issued again there are {lists} status lists, and a pack has {MOST_LISTS}: with more no new pack is made (pack_too_many_parts). If you know that no agency lost so many, restore into another folder with a smaller --lost; first take the files out of `restorations` of this library and of others that have never issued."
            ),
        }
    }
}

/// What others know, and this library not.
fn forked(events: u64, language: Language) -> String {
    match language {
        Language::Chinese => {
            format!("! 检查点比此备份多 {events} 条事件，他人已经知道：有更新的备份就恢复那一份；不得用此库公布日志，也不得签发。")
        }
        Language::English => format!(
            "! The checkpoint has {events} events that this backup has not, and others know them: restore a newer backup if there is one; publish no log from this library, and issue nothing."
        ),
    }
}

/// What becomes of two certificates with one slot.
const TWINS: Words = Words::new(
    "否则新证照会占用遗失证照的状态位，吊销一张会使另一张也被拒绝。",
    "otherwise new certificates get the slots of lost ones, and revoking one refuses the other.",
);

#[cfg(test)]
mod tests {
    use super::*;

    const CLOSED: Closed =
        Closed { lost: 100_000, events: None, lists: 2, first_page: 2, earlier: 0, unread: 0, number: Some(1), leapt: 262_144 };

    fn said(closed: Closed, told: Told) -> [String; 2] {
        [Language::Chinese, Language::English].map(|language| GivenUp { closed, told }.lines(language))
    }

    #[test]
    fn more_lists_than_a_pack_has_are_warned_of() {
        for (lists, warned) in [(2048, false), (2049, true)] {
            for said in said(Closed { lists, ..CLOSED }, Told::Nobody) {
                assert_eq!(said.contains("pack_too_many_parts"), warned, "{lists}");
            }
        }
    }

    #[test]
    fn what_earlier_restorations_have_given_out_and_nobody_can_read_is_told() {
        for (unread, told) in [(0, false), (3, true)] {
            for said in said(Closed { unread, ..CLOSED }, Told::Operator) {
                assert_eq!(said.lines().any(|line| line.contains("restorations") && line.contains("--lost")), told, "{said}");
            }
        }
    }

    #[test]
    fn what_a_checkpoint_does_not_know_is_not_called_told() {
        for (events, told, [chinese, english]) in [
            (0, false, ["并不晚于此备份", "no later than this backup"]),
            (7, true, ["检查点之后签发的，检查点并不说明", "tells nothing of what was issued after it"]),
        ] {
            let closed = Closed { events: Some(events), ..CLOSED };
            let [in_chinese, in_english] = said(closed, Told::Checkpoint);
            assert!(in_chinese.contains(chinese) && in_english.contains(english), "{in_english}");
            assert_eq!(GivenUp { closed, told: Told::Checkpoint }.row()["told"], told);
        }
    }
}
