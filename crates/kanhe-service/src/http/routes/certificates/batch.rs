//! Up to a thousand certificates of one type in one synced batch, each row answered by itself.

use super::issue::if_the_same;
use crate::accounts::{Caller, Right};
use crate::house::House;
use crate::http::act::{Act, grounded};
use crate::http::own::within;
use crate::http::problem::{Fault, Problem};
use crate::http::refused;
use crate::http::tongue::Tongue;
use crate::shown::Worth;
use axum::Json;
use axum::http::StatusCode;
use jiff::civil::Date;
use kanhe_core::calendar::day_in_china;
use kanhe_issuer::application::{Application, Columns};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::doubt::Doubts;
use kanhe_issuer::registrar::{Admission, Answer, Chances, Editions, Entered, Intake, Registrar, RegistrarError, Signed};
use kanhe_store::{Shelfmark, Within};
use kanhe_words::Language;
use serde::Serialize;
use utoipa::ToSchema;

/// More rows at a time are a job.
const MOST_ROWS: usize = 1_000;

grounded! { now
    /// Applications of one type, and why they are granted.
    pub struct BatchRequest {
        /// The type: its code, or the name of its file.
        r#type: String,
        /// 1 to 1,000 applications, each with its `request_id`.
        #[schema(value_type = Vec<Object>, min_items = 1, max_items = 1000)]
        applications: Vec<Columns>,
    }
}

/// What came of each row, in their order.
#[derive(Serialize, ToSchema)]
pub struct Batch {
    /// Certificates that were issued now.
    issued: usize,
    /// Rows whose request was answered before.
    before: usize,
    /// Rows with faults.
    refused: usize,
    /// As many as there were applications.
    rows: Vec<BatchRow>,
}

/// What came of a row.
#[derive(Serialize, ToSchema)]
pub struct BatchRow {
    /// Its request id, as far as it has one; null also where it tells a person's number.
    #[schema(required)]
    request_id: Option<String>,
    /// `issued`, `before` or `refused`.
    result: &'static str,
    /// The certificate.
    #[schema(required)]
    identifier: Option<String>,
    /// The state of one that was issued before, and where its term stands today.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    condition: Option<&'static str>,
    /// Whether a stolen key signed one that was issued before, behind the cut-off that the manifest names: counters refuse it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    behind_cut_off: Option<bool>,
    /// The code with which counters refuse one that was issued before, because the manifest is not behind it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    refused_as: Option<&'static str>,
    /// The text of its QR code, as it is printed.
    #[schema(required)]
    seal: Option<String>,
    /// Everything that is wrong with it.
    faults: Vec<Fault>,
    /// What is odd about it and was accepted all the same, by stable codes.
    warnings: Vec<String>,
}

/// A row on its way.
enum Row {
    Refused(Vec<Fault>),
    Before(Shelfmark),
    Waiting(Box<Signed>),
}

/// Issues many certificates of one type that needs no review.
///
/// The answer is 200 whatever came of the rows; a row with faults stops no other. A batch that comes again is answered as before.
#[utoipa::path(post, path = "/v1/certificates/batch", tag = "certificates", request_body = BatchRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Each row is known by its `request_id`; the key is bound to the batch for a day")),
    responses((status = OK, body = Batch)))]
pub async fn issue_batch(Tongue(language): Tongue, act: Act<BatchRequest>) -> Result<Json<Batch>, Problem> {
    act.done(move |act| act.known(|act| issue_all(act, language), |act| all_before(act, language))).await.map(Json)
}

fn issue_all(act: &Act<BatchRequest>, language: Language) -> Result<Batch, Problem> {
    let entry = act.entry()?;
    let Act { house, caller, body, .. } = act;
    let (kind, applications) = asked(house, caller, body)?;
    let within = within(caller);
    let (told, warnings) = house.at_desk(caller, kind, |desk| {
        let intake = house.intake(kind, desk, &entry.grounds, entry.now);
        let (rows, warnings): (Vec<Row>, Vec<_>) = applications.iter().map(|application| sign(house, &intake, application, within)).unzip();
        Ok((enter(house, rows, caller, kind)?, warnings))
    })?;
    let rows = told.into_iter().zip(warnings).map(|(row, warnings)| BatchRow { warnings, ..row }).collect();
    Ok(Batch::of(rows, &applications, (language, day_in_china(house.now()))))
}

/// A batch of which each row was issued before.
fn all_before(act: &Act<BatchRequest>, language: Language) -> Result<Option<Batch>, Problem> {
    let Act { house, caller, body, .. } = act;
    let (kind, applications) = asked(house, caller, body)?;
    let (registrar, doubts) = (Registrar::new(&house.library), Doubts::known_to(&house.library)?);
    let editions = Editions { in_force: kind, others: &house.catalogue.other_editions(kind) };
    let issued = |application| if_the_same(registrar.issued_for(&caller.agency, editions, application));
    let Some(marks) = applications.iter().map(issued).collect::<Result<Option<Vec<_>>, _>>()? else { return Ok(None) };
    let rows = marks.into_iter().map(|mark| tell(house, &doubts, &Entered::Before(mark))).collect::<Result<_, _>>()?;
    Ok(Some(Batch::of(rows, &applications, (language, day_in_china(house.now())))))
}

/// The rows of a batch, of a type for which the caller may issue.
fn asked<'h>(house: &'h House, caller: &Caller, body: &BatchRequest) -> Result<(&'h CertificateKind, Vec<Application>), Problem> {
    let count = body.applications.len();
    if !(1..=MOST_ROWS).contains(&count) {
        let detail = format!("there are {count} applications; from 1 to {MOST_ROWS} are answered");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "request_malformed", detail));
    }
    let kind = house.kind_of(caller, Right::Issue, &body.r#type)?;
    Ok((kind, (1..).zip(&body.applications).map(|(line, columns)| columns.application(line, kind)).collect()))
}

impl Batch {
    /// What came of these applications, row by row.
    fn of(rows: Vec<BatchRow>, applications: &[Application], (language, today): (Language, Date)) -> Self {
        let name = |(row, application): (BatchRow, &Application)| {
            let faults = row.faults.iter().map(|fault| fault.of(language)).collect();
            let request = if row.result == "refused" { application.request_told(today) } else { application.request_id() };
            BatchRow { request_id: request.map(str::to_owned), faults, ..row }
        };
        let rows: Vec<BatchRow> = rows.into_iter().zip(applications).map(name).collect();
        let with = |result: &str| rows.iter().filter(|row| row.result == result).count();
        Self { issued: with("issued"), before: with("before"), refused: with("refused"), rows }
    }
}

/// Signs a row, and says what is odd about it.
fn sign(house: &House, intake: &Intake<'_>, application: &Application, within: Within<'_>) -> (Row, Vec<String>) {
    let draft = match intake.admit(application, |number| house.pictures.artist.missing(number)) {
        Ok(Admission::Draft(draft)) => *draft,
        Ok(Admission::Before(mark)) => return (Row::Before(mark), Vec::new()),
        Err(refusal) => return (Row::Refused(refused::of_row(refusal, within)), Vec::new()),
    };
    let warnings = draft.warnings().iter().map(|warning| warning.code().to_owned()).collect();
    let row = match intake.answer(application, draft, Chances { certificate: house.chance(), event: house.chance() }) {
        Ok(Answer::Before(mark)) => Row::Before(mark),
        Ok(Answer::New(signed)) => Row::Waiting(signed),
        Err(error) => Row::Refused(vec![Problem::from(error).told_to(within).of_row("row")]),
    };
    (row, warnings)
}

/// Enters all that wait in one write.
fn enter(house: &House, rows: Vec<Row>, caller: &Caller, kind: &CertificateKind) -> Result<Vec<BatchRow>, Problem> {
    let (mut told, mut signed, doubts) = (Vec::with_capacity(rows.len()), Vec::new(), Doubts::known_to(&house.library)?);
    for row in rows {
        told.push(match row {
            Row::Refused(faults) => Some(refuse(faults)),
            Row::Before(mark) => Some(tell(house, &doubts, &Entered::Before(mark))?),
            Row::Waiting(one) => {
                signed.push(*one);
                None
            }
        });
    }
    let entered = Registrar::new(&house.library).enter_and(&signed, |pen, entered| {
        house.may_still(pen, caller, Right::Issue, kind)?;
        // That the manifest is another by now is no fault of a row, so none is told of it alone.
        let mut refused = entered.iter().filter_map(|entered| entered.as_ref().err());
        match refused.find(|error| matches!(error, RegistrarError::ManifestMoved { .. })) {
            Some(error) => Err(Problem::from(error.clone())),
            None => Ok(entered),
        }
    })?;
    let mut entered = entered.into_iter();
    let waiting = |row: Option<BatchRow>| match (row, &mut entered) {
        (Some(row), _) => Ok(row),
        (None, entered) => match entered.next().ok_or_else(Problem::failed)? {
            Ok(entered) => tell(house, &doubts, &entered),
            Err(error) => Ok(refuse(vec![Problem::from(error).told_to(within(caller)).of_row("row")])),
        },
    };
    told.into_iter().map(waiting).collect()
}

fn tell(house: &House, doubts: &Doubts, entered: &Entered) -> Result<BatchRow, Problem> {
    let mark = entered.shelfmark();
    let (card, record) = (house.library.card(mark)?, house.library.record(mark)?);
    let (result, worth) = match entered {
        Entered::New(_) => ("issued", None),
        Entered::Before(_) => ("before", Some(Worth::of(&house.library, mark, doubts, day_in_china(house.now()))?)),
    };
    let (condition, doubt) = worth.map(|worth| (worth.condition.word(), worth.doubt)).unzip();
    let (identifier, seal) = (card.identifier.to_string(), house.pictures.text(&record.digits()));
    let row = BatchRow {
        request_id: None,
        result,
        identifier: Some(identifier),
        condition,
        behind_cut_off: doubt.map(|doubt| doubt.behind_cut_off),
        refused_as: doubt.and_then(|doubt| doubt.refused_as),
        seal: Some(seal),
        faults: Vec::new(),
        warnings: Vec::new(),
    };
    Ok(row)
}

const fn refuse(faults: Vec<Fault>) -> BatchRow {
    BatchRow {
        request_id: None,
        result: "refused",
        identifier: None,
        condition: None,
        behind_cut_off: None,
        refused_as: None,
        seal: None,
        faults,
        warnings: Vec::new(),
    }
}
