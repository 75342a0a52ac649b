//! Listens for lists of events and hands them on.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, timeout};

use super::limits::AuditLimits;
use crate::body::{self, BodyError, Held};
use crate::protocol::{self, HTTP2, Protocol};
use crate::server::ServeError;
use crate::tls::Serving;

/// The paths at which lists are taken.
const PATHS: &[&str] = &["/", "/audit", "/k8s-audit"];

/// How long to wait after the system had no more files.
const PAUSE: Duration = Duration::from_millis(50);

/// A backend that listens, and does not serve yet.
pub struct AuditBackend {
    runtime: Runtime,
    listener: TcpListener,
    desk: Arc<Desk>,
    serving: Option<Arc<Serving>>,
    queue: Receiver<Held>,
}

/// The lists that came.
pub struct Batches {
    queue: Receiver<Held>,
    desk: Arc<Desk>,
    ending: Option<watch::Sender<bool>>,
    thread: Option<JoinHandle<()>>,
}

/// A list of events as it came. As long as it is held it counts among those that wait.
#[derive(Debug)]
pub struct Batch(Held);

/// What came and what became of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct AuditCounts {
    /// Lists that were taken.
    pub taken: u64,
    /// Lists that were sent back because the queue was full: they come again.
    pub refused: u64,
    /// Lists that were too large.
    pub too_large: u64,
    /// Lists that did not come in time or broke off.
    pub broken: u64,
    /// Requests that were no lists.
    pub other: u64,
    /// Handshakes that failed: no certificate, or one of nobody who is trusted.
    pub failed_handshakes: u64,
    /// Connections beyond the limit.
    pub refused_connections: u64,
}

#[derive(Default)]
struct Counters {
    taken: AtomicU64,
    refused: AtomicU64,
    too_large: AtomicU64,
    broken: AtomicU64,
    other: AtomicU64,
    failed_handshakes: AtomicU64,
    refused_connections: AtomicU64,
}

struct Desk {
    limits: AuditLimits,
    /// Bytes that lists may still take together.
    room: Arc<AtomicUsize>,
    counters: Counters,
    /// None when nothing is taken any more.
    queue: Mutex<Option<SyncSender<Held>>>,
}

impl AuditBackend {
    /// Listens. Without TLS whoever reaches the port may send, and everyone on the way may read.
    pub fn bind(
        address: SocketAddr,
        serving: Option<Arc<Serving>>,
        limits: AuditLimits,
    ) -> Result<Self, ServeError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(2)
            .thread_name("audit")
            .enable_all()
            .build()
            .map_err(ServeError::Start)?;
        let listener = runtime
            .block_on(TcpListener::bind(address))
            .map_err(|error| ServeError::Listen { address, error })?;
        let (sender, queue) = sync_channel(limits.waiting.max(1));
        let desk = Arc::new(Desk {
            limits,
            room: Arc::new(AtomicUsize::new(limits.bytes)),
            counters: Counters::default(),
            queue: Mutex::new(Some(sender)),
        });
        Ok(Self { runtime, listener, desk, serving, queue })
    }

    /// The address at which it listens.
    ///
    /// # Errors
    ///
    /// Where the system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves in a thread of its own, and gives the lists that come.
    ///
    /// # Errors
    ///
    /// Where no thread can be had.
    pub fn start(self) -> io::Result<Batches> {
        let Self { runtime, listener, desk, serving, queue } = self;
        let (ending, asked) = watch::channel(false);
        let serving_desk = Arc::clone(&desk);
        let thread = thread::Builder::new().name("audit".to_owned()).spawn(move || {
            runtime.block_on(serve(listener, &serving_desk, serving, asked));
            runtime.shutdown_timeout(Duration::from_secs(1));
        })?;
        Ok(Batches { queue, desk, ending: Some(ending), thread: Some(thread) })
    }
}

impl Batches {
    /// The next list; none where none comes in time, or none will come any more, which the second value says.
    pub fn next(&self, patience: Duration) -> (Option<Batch>, bool) {
        match self.queue.recv_timeout(patience) {
            Ok(held) => (Some(Batch(held)), false),
            Err(RecvTimeoutError::Timeout) => (None, false),
            Err(RecvTimeoutError::Disconnected) => (None, true),
        }
    }

    /// What came so far.
    pub fn counts(&self) -> AuditCounts {
        let counters = &self.desk.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        AuditCounts {
            taken: read(&counters.taken),
            refused: read(&counters.refused),
            too_large: read(&counters.too_large),
            broken: read(&counters.broken),
            other: read(&counters.other),
            failed_handshakes: read(&counters.failed_handshakes),
            refused_connections: read(&counters.refused_connections),
        }
    }

    /// Takes nothing more. What was taken can still be had.
    pub fn stop(&mut self) {
        self.ending = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was shown where it happened.
            let _ = thread.join();
        }
        *self.desk.queue.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Batch {
    /// The list as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }
}

async fn serve(
    listener: TcpListener,
    desk: &Arc<Desk>,
    serving: Option<Arc<Serving>>,
    mut ending: watch::Receiver<bool>,
) {
    let most = desk.limits.connections.clamp(1, Semaphore::MAX_PERMITS);
    let connections = Arc::new(Semaphore::new(most));
    let (close, closing) = watch::channel(false);
    tokio::select! {
        () = accept(&listener, desk, serving.as_ref(), &connections, &closing) => {}
        // Who would ask is gone: that is the end.
        _ = ending.wait_for(|ends| *ends) => {}
    }
    drop(listener);
    let _ = close.send(true);
    let all = u32::try_from(most).unwrap_or(u32::MAX);
    let _ = timeout(desk.limits.drain, connections.acquire_many(all)).await;
}

async fn accept(
    listener: &TcpListener,
    desk: &Arc<Desk>,
    serving: Option<&Arc<Serving>>,
    connections: &Arc<Semaphore>,
    closing: &watch::Receiver<bool>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let Ok(permit) = Arc::clone(connections).try_acquire_owned() else {
            desk.counters.refused_connections.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        let (desk, serving, closing) = (Arc::clone(desk), serving.cloned(), closing.clone());
        tokio::spawn(async move {
            connection(stream, serving, desk, closing).await;
            drop(permit);
        });
    }
}

async fn connection(
    stream: TcpStream,
    serving: Option<Arc<Serving>>,
    desk: Arc<Desk>,
    ending: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let silence = desk.limits.silence;
    let Some(serving) = serving else {
        let answer = move |request| answer(request, Arc::clone(&desk));
        protocol::serve(stream, Protocol::First, silence, ending, answer).await;
        return;
    };
    let handshake = timeout(desk.limits.handshake, serving.acceptor().accept(stream)).await;
    let Ok(Ok(stream)) = handshake else {
        desk.counters.failed_handshakes.fetch_add(1, Ordering::Relaxed);
        return;
    };
    let is_second = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
    let protocol = if is_second { Protocol::Second } else { Protocol::First };
    let answer = move |request| answer(request, Arc::clone(&desk));
    protocol::serve(stream, protocol, silence, ending, answer).await;
}

async fn answer(request: Request<Incoming>, desk: Arc<Desk>) -> Result<Response<Full<Bytes>>, Infallible> {
    let other = |status, text| {
        desk.counters.other.fetch_add(1, Ordering::Relaxed);
        said(status, text)
    };
    if !PATHS.contains(&request.uri().path()) {
        return Ok(other(StatusCode::NOT_FOUND, "there is nothing at this path"));
    }
    if request.method() != Method::POST {
        let mut response = other(StatusCode::METHOD_NOT_ALLOWED, "events come by POST");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
        return Ok(response);
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Ok(other(StatusCode::UNSUPPORTED_MEDIA_TYPE, "events are `application/json`"));
    }
    let deadline = Instant::now() + desk.limits.patience;
    let body = body::read(request.into_body(), desk.limits.body, &desk.room, deadline).await;
    let counters = &desk.counters;
    let mut response = match body {
        Ok(held) => return Ok(desk.take(held)),
        Err(BodyError::Busy(_)) => return Ok(desk.later()),
        Err(BodyError::TooLarge(_)) => {
            counters.too_large.fetch_add(1, Ordering::Relaxed);
            said(StatusCode::PAYLOAD_TOO_LARGE, "the list is larger than is read")
        }
        Err(BodyError::Late) => {
            counters.broken.fetch_add(1, Ordering::Relaxed);
            said(StatusCode::REQUEST_TIMEOUT, "the list did not come in time")
        }
        Err(BodyError::Broken) => {
            counters.broken.fetch_add(1, Ordering::Relaxed);
            said(StatusCode::BAD_REQUEST, "the list broke off")
        }
    };
    // What is left of the body is not read.
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    Ok(response)
}

impl Desk {
    fn take(&self, held: Held) -> Response<Full<Bytes>> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref().map(|queue| queue.try_send(held)) {
            Some(Ok(())) => {
                self.counters.taken.fetch_add(1, Ordering::Relaxed);
                said(StatusCode::OK, "")
            }
            Some(Err(TrySendError::Full(_))) => self.later(),
            Some(Err(TrySendError::Disconnected(_))) | None => {
                said(StatusCode::SERVICE_UNAVAILABLE, "nothing is taken any more")
            }
        }
    }

    fn later(&self) -> Response<Full<Bytes>> {
        self.counters.refused.fetch_add(1, Ordering::Relaxed);
        let mut response = said(StatusCode::TOO_MANY_REQUESTS, "too many lists wait: send it again");
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(self.limits.retry_after));
        response
    }
}

fn said(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

impl fmt::Debug for AuditBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditBackend").field("listener", &self.listener).finish_non_exhaustive()
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batches").field("counts", &self.counts()).finish_non_exhaustive()
    }
}
