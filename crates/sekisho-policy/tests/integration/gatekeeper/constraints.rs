//! Templates and constraints: rules in both languages, parameters, what follows, and what is refused.

use sekisho_policy::gatekeeper::{EnforcementPoint, Engine, Options, load};
use sekisho_policy::{Enforcement, Kinds, NoFacts, Outcome, PolicySet, Request, Snapshot};

use super::{LABELS, POD, constraint, judge, messages, problems};
use crate::documents::objects;

#[test]
fn both_languages_say_the_same_with_defaults_filled_in() {
    let spec = "{parameters: {labels: [team, app, owner]}}";
    assert_eq!(messages(spec, POD, Engine::Rego), ["rego: missing owner,team plain"]);
    assert_eq!(messages(spec, POD, Engine::Cel), ["cel: missing team,owner plain"]);
    let spec = "{parameters: {labels: [app], tone: loud}}";
    assert!(messages(spec, POD, Engine::Rego).is_empty());
    assert!(messages(spec, POD, Engine::Cel).is_empty());
}

#[test]
fn what_holds_is_a_pass_and_what_does_not_match_is_nothing() {
    let outcome = |spec: &str| {
        let policies = format!("{LABELS}\n---\n{}", constraint(spec));
        let verdicts = judge(&policies, POD, &NoFacts, &Options::default());
        verdicts.iter().map(|verdict| verdict.outcome).collect::<Vec<_>>()
    };
    assert_eq!(outcome("{parameters: {labels: [app]}}"), [Outcome::Pass]);
    assert_eq!(outcome("{parameters: {labels: [team]}}"), [Outcome::Fail]);
    assert!(outcome("{match: {namespaces: [other]}, parameters: {labels: [team]}}").is_empty());
}

#[test]
fn enforcement_actions_follow_the_word_and_the_point() {
    let enforced = |spec: &str, point: EnforcementPoint| {
        let policies = format!("{LABELS}\n---\n{}", constraint(spec));
        let options = Options { point, ..Options::default() };
        judge(&policies, POD, &NoFacts, &options).into_iter().map(|verdict| verdict.enforcement).next()
    };
    let plain = |word: &str| {
        let spec = format!("{{enforcementAction: {word}, parameters: {{labels: [team]}}}}");
        enforced(&spec, EnforcementPoint::Admission)
    };
    assert_eq!(plain("deny"), Some(vec![Enforcement::Deny]));
    assert_eq!(plain("warn"), Some(vec![Enforcement::Warn]));
    assert_eq!(plain("dryrun"), Some(vec![Enforcement::Audit]));
    let scoped = "{enforcementAction: scoped, parameters: {labels: [team]}, scopedEnforcementActions: [\
        {action: warn, enforcementPoints: [{name: validation.gatekeeper.sh}, {name: audit.gatekeeper.sh}]}, \
        {action: deny, enforcementPoints: [{name: validation.gatekeeper.sh}]}]}";
    assert_eq!(
        enforced(scoped, EnforcementPoint::Admission),
        Some(vec![Enforcement::Deny, Enforcement::Warn])
    );
    assert_eq!(enforced(scoped, EnforcementPoint::Audit), Some(vec![Enforcement::Warn]));
    assert_eq!(enforced(scoped, EnforcementPoint::CommandLine), None);
}

#[test]
fn rules_see_the_inventory() {
    let template = r#"
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: uniquehost}
spec:
  crd: {spec: {names: {kind: UniqueHost}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package uniquehost
      violation[{"msg": msg}] {
        host := input.review.object.spec.host
        other := data.inventory.namespace[ns]["v1"]["Pod"][name]
        other.spec.host == host
        name != input.review.object.metadata.name
        msg := sprintf("%v/%v has %v", [ns, name, host])
      }
---
{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: UniqueHost, metadata: {name: u}}
"#;
    let known = objects(
        "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x}, spec: {host: h}}\n---\n\
         {apiVersion: v1, kind: Pod, metadata: {name: b, namespace: x}, spec: {host: i}}",
    );
    let facts = Snapshot::new(&known, "default");
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: y}, spec: {host: h}}";
    let verdicts = judge(template, pod, &facts, &Options::default());
    assert_eq!(verdicts[0].message, "x/a has h");
}

#[test]
fn wrong_documents_are_refused_with_their_reason() {
    let template = |from: &str, to: &str| {
        assert!(LABELS.contains(from), "{from}");
        problems(&LABELS.replace(from, to))
    };
    let given = |spec: &str| problems(&format!("{LABELS}\n---\n{}", constraint(spec)));
    for (found, reason) in [
        (
            template("name: wantlabels", "name: other"),
            "is not equal to the lowercase of CRD's Kind: \"wantlabels\"",
        ),
        (template("gatekeeper.sh/v1\n", "gatekeeper.sh/v7\n"), "no version of ConstraintTemplate"),
        (template("admission.k8s.gatekeeper.sh", "other.target"), "the target `other.target` is not known"),
        (template("K8sNativeValidation", "Prolog"), "the engine `Prolog` is not known"),
        (template("name: missing", "name: params"), "`params` is kept for Gatekeeper itself"),
        (template("size(variables.missing)", "size(variables.absent)"), "has no field `absent`"),
        (given("{parameters: {labels: [Team]}}"), "must match the pattern `^[a-z]+$`"),
        (given("{parameters: {labels: team}}"), "`labels`: must be of type array, not string"),
        (given("{parameters: {tone: plain}}"), "`labels`: is required"),
        (given("{parameters: {labels: [], tone: shrill}}"), "must be one of \"plain\", \"loud\""),
        (given("{parameters: {labels: [], other: 1}}"), "`other`: is not a known field"),
        (
            given("{enforcementAction: scoped, parameters: {labels: []}}"),
            "`spec.scopedEnforcementActions` must be",
        ),
        (given("{match: {source: Some}, parameters: {labels: []}}"), "`match.source` must be"),
        (problems(&constraint("{}")), "there is no ConstraintTemplate of kind `WantLabels`"),
    ] {
        assert!(found.first().is_some_and(|text| text.contains(reason)), "{reason}: {found:?}");
    }
}

#[test]
fn rego_that_does_not_compile_is_named_with_its_place() {
    let template = |rule: &str| {
        let text = format!(
            "{{apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate, metadata: {{name: one}}, \
             spec: {{crd: {{spec: {{names: {{kind: One}}}}}}, targets: [{{target: admission.k8s.gatekeeper.sh, \
             rego: \"package one\\n{rule}\"}}]}}}}"
        );
        problems(&text)
    };
    for (rule, reason) in [
        ("violation[{", "template:2: rego_parse_error"),
        ("violation[x] { x := y }", "template:2: rego_unsafe_var_error: var y is unsafe"),
        ("deny[x] { x := 1 }", "missing required rules: [violation]"),
    ] {
        let found = template(rule);
        assert!(found.first().is_some_and(|text| text.contains(reason)), "{rule}: {found:?}");
    }
}

/// A template in Rego alone, with this module and these libraries.
fn rego(module: &str, libraries: &[&str]) -> String {
    let indent = |text: &str| text.replace('\n', "\n          ");
    let libraries: Vec<String> =
        libraries.iter().map(|text| format!("      - |\n          {}", indent(text))).collect();
    let libraries =
        if libraries.is_empty() { String::new() } else { format!("\n      libs:\n{}", libraries.join("\n")) };
    format!(
        "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {{name: x}}\nspec:\n  \
         crd: {{spec: {{names: {{kind: X}}}}}}\n  targets:\n    - target: admission.k8s.gatekeeper.sh\n      \
         rego: |\n          {}{libraries}",
        indent(module)
    )
}

#[test]
fn modules_of_templates_may_do_only_what_gatekeeper_allows() {
    let main = |rule: &str| format!("package x\nviolation[{{\"msg\": \"m\"}}] {{ {rule} }}\n");
    for (module, libraries, reason) in [
        (
            main("data.other.x"),
            vec![],
            "invalid data references: check refs failed on module template: disallowed ref data.other.x",
        ),
        (main("y := data"), vec![], "disallowed ref data"),
        (main("data.inventory.cluster"), vec![], ""),
        (main("data.lib.a.ok"), vec!["package lib.a\nok = true"], ""),
        (main("data.other.f(1)"), vec![], "disallowed ref data.other.f"),
        (main("true"), vec!["package lib"], "invalid lib prefix: path data.lib not found in lib prefixes"),
        (main("true"), vec!["package other.a\nok = true"], "invalid lib prefix: path data.other.a"),
        (
            main("true"),
            vec!["package lib.a\nok { data.secrets }"],
            "check refs failed on module libs[\"lib_0\"]",
        ),
        (
            main("true").replace("package x", "package x\nimport input.review"),
            vec![],
            "invalid import: cannot import input: \"input.review\"",
        ),
        (
            main("true").replace("package x", "package x\nimport data.inventory"),
            vec![],
            "invalid import: bad import: \"data.inventory\"",
        ),
        (main("true").replace("package x", "package x\nimport future.keywords.in"), vec![], ""),
        (
            "package x\ndeny[1] { true }".to_owned(),
            vec![],
            "invalid rego: missing required rules: [violation]",
        ),
        (
            main("http.send({})"),
            vec![],
            "unable to compile modules: template:2: rego_type_error: unsafe built-in function calls in expression: http.send",
        ),
        (main("x :="), vec![], "invalid ConstraintTemplate: template:2: rego_parse_error"),
    ] {
        let found = problems(&rego(&module, &libraries));
        let is_right = match found.first() {
            Some(text) => !reason.is_empty() && text.contains(reason),
            None => reason.is_empty(),
        };
        assert!(is_right, "{module} {reason}: {found:?}");
    }
}

#[test]
fn external_data_is_answered_from_what_is_declared() {
    let module = r#"package x
violation[{"msg": msg}] {
  response := external_data({"provider": "images", "keys": [input.review.object.spec.image]})
  msg := sprintf("%v %v %v", [response.responses, response.errors, response.status_code])
}"#;
    let policies = format!(
        "{}\n---\n{{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: X, metadata: {{name: x}}}}",
        rego(module, &[])
    );
    let facts = objects(
        "{apiVersion: sekisho/v1, kind: ExternalData, metadata: {name: images}, provider: images, answers: [{key: a, value: {ok: true}}, {key: b, error: not signed}]}",
    );
    let facts = Snapshot::new(&facts, "default");
    let say = |image: &str| {
        let pod = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{image: {image}}}}}");
        judge(&policies, &pod, &facts, &Options::default())
    };
    assert_eq!(say("a")[0].message, r#"[["a", {"ok": true}]] [] 200"#);
    assert_eq!(say("b")[0].message, r#"[] [["b", "not signed"]] 200"#);
    let unknown = say("c");
    assert_eq!(unknown[1].outcome, Outcome::Error);
    assert!(
        unknown[1].message.contains("`images` is not asked from here: declare its answers to `c`"),
        "{unknown:?}"
    );
}

#[test]
fn a_provider_that_is_not_registered_is_an_error_of_the_system() {
    let module = r#"package x
violation[{"msg": msg}] {
  response := external_data({"provider": "images", "keys": ["a"]})
  msg := sprintf("%v %v %v", [response.responses, response.status_code, response.system_error])
}"#;
    let policies = format!(
        "{}\n---\n{{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: X, metadata: {{name: x}}}}",
        rego(module, &[])
    );
    let answers = "{apiVersion: sekisho/v1, kind: ExternalData, metadata: {name: i}, provider: images, answers: [{key: \
                   a, value: 1}]}";
    let provider = |name: &str, url: &str| {
        format!(
            "{answers}\n---\n{{apiVersion: externaldata.gatekeeper.sh/v1beta1, kind: Provider, metadata: {{name: \
             {name}}}, spec: {{url: '{url}', timeout: 3, caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==}}}}"
        )
    };
    let say = |facts: &str| {
        let facts = Snapshot::new(&objects(facts), "default");
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web}}";
        let verdicts = judge(&policies, pod, &facts, &Options::default());
        assert_eq!(verdicts.len(), 1, "{verdicts:?}");
        verdicts[0].message.clone()
    };
    let known = r#"[["a", 1]] 200 "#;
    let unknown = "null 400 key is not found in provider cache";
    assert_eq!(say(answers), known);
    assert_eq!(say(&provider("images", "https://images.example")), known);
    assert_eq!(say(&provider("others", "https://images.example")), unknown);
    assert_eq!(say(&provider("images", "http://images.example")), unknown);
    let found = problems(&provider("images", "http://images.example"));
    assert!(found[0].contains("the `url` of a provider begins with `https://`"), "{found:?}");
}

#[test]
fn of_two_documents_of_one_name_the_last_is_used() {
    let one = |word: &str| rego(&format!("package x\nviolation[{{\"msg\": \"{word}\"}}] {{ true }}"), &[]);
    let constraint = |parameters: &str| {
        format!(
            "{{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: X, metadata: {{name: x}}, spec: {{enforcementAction: {parameters}}}}}"
        )
    };
    let policies = [one("first"), one("second"), constraint("warn"), constraint("deny")].join("\n---\n");
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web}}";
    let mut set = PolicySet::new();
    set.extend(load(&objects(&policies), &Options::default()).0);
    let verdicts = set.review(&Request::create(&objects(pod)[0], &Kinds::default(), ""), &NoFacts).verdicts;
    let said: Vec<_> =
        verdicts.iter().map(|one| (one.message.as_str(), one.enforcement.as_slice())).collect();
    assert_eq!(said, [("second", &[Enforcement::Deny][..])]);
    assert_eq!(problems(&policies).len(), 2);
}
