//! How the identity service is asked.

use super::post::missed;
use crate::web;
use kanhe_service::identity::{Answer, Fetch, LONGEST_ANSWER, Question};
use std::io::Read;
use std::time::Duration;
use ureq::Agent;
use ureq::http::{Request, Response};
use ureq::{Body, Error};
use zeroize::Zeroizing;

/// A person waits meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);

/// Asks over TLS by the certificates that the system trusts, and follows no redirection: a secret goes where the configuration sends it.
pub fn fetch() -> Box<Fetch> {
    let agent = web::agent(PATIENCE, false);
    Box::new(move |question| {
        let mut response = ask(&agent, question).map_err(|error| missed(&error))?;
        let (status, mut body) = (response.status().as_u16(), Zeroizing::new(Vec::new()));
        // One byte more, so that what is too long is found to be, and not taken for no answer.
        let limit = u64::try_from(LONGEST_ANSWER).unwrap_or(u64::MAX).saturating_add(1);
        let read = response.body_mut().as_reader().take(limit).read_to_end(&mut body);
        read.map_err(|error| missed(&error.into()))?;
        Ok(Answer { status, body })
    })
}

fn ask(agent: &Agent, question: &Question<'_>) -> Result<Response<Body>, Error> {
    let request = Request::builder().uri(question.url).header("accept", "application/json");
    let request = match &question.authorization {
        Some(authorization) => request.header("authorization", authorization.as_str()),
        None => request,
    };
    match &question.form {
        None => agent.run(request.method("GET").body(())?),
        Some(form) => {
            let request = request.method("POST").header("content-type", "application/x-www-form-urlencoded");
            agent.run(request.body(form.as_str())?)
        }
    }
}
