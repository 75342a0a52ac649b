//! Which variables may stand where in a policy.

use sekisho_kyverno::policy;
use sekisho_manifest::{Budget, SourceId, load_one};

/// The mistakes in a policy with one rule, whose body is given.
fn mistakes(spec: &str, rule: &str) -> Vec<String> {
    let text = format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec:\n{spec}  rules:\n  - \
         name: r\n{rule}"
    );
    let loaded = load_one(SourceId(0), &text, &Budget::default());
    assert_eq!(loaded.errors, [], "{text}");
    let errors = policy::load(&loaded.documents[0].root).errors;
    errors.iter().map(|error| format!("{}: {error}", error.path)).collect()
}

const MATCH: &str = "    match: {any: [{resources: {kinds: [Pod]}}]}\n";

fn message(message: &str) -> Vec<String> {
    mistakes("", &format!("{MATCH}    validate: {{message: {message:?}, pattern: {{spec: {{a: b}}}}}}\n"))
}

#[test]
fn declared_variables_are_known() {
    assert_eq!(
        message("{{request.object.metadata.name}} {{ images.containers }} {{to_upper('a')}} {{@}}"),
        [""; 0]
    );
    assert_eq!(
        message("{{ zone }}"),
        [
            "spec.rules[0].validate.message: the variable `zone` stands for nothing: declare a context entry of \
          that name"
        ]
    );
    let declared = "    context: [{name: zone, variable: {value: a}}, {name: map, configMap: {name: m, namespace: home}}]\n";
    let validate = |text: &str| {
        let validate = format!("    validate: {{message: {text:?}, pattern: {{spec: {{a: b}}}}}}\n");
        mistakes("", &format!("{MATCH}{declared}{validate}"))
    };
    assert_eq!(validate("{{ zone }} {{ map.data.key }} {{ \"zone\".a }}"), [""; 0]);
    assert_eq!(validate("{{ map }}").len(), 1);
    assert_eq!(validate("{{ a.{{ zone }} }}").len(), 1);
}

#[test]
fn expressions_are_read() {
    let found = message("{{ request.object.[ }}");
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("is no JMESPath expression: SyntaxError"), "{found:?}");
}

#[test]
fn elements_are_known_in_loops_only() {
    assert_eq!(message("{{ element.name }}").len(), 1);
    let foreach = "    validate: {message: m, foreach: [{list: request.object.spec.a, pattern: {a: '{{element.name}}'}}]}\n";
    assert_eq!(mistakes("", &format!("{MATCH}{foreach}")), [""; 0]);
}

#[test]
fn nobody_asks_in_the_background() {
    let rule = format!(
        "{MATCH}    validate: {{message: '{{{{ request.userInfo.username }}}}', pattern: {{spec: {{a: b}}}}}}\n"
    );
    assert_eq!(mistakes("", &rule).len(), 1);
    assert_eq!(mistakes("  background: false\n", &rule), [""; 0]);
    let roles = "    match: {any: [{resources: {kinds: [Pod]}, clusterRoles: [admin]}]}\n    validate: {message: m, pattern: {a: b}}\n";
    assert_eq!(
        mistakes("", roles),
        ["spec.rules[0].match.any[0].clusterRoles: `clusterRoles` says nothing in the background: set \
          `spec.background` to false"]
    );
    assert_eq!(mistakes("  background: false\n", roles), [""; 0]);
}

#[test]
fn matches_hold_no_variables() {
    let rule = "    match: {any: [{resources: {kinds: [Pod], names: ['{{ request.object.metadata.name }}']}}]}\n    \
                validate: {message: m, pattern: {a: b}}\n";
    assert_eq!(
        mistakes("", rule),
        [
            "spec.rules[0].match.any[0].resources.names[0]: no variables may stand in `match`: write what is meant"
        ]
    );
}

#[test]
fn targets_are_known_behind_their_choice() {
    let target = |name: &str, patch: &str| {
        let mutate = format!(
            "    mutate: {{targets: [{{apiVersion: v1, kind: Secret, name: {name:?}}}], patchStrategicMerge: {{a: \
             {patch:?}}}}}\n"
        );
        mistakes("", &format!("{MATCH}{mutate}"))
    };
    assert_eq!(target("n", "{{ target.data.key }}"), [""; 0]);
    assert_eq!(target("{{ target.data.key }}", "x").len(), 1);
}
