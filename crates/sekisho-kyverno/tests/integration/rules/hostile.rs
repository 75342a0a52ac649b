//! Policies and resources that mean harm: an answer or an error, never a crash, a hang or a flood.

use std::fmt::Write as _;

use sekisho_kyverno::Value;
use sekisho_kyverno::policy::load;
use sekisho_kyverno::rule::{Request, Snapshot, Status, apply};

use super::{in_world, only, pod, policy, results, rule, value};

#[test]
fn a_pattern_as_deep_as_a_document_may_be_is_matched() {
    let depth = 80;
    let nested = format!("{}1{}", "{a: ".repeat(depth), "}".repeat(depth));
    let policy = rule(&format!("    validate:\n      message: m\n      pattern:\n        spec: {nested}\n"));
    assert_eq!(only(&policy, &pod(&nested)).0, Status::Pass);
    assert_eq!(only(&policy, &pod("{a: {a: 2}}")).0, Status::Fail);
}

#[test]
fn a_resource_that_is_nested_too_deeply_is_an_error() {
    let policy = rule(
        "    mutate:\n      foreach:\n      - list: request.object.spec.a\n        patchStrategicMerge: {spec: {b: '{{ element }}'}}\n",
    );
    let mut deep = Value::from("x");
    for _ in 0..900 {
        deep = [deep].into_iter().collect();
    }
    let mut object = value("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {a: []}}");
    if let Value::Map(map) = &mut object {
        let spec = [("a".into(), deep)].into_iter().collect();
        std::sync::Arc::make_mut(map).insert("spec", spec);
    }
    in_world(&Snapshot::default(), &[], |world| apply(&policy, &Request::create(object), world));
}

#[test]
fn loops_over_loops_end_at_the_budget() {
    let inner = "list: '[`0`,`1`,`2`,`3`,`4`,`5`,`6`,`7`,`8`,`9`][]'";
    let mut body = String::new();
    for depth in 0..8 {
        let indent = " ".repeat(6 + depth * 4);
        let _ = writeln!(body, "{indent}foreach:\n{indent}  - {inner}");
    }
    let indent = " ".repeat(6 + 8 * 4);
    let _ = writeln!(
        body,
        "{indent}deny: {{conditions: {{any: [{{key: '{{{{ element }}}}', operator: Equals, value: 77}}]}}}}"
    );
    let policy = rule(&format!("    validate:\n      message: m\n{body}"));
    let (status, message) = only(&policy, &pod("{}"));
    assert_eq!(status, Status::Error);
    assert!(message.contains("the evaluation takes too"), "{message}");
}

#[test]
fn variables_that_name_each_other_end() {
    let policy = rule(
        "    context:\n    - name: a\n      variable: {value: '{{ b }}'}\n    - name: b\n      variable: {value: '{{ a }}'}\n    validate:\n      \
         message: m\n      deny: {conditions: {any: [{key: '{{ a }}', operator: Equals, value: x}]}}\n",
    );
    let (status, _) = only(&policy, &pod("{}"));
    assert_eq!(status, Status::Error);
}

#[test]
fn expressions_that_lean_on_each_other_too_deeply_fail() {
    let mut variables = String::from("        - {name: v0, expression: '1'}\n");
    for number in 1..200 {
        let _ =
            writeln!(variables, "        - {{name: v{number}, expression: 'variables.v{} + 1'}}", number - 1);
    }
    let policy = rule(&format!(
        "    validate:\n      cel:\n        variables:\n{variables}        expressions:\n        - expression: variables.v199 > 0\n"
    ));
    let (status, message) = only(&policy, &pod("{}"));
    assert_eq!(status, Status::Fail);
    assert!(message.contains("too deeply"), "{message}");
}

#[test]
fn a_json_patch_makes_no_endless_list() {
    for path in ["/spec/a/999999999", "/spec/a/-5", "/spec/99999999999999999999/b"] {
        let policy = rule(&format!(
            "    mutate:\n      patchesJson6902: '[{{\"op\": \"add\", \"path\": \"{path}\", \"value\": 1}}]'\n"
        ));
        let mutated = in_world(&Snapshot::default(), &[], |world| {
            sekisho_kyverno::rule::mutate(&policy, &Request::create(pod("{a: []}")), world)
        });
        assert_eq!(mutated.results.len(), 1, "{path}");
    }
}

#[test]
fn fields_of_any_type_are_read() {
    let odd = ["5", "true", "[]", "[1, {a: b}]", "{}", "'x'", "null", "{any: 5, all: 'x'}", "[[[]]]"];
    let fields = [
        "match",
        "exclude",
        "preconditions",
        "context",
        "validate",
        "mutate",
        "generate",
        "verifyImages",
        "celPreconditions",
    ];
    for field in fields {
        for value in odd {
            let text = format!(
                "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{rules: [{{name: r, match: {{any: [{{resources: {{kinds: \
                 [Pod]}}}}]}}, validate: {{pattern: {{}}}}}}, {{{field}: {value}}}, {value}]}}}}"
            );
            let loaded = load(&super::node(&text));
            if let Some(sekisho_kyverno::policy::Document::Policy(policy)) = loaded.document {
                results(&policy, &Request::create(pod("{a: 1}")));
            }
        }
    }
    for value in odd {
        for part in ["validate", "mutate", "generate"] {
            for key in [
                "pattern",
                "anyPattern",
                "deny",
                "foreach",
                "cel",
                "podSecurity",
                "patchStrategicMerge",
                "patchesJson6902",
                "targets",
                "data",
                "clone",
                "cloneList",
            ] {
                let text = format!(
                    "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{rules: [{{name: r, match: {{any: [{{resources: {{kinds: \
                     [Pod]}}}}]}}, {part}: {{{key}: {value}}}}}]}}}}"
                );
                let loaded = load(&super::node(&text));
                if let Some(sekisho_kyverno::policy::Document::Policy(policy)) = loaded.document {
                    in_world(&Snapshot::default(), &[], |world| {
                        apply(&policy, &Request::create(pod("{a: 1}")), world)
                    });
                }
            }
        }
    }
}

#[test]
fn loops_that_are_nested_too_deeply_are_refused() {
    let nested = format!("{}{}", "{list: a, foreach: [".repeat(30), "]}".repeat(30));
    let text = format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{rules: [{{name: r, \
         match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}, validate: {{foreach: [{nested}]}}}}]}}}}"
    );
    let errors = super::read(&text).errors;
    assert!(errors.iter().any(|error| error.to_string().contains("nested too deeply")), "{errors:?}");
}

#[test]
fn many_rules_stay_fast() {
    let mut rules = String::new();
    for number in 0..2_000 {
        let _ = writeln!(
            rules,
            "  - {{name: r{number}, match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}, validate: {{message: m, pattern: {{spec: {{a: {number}}}}}}}}}"
        );
    }
    let policy = policy(&format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec:\n  rules:\n{rules}"
    ));
    assert_eq!(policy.rules.len(), 6_000);
    assert_eq!(results(&policy, &Request::create(pod("{a: 1}"))).len(), 2_000);
}
