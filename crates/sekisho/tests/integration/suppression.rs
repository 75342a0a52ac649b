//! Findings that do not count: comments, exceptions, baselines.

use crate::charts::{DEPLOYMENT, VALUES, chart};
use crate::command::{PRIVILEGED, Workbench};

const ONLY: &[&str] = &["scan", ".", "--format", "json", "--only", "privileged-container"];

#[test]
fn a_comment_with_a_reason_counts() {
    let bench = Workbench::new();
    for (line, suppressed) in [
        (
            "        privileged: true # sekisho: ignore[privileged-container]: the driver loads a module\n",
            true,
        ),
        ("        # sekisho: ignore[privileged-container]: the driver\n        privileged: true\n", true),
        (
            "        # sekisho: ignore[host-port, privileged-container]: both\n        privileged: true\n",
            true,
        ),
        ("        privileged: true # sekisho: ignore[host-network]: another\n", false),
        ("        privileged: true # sekisho: ignore[privileged-container]\n", false),
        ("        privileged: true # sekisho: ignore[privileged-container]:\n", false),
    ] {
        bench.file("pod.yaml", PRIVILEGED.replace("        privileged: true\n", line));
        let ran = bench.run(ONLY);
        assert_eq!(!ran.has("privileged-container"), suppressed, "{line}{}", ran.out);
    }
}

#[test]
fn a_comment_without_effect_is_a_finding() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED.replace("true\n", "true # sekisho: ignore[privileged-container]\n"));
    assert!(bench.run(ONLY).findings().contains(&("invalid-ignore-comment".to_owned(), 11)));
    bench.file("pod.yaml", PRIVILEGED.replace("true\n", "true # sekisho: ignore[privleged]: why\n"));
    assert!(bench.run(ONLY).has("invalid-ignore-comment"));
}

#[test]
fn an_exception_covers_what_it_names() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    for (scope, covered) in [
        ("", true),
        ("    objects: [\"Pod/web\"]\n", true),
        ("    objects: [\"Pod/w*\"]\n    namespaces: [shop]\n    containers: [\"we?\"]\n", true),
        ("    objects: [\"Deployment/web\"]\n", false),
        ("    namespaces: [other]\n", false),
        ("    files: [\"*pod.yaml\"]\n", true),
        ("    files: [\"other/*\"]\n", false),
    ] {
        let head = "exceptions:\n  - checks: [privileged-container]\n    owner: me\n    reason: why\n";
        bench.file("sekisho.yaml", format!("{head}{scope}"));
        let ran = bench.run(ONLY);
        assert_eq!(!ran.has("privileged-container"), covered, "{scope}{}", ran.out);
        assert_eq!(ran.status, i32::from(!covered), "{scope}");
    }
}

#[test]
fn an_expired_exception_is_a_finding() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    let text =
        "exceptions:\n  - checks: [privileged-container]\n    owner: me\n    reason: why\n    expires: ";
    bench.file("sekisho.yaml", format!("{text}2020-01-31\n"));
    let ran = bench.run(ONLY);
    assert!(ran.has("privileged-container") && ran.findings().contains(&("expired-exception".to_owned(), 2)));
    bench.file("sekisho.yaml", format!("{text}2999-01-31\n"));
    let ran = bench.run(ONLY);
    assert!(!ran.has("privileged-container") && !ran.has("expired-exception"), "{}", ran.out);
}

#[test]
fn a_baseline_lets_known_findings_pass_and_new_ones_fail() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    assert_eq!(bench.run(&["scan", ".", "--write-baseline", "known.json"]).status, 1);
    assert_eq!(bench.run(&["scan", ".", "--baseline", "known.json"]).status, 0);

    // Lines that move change nothing.
    bench.file("pod.yaml", format!("# a comment\n\n{PRIVILEGED}"));
    assert_eq!(bench.run(&["scan", ".", "--baseline", "known.json"]).status, 0);

    // A second container with the same fault is new.
    let second = "    - name: other\n      image: registry.example.com/other:1\n      securityContext:\n        privileged: true\n";
    bench.file("pod.yaml", format!("{PRIVILEGED}{second}"));
    assert_eq!(bench.run(&["scan", ".", "--baseline", "known.json"]).status, 1);
}

#[test]
fn a_broken_baseline_is_an_error() {
    let bench = Workbench::new();
    bench.file("pod.yaml", PRIVILEGED);
    for text in
        ["", "{}", "[1]", "{\"version\": 2, \"findings\": {}}", "{\"version\": 1, \"findings\": {\"x\": 1}}"]
    {
        bench.file("known.json", text);
        assert_eq!(bench.run(&["scan", ".", "--baseline", "known.json"]).status, 2, "{text}");
    }
    assert_eq!(bench.run(&["scan", ".", "--baseline", "missing.json"]).status, 2);
}

#[test]
fn comments_in_templates_and_values_count_too() {
    const WHY: &str = "sekisho: ignore[privileged-container]: the driver";
    for (template, values) in [
        (
            DEPLOYMENT
                .replace("            {{- toYaml", &format!("            # {WHY}\n            {{{{- toYaml")),
            VALUES.to_owned(),
        ),
        (DEPLOYMENT.replace("nindent 12 }}", &format!("nindent 12 }}}} # {WHY}")), VALUES.to_owned()),
        (
            DEPLOYMENT.replace(
                "            {{- toYaml",
                &format!("            {{{{- /* {WHY} */}}}}\n            {{{{- toYaml"),
            ),
            VALUES.to_owned(),
        ),
        (DEPLOYMENT.to_owned(), VALUES.replace("privileged: true", &format!("privileged: true # {WHY}"))),
        (DEPLOYMENT.to_owned(), VALUES.replace("# the driver", &format!("# {WHY}"))),
    ] {
        let bench = Workbench::new();
        chart(&bench, "shop");
        bench.file("shop/templates/deployment.yaml", &template);
        bench.file("shop/values.yaml", &values);
        let ran = bench.run(ONLY);
        assert!(!ran.has("privileged-container"), "{template}{values}{}", ran.out);
        assert!(ran.out.contains("the driver"), "{}", ran.out);
        assert!(!ran.has("invalid-ignore-comment"), "{}", ran.out);
    }
    let bench = Workbench::new();
    chart(&bench, "shop");
    bench.file("shop/values.yaml", VALUES.replace("true", "true # sekisho: ignore[privileged-container]"));
    bench.file("shop/templates/_a.tpl", "{{/* sekisho: ignore[nope]: why */}}\n");
    let ran = bench.run(ONLY);
    let lines: Vec<_> =
        ran.findings().into_iter().filter(|(rule, _)| rule == "invalid-ignore-comment").collect();
    assert!(ran.has("privileged-container") && lines.len() == 2, "{lines:?}");
}
