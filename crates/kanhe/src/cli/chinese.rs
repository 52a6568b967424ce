//! The command line as a Chinese reader sees it: the same commands and arguments, with Chinese help.

mod words;

use clap::{Arg, Command};
use std::fmt::Write;
use words::{SENTENCES, VALUES};

/// The same command line, with all that it says about itself in Chinese; it reads the same words in the same way.
pub fn in_chinese(mut command: Command) -> Command {
    // clap's own `--help`, `--version` and `help` are only there once it is built.
    command.build();
    translated(command)
}

fn translated(command: Command) -> Command {
    let mut command = command.mut_subcommands(translated).mut_args(translated_argument).subcommand_value_name("命令");
    if let Some(about) = command.get_about().and_then(|about| sentence(&about.to_string())) {
        command = command.about(about);
    }
    let usage = usage_words(&command.render_usage());
    let template = template(&command, &usage);
    command.help_template(template)
}

fn translated_argument(argument: Arg) -> Arg {
    let names: Vec<&'static str> = argument.get_value_names().unwrap_or_default().iter().filter_map(|name| found(VALUES, name)).collect();
    let help = argument.get_help().and_then(|help| sentence(&help.to_string()));
    let long = argument.get_long_help().and_then(|help| sentence(&help.to_string()));
    let more = specifics(&argument);
    let mut argument = if names.is_empty() { argument } else { argument.value_names(names) };
    if let Some(help) = help {
        // clap breaks lines at blanks, which Chinese has none of: a line of its own has room.
        argument = argument.help(format!("{help}{more}")).next_line_help(true);
    }
    if let Some(long) = long {
        argument = argument.long_help(long);
    }
    argument.hide_default_value(true).hide_env(true).hide_possible_values(true)
}

/// What clap adds to the help of an argument by itself, in English.
fn specifics(argument: &Arg) -> String {
    let mut more = String::new();
    let mut add = |label: &str, value: &str| {
        // Writing to a text cannot fail.
        let _ = write!(more, " [{label}：{value}]");
    };
    if !argument.get_action().takes_values() {
        return more;
    }
    let possible: Vec<String> = argument
        .get_possible_values()
        .iter()
        .map(|value| value.get_help().map_or_else(|| value.get_name().to_owned(), |help| format!("{}（{help}）", value.get_name())))
        .collect();
    if !possible.is_empty() {
        add("可选", &possible.join("、"));
    }
    let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if !defaults.is_empty() {
        add("默认", &defaults.join(" "));
    }
    if let Some(name) = argument.get_env() {
        add("环境变量", &name.to_string_lossy());
    }
    more
}

/// The usage of a command without its English title.
pub fn usage_words(usage: &clap::builder::StyledStr) -> String {
    let styled = usage.ansi().to_string();
    styled.split_once(' ').map_or(styled.as_str(), |(_, usage)| usage).replace("[OPTIONS]", "[选项]")
}

/// clap's own template has English headings.
fn template(command: &Command, usage: &str) -> String {
    let (title, header) = (command.get_styles().get_usage(), command.get_styles().get_header());
    let mut template = format!("{{about-with-newline}}\n{title}用法：{title:#}{usage}");
    let parts = [
        (command.has_subcommands(), "命令", "{subcommands}"),
        (command.get_positionals().next().is_some(), "参数", "{positionals}"),
        (command.get_arguments().any(|argument| !argument.is_positional()), "选项", "{options}"),
    ];
    for (_, heading, tag) in parts.into_iter().filter(|(there, ..)| *there) {
        let _ = write!(template, "\n\n{header}{heading}：{header:#}\n{tag}");
    }
    template
}

fn sentence(english: &str) -> Option<&'static str> {
    found(SENTENCES, english)
}

fn found(table: &[(&str, &'static str)], english: &str) -> Option<&'static str> {
    table.iter().find(|(key, _)| *key == english).map(|(_, chinese)| *chinese)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory;
    use std::collections::BTreeSet;

    /// The English of a command, of all below it and of their arguments: sentences, and names of values.
    fn english(command: &Command, sentences: &mut BTreeSet<String>, values: &mut BTreeSet<String>) {
        assert!(command.get_long_about().is_none(), "{}: a docstring has one paragraph", command.get_name());
        sentences.extend(command.get_about().map(ToString::to_string));
        for argument in command.get_arguments() {
            sentences.extend([argument.get_help(), argument.get_long_help()].into_iter().flatten().map(ToString::to_string));
            if argument.get_action().takes_values() {
                values.extend(argument.get_value_names().unwrap_or_default().iter().map(ToString::to_string));
            }
        }
        for command in command.get_subcommands() {
            english(command, sentences, values);
        }
    }

    fn keys(table: &[(&str, &str)]) -> BTreeSet<String> {
        let keys: BTreeSet<String> = table.iter().map(|(key, _)| (*key).to_owned()).collect();
        assert_eq!(keys.len(), table.len(), "the same English stands twice");
        keys
    }

    #[test]
    fn all_english_of_the_command_line_has_its_chinese_and_all_chinese_its_english() {
        let (mut sentences, mut values) = (BTreeSet::new(), BTreeSet::new());
        let mut command = Cli::command();
        command.build();
        english(&command, &mut sentences, &mut values);
        for (said, known) in [(sentences, keys(SENTENCES)), (values, keys(VALUES))] {
            let without_chinese: Vec<_> = said.difference(&known).collect();
            let without_english: Vec<_> = known.difference(&said).collect();
            assert!(without_chinese.is_empty() && without_english.is_empty(), "{without_chinese:#?} {without_english:#?}");
        }
    }

    #[test]
    fn every_command_and_argument_has_a_help_text() {
        fn look(command: &Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
            command.get_subcommands().for_each(look);
        }
        look(&Cli::command());
    }

    #[test]
    fn no_page_of_the_chinese_help_has_english_headings() {
        fn look(mut command: Command) {
            let page = command.render_long_help().to_string();
            for english in ["Usage", "Commands:", "Options:", "Arguments:", "OPTIONS", "COMMAND", "default:", "env:", "possible", "Print "]
            {
                assert!(!page.contains(english), "{english}: {page}");
            }
            command.get_subcommands().cloned().for_each(look);
        }
        look(in_chinese(Cli::command()));
    }

    #[test]
    fn both_command_lines_read_the_same() {
        clap::Command::debug_assert(in_chinese(Cli::command()));
        let words = ["kanhe", "find", "--name", "众和", "--most", "3", "--library", "somewhere", "--lang", "zh", "--json"];
        let (english, chinese) = (Cli::command().get_matches_from(words), in_chinese(Cli::command()).get_matches_from(words));
        assert_eq!(english, chinese);
    }
}
