//! How modules are read.

use crate::support::{errors, old_p, p, v0, v1};

#[test]
fn terms_are_read_with_their_strengths() {
    assert_eq!(p("p := 1 + 2 * 3 - 4 / 2", "{}"), "5");
    assert_eq!(p("p := (1 + 2) * 3", "{}"), "9");
    assert_eq!(p("p := {1, 2} | {3} & {3, 4}", "{}"), "[1,2,3]");
    assert_eq!(p("p := -input.a", r#"{"a": 3}"#), "-3");
    assert_eq!(p("p := [x | x := 1]", "{}"), "[1]");
    assert_eq!(p("a := {1}\nb := {2}\np := [a | b, 3]", "{}"), "[[1,2],3]");
    assert_eq!(p("a := {1}\np := {\"k\": a | {2}, \"l\": 1}", "{}"), r#"{"k":[1,2],"l":1}"#);
    assert_eq!(p("p := `a\\n` if 1 == 1.0", "{}"), r#""a\\n""#);
    assert_eq!(p(r#"p := "\u0061\ud83d\ude00""#, "{}"), "\"a\u{1f600}\"");
}

#[test]
fn a_line_break_ends_a_call() {
    assert_eq!(p("f(x) := x\np if {\n  input.a\n  (1 == 1)\n}", r#"{"a": 1}"#), "true");
    assert_eq!(p("p := x if {\n  x := input.a\n  [1, 2][0] == 1\n}", r#"{"a": 1}"#), "1");
}

#[test]
fn words_may_be_names_in_references() {
    assert_eq!(p("p := data.test.if.not\nif.not := 3", "{}"), "3");
    assert_eq!(p("p := input.some.in", r#"{"some": {"in": 1}}"#), "1");
    assert_eq!(old_p("every = 1\nif = 2\np = [every, if]", "{}"), "[1,2]");
    assert_eq!(
        errors(v1("package test\nif := 1")),
        "test.rego:2: rego_parse_error: if keyword cannot be used for rule name"
    );
}

#[test]
fn what_the_newer_language_asks_for_is_asked_for() {
    assert_eq!(
        errors(v1("package test\np { true }\nq[x] { x := 1 }")),
        "test.rego:2: rego_parse_error: `if` keyword is required before rule body\n\
         test.rego:3: rego_parse_error: `if` keyword is required before rule body\n\
         test.rego:3: rego_parse_error: `contains` keyword is required for partial set rules"
    );
    assert_eq!(errors(v0("package test\np { true }\nq[x] { x := 1 }")), "");
    assert_eq!(
        errors(v0("package test\nimport rego.v1\np { true }")),
        "test.rego:3: rego_parse_error: `if` keyword is required before rule body"
    );
}

#[test]
fn errors_of_reading_name_their_place() {
    assert_eq!(errors(v1("")), "test.rego:1: rego_parse_error: empty module");
    assert_eq!(errors(v1("p := 1")), "test.rego:1: rego_parse_error: package expected");
    assert_eq!(errors(v1("package a\np := \"x")), "test.rego:2: rego_parse_error: non-terminated string");
    assert_eq!(
        errors(v1("package a\np := [1, 2")),
        "test.rego:2: rego_parse_error: unexpected eof token: expected \",\" or \"]\""
    );
    assert_eq!(
        errors(v1("package a\np := 01")),
        "test.rego:2: rego_parse_error: unexpected number token: expected number without leading zero"
    );
    assert_eq!(errors(v1("package a\nimport foo.bar")).lines().count(), 1);
    assert_eq!(errors(v0("package a\np { }")), "test.rego:2: rego_parse_error: found empty body");
}

#[test]
fn what_metadata_comments_say_is_known_to_rules() {
    let rules = "# METADATA\n# title: A rule\n# authors:\n# - Jo Doe <jo@example.com>\n# custom:\n#   level: 2\n\
                 p := [rego.metadata.rule(), [link.path | some link in rego.metadata.chain()]]";
    assert_eq!(
        p(rules, "{}"),
        r#"[{"authors":[{"email":"jo@example.com","name":"Jo Doe"}],"custom":{"level":2},"scope":"rule","title":"A rule"},[["test","p"]]]"#
    );
    assert!(
        errors(v1("package a\n# METADATA\n# title: [\np := rego.metadata.rule()"))
            .contains("rego_parse_error")
    );
}

#[test]
fn modules_are_read_by_rules() {
    let rules = "m := rego.parse_module(\"x.rego\", \"package a.b\\np := {x | some x in [1]}\")\n\
                 p := [m[\"package\"].path[1].value, m.rules[0].head.name, m.rules[0].head.value.type]";
    assert_eq!(p(rules, "{}"), r#"["a","p","setcomprehension"]"#);
}

#[test]
fn functions_on_their_way_out_are_gone_in_the_newer_language() {
    assert_eq!(
        errors(v1("package a\np if any([true])")),
        "test.rego:2: rego_type_error: deprecated built-in function calls in expression: any"
    );
    assert_eq!(errors(v0("package a\np { any([true]) }")), "");
}
