//! A counter's question, asked by an app: may one rely on this certificate?

use crate::counter::Shelved;
use crate::house::{House, Shared};
use crate::http::aside::{aside, followed};
use crate::http::body::{CoseFile, JsonBody, Picture, Query, at_most, decoded, malformed, shape};
use crate::http::journey::TARGET;
use crate::http::moment::moment;
use crate::http::problem::{Document, Problem};
use crate::http::tongue::Tongue;
use crate::measure;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kanhe_core::envelope::Envelope;
use kanhe_core::verdict::Accepted;
use kanhe_core::verify::Occasion;
use kanhe_words::{Answer, Clock};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// One question: what a scanner read, and for what the certificate is to be used.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyQuestion {
    /// The text of the QR code, with or without the address before the `#`; at most 16,384 characters.
    #[schema(max_length = 16384)]
    text: String,
    /// The use scene, where certificates of other regions are recognised only for named ones.
    #[schema(max_length = 100)]
    scene: Option<String>,
    /// The moment to judge for (RFC 3339); now, where none is named.
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// One question of several that shows the signed file of a certificate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyFileQuestion {
    /// The signed file, in base64.
    #[schema(content_encoding = "base64")]
    file: String,
    /// The use scene, as in a question with a text.
    #[schema(max_length = 100)]
    scene: Option<String>,
    /// The moment to judge for (RFC 3339); now, where none is named.
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// Several questions, answered together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyQuestions {
    /// 1 to 1,000 questions, with a text or with a file. Each is read by itself: one that is wrong stops no other.
    #[schema(value_type = Vec<VerifyTextOrFile>, min_items = 1, max_items = 1000)]
    items: Vec<Value>,
}

/// One question of several.
#[derive(ToSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "described, never made: a question is read by the member that it has")]
pub enum VerifyTextOrFile {
    /// What a scanner read.
    Text(VerifyQuestion),
    /// A signed file.
    File(VerifyFileQuestion),
}

/// The answers, in the order of the questions.
#[derive(Serialize, ToSchema)]
pub struct Verdicts {
    /// As many as there were questions: a verdict, or the problem of a question that could not be read.
    items: Vec<VerdictOrProblem>,
}

/// The answer to one question of several.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum VerdictOrProblem {
    /// What a counter is told.
    #[schema(value_type = crate::http::schema::Verdict)]
    Verdict(Value),
    /// What is wrong with the question: its `code` is none of a verdict's, and it has no member `verdict`.
    Problem(Document),
}

/// What belongs to a question whose body is a picture or a file.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Beside {
    /// The use scene.
    #[param(max_length = 100)]
    scene: Option<String>,
    /// The moment to judge for (RFC 3339).
    #[param(format = DateTime)]
    at: Option<String>,
}

/// More questions at a time are a job.
const MOST_QUESTIONS: usize = 1_000;

/// So long a picture waits for its turn; those of a counter are read sooner than that.
const PATIENCE: Duration = Duration::from_secs(1);

/// Seconds after which it is worth showing it again.
const LATER: u64 = 2;

/// A QR code holds at most 7,089 digits.
const LONGEST_TEXT: usize = 16_384;

/// A scene has at most so many characters; those of recognitions are words of a few.
const LONGEST_SCENE: usize = 100;

/// So many bytes the answer about a certificate has, or fewer; room for more is made where they are needed.
const USUAL_ANSWER: usize = 4 << 10;

/// Judges the certificate whose QR code was scanned.
///
/// The answer is 200 whatever the verdict: `accept`, `refuse` or `unknown`, with the step that decided, the reason in Chinese and English,
/// what to do next, and how old the status is. It has the members of what `kanhe verify --json` prints; its sentences speak of the service's clock and pack.
#[utoipa::path(post, path = "/v1/verify", tag = "verify", request_body = VerifyQuestion,
    responses((status = OK, body = crate::http::schema::Verdict)))]
pub async fn verify(State(house): State<Shared>, JsonBody(question): JsonBody<VerifyQuestion>) -> Result<Response, Problem> {
    let counter = counter(&house)?;
    answer(&house, &counter, Asked::from(&question), told)
}

/// Judges several certificates, each by itself.
///
/// The answer is 200 also where a question is wrong: in the place of its verdict stands a problem document, in the caller's language.
#[utoipa::path(post, path = "/v1/verify/batch", tag = "verify", request_body = VerifyQuestions,
    responses((status = OK, body = Verdicts)))]
pub async fn verify_batch(
    State(house): State<Shared>,
    tongue: Tongue,
    JsonBody(questions): JsonBody<VerifyQuestions>,
) -> Result<Json<Verdicts>, Problem> {
    let count = questions.items.len();
    if !(1..=MOST_QUESTIONS).contains(&count) {
        return Err(malformed(format_args!("there are {count} questions; from 1 to {MOST_QUESTIONS} are answered")));
    }
    let counter = counter(&house)?;
    let one = move |question: Value| one_of_several(&house, &counter, question);
    let told = move |answer: Result<Value, Problem>| {
        answer.map_or_else(|problem| VerdictOrProblem::Problem(problem.document(tongue.0)), VerdictOrProblem::Verdict)
    };
    let all = move || questions.items.into_iter().map(one).map(told).collect();
    // A thousand signatures keep a processor for a tenth of a second, in which nobody else would be heard.
    let items = tokio::task::spawn_blocking(followed(all)).await.map_err(|_| Problem::failed())?;
    Ok(Json(Verdicts { items }))
}

/// Judges the certificate whose QR code is in a picture.
#[utoipa::path(post, path = "/v1/verify/picture", tag = "verify", params(Beside),
    request_body(description = "A PNG or JPEG picture with one certificate's QR code", content(("image/png"), ("image/jpeg"))),
    responses((status = OK, body = crate::http::schema::Verdict)))]
pub async fn verify_picture(
    State(house): State<Shared>,
    Query(beside): Query<Beside>,
    Picture(picture): Picture,
) -> Result<Response, Problem> {
    let counter = counter(&house)?;
    let turn = house.turns.of_pictures(PATIENCE).await.ok_or_else(|| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "pictures_busy", "as many pictures are being read as may be").retry_after(LATER)
    })?;
    let read = followed(move || {
        let _turn = turn;
        kanhe_render::read_seal(&picture)
    });
    let read = tokio::task::spawn_blocking(read).await.map_err(|_| Problem::failed())?;
    let text = read.map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error))?;
    answer(&house, &counter, beside.asked(Shown::Text(&text)), told)
}

/// Judges the certificate whose signed file is sent: what its QR code would say, with no more of a person than that tells.
#[utoipa::path(post, path = "/v1/verify/file", tag = "verify", params(Beside),
    request_body(description = "The signed file of a certificate (`.cose`)", content(("application/cose"), ("application/octet-stream"))),
    responses((status = OK, body = crate::http::schema::Verdict)))]
pub async fn verify_file(State(house): State<Shared>, Query(beside): Query<Beside>, CoseFile(file): CoseFile) -> Result<Response, Problem> {
    // A file may be as large as a body is: what is read of it keeps nobody else waiting.
    aside(&house, move |house| answer(house, &*counter(house)?, beside.asked(Shown::File(signed(&file)?)), told)).await
}

fn one_of_several(house: &House, counter: &Shelved, question: Value) -> Result<Value, Problem> {
    if question.get("file").is_none() {
        let question: VerifyQuestion = shape::read(question).map_err(malformed)?;
        return answer(house, counter, Asked::from(&question), |answer| answer.json());
    }
    let VerifyFileQuestion { file, scene, at } = shape::read(question).map_err(malformed)?;
    let file = decoded("file", &file)?;
    let asked = Asked { shown: Shown::File(signed(&file)?), scene: scene.as_deref(), at: at.as_deref() };
    answer(house, counter, asked, |answer| answer.json())
}

/// A stranger's bytes as a signed document; which one it is, and by whom, decides nothing yet.
fn signed(file: &[u8]) -> Result<Envelope<'_>, Problem> {
    Envelope::decode(file).map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), error))
}

/// An answer, written in one go.
fn told(answer: &Answer<'_>) -> Response {
    let mut body = Vec::with_capacity(USUAL_ANSWER);
    if serde_json::to_writer(&mut body, answer).is_err() {
        return Problem::failed().into_response();
    }
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn counter(house: &House) -> Result<Arc<Shelved>, Problem> {
    let none = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "service_no_pack", "the service has no pack yet").retry_after(60);
    house.shelf.present().ok_or_else(none)
}

/// What is asked of one certificate.
struct Asked<'q> {
    shown: Shown<'q>,
    scene: Option<&'q str>,
    at: Option<&'q str>,
}

/// What is shown of it.
enum Shown<'q> {
    /// What its QR code says.
    Text(&'q str),
    /// Its signed file.
    File(Envelope<'q>),
}

impl Beside {
    fn asked<'q>(&'q self, shown: Shown<'q>) -> Asked<'q> {
        Asked { shown, scene: self.scene.as_deref(), at: self.at.as_deref() }
    }
}

impl<'q> From<&'q VerifyQuestion> for Asked<'q> {
    fn from(question: &'q VerifyQuestion) -> Self {
        Self { shown: Shown::Text(&question.text), scene: question.scene.as_deref(), at: question.at.as_deref() }
    }
}

/// Judges one certificate, and tells of it as `tell` does.
fn answer<T>(house: &House, counter: &Shelved, asked: Asked<'_>, tell: impl FnOnce(&Answer<'_>) -> T) -> Result<T, Problem> {
    let Asked { shown, scene, at } = asked;
    if let Shown::Text(text) = shown {
        at_most("text", text, LONGEST_TEXT)?;
    }
    scene.map_or(Ok(()), |scene| at_most("scene", scene, LONGEST_SCENE))?;
    let clock = if at.is_some() { Clock::Named } else { Clock::Service };
    let at = at.map_or_else(|| Ok(house.now()), |at| moment("at", at))?;
    let span = tracing::trace_span!(target: TARGET, "verify", kanhe.verdict = tracing::field::Empty);
    let occasion = Occasion { at, scene };
    let judged = span.in_scope(|| match &shown {
        Shown::Text(text) => counter.verify(text, occasion),
        Shown::File(envelope) => counter.verify_file(envelope, occasion),
    });
    let code = judged.as_ref().map_or_else(|refusal| refusal.reason().code(), Accepted::code);
    span.record("kanhe.verdict", code);
    measure::verdict(code);
    Ok(tell(&Answer::new(&judged, counter.pack(), at, clock).by_service()))
}
