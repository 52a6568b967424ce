//! Questions to Prometheus, read as far as the samples need it: what they make of a series fits what it is, and both sides of a word meet.
//!
//! What Prometheus takes for a rule and what can ever be true are two things: `increase` of a gauge and a word between series of different
//! labels are answered without an error, and wrongly.

use std::collections::{BTreeMap, BTreeSet};

type Labels = BTreeSet<String>;

/// What monitoring hears: of each series its type, and its labels.
pub struct Heard(BTreeMap<String, (String, Labels)>);

impl Heard {
    /// Reads what `/metrics` says.
    pub fn read(text: &str) -> Self {
        let types: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
        let mut heard = BTreeMap::from([("up".to_owned(), ("gauge".to_owned(), Labels::new()))]);
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let name = line.split(['{', ' ']).next().unwrap();
            let of_histogram = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end));
            let is = types.get(name).or_else(|| of_histogram.and_then(|name| types.get(name))).unwrap_or_else(|| panic!("{name}"));
            let (_, labels) = heard.entry(name.to_owned()).or_insert_with(|| ((*is).to_owned(), Labels::new()));
            let inner = line.split_once('{').map_or("", |(_, rest)| rest.rsplit_once('}').unwrap().0);
            // A value has no quotation marks of its own: none of ours does.
            labels.extend(inner.split('"').step_by(2).filter_map(|name| Some(name.trim_matches(',').strip_suffix('=')?.to_owned())));
        }
        Self(heard)
    }

    /// Adds a histogram without labels that a story did not meet.
    pub fn and_histogram(mut self, name: &str) -> Self {
        for (end, labels) in [("_bucket", Labels::from(["le".to_owned()])), ("_count", Labels::new())] {
            self.0.insert(format!("{name}{end}"), ("histogram".to_owned(), labels));
        }
        self
    }

    /// What is wrong with a question.
    pub fn fault_of(&self, question: &str) -> Result<(), String> {
        let mut reader = Reader { heard: self, rest: question };
        reader.between(0)?;
        if reader.rest.trim().is_empty() { Ok(()) } else { Err(format!("{} cannot be read", reader.rest)) }
    }
}

/// What a part of a question comes to.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number,
    /// Series with these labels.
    Series(Labels),
    /// A stretch of time of series, of a type.
    Stretch(String, Labels),
}

/// Words between two parts, the weakest first.
const BETWEEN: [&[&str]; 5] = [&["or"], &["and", "unless"], &["==", "!=", ">=", "<=", ">", "<"], &["+", "-"], &["*", "/"]];

/// Labels that the scrape gives to every series; a sum has lost them.
const OF_SCRAPE: [&str; 2] = ["job", "instance"];

struct Reader<'q> {
    heard: &'q Heard,
    rest: &'q str,
}

impl Reader<'_> {
    fn between(&mut self, strength: usize) -> Result<Value, String> {
        let Some(words) = BETWEEN.get(strength) else { return self.part() };
        let mut left = self.between(strength + 1)?;
        while let Some(word) = words.iter().find(|word| self.takes_word(word)) {
            let on = if self.takes_word("on") { Some(self.labels()?) } else { None };
            let right = self.between(strength + 1)?;
            left = match (left, right) {
                (Value::Series(left), Value::Series(right)) => meet(word, left, &right, on)?,
                (series @ Value::Series(_), Value::Number) | (Value::Number, series @ Value::Series(_)) if strength > 1 => series,
                (Value::Number, Value::Number) if strength > 1 => Value::Number,
                (left, right) => return Err(format!("{left:?} {word} {right:?}")),
            };
        }
        Ok(left)
    }

    fn part(&mut self) -> Result<Value, String> {
        if self.takes("(") {
            let inner = self.between(0)?;
            return self.expects(")").map(|()| inner);
        }
        let word = self.word()?;
        if word.parse::<f64>().is_ok() {
            return Ok(Value::Number);
        }
        match word.as_str() {
            "sum" | "max" | "min" => {
                let by = if self.takes_word("by") { self.labels()? } else { Labels::new() };
                let of = self.series_in_brackets()?;
                if by.is_subset(&of) { Ok(Value::Series(by)) } else { Err(format!("by {by:?} of {of:?}")) }
            }
            "vector" => {
                self.expects("(")?;
                let inner = self.between(0)?;
                self.expects(")")?;
                if inner == Value::Number { Ok(Value::Series(Labels::new())) } else { Err(format!("vector of {inner:?}")) }
            }
            "histogram_quantile" => {
                self.expects("(")?;
                let share = self.between(0)?;
                self.expects(",")?;
                let Value::Series(mut of) = self.between(0)? else { return Err("a quantile of no series".to_owned()) };
                self.expects(")")?;
                if share == Value::Number && of.remove("le") { Ok(Value::Series(of)) } else { Err(format!("a quantile of {of:?}")) }
            }
            "increase" | "rate" => self.over_time(&word, &["counter", "histogram"]),
            "delta" | "min_over_time" | "max_over_time" => self.over_time(&word, &["gauge"]),
            _ => self.selected(&word),
        }
    }

    fn over_time(&mut self, what: &str, of: &[&str]) -> Result<Value, String> {
        self.expects("(")?;
        let inner = self.between(0)?;
        self.expects(")")?;
        match inner {
            Value::Stretch(is, labels) if of.contains(&is.as_str()) => Ok(Value::Series(labels)),
            inner => Err(format!("{what} is for a stretch of {of:?}, and not for {inner:?}")),
        }
    }

    fn selected(&mut self, name: &str) -> Result<Value, String> {
        let (is, mut labels) = self.heard.0.get(name).ok_or_else(|| format!("nobody says {name}"))?.clone();
        labels.extend(OF_SCRAPE.map(str::to_owned));
        if self.takes("{") {
            while !self.takes("}") {
                let label = self.word()?;
                if !labels.contains(&label) {
                    return Err(format!("{name} has no label {label}"));
                }
                let _ = ["=~", "!=", "="].iter().any(|sign| self.takes(sign));
                self.expects("\"")?;
                self.rest = self.rest.split_once('"').ok_or("a text without an end")?.1;
                self.takes(",");
            }
        }
        if !self.takes("[") {
            return Ok(Value::Series(labels));
        }
        self.word()?;
        self.expects("]").map(|()| Value::Stretch(is, labels))
    }

    fn series_in_brackets(&mut self) -> Result<Labels, String> {
        self.expects("(")?;
        let inner = self.between(0)?;
        self.expects(")")?;
        if let Value::Series(labels) = inner { Ok(labels) } else { Err(format!("a sum of {inner:?}")) }
    }

    fn labels(&mut self) -> Result<Labels, String> {
        self.expects("(")?;
        let mut labels = Labels::new();
        while !self.takes(")") {
            labels.insert(self.word()?);
            self.takes(",");
        }
        Ok(labels)
    }

    fn word(&mut self) -> Result<String, String> {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if word.is_empty() { Err(format!("{rest} cannot be read")) } else { Ok(word.to_owned()) }
    }

    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The same of a word, or of a sign between two parts: no longer name begins with it.
    fn takes_word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(word);
        let rest =
            rest.filter(|rest| !(word.ends_with(char::is_alphabetic) && rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')));
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expects(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(format!("{sign} is wanted before {}", self.rest)) }
    }
}

/// Two series meet where all their labels are the same, or those that are named.
fn meet(word: &str, left: Labels, right: &Labels, on: Option<Labels>) -> Result<Value, String> {
    match on {
        None if left != *right => Err(format!("{word} between {left:?} and {right:?} is never so without on(…)")),
        Some(on) if !on.is_subset(&left) || !on.is_subset(right) => Err(format!("{word} on {on:?}, which one side lacks")),
        None | Some(_) => Ok(Value::Series(left)),
    }
}

#[test]
fn a_question_that_is_never_answered_or_wrongly_is_found() {
    let heard = Heard::read(
        "# TYPE waiting gauge\nwaiting 3\n# TYPE rows_total counter\nrows_total{result=\"issued\"} 1\nrows_total{result=\"refused\"} 0\n\
         # TYPE letters gauge\nletters{fate=\"dead\"} 2\n# TYPE took histogram\ntook_bucket{route=\"/a\",le=\"+Inf\"} 1\ntook_count{route=\"/a\"} 1\n",
    );
    let good = [
        "waiting > 0",
        "min_over_time(waiting[1h]) > 0 unless on(job, instance) sum by (job, instance) (increase(rows_total[1h])) > 0",
        "sum(rate(took_count{route=\"/a\"}[5m])) > 0.01 * sum(rate(took_count[5m]))",
        "histogram_quantile(0.99, sum by (le) (rate(took_bucket{route=~\"/a.*\"}[5m]))) > 0.25",
        "waiting - waiting > 0 and waiting > 900",
        "waiting > 0 and on() (sum(increase(rows_total[1h])) or vector(0)) == 0",
        "up{job=\"kanhe\"} == 0",
    ];
    for question in good {
        assert_eq!(heard.fault_of(question), Ok(()), "{question}");
    }
    let bad = [
        ("min_over_time(waiting[1h]) > 0 and increase(rows_total[1h]) == 0", "without on"),
        ("waiting > 0 unless on(instance) sum(increase(rows_total[1h])) > 0", "one side lacks"),
        ("increase(letters{fate=\"dead\"}[1h]) > 0", "is for a stretch"),
        ("delta(rows_total[1h]) > 0", "is for a stretch"),
        ("increase(rows_total) > 0", "is for a stretch"),
        ("rows_total[1h] > 0", "Stretch"),
        ("letters{state=\"dead\"} > 0", "no label"),
        ("lettres > 0", "nobody says"),
        ("histogram_quantile(0.99, sum(rate(took_bucket[5m])))", "a quantile of"),
        ("sum by (status) (rate(took_count[5m]))", "by"),
        ("waiting > 0 und waiting", "cannot be read"),
        ("sum(waiting", "is wanted"),
    ];
    for (question, fault) in bad {
        let found = heard.fault_of(question).expect_err(question);
        assert!(found.contains(fault), "{question}: {found}");
    }
}
