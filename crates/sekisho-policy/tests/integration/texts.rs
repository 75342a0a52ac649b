//! Bundles of texts: what is read of them, what they answer, and where their verdicts come from.

use std::sync::Arc;

use sekisho_manifest::{Budget, Document, Format, SourceId, load};
use sekisho_policy::{
    Bundle, BundleOptions, Consequence, Decision, FailureClass, Kinds, Material, Provenance, Request, Scope,
    Snapshot, Text,
};

const LABELS: &str = "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: labels}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
  - name: team
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate:
      message: say who owns it
      pattern: {metadata: {labels: {team: '?*'}}}
";

const ZONE: &str = "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: zone}
spec:
  failurePolicy: Ignore
  rules:
  - name: add
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    mutate:
      patchStrategicMerge: {metadata: {labels: {+(zone): east}}}
";

fn text(path: &str, content: &str) -> Text {
    let provenance = Provenance {
        bundle: "rules".into(),
        digest: "sha256:ab".into(),
        commit: "1a2b".into(),
        author: "Ann".into(),
        owners: vec!["@sec".into()],
        ..Provenance::default()
    };
    Text { path: path.into(), bytes: content.as_bytes().into(), provenance: Some(Arc::new(provenance)) }
}

fn bundle(texts: &[Text]) -> Bundle {
    Bundle::compile(Material::of_texts(texts, &Budget::default()), &BundleOptions::default())
}

fn decide(bundle: &Bundle, manifest: &str, scope: Scope) -> Decision {
    let loaded = load(SourceId(0), manifest, Format::Yaml, &Budget::default());
    let object = loaded.documents.iter().flat_map(Document::objects).next().expect("an object");
    let request = Request::create(&object, &Kinds::default(), "default");
    bundle.decide(&request, &Snapshot::new([], "default"), scope)
}

const PLAIN: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}";

#[test]
fn a_refusal_names_the_rule_its_place_and_who_wrote_it() {
    let bundle = bundle(&[text("policies/labels.yaml", LABELS)]);
    assert!(bundle.is_whole(), "{:?} {:?}", bundle.unread, bundle.loaded.problems);
    let decision = decide(&bundle, PLAIN, Scope::ALL);
    let refusal = decision.refusal.expect("a refusal");
    assert_eq!((refusal.code, refusal.reason), (403, "Forbidden"));
    assert!(refusal.message.contains("say who owns it"), "{}", refusal.message);
    let behind = " (ClusterPolicy labels/team, policies/labels.yaml:8, bundle sha256:ab, commit 1a2b by Ann, owner @sec)";
    assert!(refusal.message.ends_with(behind), "{}", refusal.message);
    assert_eq!(decision.judged[0].follows, Consequence::Refuses);
}

#[test]
fn a_scope_takes_the_policies_of_its_class_and_the_part_that_is_asked_for() {
    let bundle = bundle(&[text("labels.yaml", LABELS), text("zone.yaml", ZONE)]);
    let judged = decide(&bundle, PLAIN, Scope::JUDGES.of(FailureClass::Closed));
    assert!(judged.refusal.is_some() && judged.patch.is_empty());
    let open = decide(&bundle, PLAIN, Scope::JUDGES.of(FailureClass::Open));
    assert!(open.refusal.is_none() && open.judged.is_empty(), "{:?}", open.judged);
    let changed = decide(&bundle, PLAIN, Scope::CHANGES.of(FailureClass::Open));
    assert_eq!(changed.patch.len(), 1, "{:?}", changed.patch);
    assert_eq!(changed.patch[0].path, "/metadata/labels");
    let closed = decide(&bundle, PLAIN, Scope::CHANGES.of(FailureClass::Closed));
    assert!(closed.patch.is_empty() && closed.judged.is_empty());
}

#[test]
fn what_cannot_be_used_is_said_and_the_rest_works() {
    let broken = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: b}\nspec: {rules: 3}\n";
    let texts = [
        text("labels.yaml", LABELS),
        text("broken.yaml", broken),
        text("cut.yaml", "apiVersion: v1\nkind: {"),
        text("lib.rego", "package main\ndeny contains msg if {"),
        text("base/kustomization.yaml", "resources: [a.yaml]"),
        text("values.yaml", "a: {"),
        text("README.md", "# about"),
    ];
    let bundle = bundle(&texts);
    assert!(!bundle.is_whole());
    let files: Vec<&str> = bundle.unread.iter().map(|(file, _)| file.as_str()).collect();
    assert_eq!(files, ["cut.yaml:2", "base/kustomization.yaml"]);
    assert_eq!(bundle.errors().count(), 3, "{:?}", bundle.loaded.problems);
    assert!(decide(&bundle, PLAIN, Scope::ALL).refusal.is_some());
}

#[test]
fn modules_and_libraries_are_found_by_their_names() {
    let module = "package main\nimport rego.v1\ndeny contains \"no\" if input.kind == \"ConfigMap\"\n";
    let raw = "package armo_builtins\nimport rego.v1\ndeny contains msg if {\n  some one in input\n  one.kind == \"ConfigMap\"\n  msg := {\"alertMessage\": \"bad\", \"alertScore\": 1, \"failedPaths\": [], \"alertObject\": {\"k8sApiObjects\": [one]}}\n}\n";
    let metadata = r#"{"name": "one", "ruleLanguage": "Rego", "match": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["ConfigMap"]}], "ruleDependencies": []}"#;
    let bundle = bundle(&[
        text("rego/main.rego", module),
        text("lib/rules/one/raw.rego", raw),
        text("lib/rules/one/rule.metadata.json", metadata),
        text("lib/rules/one/test/a/input/a.json", "{"),
    ]);
    assert!(bundle.is_whole(), "{:?} {:?}", bundle.unread, bundle.loaded.problems);
    let decision = decide(&bundle, PLAIN, Scope::ALL);
    let kinds: Vec<&str> = decision.judged.iter().map(|judged| judged.verdict.rule.kind.as_str()).collect();
    assert_eq!(kinds, ["Rego", "Kubescape"]);
    let place = |at: usize| decision.judged[at].origin.as_ref().expect("an origin");
    assert_eq!(place(0).location.file, "rego/main.rego");
    assert_eq!(place(1).location.file, "lib/rules/one/raw.rego");
    assert_eq!(place(1).provenance.as_ref().expect("a provenance").commit, "1a2b");
}
