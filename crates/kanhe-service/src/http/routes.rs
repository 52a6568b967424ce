//! Every route, and the OpenAPI document that is made from them.

mod api_keys;
mod applications;
mod audit;
mod certificates;
mod fields;
mod health;
mod identity;
mod jobs;
mod matters;
mod officers;
mod page;
mod proposals;
mod publish;
pub(super) mod published;
mod session;
mod shares;
mod sharing;
mod types;
mod verify;
mod webhooks;
mod whole;

pub use jobs::JOBS;

use super::description::finished;
use super::docs;
use super::doors::Doors;
use super::layers::{Limits, around};
use super::problem::Document;
use super::repeat::Takers;
use crate::house::Shared;
use crate::webhooks::Letter;
use axum::Router;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Description;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The first page of the interface's description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "kanhe",
        description = "Electronic licences and certificates: issued, sealed and verified. 电子证照的签发、加签与核验。",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Document, Letter)),
    tags(
        (name = "verify", description = "A counter's question: may one rely on this certificate? 核验"),
        (name = "certificates", description = "Issued, found, shown, and what becomes of them 证照"),
        (name = "applications", description = "Applications that are reviewed 申请"),
        (name = "jobs", description = "Tables of applications, worked through while one follows them 批量任务"),
        (name = "types", description = "Certificate types 证照类型"),
        (name = "sharing", description = "A relying party's questions, each with its purpose: certificates of every agency 用证与共享"),
        (name = "proposals", description = "Acts that take two people: one proposes, another approves 提请与决定"),
        (name = "matters", description = "What a matter needs 事项所需证照"),
        (name = "published", description = "Signed files that anybody may keep 公开的签名文件"),
        (name = "session", description = "Officers sign in, and look after their own account 登录与本人账号"),
        (name = "officers", description = "An administrator's work: the officers of the agency 人员管理"),
        (name = "api-keys", description = "An administrator's work: the keys of systems 接口密钥管理"),
        (name = "webhooks", description = "An administrator's work: who is told what happens 回调"),
        (name = "audit", description = "An auditor's work: who saw or changed what 审计"),
        (name = "service", description = "How the service is 服务状态")
    )
)]
struct Front;

fn described() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(Front::openapi())
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(verify::verify))
        .routes(routes!(verify::verify_batch))
        .routes(routes!(verify::verify_picture))
        .routes(routes!(verify::verify_file))
        .merge(of_certificates())
        .merge(of_applications())
        .merge(of_jobs())
        .merge(of_sharing())
        .merge(of_proposals())
        .routes(routes!(types::list, proposals::propose::a_type))
        .routes(routes!(types::one))
        .routes(routes!(types::file))
        .routes(routes!(fields::fields))
        .routes(routes!(published::pack))
        .routes(routes!(published::list))
        .routes(routes!(publish::publish))
        .routes(routes!(published::manifest, proposals::propose::manifest))
        .routes(routes!(published::recognition, proposals::propose::recognition))
        .routes(routes!(published::checkpoint))
        .routes(routes!(published::tile))
        .routes(routes!(session::begin, session::show, session::end))
        .routes(routes!(identity::go))
        .routes(routes!(identity::back))
        .routes(routes!(identity::leave))
        .routes(routes!(identity::ended_there))
        .routes(routes!(session::password))
        .routes(routes!(session::begin_second_factor))
        .routes(routes!(session::confirm_second_factor))
        .routes(routes!(officers::list, officers::add))
        .routes(routes!(officers::one, officers::change))
        .routes(routes!(officers::deactivate))
        .routes(routes!(officers::reactivate))
        .routes(routes!(officers::reset))
        .routes(routes!(officers::link, officers::unlink))
        .routes(routes!(api_keys::list, api_keys::add))
        .routes(routes!(api_keys::revoke))
        .routes(routes!(api_keys::rotate))
        .routes(routes!(audit::uses))
        .routes(routes!(audit::events::events))
        .routes(routes!(audit::events::proof))
        .routes(routes!(whole::check))
        .routes(routes!(whole::export))
        .routes(routes!(webhooks::list, webhooks::add))
        .routes(routes!(webhooks::remove))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(webhooks::deliveries))
        .routes(routes!(webhooks::send_again))
}

fn of_certificates() -> OpenApiRouter<Shared> {
    use certificates::{batch, change, files, issue, replace, search, show, take_over};
    OpenApiRouter::new()
        .routes(routes!(batch::issue_batch))
        .routes(routes!(issue::issue))
        .routes(routes!(search::search))
        .routes(routes!(show::count))
        .routes(routes!(show::one))
        .routes(routes!(show::history))
        .routes(routes!(files::certificate))
        .routes(routes!(files::seal))
        .routes(routes!(files::png))
        .routes(routes!(files::svg))
        .routes(routes!(change::suspend))
        .routes(routes!(change::reinstate))
        .routes(routes!(change::revoke))
        .routes(routes!(change::annul))
        .routes(routes!(change::cancel))
        .routes(routes!(change::transfer_out))
        .routes(routes!(change::undo_transfer))
        .routes(routes!(change::alias))
        .routes(routes!(replace::renew))
        .routes(routes!(replace::amend))
        .routes(routes!(take_over::take_over))
}

fn of_applications() -> OpenApiRouter<Shared> {
    use applications::{decide, lodge, show};
    OpenApiRouter::new()
        .routes(routes!(lodge::lodge))
        .routes(routes!(show::search))
        .routes(routes!(show::one))
        .routes(routes!(show::standing))
        .routes(routes!(decide::review))
        .routes(routes!(decide::approve))
        .routes(routes!(decide::reject))
        .routes(routes!(decide::withdraw))
}

fn of_jobs() -> OpenApiRouter<Shared> {
    use jobs::{events, results, show, turns};
    OpenApiRouter::new()
        .routes(routes!(show::list, jobs::add))
        .routes(routes!(show::one))
        .routes(routes!(events::events))
        .routes(routes!(turns::pause))
        .routes(routes!(turns::resume))
        .routes(routes!(turns::cancel))
        .routes(routes!(results::result))
        .routes(routes!(results::refused))
}

fn of_sharing() -> OpenApiRouter<Shared> {
    use sharing::{certificates, downloads, matching, verify};
    OpenApiRouter::new()
        .routes(routes!(shares::shares))
        .routes(routes!(shares::alarms))
        .routes(routes!(certificates::holder))
        .routes(routes!(certificates::by_its_identifier))
        .routes(routes!(certificates::by_its_code))
        .routes(routes!(verify::of_information))
        .routes(routes!(verify::of_file))
        .routes(routes!(downloads::link))
        .routes(routes!(downloads::download))
        .routes(routes!(matching::matching))
        .routes(routes!(matters::list))
        .routes(routes!(matters::one, matters::put, matters::take))
}

fn of_proposals() -> OpenApiRouter<Shared> {
    use proposals::{decide, propose, show};
    OpenApiRouter::new()
        .routes(routes!(propose::certificates))
        .routes(routes!(show::list))
        .routes(routes!(show::one))
        .routes(routes!(show::content))
        .routes(routes!(decide::approve))
        .routes(routes!(decide::reject))
        .routes(routes!(decide::withdraw))
}

/// The OpenAPI 3.1 document of the interface.
pub fn openapi() -> Description {
    finished(described().into_openapi())
}

/// The service, ready to be listened at.
pub fn router(house: &Shared, limits: &Limits) -> Router {
    let (routes, mut document) = described().split_for_parts();
    let (takers, doors) = (Takers::of(&document), Doors::of(&mut document));
    around(routes.merge(docs::routes()), doors, takers, house, limits)
}
