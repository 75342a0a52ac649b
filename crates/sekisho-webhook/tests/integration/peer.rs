//! A webhook on loopback, and a caller that speaks to it byte by byte.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sekisho_manifest::{Budget, Format, Node, SourceId, load};
use sekisho_policy::{Bundle, BundleOptions, Material, Snapshot, Text};
use sekisho_webhook::facts::{FactSource, Fixed};
use sekisho_webhook::tls::{ClientSource, Clients, Folder, Own, Rotation, Serving};
use sekisho_webhook::{
    Addresses, Admission, Images, Lapses, Level, Limits, Log, Policies, Revision, Running, Server, Tracer,
};
use tempfile::TempDir;

/// A policy that wants every ConfigMap to have a team, and one that adds a zone.
pub(crate) const POLICIES: &str = "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
  - name: team
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: say who owns it, pattern: {metadata: {labels: {team: '?*'}}}}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: zone}
spec:
  rules:
  - name: zone
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    mutate: {patchStrategicMerge: {metadata: {labels: {+(zone): east}}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: lenient}
spec:
  failurePolicy: Ignore
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}
  validations: [{expression: \"!('forbidden' in object.?data.orValue({}))\", message: it is forbidden}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: lenient}
spec: {policyName: lenient, validationActions: [Warn, Audit]}
";

/// A webhook that runs.
pub(crate) struct Webhook {
    pub(crate) address: SocketAddr,
    pub(crate) status: SocketAddr,
    pub(crate) policies: Arc<Policies>,
    pub(crate) lines: Arc<Mutex<Vec<String>>>,
    pub(crate) folder: TempDir,
    pub(crate) running: Running,
}

/// How a webhook of a test differs from the usual one.
pub(crate) struct Wanted {
    pub(crate) limits: Limits,
    pub(crate) policies: Option<&'static str>,
    /// The authority of callers, and the names that they may have.
    pub(crate) callers: Option<(String, Vec<String>)>,
    pub(crate) facts: Option<Arc<dyn FactSource>>,
    pub(crate) lapses: Option<Box<dyn Lapses>>,
    /// Texts in place of the policies.
    pub(crate) texts: Option<Vec<Text>>,
    /// What looks images up.
    pub(crate) images: Option<Images>,
    /// What traces reviews.
    pub(crate) tracer: Option<Tracer>,
}

impl Default for Wanted {
    fn default() -> Self {
        let limits = Limits { notice: Duration::ZERO, ..Limits::default() };
        Self {
            limits,
            policies: Some(POLICIES),
            callers: None,
            facts: None,
            lapses: None,
            texts: None,
            images: None,
            tracer: None,
        }
    }
}

pub(crate) fn bundle(text: &str) -> Arc<Bundle> {
    bundle_of(&[Text { path: "policies.yaml".into(), bytes: text.as_bytes().into(), provenance: None }])
}

pub(crate) fn bundle_of(texts: &[Text]) -> Arc<Bundle> {
    let bundle = Bundle::compile(Material::of_texts(texts, &Budget::default()), &BundleOptions::default());
    assert!(bundle.is_whole(), "{:?} {:?}", bundle.unread, bundle.loaded.problems);
    Arc::new(bundle)
}

impl Webhook {
    pub(crate) fn start(wanted: Wanted) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let facts = wanted.facts.unwrap_or_else(|| Arc::new(Fixed::new(Snapshot::new([], "default"))));
        let policies = Arc::new(Policies::new(facts, Vec::new()));
        let bundle = match (wanted.texts, wanted.policies) {
            (Some(texts), _) => Some(bundle_of(&texts)),
            (None, policies) => policies.map(bundle),
        };
        if let Some(bundle) = bundle {
            policies.install(bundle, Revision::default()).expect("the facts are there");
        }
        let store = Box::new(Folder::new(folder.path().to_owned()));
        let own = Own::new(store, vec!["localhost".to_owned()], Rotation::default());
        let clients = match wanted.callers {
            None => Clients::Anyone,
            Some((authority, names)) => {
                let path = folder.path().join("callers.crt");
                std::fs::write(&path, authority).expect("written");
                Clients::Trusted { source: ClientSource::File(path), names }
            }
        };
        let serving = Arc::new(Serving::new(Box::new(own), clients).expect("a certificate"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&lines);
        let log = Log::start(Level::Debug, move |line| taken.lock().unwrap().push(line.to_owned()))
            .expect("a thread");
        let mut admission = Admission::new(Arc::clone(&policies), wanted.limits, log);
        if let Some(lapses) = wanted.lapses {
            admission = admission.with_lapses(lapses);
        }
        if let Some(images) = wanted.images {
            admission = admission.with_images(images);
        }
        if let Some(tracer) = wanted.tracer {
            admission = admission.with_tracer(tracer);
        }
        let admission = Arc::new(admission);
        let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let addresses = Addresses { webhook: any, status: Some(any) };
        let server = Server::bind(addresses, admission, serving).expect("it listens");
        let (address, status) =
            (server.address().expect("an address"), server.status_address().expect("an address"));
        let running = server.start().expect("a thread");
        Self { address, status, policies, lines, folder, running }
    }

    /// What `ca.crt` says now.
    pub(crate) fn authority(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("ca.crt")).expect("the authority is told")
    }

    /// A connection; without a certificate of the caller's.
    pub(crate) fn connect(&self) -> Caller {
        self.connect_as(None).expect("a handshake")
    }

    /// A connection of somebody with a certificate and a key.
    pub(crate) fn connect_as(&self, identity: Option<&(String, String)>) -> std::io::Result<Caller> {
        Caller::connect(self.address, &self.authority(), identity)
    }

    /// Posts a body, and yields the status and the body of the answer.
    pub(crate) fn post(&self, path: &str, body: &str) -> (u16, String) {
        self.connect().post(path, body)
    }

    /// The response of an answer to a review.
    pub(crate) fn review(&self, path: &str, body: &str) -> Node {
        let (status, answer) = self.post(path, body);
        assert_eq!(status, 200, "{answer}");
        parsed(&answer).get("response").expect("a response").clone()
    }

    /// What the status port answers.
    pub(crate) fn status(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.status).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
        (status, answer.split_once("\r\n\r\n").expect("a body").1.to_owned())
    }
}

/// One connection.
pub(crate) struct Caller(pub(crate) StreamOwned<ClientConnection, TcpStream>);

impl Caller {
    pub(crate) fn connect(
        address: SocketAddr,
        authority: &str,
        identity: Option<&(String, String)>,
    ) -> std::io::Result<Self> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
            roots.add(certificate.expect("PEM")).expect("a certificate");
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain =
                    CertificateDer::pem_slice_iter(certificate.as_bytes()).map(|one| one.expect("PEM"));
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key");
                builder.with_client_auth_cert(chain.collect(), key).expect("they fit")
            }
        };
        let name = ServerName::try_from("localhost").expect("a name");
        let connection = ClientConnection::new(Arc::new(config), name).expect("settings");
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        stream.set_nodelay(true)?;
        let mut stream = StreamOwned::new(connection, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Self(stream))
    }

    pub(crate) fn post(&mut self, path: &str, body: &str) -> (u16, String) {
        self.post_with(path, "", body)
    }

    /// The same, with further headers, each with its end of line.
    pub(crate) fn post_with(&mut self, path: &str, headers: &str, body: &str) -> (u16, String) {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        );
        self.send(head.as_bytes()).expect("sent");
        // Where the answer comes before the end, the rest may not be taken.
        let _ = self.send(body.as_bytes());
        self.answer().expect("an answer")
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes)?;
        self.0.flush()
    }

    /// Reads one answer.
    pub(crate) fn answer(&mut self) -> std::io::Result<(u16, String)> {
        let mut text = Vec::new();
        let mut one = [0];
        while !text.ends_with(b"\r\n\r\n") {
            self.0.read_exact(&mut one)?;
            text.push(one[0]);
        }
        let head = String::from_utf8_lossy(&text).to_lowercase();
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("a status");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok())
            .unwrap_or(0);
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok((status, String::from_utf8(body).expect("a text")))
    }
}

/// An authority for callers.
pub(crate) struct Vouching {
    pub(crate) certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Vouching {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, "callers");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// A certificate and a key for a name, that ended in this year.
    pub(crate) fn identity(&self, name: &str, ends: i32) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_after = rcgen::date_time_ymd(ends, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }
}

pub(crate) fn parsed(text: &str) -> Node {
    let loaded = load(SourceId(0), text, Format::Json, &Budget::default());
    loaded.documents.into_iter().next().expect("JSON is expected").root
}

/// A review of a ConfigMap that is created.
pub(crate) fn review(object: &str) -> String {
    review_of("CREATE", "", object, "null")
}

pub(crate) fn review_of(operation: &str, subresource: &str, object: &str, old: &str) -> String {
    format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"0f3a-17","kind":{{"group":"","version":"v1","kind":"ConfigMap"}},"resource":{{"group":"","version":"v1","resource":"configmaps"}},"subResource":"{subresource}","name":"settings","namespace":"default","operation":"{operation}","userInfo":{{"username":"ann"}},"object":{object},"oldObject":{old},"dryRun":true}}}}"#
    )
}

pub(crate) const WITHOUT: &str = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"}}"#;
pub(crate) const WITH: &str = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","labels":{"team":"a"}},"data":{"forbidden":"x"}}"#;
