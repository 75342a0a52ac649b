//! Bad input to the API server's own policies, Pod Security and our tests: an error where it stands, or a verdict
//! as the API server gives it, whatever the input asks for.

use crate::command::{Ran, Workbench};

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, annotations: {pattern: '((a{1,1000}){1,1000}'}}
spec: {containers: []}
";

/// A policy with one validation and these variables, and its binding.
fn policy(expression: &str, variables: &str) -> String {
    let expression = serde_json::Value::from(expression);
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: p}}\nspec:\n  \
         matchConstraints:\n    resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE], \
         resources: [pods]}}]\n{variables}  validations:\n  - expression: {expression}\n---\n\
         apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n\
         metadata: {{name: p}}\nspec: {{policyName: p, validationActions: [Deny]}}\n"
    )
}

fn check(policy: impl AsRef<[u8]>) -> Ran {
    let bench = Workbench::new();
    bench.file("policy.yaml", policy);
    bench.file("pod.yaml", POD);
    bench.run(&["policy", "check", "-p", "policy.yaml", "-r", "pod.yaml"])
}

/// The policy is refused, or could not be applied, and this is why.
fn ends_with(policy: impl AsRef<[u8]>, why: &str) {
    let ran = check(policy);
    assert_eq!(ran.status, 4, "{}", ran.out);
    assert!(ran.out.contains(why), "{why}: {}", ran.out.get(..ran.out.len().min(600)).unwrap_or_default());
}

#[test]
fn expressions_that_are_too_deep_or_too_long_are_refused() {
    let nested = |open: &str, close: &str| format!("{}true{}", open.repeat(10_000), close.repeat(10_000));
    for expression in [nested("(", ")"), nested("[", "]"), nested("{1: ", "}")] {
        ends_with(policy(&expression, ""), "the expression is nested deeper than 250 levels");
    }
    let long = format!("object.metadata.name == '{}'", "a".repeat(10 << 20));
    ends_with(policy(&long, ""), "the expression is longer than 100000 characters");
    let pattern = format!("object.metadata.name.matches('{}')", "(a|b)*".repeat(170_000));
    ends_with(policy(&pattern, ""), "the expression is longer than 100000 characters");
}

#[test]
fn expressions_that_cost_too_much_end_with_their_budget() {
    let limit = "operation cancelled: actual cost limit exceeded";
    ends_with(policy("lists.range(1000000).all(x, lists.range(1000000).all(y, x + y >= 0))", ""), limit);
    let doubled = |made: &str| {
        let lines = (1..60).map(|number| {
            let before = number - 1;
            let made = made.replace('V', &format!("variables.v{before}"));
            format!("  - {{name: v{number}, expression: \"{made}\"}}\n")
        });
        format!("  variables:\n  - {{name: v0, expression: \"[1]\"}}\n{}", lines.collect::<String>())
    };
    for made in ["V + V", "[V, V].flatten()", "V.map(x, V)"] {
        let ran = check(policy("size(variables.v59) > 0", &doubled(made)));
        assert_eq!(ran.status, 4, "{made}: {}", ran.out);
        assert!(ran.out.contains("ERROR"), "{made}: {}", ran.out);
    }
    ends_with(policy("object.metadata.name.matches('((a{1,1000}){1,1000}){1,1000}')", ""), "cannot read");
    ends_with(
        policy("object.metadata.name.matches(object.metadata.annotations.pattern)", ""),
        "error parsing regexp",
    );
}

#[test]
fn what_fails_when_it_runs_fails_as_in_the_api_server() {
    for (expression, why) in [
        ("1 / 0 == 1", "expression '1 / 0 == 1' resulted in error: division by zero"),
        ("object.spec.nothing.here == 1", "resulted in error: no such key: nothing"),
        ("object.metadata.name > 5", "resulted in error: no such overload"),
        ("object.spec.containers[7].name == 'a'", "resulted in error: index out of bounds: 7"),
    ] {
        ends_with(policy(expression, ""), why);
    }
    let cycle =
        "  variables:\n  - {name: a, expression: variables.b}\n  - {name: b, expression: variables.a}\n";
    ends_with(policy("variables.a == 1", cycle), "has no field `b`");
}

#[test]
fn bytes_and_configurations_that_are_wrong_are_named_where_they_are() {
    let mut bytes = policy("true", "").into_bytes();
    bytes.extend(b"\xff\xfe");
    ends_with(bytes, "policy.yaml: these bytes are no UTF-8");
    let group = "pod-security.admission.config.k8s.io";
    ends_with(
        format!("apiVersion: {group}/v9\nkind: PodSecurityConfiguration\n"),
        "policy.yaml:1:1: must be a PodSecurityConfiguration of pod-security.admission.config.k8s.io/v1\n",
    );
    let wrong = format!(
        "apiVersion: {group}/v1\nkind: PodSecurityConfiguration\ndefaults: {{enforce: [restricted], other: x}}\n\
         exemptions: {{usernames: {{a: b}}, namespaces: [x, x, A]}}\n"
    );
    for why in [
        "policy.yaml:3:21: defaults.enforce: must be a text",
        "defaults.other: is no field of a PodSecurityConfiguration: remove it",
        "policy.yaml:4:25: exemptions.usernames: must be a list",
        "exemptions.namespaces[1]: `x` stands twice: remove one",
        "exemptions.namespaces[2]: `A` is no name",
    ] {
        ends_with(&wrong, why);
    }
}

#[test]
fn tests_with_fields_that_nobody_asks_for_fail() {
    let bench = Workbench::new();
    bench.file("policy.yaml", policy("true", ""));
    let test = "apiVersion: sekisho/v1\nkind: PolicyTest\npolicies: [policy.yaml]\ncases:\n- name: fine\n  \
                expect: allow\n  mesage: typo\n  resource: {apiVersion: v1, kind: Pod, metadata: {name: a}}\n";
    bench.file("a_test.yaml", test);
    let ran = bench.run(&["policy", "test", "a_test.yaml"]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(ran.out.contains("`mesage` is no field of a case"), "{}", ran.out);
    bench.file("a_test.yaml", test.replace("cases:", "case: {}\ncases:").replace("  mesage: typo\n", ""));
    let ran = bench.run(&["policy", "test", "a_test.yaml"]);
    assert!(ran.out.contains("`case` is no field of the format"), "{}", ran.out);
}
