//! Policies of expressions that mean no good.

use std::fmt::Write as _;

use sekisho_policy::kyverno::cel::load;

use super::{documents, judge, said};

const HEAD: &str = "
apiVersion: policies.kyverno.io/v1
kind: KIND
metadata: {name: p}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}
";
const OBJECT: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}";

fn head(kind: &str) -> String {
    HEAD.replace("KIND", kind)
}

#[test]
fn variables_may_lean_on_each_other_without_end() {
    let mut policy = head("ValidatingPolicy") + "  variables:\n  - {name: v0, expression: '1'}\n";
    for number in 1..2_000 {
        let _ = writeln!(policy, "  - {{name: v{number}, expression: 'variables.v{} + 1'}}", number - 1);
    }
    policy.push_str("  validations:\n  - {expression: 'variables.v1999 == 2000'}");
    assert_eq!(said(&judge(&policy, OBJECT)), [("pass", "success")]);
}

#[test]
fn doubling_ends() {
    let mut policy = head("ValidatingPolicy") + "  variables:\n  - {name: v0, expression: '[1, 2]'}\n";
    for number in 1..60 {
        let below = number - 1;
        let _ = writeln!(
            policy,
            "  - {{name: v{number}, expression: 'variables.v{below} + variables.v{below}'}}"
        );
    }
    policy.push_str("  validations:\n  - {expression: 'size(variables.v59) == 1'}");
    let results = judge(&policy, OBJECT);
    assert!(said(&results)[0].1.contains("operation cancelled"), "{results:?}");
}

#[test]
fn objects_cannot_be_made_without_end() {
    let policy = head("GeneratingPolicy")
        + "  variables:\n  - {name: many, expression: \"lists.range(1000).map(i, {'kind': dyn('A')})\"}\n  generate:\n  \
           - expression: \"lists.range(1000).all(i, generator.Apply('a', variables.many))\"";
    let results = judge(&policy, OBJECT);
    assert!(said(&results)[0].1.contains("operation cancelled"), "{:?}", said(&results));
    assert!(results[0].generated.is_empty());
}

#[test]
fn documents_may_hold_anything() {
    let rows = [
        "{}",
        "[]",
        "{matchConstraints: 3, validations: [1, [], {expression: []}], variables: {a: b}}",
        "{matchConstraints: {resourceRules: [1, {apiGroups: a}]}, validations: 7, matchConditions: [[]]}",
        "{generate: [{template: {value: '((', interpolate: CEL}}, 3], mutations: [{patchType: JSONPatch}]}",
        "{generate: [{template: {value: '[1]'}}], autogen: {podControllers: {controllers: [a.b, .., a.b.c]}}}",
        "{images: 3, conditions: 4, attestors: [1], targetMatchConstraints: {expression: '1'}, auditAnnotations: 4}",
    ];
    for kind in ["Validating", "Mutating", "Generating", "Deleting", "ImageValidating"] {
        for spec in rows {
            let policy = format!(
                "{{apiVersion: policies.kyverno.io/v1, kind: {kind}Policy, metadata: {{name: p}}, spec: {spec}}}"
            );
            drop(load(&documents(&policy)));
        }
    }
}
