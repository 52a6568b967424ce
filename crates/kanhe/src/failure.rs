//! What stops a verb: one line with a stable code, in the reader's language, and a hint what to do.

use crate::words::{Language, Sentence, Words, in_chinese, meaning, remedy};
use kanhe_issuer::question::QuestionError;
use kanhe_store::StoreError;
use std::fmt;
use std::path::Path;

/// Why a verb did not do its work. Ends the program with exit code 2.
#[derive(Debug)]
pub struct Failure {
    code: &'static str,
    /// Where it happened: the file, the line, the entry.
    place: Option<Box<str>>,
    detail: Box<str>,
    /// The detail in Chinese, where somebody knows it; the meaning of the code stands in for it elsewhere.
    chinese: Option<Box<str>>,
    hint: Option<Words>,
    /// What else is wrong, where everything is looked at before anything is said.
    also: Vec<Failure>,
    /// What was done before it and stands, for machines.
    done: Option<Box<serde_json::Value>>,
}

impl Failure {
    /// A failure with its stable code; the detail names the defect and both sides, and nothing personal.
    pub fn new(code: &'static str, detail: impl fmt::Display) -> Self {
        Self { code, place: None, detail: detail.to_string().into(), chinese: None, hint: remedy(code), also: Vec::new(), done: None }
    }

    /// Words that are no command line.
    pub fn misread(wrong: &Sentence) -> Self {
        Self { chinese: Some(wrong.zh.as_ref().into()), ..Self::new("usage", &wrong.en) }
    }

    /// A failure to read or write a file.
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let (code, hint) = match error.kind() {
            ErrorKind::NotFound => ("file_not_found", Words::new("检查路径是否正确。", "Check the path.")),
            ErrorKind::PermissionDenied => {
                ("file_permission", Words::new("检查文件和目录的权限。", "Check the rights of the file and its folder."))
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                return Self::new("disk_full", error).in_words_of_its_code().within(path.display());
            }
            ErrorKind::NotADirectory => {
                ("file_io", Words::new("路径中有一处是文件，而不是目录。", "A part of the path is a file where a folder is wanted."))
            }
            ErrorKind::IsADirectory => ("file_is_folder", Words::new("请给出文件，而不是目录。", "Name a file, not a folder.")),
            _ => ("file_io", Words::new("检查磁盘和路径。", "Check the disk and the path.")),
        };
        // What the system says beyond the code matters only where the code says little.
        let failure = Self::new(code, error).within(path.display()).hint(hint);
        if code == "file_io" { failure } else { failure.in_words_of_its_code() }
    }

    /// In Chinese, what the code means says enough.
    fn in_words_of_its_code(self) -> Self {
        Self { chinese: meaning(self.code).map(|meaning| meaning.zh.into()), ..self }
    }

    /// One failure of several that came together, if any came.
    pub fn all(failures: impl IntoIterator<Item = Self>) -> Result<(), Self> {
        let mut failures = failures.into_iter();
        let Some(mut first) = failures.next() else { return Ok(()) };
        first.also.extend(failures);
        Err(first)
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Says where it happened: the file, the line, the entry.
    #[must_use]
    pub fn within(mut self, place: impl fmt::Display) -> Self {
        self.place = Some(match self.place {
            Some(inner) => format!("{place}: {inner}").into(),
            None => place.to_string().into(),
        });
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: Words) -> Self {
        self.hint = Some(hint);
        self
    }

    /// Says what was done before it and stands.
    #[must_use]
    pub fn after(mut self, done: &serde_json::Value) -> Self {
        self.done = Some(Box::new(done.clone()));
        self
    }

    /// One line for people, and one for whatever else is wrong.
    pub fn line(&self, language: Language) -> String {
        let lines: Vec<String> = std::iter::once(self.own_line(language)).chain(self.also.iter().map(|also| also.line(language))).collect();
        lines.join("\n")
    }

    fn own_line(&self, language: Language) -> String {
        let hint = self.hint.as_ref().map(|hint| hint.of(language)).unwrap_or_default();
        match language {
            Language::Chinese => format!("错误 {}：{}。{hint}", self.code, self.chinese()),
            Language::English => format!("error {}: {}. {hint}", self.code, self.english()).trim_end().to_owned(),
        }
    }

    fn english(&self) -> String {
        match &self.place {
            Some(place) => format!("{place}: {}", self.detail),
            None => self.detail.to_string(),
        }
    }

    /// The detail in Chinese; where nobody knows it, what the code means and the detail as it is.
    fn chinese(&self) -> String {
        let meant = || format!("{}（{}）", meaning(self.code).map_or("未能完成", |meaning| meaning.zh), self.detail);
        let said = self.chinese.as_deref().map(str::to_owned).or_else(|| in_chinese(&self.detail)).unwrap_or_else(meant);
        match &self.place {
            Some(place) => format!("{place}：{said}"),
            None => said,
        }
    }

    /// The same for machines.
    pub fn json(&self) -> serde_json::Value {
        let mut error = self.own_json();
        if let Some(error) = error.as_object_mut().filter(|_| !self.also.is_empty()) {
            error.insert("also".to_owned(), self.also.iter().map(Self::own_json).collect());
        }
        let mut told = self.done.as_deref().cloned().unwrap_or_else(|| serde_json::json!({}));
        if let Some(told) = told.as_object_mut() {
            told.insert("error".to_owned(), error);
        }
        told
    }

    fn own_json(&self) -> serde_json::Value {
        let known = self.chinese.is_some() || self.place.is_some() || in_chinese(&self.detail).is_some();
        let zh = if known {
            self.chinese()
        } else {
            meaning(self.code).map_or_else(|| self.detail.to_string(), |meaning| meaning.zh.to_owned())
        };
        serde_json::json!({
            "code": self.code,
            "message": { "zh": zh, "en": self.english() },
            "hint": self.hint.as_ref().map(|hint| serde_json::json!({ "zh": hint.zh, "en": hint.en })),
        })
    }
}

/// A question that nothing could answer, told at the edge.
impl From<QuestionError> for Failure {
    fn from(error: QuestionError) -> Self {
        Self::new(error.code(), error)
    }
}

/// What the library refuses, told at the edge.
impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(error.code(), error)
    }
}
