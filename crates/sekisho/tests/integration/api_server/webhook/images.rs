//! Images at admission, on a real API server and with a registry on loopback: what is signed and approved is admitted and
//! pinned, everything else is refused.

#[path = "../../../../../sekisho-webhook/tests/integration/registry.rs"]
#[allow(dead_code, reason = "the registry of the webhook's own tests can more")]
mod registry;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use data_encoding::BASE64;
use sekisho_cluster::RequestError;
use sekisho_manifest::Node;
use serde_json::{Value, json};
use tempfile::TempDir;

use self::registry::Registry;
use super::{Webhook, pod, refuses};
use crate::api_server::wait;

const GATE: &str = "https://sekisho.dev/attestations/gate/v1";
const ALLOWED: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const FUTURE: &str = "2999-01-01T00:00:00Z";

/// A registry, a key, and a webhook that goes by a configuration and by a policy of Kyverno.
struct Scene {
    registry: Registry,
    folder: TempDir,
    webhook: Webhook,
    namespace: String,
}

/// Runs the program in a folder.
fn sekisho(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(arguments)
        .current_dir(folder)
        .env("SEKISHO_PASSWORD", "")
        .env("HOME", folder)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Scene {
    fn start(name: &str) -> Option<Self> {
        crate::api_server::ApiServer::get()?;
        let registry = Registry::start();
        let host = registry.host.clone();
        let folder = tempfile::tempdir().expect("a folder");
        for key in ["release", "stranger"] {
            sekisho(folder.path(), &["sign", "--new-key", key]);
        }
        let public = fs::read_to_string(folder.path().join("release.pub")).expect("a key");
        let indented = public.replace('\n', "\n              ");
        let configuration = format!(
            "trust:
- name: release
  images: ['{host}/team/**']
  signers: [{{name: release, key: release.pub}}]
- name: approved
  images: ['{host}/gated/**']
  signers: [{{name: release, key: release.pub}}]
  attestations: [{{type: gate, bundles: ['{ALLOWED}']}}]
- name: lenient
  images: ['{host}/lenient/**']
  failurePolicy: ignore
  signers: [{{name: release, key: release.pub}}]
"
        );
        let configured = folder.path().join("sekisho.yaml");
        fs::write(&configured, configuration).expect("written");
        let policy = format!(
            "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {{name: signed}}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
  - name: key
    match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}
    verifyImages:
    - imageReferences: ['{host}/kyverno/*']
      attestors:
      - entries:
        - keys:
            rekor: {{ignoreTlog: true}}
            publicKeys: |-
              {indented}
"
        );
        let path = configured.display().to_string();
        let webhook = Webhook::start(name, &policy, &["--config", &path, "--patience", "5"])?;
        let namespace = format!("webhook-{name}");
        webhook.namespace(&namespace);
        Some(Self { registry, folder, webhook, namespace })
    }

    fn image(&self, rest: &str) -> String {
        format!("{}/{rest}", self.registry.host)
    }

    /// Pushes an image that differs by a word, signed by somebody; its digest.
    fn signed(&self, rest: &str, word: &str, key: Option<&str>) -> String {
        let (repository, tag) = rest.split_once(':').expect("a tag");
        let digest = self.registry.push(repository, tag, word);
        if let Some(key) = key {
            sekisho(self.folder.path(), &["sign", &self.image(rest), "--key", &format!("{key}.key")]);
        }
        digest
    }

    /// Attests that an image passed the gate.
    fn approved(&self, rest: &str, bundle: &str, expires: &str) {
        let predicate: PathBuf = self.folder.path().join("predicate.json");
        let claim = json!({"result": "passed", "bundle": {"digest": bundle}, "expires": expires});
        fs::write(&predicate, claim.to_string()).expect("written");
        let (image, predicate) = (self.image(rest), predicate.display().to_string());
        sekisho(
            self.folder.path(),
            &["attest", &image, "--predicate", &predicate, "--type", GATE, "--key", "release.key"],
        );
    }

    fn pod(&self, rest: &str) -> Value {
        let mut pod = pod("app");
        pod["spec"]["containers"][0]["image"] = self.image(rest).into();
        pod
    }

    fn tries(&self, object: &Value) -> Result<(Node, Vec<String>), RequestError> {
        self.webhook.create_with(&self.namespace, object, "?dryRun=All")
    }

    /// The image of the first container as it would be stored.
    fn admitted(&self, rest: &str) -> String {
        let (stored, _) = self.tries(&self.pod(rest)).expect("it is admitted");
        stored.to_json()["spec"]["containers"][0]["image"].as_str().expect("an image").to_owned()
    }

    fn refused(&self, rest: &str, words: &str) {
        let outcome = self.tries(&self.pod(rest));
        assert!(refuses(&outcome, words), "{outcome:?}");
    }
}

#[test]
fn only_what_is_signed_is_admitted_and_it_is_pinned() {
    let Some(scene) = Scene::start("images") else { return };
    let digest = scene.signed("team/app:1", "one", Some("release"));
    scene.signed("team/app:2", "two", None);
    scene.signed("team/app:3", "three", Some("stranger"));
    let pinned = format!("{}@{digest}", scene.image("team/app:1"));
    assert_eq!(scene.admitted("team/app:1"), pinned);
    scene.refused("team/app:2", "nothing is signed or attested beside the image (TrustPolicy release");
    scene.refused("team/app:3", "is not approved");
    scene.refused("team/app:4", "is not there");
    let before = scene.registry.requests();
    assert_eq!(scene.admitted("nobody/app:1"), scene.image("nobody/app:1"));
    assert_eq!(scene.registry.requests(), before, "no policy is for it, and nobody is asked");
    // Kyverno's policy, and the template of a workload.
    let digest = scene.signed("kyverno/app:1", "four", Some("release"));
    scene.signed("kyverno/app:2", "five", None);
    assert_eq!(scene.admitted("kyverno/app:1"), format!("{}@{digest}", scene.image("kyverno/app:1")));
    scene.refused("kyverno/app:2", "(ClusterPolicy signed/key");
    let deployment = |rest: &str| {
        let template = scene.pod(rest);
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app"}, "spec": {
            "selector": {"matchLabels": {"app": "app"}},
            "template": {"metadata": template["metadata"], "spec": template["spec"]},
        }})
    };
    let (stored, _) = scene.tries(&deployment("team/app:1")).expect("it is admitted");
    let stored = stored.to_json();
    assert_eq!(stored["spec"]["template"]["spec"]["containers"][0]["image"], pinned);
    assert!(refuses(&scene.tries(&deployment("team/app:2")), "is not approved"));
    assert!(refuses(&scene.tries(&deployment("kyverno/app:2")), "is not approved"));
    // The tag is moved to what nobody signed: what was pinned runs on, the tag does not.
    scene.signed("team/app:1", "evil", None);
    wait("the tag leads elsewhere", || {
        refuses(&scene.tries(&scene.pod("team/app:1")), "is not approved").then_some(())
    });
    let mut by_digest = scene.pod("team/app:1");
    by_digest["spec"]["containers"][0]["image"] = pinned.into();
    scene.tries(&by_digest).expect("it is the one that was signed");
    // Catalogue 34: a container that is added to a Pod that runs.
    scene.webhook.create(&scene.namespace, &by_digest).expect("it is made");
    let path = format!("/api/v1/namespaces/{}/pods/app/ephemeralcontainers", scene.namespace);
    let debug =
        json!({"spec": {"ephemeralContainers": [{"name": "debug", "image": scene.image("team/app:2")}]}});
    let outcome = scene.webhook.patch(&path, &debug);
    assert!(refuses(&outcome, "of `debug`"), "{outcome:?}");
    let digest = scene.signed("team/debug:1", "debug", Some("release"));
    let debug =
        json!({"spec": {"ephemeralContainers": [{"name": "debug", "image": scene.image("team/debug:1")}]}});
    let stored = scene.webhook.patch(&path, &debug).expect("it is signed").0.to_json();
    let pinned = format!("{}@{digest}", scene.image("team/debug:1"));
    assert_eq!(stored["spec"]["ephemeralContainers"][0]["image"], pinned);
}

#[test]
fn approvals_are_held_against_bundle_time_and_digest() {
    let Some(scene) = Scene::start("gated") else { return };
    let digest = scene.signed("gated/app:1", "one", Some("release"));
    scene.refused("gated/app:1", "attests no");
    scene.approved("gated/app:1", ALLOWED, FUTURE);
    wait("the approval is found", || scene.tries(&scene.pod("gated/app:1")).ok());
    for (tag, bundle, expires, words) in [
        ("2", ALLOWED, "2026-01-01T00:00:00Z", "timestamp(predicate.expires) > now"),
        ("3", &ALLOWED.replace("012", "fff"), FUTURE, "predicate.bundle.digest"),
    ] {
        let rest = format!("gated/app:{tag}");
        scene.signed(&rest, tag, Some("release"));
        scene.approved(&rest, bundle, expires);
        scene.refused(&rest, words);
    }
    // What lies beside one image is laid beside another.
    let other = scene.signed("gated/app:4", "four", None);
    scene.registry.copy("gated/app", &digest.replace(':', "-"), &other.replace(':', "-"));
    scene.refused("gated/app:4", "is not approved");
    // And the approval of the first is taken away: another name of it is asked for anew.
    scene.registry.strip("gated/app", &digest.replace(':', "-"));
    scene.registry.copy("gated/app", &digest, "5");
    scene.refused("gated/app:5", "is not approved");
}

#[test]
fn registries_that_are_away_or_private_are_met_as_the_policy_says() {
    let Some(scene) = Scene::start("registries") else { return };
    scene.signed("team/private:1", "one", Some("release"));
    scene.signed("team/other:1", "two", Some("release"));
    scene.signed("lenient/app:1", "three", None);
    scene.registry.protect("team/private", "puller", "s3cret");
    scene.refused("team/private:1", "whoever is not signed in");
    let config =
        json!({"auths": {scene.registry.host.as_str(): {"username": "puller", "password": "s3cret"}}});
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pull"},
        "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": BASE64.encode(config.to_string().as_bytes())}});
    scene.webhook.create(&scene.namespace, &secret).expect("it is made");
    let mut with_secret = scene.pod("team/private:1");
    with_secret["spec"]["imagePullSecrets"] = json!([{"name": "pull"}]);
    scene.tries(&with_secret).expect("the workload's own secret is used");
    let account = format!("/api/v1/namespaces/{}/serviceaccounts/default", scene.namespace);
    scene.webhook.patch(&account, &json!({"imagePullSecrets": [{"name": "pull"}]})).expect("it is changed");
    wait("that of its service account is used", || scene.tries(&scene.pod("team/private:1")).ok());

    scene.registry.away(true);
    scene.refused("team/other:1", "could not be verified");
    let (_, warnings) = scene.tries(&scene.pod("lenient/app:1")).expect("the other class leaves open");
    assert!(warnings.iter().any(|text| text.contains("could not be verified")), "{warnings:?}");
    scene.registry.away(false);
    wait("it is back", || scene.tries(&scene.pod("team/other:1")).ok());
    scene.registry.slow(Duration::from_secs(20));
    scene.refused("team/other:9", "");
}
