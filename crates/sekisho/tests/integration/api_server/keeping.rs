//! The controller on the API server: what it makes it keeps as the policy says, for as long as the policy says so; and of
//! two controllers one works, and the other takes over.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use sekisho_cluster::MERGE_PATCH;
use sekisho_manifest::Node;
use serde_json::{Value, json};

use super::{ApiServer, beside_others, wait};
use crate::command::Workbench;

/// A controller that ends with the test.
pub(crate) struct Controller {
    process: Child,
    status: String,
}

impl Controller {
    fn start(bench: &Workbench, name: &str, more: &[&str]) -> Self {
        Self::start_with(bench, name, &[&["--effects"], more].concat())
    }

    pub(crate) fn start_with(bench: &Workbench, name: &str, more: &[&str]) -> Self {
        Self::start_of(bench, name, &std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig"), more)
    }

    pub(crate) fn start_of(bench: &Workbench, name: &str, kubeconfig: &str, more: &[&str]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_sekisho")), bench, name, kubeconfig, more)
    }

    /// By a command that becomes the controller.
    pub(crate) fn start_by(
        mut command: Command,
        bench: &Workbench,
        name: &str,
        kubeconfig: &str,
        more: &[&str],
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let status = listener.local_addr().expect("an address").to_string();
        drop(listener);
        let process = command
            .args(["serve", "controller", "--bundle-interval", "1"])
            .args(["--bundle", "policies"].into_iter().filter(|_| !more.contains(&"--bundle")))
            .args(["--cache", &format!("cache-{name}"), "--status", &status, "--kubeconfig"])
            .arg(kubeconfig)
            .args(["--identity", name].into_iter().filter(|_| more.contains(&"--lease")))
            .args(more)
            .env("SEKISHO_DATABASE", bench.path().join("no-database"))
            .current_dir(bench.path())
            .stdout(Stdio::null())
            .stderr(fs::File::create(bench.path().join(format!("log-{name}"))).expect("a log"))
            .spawn()
            .expect("the command starts");
        Self { process, status }
    }

    pub(crate) fn number(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn get(&self, path: &str) -> String {
        let mut answer = String::new();
        if let Ok(mut stream) = TcpStream::connect(&self.status) {
            let _ = write!(stream, "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            let _ = stream.read_to_string(&mut answer);
        }
        answer
    }

    pub(crate) fn metric(&self, name: &str) -> Option<u64> {
        let start = format!("sekisho_controller_{name} ");
        self.get("/metrics").lines().find_map(|line| line.strip_prefix(&start))?.trim().parse().ok()
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A policy that gives every ConfigMap with the label `twin` a copy of another, one of expressions that does the same with
/// fixed data, and one that labels Services when a ConfigMap comes.
fn policies(namespace: &str) -> [(&'static str, String); 3] {
    let clone = format!(
        "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {{name: {namespace}-clone}}
spec:
  rules:
  - name: clone
    match: {{any: [{{resources: {{kinds: [ConfigMap], namespaces: [{namespace}], selector: {{matchLabels: {{twin: 'yes'}}}}}}}}]}}
    generate:
      apiVersion: v1
      kind: ConfigMap
      name: 'clone-of-{{{{request.object.metadata.name}}}}'
      namespace: {namespace}
      synchronize: true
      clone: {{name: source, namespace: {namespace}}}
"
    );
    let expressions = format!(
        "
apiVersion: policies.kyverno.io/v1
kind: GeneratingPolicy
metadata: {{name: {namespace}-made}}
spec:
  evaluation: {{synchronize: {{enabled: true}}}}
  matchConditions:
  - {{name: here, expression: \"object.metadata.namespace == '{namespace}' && object.metadata.?labels.twin.orValue('') == 'yes'\"}}
  matchConstraints:
    resourceRules:
    - {{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}}
  generate:
  - template:
      interpolate: cel
      value: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {{name: made-of-((object.metadata.name)), namespace: {namespace}}}
        data: {{text: fixed}}
"
    );
    let mutating = format!(
        "
apiVersion: policies.kyverno.io/v1
kind: MutatingPolicy
metadata: {{name: {namespace}-labels}}
spec:
  evaluation: {{admission: {{enabled: false}}, mutateExisting: {{enabled: true}}}}
  matchConstraints:
    resourceRules:
    - {{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}}
  matchConditions:
  - {{name: here, expression: \"object.metadata.namespace == '{namespace}' && object.metadata.name == 'web'\"}}
  targetMatchConstraints:
    resourceRules:
    - {{apiGroups: [''], apiVersions: [v1], resources: [services]}}
  targetMatchConditions:
  - {{name: here, expression: \"object.metadata.namespace == '{namespace}'\"}}
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: \"Object{{metadata: Object.metadata{{labels: Object.metadata.labels{{seen: 'web'}}}}}}\"
"
    );
    [("policies/clone.yaml", clone), ("policies/made.yaml", expressions), ("policies/labels.yaml", mutating)]
}

fn data(object: &Node) -> Value {
    object.get("data").map(Node::to_json).unwrap_or_default()
}

#[test]
fn what_is_made_is_kept_until_its_reason_goes() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let namespace = server.space("keeping");
    let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
    let map = |name: &str, labels: Value, data: Value| {
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": labels}, "data": data});
        server.connection.create(&maps, &object.to_string()).expect("it is made");
    };
    let get = |name: &str| server.connection.get(&format!("{maps}/{name}"));
    let has = |name: &str, wanted: Value| wait(name, || get(name).ok().filter(|found| data(found) == wanted));
    let gone = |name: &str| wait(name, || get(name).err().filter(|error| error.code() == Some(404)));
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]},
    });
    let services = format!("/api/v1/namespaces/{namespace}/services");
    server.connection.create(&services, &service.to_string()).expect("it is made");
    let bench = Workbench::new();
    for (path, text) in policies(&namespace) {
        bench.file(path, &text);
    }
    let lease = format!("{namespace}/controller");
    let mut controller = Controller::start(&bench, "first", &["--lease", &lease]);
    wait("everything was looked at", || (controller.metric("complete") == Some(1)).then_some(()));

    map("web", json!({"twin": "yes"}), json!({}));
    has("made-of-web", json!({"text": "fixed"}));
    // What it is to be a copy of may come later.
    map("source", json!({}), json!({"version": "1"}));
    has("clone-of-web", json!({"version": "1"}));
    wait("the Service is labelled", || {
        let service = server.connection.get(&format!("{services}/web")).ok()?;
        (service.at(&["metadata", "labels", "seen"]).and_then(Node::as_str) == Some("web")).then_some(())
    });

    // Whoever changes or removes it, it is as the policy says.
    let patch = |name: &str, change: Value| {
        server.connection.patch(&format!("{maps}/{name}"), MERGE_PATCH, &change.to_string()).expect("changed")
    };
    patch("made-of-web", json!({"data": {"text": "another"}}));
    server.connection.delete(&format!("{maps}/clone-of-web")).expect("it is removed");
    has("made-of-web", json!({"text": "fixed"}));
    has("clone-of-web", json!({"version": "1"}));
    // A copy is as what it is copied from.
    patch("source", json!({"data": {"version": "2"}}));
    has("clone-of-web", json!({"version": "2"}));
    // It goes with it, and comes again with it.
    server.connection.delete(&format!("{maps}/source")).expect("it is removed");
    gone("clone-of-web");
    has("made-of-web", json!({"text": "fixed"}));
    map("source", json!({}), json!({"version": "2"}));
    has("clone-of-web", json!({"version": "2"}));

    // Another controller knows what the first one made: what has lost its reason meanwhile goes.
    map("other", json!({"twin": "yes"}), json!({}));
    has("clone-of-other", json!({"version": "2"}));
    controller.kill();
    server.connection.delete(&format!("{maps}/other")).expect("it is removed");
    let controller = Controller::start(&bench, "second", &["--lease", &lease]);
    gone("clone-of-other");
    gone("made-of-other");
    wait("the second looked at everything", || (controller.metric("complete") == Some(1)).then_some(()));
    has("clone-of-web", json!({"version": "2"}));

    // A rule that is for it no longer, and a policy that goes, take with them what they made.
    patch("web", json!({"metadata": {"labels": {"twin": "no"}}}));
    gone("made-of-web");
    gone("clone-of-web");
    patch("web", json!({"metadata": {"labels": {"twin": "yes"}}}));
    has("clone-of-web", json!({"version": "2"}));
    fs::remove_file(bench.path().join("policies/clone.yaml")).expect("removed");
    gone("clone-of-web");
    has("made-of-web", json!({"text": "fixed"}));

    // The last that makes anything takes it along as well.
    let plain = "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: plain}, spec: {rules: [{name: plain, \
        match: {any: [{resources: {kinds: [Ingress]}}]}, validate: {message: x, pattern: {spec: {x: '?*'}}}}]}}";
    bench.file("policies/plain.yaml", plain);
    fs::remove_file(bench.path().join("policies/labels.yaml")).expect("removed");
    fs::remove_file(bench.path().join("policies/made.yaml")).expect("removed");
    gone("made-of-web");
}

/// What a policy of expressions makes of a kind that nobody can tell beforehand, and that nothing else follows.
#[test]
fn what_was_made_is_known_again_whatever_its_kind() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let namespace = server.space("known-again");
    let bench = Workbench::new();
    let policy = |name: &str| {
        policies(&namespace)[1]
            .1
            .replace("kind: ConfigMap", "kind: ServiceAccount")
            .replace("        data: {text: fixed}\n", "")
            .replace(&format!("{namespace}-made"), &format!("{namespace}-{name}"))
            .replace("made-of-", &format!("{name}-of-"))
    };
    bench.file("policies/stays.yaml", policy("stays"));
    bench.file("policies/goes.yaml", policy("goes"));
    let lease = format!("{namespace}/controller");
    let mut controller = Controller::start(&bench, "first", &["--lease", &lease]);
    wait("everything was looked at", || (controller.metric("complete") == Some(1)).then_some(()));
    let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
    for name in ["one", "two"] {
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"twin": "yes"}}});
        server.connection.create(&maps, &map.to_string()).expect("it is made");
    }
    let accounts = format!("/api/v1/namespaces/{namespace}/serviceaccounts");
    let get = |name: &str| server.connection.get(&format!("{accounts}/{name}"));
    let gone = |name: &str| wait(name, || get(name).err().filter(|error| error.code() == Some(404)));
    let has = |name: &str| wait(name, || get(name).ok());
    for name in ["stays-of-one", "stays-of-two", "goes-of-one", "goes-of-two"] {
        has(name);
    }
    controller.kill();
    // What it was made because of goes, and a policy does, while nobody looks.
    server.connection.delete(&format!("{maps}/one")).expect("it is removed");
    fs::remove_file(bench.path().join("policies/goes.yaml")).expect("removed");
    let controller = Controller::start(&bench, "second", &["--lease", &lease]);
    gone("stays-of-one");
    gone("goes-of-one");
    gone("goes-of-two");
    wait("the second looked at everything", || (controller.metric("complete") == Some(1)).then_some(()));
    // What stays is kept.
    server.connection.delete(&format!("{accounts}/stays-of-two")).expect("it is removed");
    has("stays-of-two");
}

#[test]
fn of_two_controllers_the_other_takes_over() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    let namespace = server.space("handover");
    let bench = Workbench::new();
    bench.file("policies/made.yaml", &policies(&namespace)[1].1);
    let lease = format!("{namespace}/controller");
    let mut first = Controller::start(&bench, "first", &["--lease", &lease]);
    wait("the first leads", || (first.metric("complete") == Some(1)).then_some(()));
    let second = Controller::start(&bench, "second", &["--lease", &lease]);
    wait("the second is ready", || second.get("/readyz").starts_with("HTTP/1.1 200").then_some(()));
    assert_eq!((first.metric("leads"), second.metric("leads")), (Some(1), Some(0)));
    let holder = || {
        let lease = server
            .connection
            .get(&format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/controller"))
            .expect("a lease");
        lease.at(&["spec", "holderIdentity"]).and_then(Node::as_str).unwrap_or("").to_owned()
    };
    assert_eq!(holder(), "first");
    first.kill();
    wait("the second leads", || (second.metric("complete") == Some(1)).then_some(()));
    assert_eq!((holder().as_str(), second.metric("leads")), ("second", Some(1)));
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late", "labels": {"twin": "yes"}}});
    let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
    server.connection.create(&maps, &map.to_string()).expect("it is made");
    wait("the second works", || server.connection.get(&format!("{maps}/made-of-late")).ok());
}
