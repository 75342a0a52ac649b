//! HTTP/2 or HTTP/1.1 over a connection, as the caller asks for, until it ends or the end is asked for.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;

/// The protocol that callers name for HTTP/2.
pub(crate) const HTTP2: &[u8] = b"h2";

/// Requests of one connection at once.
const STREAMS: u32 = 256;

/// Which protocol is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1
    First,
    /// HTTP/2
    Second,
}

/// Serves a connection until it ends, or until what was begun when the end was asked for is done.
pub(crate) async fn serve<F>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    protocol: Protocol,
    silence: Duration,
    mut ending: watch::Receiver<bool>,
    answer: impl Fn(Request<Incoming>) -> F,
) where
    F: Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send + 'static,
{
    let service = service_fn(answer);
    match protocol {
        Protocol::First => {
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(silence)
                .max_buf_size(64 << 10)
                .serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            tokio::select! {
                _ = &mut connection => return,
                () = ended(&mut ending) => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        }
        Protocol::Second => {
            let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .max_concurrent_streams(STREAMS)
                .max_header_list_size(32 << 10)
                .initial_stream_window_size(256 << 10)
                .initial_connection_window_size(1 << 20)
                .keep_alive_interval(silence)
                .keep_alive_timeout(Duration::from_secs(20))
                .serve_connection(TokioIo::new(stream), service);
            tokio::pin!(connection);
            tokio::select! {
                _ = &mut connection => return,
                () = ended(&mut ending) => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        }
    }
}

/// Waits until the end is asked for.
async fn ended(ending: &mut watch::Receiver<bool>) {
    // Who would ask is gone: that is the end too.
    let _ = ending.wait_for(|ends| *ends).await;
}
