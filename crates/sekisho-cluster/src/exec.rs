//! Programs that give credentials, as `client.authentication.k8s.io` describes them: `aws`, `gke-gcloud-auth-plugin`,
//! `kubelogin` and the like.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use sekisho_manifest::{Budget, Format, SourceId, load};
use serde_json::json;
use smol_str::SmolStr;

use crate::Secret;
use crate::error::CredentialError;

/// A program that gives credentials.
#[derive(Debug, Clone)]
pub(crate) struct ExecPlugin {
    pub(crate) api_version: SmolStr,
    pub(crate) command: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) variables: Vec<(String, String)>,
    /// How to install it.
    pub(crate) hint: String,
    pub(crate) needs_terminal: bool,
    /// What it is told of the cluster, where it wants to know.
    pub(crate) cluster: Option<Vec<(&'static str, SmolStr)>>,
    /// How long it may take.
    pub(crate) patience: Duration,
}

/// What a program gave.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) token: Option<Secret>,
    /// A certificate and its key, as PEM.
    pub(crate) certificate: Option<(Vec<u8>, Secret)>,
}

/// The most that a program may say.
const ANSWER_LIMIT: u64 = 1 << 20;

/// How often it is looked whether a program that said everything has ended.
const PAUSE: Duration = Duration::from_millis(10);

impl ExecPlugin {
    /// Runs the program and reads its answer; it is ended when it takes too long.
    pub(crate) fn run(&self) -> Result<Given, CredentialError> {
        if self.needs_terminal {
            return Err(CredentialError::NeedsTerminal { command: self.name() });
        }
        let until = Instant::now() + self.patience;
        let mut child = Command::new(&self.command)
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .env("KUBERNETES_EXEC_INFO", self.question())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|source| CredentialError::NotRun {
                command: self.name(),
                hint: if self.hint.is_empty() { String::new() } else { format!("; {}", self.hint.trim()) },
                source,
            })?;
        let answer = self.answer(&mut child, until);
        if answer.is_err() {
            // It may have ended by itself meanwhile.
            let _ = child.kill();
            let _ = child.wait();
        }
        self.read(&answer?)
    }

    /// What the program says until it ends well.
    fn answer(&self, child: &mut Child, until: Instant) -> Result<Vec<u8>, CredentialError> {
        let timed_out =
            || CredentialError::TimedOut { command: self.name(), seconds: self.patience.as_secs() };
        let (send, receive) = mpsc::channel();
        if let Some(out) = child.stdout.take() {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let read = out.take(ANSWER_LIMIT).read_to_end(&mut bytes);
                // Nobody listens any more where it took too long.
                let _ = send.send(read.map(|_| bytes));
            });
        }
        let said = match receive.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(error)) => return Err(self.nonsense(error.to_string())),
            Err(RecvTimeoutError::Timeout) => return Err(timed_out()),
            Err(RecvTimeoutError::Disconnected) => Vec::new(),
        };
        loop {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(said),
                Ok(Some(status)) => {
                    let status = status.to_string();
                    return Err(CredentialError::Failed { command: self.name(), status });
                }
                Ok(None) if Instant::now() >= until => return Err(timed_out()),
                Ok(None) => thread::sleep(PAUSE),
                Err(error) => return Err(self.nonsense(error.to_string())),
            }
        }
    }

    fn name(&self) -> String {
        self.command.display().to_string()
    }

    fn nonsense(&self, message: impl Into<String>) -> CredentialError {
        CredentialError::Nonsense { command: self.name(), message: message.into() }
    }

    /// What the program is told in its environment.
    fn question(&self) -> String {
        let mut spec = json!({"interactive": false});
        if let Some(cluster) = self.cluster.as_ref().filter(|cluster| !cluster.is_empty()) {
            spec["cluster"] = cluster.iter().map(|(key, value)| (*key, value.as_str())).collect();
        }
        json!({"apiVersion": self.api_version.as_str(), "kind": "ExecCredential", "spec": spec}).to_string()
    }

    fn read(&self, bytes: &[u8]) -> Result<Given, CredentialError> {
        let text = std::str::from_utf8(bytes).map_err(|_| self.nonsense("it is no UTF-8 text"))?;
        let loaded = load(SourceId::default(), text, Format::Detect, &Budget::default());
        let Some(root) = loaded.documents.first().map(|document| &document.root) else {
            return Err(self.nonsense("it is no JSON"));
        };
        if root.str("kind") != "ExecCredential" {
            return Err(self.nonsense("it is no ExecCredential"));
        }
        if root.str("apiVersion") != self.api_version {
            let message = format!("it has version `{}`, not `{}`", root.str("apiVersion"), self.api_version);
            return Err(self.nonsense(message));
        }
        let Some(status) = root.get("status") else { return Err(self.nonsense("it has no status")) };
        let text = |key: &str| Some(status.str(key)).filter(|text| !text.is_empty());
        let token = text("token").map(Secret::new);
        let certificate = match (text("clientCertificateData"), text("clientKeyData")) {
            (Some(certificate), Some(key)) => Some((certificate.as_bytes().to_vec(), Secret::new(key))),
            (None, None) => None,
            _ => return Err(self.nonsense("it has a certificate without key, or a key without certificate")),
        };
        if token.is_none() && certificate.is_none() {
            return Err(self.nonsense("it has neither a token nor a certificate"));
        }
        Ok(Given { token, certificate })
    }
}
