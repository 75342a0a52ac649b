//! Bad input for Kyverno's policies: numbers 46 to 49 of the catalogue, and documents that are none. Every run ends
//! with a verdict or an error.

use serde_json::Value;

use crate::command::{Ran, Workbench};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {a: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}\n\
                   spec: {containers: [{name: web, image: 'web:1'}]}\n";

fn check(policy: impl AsRef<[u8]>) -> Ran {
    let bench = Workbench::new();
    bench.file("policy.yaml", policy.as_ref());
    bench.file("pod.yaml", POD);
    bench.run(&["policy", "check", "-p", "policy.yaml", "-r", "pod.yaml", "--format", "json"])
}

/// The results and messages of the rules.
#[track_caller]
fn rows(ran: &Ran) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(&ran.out).expect(&ran.err);
    let rows = report["results"].as_array().expect("rows").iter();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    rows.map(|row| (text(row, "result"), text(row, "message"))).collect()
}

/// A policy of one rule with these fields.
fn rule(fields: &str) -> String {
    format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec:\n  rules:\n  - name: r\n    \
         match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}\n{fields}"
    )
}

/// A rule that denies where an expression has the value `x`, after context entries.
fn condition(context: &str, expression: &str) -> String {
    rule(&format!(
        "    context: {context}\n    validate:\n      message: m\n      deny: {{conditions: {{any: [{{key: \"{{{{ {expression} }}}}\", \
         operator: Equals, value: x}}]}}}}\n"
    ))
}

/// A `ValidatingPolicy` with an expression.
fn expression(expression: &str) -> String {
    format!(
        "apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata: {{name: p}}\nspec:\n  matchConstraints: \
         {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]}}\n  validations:\n  \
         - expression: >-\n      {expression}\n"
    )
}

/// Nothing passes: the policy is refused, or its row is an error.
#[track_caller]
fn is_refused(ran: &Ran) {
    assert_eq!(ran.status, 4, "{}", ran.out);
    assert!(rows(ran).iter().all(|(result, _)| result == "error"), "{}", ran.out);
}

/// The only row is an error that says this.
#[track_caller]
fn errs(ran: &Ran, said: &str) {
    let rows = rows(ran);
    assert_eq!(ran.status, 4, "{}", ran.out);
    assert!(
        matches!(rows.as_slice(), [(result, message)] if result == "error" && message.contains(said)),
        "{rows:?}"
    );
}

#[test]
fn number_46_regular_expressions_end() {
    let slow = check(condition("[]", "regex_match('^(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')"));
    assert_eq!(rows(&slow).first().map(|row| row.0.clone()), Some("pass".to_owned()));
    let long = "a".repeat(1 << 20);
    is_refused(&check(condition("[]", &format!("regex_match('{long}{{1000}}', 'a')"))));
    let counted = "a{1,1000}".repeat(1 << 14);
    is_refused(&check(condition("[]", &format!("regex_match('{counted}', 'a')"))));
    let cel = check(expression(&format!("!'{}'.matches('({long}){{1000}}')", "a".repeat(64))));
    assert_eq!(cel.status, 4, "{}", cel.out);
    let slow = check(expression("!object.metadata.labels.a.matches('^(a+)+b$')"));
    assert_eq!(rows(&slow).first().map(|row| row.0.clone()), Some("pass".to_owned()));
}

#[test]
fn number_47_context_does_not_grow_without_end() {
    let mut entries = vec!["{name: v0, variable: {value: aaaaaaaaaaaaaaaa}}".to_owned()];
    for number in 1..60 {
        let before = number - 1;
        entries.push(format!(
            "{{name: v{number}, variable: {{value: \"{{{{ v{before} }}}}{{{{ v{before} }}}}\"}}}}"
        ));
    }
    errs(&check(condition(&format!("[{}]", entries.join(", ")), "v59")), "");
    let cyclic = "[{name: a, variable: {jmesPath: b}}, {name: b, variable: {jmesPath: a}}]";
    errs(&check(condition(cyclic, "a")), "");
    let own = "[{name: a, variable: {value: '{{ a }}{{ a }}'}}]";
    errs(&check(condition(own, "a")), "");
}

#[test]
fn number_48_nothing_is_called() {
    // Nobody listens there: whoever tried would say so in other words.
    let service = "[{name: a, apiCall: {method: POST, service: {url: 'http://127.0.0.1:9/steal'}, data: [{key: k, value: v}]}}]";
    errs(&check(condition(service, "a")), "127.0.0.1:9/steal");
    let path = "[{name: a, apiCall: {urlPath: '/api/v1/namespaces/../../../../secrets'}}]";
    let ran = check(condition(path, "a"));
    assert!(matches!(ran.status, 0 | 1 | 4), "{}", ran.err);
    errs(&check(expression("http.Get('http://127.0.0.1:9/steal').ok == true")), "127.0.0.1:9/steal");
}

#[test]
fn number_49_names_are_not_resolved() {
    errs(&check(condition("[]", "is_external_url('http://localhost.example.com')")), "");
}

#[test]
fn numbers_that_have_no_answer_are_errors() {
    errs(&check(condition("[]", "divide('1', '0')")), "ivi");
    errs(&check(condition("[]", "modulo('1', '0')")), "ivi");
    errs(&check(expression("1 / (size(object.spec.containers) - 1) == 1")), "division by zero");
    errs(&check(condition("[]", "request.object.spec.absent.field")), "absent");
    errs(&check(expression("object.spec.absent.field == 1")), "no such key: absent");
}

#[test]
fn versions_that_are_not_known_are_named() {
    for (group, kind) in [("kyverno.io", "ClusterPolicy"), ("policies.kyverno.io", "ValidatingPolicy")] {
        let ran = check(format!("apiVersion: {group}/v9\nkind: {kind}\nmetadata: {{name: p}}\nspec: {{}}\n"));
        assert_eq!(ran.status, 4, "{}{}", ran.out, ran.err);
        assert!(ran.out.contains(&format!("{group}/v9")), "{}", ran.out);
    }
}

#[test]
fn policies_of_one_name_are_told() {
    let bench = Workbench::new();
    let policy = expression("true");
    bench.file("policy.yaml", format!("{policy}---\n{policy}"));
    let ran = bench.run(&["policy", "lint", "policy.yaml"]);
    assert!(ran.out.contains("`ValidatingPolicy/p` stands here twice"), "{}", ran.out);
}

#[test]
fn a_policy_of_ten_megabytes_is_read_or_refused() {
    let part = "  - {name: r#, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {message: m, pattern: {metadata: {name: 'x*'}}}}\n";
    let part = part.replace("message: m", &format!("message: {}", "m".repeat(2000)));
    let mut rules = String::new();
    let mut number = 0;
    while rules.len() < 10 << 20 {
        rules.push_str(&part.replace('#', &number.to_string()));
        number += 1;
    }
    let ran = check(format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec:\n  rules:\n{rules}"
    ));
    assert!(matches!(ran.status, 1 | 4), "{}", ran.err);
    let one = check(rule(&format!(
        "    validate: {{message: m, pattern: {{metadata: {{name: '{}'}}}}}}\n",
        "a*".repeat(5 << 20)
    )));
    assert!(matches!(one.status, 1 | 4), "{}", one.err);
}

#[test]
fn nesting_and_bytes_that_are_no_text_are_errors() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let ran = check(rule(&format!("    validate: {{message: m, pattern: {deep}}}\n")));
    assert_eq!(ran.status, 4, "{}", ran.err);
    let query = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
    let ran = check(condition("[]", &query));
    assert_eq!(ran.status, 4, "{}", ran.err);
    let ran = check(expression(&format!("{}1{} == 1", "(".repeat(10_000), ")".repeat(10_000))));
    assert_eq!(ran.status, 4, "{}", ran.err);
    let mut bytes = expression("true").into_bytes();
    bytes.extend(b"# \xff\xfe\x80");
    let ran = check(bytes);
    assert_eq!(ran.status, 4, "{}", ran.err);
}
