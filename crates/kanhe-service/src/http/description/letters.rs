//! The letters to a third-party app, as webhooks of OpenAPI 3.1.

use super::super::examples::example;
use super::shared::text;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, HttpMethod, Paths, Ref, Required, ResponseBuilder, ResponsesBuilder};

/// What the service itself sends to the addresses that an administrator has named, as OpenAPI 3.1 has it.
pub(super) fn letters() -> Paths {
    let sent = |name: &str, about: &str| {
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::True);
        parameter.description(Some(about)).schema(Some(text())).build()
    };
    let letter = ContentBuilder::new().schema(Some(Ref::from_schema_name("Letter"))).example(example("webhooks_letter")).build();
    let told = |about: &str| ResponseBuilder::new().description(about).build();
    let operation = OperationBuilder::new()
        .tag("webhooks")
        .operation_id(Some("webhooks_letter"))
        .summary(Some("Tells what was done to a certificate or an application."))
        .description(Some(
            "Signed as Standard Webhooks has it, with the secret of the hook. It may come more than once, with the same `webhook-id`, and says \
             nothing about a person: who wants more asks for it, with his own rights.",
        ))
        .parameter(sent("webhook-id", "The same each time that this letter is sent"))
        .parameter(sent("webhook-timestamp", "The second at which it is sent, since 1970"))
        .parameter(sent("webhook-signature", "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`"))
        .request_body(Some(RequestBodyBuilder::new().content("application/json", letter).required(Some(Required::True)).build()))
        .responses(
            ResponsesBuilder::new()
                .response("2XX", told("It has arrived"))
                .response("410", told("The receiver is gone for ever: nothing is tried again by itself"))
                .response("default", told("It is tried again, later each time"))
                .build(),
        );
    let mut paths = Paths::new();
    paths.paths.insert("event".to_owned(), PathItem::new(HttpMethod::Post, operation));
    paths
}
