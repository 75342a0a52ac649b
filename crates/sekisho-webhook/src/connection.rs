//! One connection: handshake, then HTTP/2 or HTTP/1.1, as the caller asks for.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant as Clock;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use crate::body;
use crate::endpoint::{Endpoint, patience};
use crate::evaluation::{Admission, Reply, deadline};
use crate::protocol::{self, HTTP2, Protocol};
use crate::trace::Timeline;

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
    let is_second = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
    let protocol = if is_second { Protocol::Second } else { Protocol::First };
    let silence = admission.limits().silence;
    let answer = move |request| answer(request, Arc::clone(&admission));
    protocol::serve(stream, protocol, silence, ending, answer).await;
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
    let timeline = Timeline::begin(admission.tracer(), request.headers());
    let part = timeline.part("receive");
    let body = body::read(request.into_body(), admission.limits().body, &admission.room, deadline).await;
    drop(part);
    let (reply, came) = admission.answer(endpoint, body, deadline, &timeline).await;
    timeline.end(endpoint, reply.status, came);
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
