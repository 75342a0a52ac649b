//! Rego that means harm, at the command line: an error or a verdict in its place, and the others go on.

use crate::command::{Ran, Workbench};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {n: 5}\n";
const GOOD: &str = "package main\nwarn_good contains \"still asked\" if true\n";

/// Checks a Pod with one more policy.
fn check(file: &str, content: impl AsRef<[u8]>) -> Ran {
    let bench = Workbench::new();
    bench.file("pod.yaml", POD);
    bench.file(&format!("p/{file}"), content);
    bench.run(&["policy", "check", "-p", "p", "-r", "pod.yaml"])
}

/// The template `x` and its constraint, with this module.
fn template(module: &str) -> String {
    let module = module.replace('\n', "\n      ");
    format!(
        "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {{name: x}}\nspec:\n  crd: \
         {{spec: {{names: {{kind: X}}}}}}\n  targets:\n  - target: admission.k8s.gatekeeper.sh\n    rego: |\n      \
         {module}\n---\n{{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: X, metadata: {{name: x}}}}\n"
    )
}

/// The same as a plain module and as a template: the status, and what is said.
fn both(body: &str) -> [Ran; 2] {
    let plain = format!("package main\ndeny contains msg if {{\n{body}\nmsg := \"x\"\n}}\n");
    let inside = template(&format!("package x\nviolation[{{\"msg\": msg}}] {{\n{body}\nmsg := \"x\"\n}}"));
    [check("plain.rego", plain), check("template.yaml", inside)]
}

#[test]
fn what_costs_too_much_ends_with_an_error() {
    let loops =
        "package main\ndeny contains \"x\" if numbers.range(1, 5000)[_] + numbers.range(1, 5000)[_] < 0\n";
    let ran = check("plain.rego", loops);
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(ran.out.starts_with("ERROR  Rego/main deny"), "{}", ran.out);
    let large = "x := sprintf(\"%2000000000d\", [1])\ncount(x) > 0";
    for ran in both(large) {
        assert!(ran.status <= 4 && ran.err.is_empty(), "{} {}", ran.status, ran.err);
    }
}

#[test]
fn a_pattern_that_blows_up_does_not() {
    let text = "a".repeat(50_000);
    for ran in both(&format!("regex.match(\"^(a+)+$\", \"{text}!\")")) {
        assert_eq!(ran.status, 0, "{}", ran.out);
    }
    let pattern = "(a|b)".repeat(200_000);
    for ran in both(&format!("regex.match(\"{pattern}\", \"a\")")) {
        assert!(matches!(ran.status, 0 | 1 | 4), "{} {}", ran.status, ran.err);
    }
}

#[test]
fn divisions_by_zero_and_missing_fields_are_undefined() {
    for body in ["1 / (input.none - input.none) == 1", "x := 1 % 0", "input.review.object.a.b.c == 1"] {
        for ran in both(body) {
            assert_eq!(ran.status, 0, "{body}: {}", ran.out);
        }
    }
}

#[test]
fn deep_nesting_is_refused_at_its_place() {
    let deep = format!("x := {}1{}", "[".repeat(10_000), "]".repeat(10_000));
    for ran in both(&deep) {
        assert_eq!(ran.status, 4, "{}", ran.err);
        assert!(ran.out.contains("rego_parse_error"), "{}", ran.out.chars().take(200).collect::<String>());
    }
}

#[test]
fn circles_are_named() {
    let plain = check("plain.rego", "package main\na if b\nb if a\ndeny contains \"x\" if a\n");
    assert_eq!(plain.status, 4);
    assert!(plain.out.contains("rego_recursion_error"), "{}", plain.out);
    let inside =
        check("template.yaml", template("package x\na { b }\nb { a }\nviolation[{\"msg\": \"x\"}] { a }"));
    assert_eq!(inside.status, 4);
    assert!(inside.out.contains("rego_recursion_error"), "{}", inside.out);
}

#[test]
fn what_cannot_be_read_is_named_and_the_others_are_asked() {
    let bench = Workbench::new();
    bench.file("pod.yaml", POD);
    bench.file("p/broken.rego", [0x70, 0xff, 0xfe, 0x0a]);
    bench.file("p/good.rego", GOOD);
    let ran = bench.run(&["policy", "check", "-p", "p", "-r", "pod.yaml"]);
    assert_eq!(ran.status, 4);
    assert!(ran.out.contains("p/broken.rego: is no UTF-8 text"), "{}", ran.out);
    assert!(ran.out.contains("still asked"), "{}", ran.out);
    let large = format!("package main\n# {}\n", "x".repeat(11 << 20));
    let ran = check("large.rego", large);
    assert_eq!(ran.status, 4);
    assert!(ran.out.contains("larger than 10 MiB"), "{}", ran.out);
}

#[test]
fn a_large_module_is_read() {
    use std::fmt::Write as _;
    let mut text = String::from(GOOD);
    while text.len() < 2 << 20 {
        let number = text.len();
        let _ = writeln!(text, "rule_{number} if input.a.b.c == \"{number}\"");
    }
    let ran = check("large.rego", text);
    assert_eq!((ran.status, ran.out.contains("still asked")), (0, true), "{}", ran.err);
}

#[test]
fn unknown_versions_and_names_given_twice_are_said() {
    let unknown = template("package x\nviolation[{\"msg\": \"x\"}] { true }")
        .replace("templates.gatekeeper.sh/v1", "templates.gatekeeper.sh/v9");
    let ran = check("template.yaml", unknown);
    assert_eq!(ran.status, 4);
    assert!(ran.out.contains("no version of ConstraintTemplate"), "{}", ran.out);
    let one = template("package x\nviolation[{\"msg\": \"x\"}] { true }");
    let ran = check("twice.yaml", format!("{one}---\n{one}"));
    assert!(ran.out.contains("given again further down"), "{}", ran.out);
}

#[test]
fn nothing_is_sent_anywhere() {
    let plain = check(
        "plain.rego",
        "package main\ndeny contains \"x\" if http.send({\"method\": \"GET\", \"url\": \"http://127.0.0.1:1\"}).status_code > 0\n",
    );
    assert_eq!(plain.status, 4);
    assert!(plain.out.contains("unsafe built-in function calls"), "{}", plain.out);
    let inside = check(
        "template.yaml",
        template(
            "package x\nviolation[{\"msg\": \"x\"}] { http.send({\"method\": \"GET\", \"url\": \"http://127.0.0.1:1\"}) }",
        ),
    );
    assert_eq!(inside.status, 4);
    assert!(inside.out.contains("unsafe built-in function calls"), "{}", inside.out);
}
