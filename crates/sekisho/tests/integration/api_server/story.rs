//! The whole way of a rule, on real parts: a policy repository, a registry, the API server, the gate, the webhook and the
//! controller. `docs/continuous-security.md` tells it with the same commands.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use data_encoding::BASE64;
use sekisho_cluster::{Access, Connection, Options};
use serde_json::{Value, json};

use super::keeping::Controller;
use super::{ApiServer, alone, wait};
use crate::bundles::git;
use crate::command::{Ran, Workbench};
use crate::images::{django, saved};

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Debian's registry on loopback; none where it is not there, which is a failure in CI.
struct Registry {
    host: String,
    _server: Running,
}

impl Registry {
    fn start(bench: &Workbench) -> Option<Self> {
        let is_there = |name: &str| {
            let folders = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&folders).any(|folder| folder.join(name).is_file())
        };
        if let Some(missing) = ["docker-registry", "skopeo"].into_iter().find(|name| !is_there(name)) {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "CI has no `{missing}`: run `cargo xtask test`"
            );
            println!("skipped: no `{missing}`; `cargo xtask test` installs it");
            return None;
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        drop(listener);
        let settings = bench.file(
            "registry.yml",
            format!(
                "version: 0.1\nlog: {{level: error}}\nhttp: {{addr: \"{host}\"}}\n\
                 storage: {{filesystem: {{rootdirectory: {}}}}}\n",
                bench.path().join("blobs").display()
            ),
        );
        let server = Command::new("docker-registry")
            .arg("serve")
            .arg(settings)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the registry starts");
        let server = Running(server);
        wait("the registry listens", || TcpStream::connect(&host).ok());
        Some(Self { host, _server: server })
    }

    /// Puts an image there, and yields its name and its digest.
    fn push(&self, bench: &Workbench, name: &str, layers: &[Vec<u8>]) -> (String, String) {
        bench.file("image.tar", saved(layers));
        let image = format!("{}/team/{name}:1", self.host);
        let skopeo = |arguments: &[&str]| {
            let output =
                Command::new("skopeo").args(arguments).current_dir(bench.path()).output().expect("skopeo");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        let to = format!("docker://{image}");
        skopeo(&[
            "copy",
            "--insecure-policy",
            "--quiet",
            "--dest-tls-verify=false",
            "docker-archive:image.tar",
            &to,
        ]);
        let digest = skopeo(&["inspect", "--tls-verify=false", "--format", "{{.Digest}}", &to]);
        (image, digest)
    }
}

/// The repository of the security team, and the copy that somebody works in.
struct Repository<'b> {
    bench: &'b Workbench,
    source: String,
}

impl<'b> Repository<'b> {
    fn new(bench: &'b Workbench) -> Self {
        git(bench.path(), &["init", "-q", "--bare", "-b", "main", "policies.git"]);
        git(bench.path(), &["init", "-q", "-b", "main", "work"]);
        let bare = bench.path().join("policies.git");
        git(&bench.path().join("work"), &["remote", "add", "origin", &bare.display().to_string()]);
        let source = format!("git+file://{}@main", bare.display());
        Self { bench, source }
    }

    fn push(&self, file: &str, text: &str, why: &str) {
        self.bench.file(&format!("work/{file}"), text);
        let work = self.bench.path().join("work");
        git(&work, &["add", "-A"]);
        git(&work, &["commit", "-qm", why]);
        git(&work, &["push", "-q", "origin", "main"]);
    }
}

/// What the bundle says of images: how bad what is wrong with them may be, and who must have approved them.
fn configuration(limit: &str, host: &str) -> String {
    format!(
        "scan: {{failOn: {limit}}}
trust:
- name: approved
  images: [\"{host}/team/**\"]
  signers:
  - {{name: release, key: release.pub}}
  attestations:
  - type: gate
    conditions: [\"timestamp(predicate.expires) > now\"]
"
    )
}

const POLICY: &str = "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  validationFailureAction: Audit
  rules:
  - name: label
    match: {any: [{resources: {kinds: [Deployment]}}]}
    validate: {message: needs a team, pattern: {metadata: {labels: {team: '?*'}}}}
";

/// The webhook as a process, asked by the API server about the Pods of a namespace until it ends.
struct Webhook<'s> {
    server: &'s ApiServer,
    name: String,
    _process: Running,
}

/// The webhook configurations, and what each is called below their paths.
const KINDS: [(&str, &str, &str); 2] = [
    ("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "mutate"),
    ("ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "validate"),
];

impl<'s> Webhook<'s> {
    fn start(server: &'s ApiServer, bench: &Workbench, namespace: &str, options: &[&str]) -> Self {
        let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
        let mut process = Command::new(env!("CARGO_BIN_EXE_sekisho"))
            .args([
                "serve",
                "admission",
                "--listen",
                "127.0.0.1:0",
                "--status",
                "127.0.0.1:0",
                "--any-client",
            ])
            .args(["--tls-name", "127.0.0.1", "--tls-folder", "tls", "--cache", "cache-webhook"])
            .args(["--bundle-interval", "1", "--kubeconfig", &kubeconfig])
            .args(options)
            .current_dir(bench.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the webhook starts");
        let said = process.stderr.take().expect("its log");
        let process = Running(process);
        let (send, address) = channel();
        let mut log = fs::File::create(bench.path().join("log-webhook")).expect("a log");
        thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                let _ = std::io::Write::write_all(&mut log, format!("{line}\n").as_bytes());
                let told: Value = serde_json::from_str(&line).unwrap_or(Value::Null);
                if let Some(address) = told["address"].as_str() {
                    let _ = send.send(address.to_owned());
                }
            }
        });
        let address = address.recv_timeout(Duration::from_secs(30)).expect("the webhook serves");
        let authority = fs::read(bench.path().join("tls/ca.crt")).expect("its authority");
        let name = format!("story-{namespace}");
        for (kind, plural, verb) in KINDS {
            let configuration = json!({
                "apiVersion": "admissionregistration.k8s.io/v1", "kind": kind, "metadata": {"name": name},
                "webhooks": [{
                    "name": format!("fail.{verb}.sekisho.dev"), "admissionReviewVersions": ["v1"],
                    "sideEffects": "None", "failurePolicy": "Fail", "timeoutSeconds": 10,
                    "clientConfig": {
                        "url": format!("https://{address}/{verb}/fail"), "caBundle": BASE64.encode(&authority),
                    },
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                    "rules": [{
                        "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"],
                        "resources": ["pods"],
                    }],
                }],
            });
            let path = format!("/apis/admissionregistration.k8s.io/v1/{plural}");
            server.connection.create(&path, &configuration.to_string()).expect("the webhook is asked");
        }
        Self { server, name, _process: process }
    }
}

impl Drop for Webhook<'_> {
    fn drop(&mut self) {
        for (_, plural, _) in KINDS {
            let path = format!("/apis/admissionregistration.k8s.io/v1/{plural}/{}", self.name);
            let _ = self.server.connection.delete(&path);
        }
    }
}

fn pod(image: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "by-hand-"},
        "spec": {"containers": [{"name": "app", "image": image}]},
    })
}

fn deployment(image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "labels": {"team": "shop"}},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "app", "image": image}]}},
        },
    })
}

/// What the store says of the workloads of a namespace: rules, workloads and messages.
fn reported(bench: &Workbench, namespace: &str) -> Vec<(String, String, String)> {
    let ran = bench.run(&["report", "--from", "results.db", "--namespace", namespace, "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or(Value::Null);
    let rows = report["findings"].as_array().cloned().unwrap_or_default();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    rows.iter().map(|row| (text(row, "rule"), text(row, "name"), text(row, "message"))).collect()
}

#[test]
fn a_changed_rule_reaches_what_it_approved() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    let bench = Workbench::new();
    let Some(registry) = Registry::start(&bench) else { return };
    let (host, home) = (registry.host.as_str(), server.space("story-sekisho"));
    let namespace = server.space("story");
    let list = format!("{home}/sekisho-lapsed");
    let (image, digest) = registry.push(&bench, "app", &[django()]);
    let (unsigned, other) = registry.push(&bench, "other", &[django(), django()]);
    assert_ne!(digest, other);
    let exact = format!("{}@{digest}", image.trim_end_matches(":1"));

    // The security team keeps a repository, the release team a key.
    let password = [("SEKISHO_PASSWORD", "a password")];
    assert_eq!(bench.run_in(&["sign", "--new-key", "release"], b"", &password).status, 0);
    let policies = Repository::new(&bench);
    bench.file("work/release.pub", bench.read("release.pub"));
    bench.file("work/team.yaml", POLICY);
    policies.push("sekisho.yaml", &configuration("none", host), "Say whose images run");
    let gate = |image: &str| -> Ran {
        let arguments = [
            &["gate", image, "--bundle", &policies.source, "--cache", "cache", "--key", "release.key"][..],
            &["--inventories", "results.db", "--max-database-age", "36500", "--insecure-registry", host],
        ];
        bench.run_in(&arguments.concat(), b"", &password)
    };
    let gated = gate(&image);
    assert_eq!(gated.status, 0, "{}{}", gated.out, gated.err);

    // The cluster takes what is approved, and nothing else.
    let _webhook = Webhook::start(
        &server,
        &bench,
        &namespace,
        &["--bundle", &policies.source, "--lapsed-list", &list, "--insecure-registry", host],
    );
    let controller = Controller::start_with(
        &bench,
        "story",
        &[
            &["--bundle", &policies.source, "--store", "results.db", "--cluster-name", "story"][..],
            &["--approvals", "--lapsed", "deny", "--grace", "0", "--lapsed-list", &list],
            &["--approvals-interval", "1", "--insecure-registry", host],
        ]
        .concat(),
    );
    let pods = format!("/api/v1/namespaces/{namespace}/pods");
    let tried =
        |image: &str| server.connection.create(&format!("{pods}?dryRun=All"), &pod(image).to_string());
    wait("what is approved is admitted", || tried(&exact).ok());
    let (pinned, _) = tried(&image).expect("a tag is admitted by what it leads to");
    assert!(pinned.to_json().to_string().contains(&digest), "{}", pinned.to_json());
    let refusal = tried(&unsigned).expect_err("nobody signed it").to_string();
    assert!(refusal.contains("approved"), "{refusal}");
    let deployments = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
    server.connection.create(&deployments, &deployment(&exact).to_string()).expect("a workload");
    wait("its Pod runs", || {
        let all = server.connection.get(&pods).ok()?;
        (!all.get("items")?.items().is_empty()).then_some(())
    });
    wait("its approval is known", || (controller.metric("approvals_approved")? >= 1).then_some(()));
    assert_eq!(controller.metric("approvals_lapsed"), Some(0));

    // The rule changes by a push, and by nothing else.
    policies.push(
        "sekisho.yaml",
        &configuration("medium", host),
        "Let nothing through that is known to be bad",
    );
    let gated = gate(&image);
    assert_eq!(gated.status, 1, "{}{}", gated.out, gated.err);
    let told = wait("the workload that runs it is reported", || {
        let rows = reported(&bench, &namespace);
        rows.into_iter().find(|(rule, name, _)| rule == "approval-lapsed" && name == "web")
    });
    assert!(told.2.contains(&digest) && told.2.contains("does not pass the gate"), "{}", told.2);
    assert_eq!(controller.metric("approvals_lapsed"), Some(1));
    let refusal = wait("a new Pod with it is refused", || tried(&exact).err()).to_string();
    assert!(refusal.contains("has lapsed since"), "{refusal}");
    let all = server.connection.get(&pods).expect("Pods");
    assert_eq!(all.get("items").expect("Pods").items().len(), 1, "what runs is left alone");

    what_becomes_of_a_lapse(&server, &bench, &policies, (&home, host), &exact);

    // A history that was rewritten is refused, and changes nothing of what lapsed.
    let work = bench.path().join("work");
    bench.file("work/sekisho.yaml", configuration("none", host));
    git(&work, &["add", "-A"]);
    git(&work, &["commit", "-q", "--amend", "--allow-empty", "-m", "Forget what was said"]);
    git(&work, &["push", "-q", "--force", "origin", "main"]);
    wait("the rewritten history is refused", || {
        controller.get("/readyz").contains("rewritten").then_some(())
    });
    assert_eq!(controller.metric("approvals_lapsed"), Some(1));
    assert!(tried(&exact).is_err());
}

/// Other controllers of the same cluster, each with a book of its own: one that tries, one that waits, and each that acts
/// otherwise.
fn what_becomes_of_a_lapse(
    server: &ApiServer,
    bench: &Workbench,
    policies: &Repository<'_>,
    (home, host): (&str, &str),
    image: &str,
) {
    let cases = [
        ("tries", &["--lapsed", "deny", "--grace", "0", "--dry-run"][..], None),
        ("waits", &["--lapsed", "deny", "--grace", "1"], Some(("deny", false))),
        ("warns", &["--lapsed", "warn", "--grace", "0"], Some(("warn", true))),
        ("reports", &["--lapsed", "report", "--grace", "0"], Some(("report", true))),
    ];
    for (name, options, expected) in cases {
        let (store, list) = (format!("{name}.db"), format!("{home}/{name}"));
        let controller = Controller::start_with(
            bench,
            name,
            &[
                &["--bundle", &policies.source, "--store", &store, "--cluster-name", name][..],
                &["--approvals", "--lapsed-list", &list, "--insecure-registry", host],
                options,
            ]
            .concat(),
        );
        wait("it knows of the lapse", || (controller.metric("approvals_lapsed")? == 1).then_some(()));
        let map = server.connection.get(&format!("/api/v1/namespaces/{home}/configmaps/{name}"));
        let Some((action, is_listed)) = expected else {
            assert_eq!(map.expect_err("nothing is kept").code(), Some(404));
            continue;
        };
        let map = map.expect("a list").to_json();
        assert_eq!(map["data"]["action"], action, "{name}");
        assert_eq!(
            map["data"]["images"].as_str().expect("images").contains(image),
            is_listed,
            "{name}: {map}"
        );
    }
}

#[test]
fn no_list_that_somebody_else_writes_counts() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    let bench = Workbench::new();
    let (home, namespace) = (server.space("lapses-sekisho"), server.space("lapses"));
    bench.file("policies/team.yaml", POLICY);
    let list = format!("{home}/sekisho-lapsed");
    let _webhook =
        Webhook::start(&server, &bench, &namespace, &["--bundle", "policies", "--lapsed-list", &list]);
    let digest = format!("sha256:{}", "a".repeat(64));
    let image = format!("registry.example.com/app@{digest}");
    let pods = format!("/api/v1/namespaces/{namespace}/pods");
    // Without the list the webhook says that it cannot tell now, which is asked again by default.
    let kubeconfig = PathBuf::from(std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig"));
    let access = Access::find(Some(&kubeconfig), None).expect("an access");
    let once = Connection::new(&access, &Options { retries: 0, ..Options::default() }).expect("a connection");
    let tried = || once.create(&format!("{pods}?dryRun=All"), &pod(&image).to_string());
    let refusal = wait("without a list nobody knows", || tried().err()).to_string();
    assert!(refusal.contains("is not known"), "{refusal}");
    let write = |namespace: &str, action: &str, images: &str| {
        let map = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "sekisho-lapsed"},
            "data": {"action": action, "checked": "2026-11-23T12:00:00Z", "left": "0", "images": images},
        });
        let path = format!("/api/v1/namespaces/{namespace}/configmaps");
        let _ = server.connection.delete(&format!("{path}/sekisho-lapsed"));
        server.connection.create(&path, &map.to_string()).expect("a list");
    };
    let line = format!("{image} 2026-11-23T12:00:00Z it was found to be bad\n");
    write(&namespace, "report", "");
    assert!(tried().is_err(), "the list of a tenant counts for nothing");
    write(&home, "deny", &line);
    wait("the list counts", || tried().err().filter(|error| error.to_string().contains("found to be bad")));
    write(&namespace, "report", "");
    assert!(tried().is_err(), "the list of a tenant counts for nothing");
    write(&home, "warn", &line);
    let (_, warnings) = wait("the list warns", || tried().ok());
    assert!(warnings.iter().any(|warning| warning.contains("found to be bad")), "{warnings:?}");
    write(&home, "deny", "no digest at all\n");
    let refusal = wait("what is no list is none", || tried().err()).to_string();
    assert!(refusal.contains("is not known"), "{refusal}");
    let path = format!("/api/v1/namespaces/{home}/configmaps/sekisho-lapsed");
    write(&home, "deny", "");
    wait("an empty list lets all pass", || tried().ok());
    server.connection.delete(&path).expect("it is removed");
    wait("a list that is taken away is none", || tried().err());
}
