//! One connection: handshake, then HTTP/2 or HTTP/1.1, as the caller asks for.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant as Clock;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::body;
use crate::endpoint::{Endpoint, patience};
use crate::evaluation::{Admission, Reply, deadline};

/// The protocol that callers name for HTTP/2.
const HTTP2: &[u8] = b"h2";

/// Requests of one connection at once.
const STREAMS: u32 = 256;

/// Serves a connection until it ends, or until what was begun when the end was asked for is done.
pub(crate) async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    admission: Arc<Admission>,
    ending: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let handshake = timeout(admission.limits().handshake, acceptor.accept(stream)).await;
    let Ok(Ok(stream)) = handshake else {
        admission.metrics().failed_handshakes.fetch_add(1, Ordering::Relaxed);
        return;
    };
    if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
        second(stream, admission, ending).await;
    } else {
        first(stream, admission, ending).await;
    }
}

async fn first(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    admission: Arc<Admission>,
    mut ending: watch::Receiver<bool>,
) {
    let silence = admission.limits().silence;
    let service = service_fn(move |request| answer(request, Arc::clone(&admission)));
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

async fn second(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    admission: Arc<Admission>,
    mut ending: watch::Receiver<bool>,
) {
    let silence = admission.limits().silence;
    let service = service_fn(move |request| answer(request, Arc::clone(&admission)));
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(32 << 10)
        .initial_stream_window_size(256 << 10)
        .initial_connection_window_size(1 << 20)
        .keep_alive_interval(silence)
        .keep_alive_timeout(std::time::Duration::from_secs(20))
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        _ = &mut connection => return,
        () = ended(&mut ending) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Waits until the end is asked for.
async fn ended(ending: &mut watch::Receiver<bool>) {
    // Who would ask is gone: that is the end too.
    let _ = ending.wait_for(|ends| *ends).await;
}

async fn answer(
    request: Request<Incoming>,
    admission: Arc<Admission>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let Some(endpoint) = Endpoint::of(request.uri().path()) else {
        return Ok(said(StatusCode::NOT_FOUND, "there is nothing at this path"));
    };
    if request.method() != Method::POST {
        let mut response = said(StatusCode::METHOD_NOT_ALLOWED, "a review comes by POST");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return Ok(response);
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Ok(said(StatusCode::UNSUPPORTED_MEDIA_TYPE, "a review is `application/json`"));
    }
    let started = Clock::now();
    let deadline = deadline(admission.limits(), patience(request.uri().query()));
    let body = body::read(request.into_body(), admission.limits(), &admission.room, deadline).await;
    let (reply, came) = admission.answer(endpoint, body, deadline).await;
    admission.metrics().reviewed(endpoint, came, started.elapsed());
    Ok(written(reply))
}

fn written(reply: Reply) -> Response<Full<Bytes>> {
    let is_review = reply.status == 200;
    let kind = if is_review { "application/json" } else { "text/plain; charset=utf-8" };
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn said(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    written(Reply { status: status.as_u16(), body: text.as_bytes().to_vec() })
}
