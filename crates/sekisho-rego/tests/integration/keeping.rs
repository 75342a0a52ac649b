//! What evaluations with one memory keep of each other changes no result.

use sekisho_rego::Memory;
use sekisho_rego::value::{Value, read_json};
use sekisho_rego::{Budget, Compiled, Document, HostFunction, Options, Request, Source, compile};

fn compiled(text: &str, options: &Options) -> (Compiled, Document) {
    let compiled =
        compile(&[Source { file: "m.rego", text, ..Source::default() }], options).expect("a module");
    let document = compiled.document(&["m", "out"]).expect("a rule");
    (compiled, document)
}

fn steady() -> Options {
    Options { steady: vec!["parameters".to_owned()], ..Options::default() }
}

fn json(text: &str) -> Value {
    read_json(text).expect("JSON")
}

/// An input of a review and parameters that are the very same each time.
fn input(review: &str, parameters: &Value) -> Value {
    Value::fields([("review", json(review)), ("parameters", parameters.clone())])
}

fn evaluate(compiled: &Compiled, document: Document, request: &Request<'_>, memory: &mut Memory) -> String {
    match compiled.evaluate(document, request, memory) {
        Ok(outcome) => outcome.value.map_or_else(|| "undefined".to_owned(), |value| value.to_json()),
        Err(error) => error.to_string(),
    }
}

const RULES: &str = r#"package m
import data.stock

allowed contains lower(name) if some name in input.parameters.allowed

wanted := {lower(name) | some name in input.parameters.wanted}

label(thing) := concat("/", sort([part | some part in [thing.kind, thing.name, sprintf("%v", [thing.size])]]))

fits(thing) if {
	thing.size <= input.parameters.most
	thing.size <= input.review.most
	some other in stock.things
	label(other) == label(thing)
}

out contains label(thing) if {
	some thing in input.review.things
	some again in input.review.things
	label(again) == label(thing)
	not allowed[thing.name]
	not fits(thing)
}

out contains name if {
	some name in wanted
	not name in {thing.name | some thing in input.review.things}
}

out contains {size: count([1 | some other in stock.things; other.size == size])} if {
	some other in stock.things
	size := other.size
	size > input.review.most
}
"#;

#[test]
fn a_memory_changes_no_result() {
    let (compiled, document) = compiled(RULES, &steady());
    let parameters = [
        json(r#"{"allowed": ["A"], "wanted": ["z", "B"], "most": 2}"#),
        json(r#"{"allowed": [], "wanted": ["B"], "most": 10}"#),
        json("{}"),
    ];
    let data = [
        json(r#"{"stock": {"things": [{"kind": "k", "name": "b", "size": 1}]}}"#),
        json(r#"{"stock": {"things": [{"kind": "k", "name": "c", "size": 3}, {"kind": "k", "size": 3}]}}"#),
    ];
    let reviews = [
        r#"{"most": 1, "things": [{"kind": "k", "name": "a", "size": 1}, {"kind": "k", "name": "b", "size": 1}]}"#,
        r#"{"most": 5, "things": [{"kind": "k", "name": "b", "size": 1}, {"kind": "k", "name": "c", "size": 3}]}"#,
        r#"{"most": 5, "things": [{"kind": "k", "name": "b", "size": 1.0}, {"kind": "k", "name": "b", "size": 1}]}"#,
        "{}",
    ];
    let mut memory = Memory::new();
    for round in 0..3 {
        for (number, parameters) in parameters.iter().enumerate() {
            for data in &data {
                for review in reviews {
                    let input = input(review, parameters);
                    let request = Request { input: Some(&input), data: Some(data), ..Request::default() };
                    let fresh = evaluate(&compiled, document, &request, &mut Memory::new());
                    let kept = evaluate(&compiled, document, &request, &mut memory);
                    assert_eq!(kept, fresh, "round {round}, parameters {number}, {review}");
                }
            }
        }
    }
}

#[test]
fn numbers_that_are_written_differently_are_told_apart() {
    let text = "package m\nshown(n) := concat(\"\", [sprintf(\"%v\", [n]), \" of \", sprintf(\"%v\", [[n]])])\n\
                out := [shown(n) | some n in input.review]";
    let (compiled, document) = compiled(text, &steady());
    let mut memory = Memory::new();
    for review in ["[1, 1.0, 1, 1.0]", "[1.0, 1]"] {
        let input = input(review, &Value::Null);
        let request = Request { input: Some(&input), ..Request::default() };
        let fresh = evaluate(&compiled, document, &request, &mut Memory::new());
        assert_eq!(evaluate(&compiled, document, &request, &mut memory), fresh);
    }
}

#[test]
fn an_evaluation_that_failed_leaves_nothing_behind() {
    let (compiled, document) = compiled(RULES, &steady());
    let parameters = json(r#"{"allowed": ["A"], "wanted": ["z"], "most": 2}"#);
    let first = input(r#"{"most": 1, "things": [{"kind": "k", "name": "q", "size": 1}]}"#, &parameters);
    let second = input(r#"{"most": 9, "things": [{"kind": "k", "name": "r", "size": 1}]}"#, &parameters);
    let second = Request { input: Some(&second), ..Request::default() };
    let fresh = evaluate(&compiled, document, &second, &mut Memory::new());
    for steps in 0..200 {
        let mut memory = Memory::new();
        let budget = Budget { steps, ..Budget::default() };
        let cut = Request { input: Some(&first), budget, ..Request::default() };
        let _ = compiled.evaluate(document, &cut, &mut memory);
        assert_eq!(evaluate(&compiled, document, &second, &mut memory), fresh, "after {steps} steps");
    }
}

#[test]
fn one_memory_serves_two_programs() {
    let (one, one_out) = compiled("package m\nout := {x | some x in input.parameters.a}", &steady());
    let (two, two_out) = compiled("package m\nout := {x | some x in input.parameters.b}", &steady());
    let parameters = json(r#"{"a": [1], "b": [2]}"#);
    let input = input("null", &parameters);
    let request = Request { input: Some(&input), ..Request::default() };
    let mut memory = Memory::new();
    for _ in 0..2 {
        assert_eq!(evaluate(&one, one_out, &request, &mut memory), "[1]");
        assert_eq!(evaluate(&two, two_out, &request, &mut memory), "[2]");
    }
}

#[test]
fn what_the_host_says_is_asked_each_time() {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let count = std::sync::Arc::clone(&asked);
    let call =
        move |_: &[Value]| Ok(Some(Value::from(count.fetch_add(1, std::sync::atomic::Ordering::Relaxed))));
    let function = HostFunction { name: "asked".to_owned(), arity: 1, call: std::sync::Arc::new(call) };
    let options = Options { functions: vec![function], ..steady() };
    let text =
        "package m\nout := [n | some k in input.parameters; n := sum([asked(k), count([k]), count([k, k])])]";
    let (compiled, document) = compiled(text, &options);
    let parameters = json(r#"["a"]"#);
    let input = input("null", &parameters);
    let request = Request { input: Some(&input), ..Request::default() };
    let mut memory = Memory::new();
    assert_eq!(evaluate(&compiled, document, &request, &mut memory), "[3]");
    assert_eq!(evaluate(&compiled, document, &request, &mut memory), "[4]");
}

#[test]
fn replacements_are_not_overheard() {
    let text = r"package m
size(thing) := count([1 | some other in input.review.things; other.kind == thing.kind; other.name == thing.name])

out := [size(thing), replaced, size(thing)] if {
	thing := input.review.thing
	replaced := size(thing) with input.review.things as []
}
";
    let (compiled, document) = compiled(text, &steady());
    let mut memory = Memory::new();
    for _ in 0..2 {
        let thing = r#"{"kind": "k", "name": "a"}"#;
        let input = input(&format!(r#"{{"thing": {thing}, "things": [{thing}, {thing}]}}"#), &Value::Null);
        let request = Request { input: Some(&input), ..Request::default() };
        assert_eq!(evaluate(&compiled, document, &request, &mut memory), "[2,0,2]");
    }
}

#[test]
fn more_calls_than_there_is_room_for_are_worked_out() {
    let text = "package m\nname(n) := concat(\"-\", [sprintf(\"%d\", [n]), sprintf(\"%x\", [n]), sprintf(\"%o\", [n])])\n\
                out := count({name(n) | some n in numbers.range(1, input.review)})";
    let (compiled, document) = compiled(text, &steady());
    let mut memory = Memory::new();
    for count in ["40000", "100", "40000"] {
        let input = input(count, &Value::Null);
        let request = Request { input: Some(&input), ..Request::default() };
        assert_eq!(evaluate(&compiled, document, &request, &mut memory), count);
    }
}
