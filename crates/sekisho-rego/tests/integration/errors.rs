//! What is wrong with modules that can be read.

use crate::support::{errors, v0, v1};

fn of(text: &str) -> String {
    errors(v1(&format!("package test\n{text}")))
}

#[test]
fn variables_without_a_value_are_unsafe() {
    assert_eq!(of("p if x == 1"), "test.rego:2: rego_unsafe_var_error: var x is unsafe");
    assert_eq!(of("p := x if true"), "test.rego:2: rego_unsafe_var_error: var x is unsafe");
    assert_eq!(of("p if not input[x]"), "test.rego:2: rego_unsafe_var_error: var x is unsafe");
    assert_eq!(of("p if not input[_] == 1"), "test.rego:2: rego_unsafe_var_error: var _ is unsafe");
    assert_eq!(of("p if { x = y; y = x }").lines().count(), 4);
    assert_eq!(of("p := [y | x := 1]"), "test.rego:2: rego_unsafe_var_error: var y is unsafe");
    assert_eq!(of("p if every x in input { x == y }"), "test.rego:2: rego_unsafe_var_error: var y is unsafe");
}

#[test]
fn names_are_declared_once() {
    assert_eq!(of("p if { x := 1; x := 2 }"), "test.rego:2: rego_compile_error: var x assigned above");
    assert_eq!(of("p if { x == 1; x := 2 }"), "test.rego:2: rego_compile_error: var x referenced above");
    assert_eq!(of("f(x) if x := 2"), "test.rego:2: rego_compile_error: arg x redeclared");
    assert_eq!(of("p if { some x; 1 == 1 }"), "test.rego:2: rego_compile_error: declared var x unused");
    assert_eq!(of("p if { some x in x }"), "test.rego:2: rego_compile_error: var x assigned before");
    assert_eq!(
        of("p if not x := 1"),
        "test.rego:2: rego_compile_error: cannot assign vars inside negated expression"
    );
    assert_eq!(
        of("input := 1"),
        "test.rego:2: rego_compile_error: rules must not shadow input (use a different rule name)"
    );
}

#[test]
fn rules_do_not_refer_to_themselves() {
    assert_eq!(
        of("p if p"),
        "test.rego:2: rego_recursion_error: rule data.test.p is recursive: data.test.p -> data.test.p"
    );
    assert_eq!(
        of("p if q\nq if p"),
        "test.rego:2: rego_recursion_error: rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.p\n\
         test.rego:3: rego_recursion_error: rule data.test.q is recursive: data.test.q -> data.test.p -> data.test.q"
    );
    assert!(of("p contains x if data.test[x]").contains("rego_recursion_error"));
}

#[test]
fn rules_of_one_name_fit_together() {
    assert_eq!(
        of("p := 1\np contains 2"),
        "test.rego:2: rego_type_error: conflicting rules data.test.p found"
    );
    assert_eq!(
        of("f(x) := x\nf(x, y) := x"),
        "test.rego:2: rego_type_error: conflicting rules data.test.f found"
    );
    assert_eq!(
        of("p := 1\np.q := 2"),
        "test.rego:2: rego_type_error: rule data.test.p conflicts with [data.test.p.q]"
    );
    assert!(of("default p := 1\ndefault p := 2").contains("multiple default rules data.test.p found"));
}

#[test]
fn calls_are_of_functions_that_exist() {
    assert_eq!(of("p if f(1)"), "test.rego:2: rego_type_error: undefined function f");
    assert!(of("p := count(1, 2, 3)").starts_with("test.rego:2: rego_type_error: count: arity mismatch"));
    assert_eq!(
        of("f(x) := x\np if { f := 1; f(f) }"),
        "test.rego:3: rego_compile_error: called function f shadowed"
    );
    assert_eq!(
        of("q := {\"a\": 1}\np if q with data.test.q.a as 2"),
        "test.rego:3: rego_compile_error: with keyword cannot partially replace virtual document(s)"
    );
}

#[test]
fn the_older_language_lets_more_pass() {
    assert_eq!(errors(v0("package test\ninput = 1")), "");
    assert_eq!(errors(v0("package test\nimport data.a\nimport data.b.a\np { a }")), "");
    assert_eq!(
        of("import data.a\nimport data.b.a\np if a"),
        "test.rego:3: rego_compile_error: import must not shadow import data.a"
    );
}

#[test]
fn types_that_can_never_meet_are_errors() {
    assert_eq!(
        of("p := 1 + \"a\"").lines().next(),
        Some("test.rego:2: rego_type_error: plus: invalid argument(s)")
    );
    assert_eq!(
        of("p if { x := 1; x == \"a\" }").lines().next(),
        Some("test.rego:2: rego_type_error: match error")
    );
    assert_eq!(
        of("q := 1\np := q.a").lines().next(),
        Some("test.rego:3: rego_type_error: undefined ref: data.test.q.a")
    );
    assert_eq!(
        of("q := {\"a\": 1}\np := q.b").lines().next(),
        Some("test.rego:3: rego_type_error: undefined ref: data.test.q.b")
    );
    assert_eq!(
        of("f(x) if x == 1\np if f(\"a\")").lines().next(),
        Some("test.rego:3: rego_type_error: data.test.f: invalid argument(s)")
    );
    assert_eq!(of("q := 1\np if { x := q.a with data.test.q as {\"a\": 2}; x }"), "");
    assert_eq!(of("q := input\np := q.a.b[_].c"), "");
    assert_eq!(of("q := [1, \"a\"][_]\np := q + 1"), "");
}
