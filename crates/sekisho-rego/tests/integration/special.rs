//! Rules that were made smaller for known parts of the input give what they gave.

use std::fmt::Write;

use sekisho_rego::Memory;
use sekisho_rego::value::{Value, read_json};
use sekisho_rego::{Budget, Compiled, Document, Options, Outcome, Request, Source, compile};

fn json(text: &str) -> Value {
    read_json(text).expect("JSON")
}

fn compiled(text: &str) -> (Compiled, Document) {
    let options = Options { print: true, steady: vec!["parameters".to_owned()], ..Options::default() };
    let text = format!("package m\n{text}");
    let compiled =
        compile(&[Source { file: "m.rego", text: &text, ..Source::default() }], &options).expect("a module");
    let document = compiled.document(&["m", "out"]).expect("a rule");
    (compiled, document)
}

fn shown(outcome: Result<Outcome, sekisho_rego::EvaluationError>) -> String {
    match outcome {
        Ok(outcome) => outcome.value.map_or_else(|| "undefined".to_owned(), |value| value.to_json()),
        Err(error) => error.to_string(),
    }
}

/// What `out` gives for a review and parameters, after it was seen that it gives the same when made smaller; and how
/// many steps that takes before and after.
fn both(text: &str, review: &str, parameters: &str) -> (String, u64, u64) {
    let (compiled, document) = compiled(text);
    let parameters = json(parameters);
    let input = Value::fields([("review", json(review)), ("parameters", parameters.clone())]);
    let request = Request { input: Some(&input), ..Request::default() };
    let special =
        compiled.specialize(document, &[("parameters", &parameters)], &["review"]).expect("it is fit");
    let steps = |outcome: &Result<Outcome, _>| outcome.as_ref().map_or(0, |outcome: &Outcome| outcome.steps);
    let plain = compiled.evaluate(document, &request, &mut Memory::new());
    let smaller = special.evaluate(&request, &mut Memory::new());
    let steps = (steps(&plain), steps(&smaller));
    let (plain, smaller) = (shown(plain), shown(smaller));
    assert_eq!(plain, smaller, "{text}");
    (plain, steps.0, steps.1)
}

const REVIEW: &str = r#"{"operation": "CREATE", "containers": [
    {"name": "a", "image": "x/a:1", "user": 0, "drop": ["ALL"]},
    {"name": "b", "image": "y/b", "drop": []},
    {"name": "c", "image": "x/c", "user": false}]}"#;

const RULES: &str = r#"
is_update(review) if review.operation == "UPDATE"

is_exempt(container) if {
	images := object.get(object.get(input, "parameters", {}), "exempt", [])
	some image in images
	matches(container.image, image)
}

matches(image, pattern) if {
	not endswith(pattern, "*")
	image == pattern
}

matches(image, pattern) if {
	endswith(pattern, "*")
	startswith(image, trim_suffix(pattern, "*"))
}

has(field, thing) if thing[field]

has(field, thing) if thing[field] == false

accepts("Any", _)

accepts("Set", value) if value != null

accepts("Range", value) := inside(value, input.parameters.ranges)

inside(value, ranges) if {
	some range in ranges
	range.from <= value
	value <= range.to
}

word(kind) := "user" if kind == "users"
else := "drop" if kind == "drops"
else := "none"

everything if input.parameters.exempt[_] == "*"

default strict := false

strict if input.parameters.mode == "strict"

out contains sprintf("%v of %v", [field, container.name]) if {
	not is_update(input.review)
	not everything
	field := ["user", "drop"][_]
	some container in input.review.containers
	not is_exempt(container)
	has(field, container)
	not accepts(input.parameters.rule, container[field])
}

out contains sprintf("%v lacks %v", [container.name, word(input.parameters.kind)]) if {
	strict
	some container in input.review.containers
	not container[word(input.parameters.kind)]
	missing := {name | some name in input.parameters.wanted} - {name | some name in container.drop}
	count(missing) > 0
}
"#;

#[test]
fn decided_conditions_change_nothing() {
    let parameters = [
        "{}",
        r#"{"exempt": [], "rule": "Any"}"#,
        r#"{"exempt": ["x/*"], "rule": "Set"}"#,
        r#"{"exempt": ["y/b", "*"], "rule": "Set"}"#,
        r#"{"exempt": ["y/b", "z*"], "rule": "Range", "ranges": [{"from": 1, "to": 3}, {"from": 7, "to": 9}]}"#,
        r#"{"exempt": "y/b", "rule": "Range", "ranges": []}"#,
        r#"{"mode": "strict", "kind": "drops", "wanted": ["ALL"]}"#,
        r#"{"mode": "strict", "kind": "users", "wanted": ["NET", "ALL"], "rule": "None"}"#,
        r#"{"mode": "loose", "kind": 7, "wanted": null, "rule": 1}"#,
        r#"{"mode": "strict", "exempt": {"a": "x/*"}, "kind": "users", "wanted": {"a": "b"}}"#,
    ];
    for parameters in parameters {
        for review in [REVIEW, "{}", r#"{"operation": "UPDATE"}"#, r#"{"containers": 4}"#, "null"] {
            both(RULES, review, parameters);
        }
    }
    let (out, before, after) = both(RULES, REVIEW, r#"{"exempt": [], "rule": "Set"}"#);
    assert_eq!(out, "[]");
    assert!(after < before, "{after} of {before} steps");
}

#[test]
fn a_loop_over_parameters_keeps_its_turns() {
    let rules = "out := [x | some x in input.parameters.list; x > 1]";
    assert_eq!(both(rules, "{}", r#"{"list": [1, 2, 2, 3]}"#).0, "[2,2,3]");
    let rules = "out := [y | some y in input.review; hit(y)]\nhit(y) if input.parameters.list[_] == y";
    assert_eq!(both(rules, "[2, 2, 5]", r#"{"list": [2, 2, 3]}"#).0, "[2,2]");
    let rules =
        "out := {i: x | some i, x in input.parameters.list; not seen(x)}\nseen(x) if input.review[_] == x";
    assert_eq!(both(rules, "[2]", r#"{"list": [1, 2]}"#).0, r#"{"0":1}"#);
}

#[test]
fn conflicts_stay() {
    let rules = "out := f(input.parameters.x)\nf(x) := 1 if x > 0\nf(x) := 2 if x > 1";
    assert!(both(rules, "{}", r#"{"x": 2}"#).0.contains("must not produce multiple outputs"));
    assert_eq!(both(rules, "{}", r#"{"x": 1}"#).0, "1");
    let rules = "out := f(input.review)\nf(x) := y if y := x[_]";
    assert!(both(rules, "[1, 2]", "{}").0.contains("must not produce multiple outputs"));
    assert_eq!(both(rules, "[1, 1]", "{}").0, "1");
    let rules = "out := {k: v | v := input.review[_]; k := input.parameters.k}";
    assert!(both(rules, "[1, 2]", r#"{"k": 1}"#).0.contains("keys must be unique"));
}

#[test]
fn false_is_no_undefined() {
    let rules = "out := [ok(false), ok(true)]\nok(x) := x";
    assert_eq!(both(rules, "{}", "{}").0, "[false,true]");
    let rules = "out if { ok(input.parameters.x) }\nok(x) := x";
    assert_eq!(both(rules, "{}", r#"{"x": false}"#).0, "undefined");
    let rules = "out if { not ok(input.parameters.x) }\nok(x) := x";
    assert_eq!(both(rules, "{}", r#"{"x": false}"#).0, "true");
    assert_eq!(both(rules, "{}", "{}").0, "undefined");
    let rules = "out if { not ok(input.review) }\nok(x) if x.y\nok(x) if x.z == false";
    assert_eq!(both(rules, r#"{"y": false}"#, "{}").0, "true");
    assert_eq!(both(rules, r#"{"z": false}"#, "{}").0, "undefined");
}

#[test]
fn patterns_take_arguments_apart() {
    let rules = r#"
out := [f([input.review, 2]), f([1, input.review]), g(input.parameters.x, input.review), g("y", 1)]
f([x, 2]) := {"left": x}
f([1, x]) := {"right": x} if x != 2
g("x", x) := x
g("y", _) := "why"
g(a, a) := "same"
"#;
    assert_eq!(both(rules, "3", r#"{"x": "x"}"#).0, r#"[{"left":3},{"right":3},3,"why"]"#);
    assert_eq!(both(rules, "4", r#"{"x": 4}"#).0, r#"[{"left":4},{"right":4},"same","why"]"#);
}

#[test]
fn what_cannot_be_made_smaller_is_left_alone() {
    let unfit = [
        "out := x if { x := input.parameters.x with input.parameters.x as 2 }",
        "out if { print(input.parameters.x) }",
        "out := data.m.a[input.review]\na.b := 1",
    ];
    for text in unfit {
        let (compiled, document) = compiled(text);
        assert!(compiled.specialize(document, &[("parameters", &json("{}"))], &[]).is_none(), "{text}");
    }
    // Without the option there is nothing to make it of.
    let plain = compile(
        &[Source { file: "m.rego", text: "package m\nout := 1", ..Source::default() }],
        &Options::default(),
    );
    let plain = plain.expect("a module");
    let document = plain.document(&["m", "out"]).expect("a rule");
    assert!(plain.specialize(document, &[], &[]).is_none());
}

#[test]
fn functions_that_double_end() {
    let mut text = String::from("out := f0(input.review)\nf40(x) := x + input.parameters.x\n");
    for level in 0..40 {
        let next = level + 1;
        let _ = writeln!(text, "f{level}(x) := f{next}(x) + f{next}(x)");
    }
    let (compiled, document) = compiled(&text);
    let parameters = json(r#"{"x": 1}"#);
    let special = compiled.specialize(document, &[("parameters", &parameters)], &[]).expect("it is fit");
    let input = Value::fields([("review", json("1")), ("parameters", parameters.clone())]);
    let budget = Budget { steps: 10_000, ..Budget::default() };
    let request = Request { input: Some(&input), budget, ..Request::default() };
    assert_eq!(
        shown(special.evaluate(&request, &mut Memory::new())),
        shown(compiled.evaluate(document, &request, &mut Memory::new()))
    );
}
