//! What counts where an API server stands behind a request: objects are in every version of their resource, and
//! policies that look at what exists alone have no say in what is admitted.

use sekisho_manifest::Budget;
use sekisho_policy::{
    Bundle, BundleOptions, Enforcement, Facts, Kinds, Material, NoFacts, Origin, Outcome, Request, Snapshot,
    Text, User,
};

use crate::documents::objects;

/// The making of a custom resource in its second version.
fn widget(name: &str, origin: Origin) -> Request {
    let text = "{apiVersion: example.dev/v2, kind: Widget, metadata: {name: NAME, namespace: shop}, spec: {size: 7}}";
    let object = &objects(&text.replace("NAME", name))[0];
    Request { origin, ..Request::create(object, &Kinds::default(), "shop") }
}

/// What was compiled of some policies.
fn bundle(policies: &str) -> Bundle {
    let text = Text {
        path: "policies.yaml".into(),
        bytes: policies.to_owned().into_bytes().into(),
        provenance: None,
    };
    let material = Material::of_texts(&[text], &Budget::default());
    let bundle = Bundle::compile(material, &BundleOptions::default());
    assert!(bundle.is_whole(), "{:?} {:?}", bundle.unread, bundle.errors().collect::<Vec<_>>());
    bundle
}

/// The policies that refuse a request, in their order.
fn refusing(policies: &str, request: &Request) -> Vec<String> {
    refusing_by(policies, request, &NoFacts)
}

fn refusing_by(policies: &str, request: &Request, facts: &dyn Facts) -> Vec<String> {
    let verdicts = bundle(policies).loaded.policies.review(request, facts).verdicts;
    let refuses = |outcome, enforcement: &[Enforcement]| {
        matches!(outcome, Outcome::Fail | Outcome::Error) && enforcement.contains(&Enforcement::Deny)
    };
    verdicts
        .into_iter()
        .filter(|verdict| refuses(verdict.outcome, &verdict.enforcement))
        .map(|verdict| verdict.rule.policy.to_string())
        .collect()
}

/// A rule of Kyverno's that nothing keeps to, with this `match` and what stands beside it.
fn rule(name: &str, kinds: &str, beside: &str) -> String {
    format!(
        "
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {{name: {name}}}
spec:
  validationFailureAction: Enforce
  rules:
  - name: size
    match: {{any: [{{resources: {{kinds: [{kinds}]}}}}]}}
    {beside}
    validate: {{message: too large, pattern: {{spec: {{size: '<5'}}}}}}
"
    )
}

#[test]
fn a_rule_for_one_version_is_for_the_others_too() {
    let policies = [
        rule("old", "example.dev/v1/Widget", ""),
        rule("both", "'example.dev/v1/Widget', 'example.dev/v2/Widget'", ""),
        rule("new", "example.dev/v2/Widget", ""),
        rule("foreign", "example.com/v1/Widget", ""),
        rule("another", "example.dev/v1/Gadget", ""),
        rule("part", "example.dev/v1/Widget/status", ""),
    ]
    .concat();
    assert_eq!(refusing(&policies, &widget("a", Origin::Manifest)), ["both", "new"]);
    for origin in [Origin::Admission, Origin::Cluster] {
        assert_eq!(refusing(&policies, &widget("a", origin)), ["old", "both", "new"], "{origin:?}");
    }
}

#[test]
fn what_is_left_out_is_looked_at_in_the_version_that_was_matched() {
    let exclude =
        |kind: &str| format!("exclude: {{any: [{{resources: {{kinds: [{kind}], names: [exempt]}}}}]}}");
    let policies = [
        rule("old", "example.dev/v1/Widget", &exclude("example.dev/v1/Widget")),
        rule("any", "Widget", &exclude("example.dev/v1/Widget")),
        rule("crossed", "example.dev/v2/Widget", &exclude("example.dev/v1/Widget")),
    ]
    .concat();
    assert_eq!(refusing(&policies, &widget("a", Origin::Admission)), ["old", "any", "crossed"]);
    assert_eq!(refusing(&policies, &widget("exempt", Origin::Admission)), ["any", "crossed"]);
    let exception = "
---
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: e, namespace: shop}
spec:
  exceptions: [{policyName: old, ruleNames: [size]}]
  match: {any: [{resources: {kinds: [example.dev/v1/Widget], names: [excepted]}}]}
";
    let excepted = [rule("old", "example.dev/v1/Widget", ""), exception.to_owned()].concat();
    assert_eq!(refusing(&excepted, &widget("a", Origin::Admission)), ["old"]);
    assert_eq!(refusing(&excepted, &widget("excepted", Origin::Admission)), [""; 0]);
}

/// Policies of expressions, of Kyverno's and the API server's, with this `matchPolicy`.
fn expressions(match_policy: &str) -> String {
    let constraints = format!(
        "matchConstraints: {{matchPolicy: {match_policy}, resourceRules: [{{apiGroups: [example.dev], apiVersions: [v1], \
         operations: [CREATE], resources: [widgets]}}]}}"
    );
    format!(
        "
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {{name: kyverno}}
spec:
  validationActions: [Deny]
  {constraints}
  validations: [{{expression: object.spec.size < 5, message: too large}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {{name: own}}
spec:
  {constraints}
  validations: [{{expression: \"object.spec.size < 5 || object.apiVersion != 'example.dev/v1'\", message: too large}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {{name: own}}
spec: {{policyName: own, validationActions: [Deny]}}
"
    )
}

#[test]
fn match_policy_says_whether_other_versions_count() {
    for (match_policy, origin, expected) in [
        ("Equivalent", Origin::Admission, &["kyverno", "own"][..]),
        ("Equivalent", Origin::Cluster, &["kyverno", "own"]),
        ("Equivalent", Origin::Manifest, &[]),
        ("Exact", Origin::Admission, &[]),
    ] {
        let mut found = refusing(&expressions(match_policy), &widget("a", origin));
        found.sort();
        assert_eq!(found, expected, "{match_policy} {origin:?}");
    }
}

#[test]
fn policies_without_admission_look_at_what_exists_alone() {
    let policies = [
        rule("classic", "Widget", "").replace("spec:\n  validation", "spec:\n  admission: false\n  validation"),
        "
---
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: expressions}
spec:
  evaluation: {admission: {enabled: false}}
  validationActions: [Deny]
  matchConstraints: {resourceRules: [{apiGroups: [example.dev], apiVersions: ['*'], operations: [CREATE], resources: [widgets]}]}
  validations: [{expression: object.spec.size < 5, message: too large}]
"
        .to_owned(),
    ]
    .concat();
    assert_eq!(refusing(&policies, &widget("a", Origin::Admission)), [""; 0]);
    for origin in [Origin::Cluster, Origin::Manifest] {
        assert_eq!(refusing(&policies, &widget("a", origin)), ["classic", "expressions"], "{origin:?}");
    }
}

/// Who has which roles: Ann one of the cluster, Bob one of a namespace, and a group one in another.
const BINDINGS: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: admins}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: User, name: ann}, {kind: ServiceAccount, name: robot, namespace: tools}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: keepers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: keeper}
subjects: [{kind: User, name: bob}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: elsewhere, namespace: lab}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: Group, name: lab}]
";

#[test]
fn the_roles_of_a_sender_are_those_that_are_bound() {
    let with = |name: &str, roles: &str| {
        let matched = format!("resources: {{kinds: [Widget]}}, {roles}");
        let policy = rule(name, "Widget", "").replace("resources: {kinds: [Widget]}", &matched);
        policy.replace("spec:\n  validation", "spec:\n  background: false\n  validation")
    };
    let policies = [
        rule("but-admins", "Widget", "exclude: {any: [{clusterRoles: [cluster-admin]}]}")
            .replace("spec:\n  validation", "spec:\n  background: false\n  validation"),
        with("admins", "clusterRoles: [cluster-admin]"),
        with("keepers", "roles: ['shop:keeper']"),
    ]
    .concat();
    let asked = bundle(&policies).sender_needs();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(bundle(&rule("plain", "Widget", "")).sender_needs().is_empty());
    let facts = Snapshot::new(&objects(BINDINGS), "default");
    for (name, group, expected) in [
        ("ann", "lab", &["admins"][..]),
        ("system:serviceaccount:tools:robot", "", &["admins"]),
        ("bob", "", &["but-admins", "keepers"]),
        // A role in another namespace says nothing here.
        ("eve", "lab", &["but-admins"]),
    ] {
        let user = User { name: name.into(), groups: vec![group.into()], ..User::default() };
        let request = Request { user, ..widget("a", Origin::Admission) };
        assert_eq!(refusing_by(&policies, &request, &facts), expected, "{name}");
    }
}

/// A policy that labels Pods.
const MUTATING: &str = "
apiVersion: policies.kyverno.io/v1
kind: MutatingPolicy
metadata: {name: labels}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration: {expression: 'Object{metadata: Object.metadata{labels: Object.metadata.labels{team: \"shop\"}}}'}
";

/// The making of a Pod as the API server sends it: with who set which field.
fn pod() -> Request {
    let text = "
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  managedFields:
  - apiVersion: v1
    fieldsType: FieldsV1
    fieldsV1: {'f:spec': {'f:containers': {'k:{\"name\":\"a\"}': {.: {}, 'f:image': {}}}}}
    manager: kubectl
    operation: Update
    time: '2026-11-24T04:41:37Z'
spec: {containers: [{name: a, image: registry/a}]}
";
    Request { origin: Origin::Admission, ..Request::create(&objects(text)[0], &Kinds::default(), "shop") }
}

#[test]
fn objects_are_changed_as_the_api_server_sends_them() {
    let review = bundle(MUTATING).loaded.policies.review(&pod(), &NoFacts);
    let changed = review.changed.expect("a label");
    let label = changed.at(&["metadata", "labels", "team"]).and_then(|node| node.as_str());
    assert_eq!(label, Some("shop"), "{:?}", review.verdicts);
}

#[test]
fn an_object_that_cannot_be_changed_is_refused() {
    let broken = MUTATING.replace("team: \"shop\"", "team: object.spec.nothing.there");
    assert_eq!(refusing(&broken, &pod()), ["labels"]);
    let lenient = broken.replace("spec:\n  match", "spec:\n  failurePolicy: Ignore\n  match");
    assert_eq!(refusing(&lenient, &pod()), [""; 0]);
}
