//! What is read, what is left out, and what is wrong.

use sekisho_yara::{Rules, Subject};

use crate::wrong;

#[test]
fn rules_that_need_more_than_bytes_are_left_out_by_name() {
    let rules = r#"
        import "androguard"
        rule windows { strings: $a = "x" condition: androguard.url("x") and $a }
        rule upon { condition: windows }
        rule external { condition: company == "x" }
        rule good { strings: $b = "abc" condition: $b }"#;
    let rules = Rules::compile(&[rules]).unwrap();
    let omitted: Vec<String> =
        rules.omissions().iter().map(|omission| format!("{}: {}", omission.rule, omission.reason)).collect();
    assert_eq!(
        omitted,
        [
            "windows: the module `androguard` is not evaluated",
            "upon: the rule `windows` is left out",
            "external: `company` is not known here"
        ]
    );
    assert_eq!(rules.len(), 1);
    let found = rules.scan(&Subject { path: "x", bytes: b"abc" }).unwrap();
    assert_eq!(found[0].rule, "good");
}

#[test]
fn a_global_rule_that_is_left_out_leaves_out_those_behind_it() {
    let rules = "global rule all { condition: cuckoo.sync.mutex(/x/) } rule one { condition: true }";
    let rules = Rules::compile(&[rules]).unwrap();
    assert_eq!(rules.omissions()[1].reason, "the global rule `all` is left out");
    assert!(rules.is_empty());
}

#[test]
fn files_are_name_spaces() {
    let rules = Rules::compile(&[
        "rule same : tag { meta: description = \"first\" condition: true }",
        "global rule no { condition: false } rule same { condition: true }",
    ])
    .unwrap();
    let found = rules.scan(&Subject { path: "x", bytes: b"" }).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].description, found[0].tags), ("first", &["tag".to_owned()][..]));
}

#[test]
fn faults_have_a_line_and_a_reason() {
    for (rules, reason) in [
        ("rule a {\n condition: $x }", "line 2: the rule has no string `$x`"),
        ("rule a { strings: $x = \"\" condition: $x }", "line 1: `$x`: it is empty"),
        ("rule a { strings: $x = /(/ condition: $x }", "the expression is broken"),
        ("rule a { strings: $x = /^$/ condition: $x }", "the expression matches where nothing is"),
        ("rule a { strings: $x = { 6 } condition: $x }", "a byte has two digits"),
        ("rule a { strings: $x = { 61 [3-1] 62 } condition: $x }", "`[3-1]` is no jump"),
        ("rule a { condition: true } rule a { condition: true }", "the rule `a` is there already"),
        ("rule a { strings: $x = \"a\" $x = \"b\" condition: $x }", "the string `$x` is there already"),
        ("include \"other.yar\"", "`include` is not followed"),
        ("rule a { condition: }", "a condition belongs here"),
        ("rule a { condition: # > 1 }", "`#` without a name stands in no loop"),
        ("rule a { condition: true", "the file ends where `}` belongs"),
        ("rule a { strings: $x = \"a", "a text has no end"),
        ("/* a", "a comment has no end"),
        ("word", "`word` stands where `rule` belongs"),
    ] {
        assert!(wrong(rules).contains(reason), "{rules}: {}", wrong(rules));
    }
}
