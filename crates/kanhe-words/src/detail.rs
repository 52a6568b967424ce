//! The details of the libraries in Chinese, with everything that stands in them: what was found, and what is wanted.
//!
//! A detail is an English sentence, made where the defect is known, and carried as text: into reports, over HTTP, into a job's results. Here
//! each has its Chinese twin. What stands in the one's holes stands in the other's; a sentence without a twin is told by its code.

mod documents;
mod log;
mod machine;
mod service;
mod types;
mod verbs;

use crate::life::{act_word, state_word};
use kanhe_core::event::Act;
use kanhe_core::status::State;

/// A detail in Chinese, where it has a twin.
pub fn in_chinese(detail: &str) -> Option<String> {
    twins().find_map(|(en, zh)| told(&holes(en, detail)?, zh))
}

/// Every sentence and its twin, in the order in which they are looked through.
fn twins() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    let rooms = [service::TWINS, documents::TWINS, log::TWINS, types::TWINS, machine::TWINS, verbs::TWINS];
    TWINS.iter().chain(rooms.into_iter().flatten())
}

/// What stands in the holes of a sentence, if it is this one.
fn holes<'d>(sentence: &str, detail: &'d str) -> Option<Vec<&'d str>> {
    let mut parts = sentence.split("{}");
    let mut rest = detail.strip_prefix(parts.next()?)?;
    let (mut holes, mut parts) = (Vec::new(), parts.peekable());
    while let Some(part) = parts.next() {
        let (hole, behind) = if parts.peek().is_none() { (rest.strip_suffix(part)?, "") } else { rest.split_once(part)? };
        holes.push(hole);
        rest = behind;
    }
    rest.is_empty().then_some(holes)
}

/// The twin with the same in its holes; a hole that has a twin of its own is told by it, and so are words of a life, but for those that a
/// program has to send: `{=}`.
fn told(holes: &[&str], zh: &str) -> Option<String> {
    let mut parts = zh.split('{');
    let first = parts.next()?.to_owned();
    parts.zip(holes).try_fold(first, |text, (part, hole)| {
        if let Some(part) = part.strip_prefix("=}") {
            return Some(text + &columns(hole) + part);
        }
        let hole = in_chinese(hole).or_else(|| words_of_life(hole)).unwrap_or_else(|| (*hole).to_owned());
        Some(text + &hole + part.strip_prefix('}')?)
    })
}

/// A list as it stands, but for a heading that is told by its place only: `column 14`.
fn columns(words: &str) -> String {
    let by_place =
        |word: &str| word.strip_prefix("column ").filter(|place| place.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned);
    let column = |word: &str| by_place(word).map_or_else(|| word.to_owned(), |place| format!("第 {place} 列"));
    words.split(", ").map(column).collect::<Vec<_>>().join(", ")
}

/// A list of states, acts and stages, as files and APIs name them, in Chinese; none if a word is none of these.
fn words_of_life(words: &str) -> Option<String> {
    words.split(", ").map(word_of_life).collect::<Option<Vec<_>>>().map(|words| words.join("、"))
}

/// A sentence has `undo transfer` where a file has `undo_transfer`.
fn word_of_life(word: &str) -> Option<&'static str> {
    let word = word.replace(' ', "_");
    let act = || Act::ALL.into_iter().find(|act| act.word() == word).map(|act| act_word(act).zh);
    let state = || State::ALL.into_iter().find(|state| state.word() == word).map(|state| state_word(state).zh);
    let other = || OF_LIFE.iter().chain(&OF_WORKBOOKS).find(|(en, _)| *en == word).map(|(_, zh)| *zh);
    act().or_else(state).or_else(other)
}

/// Conditions and stages that are neither states nor acts.
const OF_LIFE: [(&str, &str); 10] = [
    ("in_force", "有效"),
    ("not_yet_in_force", "尚未生效"),
    ("expired", "失效"),
    ("in_review", "审查中"),
    ("for_decision", "待决定"),
    ("approved", "准予"),
    ("rejected", "不予许可"),
    ("withdrawn", "已撤回"),
    ("nothing", "无"),
    ("none", "无"),
];

/// The parts of a workbook that can be broken.
const OF_WORKBOOKS: [(&str, &str); 6] = [
    ("directory", "目录"),
    ("relations", "关系表"),
    ("workbook", "工作簿"),
    ("texts", "文本表"),
    ("styles", "样式表"),
    ("sheet", "工作表"),
];

/// Sentences and their twins. Each has as many holes as the other, in the same order; a longer one stands before one that it begins like.
const TWINS: &[(&str, &str)] = &[
    // A row of a table of applications (`kanhe_issuer::application::FaultDefect`).
    ("the row has {} cells, the headings {}", "此行有 {} 格，列名有 {} 个"),
    ("member {}, whose name has {} characters, is no column of this type", "第 {} 个成员（名称 {} 个字符）不是该类型的列"),
    (
        "a spreadsheet has cut the number short, and its last digits are lost: make the column text, and type it again",
        "号码被表格软件缩写为科学计数，或以数值存放而超过 15 位，末尾数字已丢失：将该列设为文本格式后重新填写",
    ),
    ("the column stands twice", "该列出现两次"),
    ("a cell is a text, a number, true, false, or a list of texts", "单元格应为文本、数字、true、false 或文本数组"),
    ("the cell is neither UTF-8 nor GB18030", "单元格既不是 UTF-8 也不是 GB18030"),
    ("the cell has {} bytes, at most {} are read", "单元格有 {} 字节，最多 {} 字节"),
    ("the type wants it, and it is empty", "该类型要求填写，此处为空"),
    ("must be empty: the validity is open-ended", "须为空：该类型长期有效"),
    ("must be empty: the validity is a term", "须为空：该类型有固定期限"),
    ("must be empty: the validity is {}", "须为空：有效期规则为 {}"),
    ("a request id has 1 to {} printable ASCII characters without spaces", "申请编号应为 1 至 {} 个可打印的 ASCII 字符，不含空格"),
    ("the text is not in Unicode normal form C", "文本不是 Unicode 规范形式 C"),
    ("character {} is a control character", "第 {} 个字符是控制字符"),
    (
        "character {} cannot be printed: {} is for private use, and another machine shows something else there",
        "第 {} 个字符无法打印：{} 是自造字，换一台机器显示的就是别的字",
    ),
    ("character {} cannot be printed: {} is no character", "第 {} 个字符无法打印：{} 不是字符"),
    ("character {} cannot be printed: {} is without a look of its own", "第 {} 个字符无法打印：{} 没有字形"),
    (
        "no day: wanted is 20260301, 2026-03-01, 2026/3/1, 2026.3.1, 2026年3月1日 or milliseconds since 1970",
        "不是日期：应写作 20260301、2026-03-01、2026/3/1、2026.3.1、2026年3月1日，或 1970 年起的毫秒数",
    ),
    ("as serial: {}", "作为流水号：{}"),
    ("the serial is empty", "流水号为空"),
    ("a serial has at most {} characters, this has {}", "流水号最多 {} 个字符，此处有 {} 个"),
    ("character {} is {}, a serial has 0-9 and A-Z only", "第 {} 个字符是 {}，流水号只用 0-9 和 A-Z"),
    ("{} holders, the type allows {}", "持证主体有 {} 个，该类型最多 {} 个"),
    ("{} names, {} code types, {} codes", "姓名或名称 {} 个，代码类型 {} 个，代码 {} 个"),
    ("holder {} has the code of an earlier holder", "第 {} 个持证主体的代码与前面的重复"),
    ("a person's number stands here whole, and by a request id it would lie in the clear", "此处载有完整的个人号码，而申请编号以明文存放"),
    ("a person's number stands here whole, and the QR code would tell it to everybody", "此处载有完整的个人号码，印在二维码里人人可读"),
    ("holder {}: the name has {} characters, the type allows {}", "第 {} 个持证主体：名称有 {} 个字符，该类型最多 {} 个"),
    ("holder {}: code type {} is not allowed, wanted is one of {}", "第 {} 个持证主体：代码类型 {} 不适用，应为其中之一：{}"),
    ("holder {}: {}", "第 {} 个持证主体：{}"),
    ("a holder's name has 1 to {} characters, this one {}", "名称应为 1 至 {} 个字符，此处有 {} 个"),
    ("the holder's name is not in Unicode normal form C", "名称不是 Unicode 规范形式 C"),
    ("the holder's name has spaces around it or control characters in it", "名称首尾有空格，或含有控制字符"),
    ("not one of the holder code types of GB/T 36903 annex A", "不是 GB/T 36903 附录 A 的持证主体代码类型"),
    ("not a USCC: {}", "不是统一社会信用代码：{}"),
    ("a USCC has {} characters, this has {}", "统一社会信用代码有 {} 个字符，此处有 {} 个"),
    ("character {} is {}, which a USCC never has (no I, O, S, V, Z)", "第 {} 个字符是 {}，统一社会信用代码中没有（不用 I、O、S、V、Z）"),
    (
        "the organisation code (characters 9 to 17) should end in {}, it ends in {}",
        "其中的组织机构代码（第 9 至 17 个字符）末位应为 {}，此处为 {}",
    ),
    ("not a resident id: {}", "不是公民身份号码：{}"),
    ("a resident id has {} characters, this has {}", "公民身份号码有 {} 个字符，此处有 {} 个"),
    ("character {} is not a digit", "第 {} 个字符不是数字"),
    ("characters 7 to 14 are no day of the calendar", "第 7 至 14 个字符不是日历中的日期"),
    ("the check character should be {}, it is {}, which a wrong way of counting gives", "校验码应为 {}，此处为 {}，系按流传的错误算法算出"),
    ("the check character of the USCC should be {}, it is {}", "统一社会信用代码的校验码应为 {}，此处为 {}"),
    ("the check character should be {}, it is {}", "校验码应为 {}，此处为 {}"),
    ("the holder's code is empty", "代码为空"),
    ("a holder's code has at most {} characters, this has {}", "代码最多 {} 个字符，此处有 {} 个"),
    ("character {} has no place in a holder's code", "第 {} 个字符不能用于代码"),
    ("ends on {}, before it begins on {}", "有效期止于 {}，早于起始日 {}"),
    ("says {}, the term of the type ends on {}", "写的是 {}，按该类型的期限应止于 {}"),
    ("says no last day, an amendment keeps the term: {}", "写的是无截止日期，变更不改有效期：{}"),
    ("says {}, an amendment keeps the term: no last day", "写的是 {}，变更不改有效期：无截止日期"),
    ("says {}, an amendment keeps the term: {}", "写的是 {}，变更不改有效期：{}"),
    ("says {}, and today is {}", "写的是 {}，而今天是 {}"),
    ("the term ends beyond the calendar", "期限超出日历"),
    ("{} characters, at least {} are wanted", "有 {} 个字符，至少应有 {} 个"),
    ("{} characters, at most {} are wanted", "有 {} 个字符，最多 {} 个"),
    ("not in the code table: {}", "不在代码表中：{}"),
    ("does not have the form {}", "不符合格式 {}"),
    ("does not have the shape {} (# a digit, @ a digit or capital letter)", "不符合样式 {}（# 为数字，@ 为数字或大写字母）"),
    ("a decimal fraction with {} places and at most 18 digits is wanted", "应为小数，小数点后 {} 位，总共不超过 18 位"),
    ("a whole number in digits is wanted", "应为以数字书写的整数"),
    ("the number is not within {}", "数值应{}"),
    ("yes or no (是 or 否) is wanted", "应为 是 或 否（yes 或 no）"),
    ("one value is wanted, this is a list of {}", "应只有一个值，此处列出 {} 个"),
    ("the list names a member twice", "列表中有重复的值"),
    ("the list has {} members, wanted are {}", "列表有 {} 个值，应{}"),
    ("the schema's rule {} is not kept", "不符合类型文件中的规则 {}"),
    ("at least {}", "不少于 {}"),
    ("at most {}", "不多于 {}"),
    // What a row that is admitted may still be refused for.
    (
        "character {} ({}) has no glyph in the fonts of this machine; on Debian: apt-get install {}",
        "第 {} 个字符（{}）在本机字体中没有字形；Debian 上可安装 {}",
    ),
    ("the request was issued before with other content", "该申请此前已按不同内容签发"),
    ("identifier {} was issued before for another request", "证照标识 {} 此前已为另一申请签发"),
    ("the request was answered before with {}, for something else", "该申请编号此前已用于其他内容或其他事项，证照标识 {}"),
    ("the row on line {} has the same request, with other contents", "第 {} 行的申请编号与此相同，内容不同"),
    (
        "the row on line {} has the same number, which is the serial of its identifier",
        "第 {} 行的证照编号与此相同，而该编号即证照标识的流水号",
    ),
    (
        "the row on line {} has the same number: an agency gives it to one certificate of a type at a time",
        "第 {} 行的证照编号与此相同：同一机构的同一编号同时只用于一张同类证照",
    ),
    (
        "the row on line {} is for the same holder, who may have one certificate of this type",
        "第 {} 行的持证主体与此相同，而此类证照每个主体限持一张",
    ),
    ("identifier {} stands in the library already, with {} as its last day: {}", "库中已有证照标识 {}，有效期至 {}，现为{}"),
    ("identifier {} stands in the library already, without a last day: {}", "库中已有证照标识 {}，长期，现为{}"),
    // As the results of earlier jobs have it.
    ("identifier {} stands in the library already", "库中已有证照标识 {}"),
    ("a holder has a {} certificate of this type already: {}", "持证主体已有一张状态为 {} 的此类证照：{}"),
    ("a holder has applied for a certificate of this type already: {}", "持证主体已申请此类证照，尚未决定，编码 {}"),
    (
        "an earlier row is for the same holder, who may have one certificate of this type",
        "前面已有同一持证主体的行，而此类证照每个主体限持一张",
    ),
    ("the request was lodged as application {}, whose stage is {}", "该申请已受理，编码 {}，办理环节为{}"),
    ("the request was lodged before as {}, with other contents", "该申请此前已按不同内容受理，编码 {}"),
    ("a certificate was issued for the request before: {}", "该申请此前已签发证照：{}"),
    ("key {} signs certificates of {}, not of {}", "密钥 {} 签署 {} 的证照，不签署 {} 的"),
    ("a new version keeps the printed number, which is the serial of {}", "新版本沿用原证照编号，即 {} 的流水号"),
    ("{} bytes need QR version {}, the type allows {}", "共 {} 字节，需要 {} 号二维码，该类型最多 {} 号"),
    ("the seal would have {} bytes, at most {} are allowed", "二维码内容将有 {} 字节，最多 {} 字节"),
    ("an application arrives on the day on which it is written down, {}, not on {}", "申请以登记之日 {} 为受理日，不能是 {}"),
    (
        "an application is approved on the day on which that is written down, {}, not on {}: it is the day of issue",
        "准予决定以登记之日 {} 为准，不能是 {}：该日即颁发日期",
    ),
    ("an application that is reviewed names no day of issue: it is the day of the approval", "须审查的申请不填签发日期：以准予之日为准"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_carry_the_same() {
        let rows = [
            ("the row has 7 cells, the headings 5", "此行有 7 格，列名有 5 个"),
            (
                "holder 2: not a resident id: a resident id has 18 characters, this has 17",
                "第 2 个持证主体：不是公民身份号码：公民身份号码有 18 个字符，此处有 17 个",
            ),
            ("holder 1: the check character should be 'X', it is '3'", "第 1 个持证主体：校验码应为 'X'，此处为 '3'"),
            ("the number is not within at least 1", "数值应不少于 1"),
            ("the list has 9 members, wanted are at most 8", "列表有 9 个值，应不多于 8"),
            ("a whole number in digits is wanted", "应为以数字书写的整数"),
            ("not in the code table: A, B, C", "不在代码表中：A, B, C"),
        ];
        for (en, zh) in rows {
            assert_eq!(in_chinese(en).as_deref(), Some(zh), "{en}");
        }
        assert_eq!(
            in_chinese("a certificate that is suspended cannot be the object of renew; allowed now: reinstate, revoke").as_deref(),
            Some("状态为暂扣的证照不能办理延续；现在可办理：暂扣发还、吊销")
        );
        assert_eq!(
            in_chinese("a certificate that is expired cannot be the object of renew; allowed now: cancel").as_deref(),
            Some("状态为失效的证照不能办理延续；现在可办理：注销")
        );
        assert_eq!(in_chinese("a sentence that nobody has written"), None);
        assert_eq!(in_chinese(""), None);
    }

    #[test]
    fn words_that_a_program_has_to_send_are_told_as_they_are() {
        let rows = [
            ("`by.holder`: `code` is missing", "`by.holder`：缺少 `code`"),
            ("`act` is one of suspend, revoke", "`act` 应为其中之一：suspend, revoke"),
            ("a job that is cancelled does not resume", "已取消（cancelled）的任务不能继续（resume）"),
            ("the workbook is broken: directory", "工作簿已损坏：目录"),
            (
                "not a table of food-operation-permit: missing number, request_id, unknown 2",
                "不是 food-operation-permit 的申请表：缺少 number, request_id，多出 2",
            ),
            ("not a table of food-operation-permit: unknown named, column 14", "不是 food-operation-permit 的申请表：多出 named, 第 14 列"),
            ("this takes the right to issue, which none of your roles has", "此操作需要 issue 权限，您的角色均无此权限"),
            ("in_review is no act: issue, undo_transfer", "in_review 不是操作：issue, undo_transfer"),
            ("issue is no stage: in_review, approved", "issue 不是办理环节：in_review, approved"),
            ("approved is no state of a certificate", "approved 不是证照的状态"),
        ];
        for (en, zh) in rows {
            assert_eq!(in_chinese(en).as_deref(), Some(zh), "{en}");
        }
    }

    #[test]
    fn twins_have_as_many_holes_as_each_other_and_each_is_reached() {
        for (en, zh) in twins() {
            let plain = zh.replace("{=}", "{}");
            assert_eq!(en.matches("{}").count(), plain.matches("{}").count(), "{en}");
            let filled = en.replace("{}", "7");
            assert_eq!(in_chinese(&filled), Some(plain.replace("{}", "7")), "{en} is hidden by one before it");
        }
    }
}
