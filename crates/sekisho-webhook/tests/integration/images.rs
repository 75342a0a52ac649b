//! Images at admission, against a registry on loopback: what is signed is admitted and pinned, everything else is not.

use std::sync::Arc;
use std::time::Duration;

use ring::rand::SystemRandom;
use sekisho_manifest::{ImageRef, Node, Object};
use sekisho_policy::{Snapshot, Text};
use sekisho_registry::{Client, Credentials, Repository, Settings, attach_bundle, attach_layer};
use sekisho_signature::cosign::{Kind, SIGNED_PREDICATE};
use sekisho_signature::secret::{PrivateKey, SigningKey as _};
use sekisho_signature::signing::sign_statement;
use sekisho_signature::statement::Statement;
use sekisho_webhook::facts::Fixed;
use sekisho_webhook::{ImageLimits, Images, Limits, Registries};
use serde_json::{Value, json};

use crate::peer::{Wanted, Webhook};
use crate::registry::Registry;

pub(crate) const KEY: &str = include_str!("../../../sekisho-signature/tests/data/p256.pem");
pub(crate) const OTHER_KEY: &str = include_str!("../../../sekisho-signature/tests/data/p384.pem");
pub(crate) const GATE: &str = "https://sekisho.dev/attestations/gate/v1";
pub(crate) const BUNDLE: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

pub(crate) fn key(text: &str) -> PrivateKey {
    PrivateKey::of_pem(text, || None, Box::new(SystemRandom::new())).expect("a key")
}

/// Who signs and attests images of a registry.
pub(crate) struct Signer {
    pub(crate) key: PrivateKey,
    pub(crate) client: Arc<Client>,
}

impl Signer {
    pub(crate) fn new(text: &str) -> Self {
        Self { key: key(text), client: Arc::new(Client::new(Settings::default())) }
    }

    pub(crate) fn states(&self, image: &str, kind: &str, predicate: Value) {
        let reference: ImageRef = image.parse().expect("a reference");
        let repository = Repository::of(&self.client, &reference);
        let tag = reference.requested_tag().expect("a tag");
        let held = repository.manifest(tag).expect("an answer").expect("it is there");
        let statement = Statement::about("", held.digest.value(), kind, predicate);
        let bundle = sign_statement(&statement, &self.key, None).expect("a signature");
        let annotations = std::collections::BTreeMap::from([("kind".to_owned(), kind.to_owned())]);
        attach_bundle(&repository, &held, &bundle, &annotations).expect("it is stored");
    }

    pub(crate) fn signs(&self, image: &str) {
        self.states(image, SIGNED_PREDICATE, json!({}));
    }

    pub(crate) fn approves(&self, image: &str, bundle: &str, expires: &str) {
        let predicate = json!({"result": "passed", "bundle": {"digest": bundle}, "at": "2026-01-01T00:00:00Z", "expires": expires});
        self.states(image, GATE, predicate);
    }
}

/// A webhook that goes by a policy of trust for one registry.
pub(crate) struct Scene {
    pub(crate) registry: Registry,
    pub(crate) webhook: Webhook,
}

const LONG: Duration = Duration::from_mins(5);

pub(crate) fn limits() -> Limits {
    Limits { notice: Duration::ZERO, patience: Duration::from_secs(20), ..Limits::default() }
}

impl Scene {
    pub(crate) fn start(registry: Registry, more: &str) -> Self {
        Self::with_limits(
            registry,
            more,
            ImageLimits { names_for: Duration::ZERO, refused_for: Duration::ZERO, ..ImageLimits::default() },
            limits(),
        )
    }

    pub(crate) fn with_limits(registry: Registry, more: &str, images: ImageLimits, limits: Limits) -> Self {
        let host = registry.host.clone();
        let public = key(KEY).public_key().to_pem();
        let trust = format!(
            "trust:\n- name: release\n  images: ['{host}/**']\n  signers:\n  - {{name: release, key: keys/release.pub}}\n{more}"
        );
        let text = |path: &str, text: &str| Text {
            path: path.into(),
            bytes: text.as_bytes().into(),
            provenance: Some(Arc::new(sekisho_policy::Provenance {
                digest: BUNDLE.into(),
                ..sekisho_policy::Provenance::default()
            })),
        };
        let texts = vec![text("sekisho.yaml", &trust), text("keys/release.pub", &public)];
        Self::of_texts(registry, &texts, images, limits)
    }

    pub(crate) fn of_texts(registry: Registry, texts: &[Text], images: ImageLimits, limits: Limits) -> Self {
        let objects = facts(&registry.host);
        let facts = Arc::new(Fixed::new(Snapshot::new(&objects, "default")));
        let source = Arc::clone(&facts) as Arc<dyn sekisho_webhook::facts::FactSource>;
        let registries = Registries::new(Credentials::none(), Vec::new(), Arc::clone(&source), true);
        let webhook = Webhook::start(Wanted {
            limits,
            texts: Some(texts.to_vec()),
            facts: Some(source),
            images: Some(Images::new(registries, images)),
            ..Wanted::default()
        });
        Self { registry, webhook }
    }

    pub(crate) fn image(&self, rest: &str) -> String {
        format!("{}/{rest}", self.registry.host)
    }

    pub(crate) fn mutate(&self, review: &str) -> Vec<Value> {
        let response = self.webhook.review("/mutate/fail", review);
        assert!(response.is_true("allowed"), "{}", response.to_json());
        let patch = response.str("patch");
        if patch.is_empty() {
            return Vec::new();
        }
        let patch = data_encoding::BASE64.decode(patch.as_bytes()).expect("base64");
        serde_json::from_slice(&patch).expect("a patch")
    }

    pub(crate) fn validate(&self, review: &str) -> Node {
        self.webhook.review("/validate/fail", review)
    }

    /// Asks as the API server does: first to change, then to judge what came of it.
    pub(crate) fn admit(&self, image: &str) -> Result<String, String> {
        let patch = self.mutate(&review_of_pod(image));
        assert!(patch.len() <= 1, "{patch:?}");
        let image = patch.first().map_or_else(
            || image.to_owned(),
            |one| {
                assert_eq!(
                    (&one["op"], &one["path"]),
                    (&json!("replace"), &json!("/spec/containers/0/image"))
                );
                one["value"].as_str().expect("an image").to_owned()
            },
        );
        let response = self.validate(&review_of_pod(&image));
        if response.is_true("allowed") { Ok(image) } else { Err(refusal(&response)) }
    }
}

pub(crate) fn refusal(response: &Node) -> String {
    response.get("status").expect("a status").str("message").to_owned()
}

/// A service account with a pull secret.
fn facts(host: &str) -> Vec<Object> {
    let config = json!({"auths": {host: {"username": "puller", "password": "s3cret"}}}).to_string();
    let text = json!({"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "puller", "namespace": "default"},
         "imagePullSecrets": [{"name": "pull"}]},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "pull", "namespace": "default"},
         "type": "kubernetes.io/dockerconfigjson", "stringData": {".dockerconfigjson": config}},
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}},
    ]});
    let loaded = sekisho_manifest::load(
        sekisho_manifest::SourceId(0),
        &text.to_string(),
        sekisho_manifest::Format::Json,
        &sekisho_manifest::Budget::default(),
    );
    loaded.documents.iter().flat_map(sekisho_manifest::Document::objects).collect()
}

pub(crate) fn review(
    kind: [&str; 3],
    operation: &str,
    subresource: &str,
    object: &Value,
    old: &Value,
) -> String {
    let [group, kind, plural] = kind;
    json!({
        "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": "0f3a-17", "kind": {"group": group, "version": "v1", "kind": kind},
            "resource": {"group": group, "version": "v1", "resource": plural},
            "subResource": subresource, "name": "app", "namespace": "default", "operation": operation,
            "userInfo": {"username": "ann"}, "object": object, "oldObject": old, "dryRun": false,
        },
    })
    .to_string()
}

pub(crate) const POD: [&str; 3] = ["", "Pod", "pods"];

pub(crate) fn pod(image: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app", "namespace": "default"},
           "spec": {"containers": [{"name": "app", "image": image}]}})
}

pub(crate) fn review_of_pod(image: &str) -> String {
    review(POD, "CREATE", "", &pod(image), &Value::Null)
}

#[test]
fn what_is_signed_is_admitted_and_pinned_and_nothing_else() {
    let scene = Scene::start(Registry::start(), "");
    let digest = scene.registry.push("team/app", "1", "signed");
    scene.registry.push("team/app", "2", "unsigned");
    scene.registry.push("team/app", "3", "other");
    Signer::new(KEY).signs(&scene.image("team/app:1"));
    Signer::new(OTHER_KEY).signs(&scene.image("team/app:3"));
    let image = scene.image("team/app:1");
    assert_eq!(scene.admit(&image), Ok(format!("{image}@{digest}")));
    let why = scene.admit(&scene.image("team/app:2")).expect_err("nobody signed it");
    assert!(why.contains("is not approved: nothing is signed or attested beside the image"), "{why}");
    assert!(why.contains(&format!("(TrustPolicy release, sekisho.yaml:2, bundle {BUNDLE}")), "{why}");
    let why = scene.admit(&scene.image("team/app:3")).expect_err("somebody else signed it");
    assert!(why.contains("is not approved"), "{why}");
    let why = scene.admit(&scene.image("team/app:4")).expect_err("it is not there");
    assert!(why.contains("is not there"), "{why}");
    // No policy is for it.
    assert_eq!(scene.admit("example.com/other:1"), Ok("example.com/other:1".to_owned()));
    // A digest that is named is verified, and left as it is.
    let pinned = scene.image(&format!("team/app@{digest}"));
    assert_eq!(scene.admit(&pinned), Ok(pinned.clone()));
    // What nobody pinned on its way is refused, though it is signed.
    let why = refusal(&scene.validate(&review_of_pod(&image)));
    assert!(why.contains("nothing wrote that digest behind its name"), "{why}");
}

#[test]
fn a_tag_that_is_moved_between_the_phases_opens_nothing() {
    let scene = Scene::start(Registry::start(), "");
    let signed = scene.registry.push("app", "1", "signed");
    Signer::new(KEY).signs(&scene.image("app:1"));
    let image = scene.image("app:1");
    let patch = scene.mutate(&review_of_pod(&image));
    let evil = scene.registry.push("app", "1", "evil");
    // What was verified is what is pinned, and that is still good.
    assert_eq!(patch[0]["value"], format!("{image}@{signed}"));
    assert!(scene.validate(&review_of_pod(&format!("{image}@{signed}"))).is_true("allowed"));
    // The tag itself leads elsewhere now.
    assert!(scene.mutate(&review_of_pod(&image)).is_empty());
    assert!(scene.validate(&review_of_pod(&image)).is_false("allowed"));
    assert!(scene.validate(&review_of_pod(&format!("{image}@{evil}"))).is_false("allowed"));
}

#[test]
fn approvals_of_the_gate_end_and_hold_for_allowed_bundles() {
    let gate = "  attestations:\n  - {type: gate, bundles: [current]}\n";
    let scene = Scene::start(Registry::start(), gate);
    let signer = Signer::new(KEY);
    let try_out = |tag: &str, bundle: Option<&str>, expires: &str| {
        scene.registry.push("app", tag, tag);
        let image = scene.image(&format!("app:{tag}"));
        signer.signs(&image);
        if let Some(bundle) = bundle {
            signer.approves(&image, bundle, expires);
        }
        scene.admit(&image)
    };
    let other = BUNDLE.replace("012", "fff");
    try_out("good", Some(BUNDLE), "2999-01-01T00:00:00Z").expect("it passed");
    let why = try_out("none", None, "").expect_err("it is not attested");
    assert!(why.contains("attests no `https://sekisho.dev/attestations/gate/v1`"), "{why}");
    let why = try_out("late", Some(BUNDLE), "2026-01-02T00:00:00Z").expect_err("it is over");
    assert!(why.contains("timestamp(predicate.expires) > now"), "{why}");
    let why = try_out("other", Some(&other), "2999-01-01T00:00:00Z").expect_err("by another bundle");
    assert!(why.contains("predicate.bundle.digest == bundle.digest"), "{why}");
    try_out("odd", Some(BUNDLE), "tomorrow").expect_err("that is no time");
    // A clock that is ahead.
    scene.registry.push("app", "ahead", "ahead");
    let image = scene.image("app:ahead");
    signer.signs(&image);
    let claim = json!({"result": "passed", "bundle": {"digest": BUNDLE}, "at": "2998-01-01T00:00:00Z", "expires": "2999-01-01T00:00:00Z"});
    signer.states(&image, GATE, claim);
    let why = scene.admit(&image).expect_err("it was not made yet");
    assert!(why.contains("timestamp(predicate.at) <= now"), "{why}");
    // Both are there, and the attestation is taken away.
    let image = scene.image("app:good");
    let fallback = scene.admit(&image).expect("it passed");
    let digest = fallback.split_once('@').expect("pinned").1.to_owned();
    let fresh = Scene::start(scene.registry.clone(), gate);
    scene.registry.strip("app", &digest.replace(':', "-"));
    fresh.admit(&image).expect_err("nothing is beside it any more");
}

#[test]
fn an_attestation_for_another_digest_counts_for_no_other() {
    let scene = Scene::start(Registry::start(), "  attestations: [{type: gate}]\n");
    let signer = Signer::new(KEY);
    let good = scene.registry.push("app", "1", "one");
    signer.signs(&scene.image("app:1"));
    signer.approves(&scene.image("app:1"), BUNDLE, "2999-01-01T00:00:00Z");
    let evil = scene.registry.push("app", "2", "two");
    scene.admit(&scene.image("app:1")).expect("it is attested");
    // Everything that lies beside the one is laid beside the other.
    scene.registry.copy("app", &good.replace(':', "-"), &evil.replace(':', "-"));
    let why = scene.admit(&scene.image("app:2")).expect_err("it is about another image");
    assert!(why.contains("is not approved"), "{why}");
}

#[test]
fn a_registry_that_is_away_is_met_by_the_failure_class() {
    let registry = Registry::start();
    let host = registry.host.clone();
    let lenient = format!(
        "- name: lenient\n  images: ['{host}/lenient/**']\n  failurePolicy: ignore\n  signers: [{{name: release, key: keys/release.pub}}]\n"
    );
    let scene = Scene::start(registry, &format!("  except: ['{host}/lenient/**']\n{lenient}"));
    scene.registry.push("app", "1", "one");
    scene.registry.push("lenient/app", "1", "two");
    scene.registry.away(true);
    let why = scene.admit(&scene.image("app:1")).expect_err("nobody knows");
    assert!(why.contains("could not be verified: cannot reach"), "{why}");
    let open = review_of_pod(&scene.image("lenient/app:1"));
    assert!(scene.validate(&open).is_true("allowed"), "the other class is not asked about it");
    let response = scene.webhook.review("/validate/ignore", &open);
    assert!(response.is_true("allowed"));
    let warning = response.strings("warnings").next().expect("a warning");
    assert!(warning.contains("could not be verified"), "{warning}");
    let recorded = response.get("auditAnnotations").expect("annotations").str("violations");
    assert!(recorded.contains("could not be verified"), "{recorded}");
    scene.registry.away(false);
    let response = scene.webhook.review("/validate/ignore", &open);
    assert!(response.is_false("allowed"), "it is not signed, and that is known now");
}

#[test]
fn a_registry_that_is_slow_is_waited_for_within_the_time_of_the_review() {
    let registry = Registry::start();
    let limits = Limits { patience: Duration::from_millis(1_500), ..limits() };
    let scene = Scene::with_limits(registry, "", ImageLimits::default(), limits);
    scene.registry.push("app", "1", "one");
    Signer::new(KEY).signs(&scene.image("app:1"));
    scene.registry.slow(Duration::from_secs(5));
    let why = scene.admit(&scene.image("app:1")).expect_err("there was no time");
    assert!(why.contains("did not answer in time"), "{why}");
}

#[test]
fn pull_secrets_of_the_workload_and_of_its_service_account_are_used() {
    let scene = Scene::start(Registry::start(), "");
    for repository in ["private/app", "private/other"] {
        scene.registry.push(repository, "1", "one");
        Signer::new(KEY).signs(&scene.image(&format!("{repository}:1")));
    }
    scene.registry.protect("private/", "puller", "s3cret");
    let image = scene.image("private/app:1");
    let why = scene.admit(&image).expect_err("nobody signed in");
    assert!(why.contains("could not be verified") && why.contains("whoever is not signed in"), "{why}");
    assert!(!why.contains("s3cret"));
    let mut with_secret = pod(&image);
    with_secret["spec"]["imagePullSecrets"] = json!([{"name": "pull"}]);
    assert_eq!(scene.mutate(&review(POD, "CREATE", "", &with_secret, &Value::Null)).len(), 1);
    let mut with_account = pod(&scene.image("private/other:1"));
    with_account["spec"]["serviceAccountName"] = "puller".into();
    assert_eq!(scene.mutate(&review(POD, "CREATE", "", &with_account, &Value::Null)).len(), 1);
}

#[test]
fn every_kind_of_workload_and_every_list_of_containers_is_looked_at() {
    let scene = Scene::start(Registry::start(), "");
    let digest = scene.registry.push("app", "1", "one");
    Signer::new(KEY).signs(&scene.image("app:1"));
    let image = scene.image("app:1");
    let spec = json!({
        "initContainers": [{"name": "a", "image": image}, {"name": "b", "image": image, "restartPolicy": "Always"}],
        "containers": [{"name": "c", "image": image}],
        "volumes": [{"name": "v", "image": {"reference": image}}],
    });
    let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": spec});
    for (group, kind, plural) in [
        ("apps", "Deployment", "deployments"),
        ("apps", "StatefulSet", "statefulsets"),
        ("apps", "DaemonSet", "daemonsets"),
        ("apps", "ReplicaSet", "replicasets"),
        ("batch", "Job", "jobs"),
        ("batch", "CronJob", "cronjobs"),
        ("", "ReplicationController", "replicationcontrollers"),
    ] {
        let version = if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") };
        let (spec, place) = if kind == "CronJob" {
            (json!({"jobTemplate": {"spec": {"template": template}}}), "/spec/jobTemplate/spec/template/spec")
        } else {
            (json!({"template": template}), "/spec/template/spec")
        };
        let object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "app"}, "spec": spec});
        let review = review([group, kind, plural], "CREATE", "", &object, &Value::Null);
        let patch = scene.mutate(&review);
        let paths: Vec<&str> = patch.iter().map(|one| one["path"].as_str().expect("a path")).collect();
        let expected: Vec<String> = [
            "/initContainers/0/image",
            "/initContainers/1/image",
            "/containers/0/image",
            "/volumes/0/image/reference",
        ]
        .iter()
        .map(|rest| format!("{place}{rest}"))
        .collect();
        let mut sorted = (paths.clone(), expected.clone());
        sorted.0.sort_unstable();
        sorted.1.sort_unstable();
        assert_eq!(sorted.0, sorted.1, "{kind}");
        assert!(patch.iter().all(|one| one["value"] == format!("{image}@{digest}")));
        let refused = scene.validate(&review);
        assert!(refused.is_false("allowed"), "{kind} was not pinned");
    }
    // Catalogue 34: ephemeral containers come by a part of the object.
    let mut with_debugger = pod("example.com/other:1");
    scene.registry.push("debug", "1", "unsigned");
    with_debugger["spec"]["ephemeralContainers"] = json!([{"name": "d", "image": scene.image("debug:1")}]);
    let review = review(POD, "UPDATE", "ephemeralcontainers", &with_debugger, &pod("example.com/other:1"));
    let why = refusal(&scene.validate(&review));
    assert!(why.contains("of `d`"), "{why}");
}

/// Catalogue 36: a change after a clean creation.
#[test]
fn changes_are_judged_by_what_they_bring_in() {
    let scene = Scene::start(Registry::start(), "");
    scene.registry.push("app", "1", "unsigned");
    let (old, new) = (pod(&scene.image("app:1")), pod(&scene.image("app:2")));
    let mut labelled = old.clone();
    labelled["metadata"]["labels"] = json!({"a": "b"});
    assert!(scene.validate(&review(POD, "UPDATE", "", &labelled, &old)).is_true("allowed"));
    assert!(scene.validate(&review(POD, "UPDATE", "status", &new, &old)).is_true("allowed"));
    assert!(scene.validate(&review(POD, "DELETE", "", &Value::Null, &old)).is_true("allowed"));
    assert!(scene.validate(&review(POD, "UPDATE", "", &new, &old)).is_false("allowed"));
    let mut more = old.clone();
    more["spec"]["initContainers"] = json!([{"name": "app", "image": scene.image("app:1")}]);
    assert!(scene.validate(&review(POD, "UPDATE", "", &more, &old)).is_false("allowed"));
    let mut forged = new;
    forged["metadata"]["annotations"] =
        json!({"kyverno.io/verify-images": "{\"x\":\"pass\"}", "kubernetes.io/config.mirror": "a"});
    assert!(scene.validate(&review(POD, "CREATE", "", &forged, &Value::Null)).is_false("allowed"));
}

#[test]
fn many_reviews_of_one_image_share_a_look_up_and_what_is_known_asks_nobody() {
    let limits = Limits { evaluations: 8, ..limits() };
    let scene = Scene::with_limits(
        Registry::start(),
        "",
        ImageLimits { names_for: LONG, ..ImageLimits::default() },
        limits,
    );
    scene.registry.push("app", "1", "one");
    Signer::new(KEY).signs(&scene.image("app:1"));
    let review = review_of_pod(&scene.image("app:1"));
    scene.registry.slow(Duration::from_millis(30));
    let before = scene.registry.requests();
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..16).map(|_| scope.spawn(|| scene.mutate(&review).len())).collect();
        assert!(callers.into_iter().all(|caller| caller.join().expect("it ends") == 1));
    });
    let asked = scene.registry.requests() - before;
    assert!(asked <= 12, "{asked} requests");
    let before = scene.registry.requests();
    for _ in 0..20 {
        assert_eq!(scene.mutate(&review).len(), 1);
    }
    assert_eq!(scene.registry.requests(), before);
    let (_, metrics) = scene.webhook.status("/metrics");
    assert!(metrics.contains("sekisho_admission_image_lookups_total{result=\"approved\"} 1"), "{metrics}");
    assert!(metrics.contains("sekisho_admission_image_answers_total{from=\"cache\"}"), "{metrics}");
}

#[test]
fn a_policy_that_warns_or_records_refuses_nothing() {
    for (action, annotation) in [("warn", true), ("audit", true)] {
        let scene = Scene::start(Registry::start(), &format!("  action: {action}\n"));
        scene.registry.push("app", "1", "unsigned");
        let response = scene.validate(&review_of_pod(&scene.image("app:1")));
        assert!(response.is_true("allowed"));
        assert_eq!(response.strings("warnings").next().is_some(), action == "warn");
        assert_eq!(response.get("auditAnnotations").is_some(), annotation);
    }
}

#[test]
fn names_that_cannot_be_read_are_refused() {
    let scene = Scene::start(Registry::start(), "");
    let host = scene.registry.host.clone();
    for image in [
        format!("{host}/App:1"),
        format!("{host}/app:1@sha256:12"),
        format!(" {host}/app:1"),
        format!("{host}/app@md5:{}", "0".repeat(32)),
    ] {
        assert!(scene.validate(&review_of_pod(&image)).is_false("allowed"), "{image}");
    }
}

/// A signature of the older layout whose certificates are none.
#[test]
fn a_malformed_chain_of_certificates_is_no_signature() {
    let registry = Registry::start();
    let identity = format!(
        "- name: keyless\n  images: ['{0}/keyless/**']\n  signers: [{{name: ci, identity: {{subject: '*', issuer: '*'}}}}]\n",
        registry.host
    );
    let scene = Scene::start(registry, &identity);
    for (tag, certificate) in [
        ("1", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ("2", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"),
        ("3", ""),
        ("4", "-----BEGIN CERTIFICATE-----\n"),
    ] {
        let digest = scene.registry.push("keyless/app", tag, tag);
        let image = scene.image(&format!("keyless/app:{tag}"));
        let reference: ImageRef = image.parse().expect("a reference");
        let repository = Repository::of(&Arc::new(Client::new(Settings::default())), &reference);
        let held = repository.manifest(tag).expect("an answer").expect("it is there");
        let payload = json!({"critical": {"identity": {"docker-reference": image}, "type": "cosign container image signature",
            "image": {"docker-manifest-digest": digest}}, "optional": {}})
        .to_string();
        let annotations = std::collections::BTreeMap::from(
            [
                ("dev.cosignproject.cosign/signature", "AAAA"),
                ("dev.sigstore.cosign/certificate", certificate),
                ("dev.sigstore.cosign/chain", certificate),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        attach_layer(&repository, &held, Kind::Signature, payload.as_bytes(), &annotations).expect("stored");
        let why = scene.admit(&image).expect_err("nobody is named by that");
        assert!(why.contains("is not approved"), "{why}");
    }
}

fn kyverno(host: &str, spec: &str, entry: &str) -> String {
    let public = key(KEY).public_key().to_pem().replace('\n', "\n              ");
    format!(
        "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {{name: signed}}
spec:
  background: false
{spec}  rules:
  - name: key
    match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}
    verifyImages:
    - imageReferences: ['{host}/*']
{entry}      attestors:
      - entries:
        - keys:
            rekor: {{ignoreTlog: true}}
            publicKeys: |-
              {public}
"
    )
}

pub(crate) fn with_policy(policy: impl Fn(&str) -> String) -> Scene {
    let registry = Registry::start();
    let text = Text {
        path: "policies/signed.yaml".into(),
        bytes: policy(&registry.host).as_bytes().into(),
        provenance: None,
    };
    let images =
        ImageLimits { names_for: Duration::ZERO, refused_for: Duration::ZERO, ..ImageLimits::default() };
    let scene = Scene::of_texts(registry, &[text], images, limits());
    scene.registry.push("app", "1", "one");
    scene.registry.push("app", "2", "two");
    Signer::new(KEY).signs(&scene.image("app:1"));
    scene
}

#[test]
fn rules_of_kyverno_verify_pin_and_enforce_as_they_say() {
    let enforce = "  validationFailureAction: Enforce\n";
    let scene = with_policy(|host| kyverno(host, enforce, ""));
    assert!(scene.admit(&scene.image("app:1")).expect("it is signed").contains("@sha256:"));
    let why = scene.admit(&scene.image("app:2")).expect_err("it is not");
    assert!(
        why.contains("is not approved") && why.contains("(ClusterPolicy signed/key, policies/signed.yaml:8"),
        "{why}"
    );
    let template = json!({"spec": {"containers": [{"name": "app", "image": scene.image("app:2")}]}});
    let object = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app"}, "spec": {"template": template}});
    let deployment = review(["apps", "Deployment", "deployments"], "CREATE", "", &object, &Value::Null);
    assert!(scene.validate(&deployment).is_false("allowed"), "rules about Pods are copied for controllers");

    // Each entry may say for itself what is done, and whether names are changed.
    let scene = with_policy(|host| {
        kyverno(
            host,
            "",
            "      failureAction: Enforce\n      mutateDigest: false\n      verifyDigest: false\n",
        )
    });
    let image = scene.image("app:1");
    assert_eq!(scene.admit(&image), Ok(image.clone()));
    scene.admit(&scene.image("app:2")).expect_err("it is not signed");
    let scene = with_policy(|host| kyverno(host, enforce, "      mutateDigest: false\n"));
    let why = scene.admit(&scene.image("app:1")).expect_err("it has no digest");
    assert!(why.contains("names no digest"), "{why}");

    let scene = with_policy(|host| kyverno(host, "  validationFailureAction: Audit\n", ""));
    let response = scene.validate(&review_of_pod(&scene.image("app:2")));
    assert!(response.is_true("allowed"));
    assert!(
        response.get("auditAnnotations").expect("annotations").str("violations").contains("is not approved")
    );

    // What is not applied is never taken for verified.
    let scene = with_policy(|host| kyverno(host, enforce, "      type: Notary\n"));
    let why = scene.admit(&scene.image("app:1")).expect_err("notary is not applied");
    assert!(why.contains("images cannot be verified") && why.contains("Notary"), "{why}");

    let lenient = "  validationFailureAction: Enforce\n  failurePolicy: Ignore\n";
    let scene = with_policy(|host| kyverno(host, lenient, ""));
    scene.registry.away(true);
    let response = scene.webhook.review("/validate/ignore", &review_of_pod(&scene.image("app:1")));
    assert!(response.is_true("allowed"));
    assert!(response.strings("warnings").any(|text| text.contains("could not be verified")));
}

#[test]
fn image_validating_policies_of_kyverno_are_applied_and_what_they_cannot_say_here_refuses_the_set() {
    let policy = |host: &str, more: &str| {
        let public = key(KEY).public_key().to_pem().replace('\n', "\n          ");
        format!(
            "apiVersion: policies.kyverno.io/v1
kind: ImageValidatingPolicy
metadata: {{name: signed}}
spec:
{more}  matchConstraints:
    resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]
  matchImageReferences: [{{glob: '{host}/*'}}]
  attestors:
  - name: release
    cosign:
      ctlog: {{insecureIgnoreTlog: true}}
      key:
        data: |-
          {public}
  validations:
  - expression: images.containers.map(image, verifyImageSignatures(image, [attestors.release])).all(e, e > 0)
"
        )
    };
    let scene = with_policy(|host| policy(host, ""));
    assert!(scene.admit(&scene.image("app:1")).expect("it is signed").contains("@sha256:"));
    let why = scene.admit(&scene.image("app:2")).expect_err("it is not");
    assert!(why.contains("(ImageValidatingPolicy signed, policies/signed.yaml:3"), "{why}");
    let scene = with_policy(|host| policy(host, "  validationActions: [Warn]\n"));
    let response = scene.validate(&review_of_pod(&scene.image("app:2")));
    assert!(response.is_true("allowed") && response.strings("warnings").next().is_some());
    let text = policy("example.com", "  matchConditions: [{name: a, expression: 'true'}]\n");
    let texts = [Text { path: "p.yaml".into(), bytes: text.as_bytes().into(), provenance: None }];
    let budget = sekisho_manifest::Budget::default();
    let material = sekisho_policy::Material::of_texts(&texts, &budget);
    let bundle = sekisho_policy::Bundle::compile(material, &sekisho_policy::BundleOptions::default());
    assert!(!bundle.is_whole());
}

#[test]
fn cluster_image_policies_are_applied_and_what_they_cannot_say_here_refuses_the_set() {
    let policy = |host: &str, more: &str| {
        let public = key(KEY).public_key().to_pem().replace('\n', "\n        ");
        format!(
            "apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata: {{name: signed}}
spec:
{more}  images: [{{glob: '{host}/**'}}]
  authorities:
  - key:
      data: |-
        {public}
"
        )
    };
    let scene = with_policy(|host| policy(host, ""));
    assert!(scene.admit(&scene.image("app:1")).expect("it is signed").contains("@sha256:"));
    let why = scene.admit(&scene.image("app:2")).expect_err("it is not");
    assert!(why.contains("(ClusterImagePolicy signed, policies/signed.yaml:3"), "{why}");
    let scene = with_policy(|host| policy(host, "  mode: warn\n"));
    let response = scene.validate(&review_of_pod(&scene.image("app:2")));
    assert!(response.is_true("allowed") && response.strings("warnings").next().is_some());
    let text = policy("example.com", "  policy: {type: cue, data: 'a: string'}\n");
    let texts = [Text { path: "p.yaml".into(), bytes: text.as_bytes().into(), provenance: None }];
    let budget = sekisho_manifest::Budget::default();
    let material = sekisho_policy::Material::of_texts(&texts, &budget);
    let bundle = sekisho_policy::Bundle::compile(material, &sekisho_policy::BundleOptions::default());
    assert!(!bundle.is_whole());
}
