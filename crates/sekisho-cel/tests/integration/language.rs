//! The language: what is read, what is refused, and what a budget ends.

use sekisho_cel::{
    Bindings, Budget, Environment, Failure, Library, Nulls, ParseError, Problem, Type, TypeError, Value,
};
use sekisho_manifest::{Budget as LoadBudget, Format, SourceId, load};

use crate::shown::shown;

fn environment() -> Environment {
    let libraries =
        [Library::Optionals, Library::Strings, Library::Lists, Library::TwoVariables, Library::Bindings];
    Environment::new(&libraries).with_variable("object", Type::Dyn).with_variable("count", Type::Int)
}

fn object(text: &str, nulls: Nulls) -> Bindings {
    let loaded = load(SourceId::default(), text, Format::Yaml, &LoadBudget::default());
    Bindings::new().with("object", Value::from_node(&loaded.documents[0].root, nulls)).with("count", 3)
}

fn run(source: &str, bindings: &Bindings) -> Result<Value, Failure> {
    let program = environment().compile(source).map_err(|error| Failure::Argument(error.to_string()))?;
    program.evaluate(bindings, &mut Budget::default()).map_err(|error| error.kind)
}

#[test]
fn manifests_are_looked_into_where_they_lie() {
    let pod = object(
        "spec: {containers: [{name: a, ports: [{containerPort: 80}]}, {name: b}], x: null}",
        Nulls::Kept,
    );
    for (source, wanted) in [
        ("object.spec.containers.map(c, c.name).join('+')", r#"String("a+b")"#),
        ("object.spec.containers[0].ports[0].containerPort + 1", "Int(81)"),
        ("object.spec.containers.all(c, has(c.ports))", "Bool(false)"),
        ("object.spec.?missing.?deep.orValue('none')", r#"String("none")"#),
        ("has(object.spec.x) && object.spec.x == null", "Bool(true)"),
        ("object.spec.containers.exists(i, c, i == 1 && c.name == 'b')", "Bool(true)"),
    ] {
        assert_eq!(run(source, &pod).map(|value| shown(&value)), Ok(wanted.to_owned()), "{source}");
    }
}

#[test]
fn nulls_are_absent_where_the_api_server_drops_them() {
    let pod = object("spec: {x: null, z: 1}", Nulls::Absent);
    for (source, wanted) in [
        ("has(object.spec.x)", "Bool(false)"),
        ("object.spec.size()", "Int(1)"),
        ("object.spec == {'z': 1}", "Bool(true)"),
        ("object.spec.map(k, k)", r#"[String("z")]"#),
    ] {
        assert_eq!(run(source, &pod).map(|value| shown(&value)), Ok(wanted.to_owned()), "{source}");
    }
}

#[test]
fn large_mappings_are_looked_up_quickly() {
    let lines: Vec<String> = (0..20_000).map(|number| format!("key{number}: {number}")).collect();
    let large = object(&lines.join("\n"), Nulls::Kept);
    let all = run("object.all(k, object[k] >= 0)", &large);
    assert_eq!(all.map(|value| shown(&value)), Ok("Bool(true)".to_owned()));
}

#[test]
fn faults_say_where_they_are() {
    let source = "object.x > 1 && count.startsWith('a')";
    let error = environment().compile(source).expect_err("no overload");
    let fault = &error.faults[0];
    assert!(matches!(fault.problem, Problem::Type(TypeError::NoOverload { .. })), "{error}");
    assert_eq!(&source[fault.span.start as usize..fault.span.end as usize], "count.startsWith('a')");
}

#[test]
fn every_type_fault_is_told() {
    let error = environment().compile("missing + count.field + other").expect_err("three faults");
    assert_eq!(error.faults.len(), 3, "{:?}", error.faults);
}

#[test]
fn deep_and_long_texts_are_refused() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    let sources = [
        deep("(", ")"),
        deep("[", "]"),
        deep("{1: ", "}"),
        deep("f(", ")"),
        "-".repeat(50_000),
        "!".repeat(50_000),
        "1 + ".repeat(10_000) + "1",
        "a".to_owned() + &".b".repeat(10_000),
        "true ? 1 : ".repeat(10_000) + "2",
        "[1].map(x, ".repeat(1_000) + "1" + &")".repeat(1_000),
        "x".repeat(200_000),
    ];
    for source in sources {
        let error = environment().compile(&source).expect_err("too much");
        assert!(matches!(error.faults[0].problem, Problem::Syntax(_)), "{error}");
    }
}

#[test]
fn long_chains_of_one_operator_are_read() {
    let source = "true && ".repeat(10_000) + "false";
    assert_eq!(run(&source, &Bindings::new()).map(|value| shown(&value)), Ok("Bool(false)".to_owned()));
}

#[test]
fn macros_that_double_their_target_are_bounded() {
    let source = "optional.of(1)".to_owned() + &".optMap(x, x + 1)".repeat(60);
    let error = environment().compile(&source).expect_err("too large a plan");
    assert!(matches!(error.faults[0].problem, Problem::Syntax(ParseError::TooDeep { .. })), "{error}");
}

#[test]
fn types_that_double_are_bounded() {
    let mut source = "x20".to_owned();
    for level in (1..=20).rev() {
        source = format!("cel.bind(x{level}, [[x{before}], [x{before}]], {source})", before = level - 1);
    }
    let source = format!("cel.bind(x0, [], {source})");
    assert!(environment().compile(&source).is_ok());
}

#[test]
fn budgets_end_what_costs_too_much() {
    let list = format!("[{}]", vec!["1"; 200].join(", "));
    let nested = format!("{list}.all(a, {list}.all(b, {list}.all(c, {list}.all(d, a + b + c + d > 0))))");
    assert_eq!(run(&nested, &Bindings::new()).map(drop), Err(Failure::CostLimit));
    let doubling = (0..40).fold("l".to_owned(), |inner, _| format!("cel.bind(l, l + l, {inner})"));
    let doubling = format!("cel.bind(l, [1, 2, 3], {doubling})");
    assert_eq!(run(&doubling, &Bindings::new()).map(drop), Err(Failure::MemoryLimit));
    let text = (0..40).fold("t".to_owned(), |inner, _| format!("cel.bind(t, t + t, {inner})"));
    let text = format!("cel.bind(t, 'abc', {text})");
    assert!(run(&text, &Bindings::new()).is_err_and(|failure| failure.is_limit()));
}

#[test]
fn a_limit_is_not_absorbed() {
    let list = format!("[{}]", vec!["1"; 200].join(", "));
    let nested = format!("{list}.all(a, {list}.all(b, {list}.all(c, {list}.all(d, a + b + c + d > 0))))");
    assert_eq!(run(&format!("{nested} || true"), &Bindings::new()).map(drop), Err(Failure::CostLimit));
}
