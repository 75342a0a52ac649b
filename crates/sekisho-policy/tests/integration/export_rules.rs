//! Rules of Kyverno as policies of the API server: they say the same of every object.

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sekisho_manifest::{Budget, Document, Format, Object, SourceId, api, load};
use sekisho_policy::{
    Exported, Kinds, Operation, Options, Outcome, PolicySet, Request, Snapshot, Verdict, export_policies,
};
use serde_json::{Value, json};

fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    loaded.documents.iter().flat_map(Document::objects).collect()
}

fn policies(objects: &[Object]) -> PolicySet {
    sekisho_policy::load(objects, &[], &Options::default()).policies
}

/// The object is made, changed from another, removed.
fn requests(object: &Object, old: &Object) -> [Request; 3] {
    let create = Request::create(object, &Kinds::default(), "default");
    let update =
        Request { operation: Operation::Update, old_object: Some(old.root.clone()), ..create.clone() };
    let delete = Request {
        operation: Operation::Delete,
        old_object: create.object.clone(),
        object: None,
        ..create.clone()
    };
    [create, update, delete]
}

fn is_refused(verdicts: &[Verdict], is_meant: impl Fn(&Verdict) -> bool) -> bool {
    let is_bad = |verdict: &&Verdict| !matches!(verdict.outcome, Outcome::Pass | Outcome::Skip);
    verdicts.iter().filter(|verdict| is_meant(verdict)).any(|verdict| is_bad(&verdict))
}

/// The name of the rule that was exported.
fn rule(exported: &Exported) -> &str {
    exported.name.split('`').nth(1).expect("a rule")
}

/// What a rule and its admission policy say differently of objects, and how many they both let through and refuse.
fn differences(original: &[Object], exported: &Exported, resources: &[&Object]) -> (Vec<String>, [usize; 2]) {
    let text = exported.documents.as_ref().expect("documents");
    let (theirs, ours) = (policies(original), policies(&objects(text)));
    let facts = Snapshot::default();
    let rule = rule(exported);
    let (mut differences, mut counts) = (Vec::new(), [0, 0]);
    for (place, object) in resources.iter().enumerate() {
        let before = resources[..place].iter().rev().find(|old| old.kind == object.kind);
        for request in requests(object, before.unwrap_or(object)) {
            let wanted = theirs.review(&request, &facts).verdicts;
            let found = ours.review(&request, &facts).verdicts;
            let refused = is_refused(&wanted, |verdict| verdict.rule.rule == rule);
            if refused == is_refused(&found, |_| true) {
                counts[usize::from(refused)] += 1;
            } else {
                differences.push(format!(
                    "{} {} {} {}: {wanted:?}\n{found:?}\n{text}\n",
                    exported.name, request.operation, object.kind, object.name
                ));
            }
        }
    }
    (differences, counts)
}

/// Whether an object reaches the API server as it stands: it has a name, nothing in it is null, its version is served.
fn is_served(object: &Object) -> bool {
    let custom = object.group().contains('.') && !object.group().ends_with(".k8s.io");
    let version = object.api_version.rsplit('/').next().unwrap_or_default();
    let known = api::lookup(object.group(), version, &object.kind);
    !object.name.is_empty()
        && !object.root.to_json().to_string().contains("null")
        && (custom || known.is_some_and(|known| known.is_served(api::LATEST_MINOR)))
}

/// Whether a path leads through a folder that lists do not show: those hold the tests of policies.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') && part != "." && part != "..")
}

#[test]
fn rules_of_the_field_say_the_same_as_admission_policies() {
    let Some(shared) = shared() else { return };
    let mut texts = Vec::new();
    for folder in ["best-practices", "best-practices-cel", "pod-security", "psp-migration"] {
        manifests(&shared.join("conformance/kyverno-policies").join(folder), &mut texts);
    }
    let is_policy =
        |objects: &[Object]| objects.iter().any(|object| object.is("kyverno.io", "ClusterPolicy"));
    let (mut rules, mut resources) = (Vec::new(), Vec::new());
    for (path, text) in &texts {
        let found = objects(text);
        if !is_policy(&found) {
            resources.extend(found.into_iter().filter(is_served));
        } else if !is_hidden(path) {
            rules.push(found);
        }
    }
    let mut texts = Vec::new();
    manifests(&shared.join("corpora/microservices-demo"), &mut texts);
    let real: Vec<Object> = texts.iter().flat_map(|(_, text)| objects(text)).filter(is_served).collect();
    resources.extend(real);
    let (mut exported, mut beyond, mut counts) = (0, 0, [0, 0]);
    let mut found = Vec::new();
    for original in &rules {
        for made in export_policies(original) {
            if made.documents.is_err() {
                beyond += 1;
                continue;
            }
            exported += 1;
            let policy = original[0].root.to_json().to_string();
            let is_meant = |object: &&Object| policy.contains(object.kind.as_str());
            let concerned: Vec<&Object> = resources.iter().filter(is_meant).collect();
            let step = concerned.len() / 4 + 1;
            let concerned: Vec<&Object> = concerned.into_iter().skip(exported % step).step_by(step).collect();
            let (differences, seen) = differences(original, &made, &concerned);
            found.extend(differences);
            counts = [counts[0] + seen[0], counts[1] + seen[1]];
        }
    }
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
    assert!(exported >= 125, "{exported} rules exported, {beyond} not");
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}

/// The rule of a policy about objects of a kind that nobody knows.
fn written(rule: &str) -> Vec<Object> {
    objects(&format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{validationFailureAction: \
         Audit, rules: [{{name: r, {rule}}}]}}}}"
    ))
}

fn thing(spec: &Value) -> Object {
    let text =
        json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "x"}, "spec": spec});
    objects(&text.to_string()).remove(0)
}

/// That a rule is exported, and says the same of these objects: of some that they are wrong, of others not.
fn assert_same(rule: &str, specs: &[Value]) {
    let original = written(rule);
    let made = export_policies(&original);
    let objects: Vec<Object> = specs.iter().map(thing).collect();
    let objects: Vec<&Object> = objects.iter().collect();
    let (differences, counts) = differences(&original, &made[0], &objects);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}: {rule}");
}

fn assert_refused(rule: &str, reason: &str) {
    let made = export_policies(&written(rule));
    let why = made[0].documents.as_ref().expect_err("a reason");
    assert!(why.contains(reason), "{why}");
}

const THINGS: &str = "match: {any: [{resources: {kinds: [Thing]}}]}";

#[test]
fn amounts_wildcards_and_ranges_are_compared_as_the_rules_compare_them() {
    let values = [
        json!({"a": 5}),
        json!({"a": "5"}),
        json!({"a": "2Gi"}),
        json!({"a": "500m"}),
        json!({"a": "1h"}),
        json!({"a": "web-1"}),
        json!({"a": ""}),
        json!({"a": true}),
        json!({"a": null}),
        json!({}),
        json!({"a": [1, 5]}),
        json!({"a": ["web", "x"]}),
        json!({"a": 1.5}),
        json!({"a": []}),
        json!({"b": 1}),
    ];
    let patterns = [
        "5",
        "'>1'",
        "'<=500m'",
        "'>=1h'",
        "'web*'",
        "'?*'",
        "'!web*'",
        "'1-10'",
        "'1!-10'",
        "'web* | 5'",
        "'!5 & !web-1'",
        "true",
        "null",
        "'*'",
        "'0'",
        "'true'",
        "'x'",
        "'!x'",
        "1.5",
        "'1.5'",
        "'2Gi'",
    ];
    for pattern in patterns {
        assert_same(&format!("{THINGS}, validate: {{pattern: {{spec: {{a: {pattern}}}}}}}"), &values);
    }
}

#[test]
fn conditions_and_matches_say_the_same() {
    let specs = [json!({"a": 1}), json!({"a": 2})];
    assert_same(
        "match: {any: [{resources: {kinds: [Thing], names: ['x*']}}]}, exclude: {any: [{resources: {namespaces: \
         ['kube-*']}}]}, preconditions: {all: [{key: '{{request.operation}}', operator: In, value: [CREATE, UPDATE]}]}, \
         validate: {message: 'no {{request.object.spec.a}}', deny: {}}",
        &specs,
    );
    assert_same(
        "match: {any: [{resources: {kinds: [Thing], selector: {matchLabels: {app: x}}}}, {resources: {kinds: \
         [Thing, Other], operations: [UPDATE]}}]}, validate: {deny: {}}",
        &specs,
    );
    assert_refused(
        &format!("{THINGS}, validate: {{pattern: {{a: '{{{{request.object.b}}}}'}}}}"),
        "variables",
    );
    assert_refused(
        &format!(
            "{THINGS}, validate: {{deny: {{conditions: {{any: [{{key: '{{{{ length(x) }}}}', operator: Equals, value: 1}}]}}}}}}"
        ),
        "the condition about",
    );
    assert_refused("match: {any: [{resources: {kinds: ['Th*']}}]}, validate: {deny: {}}", "wildcards");
    assert_refused(
        "match: {any: [{resources: {kinds: [Thing]}, roles: [a]}]}, validate: {deny: {}}",
        "cannot be used",
    );
}

/// Patterns: maps with anchors, lists, plain values.
fn pattern() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(json!("x")),
        Just(json!("?*")),
        Just(json!("!x")),
        Just(json!(">1")),
        Just(json!("x | 2")),
        Just(json!(true)),
        Just(json!(2)),
        Just(json!("*")),
        Just(json!("1-3")),
        Just(Value::Null),
    ];
    plain.prop_recursive(4, 16, 3, |inner| {
        let key = prop_oneof![
            4 => "[a-c]", 2 => "\\([a-c]\\)", 2 => "=\\([a-c]\\)", 1 => "X\\([a-c]\\)", 1 => "<\\([a-c]\\)"
        ];
        let fields = prop::collection::vec((key, inner.clone()), 1..4);
        let map = fields.prop_map(|fields| Value::Object(fields.into_iter().collect()));
        prop_oneof![
            4 => map.clone(),
            1 => inner.prop_map(|item| json!([item])),
            1 => map.prop_map(|item| json!({"^(a)": [item]})),
        ]
    })
}

fn value() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(json!("x")),
        Just(json!("y")),
        Just(json!(1)),
        Just(json!(2)),
        Just(json!(true)),
        Just(json!("2")),
    ];
    plain.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            3 => prop::collection::btree_map("[a-c]", inner.clone(), 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
            1 => prop::collection::vec(inner, 0..3).prop_map(Value::Array),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_pattern_says_the_same_of_any_object(
        pattern in prop::collection::btree_map("[a-c]|\\([a-c]\\)|=\\([a-c]\\)", pattern(), 1..3),
        specs in prop::collection::vec(value(), 8),
    ) {
        let original = written(&format!("{THINGS}, validate: {{pattern: {}}}", json!({"spec": pattern})));
        let made = export_policies(&original);
        prop_assume!(made.len() == 1 && made[0].documents.is_ok());
        let things: Vec<Object> = specs.iter().map(thing).collect();
        let (differences, _) = differences(&original, &made[0], &things.iter().collect::<Vec<_>>());
        prop_assert!(differences.is_empty(), "{}", differences[0]);
    }
}

/// The folder of shared data; none where it is absent, which with `CI=true` is a failure.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn shared() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = std::env::var_os("SEKISHO_SHARED").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no shared data: set SEKISHO_SHARED");
    println!("skipped: no shared data at `{}`; set SEKISHO_SHARED", folder.display());
    None
}

#[expect(clippy::disallowed_methods, reason = "the test reads its data")]
fn manifests(folder: &Path, found: &mut Vec<(String, String)>) {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            manifests(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "yaml") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).expect("text")));
        }
    }
}
