//! What clap could not read, said in Chinese and English.

use super::chinese::{in_chinese, usage_words};
use super::{Cli, Files};
use crate::words::{Language, Sentence};
use clap::builder::{StyledStr, Styles};
use clap::error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind, RichFormatter};
use clap::{Arg, ArgMatches, Command, CommandFactory};
use kanhe_core::code::ResidentId;
use std::error::Error as _;
use std::ffi::OsString;
use std::fmt::Write;
use std::num::{IntErrorKind, ParseIntError};

/// Stands for a word that is not said again.
const CONCEALED: &str = "…";

/// Words in which clap found no verb to run: wrong ones, or a question for help or version.
pub struct Misread {
    english: Error,
    chinese: Error<Chinese>,
}

impl Misread {
    /// Reads the words; what is no command line is explained in both languages.
    pub fn parse(words: &[OsString]) -> Result<Cli, Self> {
        use clap::FromArgMatches;
        let read = |command: Command| command.try_get_matches_from(words).map_err(discreet);
        let parsed = |matches: ArgMatches| Ok(Cli { files: Files::of(&matches), ..Cli::from_arg_matches(&matches)? });
        let command = || without_empty_settings(Cli::command());
        read(command()).and_then(parsed).map_err(|english| {
            // Both command lines refuse the same words; if ever they did not, English would have to do.
            let chinese = read(in_chinese(command())).err().unwrap_or_else(|| Error::new(english.kind()));
            Self { english, chinese: chinese.apply() }
        })
    }

    /// Whether the words were wrong; help and version are no failure.
    pub fn is_wrong(&self) -> bool {
        self.english.use_stderr()
    }

    /// What is wrong, in one sentence.
    pub fn sentence(&self) -> Sentence {
        if self.english.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            return Sentence::new("缺少命令", "a command is missing");
        }
        Sentence::new(sentence(&self.chinese), english_sentence(&self.english))
    }

    /// Prints it for people: what was asked for to standard output, what is wrong to standard error.
    pub fn print(&self, language: Language) -> std::io::Result<()> {
        match language {
            Language::Chinese => self.chinese.print(),
            Language::English => self.english.print(),
        }
    }
}

/// A variable that is set to nothing is as if it were not set, whichever verb reads it, as POSIX has it of the locale.
fn without_empty_settings(command: Command) -> Command {
    let set = |argument: Arg| match argument.get_env() {
        Some(name) if std::env::var_os(name).is_some_and(|value| value.is_empty()) => argument.env(None::<&str>),
        _ => argument,
    };
    command.mut_args(set).mut_subcommands(without_empty_settings)
}

/// A word that is neither like an option nor like a command may be somebody's name or number: it is not said again.
fn discreet(mut error: Error) -> Error {
    let (concealed, harmless): (_, fn(&str) -> bool) = match error.kind() {
        ErrorKind::UnknownArgument => (ContextKind::InvalidArg, is_option),
        ErrorKind::InvalidSubcommand => (ContextKind::InvalidSubcommand, is_command),
        ErrorKind::TooManyValues => (ContextKind::InvalidValue, |_| false),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => (ContextKind::InvalidValue, |word| ResidentId::left_out(word) == word),
        _ => return error,
    };
    if matches!(error.get(concealed), Some(ContextValue::String(word)) if !harmless(word)) {
        error.insert(concealed, ContextValue::String(CONCEALED.to_owned()));
        // The tip how to pass the word as a value has the word in it.
        error.remove(ContextKind::Suggested);
    }
    error
}

fn is_option(word: &str) -> bool {
    let name = word.trim_start_matches('-');
    name != word && name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.is_ascii()
}

fn is_command(word: &str) -> bool {
    word.chars().all(|letter| letter.is_ascii_alphabetic() || letter == '-')
}

/// Everything before clap's tips and usage, in one line.
fn english_sentence(error: &Error<RichFormatter>) -> String {
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned()
}

/// Errors of clap as a Chinese reader sees them.
struct Chinese;

impl ErrorFormatter for Chinese {
    fn format_error(error: &Error<Self>) -> StyledStr {
        let styles = Styles::styled();
        let (wrong, valid, title, literal) = (styles.get_error(), styles.get_valid(), styles.get_usage(), styles.get_literal());
        let mut text = StyledStr::new();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{wrong}错误：{wrong:#}{}", sentence(error));
        if let Some(alike) = alike(error) {
            let _ = writeln!(text, "\n  {valid}提示：{valid:#}相近的有 {alike}");
        }
        if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
            let _ = writeln!(text, "\n{title}用法：{title:#}{}", usage_words(usage));
        }
        let _ = writeln!(text, "\n详见 {literal}--help{literal:#}。");
        text
    }
}

/// What the reader may have meant.
fn alike(error: &Error<Chinese>) -> Option<String> {
    [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(|kind| said(error, kind))
}

/// One sentence for each kind of error, without its full stop.
fn sentence(error: &Error<Chinese>) -> String {
    let said = |kind| said(error, kind);
    let argument = said(ContextKind::InvalidArg).unwrap_or_else(|| "参数".to_owned());
    match error.kind() {
        ErrorKind::InvalidValue => invalid_value(error, &argument),
        ErrorKind::ValueValidation => {
            format!("{argument} 的值“{}”无效：{}", said(ContextKind::InvalidValue).unwrap_or_default(), number(error))
        }
        ErrorKind::UnknownArgument if argument == CONCEALED => "有多余的内容：此命令不再接受更多参数".to_owned(),
        ErrorKind::UnknownArgument => format!("没有 {argument} 这个参数"),
        ErrorKind::InvalidSubcommand => match said(ContextKind::InvalidSubcommand).filter(|word| word != CONCEALED) {
            Some(word) => format!("没有 {word} 这个命令"),
            None => "没有这个命令".to_owned(),
        },
        ErrorKind::ArgumentConflict => conflict(&argument, said(ContextKind::PriorArg)),
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数：{argument}"),
        ErrorKind::MissingSubcommand => format!("缺少命令，可用：{}", said(ContextKind::ValidSubcommand).unwrap_or_default()),
        ErrorKind::NoEquals => format!("{argument} 与其值之间须用等号"),
        ErrorKind::TooManyValues => format!("{argument} 的值过多"),
        ErrorKind::TooFewValues => format!("{argument} 的值过少"),
        ErrorKind::WrongNumberOfValues => format!("{argument} 的值个数不对"),
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8 文字".to_owned(),
        ErrorKind::Io | ErrorKind::Format => "无法输出".to_owned(),
        // clap may learn to refuse more; its help and version are no errors.
        _ => "命令行有误".to_owned(),
    }
}

fn invalid_value(error: &Error<Chinese>, argument: &str) -> String {
    let problem = match said(error, ContextKind::InvalidValue) {
        Some(value) => format!("{argument} 的值“{value}”无效"),
        None => format!("{argument} 缺少值"),
    };
    match said(error, ContextKind::ValidValue) {
        Some(values) => format!("{problem}，可选：{values}"),
        None => problem,
    }
}

/// The only values that clap itself checks beyond a choice are whole numbers; a test holds the command line to that.
fn number(error: &Error<Chinese>) -> String {
    let Some(source) = error.source() else { return "应为整数".to_owned() };
    if let Some(IntErrorKind::InvalidDigit | IntErrorKind::Empty) = source.downcast_ref::<ParseIntError>().map(ParseIntError::kind) {
        return "应为整数".to_owned();
    }
    // clap says "4 is not in 8..=64".
    match source.to_string().split_once(" is not in ").and_then(|(_, range)| range.split_once("..=")) {
        Some((least, most)) => format!("应在 {least} 至 {most} 之间"),
        None => "超出允许的范围".to_owned(),
    }
}

fn conflict(argument: &str, prior: Option<String>) -> String {
    match prior {
        Some(prior) if prior == argument => format!("{argument} 只能给出一次"),
        Some(prior) => format!("{argument} 不能与 {prior} 同时使用"),
        None => format!("{argument} 不能与其他参数同时使用"),
    }
}

/// What clap's error knows of this kind; several of a kind stand in a row.
fn said(error: &Error<Chinese>, kind: ContextKind) -> Option<String> {
    let words = match error.get(kind)? {
        ContextValue::String(word) => word.clone(),
        ContextValue::Strings(words) => words.join("、"),
        _ => return None,
    };
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::any::TypeId;
    use std::path::PathBuf;

    fn misread(words: &str) -> Misread {
        let words: Vec<OsString> = std::iter::once("kanhe").chain(words.split_whitespace()).map(OsString::from).collect();
        Misread::parse(&words).err().unwrap_or_else(|| panic!("{words:?} are no command line"))
    }

    #[test]
    fn each_kind_of_wrong_words_has_its_chinese_sentence() {
        let rows = [
            ("issues", "没有 issues 这个命令"),
            ("--colour", "没有 --colour 这个参数"),
            ("type list more", "有多余的内容：此命令不再接受更多参数"),
            ("type list --sha256", "没有 --sha256 这个参数"),
            ("type list -440106", "有多余的内容：此命令不再接受更多参数"),
            ("12345", "没有这个命令"),
            ("type show", "缺少必需的参数：<名称>"),
            ("review X --department fire", "缺少必需的参数：--basis <依据>、--reason <文字>、--library <目录>、<--agree|--object>"),
            ("type list --lang fr", "--lang <语言> 的值“fr”无效，可选：zh、en"),
            ("type list --lang", "--lang <语言> 缺少值，可选：zh、en"),
            ("type list --types", "--types <目录> 缺少值"),
            ("type list --types a --types b", "--types <目录> 只能给出一次"),
            ("find --library L --name a --number b", "--name <名称> 不能与 --number <编号> 同时使用"),
            ("find --library L --most many", "--most <条数> 的值“many”无效：应为整数"),
            ("find --library L --most 99999999999999999999999", "--most <条数> 的值“99999999999999999999999”无效：超出允许的范围"),
            ("status sign --days 70000", "--days <天数> 的值“70000”无效：应在 0 至 65535 之间"),
            ("type list --json=yes", "--json 的值过多"),
            ("type", "缺少命令"),
            ("type --json", "缺少命令，可用：list、show、check、help"),
            ("", "缺少命令"),
        ];
        for (words, sentence) in rows {
            assert_eq!(misread(words).sentence().zh, sentence, "{words}");
        }
    }

    #[test]
    fn the_english_sentence_names_what_is_missing() {
        let rows = [
            ("type show", "the following required arguments were not provided: <NAME>"),
            ("type list --lang fr", "invalid value 'fr' for '--lang <LANG>' [possible values: zh, en]"),
            ("type", "a command is missing"),
        ];
        for (words, sentence) in rows {
            assert_eq!(misread(words).sentence().en, sentence, "{words}");
        }
    }

    #[test]
    fn a_stray_word_is_said_again_in_no_language() {
        for words in [
            "type list 440106199001011234",
            "show X 张三 --library L",
            "type list --json=张三",
            "find zhangsan",
            "440106199001011234",
            "type list -- 张三",
        ] {
            let misread = misread(words);
            for said in
                [misread.english.to_string(), misread.chinese.to_string(), misread.sentence().en.into(), misread.sentence().zh.into()]
            {
                assert!(!said.contains("44010619") && !said.contains("张三") && !said.contains("zhangsan"), "{said}");
            }
        }
    }

    #[test]
    fn what_was_asked_for_is_not_wrong() {
        for words in ["--help", "type --help", "help issue", "--version"] {
            assert!(!misread(words).is_wrong(), "{words}");
        }
    }

    #[test]
    fn usage_and_help_follow_the_sentence() {
        let text = misread("type shwo").chinese.to_string();
        let lines: Vec<_> = text.lines().collect();
        let wanted = ["错误：没有 shwo 这个命令", "", "  提示：相近的有 show", "", "用法：kanhe type [选项] <命令>", "", "详见 --help。"];
        assert_eq!(lines, wanted);
    }

    #[test]
    fn only_whole_numbers_are_checked_by_clap_itself() {
        fn look(command: &Command) {
            for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
                let (parser, read) = (argument.get_value_parser(), argument.get_value_parser().type_id());
                let texts = [TypeId::of::<String>(), TypeId::of::<PathBuf>()];
                let numbers = [TypeId::of::<u16>(), TypeId::of::<u32>(), TypeId::of::<u64>(), TypeId::of::<usize>()];
                let known = parser.possible_values().is_some() || texts.iter().chain(&numbers).any(|known| read == *known);
                assert!(known, "{} reads {parser:?}", argument.get_id());
            }
            command.get_subcommands().for_each(look);
        }
        look(&Cli::command());
    }
}
