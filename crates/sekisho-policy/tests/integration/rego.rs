//! Plain modules of Rego: which rules object, what they say, where, and what is no policy.

use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load as read};
use sekisho_policy::rego::{Loaded, Module, Options, Packages, load};
use sekisho_policy::{Kinds, NoFacts, Outcome, PolicySet, Request, Verdict};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: shop}}\nspec:\n  hostNetwork: true\n  containers:\n  - {name: a, image: 'a:latest'}\n";

fn documents(text: &str) -> Vec<Document> {
    read(SourceId(7), text, Format::Yaml, &Budget::default()).documents
}

fn pod() -> Object {
    documents(POD).iter().flat_map(Document::objects).next().expect("a Pod")
}

fn loaded(texts: &[&str], options: &Options) -> Loaded {
    let module = |(place, text): (usize, &&'static str)| Module {
        source: SourceId(u32::try_from(place).expect("few")),
        file: "policy.rego",
        text,
    };
    let texts: Vec<&'static str> =
        texts.iter().map(|text| -> &'static str { Box::leak(text.to_string().into_boxed_str()) }).collect();
    let modules: Vec<Module<'_>> = texts.iter().enumerate().map(module).collect();
    load(&modules, options)
}

fn request() -> Request {
    Request::create(&pod(), &Kinds::default(), "default")
}

fn judge(loaded: Loaded) -> Vec<Verdict> {
    let mut set = PolicySet::new();
    set.extend(loaded.policies);
    set.review(&request(), &NoFacts).verdicts
}

fn said(texts: &[&str]) -> Vec<(String, Outcome, String)> {
    let verdicts = judge(loaded(texts, &Options::default()));
    verdicts.into_iter().map(|one| (one.rule.rule.to_string(), one.outcome, one.message)).collect()
}

fn row(rule: &str, outcome: Outcome, message: &str) -> (String, Outcome, String) {
    (rule.to_owned(), outcome, message.to_owned())
}

#[test]
fn deny_and_violation_refuse_and_warn_warns() {
    let module = r#"
        package main
        deny contains "no" if input.kind == "Pod"
        deny_image contains msg if { some c in input.spec.containers; msg := c.image }
        violation contains {"msg": "seen", "details": {}} if input.spec.hostNetwork
        warn_x_y contains "careful" if true
        warn contains "never" if false
        denied contains "another word" if true
        deny_ contains "no name" if true
    "#;
    assert_eq!(
        said(&[module]),
        [
            row("deny", Outcome::Fail, "no"),
            row("deny_image", Outcome::Fail, "a:latest"),
            row("violation", Outcome::Fail, "seen"),
            row("warn_x_y", Outcome::Warn, "careful"),
            row("warn", Outcome::Pass, ""),
        ]
    );
}

#[test]
fn modules_of_version_0_and_1_work_together() {
    let old = "package main\ndeny[msg] { input.kind == \"Pod\"; msg = \"old\" }";
    let new = "package main\nimport rego.v1\nwarn contains \"new\" if input.kind == \"Pod\"";
    assert_eq!(said(&[old, new]), [row("deny", Outcome::Fail, "old"), row("warn", Outcome::Warn, "new")]);
}

#[test]
fn exceptions_name_rules_without_their_first_word() {
    let module = r#"
        package main
        deny_root contains "root" if true
        deny contains "plain" if true
        violation_other contains "other" if true
        exception contains rules if { input.metadata.name == "web"; rules := ["root", ""] }
    "#;
    assert_eq!(
        said(&[module]),
        [
            row("deny_root", Outcome::Skip, "data.main.exception[_][_] == \"root\""),
            row("deny", Outcome::Skip, "data.main.exception[_][_] == \"\""),
            row("violation_other", Outcome::Fail, "other"),
        ]
    );
}

#[test]
fn lists_are_messages_and_what_is_none_is_passed_over() {
    let module = r#"
        package main
        deny := ["a", 1, "", {"msg": "b"}]
        violation contains {"message": "no msg"} if true
    "#;
    assert_eq!(
        said(&[module]),
        [
            row("deny", Outcome::Fail, "a"),
            row("deny", Outcome::Fail, "b"),
            row("violation", Outcome::Error, "the rule gives an object without a text `msg`"),
        ]
    );
}

#[test]
fn messages_name_fields_in_every_form() {
    let forms = [
        (r#"{"msg": "m", "path": "spec.containers[0].image"}"#, "spec.containers[0].image"),
        (r#"{"msg": "m", "field": "/spec/containers/0/image"}"#, "spec.containers[0].image"),
        (r#"{"msg": "m", "path": ["spec", "containers", 0, "image"]}"#, "spec.containers[0].image"),
        (r#"{"msg": "m", "details": {"paths": ["spec.hostNetwork"]}}"#, "spec.hostNetwork"),
        (r#"{"msg": "m", "path": "$.metadata.labels['app']"}"#, "metadata.labels.app"),
        (r#"{"msg": "m", "path": "elsewhere.x"}"#, ""),
    ];
    for (message, wanted) in forms {
        let module = format!("package main\ndeny contains {message} if true");
        let verdicts = judge(loaded(&[&module], &Options::default()));
        let found = verdicts[0].places.first().map(ToString::to_string).unwrap_or_default();
        assert_eq!(found, wanted, "{message}");
    }
}

#[test]
fn packages_are_chosen_and_others_are_named() {
    let modules =
        ["package main\ndeny contains \"main\" if true", "package team.web\ndeny contains \"web\" if true"];
    let with = |packages: Packages| {
        let verdicts = judge(loaded(&modules, &Options { packages, data: None }));
        verdicts.into_iter().map(|one| one.message).collect::<Vec<_>>()
    };
    assert_eq!(with(Packages::default()), ["main"]);
    assert_eq!(with(Packages::All), ["main", "web"]);
    assert_eq!(with(Packages::Named(vec!["team.*".into()])), ["web"]);
    assert_eq!(with(Packages::Named(vec!["t?am.web".into(), "main".into()])), ["main", "web"]);
    let none = loaded(&modules[1..], &Options::default());
    assert!(none.policies.is_empty());
    assert!(none.problems[0].message.contains("`team.web`"), "{}", none.problems[0].message);
}

#[test]
fn data_stands_below_data() {
    let data = documents("limits: {hosts: [web]}").remove(0).root;
    let module = "package main\ndeny contains \"listed\" if input.metadata.name in data.limits.hosts";
    let verdicts = judge(loaded(&[module], &Options { data: Some(data), ..Options::default() }));
    assert_eq!(verdicts[0].message, "listed");
}

#[test]
fn rules_say_their_titles_and_where_each_message_comes_from() {
    let module = "# METADATA\n# title: The package\npackage main\n\n# METADATA\n# title: No host network\n# custom: {severity: critical}\ndeny contains \"one\" if input.spec.hostNetwork\n\ndeny contains \"two\" if true\n\nwarn contains \"three\" if true\n";
    let found = loaded(&[module], &Options::default());
    let names: Vec<_> = found.rules.names().cloned().collect();
    let title = |place: usize| found.rules.about(&names[place]).and_then(|about| about.title.clone());
    assert_eq!((title(0), title(1)), (Some("No host network".to_owned()), Some("The package".to_owned())));
    let severity = found.rules.about(&names[0]).and_then(|about| about.severity.clone());
    assert_eq!(severity.as_deref(), Some("critical"));
    let line = |message: &str| {
        let span = found.rules.origin(&names[0], &request(), message).expect("a place");
        module[..span.start as usize].lines().count() + 1
    };
    assert_eq!((line("one"), line("two")), (8, 10));
}

#[test]
fn what_can_never_object_is_said() {
    let problems = |module: &str| {
        let found = loaded(&[module], &Options::default());
        found.problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("\n")
    };
    assert!(problems("package main\ndeny if input.x").contains("write `deny contains message if`"));
    assert!(problems("package main\ndeny[msg] if msg := \"x\"").contains("makes an object"));
    assert!(problems("package main\ndeny(x) if x").contains("is a function"));
    assert!(problems("package main\ndeny contains x if true").starts_with("rego_unsafe_var_error: "));
    assert!(problems("package main\ndeny contains").starts_with("rego_parse_error: "));
}

#[test]
fn an_evaluation_that_fails_is_an_error_of_its_rule_alone() {
    let module = r#"
        package main
        deny_a contains "x" if f(1) == 1
        f(_) := 1
        f(_) := 2
        deny_b contains "fine" if true
    "#;
    let found = said(&[module]);
    assert_eq!(found[0].1, Outcome::Error);
    assert!(found[0].2.contains("eval_conflict_error"), "{}", found[0].2);
    assert_eq!(found[1], row("deny_b", Outcome::Fail, "fine"));
}
