//! A bundle in enforcement: what is pushed to the repository is what the API server refuses by, and what is no good
//! bundle changes nothing.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use data_encoding::BASE64;
use sekisho_manifest::Node;
use serde_json::json;

use super::{ApiServer, alone, objects, wait};
use crate::bundles::git;
use crate::command::Workbench;

const NAMESPACE: &str = "bundle-follower";
const WEBHOOK: &str = "bundle-follower";

/// A process that ends with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A webhook configuration that goes with the test.
struct Registered<'a>(&'a ApiServer);

const CONFIGURATIONS: &str = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        let _ = self.0.connection.delete(&format!("{CONFIGURATIONS}/{WEBHOOK}"));
    }
}

fn policy(label: &str) -> String {
    format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: {label}}}\nspec:\n  \
         validationFailureAction: Enforce\n  background: false\n  rules:\n  - name: has-{label}\n    \
         match: {{any: [{{resources: {{kinds: [ConfigMap]}}}}]}}\n    \
         validate: {{message: needs the label {label}, pattern: {{metadata: {{labels: {{{label}: '?*'}}}}}}}}\n"
    )
}

fn test(expect: &str) -> String {
    format!(
        "apiVersion: sekisho/v1\nkind: PolicyTest\npolicies: [policy.yaml]\ncases:\n- name: what has no label\n  \
         resource: {{apiVersion: v1, kind: ConfigMap, metadata: {{name: x}}}}\n  expect: {expect}\n"
    )
}

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

fn serve(bench: &Workbench, source: &str, ports: [u16; 2]) -> Serving {
    let kubeconfig = std::env::var_os("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let child = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(["serve", "admission", "--bundle", source, "--bundle-interval", "1", "--cache", "cache"])
        .args([
            "--listen",
            &format!("127.0.0.1:{}", ports[0]),
            "--status",
            &format!("127.0.0.1:{}", ports[1]),
        ])
        .args(["--events", NAMESPACE, "--tls-folder", "tls", "--any-client", "--kubeconfig"])
        .arg(kubeconfig)
        .current_dir(bench.path())
        .stdout(Stdio::null())
        .stderr(fs::File::create(bench.path().join("log")).expect("a log"))
        .spawn()
        .expect("the command starts");
    Serving(child)
}

fn push(folder: &Path, message: &str) -> String {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-qm", message]);
    git(folder, &["push", "-q", "origin", "HEAD:main"]);
    git(folder, &["rev-parse", "HEAD"])
}

#[test]
fn what_is_pushed_is_enforced_and_what_is_no_good_is_not() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    server.namespace(NAMESPACE, &[]);
    let bench = Workbench::new();
    let (bare, folder) = (bench.path().join("policies.git"), bench.path().join("work"));
    fs::create_dir_all(&folder).expect("a folder");
    git(bench.path(), &["init", "-q", "--bare", "-b", "main", "policies.git"]);
    git(&folder, &["init", "-q", "-b", "main"]);
    git(&folder, &["remote", "add", "origin", &bare.display().to_string()]);
    bench.file("work/policy.yaml", policy("team"));
    bench.file("work/test.yaml", test("deny"));
    let first = push(&folder, "Ask for a team");

    let source = format!("git+file://{}@main", bare.display());
    let ports = [free(), free()];
    let serving = serve(&bench, &source, ports);
    let authority = wait("the webhook has its authority", || fs::read(bench.path().join("tls/ca.crt")).ok());
    let ready = || {
        let answer = readiness(ports[1]);
        serde_json::from_str::<serde_json::Value>(&answer?).ok()
    };
    wait("the webhook is ready", || ready().filter(|detail| detail["ready"] == true));
    let configuration = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": WEBHOOK},
        "webhooks": [{
            "name": "follow.sekisho.test",
            "admissionReviewVersions": ["v1"],
            "sideEffects": "None",
            "failurePolicy": "Fail",
            "timeoutSeconds": 5,
            "clientConfig": {
                "url": format!("https://127.0.0.1:{}/validate/fail", ports[0]),
                "caBundle": BASE64.encode(&authority),
            },
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": NAMESPACE}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}],
        }],
    });
    let _registered = Registered(&server);
    server.connection.create(CONFIGURATIONS, &configuration.to_string()).expect("it is registered");

    let map = objects("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n").remove(0);
    let refused_by = |label: &str, commit: &str| {
        let message = server.dry_run(&map, NAMESPACE).err()?.to_string();
        let named = message.contains(&format!("needs the label {label}"))
            && message.contains(&format!("ClusterPolicy {label}/has-{label}, policy.yaml:8, bundle sha256:"))
            && message.contains(&format!("commit {commit} by Ana <ana@example.com>"));
        named.then_some(())
    };
    wait("the first policy is enforced", || refused_by("team", &first));

    bench.file("work/policy.yaml", policy("owner"));
    let second = push(&folder, "Ask for an owner");
    wait("what was pushed is enforced", || refused_by("owner", &second));

    // A bundle that fails its tests: the one before stays, and that is said.
    bench.file("work/policy.yaml", policy("nothing"));
    bench.file("work/test.yaml", test("allow"));
    let forgotten = push(&folder, "Forget the test");
    let refused = wait("the refusal is said", || {
        let detail = ready()?;
        detail["policies"]["refused"]["reason"].as_str().map(str::to_owned)
    });
    assert!(refused.contains("1 of 1 tests fail: `test.yaml` what has no label"), "{refused}");
    refused_by("owner", &second).expect("the one before is in force");
    let events = wait("an event tells it", || {
        let events = server.connection.get(&format!("/api/v1/namespaces/{NAMESPACE}/events")).ok()?;
        let of = |reason: &str| -> Vec<String> {
            let all = events.get("items").map(Node::items).unwrap_or_default().iter();
            all.filter(|event| event.str("reason") == reason)
                .map(|event| event.str("message").to_owned())
                .collect()
        };
        Some((of("BundleAdopted"), of("BundleRefused"))).filter(|(_, refused)| !refused.is_empty())
    });
    assert!(events.1.iter().all(|message| message.contains("1 of 1 tests fail")), "{events:?}");
    assert!(events.0.len() >= 2, "{events:?}");

    // A restart while the repository is away begins with the last good one.
    drop(serving);
    fs::rename(&bare, bench.path().join("away.git")).expect("it goes away");
    let _serving = serve(&bench, &source, ports);
    wait("the last good one is in force", || refused_by("owner", &second));
    fs::rename(bench.path().join("away.git"), &bare).expect("it comes back");

    bench.file("work/test.yaml", test("deny"));
    push(&folder, "Mend the test");
    // The line of the rule came with the commit that was refused.
    wait("what was mended is enforced", || refused_by("nothing", &forgotten));

    // A history that was rewritten: somebody puts the branch back to before the rule, and pushes by force.
    git(&folder, &["reset", "-q", "--hard", &first]);
    bench.file("work/policy.yaml", policy("history"));
    git(&folder, &["commit", "-qam", "Ask for history"]);
    git(&folder, &["push", "-q", "--force", "origin", "HEAD:main"]);
    wait("what was rewritten is refused", || {
        let detail = ready()?;
        detail["policies"]["refused"]["reason"].as_str()?.contains("does not follow").then_some(())
    });
    refused_by("nothing", &forgotten).expect("the one before is in force");
}

/// What `/readyz` says.
fn readiness(port: u16) -> Option<String> {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer.split_once("\r\n\r\n")?.1.to_owned())
}
