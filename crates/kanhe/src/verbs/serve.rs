//! `kanhe serve`, `kanhe config`: the one place where a service is wired together.

mod wire;

pub use wire::edge;

use super::{Ended, Voice};
use crate::cli::{ConfigVerb, ServeArgs};
use crate::failure::Failure;
use crate::words::Language;
use kanhe_service::http::router;
use kanhe_service::publish;
use kanhe_service::serve::serve;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use wire::Plan;

/// Runs the service until it is told to stop.
pub fn run(args: &ServeArgs, voice: Voice) -> Result<Ended, Failure> {
    let plan = Plan::read(&args.config)?;
    let house = Arc::new(plan.house()?);
    let limits = plan.limits()?;
    log_to_stderr();
    let failed = |error: std::io::Error| Failure::new("service_listen", error);
    let runtime = Runtime::new().map_err(failed)?;
    runtime.block_on(async {
        let listener = TcpListener::bind(plan.config.listen.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        // Whoever started it may have named port 0, and waits for this line.
        voice.say(&json!({ "listening": address.to_string() }), |language| match language {
            Language::Chinese => format!("服务已启动：http://{address}（接口说明：/docs）"),
            Language::English => format!("serving at http://{address} (the interface is described at /docs)"),
        });
        tracing::info!(address = %address, "serving");
        let mut end = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let stop = async move {
            tokio::select! { _ = end.recv() => {}, _ = interrupt.recv() => {} }
        };
        let watch = tokio::spawn(wire::renew_pack(house.clone(), plan.pack()));
        let publishing = tokio::spawn(publish::keep_up(house.clone(), plan.publishing()));
        let patience = Duration::from_secs(u64::from(plan.config.limits.stop_seconds));
        let served = serve(listener, router(&house, &limits), stop, patience).await.map_err(failed);
        watch.abort();
        publishing.abort();
        tracing::info!("stopped");
        served
    })?;
    Ok(Ended::Well)
}

/// Says what is wrong with a configuration.
pub fn check(verb: &ConfigVerb, voice: Voice) -> Result<Ended, Failure> {
    let ConfigVerb::Check { config } = verb;
    let plan = Plan::read(config)?;
    plan.check()?;
    voice.say(&json!({ "config": config, "ok": true }), |language| match language {
        Language::Chinese => format!("{} 没有问题", config.display()),
        Language::English => format!("{} is in order", config.display()),
    });
    Ok(Ended::Well)
}

/// One JSON object a line; `RUST_LOG` says how much.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // A second service in one process keeps the log of the first.
    let _ = tracing_subscriber::fmt().json().flatten_event(true).with_writer(std::io::stderr).with_env_filter(filter).try_init();
}
