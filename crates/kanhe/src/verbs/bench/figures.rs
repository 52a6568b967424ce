//! What was measured, for machines and for people.

use super::bounds::Rate;
use crate::verbs::Voice;
use crate::words::{Language, Words};
use comfy_table::{Cell, CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// How long questions of one kind took.
pub struct Times {
    /// The kind.
    pub question: Question,
    /// Half of them took no longer.
    pub half: Duration,
    /// All but one of a hundred took no longer.
    pub most: Duration,
}

/// What is asked.
#[derive(Clone, Copy)]
pub enum Question {
    /// By identifier.
    Identifier,
    /// By the holder's code.
    Holder,
    /// By a whole name.
    Name,
    /// By two letters that many names have.
    Letters,
    /// The first page of all valid ones.
    List,
}

impl Question {
    const fn word(self) -> &'static str {
        match self {
            Self::Identifier => "identifier",
            Self::Holder => "holder",
            Self::Name => "name",
            Self::Letters => "letters",
            Self::List => "list",
        }
    }

    const fn words(self) -> Words {
        match self {
            Self::Identifier => Words::new("  按标识查", "  find by identifier"),
            Self::Holder => Words::new("  按证件号码查", "  find by holder's code"),
            Self::Name => Words::new("  按姓名查", "  find by name"),
            Self::Letters => Words::new("  按两个字查", "  find by two letters"),
            Self::List => Words::new("  列表一页", "  a page of a list"),
        }
    }
}

/// What the cores and the disk can do at best.
pub struct Bounds {
    /// Bare signatures.
    pub signatures: Rate,
    /// Certificates of a batch.
    pub rows: u64,
    /// Bare synced batches of the library's bytes.
    pub batches: Rate,
    /// Certificates of which both is done on the same cores, and each signature verified, as the desk does.
    pub at_once: Rate,
}

impl Bounds {
    /// Certificates a second that the slower of signing and of the disk allows.
    fn bare(&self) -> u64 {
        (self.signatures.a_second() / 2).min(self.batches.a_second() * self.rows)
    }
}

/// A library of a size.
pub struct Size {
    /// Certificates in it.
    pub certificates: u64,
    /// Those that came since the size before, and how long that took.
    pub bulk: Rate,
    /// How long the library then took to come to rest, with nobody asking anything of it.
    pub rest: Duration,
    /// The bounds at that time.
    pub bounds: Bounds,
    /// How long questions take of a library at rest that was just opened.
    pub finds: Vec<Times>,
    /// How long the same questions take when they are asked again.
    pub again: Vec<Times>,
}

impl Size {
    fn json(&self) -> Value {
        let times = |times: &Times| json!({ "p50_us": micros(times.half), "p99_us": micros(times.most) });
        let each = |asked: &[Times]| asked.iter().map(|asked| (asked.question.word().to_owned(), times(asked))).collect::<Map<_, _>>();
        json!({
            "certificates": self.certificates, "bulk_a_second": self.bulk.a_second(), "rest_ms": millis(self.rest),
            "find": each(&self.finds), "find_again": each(&self.again),
            "signatures_a_second": self.bounds.signatures.a_second(), "rows_of_a_batch": self.bounds.rows, "batches_a_second": self.bounds.batches.a_second(),
            "bulk_bound": self.bounds.bare(), "at_once_bound": self.bounds.at_once.a_second(),
        })
    }
}

/// Clerks who issue one certificate after the other, and what they cannot do without.
pub struct Clerks {
    /// How many.
    pub clerks: u64,
    /// What they issued.
    pub issued: Rate,
    /// Bare synced writes by as many.
    pub writes: Rate,
    /// Bare signatures, on as many cores as they can take.
    pub signatures: Rate,
}

impl Clerks {
    fn bound(&self) -> u64 {
        (self.signatures.a_second() / 2).min(self.writes.a_second())
    }
}

/// Everything that was measured.
pub struct Figures {
    /// Cores of the machine.
    pub cores: u64,
    /// The library as it grew.
    pub sizes: Vec<Size>,
    /// One clerk.
    pub alone: Clerks,
    /// Many.
    pub together: Clerks,
    /// Bytes on the disk for each certificate.
    pub disk: u64,
    /// The most memory that the program had, where the system tells.
    pub memory: Option<u64>,
}

impl Figures {
    /// Says them.
    pub fn say(&self, voice: Voice) {
        voice.say(&self.json(), |language| self.table(language));
    }

    fn json(&self) -> Value {
        json!({
            "cores": self.cores, "sizes": self.sizes.iter().map(Size::json).collect::<Vec<_>>(),
            "one_clerk_a_second": self.alone.issued.a_second(), "one_clerk_bound": self.alone.bound(), "clerks": self.together.clerks,
            "clerks_a_second": self.together.issued.a_second(), "clerks_bound": self.together.bound(),
            "bytes_a_certificate": self.disk, "memory": self.memory,
        })
    }

    fn table(&self, language: Language) -> String {
        let say = |zh, en| Words::new(zh, en).of(language);
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_header([say("项目", "what"), say("实测", "measured"), say("极限", "at best"), say("比值", "ratio")]);
        let mut row = |what: &str, measured: String, beside: Option<(u64, u64)>| {
            let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
            let (bound, ratio) = beside.map(|(ours, bound)| (bound.to_string(), ratio(ours, bound))).unwrap_or_default();
            table.add_row([Cell::new(what), right(measured), right(bound), right(ratio)]);
        };
        let rate = |rate: u64| format!("{rate}{}", say(" 张/秒", "/s"));
        for size in &self.sizes {
            let bulk = size.bulk.a_second();
            row(&format!("{} {}", size.certificates, say("张证照", "certificates")), String::new(), None);
            row(
                say("  批量签发，对照裸签名与裸写盘", "  bulk, beside bare signing and writing"),
                rate(bulk),
                Some((bulk, size.bounds.bare())),
            );
            row(
                say("  批量签发，对照同时签名、复核与写盘", "  bulk, beside signing, verifying and writing at once"),
                rate(bulk),
                Some((bulk, size.bounds.at_once.a_second())),
            );
            row(say("  签发后整理完毕", "  until the library is at rest"), format!("{} ms", millis(size.rest)), None);
            for (first, again) in size.finds.iter().zip(&size.again) {
                let told = |times: &Times| format!("p50 {:.1} µs, p99 {:.1} µs", micros(times.half), micros(times.most));
                row(first.question.words().of(language), format!("{}{}{}", told(first), say("；再查 ", "; again "), told(again)), None);
            }
        }
        let alone = self.alone.issued.a_second();
        row(say("一人逐张签发", "one clerk, one by one"), rate(alone), Some((alone, self.alone.bound())));
        let (clerks, together) = (self.together.clerks, self.together.issued.a_second());
        row(&format!("{clerks} {}", say("人同时签发", "clerks at once")), rate(together), Some((together, self.together.bound())));
        row(say("每张证照占用磁盘", "on disk, a certificate"), format!("{} B", self.disk), None);
        if let Some(memory) = self.memory {
            row(say("内存峰值", "most memory"), format!("{} MB", memory / 1_000_000), None);
        }
        table.to_string()
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Microseconds, to a tenth.
fn micros(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e7).round() / 10.0
}

/// Two figures after the point.
fn ratio(ours: u64, bound: u64) -> String {
    let hundredths = ours * 100 / bound.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
