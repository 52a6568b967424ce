//! Why a row is not admitted: the column, and what is wrong with what stands in it.

use super::columns::Reserved;
use super::day::SPELLINGS;
use super::printable::Unprintable;
use jiff::civil::Date;
use kanhe_core::certificate::CertificateError;
use kanhe_core::code::{HolderCodeError, HolderCodeTypeError, SerialError};
use thiserror::Error;

/// One fault of one row. It never repeats the value of a cell: people's names and numbers stand there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{column}: {defect}")]
pub struct Fault {
    column: String,
    defect: FaultDefect,
}

impl Fault {
    pub(super) fn new(column: &str, defect: FaultDefect) -> Self {
        Self { column: column.to_owned(), defect }
    }

    /// That its request has a certificate already, which was issued for something else as far as can be told.
    pub(crate) fn reused(identifier: String) -> Self {
        Self::new(Reserved::RequestId.name(), FaultDefect::RequestReused { identifier })
    }

    /// The column by its English name; `row` for the whole.
    pub fn column(&self) -> &str {
        &self.column
    }

    /// What is wrong, with both sides.
    pub const fn defect(&self) -> &FaultDefect {
        &self.defect
    }

    /// The stable code of this fault.
    pub fn code(&self) -> &'static str {
        self.defect.code()
    }
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs, reason = "the sentence over each variant speaks for its fields: found and wanted, least and most, positions from 1")]
pub enum FaultDefect {
    /// A row has more or fewer cells than the headings.
    #[error("the row has {found} cells, the headings {wanted}")]
    RowCells { found: usize, wanted: usize },
    /// A JSON row has a member that the type does not know.
    #[error("member {place}, whose name has {length} characters, is no column of this type")]
    UnknownColumn { place: usize, length: usize },
    /// A JSON row names a column in both languages.
    #[error("the column stands twice")]
    ColumnTwice,
    /// A JSON value that is no cell.
    #[error("a cell is a text, a number, true, false, or a list of texts")]
    NoCell,
    /// Bytes that are neither UTF-8 nor GB18030.
    #[error("the cell is neither UTF-8 nor GB18030")]
    Undecodable,
    /// A number of which a spreadsheet has kept 15 digits at most.
    #[error("a spreadsheet has cut the number short, and its last digits are lost: make the column text, and type it again")]
    CutShort,
    /// A cell longer than any.
    #[error("the cell has {found} bytes, at most {most} are read")]
    CellLength { found: usize, most: usize },
    /// A cell that must be filled in.
    #[error("the type wants it, and it is empty")]
    Missing,
    /// A cell that must be empty.
    #[error("must be empty: the validity is {rule}")]
    NotWanted { rule: &'static str },
    /// A request id is 1 to 64 printable ASCII characters without spaces.
    #[error("a request id has 1 to {most} printable ASCII characters without spaces")]
    RequestId { most: usize },
    /// A request that was answered before, and asks for something else as far as can be told.
    #[error("the request was answered before with {identifier}, for something else")]
    RequestReused { identifier: String },
    /// Not in Unicode normal form C.
    #[error("the text is not in Unicode normal form C")]
    NotNfc,
    /// A control character.
    #[error("character {position} is a control character")]
    Control { position: usize },
    /// A character that no font can show.
    #[error("{0}")]
    Unprintable(Unprintable),
    /// No day in any known spelling.
    #[error("no day: wanted is {}", SPELLINGS)]
    Day,
    /// A number that no identifier can have as its serial.
    #[error("as serial: {0}")]
    Serial(SerialError),
    /// A resident id or a holder's own number, where the QR code says it to everybody.
    #[error("a person's number stands here whole, and the QR code would tell it to everybody")]
    WholeNumber,
    /// A resident id or a holder's own number, where the database has it in the clear.
    #[error("a person's number stands here whole, and by a request id it would lie in the clear")]
    NumberInClear,
    /// Too many holders.
    #[error("{found} holders, the type allows {most}")]
    HolderCount { found: usize, most: usize },
    /// The lists of names, code types and codes differ in length.
    #[error("{names} names, {types} code types, {codes} codes")]
    HolderLists { names: usize, types: usize, codes: usize },
    /// Two holders have one code.
    #[error("holder {position} has the code of an earlier holder")]
    HolderTwice { position: usize },
    /// A name that no holder has.
    #[error("holder {position}: {reason}")]
    HolderName { position: usize, reason: CertificateError },
    /// A name with a character that no font can show.
    #[error("holder {position}: {reason}")]
    HolderUnprintable { position: usize, reason: Unprintable },
    /// A name longer than the type allows.
    #[error("holder {position}: the name has {found} characters, the type allows {most}")]
    HolderNameLength { position: usize, found: usize, most: usize },
    /// No code type of GB/T 36903.
    #[error("holder {position}: {reason}")]
    HolderCodeType { position: usize, reason: HolderCodeTypeError },
    /// A code type that this certificate type does not allow.
    #[error("holder {position}: code type {found} is not allowed, wanted is one of {}", .wanted.join(", "))]
    HolderCodeTypeNotAllowed { position: usize, found: &'static str, wanted: Vec<&'static str> },
    /// A code that is wrong for its type.
    #[error("holder {position}: {reason}")]
    HolderCode { position: usize, reason: HolderCodeError },
    /// The last day lies before the first.
    #[error("ends on {until}, before it begins on {from}")]
    EndsBeforeItBegins { from: Date, until: Date },
    /// The last day is not the one that the type's rule gives.
    #[error("says {found}, the term of the type ends on {wanted}")]
    Until { found: Date, wanted: Date },
    /// An amendment names another day than the version before has; none is without end (长期).
    #[error("says {}, an amendment keeps the term: {}", day_or_never(*.found), day_or_never(*.kept))]
    TermKept { found: Option<Date>, kept: Option<Date> },
    /// Nobody issues on a day that has not come.
    #[error("says {found}, and today is {today}")]
    IssuedInFuture { found: Date, today: Date },
    /// A term beyond the calendar.
    #[error("the term ends beyond the calendar")]
    BeyondCalendar,
    /// Too few characters.
    #[error("{found} characters, at least {least} are wanted")]
    TextTooShort { found: usize, least: u64 },
    /// Too many characters.
    #[error("{found} characters, at most {most} are wanted")]
    TextTooLong { found: usize, most: u64 },
    /// Not in the code table.
    #[error("not in the code table: {}", .wanted.join(", "))]
    NotInTable { wanted: Vec<String> },
    /// Another pattern.
    #[error("does not have the form {pattern}")]
    Pattern { pattern: String },
    /// A code of another shape.
    #[error("does not have the shape {wanted} (# a digit, @ a digit or capital letter)")]
    Shape { wanted: String },
    /// No decimal fraction.
    #[error("a decimal fraction with {scale} places and at most 18 digits is wanted")]
    Decimal { scale: u8 },
    /// No whole number.
    #[error("a whole number in digits is wanted")]
    Count,
    /// Too small or too great.
    #[error("the number is not within {bound}")]
    Range { bound: String },
    /// Neither yes nor no.
    #[error("yes or no (是 or 否) is wanted")]
    Flag,
    /// One value is wanted, and there is a list.
    #[error("one value is wanted, this is a list of {found}")]
    OneWanted { found: usize },
    /// A list names a member twice.
    #[error("the list names a member twice")]
    Twice,
    /// Too few or too many members.
    #[error("the list has {found} members, wanted are {bound}")]
    Members { found: usize, bound: String },
    /// Another rule of the type's schema.
    #[error("the schema's rule {keyword} is not kept")]
    Schema { keyword: String },
}

impl FaultDefect {
    /// Whether there was something in the cell that could not even be read.
    pub(super) fn is_unread(&self) -> bool {
        matches!(self, Self::Undecodable | Self::CutShort | Self::CellLength { .. } | Self::NoCell)
    }

    /// The stable code of this defect; of holder codes and names, the code of the inner defect.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RowCells { .. } => "row_cells",
            Self::UnknownColumn { .. } => "column_unknown",
            Self::ColumnTwice => "column_twice",
            Self::NoCell => "cell_no_value",
            Self::Undecodable => "cell_undecodable",
            Self::CutShort => "cell_cut_short",
            Self::CellLength { .. } => "cell_too_long",
            Self::Missing => "cell_missing",
            Self::NotWanted { .. } => "cell_not_wanted",
            Self::RequestId { .. } => "request_id",
            Self::RequestReused { .. } => "request_reused",
            Self::NotNfc => "text_not_nfc",
            Self::Control { .. } => "text_control_character",
            Self::Unprintable(_) | Self::HolderUnprintable { .. } => "unprintable",
            Self::Day => "day",
            Self::Serial(inner) => inner.code(),
            Self::WholeNumber => "id_number_in_seal",
            Self::NumberInClear => "id_number_in_clear",
            Self::HolderCount { .. } => "holder_count",
            Self::HolderLists { .. } => "holder_lists_differ",
            Self::HolderTwice { .. } => "holder_twice",
            Self::HolderName { reason, .. } => reason.code(),
            Self::HolderNameLength { .. } => "holder_name_longer_than_type",
            Self::HolderCodeType { reason, .. } => reason.code(),
            Self::HolderCodeTypeNotAllowed { .. } => "holder_code_type_not_allowed",
            Self::HolderCode { reason, .. } => reason.code(),
            Self::EndsBeforeItBegins { .. } => "validity_ends_before_it_begins",
            Self::Until { .. } => "validity_other_than_rule",
            Self::TermKept { .. } => "term_kept",
            Self::IssuedInFuture { .. } => "issued_in_future",
            Self::BeyondCalendar => "validity_beyond_calendar",
            Self::TextTooShort { .. } => "text_too_short",
            Self::TextTooLong { .. } => "text_too_long",
            Self::NotInTable { .. } => "not_in_table",
            Self::Pattern { .. } => "text_pattern",
            Self::Shape { .. } => "code_shape",
            Self::Decimal { .. } => "decimal",
            Self::Count => "count",
            Self::Range { .. } => "count_range",
            Self::Flag => "flag",
            Self::OneWanted { .. } => "list_not_wanted",
            Self::Twice => "list_twice",
            Self::Members { .. } => "list_members",
            Self::Schema { .. } => "schema",
        }
    }
}

fn day_or_never(day: Option<Date>) -> String {
    day.map_or_else(|| "no last day".to_owned(), |day| day.to_string())
}
