//! A listener, until it is told to stop.

use axum::Router;
use std::future::Future;
use std::io;
use std::time::Duration;
use tokio::net::TcpListener;

/// Answers requests until `stop` is done, and then those that have begun, for at most `patience`.
///
/// What was acknowledged is on the disk before it is acknowledged; so breaking off loses no more than an answer.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    patience: Duration,
) -> io::Result<()> {
    let (told, mut stopping) = tokio::sync::watch::channel(false);
    let signal = async move {
        stop.await;
        let _ = told.send(true);
    };
    let served = axum::serve(listener, router).with_graceful_shutdown(signal);
    let patience_ends = async move {
        let _ = stopping.wait_for(|stopping| *stopping).await;
        tokio::time::sleep(patience).await;
    };
    tokio::select! {
        served = served => served,
        () = patience_ends => Ok(()),
    }
}
