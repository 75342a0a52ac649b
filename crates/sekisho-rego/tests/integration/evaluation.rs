//! What rules mean.

use crate::support::{old_p, p, v1, value};

#[test]
fn what_a_negated_call_needs_must_be_defined() {
    let rules = "f(x) if x == 1\np if not f(input.missing)";
    assert_eq!(p(rules, "{}"), "undefined");
    assert_eq!(p(rules, r#"{"missing": 2}"#), "true");
    assert_eq!(p("p if not input.missing == 1", "{}"), "true");
    assert_eq!(p("p if not input.missing != 1", "{}"), "undefined");
}

#[test]
fn goals_are_put_in_a_safe_order() {
    assert_eq!(p("p := x if { y == 2; x = y + 1; y = input.a }", r#"{"a": 2}"#), "3");
    assert_eq!(p("p := [x, y] if [x, y] = [y, 1]", "{}"), "[1,1]");
    assert_eq!(p("p := y if { x = [a, b]; y = b; x = input.a; a = 1 }", r#"{"a": [1, 5]}"#), "5");
}

#[test]
fn patterns_take_values_apart() {
    assert_eq!(p(r#"p := [x, y] if {"a": x, "b": [_, y]} = input"#, r#"{"a": 1, "b": [2, 3]}"#), "[1,3]");
    assert_eq!(p(r#"p := x if {"a": x} = input"#, r#"{"a": 1, "b": 2}"#), "undefined");
    assert_eq!(p("p := x if [x, x] = input", "[1, 1]"), "1");
    assert_eq!(p("p := x if [x, x] = input", "[1, 2]"), "undefined");
    assert_eq!(p("f([x, {\"k\": y}]) := x + y\np := f(input)", r#"[1, {"k": 2}]"#), "3");
    assert_eq!(p("f(x, x) := x\np := f(1, 1)", "{}"), "1");
    assert_eq!(p("p contains x if input[[x, 1]]", "[]"), "[]");
}

#[test]
fn references_find_all_of_their_solutions() {
    let input = r#"{"a": [{"n": "x", "v": 1}, {"n": "y", "v": 2}], "b": {"x": 10, "y": 20}}"#;
    assert_eq!(
        p("p contains [n, w] if { n := input.a[_].n; w := input.b[n] }", input),
        r#"[["x",10],["y",20]]"#
    );
    assert_eq!(p("p contains i if input.a[i].v == 2", input), "[1]");
    assert_eq!(p("p := {k: v | some k, v in input.b}", input), r#"{"x":10,"y":20}"#);
    assert_eq!(p("p := [k | input.b[k] > 10]", input), r#"["y"]"#);
    assert_eq!(p("p := count([1 | input.a[_]; input.b[_]])", input), "4");
}

#[test]
fn rules_of_all_kinds_give_their_documents() {
    assert_eq!(p("p[k] := v if { some k, v in input }", r#"{"a": 1}"#), r#"{"a":1}"#);
    assert_eq!(p("p.a.b contains x if some x in input\np.a.c := 1", "[2, 1]"), r#"{"a":{"b":[1,2],"c":1}}"#);
    assert_eq!(
        p("p[x].q[y] := z if some [x, y, z] in input", r#"[["a", "b", 1], ["a", "c", 2]]"#),
        r#"{"a":{"q":{"b":1,"c":2}}}"#
    );
    assert_eq!(p("p[x] contains y if some [x, y] in input", r#"[["a", 1], ["a", 2]]"#), r#"{"a":[1,2]}"#);
    assert_eq!(p("default p := 7\np := 1 if input.a", "{}"), "7");
    assert_eq!(p("default f(_) := 7\nf(x) := 1 if x == 2\np := [f(1), f(2)]", "{}"), "[7,1]");
    assert_eq!(p("p := 1 if { input.a } else := 2 if { input.b } else := 3", r#"{"b": 1}"#), "2");
    assert_eq!(p("p := 1 if { input.a } else := 2 if { input.b } else := 3", "{}"), "3");
}

#[test]
fn rules_of_the_older_language_give_their_documents() {
    assert_eq!(old_p("p[x] { x := input[_] }", "[2, 1]"), "[1,2]");
    assert_eq!(old_p("p[x] { x := input[_]; x > 1 } { x := 9 }", "[2, 1]"), "[2,9]");
    assert_eq!(old_p("p[\"a\"]", "{}"), r#"["a"]"#);
    assert_eq!(old_p("f(\"a\")\nf(\"b\")\np = [x | x = [\"a\", \"c\"][_]; f(x)]", "{}"), r#"["a"]"#);
    assert_eq!(old_p("f() = 3\np = f()", "{}"), "3");
    assert_eq!(old_p("p { not q }\nq { input.a }", "{}"), "true");
    assert_eq!(old_p("p = x { x := input.if.contains }", r#"{"if": {"contains": 1}}"#), "1");
    assert_eq!(old_p("import future.keywords.in\np { 1 in input }", "[1]"), "true");
    assert_eq!(old_p("import rego.v1\np if every x in input { x > 0 }", "[1]"), "true");
}

#[test]
fn every_holds_for_all_and_for_none() {
    let rule = "p if every i, x in input { x > i }";
    assert_eq!(p(rule, "[1, 2]"), "true");
    assert_eq!(p(rule, "[1, 1]"), "undefined");
    assert_eq!(p(rule, "[]"), "true");
    assert_eq!(p(rule, "3"), "undefined");
}

#[test]
fn with_replaces_documents_and_functions() {
    assert_eq!(p("q := input.a\np := x if x := q with input.a as 5", r#"{"a": 1}"#), "5");
    assert_eq!(p("q := input.a\np := [x, q] if x := q with input as {\"a\": 2}", r#"{"a": 1}"#), "[2,1]");
    assert_eq!(p("f(x) := x\ng(x) := x + 1\np := x if x := f(1) with f as g", "{}"), "2");
    assert_eq!(p("p := x if x := count([1, 2]) with count as 9", "{}"), "9");
    assert_eq!(p("q := 1\np := x if x := q with data.test.q as 4", "{}"), "4");
    assert_eq!(p("p := [x | data.base[x] with data.base as {\"a\", \"b\"}]", "{}"), r#"["a","b"]"#);
    assert_eq!(
        p(
            "q contains x if some x in input.l\np := [[x, y] | q[x] with input.l as [1, 2]; y := input.k]",
            r#"{"k": 0}"#
        ),
        "[[1,0],[2,0]]"
    );
}

#[test]
fn bodies_of_not_and_the_words_and_and_or() {
    let head = "import future.keywords.not\nimport future.keywords.and\nimport future.keywords.or\n";
    assert_eq!(p(&format!("{head}p if not {{ x := input.a; x > 1 }}"), r#"{"a": 1}"#), "true");
    assert_eq!(p(&format!("{head}p if not {{ x := input.a; x > 1 }}"), r#"{"a": 2}"#), "undefined");
    assert_eq!(p(&format!("{head}p if input.a or input.b"), r#"{"b": 2}"#), "true");
    assert_eq!(p(&format!("{head}p if input.a and input.b"), r#"{"b": 2}"#), "undefined");
    assert_eq!(p(&format!("{head}p if not (input.a and input.b)"), r#"{"b": 2}"#), "true");
    assert_eq!(p("import future.keywords.not\nf(x) if x == 1\np if not f(input.missing)", "{}"), "true");
}

#[test]
fn base_documents_and_rules_are_one_tree() {
    let compiled = crate::support::compiled(v1("package a.b\nc := 1\nd := 2 if input.never"));
    let data = crate::support::json(r#"{"a": {"b": {"e": 3}, "f": 4}}"#);
    let request = sekisho_rego::Request { data: Some(&data), ..sekisho_rego::Request::default() };
    let ask = |query: &str| {
        let query = compiled.query(query).expect("the query is one");
        let answers = compiled.ask(&query, &request, &mut sekisho_rego::Memory::new());
        let answers = answers.expect("the query is answered").answers;
        answers.into_iter().map(|answer| format!("{:?}", answer.bindings)).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ask("x := data.a"), r#"[{"b": {"c": 1, "e": 3}, "f": 4}]"#);
    assert_eq!(ask("data.a[x][y] = z"), r#"["b", "e", 3] ["b", "c", 1]"#);
    assert_eq!(ask("data[\"a\"][x] = 4"), r#"["f"]"#);
    assert_eq!(ask("k := \"c\"; data.a.b[k] = x"), r#"["c", 1]"#);
}

#[test]
fn conflicts_are_errors() {
    let error = |text: &str| {
        let text = format!("package test\n{text}");
        value(v1(&text), &["test", "p"], "[1, 2]").expect_err("the rules conflict").to_string()
    };
    assert_eq!(
        error("p := x if some x in input"),
        "test.rego:2: eval_conflict_error: complete rules must not produce multiple outputs"
    );
    assert_eq!(
        error("p[k] := x if { k := \"a\"; some x in input }"),
        "test.rego:2: eval_conflict_error: object keys must be unique"
    );
    assert_eq!(
        error("f(_) := x if some x in input\np := f(1)"),
        "test.rego:2: eval_conflict_error: functions must not produce multiple outputs for same inputs"
    );
    assert_eq!(p("p := 1 if some x in input", "[1, 2]"), "1");
}

#[test]
fn functions_of_the_host_are_answered_from_facts() {
    let nothing = |_: &[sekisho_rego::value::Value]| Ok(None);
    let function = |name: &str| sekisho_rego::HostFunction {
        name: name.to_owned(),
        arity: 1,
        call: std::sync::Arc::new(nothing),
    };
    let options = sekisho_rego::Options {
        functions: vec![function("external_data"), function("cautils.known")],
        ..sekisho_rego::Options::default()
    };
    let text = "package a\nimport data.cautils\np := [external_data(input.a), cautils.known(1)]";
    let compiled = sekisho_rego::compile(&[v1(text)], &options).expect("the module is one");
    let document = compiled.document(&["a", "p"]).expect("the module has the rule");
    let input = crate::support::json(r#"{"a": 7}"#);
    let answers = |name: &str, arguments: &[sekisho_rego::value::Value]| {
        Ok(Some(sekisho_rego::value::Value::from(format!("{name} {}", arguments[0]))))
    };
    let mut memory = sekisho_rego::Memory::new();
    let request = sekisho_rego::Request { input: Some(&input), ..sekisho_rego::Request::default() };
    assert_eq!(compiled.evaluate(document, &request, &mut memory).expect("evaluated").value, None);
    let request = sekisho_rego::Request { host: Some(&answers), ..request };
    let value = compiled.evaluate(document, &request, &mut memory).expect("evaluated").value;
    assert_eq!(value, Some(crate::support::json(r#"["external_data 7", "cautils.known 1"]"#)));
}
