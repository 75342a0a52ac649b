//! A server that stands on loopback, in a folder of its own: etcd, the API server with RBAC, audit log and
//! certificates, and the controller manager.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How long it may take until it is ready.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often it is asked.
const PAUSE: Duration = Duration::from_millis(200);

/// What the audit log holds: who asked for what, and of changes the objects too, but no credentials.
const AUDIT_POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources:
  - {group: '', resources: [secrets, configmaps, serviceaccounts/token]}
  - {group: authentication.k8s.io}
- level: None
  users: ['system:apiserver', 'system:kube-controller-manager']
- level: Request
  verbs: [create, update, patch, delete]
- level: Metadata
";

/// Webhooks are shown a certificate of the API server's, and tests of webhooks have namespaces whose labels the API
/// server's own Pod Security leaves alone.
fn admission(webhooks: &Path) -> String {
    let webhook = |name: &str| {
        format!(
            "- name: {name}
  configuration:
    apiVersion: apiserver.config.k8s.io/v1
    kind: WebhookAdmissionConfiguration
    kubeConfigFile: {}
",
            webhooks.display()
        )
    };
    format!(
        "apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
{}{}- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    exemptions: {{namespaces: [webhook-privileged, webhook-baseline, webhook-restricted, webhook-labels]}}
",
        webhook("ValidatingAdmissionWebhook"),
        webhook("MutatingAdmissionWebhook")
    )
}

/// Who the API server is to webhooks.
fn webhooks(certificate: &str, key: &str) -> String {
    format!(
        "apiVersion: v1
kind: Config
users:
- name: '*'
  user: {{client-certificate: '{certificate}', client-key: '{key}'}}
"
    )
}

/// Where the API server sends audit events, and who it is there.
fn audit_backend(port: u16, file: &dyn Fn(&str) -> String) -> String {
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: audit
  cluster: {{server: 'https://127.0.0.1:{port}/audit', certificate-authority: '{}'}}
users:
- name: kube-apiserver
  user: {{client-certificate: '{}', client-key: '{}'}}
contexts: [{{name: audit, context: {{cluster: audit, user: kube-apiserver}}}}]
current-context: audit
",
        file("ca.crt"),
        file("apiserver-client.crt"),
        file("apiserver-client.key")
    )
}

/// A server; it ends with this value.
pub(crate) struct Server {
    folder: PathBuf,
    processes: Vec<(&'static str, Child)>,
}

/// The program and the files of a server while it starts.
struct Start<'a> {
    program: &'a Path,
    server: Server,
}

impl Server {
    /// Starts a server and waits until it takes Pods.
    pub(crate) fn start(program: &Path, folder: &Path) -> Result<Self> {
        let started = Instant::now();
        stop(folder)?;
        fs::create_dir_all(folder)?;
        let mut start = Start { program, server: Self { folder: folder.to_owned(), processes: Vec::new() } };
        start.all()?;
        let Start { mut server, .. } = start;
        server.wait(program)?;
        eprintln!("the API server was ready after {:.1} s", started.elapsed().as_secs_f32());
        Ok(server)
    }

    /// The kubeconfig of an administrator.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.folder.join("pki/admin.kubeconfig")
    }

    /// Lets it stand when this program ends; [`stop`] ends it. Yields its kubeconfig.
    pub(crate) fn leave_running(mut self) -> PathBuf {
        self.processes.clear();
        self.kubeconfig()
    }

    fn wait(&mut self, program: &Path) -> Result<()> {
        let since = Instant::now();
        // Pods are refused until the controller manager has made the account that they run under.
        let questions: [&[&str]; 2] =
            [&["get", "--raw", "/readyz"], &["get", "serviceaccount", "default", "--namespace", "default"]];
        for question in questions {
            loop {
                let answer = Command::new(program)
                    .arg("kubectl")
                    .args(question)
                    .arg("--kubeconfig")
                    .arg(self.kubeconfig())
                    .output()?;
                if answer.status.success() {
                    break;
                }
                for (name, process) in &mut self.processes {
                    if let Some(status) = process.try_wait()? {
                        let log = self.folder.join(format!("{name}.log"));
                        bail!("{name} ended with {status}: {}", end_of(&log));
                    }
                }
                ensure!(
                    since.elapsed() < PATIENCE,
                    "the API server is not ready: {}",
                    String::from_utf8_lossy(&answer.stderr).trim()
                );
                thread::sleep(PAUSE);
            }
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The API server and the controller manager end before what they ask.
        for (_, process) in self.processes.iter_mut().rev() {
            let _ = process.kill();
            let _ = process.wait();
        }
        if !self.processes.is_empty() {
            let _ = fs::remove_file(self.folder.join(PROCESSES));
        }
    }
}

impl Start<'_> {
    fn all(&mut self) -> Result<()> {
        let [port, clients, peers, audit] = free_ports()?;
        let folder = self.server.folder.clone();
        let pki = folder.join("pki");
        let file = |name: &str| pki.join(name).display().to_string();
        let made = Command::new(self.program)
            .arg("certificates")
            .arg(&pki)
            .arg(format!("https://127.0.0.1:{port}"))
            .status()?;
        ensure!(made.success(), "no certificates could be made");
        let policy = folder.join("audit-policy.yaml");
        fs::write(&policy, AUDIT_POLICY)?;
        let backend = folder.join("audit.kubeconfig");
        fs::write(&backend, audit_backend(audit, &file))?;
        let (plugins, users) = (folder.join("admission.yaml"), folder.join("webhooks.kubeconfig"));
        fs::write(&users, webhooks(&file("apiserver-client.crt"), &file("apiserver-client.key")))?;
        fs::write(&plugins, admission(&users))?;

        let etcd = format!("http://127.0.0.1:{clients}");
        let peer = format!("http://127.0.0.1:{peers}");
        self.process(
            "etcd",
            &[
                format!("--data-dir={}", folder.join("etcd").display()),
                format!("--listen-client-urls={etcd}"),
                format!("--advertise-client-urls={etcd}"),
                format!("--listen-peer-urls={peer}"),
                format!("--initial-advertise-peer-urls={peer}"),
                format!("--initial-cluster=default={peer}"),
                // What is lost with the machine is lost anyway.
                "--unsafe-no-fsync".to_owned(),
                "--log-level=warn".to_owned(),
            ],
        )?;
        self.process(
            "kube-apiserver",
            &[
                format!("--etcd-servers={etcd}"),
                format!("--secure-port={port}"),
                "--bind-address=127.0.0.1".to_owned(),
                "--advertise-address=127.0.0.1".to_owned(),
                "--endpoint-reconciler-type=none".to_owned(),
                "--service-cluster-ip-range=10.96.0.0/16".to_owned(),
                "--authorization-mode=Node,RBAC".to_owned(),
                "--enable-admission-plugins=NodeRestriction".to_owned(),
                "--allow-privileged=true".to_owned(),
                format!("--client-ca-file={}", file("ca.crt")),
                format!("--tls-cert-file={}", file("server.crt")),
                format!("--tls-private-key-file={}", file("server.key")),
                // What webhooks and aggregated servers know the API server by.
                format!("--admission-control-config-file={}", plugins.display()),
                format!("--requestheader-client-ca-file={}", file("ca.crt")),
                "--requestheader-allowed-names=kube-apiserver".to_owned(),
                "--requestheader-username-headers=X-Remote-User".to_owned(),
                "--requestheader-group-headers=X-Remote-Group".to_owned(),
                "--requestheader-extra-headers-prefix=X-Remote-Extra-".to_owned(),
                format!("--proxy-client-cert-file={}", file("apiserver-client.crt")),
                format!("--proxy-client-key-file={}", file("apiserver-client.key")),
                format!("--service-account-key-file={}", file("service-accounts.key")),
                format!("--service-account-signing-key-file={}", file("service-accounts.key")),
                "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
                format!("--audit-policy-file={}", policy.display()),
                format!("--audit-log-path={}", folder.join("audit.log").display()),
                // Nobody listens there but while a test does.
                format!("--audit-webhook-config-file={}", backend.display()),
                "--audit-webhook-batch-max-wait=1s".to_owned(),
                "--audit-webhook-initial-backoff=1s".to_owned(),
            ],
        )?;
        self.process(
            "kube-controller-manager",
            &[
                format!("--kubeconfig={}", file("controller-manager.kubeconfig")),
                "--secure-port=0".to_owned(),
                "--leader-elect=false".to_owned(),
                "--use-service-account-credentials=true".to_owned(),
                format!("--service-account-private-key-file={}", file("service-accounts.key")),
                format!("--root-ca-file={}", file("ca.crt")),
            ],
        )
    }

    /// Starts a process of its own group, so that an interrupt of this program does not end it.
    fn process(&mut self, name: &'static str, arguments: &[String]) -> Result<()> {
        let log = File::create(self.server.folder.join(format!("{name}.log")))?;
        let child = Command::new(self.program)
            .arg(name)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        self.server.processes.push((name, child));
        let numbers: Vec<String> =
            self.server.processes.iter().map(|(_, child)| child.id().to_string()).collect();
        fs::write(self.server.folder.join(PROCESSES), numbers.join("\n"))?;
        Ok(())
    }
}

/// The file of the processes of a server, by number, in the order in which they started.
const PROCESSES: &str = "processes";

/// Ends the server of a folder, if one stands, and removes the folder.
pub(crate) fn stop(folder: &Path) -> Result<()> {
    let processes = fs::read_to_string(folder.join(PROCESSES)).unwrap_or_default();
    let numbers: Vec<i32> = processes.lines().rev().filter_map(|line| line.parse().ok()).collect();
    let mine = folder.display().to_string();
    for number in numbers {
        // Numbers are used again: only what was started for this folder is ended.
        let stands = || {
            fs::read(format!("/proc/{number}/cmdline"))
                .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&mine))
        };
        if stands() {
            kill(Pid::from_raw(number), Signal::SIGKILL)?;
            while stands() {
                thread::sleep(PAUSE);
            }
        }
    }
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    Ok(())
}

/// Ports that nobody listens on.
fn free_ports<const N: usize>() -> Result<[u16; N]> {
    let mut taken = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        *port = listener.local_addr()?.port();
        taken.push(listener);
    }
    Ok(ports)
}

/// The last lines of a log.
fn end_of(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(5)..).unwrap_or_default().join("\n")
}
