//! A load generator for admission webhooks: reviews of Pods over TLS on connections that stay, at a rate or as fast as
//! they are answered. Latency at a rate counts from when a request was due, so that one that had to wait is not taken
//! for a fast one. Prints one JSON object.
#![allow(clippy::print_stdout, reason = "the result goes to standard output")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

type Failure = Box<dyn Error + Send + Sync>;

/// What the command line says.
struct Asked {
    address: SocketAddr,
    authority: String,
    path: String,
    connections: usize,
    /// Requests under way at once where there is no rate.
    workers: usize,
    /// Requests a second; none: as many as are answered.
    rate: Option<NonZeroU64>,
    seconds: u64,
    second_version: bool,
}

/// Different reviews that are sent in turn.
const BODIES: usize = 64;

#[derive(Default)]
struct Counted {
    answered: AtomicU64,
    denied: AtomicU64,
    failed: AtomicU64,
    micros: std::sync::Mutex<Vec<u32>>,
}

fn main() -> Result<(), Failure> {
    let asked = Asked::read()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(run(asked))
}

impl Asked {
    fn read() -> Result<Self, Failure> {
        let mut asked = Self {
            address: "127.0.0.1:8443".parse()?,
            authority: "ca.crt".to_owned(),
            path: "/validate/fail".to_owned(),
            connections: 8,
            workers: 64,
            rate: None,
            seconds: 10,
            second_version: false,
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
            match word.as_str() {
                "--address" => asked.address = value()?.parse()?,
                "--ca" => asked.authority = value()?,
                "--path" => asked.path = value()?,
                "--connections" => asked.connections = value()?.parse()?,
                "--workers" => asked.workers = value()?.parse()?,
                "--rate" => asked.rate = Some(value()?.parse()?),
                "--seconds" => asked.seconds = value()?.parse()?,
                "--http2" => asked.second_version = true,
                _ => return Err(format!("`{word}` is no option").into()),
            }
        }
        Ok(asked)
    }
}

/// One way to send a request and have its answer.
enum Sender {
    First(Box<Mutex<http1::SendRequest<Full<Bytes>>>>),
    Second(http2::SendRequest<Full<Bytes>>),
}

async fn run(asked: Asked) -> Result<(), Failure> {
    let bodies: Arc<Vec<Bytes>> = Arc::new((0..BODIES).map(review).collect());
    let mut senders = Vec::new();
    for _ in 0..asked.connections {
        senders.push(Arc::new(connect(&asked).await?));
    }
    let counted = Arc::new(Counted::default());
    let path: Arc<str> = asked.path.as_str().into();
    // What the first second brings warms up and does not count.
    let begin = Instant::now() + Duration::from_secs(1);
    let end = begin + Duration::from_secs(asked.seconds);
    let given = Given { senders, bodies, counted: Arc::clone(&counted), path, begin, end };
    match asked.rate {
        None => at_most(&given, asked.workers).await?,
        Some(rate) => at_rate(&given, rate).await?,
    }
    report(&asked, &counted);
    Ok(())
}

/// What is sent, and when it counts.
struct Given {
    senders: Vec<Arc<Sender>>,
    bodies: Arc<Vec<Bytes>>,
    counted: Arc<Counted>,
    path: Arc<str>,
    begin: Instant,
    end: Instant,
}

/// Sends as many as are answered.
async fn at_most(given: &Given, workers: usize) -> Result<(), Failure> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut running = Vec::new();
    for sender in given.senders.iter().cycle().take(workers) {
        let (sender, bodies, counted) =
            (Arc::clone(sender), Arc::clone(&given.bodies), Arc::clone(&given.counted));
        let (path, next, begin, end) = (Arc::clone(&given.path), Arc::clone(&next), given.begin, given.end);
        running.push(tokio::spawn(async move {
            while Instant::now() < end {
                let place = next.fetch_add(1, Ordering::Relaxed) % BODIES;
                let Some(body) = bodies.get(place) else { return };
                let started = Instant::now();
                one(&sender, &path, body, started, started >= begin, &counted).await;
            }
        }));
    }
    for worker in running {
        worker.await?;
    }
    Ok(())
}

/// Sends so many a second, whether they are answered or not.
async fn at_rate(given: &Given, rate: NonZeroU64) -> Result<(), Failure> {
    let mut under_way = tokio::task::JoinSet::new();
    let start = Instant::now();
    for number in 0.. {
        let due = start + Duration::from_nanos(1_000_000_000 / rate * number);
        if due >= given.end {
            break;
        }
        sleep_until(due).await;
        let place = usize::try_from(number)?;
        let sender = given.senders.get(place % given.senders.len()).cloned();
        let (Some(sender), Some(body)) = (sender, given.bodies.get(place % BODIES)) else { continue };
        let (body, counted, path) = (body.clone(), Arc::clone(&given.counted), Arc::clone(&given.path));
        let counts = due >= given.begin;
        under_way.spawn(async move { one(&sender, &path, &body, due, counts, &counted).await });
        while under_way.try_join_next().is_some() {}
    }
    while under_way.join_next().await.is_some() {}
    Ok(())
}

async fn one(sender: &Sender, path: &str, body: &Bytes, due: Instant, counts: bool, counted: &Counted) {
    let outcome = ask(sender, path, body).await;
    if !counts {
        return;
    }
    match outcome {
        Ok(answer) => {
            counted.answered.fetch_add(1, Ordering::Relaxed);
            if !contains(&answer, b"\"allowed\":true") {
                counted.denied.fetch_add(1, Ordering::Relaxed);
            }
            let micros = u32::try_from(due.elapsed().as_micros()).unwrap_or(u32::MAX);
            counted.micros.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(micros);
        }
        Err(_) => {
            counted.failed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

async fn ask(sender: &Sender, path: &str, body: &Bytes) -> Result<Bytes, Failure> {
    let body = Full::new(body.clone());
    let response = match sender {
        Sender::First(sender) => {
            let request =
                Request::post(path).header("host", "localhost").header("content-type", "application/json");
            let mut sender = sender.lock().await;
            sender.ready().await?;
            let response = sender.send_request(request.body(body)?).await?;
            let status = response.status();
            let bytes = response.into_body().collect().await?.to_bytes();
            drop(sender);
            return if status == 200 { Ok(bytes) } else { Err(format!("{status}").into()) };
        }
        Sender::Second(sender) => {
            let request =
                Request::post(format!("https://localhost{path}")).header("content-type", "application/json");
            let mut sender = sender.clone();
            sender.ready().await?;
            sender.send_request(request.body(body)?).await?
        }
    };
    let status = response.status();
    let bytes = response.into_body().collect().await?.to_bytes();
    if status == 200 { Ok(bytes) } else { Err(format!("{status}").into()) }
}

async fn connect(asked: &Asked) -> Result<Sender, Failure> {
    let stream = secured(asked).await?;
    if asked.second_version {
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Sender::Second(sender))
    } else {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Sender::First(Box::new(Mutex::new(sender))))
    }
}

async fn secured(asked: &Asked) -> Result<TlsStream<TcpStream>, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&fs::read(&asked.authority)?) {
        roots.add(certificate.map_err(|_| "the authority is no PEM")?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    if asked.second_version {
        config.alpn_protocols = vec![b"h2".to_vec()];
    }
    let stream = TcpStream::connect(asked.address).await?;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from("localhost")?;
    Ok(TlsConnector::from(Arc::new(config)).connect(name, stream).await?)
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}

/// A review of a Pod of 4 to 6.5 KB; one in eight runs privileged.
fn review(number: usize) -> Bytes {
    let mut variables = String::new();
    for place in 0..20 + number % 24 {
        let comma = if place == 0 { "" } else { "," };
        let _ = write!(
            variables,
            r#"{comma}{{"name":"SETTING_{place}","value":"value-{number}-{place}-of-the-service"}}"#
        );
    }
    let privileged = number.is_multiple_of(8);
    let container = |name: &str, variables: &str| {
        format!(
            r#"{{"name":"{name}","image":"registry.example/shop/{name}:1.{number}","imagePullPolicy":"IfNotPresent","env":[{variables}],"ports":[{{"name":"http","containerPort":8080,"protocol":"TCP"}}],"resources":{{"limits":{{"cpu":"500m","memory":"256Mi"}},"requests":{{"cpu":"100m","memory":"128Mi"}}}},"livenessProbe":{{"httpGet":{{"path":"/live","port":"http"}},"periodSeconds":10}},"readinessProbe":{{"httpGet":{{"path":"/ready","port":"http"}},"periodSeconds":5}},"securityContext":{{"privileged":{privileged},"allowPrivilegeEscalation":false,"runAsNonRoot":true,"readOnlyRootFilesystem":true,"capabilities":{{"drop":["ALL"]}},"seccompProfile":{{"type":"RuntimeDefault"}}}},"volumeMounts":[{{"name":"settings","mountPath":"/etc/settings","readOnly":true}},{{"name":"scratch","mountPath":"/tmp"}}],"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}}"#
        )
    };
    let main = container("shop", &variables);
    let side = container("proxy", r#"{"name":"MODE","value":"mesh"}"#);
    let pod = format!(
        r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"shop-{number}","namespace":"shop","labels":{{"app":"shop","app.kubernetes.io/name":"shop","app.kubernetes.io/part-of":"store","team":"store","version":"1.{number}","pod-template-hash":"5d8c7b9f6"}},"annotations":{{"prometheus.io/scrape":"true","prometheus.io/port":"8080","checksum/config":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}},"ownerReferences":[{{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"shop-5d8c7b9f6","uid":"5f1ffb1c-1d2a-4d7e-9d0e-6f5a2f1b7c3d","controller":true,"blockOwnerDeletion":true}}]}},"spec":{{"serviceAccountName":"shop","automountServiceAccountToken":false,"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","schedulerName":"default-scheduler","securityContext":{{"runAsNonRoot":true,"runAsUser":1000,"fsGroup":1000,"seccompProfile":{{"type":"RuntimeDefault"}}}},"containers":[{main},{side}],"volumes":[{{"name":"settings","configMap":{{"name":"shop-settings"}}}},{{"name":"scratch","emptyDir":{{}}}}],"tolerations":[{{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}}]}}}}"#
    );
    let review = format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"705ab4f5-6393-11e8-b7cc-{number:012}","kind":{{"group":"","version":"v1","kind":"Pod"}},"resource":{{"group":"","version":"v1","resource":"pods"}},"requestKind":{{"group":"","version":"v1","kind":"Pod"}},"requestResource":{{"group":"","version":"v1","resource":"pods"}},"name":"shop-{number}","namespace":"shop","operation":"CREATE","userInfo":{{"username":"system:serviceaccount:kube-system:replicaset-controller","uid":"1","groups":["system:serviceaccounts","system:serviceaccounts:kube-system","system:authenticated"]}},"object":{pod},"oldObject":null,"dryRun":false,"options":{{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}}}}}}"#
    );
    Bytes::from(review)
}

fn report(asked: &Asked, counted: &Counted) {
    let mut micros = counted.micros.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    micros.sort_unstable();
    let at = |thousandths: usize| {
        let place = (micros.len() * thousandths / 1_000).min(micros.len().saturating_sub(1));
        f64::from(micros.get(place).copied().unwrap_or(0)) / 1_000.0
    };
    let answered = counted.answered.load(Ordering::Relaxed);
    println!(
        "{{\"perSecond\":{},\"answered\":{answered},\"denied\":{},\"failed\":{},\"p50\":{},\"p90\":{},\"p99\":{},\"p999\":{},\"max\":{}}}",
        answered / asked.seconds.max(1),
        counted.denied.load(Ordering::Relaxed),
        counted.failed.load(Ordering::Relaxed),
        at(500),
        at(900),
        at(990),
        at(999),
        at(1_000),
    );
}
