//! How many certificates there are.

use jiff::civil::Date;
use kanhe_core::code::{TypeCode, Uscc};
use kanhe_core::status::State;
use kanhe_issuer::survivors::stolen_keys;
use kanhe_store::{Library, StoreError, Within};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How many certificates there are, by type, agency and state.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// The day on which terms are judged.
    #[schema(format = Date)]
    pub as_of: String,
    /// In all.
    pub totals: Vec<Total>,
    /// By month of issue.
    pub months: Vec<MonthCount>,
    /// What ends soon, by month of the last day: those that are valid or suspended and end from today up to the day that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endings: Option<Vec<MonthCount>>,
    /// How many keys of the agency were stolen; left out where none was. What they signed behind their cut-off is counted by the state that
    /// acts made of it, and counters refuse it: certificates that are found are marked `behind_cut_off`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stolen_keys: Option<usize>,
}

/// Certificates of one type, agency and state.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Total {
    /// The code of the type.
    pub r#type: String,
    /// The agency.
    pub agency: String,
    /// The state.
    pub state: Cow<'static, str>,
    /// How many.
    pub count: u64,
    /// How many of them are past their last day.
    pub past_their_term: u64,
}

/// Certificates of one type, agency, state and month.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonthCount {
    /// The code of the type.
    pub r#type: String,
    /// The agency.
    pub agency: String,
    /// The state.
    pub state: Cow<'static, str>,
    /// The month, as in `2026-06`.
    pub month: String,
    /// How many.
    pub count: u64,
}

impl Counts {
    /// Counts what lies within, or everything; and what ends by a day, if one is named.
    pub fn read(library: &Library, within: Option<Within<'_>>, today: Date, ending_by: Option<Date>) -> Result<Self, StoreError> {
        let counts = library.counts(within)?;
        let mut sums: BTreeMap<(TypeCode, Uscc, State), u64> = BTreeMap::new();
        for count in &counts {
            *sums.entry((count.type_code, count.agency, count.state)).or_default() += count.count;
        }
        let total = |((type_code, agency, state), count): ((TypeCode, Uscc, State), u64)| {
            let past_their_term = library.expired(&type_code, &agency, state, today)?;
            Ok(Total { r#type: type_code.to_string(), agency: agency.to_string(), state: state.word().into(), count, past_their_term })
        };
        let month = |count: &kanhe_store::Count| MonthCount {
            r#type: count.type_code.to_string(),
            agency: count.agency.to_string(),
            state: count.state.word().into(),
            month: format!("{:04}-{:02}", count.year, count.month),
            count: count.count,
        };
        let endings = |until: Date| -> Result<Vec<MonthCount>, StoreError> {
            let mut rows = Vec::new();
            for (type_code, agency, state) in sums.keys() {
                let months = library.ending(type_code, agency, *state, (today, until))?;
                rows.extend(months.into_iter().map(|((year, month), count)| MonthCount {
                    r#type: type_code.to_string(),
                    agency: agency.to_string(),
                    state: state.word().into(),
                    month: format!("{year:04}-{month:02}"),
                    count,
                }));
            }
            Ok(rows)
        };
        let endings = ending_by.map(endings).transpose()?;
        Ok(Self {
            endings,
            stolen_keys: Some(stolen_keys(library, within.map(|within| within.agency))?).filter(|keys| *keys > 0),
            as_of: today.to_string(),
            totals: sums.into_iter().map(total).collect::<Result<_, StoreError>>()?,
            months: counts.iter().map(month).collect(),
        })
    }
}
