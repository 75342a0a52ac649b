//! The webhook before a real API server: what it refuses, warns of, records and changes, over the wire.

mod away;
mod certificates;
mod entries;
mod faults;
mod following;
mod images;
mod levels;
mod parts;
mod restarts;
mod rights;
mod strangers;
mod verdicts;
mod versions;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use sekisho_cluster::{Access, Connection, MERGE_PATCH, Options, RequestError};
use sekisho_manifest::Node;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{ApiServer, objects, wait};

/// A webhook that the API server asks about the namespaces of one test.
pub(crate) struct Webhook {
    name: String,
    server: ApiServer,
    folder: TempDir,
    process: Child,
    address: String,
    status: String,
    lines: Arc<Mutex<Vec<String>>>,
    arguments: Vec<String>,
    /// How long the API server waits for it, in seconds.
    patience: u8,
}

/// What is asked about.
const RULES: &str = r#"[
    {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE", "DELETE"],
     "resources": ["configmaps", "pods", "pods/ephemeralcontainers", "pods/status", "pods/eviction", "pods/binding",
                   "deployments", "deployments/scale", "deployments/status", "replicasets", "horizontalpodautoscalers", "widgets"], "scope": "Namespaced"},
    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CONNECT"],
     "resources": ["pods/exec", "pods/attach", "pods/portforward"], "scope": "Namespaced"}
]"#;

fn kubeconfig() -> PathBuf {
    PathBuf::from(std::env::var_os("SEKISHO_TEST_KUBECONFIG").expect("a server"))
}

/// The folder of the server's certificates.
fn certificates() -> PathBuf {
    kubeconfig().parent().expect("a folder").to_owned()
}

impl Webhook {
    /// Starts one with these policies, for namespaces with the label `webhook: NAME`; none where no server stands.
    pub(crate) fn start(name: &str, policies: &str, more: &[&str]) -> Option<Self> {
        let server = ApiServer::get()?;
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("policies")).expect("a folder");
        fs::write(folder.path().join("policies/policies.yaml"), policies).expect("written");
        let place = |path: &Path| path.display().to_string();
        let mut arguments: Vec<String> =
            ["serve", "admission", "--interval", "1", "--client-name", "kube-apiserver"]
                .map(str::to_owned)
                .to_vec();
        for (option, value) in [
            ("--policy", place(&folder.path().join("policies"))),
            ("--tls-folder", place(&folder.path().join("tls"))),
        ] {
            arguments.extend([option.to_owned(), value]);
        }
        if !more.contains(&"--kubeconfig") {
            arguments.extend(["--kubeconfig".to_owned(), place(&kubeconfig())]);
        }
        if !more.contains(&"--client-ca-of-cluster") {
            arguments.extend(["--client-ca".to_owned(), place(&certificates().join("ca.crt"))]);
        }
        arguments.extend(more.iter().map(ToString::to_string));
        let (process, lines) = spawn(&arguments, ["127.0.0.1:0", "127.0.0.1:0"]);
        let mut webhook = Self {
            name: name.to_owned(),
            server,
            folder,
            process,
            address: String::new(),
            status: String::new(),
            lines,
            arguments,
            patience: 10,
        };
        webhook.wait();
        webhook.install();
        Some(webhook)
    }

    /// Waits until it serves.
    fn wait(&mut self) {
        let serving = wait("the webhook serves", || {
            if let Ok(Some(status)) = self.process.try_wait() {
                panic!("the webhook ended with {status}: {:?}", self.log());
            }
            self.log().iter().find(|line| line.contains("\"event\":\"serving\"")).cloned()
        });
        let serving = objects_of_line(&serving);
        serving["address"].as_str().expect("an address").clone_into(&mut self.address);
        serving["status"].as_str().expect("an address").clone_into(&mut self.status);
        wait("the webhook is ready", || self.readyz().0.then_some(()));
    }

    /// The lines of its log so far.
    fn log(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether it is ready, and what that rests on.
    fn readyz(&self) -> (bool, String) {
        let answer = self.get("/readyz");
        (answer.starts_with("HTTP/1.1 200"), answer)
    }

    fn get(&self, path: &str) -> String {
        let mut answer = String::new();
        if let Ok(mut stream) = TcpStream::connect(&self.status) {
            let _ = write!(stream, "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            let _ = stream.read_to_string(&mut answer);
        }
        answer
    }

    fn configuration(&self, mutating: bool) -> Value {
        let authority = fs::read(self.folder.path().join("tls/ca.crt")).expect("the authority is told");
        let authority = data_encoding::BASE64.encode(&authority);
        let rules: Value = serde_json::from_str(RULES).expect("rules");
        let webhook = |class: &str, policy: &str| {
            let action = if mutating { "mutate" } else { "validate" };
            json!({
                "name": format!("{class}.{}.sekisho.dev", self.name),
                "clientConfig": {"url": format!("https://{}/{action}/{class}", self.address), "caBundle": authority},
                "rules": rules,
                "namespaceSelector": {"matchLabels": {"webhook": self.name}},
                "failurePolicy": policy,
                "matchPolicy": "Equivalent",
                "sideEffects": "None",
                "timeoutSeconds": self.patience,
                "admissionReviewVersions": ["v1"],
            })
        };
        let kind = if mutating { "MutatingWebhookConfiguration" } else { "ValidatingWebhookConfiguration" };
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": kind,
            "metadata": {"name": format!("test-{}", self.name)},
            "webhooks": [webhook("fail", "Fail"), webhook("ignore", "Ignore")],
        })
    }

    /// Tells the API server to ask it, and waits until it does.
    fn install(&self) {
        for mutating in [false, true] {
            let _ = self.server.connection.delete(&self.configured(mutating));
            let object = objects(&self.configuration(mutating).to_string()).pop().expect("an object");
            self.server.create(&object, "");
        }
        let probe = format!("webhook-probe-{}", self.name);
        self.namespace(&probe);
        wait("the API server asks the webhook", || {
            let _ = self.create(&probe, &config_map("probe", json!({"name": "probe"})));
            let _ = self.server.connection.delete(&format!("/api/v1/namespaces/{probe}/configmaps/probe"));
            let metrics = self.get("/metrics");
            let is_asked = |action: &str| {
                let start = format!(
                    "sekisho_admission_duration_seconds_count{{action=\"{action}\",class=\"ignore\"}} "
                );
                metrics.lines().any(|line| line.strip_prefix(&start).is_some_and(|count| count != "0"))
            };
            (is_asked("validate") && is_asked("mutate")).then_some(())
        });
    }

    /// Has the API server wait for so many seconds.
    fn answer_within(&mut self, seconds: u8) {
        self.patience = seconds;
        self.install();
    }

    fn configured(&self, mutating: bool) -> String {
        let plural =
            if mutating { "mutatingwebhookconfigurations" } else { "validatingwebhookconfigurations" };
        format!("/apis/admissionregistration.k8s.io/v1/{plural}/test-{}", self.name)
    }

    /// Makes a namespace that the webhook is asked about.
    pub(crate) fn namespace(&self, name: &str) {
        self.namespace_with(name, &[]);
    }

    pub(crate) fn namespace_with(&self, name: &str, labels: &[(&str, &str)]) {
        let mut all = vec![("webhook", self.name.as_str())];
        all.extend(labels);
        self.server.namespace(name, &all);
    }

    /// Creates an object in a namespace: what is stored, and the warnings.
    pub(crate) fn create(
        &self,
        namespace: &str,
        object: &Value,
    ) -> Result<(Node, Vec<String>), RequestError> {
        self.create_with(namespace, object, "")
    }

    pub(crate) fn create_with(
        &self,
        namespace: &str,
        object: &Value,
        query: &str,
    ) -> Result<(Node, Vec<String>), RequestError> {
        let object = objects(&object.to_string()).pop().expect("an object");
        let path = format!("{}{query}", self.server.path(&object, namespace));
        self.server.connection.create(&path, &object.root.to_json().to_string())
    }

    /// Changes an object by a merge patch.
    pub(crate) fn patch(&self, path: &str, change: &Value) -> Result<(Node, Vec<String>), RequestError> {
        self.server.connection.patch(path, MERGE_PATCH, &change.to_string())
    }

    /// Kills it without warning.
    fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ended");
    }

    /// Starts it again, at the same addresses.
    fn restart(&mut self) {
        let (process, lines) = spawn(&self.arguments, [&self.address, &self.status]);
        self.process = process;
        self.lines = lines;
        self.wait();
    }

    /// Writes policies in the place of the former.
    fn rewrite(&self, policies: &str) {
        // Its size or time may not tell, so it has another name.
        let folder = self.folder.path().join("policies");
        for (place, entry) in fs::read_dir(&folder).expect("a folder").enumerate() {
            let path = entry.expect("an entry").path();
            fs::rename(&path, folder.join(format!("{place}.old"))).expect("renamed");
        }
        let name = format!("policies-{}.yaml", policies.len());
        fs::write(folder.join(name), policies).expect("written");
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        for mutating in [false, true] {
            let _ = self.server.connection.delete(&self.configured(mutating));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(arguments: &[String], addresses: [&str; 2]) -> (Child, Arc<Mutex<Vec<String>>>) {
    spawn_by(Command::new(env!("CARGO_BIN_EXE_sekisho")), arguments, addresses)
}

/// By a command that becomes the webhook.
fn spawn_by(
    mut command: Command,
    arguments: &[String],
    [listen, status]: [&str; 2],
) -> (Child, Arc<Mutex<Vec<String>>>) {
    let mut process = command
        .args(arguments)
        .args(["--listen", listen, "--status", status])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (kept, log) = (Arc::clone(&lines), process.stderr.take().expect("a log"));
    thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
    (process, lines)
}

fn objects_of_line(line: &str) -> Value {
    serde_json::from_str(line).expect("a line of JSON")
}

/// A ConfigMap with these labels.
pub(crate) fn config_map(name: &str, labels: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": labels}, "data": {"a": "b"}})
}

/// A Pod that every level lets pass.
pub(crate) fn pod(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "automountServiceAccountToken": false,
            "securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "main",
                "image": "registry.example/main:1",
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
            }],
        },
    })
}

/// Whether a refusal is the webhook's, and says this.
pub(crate) fn refuses(outcome: &Result<(Node, Vec<String>), RequestError>, words: &str) -> bool {
    match outcome {
        Ok(_) => false,
        Err(error) => {
            let message = error.to_string();
            message.contains("admission webhook")
                && message.contains("denied the request")
                && message.contains(words)
        }
    }
}

/// Another connection, for another thread.
pub(crate) fn connection() -> Connection {
    let access = Access::find(Some(&kubeconfig()), None).expect("an access");
    Connection::new(&access, &Options::default()).expect("a connection")
}
