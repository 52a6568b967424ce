//! What stops a verb: one line with a stable code, in the reader's language, and a hint what to do.

mod done;

use crate::words::{Language, Sentence, Words, in_chinese, meaning, remedy};
use done::Done;
use kanhe_core::code::ResidentId;
use kanhe_issuer::question::QuestionError;
use kanhe_service::cause::Cause;
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
    also: Box<[Failure]>,
    done: Option<Box<Done>>,
}

impl Failure {
    /// A failure with its stable code; the detail names the defect and both sides, and nothing personal: of a word that was typed in the wrong
    /// place, no person's number is said again.
    pub fn new(code: &'static str, detail: impl fmt::Display) -> Self {
        let (hint, detail) = (remedy(code), ResidentId::left_out(&detail.to_string()).into());
        Self { code, place: None, detail, chinese: None, hint, also: Box::default(), done: None }
    }

    /// Words that are no command line.
    pub fn misread(wrong: &Sentence) -> Self {
        Self::in_both("usage", wrong)
    }

    /// A failure whose detail is known in both languages.
    pub fn in_both(code: &'static str, detail: &Sentence) -> Self {
        Self { chinese: Some(ResidentId::left_out(&detail.zh).into()), ..Self::new(code, &detail.en) }
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

    /// In Chinese, what the code means says enough: the detail is another program's, which knows English alone.
    #[must_use]
    pub fn in_words_of_its_code(self) -> Self {
        Self { chinese: meaning(self.code).map(|meaning| meaning.zh.into()), ..self }
    }

    /// One failure of several that came together, if any came.
    pub fn all(failures: impl IntoIterator<Item = Self>) -> Result<(), Self> {
        let mut failures = failures.into_iter();
        let Some(mut first) = failures.next() else { return Ok(()) };
        first.also = std::mem::take(&mut first.also).into_iter().chain(failures).collect();
        Err(first)
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The same for the service, which says it in its log.
    pub fn cause(&self) -> Cause {
        Cause { code: self.code, detail: self.english() }
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
        self.done = Some(Box::new(Done::Told(done.clone())));
        self
    }

    /// Says how many rows of a table were done before it; whether the same command goes on behind them, its code tells.
    #[must_use]
    pub fn after_rows(self, rows: usize) -> Self {
        Self { done: (rows > 0).then(|| Box::new(Done::Rows(rows, None))), ..self }
    }

    /// The same of a table of applications, with how many certificates were issued for them.
    #[must_use]
    pub fn after_issuing(self, rows: usize, issued: usize) -> Self {
        Self { done: (rows > 0).then(|| Box::new(Done::Rows(rows, Some(issued)))), ..self }
    }

    /// One line for people, one for whatever else is wrong, and one for how far it came.
    pub fn line(&self, language: Language) -> String {
        let also = self.also.iter().map(|also| also.line(language));
        let done = self.done.as_deref().and_then(|done| done.line(self.code, language));
        std::iter::once(self.own_line(language)).chain(also).chain(done).collect::<Vec<_>>().join("\n")
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
        let mut told = serde_json::json!({});
        match (self.done.as_deref(), error.as_object_mut()) {
            (Some(Done::Told(done)), _) => told.clone_from(done),
            (Some(Done::Rows(rows, issued)), Some(error)) => {
                error.insert("rows".to_owned(), (*rows).into());
                error.extend(issued.map(|issued| ("issued".to_owned(), issued.into())));
            }
            (Some(Done::Rows(..)) | None, _) => {}
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_in_the_midst_of_a_table_says_how_far_it_came() {
        let failure = || Failure::new("service_broke_off", "the service broke off before the end of its answer");
        let last = |failure: &Failure, language| failure.line(language).lines().last().map(str::to_owned);
        let midst = failure().after_rows(12);
        assert_eq!(last(&midst, Language::English).as_deref(), Some("stopped after 12 rows; the same command goes on from there."));
        assert_eq!(last(&midst, Language::Chinese).as_deref(), Some("已停止，此前完成 12 行；重新运行同一命令即从此处继续。"));
        assert_eq!(midst.json().pointer("/error/rows"), Some(&serde_json::json!(12)));
        let issuing = failure().after_issuing(12, 9);
        assert_eq!(
            last(&issuing, Language::English).as_deref(),
            Some("stopped after 12 rows, 9 issued; the same command goes on from there.")
        );
        assert_eq!(
            last(&issuing, Language::Chinese).as_deref(),
            Some("已停止，此前完成 12 行，本次签发 9 张；重新运行同一命令即从此处继续。")
        );
        assert_eq!(issuing.json().pointer("/error/issued"), Some(&serde_json::json!(9)));
        let first = failure().after_rows(0);
        assert_eq!((first.line(Language::English), first.json()), (failure().line(Language::English), failure().json()));
    }
}
