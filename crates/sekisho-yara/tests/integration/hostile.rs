//! Rules and files that mean harm end within their budget.

use sekisho_yara::{Rules, Subject};

use crate::wrong;

fn said(rules: &str, bytes: &[u8]) -> String {
    let rules = Rules::compile(&[rules]).unwrap();
    rules.scan(&Subject { path: "x", bytes }).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn searches_over_and_over_end() {
    let bytes = [b"a".repeat(400_000), b"b".to_vec()].concat();
    let rules = "rule slow { strings: $x = /a.*b/s condition: #x > 1000000 }";
    assert!(said(rules, &bytes).contains("`$x` of the rule `slow` is found in more ways than are followed"));
}

#[test]
fn loops_end() {
    let rules = "rule loops { condition: for all i in (0..9000000000) : ( i >= 0 ) }";
    assert!(said(rules, b"").contains("more than 5000000 steps"));
    let rules =
        "rule loops { condition: for all i in (0..10000) : ( for all j in (0..10000) : ( i + j >= 0 ) ) }";
    assert!(said(rules, b"").contains("more than 5000000 steps"));
    let rules = "rule quick { condition: for any i in (0..9000000000) : ( i > 10 ) }";
    assert_eq!(said(rules, b""), "");
}

#[test]
fn nesting_and_length_have_limits() {
    let deep = |open: &str, close: &str| {
        wrong(&format!("rule a {{ condition: {}true{} }}", open.repeat(9000), close.repeat(9000)))
    };
    assert!(deep("(", ")").contains("nested more than 64 deep"));
    assert!(deep("not ", "").contains("too often in a row"));
    assert!(deep("-", "").contains("nested more than 64 deep"));
    assert!(wrong(&format!("rule a {{ condition: 1{} }}", "+1".repeat(9000))).contains("in a row"));
    assert!(wrong(&format!("rule a {{ condition: 1{} }}", "==1".repeat(9000))).contains("in a row"));
    let alternatives = format!("{}61{}", "(".repeat(100), ")".repeat(100));
    assert!(
        wrong(&format!("rule a {{ strings: $x = {{ {alternatives} }} condition: $x }}")).contains("deep")
    );
    assert!(wrong("rule a { strings: $x = /(a{1000}){1000}b/ condition: $x }").contains("the limit"));
    let long = "x".repeat(100_000);
    assert!(wrong(&format!("rule a {{ strings: $x = \"{long}\" condition: $x }}")).contains("the limit"));
}

#[test]
fn damaged_rules_give_errors() {
    let whole = r#"import "math" private rule a : t { meta: k = "v" strings: $x = "ab" wide xor(1-3) $y = { 61 [1-2] ?? (62|63) }
        $z = /a{2}[b-c]/i condition: 1 of them or for any i in (0..#x) : ( @x[i] == math.max(1, 2) ) and uint16(0) == 1KB }"#;
    for length in 0..whole.len() {
        let _ = Rules::compile(&[&whole[..length]]);
        for byte in ["{", ")", "$", "/", "\"", "of", "\0", "é"] {
            let changed = format!("{}{byte}{}", &whole[..length], &whole[(length + 1).min(whole.len())..]);
            if let Ok(rules) = Rules::compile(&[&changed]) {
                let _ = rules.scan(&Subject { path: "x", bytes: b"aab abxb" });
            }
        }
    }
}
