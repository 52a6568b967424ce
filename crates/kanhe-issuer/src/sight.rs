//! How much of a certificate somebody may see: the whole of it, or what its masks leave.

use crate::catalogue::CertificateKind;
use crate::discretion::tells_code;
use kanhe_core::certificate::{Holder, Value};
use kanhe_core::code::HolderCode;
use kanhe_core::kind::Mask;

/// A holder's code as anybody may see it: those of organisations are public, and of a resident's the first six and last four characters are
/// shown (PIPL art. 28), of other numbers at most half.
pub fn masked(code: &HolderCode) -> String {
    let mask = if code.kind().is_organisation() { Mask::Open } else { Mask::Keep { first: 6, last: 4 } };
    mask.apply_to(code)
}

/// A text in which the code of each holder stands as it is shown beside it: some numbers are those of a person behind a letter
/// (特种作业操作证), and a field may name a holder by the code.
pub fn within(text: &str, holders: &[Holder], sight: impl Fn(&Holder) -> Sight) -> String {
    let masked = |text: String, holder: &Holder| {
        let (code, shown) = (holder.code().expose(), sight(holder).code(holder));
        if shown == code {
            return text;
        }
        let text = text.replace(code, &shown);
        // A number in groups or in full width is the same number.
        if tells_code(&text, holder.code()) { Mask::Check.apply(&text) } else { text }
    };
    holders.iter().fold(text.to_owned(), masked)
}

/// A holder's name where no more than a hint is due: organisations are public, and of a person the first character is told.
pub fn hint(holder: &Holder) -> String {
    let first = || holder.name().chars().next().map(|first| format!("{first}*")).unwrap_or_default();
    if holder.code().kind().is_organisation() { holder.name().to_owned() } else { first() }
}

/// How much somebody may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// What the masks leave.
    Masked,
    /// Everything.
    Whole,
}

impl Sight {
    /// A holder's code: those of organisations are public.
    pub fn code(self, holder: &Holder) -> String {
        match self {
            Self::Masked => masked(holder.code()),
            Self::Whole => holder.code().expose().to_owned(),
        }
    }

    /// A field's value, as the type masks it.
    pub fn field(self, kind: Option<&CertificateKind>, name: &str, value: &Value) -> Value {
        let field = kind.and_then(|kind| kind.form().iter().find(|field| field.name == name));
        // A field that the type at hand does not know is shown by no more than that it is there.
        let mask = if self == Self::Whole { Mask::Open } else { field.map_or(Mask::Check, |field| field.mask) };
        match value {
            Value::Text(text) => Value::Text(mask.apply(text)),
            Value::List(texts) => Value::List(texts.iter().map(|text| mask.apply(text)).collect()),
            Value::Count(count) => Value::Count(*count),
            Value::Flag(flag) => Value::Flag(*flag),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kanhe_core::code::HolderCodeType;

    #[test]
    fn of_no_number_of_a_person_so_much_is_shown_that_the_rest_can_be_tried() {
        let rows = [
            (HolderCodeType::ResidentId, "11010519491231002X", "110105********002X"),
            (HolderCodeType::Uscc, "91350100M000100Y43", "91350100M000100Y43"),
            (HolderCodeType::parse("516").unwrap(), "H0123456789", "H0*******89"),
            (HolderCodeType::parse("414").unwrap(), "E12345678", "E1*****78"),
            (HolderCodeType::parse("114").unwrap(), "军字第20012345号", "军字第******45号"),
            (HolderCodeType::parse("999").unwrap(), "A12", "***"),
        ];
        for (kind, code, shown) in rows {
            assert_eq!(masked(&HolderCode::new(kind, code).unwrap()), shown);
        }
    }

    #[test]
    fn a_code_within_a_text_is_masked_however_it_is_written() {
        let holder = |kind, code| Holder::new("李小明", HolderCode::new(kind, code).unwrap()).unwrap();
        let person = holder(HolderCodeType::ResidentId, "11010519491231002X");
        let firm = holder(HolderCodeType::Uscc, "91350100M000100Y43");
        let rows = [
            ("T11010519491231002X", "T110105********002X"),
            ("110105 19491231 002x", "********************"),
            ("１１０１０５１９４９１２３１００２Ｘ", "******************"),
            ("20230000403, 91350100M000100Y43", "20230000403, 91350100M000100Y43"),
        ];
        for (text, shown) in rows {
            assert_eq!(within(text, &[person.clone(), firm.clone()], |_| Sight::Masked), shown);
            assert_eq!(within(text, &[person.clone(), firm.clone()], |_| Sight::Whole), text);
        }
    }

    #[test]
    fn a_hint_tells_organisations_and_of_a_person_no_more_than_a_surname() {
        let holder = |name, kind, code| Holder::new(name, HolderCode::new(kind, code).unwrap()).unwrap();
        assert_eq!(hint(&holder("李小明", HolderCodeType::ResidentId, "11010519491231002X")), "李*");
        assert_eq!(hint(&holder("广州市粤鼎贸易有限公司", HolderCodeType::Uscc, "91350100M000100Y43")), "广州市粤鼎贸易有限公司");
    }
}
