//! `kanhe serve`, `kanhe config`: the one place where a service is wired together.

mod credentials;
mod fetch;
mod post;
mod reread;
mod wire;

pub use wire::edge;

use super::{Ended, Voice, clock};
use crate::cli::{ConfigVerb, ServeArgs};
use crate::failure::Failure;
use crate::lines::{Kept, Lines, Spool};
use crate::traces::{Exporter, Journal};
use crate::words::{Language, Words};
use credentials::Credentials;
use kanhe_service::house::Shared;
use kanhe_service::http::{TRACES, router};
use kanhe_service::measure::Recorder;
use kanhe_service::serve::{Tls, serve};
use kanhe_service::webhooks::courier;
use kanhe_service::{backup, jobs, proposals, publish};
use listenfd::ListenFd;
use rustix::process::{Signal as ProcessSignal, getpid, kill_process};
use serde_json::json;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use wire::Plan;

/// How often new events are looked at for webhooks.
const LETTERS: Duration = Duration::from_secs(2);

/// How often approved proposals are looked at of which certificates are to be changed.
const WORK: Duration = Duration::from_secs(1);

/// So long the process stays, when it has stopped, for what still keeps a thread.
const LAST_WORK: Duration = Duration::from_secs(1);

/// Runs the service until it is told to stop.
pub fn run(args: &ServeArgs, voice: Voice) -> Result<Ended, Failure> {
    let plan = Plan::read(&args.config)?;
    let house = Arc::new(plan.house()?);
    let credentials = plan.credentials();
    let tls = credentials.as_ref().map(Credentials::read).transpose()?.map(Arc::new);
    let traces = plan.config.traces.as_ref().map(|traces| Exporter::begin(post::collector(), &traces.endpoint));
    // Until the end: then what waits is written.
    let _log = listen_in(traces.as_ref()).map_err(failed)?;
    house.watch_library();
    let runtime = Runtime::new().map_err(failed)?;
    if args.until_stdin_ends {
        end_with_parent();
    }
    let served = runtime.block_on(async {
        let listener = listen(&plan).await?;
        let address = listener.local_addr().map_err(failed)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (socket, stops) = (plan.socket(), (told_to_stop()?, told_to_stop()?));
        let mut beside = beside(&plan, &house, tls.as_ref()).await?;
        // Whoever started it may have named port 0, and waits for this line; from then on it may also be told to stop.
        voice.say(&json!({ "listening": address.to_string() }), |language| match language {
            Language::Chinese => format!("服务已启动：{scheme}://{address}（接口说明：/docs）"),
            Language::English => format!("serving at {scheme}://{address} (the interface is described at /docs)"),
        });
        tracing::info!(address = %address, "serving");
        if let Some((tls, credentials)) = tls.clone().zip(credentials) {
            beside.spawn(credentials::renew_certificate(house.clone(), tls, credentials));
        }
        let patience = Duration::from_secs(u64::from(plan.config.limits.stop_seconds));
        let routes = router(&house, &plan.limits()?);
        let (told, closing) = (stops.0, house.clone());
        let stop = async move {
            told.await;
            // Jobs stop between two rows, and who follows one is let go: otherwise the service would wait for them.
            closing.jobs.close();
        };
        let from_network = serve(plan.gate(listener, tls.as_ref()), routes.clone(), stop, patience);
        let by_socket = async {
            if let Some(gate) = socket {
                let _ = serve(gate, routes, stops.1, patience).await;
            }
        };
        let (served, ()) = tokio::join!(from_network, by_socket);
        let served = served.map_err(failed);
        plan.remove_socket();
        beside.shutdown().await;
        tracing::info!("stopped");
        served
    });
    // What keeps a thread now, a picture say, is for nobody any more; a commit has ended by then.
    runtime.shutdown_timeout(LAST_WORK);
    served.map(|()| Ended::Well)
}

/// The socket that systemd hands over (sd_listen_fds(3)), or one of our own. One that is handed over outlives this process: whoever comes
/// while another takes its place waits a moment, and is not refused.
async fn listen(plan: &Plan) -> Result<TcpListener, Failure> {
    match ListenFd::from_env().take_tcp_listener(0).map_err(failed)? {
        Some(socket) => {
            socket.set_nonblocking(true).map_err(failed)?;
            TcpListener::from_std(socket).map_err(failed)
        }
        None => bind("listen.address", plan.config.listen.address).await,
    }
}

/// A listener at the address that a setting names.
async fn bind(setting: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    let hint = Words::new(
        "检查是否另有进程占用该地址和端口、该地址是否属于本机；小于 1024 的端口须有权限。",
        "See whether another process has the address and port, and whether the address is this machine's; a port below 1024 takes a right.",
    );
    TcpListener::bind(address).await.map_err(|error| failed(error).within(format!("{setting} = {address}")).hint(hint))
}

/// What runs beside the requests: files that may change, publishing, backups, monitoring.
async fn beside(plan: &Plan, house: &Shared, tls: Option<&Arc<Tls>>) -> Result<JoinSet<()>, Failure> {
    let mut beside = JoinSet::new();
    beside.spawn(wire::renew_pack(house.clone(), plan.pack(), plan.held()));
    beside.spawn(publish::keep_up(house.clone(), plan.publishing()));
    beside.spawn(jobs::keep_up(house.clone()));
    beside.spawn(proposals::keep_up(house.clone(), WORK));
    beside.spawn(courier::keep_up(house.clone(), post::post(), LETTERS));
    if let Some(at) = plan.config.backup.as_ref().and_then(|backup| backup.at) {
        beside.spawn(backup::keep_up(house.clone(), at));
    }
    beside.spawn(backups_on_demand(house.clone(), signal(SignalKind::user_defined1()).map_err(failed)?));
    if let Some(address) = plan.config.listen.metrics {
        let recorder = Recorder::install().map_err(|error| Failure::new("service_listen", error))?;
        let listener = bind("listen.metrics", address).await?;
        let (routes, forever) = (recorder.clone().router(house, tls), std::future::pending());
        beside.spawn(recorder.keep());
        beside.spawn(async move {
            let _ = serve(listener, routes, forever, Duration::ZERO).await;
        });
    }
    Ok(beside)
}

/// Takes a backup whenever somebody on the machine asks for one: `systemctl kill --signal=USR1 kanhe`.
async fn backups_on_demand(house: Shared, mut asked: Signal) {
    while asked.recv().await.is_some() {
        let house = house.clone();
        match tokio::task::spawn_blocking(move || backup::back_up(&house)).await {
            Ok(Some(_)) => {}
            Ok(None) => tracing::warn!("a backup was asked for, and the configuration has no [backup]"),
            Err(_) => tracing::error!("the backup panicked"),
        }
    }
}

fn told_to_stop() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let mut end = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! { _ = end.recv() => {}, _ = interrupt.recv() => {} }
    })
}

/// Tells this process to stop when whoever started it is gone, however it went: then standard input ends.
fn end_with_parent() {
    std::thread::spawn(|| {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = kill_process(getpid(), ProcessSignal::TERM);
    });
}

fn failed(error: io::Error) -> Failure {
    Failure::new("service_listen", error)
}

/// Says what is wrong with a configuration.
pub fn check(verb: &ConfigVerb, voice: Voice) -> Result<Ended, Failure> {
    let ConfigVerb::Check { config } = verb;
    wire::check(config)?;
    voice.say(&json!({ "config": config, "ok": true }), |language| match language {
        Language::Chinese => format!("{} 没有问题", config.display()),
        Language::English => format!("{} is in order", config.display()),
    });
    Ok(Ended::Well)
}

/// The log, one JSON object a line: `RUST_LOG` says how much. And traces, where somebody wants them; in the log they do not stand.
fn listen_in(traces: Option<&Exporter>) -> io::Result<Kept> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let filter: EnvFilter = format!("{filter},{TRACES}=off").parse().unwrap_or(filter);
    let kept = Spool::begin(Box::new(io::stderr()))?;
    let log = Lines::onto(kept.spool()).with_filter(filter);
    let ours = filter_fn(|what| what.is_span() && what.target() == TRACES);
    let journal = traces.map(|exporter| Journal::new(exporter.queue(), clock::fill).with_filter(ours));
    // A second service in one process keeps the log of the first.
    let _ = tracing_subscriber::registry().with(log).with(journal).try_init();
    Ok(kept)
}
