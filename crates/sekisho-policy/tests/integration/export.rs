//! Policies of other languages as policies of the API server: they say the same.

use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load};
use sekisho_policy::{Kinds, Options, Outcome, Request, Snapshot, export_policies};

const GATEKEEPER: &str = r#"
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: k8swants}
spec:
  crd:
    spec:
      names: {kind: K8sWants}
      validation:
        openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
  targets:
  - target: admission.k8s.gatekeeper.sh
    code:
    - engine: K8sNativeValidation
      source:
        variables:
        - {name: wanted, expression: "!has(variables.params.labels) ? [] : variables.params.labels"}
        validations:
        - expression: variables.wanted.all(key, has(variables.anyObject.metadata.labels) && key in variables.anyObject.metadata.labels)
          messageExpression: '"wants " + variables.wanted.join(", ")'
        - expression: "!has(variables.params.limit) || size(variables.anyObject.metadata.name) <= variables.params.limit"
          message: the name is too long
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sWants
metadata: {name: owner}
spec:
  enforcementAction: warn
  match:
    kinds: [{apiGroups: ["", apps], kinds: [Pod, Deployment]}]
    excludedNamespaces: [kube-*, infra]
    labelSelector: {matchExpressions: [{key: free, operator: DoesNotExist}]}
  parameters: {labels: [owner, team], limit: 4, note: "a \"b\" \\ \n c", nested: {x: [1, two, null, 1.5, true]}}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sWants
metadata: {name: plain}
spec:
  match: {scope: Namespaced, namespaces: [shop], name: web*}
"#;

const KYVERNO: &str = r#"
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: replicas}
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  variables: [{name: wanted, expression: "3"}]
  validations: [{expression: object.spec.replicas <= variables.wanted, message: too many}]
---
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: outside}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations: [{expression: "resource.Get('v1', 'configmaps', 'default', 'a').data.x == 'y'"}]
"#;

const RESOURCES: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {owner: a, team: b}}
---
apiVersion: v1
kind: Pod
metadata: {name: longer, namespace: shop, labels: {owner: a}}
---
apiVersion: v1
kind: Pod
metadata: {name: free, namespace: shop, labels: {free: "yes"}}
---
apiVersion: v1
kind: Pod
metadata: {name: infra, namespace: infra}
---
apiVersion: v1
kind: Pod
metadata: {name: system, namespace: kube-system}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: webby, namespace: shop}
spec: {replicas: 5}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: few, namespace: other, labels: {owner: a, team: b}}
spec: {replicas: 2}
---
apiVersion: v1
kind: Namespace
metadata: {name: web}
"#;

fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.iter().flat_map(Document::objects).collect()
}

/// What policies say of the resources: the resource and the message, without the names of the policies.
fn said(policies: &str) -> Vec<(String, String)> {
    let loaded = sekisho_policy::load(&objects(policies), &[], &Options::default());
    let resources = objects(RESOURCES);
    let facts = Snapshot::new(&resources, "default");
    let mut said = Vec::new();
    for object in &resources {
        let request = Request::create(object, &Kinds::default(), "default");
        for verdict in loaded.policies.review(&request, &facts).verdicts {
            if !matches!(verdict.outcome, Outcome::Pass | Outcome::Skip) {
                said.push((object.name.to_string(), verdict.message));
            }
        }
    }
    said.sort();
    said
}

fn exported(policies: &str) -> String {
    let made = export_policies(&objects(policies));
    let texts: Vec<String> = made.into_iter().filter_map(|made| made.documents.ok()).collect();
    texts.join("---\n")
}

#[test]
fn constraints_in_cel_say_the_same_as_admission_policies() {
    let text = exported(GATEKEEPER);
    assert!(text.contains("name: k8swants-owner") && text.contains("- Warn"), "{text}");
    let ours = said(&text);
    assert_eq!(ours, said(GATEKEEPER), "{text}");
    assert_eq!(ours.len(), 4, "{ours:?}");
}

#[test]
fn validating_policies_of_kyverno_say_the_same_and_what_needs_its_libraries_says_so() {
    let made = export_policies(&objects(KYVERNO));
    let names: Vec<(&str, bool)> =
        made.iter().map(|made| (made.name.as_str(), made.documents.is_ok())).collect();
    assert_eq!(names, [("ValidatingPolicy/replicas", true), ("ValidatingPolicy/outside", false)]);
    let why = made[1].documents.as_ref().expect_err("a reason");
    assert!(why.contains("undeclared reference"), "{why}");
    assert_eq!(said(&exported(KYVERNO)), [("webby".to_owned(), "too many".to_owned())]);
}
