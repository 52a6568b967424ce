//! What stops a verb: one line with a stable code, in the reader's language, and a hint what to do.

use crate::words::{Language, Sentence, Words, meaning, remedy};
use kanhe_store::StoreError;
use std::fmt;
use std::path::Path;

/// Why a verb did not do its work. Ends the program with exit code 2.
#[derive(Debug)]
pub struct Failure {
    code: &'static str,
    detail: String,
    /// The detail in Chinese, where somebody knows it; the meaning of the code stands in for it elsewhere.
    chinese: Option<String>,
    hint: Option<Words>,
}

impl Failure {
    /// A failure with its stable code; the detail names the defect and both sides, and nothing personal.
    pub fn new(code: &'static str, detail: impl fmt::Display) -> Self {
        Self { code, detail: detail.to_string(), chinese: None, hint: remedy(code) }
    }

    /// Words that are no command line.
    pub fn misread(wrong: &Sentence) -> Self {
        Self { chinese: Some(wrong.zh.clone().into_owned()), ..Self::new("usage", &wrong.en) }
    }

    /// A failure to read or write a file.
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let (code, hint) = match error.kind() {
            ErrorKind::NotFound => ("file_not_found", Words::new("检查路径是否正确。", "Check the path.")),
            ErrorKind::PermissionDenied => {
                ("file_permission", Words::new("检查文件和目录的权限。", "Check the rights of the file and its folder."))
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => (
                "disk_full",
                Words::new(
                    "腾出磁盘空间后重新运行；已完成的部分不会重复。",
                    "Free some space and run again; what is done is not done twice.",
                ),
            ),
            ErrorKind::NotADirectory => {
                ("file_io", Words::new("路径中有一处是文件，而不是目录。", "A part of the path is a file where a folder is wanted."))
            }
            ErrorKind::IsADirectory => ("file_is_folder", Words::new("请给出文件，而不是目录。", "Name a file, not a folder.")),
            _ => ("file_io", Words::new("检查磁盘和路径。", "Check the disk and the path.")),
        };
        Self::new(code, format!("{}: {error}", path.display())).hint(hint)
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Says where it happened: the file, the line, the entry.
    #[must_use]
    pub fn within(mut self, place: impl fmt::Display) -> Self {
        self.detail = format!("{place}: {}", self.detail);
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: Words) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The one line for people.
    pub fn line(&self, language: Language) -> String {
        let hint = self.hint.as_ref().map(|hint| hint.of(language)).unwrap_or_default();
        match language {
            Language::Chinese => {
                format!("错误 {}：{}（{}）。{hint}", self.code, meaning(self.code).map_or("未能完成", |meaning| meaning.zh), self.detail)
            }
            Language::English => format!("error {}: {}. {hint}", self.code, self.detail).trim_end().to_owned(),
        }
    }

    /// The same for machines.
    pub fn json(&self) -> serde_json::Value {
        let zh = self.chinese.as_deref().or_else(|| meaning(self.code).map(|meaning| meaning.zh)).unwrap_or(&self.detail);
        serde_json::json!({
            "error": {
                "code": self.code,
                "message": { "zh": zh, "en": self.detail },
                "hint": self.hint.as_ref().map(|hint| serde_json::json!({ "zh": hint.zh, "en": hint.en })),
            }
        })
    }
}

/// What the library refuses, told at the edge.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(error.code(), error)
    }
}
