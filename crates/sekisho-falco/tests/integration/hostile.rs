//! Files that ask for too much.

use std::fmt::Write as _;

use proptest::prelude::*;
use sekisho_falco::condition::parse;

use super::{codes, load, rule};

#[test]
fn macros_that_refer_to_themselves() {
    let file = "- {macro: a, condition: b}\n- {macro: b, condition: a}\n- {macro: a, condition: b and c}\n- {macro: c, condition: c}\n";
    let codes = codes(file);
    assert!(!codes.is_empty() && codes.iter().all(|code| *code == "LOAD_ERR_VALIDATE"), "{codes:?}");
}

#[test]
fn macros_that_grow_with_every_step() {
    let mut file = String::from("- {macro: m0, condition: proc.name = a or proc.name = b}\n");
    for step in 1..60 {
        let _ = writeln!(file, "- {{macro: m{step}, condition: m{0} and m{0}}}", step - 1);
    }
    file += &rule("evt.type = open and m59");
    let (result, _) = load(&file);
    let error = result.errors().next().unwrap();
    assert_eq!(error.text, "the condition is too large when its macros are written out");
}

#[test]
fn macros_in_a_long_chain() {
    let mut file = String::from("- {macro: m0, condition: proc.name = a}\n");
    for step in 1..3_000 {
        let _ = writeln!(file, "- {{macro: m{step}, condition: not m{}}}", step - 1);
    }
    assert!(load(&file).0.has_errors());
}

#[test]
fn lists_that_grow_with_every_step() {
    let mut file = String::from("- {list: l0, items: [aaaaaaaaaa, bbbbbbbbbb]}\n");
    for step in 1..40 {
        let _ = writeln!(file, "- {{list: l{step}, items: [l{0}, l{0}]}}", step - 1);
    }
    file += &rule("evt.type = open and proc.name in (l39)");
    let _ = load(&file);
}

#[test]
fn expressions_of_a_megabyte() {
    let long = "a".repeat(900_000);
    let _ = load(&rule(&format!("evt.type = open and proc.name regex \"{long}\"")));
    let repeated = "(((((a{100}){100}){100}){100}){100})";
    let (result, _) = load(&rule(&format!("evt.type = open and proc.name regex \"{repeated}\"")));
    assert!(result.errors().next().unwrap().text.contains("too large"));
}

proptest! {
    #[test]
    fn any_text_as_a_condition(text in "\\PC{0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn words_of_conditions(words in prop::collection::vec(
        prop::sample::select(vec![
            "and", "or", "not", "(", ")", "not(", "proc.name", "fd.num", "=", "in", "exists", "oneof", "(a, b)",
            "\"x y\"", "tolower(", "val(", "[", "]", "x", "3", ",", "evt.type", "open", "regex", "'a\\'",
        ]), 0..14)) {
        let text = words.join(" ");
        if let Ok(condition) = parse(&text) {
            prop_assert!(!condition.to_string().is_empty());
        }
        let _ = load(&rule(&text));
    }

    #[test]
    fn any_items(text in "(- (rule|macro|list|override): [a-z\\[\\]{}:, ]{0,20}\n(  [a-z]{1,9}: [a-z0-9\\[\\], ]{0,20}\n){0,4}){0,4}") {
        let _ = load(&text);
    }
}
