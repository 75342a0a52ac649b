//! The server: listens, hands connections on, and ends without breaking what was begun.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use crate::call::Call;
use crate::connection;
use crate::evaluation::Admission;
use crate::log::Level;
use crate::status::{self, Told};
use crate::tls::Serving;

/// Where to listen.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// For the API server.
    pub webhook: SocketAddr,
    /// For probes and metrics; none: nobody asks.
    pub status: Option<SocketAddr>,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address cannot be listened on.
    #[error("cannot listen on `{address}`: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// No threads can be had.
    #[error("cannot start: {0}")]
    Start(io::Error),
}

/// A server that listens, and does not serve yet.
pub struct Server {
    runtime: Runtime,
    webhook: TcpListener,
    status: Option<TcpListener>,
    admission: Arc<Admission>,
    serving: Arc<Serving>,
    call: Option<Call>,
}

/// Ends a server that runs.
#[derive(Debug, Clone)]
pub struct Handle(Arc<watch::Sender<Ending>>);

/// Whether the end was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    No,
    /// After some notice.
    Asked,
    /// At once.
    Now,
}

/// A server that runs in a thread.
#[derive(Debug)]
pub struct Running {
    handle: Handle,
    thread: JoinHandle<()>,
}

/// Connections of probes at once.
const PROBES: usize = 64;

/// How long to wait after the system had no more files.
const PAUSE: Duration = Duration::from_millis(50);

/// Threads beyond those that evaluate.
const SPARE: usize = 2;

/// Threads for what waits: probes.
const BLOCKING: usize = 4;

/// The most threads.
const MOST_THREADS: usize = 1_024;

/// Bytes of the stack of a thread that evaluates: trees are walked by recursion.
const STACK: usize = 16 << 20;

impl Server {
    /// Listens.
    pub fn bind(
        addresses: Addresses,
        admission: Arc<Admission>,
        serving: Arc<Serving>,
    ) -> Result<Self, ServeError> {
        let limits = *admission.limits();
        let runtime = Builder::new_multi_thread()
            // Some are left where every evaluation that may run takes its time.
            .worker_threads(limits.evaluations.saturating_add(SPARE).clamp(1, MOST_THREADS))
            .max_blocking_threads(
                BLOCKING.saturating_add(admission.images().map_or(0, |images| images.lookups())),
            )
            .thread_stack_size(STACK)
            .thread_name("admission")
            .enable_all()
            .build()
            .map_err(ServeError::Start)?;
        let listen = |address: SocketAddr| {
            runtime
                .block_on(TcpListener::bind(address))
                .map_err(|error| ServeError::Listen { address, error })
        };
        let webhook = listen(addresses.webhook)?;
        let status = addresses.status.map(listen).transpose()?;
        Ok(Self { runtime, webhook, status, admission, serving, call: None })
    }

    /// With a path on the port of probes at which newer policies are announced.
    #[must_use]
    pub fn with_call(self, call: Call) -> Self {
        Self { call: Some(call), ..self }
    }

    /// The address for the API server.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.webhook.local_addr()
    }

    /// The address for probes and metrics.
    pub fn status_address(&self) -> Option<SocketAddr> {
        self.status.as_ref()?.local_addr().ok()
    }

    /// Serves in a thread of its own.
    ///
    /// # Errors
    ///
    /// Where no thread can be had.
    pub fn start(self) -> io::Result<Running> {
        let (handle, ending) = Handle::new();
        let thread = thread::Builder::new().name("serve".to_owned()).spawn(move || self.serve(ending))?;
        Ok(Running { handle, thread })
    }

    /// Serves until the process is asked to end, by SIGTERM or SIGINT.
    pub fn run(self) {
        let (handle, ending) = Handle::new();
        let log = self.admission.log().clone();
        self.runtime.spawn(async move {
            signalled().await;
            log.line(Level::Info, "ending", |_| {});
            handle.end();
            // Who asks twice does not want to wait.
            signalled().await;
            handle.end_now();
        });
        self.serve(ending);
    }

    fn serve(self, mut ending: watch::Receiver<Ending>) {
        let Self { runtime, webhook, status, admission, serving, call } = self;
        let draining = Arc::new(AtomicBool::new(false));
        let told = Arc::new(Told {
            admission: Arc::clone(&admission),
            serving: Arc::clone(&serving),
            draining: Arc::clone(&draining),
            call,
        });
        if let Some(status) = status {
            runtime.spawn(probes(status, told));
        }
        let limits = *admission.limits();
        runtime.block_on(async {
            let connections = Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS)));
            let (close, closing) = watch::channel(false);
            tokio::select! {
                () = accept(&webhook, &admission, &serving, &connections, &closing) => {}
                () = async {
                    let _ = ending.wait_for(|asked| *asked != Ending::No).await;
                    draining.store(true, Ordering::Release);
                    // Callers learn first that this one is not ready, and are answered meanwhile.
                    tokio::select! {
                        () = sleep(limits.notice) => {}
                        _ = ending.wait_for(|asked| *asked == Ending::Now) => {}
                    }
                } => {}
            }
            drop(webhook);
            let _ = close.send(true);
            let all = u32::try_from(limits.connections.clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
            let _ = timeout(limits.drain, connections.acquire_many(all)).await;
        });
        runtime.shutdown_timeout(Duration::from_secs(1));
    }
}

/// Does something when the process is asked to end, by SIGTERM or SIGINT.
///
/// # Errors
///
/// Where no thread can be had.
pub fn on_end(act: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let wait = move || {
        runtime.block_on(signalled());
        act();
    };
    thread::Builder::new().name("signals".to_owned()).spawn(wait).map(drop)
}

impl Handle {
    fn new() -> (Self, watch::Receiver<Ending>) {
        let (ending, asked) = watch::channel(Ending::No);
        (Self(Arc::new(ending)), asked)
    }

    /// Asks for the end: what comes in for a while yet is answered, then what was begun is ended.
    pub fn end(&self) {
        self.0.send_replace(Ending::Asked);
    }

    /// Asks for the end without notice.
    pub fn end_now(&self) {
        self.0.send_replace(Ending::Now);
    }
}

impl Running {
    /// Ends it, and waits until it has ended.
    pub fn stop(self) {
        self.handle.end();
        // A panic of the thread was shown where it happened.
        let _ = self.thread.join();
    }

    /// What ends it.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

async fn accept(
    listener: &TcpListener,
    admission: &Arc<Admission>,
    serving: &Arc<Serving>,
    connections: &Arc<Semaphore>,
    closing: &watch::Receiver<bool>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let Ok(permit) = Arc::clone(connections).try_acquire_owned() else {
            admission.metrics().refused_connections.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        let (acceptor, admission, closing) = (serving.acceptor(), Arc::clone(admission), closing.clone());
        tokio::spawn(async move {
            admission.metrics().connections.fetch_add(1, Ordering::Relaxed);
            connection::serve(stream, acceptor, Arc::clone(&admission), closing).await;
            admission.metrics().connections.fetch_sub(1, Ordering::Relaxed);
            drop(permit);
        });
    }
}

async fn probes(listener: TcpListener, told: Arc<Told>) {
    let connections = Arc::new(Semaphore::new(PROBES));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let Ok(permit) = Arc::clone(&connections).try_acquire_owned() else { continue };
        let told = Arc::clone(&told);
        tokio::spawn(async move {
            status::serve(stream, told).await;
            drop(permit);
        });
    }
}

#[cfg(unix)]
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut ends), Ok(mut interrupts)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = ends.recv() => {}
        _ = interrupts.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signalled() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("webhook", &self.webhook)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
