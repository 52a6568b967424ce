//! The columns of a table of applications: some that every type has, and one for each field of the form.

use crate::catalogue::{CertificateKind, ValidityRule};

/// The column in which a table of refused rows says what is wrong with them. Whoever has mended the rows hands them in with it: it is not
/// read.
pub const FAULTS: FixedColumn = FixedColumn { name: "faults", label: "问题", required: false };

/// A column that every type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reserved {
    RequestId,
    Number,
    HolderName,
    HolderCodeType,
    HolderCode,
    CheckOverride,
    Issued,
    ValidFrom,
    ValidUntil,
}

/// Every reserved column, in the order in which samples have them.
pub(crate) const RESERVED: [Reserved; 9] = [
    Reserved::RequestId,
    Reserved::Number,
    Reserved::HolderName,
    Reserved::HolderCodeType,
    Reserved::HolderCode,
    Reserved::CheckOverride,
    Reserved::Issued,
    Reserved::ValidFrom,
    Reserved::ValidUntil,
];

impl Reserved {
    /// The name in English.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::RequestId => "request_id",
            Self::Number => "number",
            Self::HolderName => "holder_name",
            Self::HolderCodeType => "holder_code_type",
            Self::HolderCode => "holder_code",
            Self::CheckOverride => "holder_code_check_override",
            Self::Issued => "issued",
            Self::ValidFrom => "valid_from",
            Self::ValidUntil => "valid_until",
        }
    }

    /// The one with this name in English.
    pub(super) fn called(name: &str) -> Option<Self> {
        RESERVED.into_iter().find(|column| column.name() == name)
    }

    /// The name in Chinese, in the words of GB/T 36903.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::RequestId => "申请编号",
            Self::Number => "证照编号",
            Self::HolderName => "持证主体名称",
            Self::HolderCodeType => "持证主体代码类型代码",
            Self::HolderCode => "持证主体代码",
            Self::CheckOverride => "持证主体代码校验放行",
            Self::Issued => "证照颁发日期",
            Self::ValidFrom => "证照有效期起始日期",
            Self::ValidUntil => "证照有效期截止日期",
        }
    }

    /// Whether a table of the type can say anything in the column.
    fn applies_to(self, kind: &CertificateKind) -> bool {
        self != Self::ValidUntil || kind.validity() != ValidityRule::OpenEnded
    }

    fn required(self, kind: &CertificateKind) -> bool {
        match self {
            Self::RequestId | Self::Number | Self::HolderName | Self::HolderCodeType | Self::HolderCode => true,
            Self::CheckOverride | Self::Issued | Self::ValidFrom => false,
            Self::ValidUntil => kind.validity() == ValidityRule::Given,
        }
    }
}

/// A column that stands in the tables of every type, by the headings that name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedColumn {
    /// The heading in English.
    pub name: &'static str,
    /// The heading in Chinese.
    pub label: &'static str,
    /// Whether a table must have it.
    pub required: bool,
}

/// The columns of a type's tables that are not fields of its form, in their order.
pub fn fixed_columns(kind: &CertificateKind) -> impl Iterator<Item = FixedColumn> {
    let applying = RESERVED.into_iter().filter(|column| column.applies_to(kind));
    applying.map(|column| FixedColumn { name: column.name(), label: column.label(), required: column.required(kind) })
}

/// The columns of a type's tables in their order, each with whether a table must have it.
pub fn columns_of(kind: &CertificateKind) -> impl Iterator<Item = (&str, bool)> {
    let reserved = RESERVED.into_iter().map(|column| (column.name(), column.required(kind)));
    reserved.chain(kind.form().iter().map(|field| (field.name.as_str(), field.required)))
}

/// The name of the column with a heading in either language. Spreadsheets of offices mark with an asterisk what must be filled in.
pub(super) fn resolve<'k>(kind: &'k CertificateKind, heading: &str) -> Option<&'k str> {
    let heading = heading.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, '*' | '＊'));
    let reserved = RESERVED.into_iter().find(|column| heading == column.name() || heading == column.label()).map(Reserved::name);
    let field = || kind.form().iter().find(|field| heading == field.name || heading == field.label.zh).map(|field| field.name.as_str());
    let unread = || (heading == FAULTS.name || heading == FAULTS.label).then_some(FAULTS.name);
    reserved.or_else(field).or_else(unread)
}
