//! What hostile modules and documents cannot do.

use sekisho_rego::Memory;
use sekisho_rego::value::Value;
use sekisho_rego::{Budget, EvaluationError, Limit, Options, Request, compile};

use crate::support::{errors, json, v0, v1};

#[test]
fn nesting_is_read_once_and_ends_at_a_limit() {
    for (open, close) in
        [("[", "]"), ("{", "}"), ("{\"a\": ", "}"), ("(", ")"), ("[x | x := ", "]"), ("f(", ")")]
    {
        let deep = format!("package a\np = {}1{}", open.repeat(10_000), close.repeat(10_000));
        assert!(errors(v0(&deep)).contains("max parsing recursion depth exceeded"), "{open}");
        let fair = format!("package a\nf(x) = x\np = {}1{}", open.repeat(60), close.repeat(60));
        assert_eq!(errors(v0(&fair)), "", "{open}");
    }
    for open in [
        "[",
        "{",
        "(",
        "{\"a\":",
        "[1 | ",
        "$\"{",
        "not ",
        "-",
        "a[",
        "f(",
        "every x in [",
        "{1 | ",
        "[a | b, ",
    ] {
        let deep = format!("package a\np {{ {} }}", open.repeat(10_000));
        assert!(!errors(v0(&deep)).is_empty(), "{open}");
    }
}

#[test]
fn unions_in_lists_are_read_once() {
    let text = format!("package a\nb := {{1}}\np := {}1{}", "[b | ".repeat(60), ", 2]".repeat(60));
    assert!(!errors(v1(&text)).contains("max"));
}

#[test]
fn long_chains_end_at_a_limit() {
    let sum = format!("package a\np := {}", vec!["1"; 100_000].join(" + "));
    assert!(errors(v1(&sum)).contains("max parsing recursion depth exceeded"));
    let calls = format!("package a\np := f{}", "(1)".repeat(100_000));
    assert!(!errors(v1(&calls)).is_empty());
    let branches = format!("package a\np := 0 if input.x{}", " else := 1 if input.x".repeat(20_000));
    assert_eq!(errors(v1(&branches)), "");
}

#[test]
fn long_bodies_are_ordered_in_fair_time() {
    let goals: Vec<String> = (0..5_000).map(|place| format!("x{place} = x{}", place + 1)).collect();
    let body = format!("package a\np {{ {}\nx5000 = 1 }}", goals.join("\n"));
    assert_eq!(errors(v0(&body)), "");
}

#[test]
fn a_spent_budget_is_an_error() {
    let compiled = compile(
        &[v1("package a\np contains [a, b, c, d] if { some a in input; some b in input; some c in input; some d in input }")],
        &Options::default(),
    )
    .expect("the module is one");
    let input = Value::array((0_i64..100).map(Value::from).collect());
    let document = compiled.document(&["a", "p"]).expect("the module has the rule");
    let with = |budget: Budget| {
        let request = Request { input: Some(&input), budget, ..Request::default() };
        compiled.evaluate(document, &request, &mut Memory::new())
    };
    let limit = |budget: Budget| match with(budget) {
        Err(EvaluationError::Limit { limit, .. }) => limit,
        other => panic!("no limit was met: {other:?}"),
    };
    assert_eq!(limit(Budget { steps: 10_000, ..Budget::default() }), Limit::Steps);
    assert_eq!(limit(Budget { memory: 10_000, ..Budget::default() }), Limit::Memory);
    let request = Request { input: Some(&input), cancelled: Some(&|| true), ..Request::default() };
    let cancelled = compiled.evaluate(document, &request, &mut Memory::new());
    assert!(matches!(cancelled, Err(EvaluationError::Limit { limit: Limit::Cancelled, .. })));
}

#[test]
fn deep_calls_end_at_a_limit() {
    let rules: Vec<String> = (1..5_000).map(|place| format!("p{place} := p{} + 1\n", place - 1)).collect();
    let text = format!("package a\np0 := 1\n{}", rules.concat());
    let compiled = compile(&[v1(&text)], &Options::default()).expect("the module is one");
    let document = compiled.document(&["a", "p4999"]).expect("the module has the rule");
    let outcome = compiled.evaluate(document, &Request::default(), &mut Memory::new());
    assert!(matches!(outcome, Err(EvaluationError::Limit { limit: Limit::Depth, .. })));
    let request = Request { budget: Budget { depth: 10_000, ..Budget::default() }, ..Request::default() };
    let outcome = compiled.evaluate(document, &request, &mut Memory::new()).expect("the depth is allowed");
    assert_eq!(outcome.value, Some(json("5000")));
}

#[test]
fn a_division_by_zero_is_undefined_or_an_error() {
    let compiled =
        compile(&[v1("package a\np := 1 / input.x")], &Options::default()).expect("the module is one");
    let input = json(r#"{"x": 0}"#);
    let document = compiled.document(&["a", "p"]).expect("the module has the rule");
    let request = Request { input: Some(&input), ..Request::default() };
    let outcome = compiled.evaluate(document, &request, &mut Memory::new()).expect("undefined is no error");
    assert_eq!(outcome.value, None);
    let request = Request { strict_errors: true, ..request };
    let error = compiled.evaluate(document, &request, &mut Memory::new()).expect_err("errors are asked for");
    assert_eq!(error.to_string(), "test.rego:2: eval_builtin_error: div: divide by zero");
}

#[test]
fn rules_cannot_nest_values_without_end() {
    let chain = |step: &str| {
        let rule = |place: i32| format!("p{place} := {}\n", step.replace('@', &format!("p{}", place - 1)));
        let rules: Vec<String> = (1..20_000).map(rule).collect();
        errors(v1(&format!("package a\np0 := 1\n{}", rules.concat())))
    };
    assert!(chain("[@]").contains("levels deep"));
    assert!(chain("{\"a\": @}").contains("levels deep"));
    assert!(chain("[x | x := @]").contains("levels deep"));
    assert!(chain("array.concat([1], [@])").contains("levels deep"));
    let functions: Vec<String> =
        (1..20_000).map(|place| format!("f{place}(x) := [f{}(x)]\n", place - 1)).collect();
    assert!(errors(v1(&format!("package a\nf0(x) := x\n{}", functions.concat()))).contains("levels deep"));
    let within: Vec<String> = (1..3_000).map(|place| format!("x{place} := [x{}]\n", place - 1)).collect();
    assert!(
        errors(v1(&format!("package a\np := x2999 if {{ x0 := 1\n{} }}", within.concat())))
            .contains("levels deep")
    );
}

#[test]
fn a_module_of_ten_megabytes_is_read() {
    let rule = "p contains x if { some x in input.items; x.name == \"some name that is long enough\"; not x.other }\n";
    let text = format!("package a\n{}", rule.repeat((10 << 20) / rule.len()));
    assert_eq!(errors(v1(&text)), "");
    let table = format!("package a\nt := [{}]", "{\"a\": 1, \"b\": [2, 3]},\n".repeat((10 << 20) / 24));
    assert_eq!(errors(v1(&table)), "");
}

#[test]
fn replacements_in_loops_are_counted_and_let_go_of() {
    let text = "package a\nq := count(data.big)\np := count([1 | some x in numbers.range(1, 3000); q with data.big.k as x])";
    let compiled = compile(&[v1(text)], &Options::default()).expect("the module is one");
    let big: Vec<(Value, Value)> =
        (0..2_000).map(|place: i64| (Value::from(format!("k{place}")), Value::from(place))).collect();
    let data = Value::fields([("big", Value::object(big))]);
    let document = compiled.document(&["a", "p"]).expect("the module has the rule");
    let request = Request { data: Some(&data), ..Request::default() };
    let outcome = compiled.evaluate(document, &request, &mut Memory::new()).expect("the budget is enough");
    assert_eq!(outcome.value, Some(json("3000")));
    let request = Request { budget: Budget { memory: 1 << 20, ..Budget::default() }, ..request };
    let outcome = compiled.evaluate(document, &request, &mut Memory::new());
    assert!(matches!(outcome, Err(EvaluationError::Limit { limit: Limit::Memory, .. })));
}

#[test]
fn large_values_are_not_compared_for_one_step() {
    let text = "package a\np if { some i in numbers.range(1, 100); [input.x, i] == [input.y, i]; i < 0 }";
    let compiled = compile(&[v1(text)], &Options::default()).expect("the module is one");
    let list = || Value::array((0_i64..20_000).map(Value::from).collect());
    let input = Value::fields([("x", list()), ("y", list())]);
    let document = compiled.document(&["a", "p"]).expect("the module has the rule");
    let request = Request {
        input: Some(&input),
        budget: Budget { steps: 20_000, ..Budget::default() },
        ..Request::default()
    };
    let outcome = compiled.evaluate(document, &request, &mut Memory::new());
    assert!(matches!(outcome, Err(EvaluationError::Limit { limit: Limit::Steps, .. })));
}

#[test]
fn trees_of_packages_have_bounds() {
    let long = format!("package a{}\np := 1", ".a".repeat(100_000));
    assert!(errors(v1(&long)).contains("more than 256 names"));
    let long = format!("package a\np{} := 1", ".a".repeat(100_000));
    assert!(errors(v1(&long)).contains("more than 256 names"));
    let rules: Vec<String> =
        (0..3_000).map(|place| format!("q{place} if data[input.a][input.b]\n")).collect();
    assert!(!errors(v1(&format!("package a\n{}", rules.concat()))).is_empty());
}

#[test]
fn a_constant_names_the_rule_that_a_variable_leads_to() {
    assert_eq!(errors(v1("package a\np if { x := \"b\"; data[x].q }")), "");
    assert_eq!(errors(v1("package a\np if { some x in {\"b\", \"c\"}; data[x].q }")), "");
    assert!(errors(v1("package a\np if { x := input.x; data[x].p }")).contains("rego_recursion_error"));
}

#[test]
fn what_just_fits_is_compiled_and_evaluated() {
    let of = |text: String| {
        let source = [v0(&text)];
        let Ok(compiled) = compile(&source, &Options::default()) else { return };
        let document = compiled.document(&["a", "p"]).expect("the module has the rule");
        let _ = compiled.evaluate(document, &Request::default(), &mut Memory::new());
    };
    for depth in [60, 90, 130, 180, 198] {
        for (open, close) in [
            ("[", "]"),
            ("{", "}"),
            ("{\"a\": ", "}"),
            ("[x | x := ", "]"),
            ("{x | x := ", "}"),
            ("f(", ")"),
            ("[1][", "]"),
        ] {
            of(format!("package a\nf(x) = x\np = {}0{}", open.repeat(depth), close.repeat(depth)));
            of(format!(
                "package a\nf(x) = x\np {{ not {}0{} == 1 }}",
                open.repeat(depth),
                close.repeat(depth)
            ));
        }
        let every = "every x in [1] { ".repeat(depth);
        of(format!("package a\nimport future.keywords\np {{ {every}x == x{} }}", " }".repeat(depth)));
        let not = "not { ".repeat(depth);
        of(format!("package a\nimport future.keywords\np {{ {not}1 == 1{} }}", " }".repeat(depth)));
        let template = "$\"{".repeat(depth);
        of(format!("package a\np = {template}1{}", "}\"".repeat(depth)));
    }
    for length in [100, 380, 399] {
        of(format!("package a\np = {}", vec!["1"; length].join(" + ")));
        of(format!("package a\nf(x) = x\np = {}", vec!["f(1)"; length].join(" + ")));
        of(format!("package a\nimport future.keywords\np {{ {} }}", vec!["input.a"; length].join(" or ")));
        of(format!("package a\nimport future.keywords\np {{ {} }}", vec!["input.a"; length].join(" and ")));
    }
}
