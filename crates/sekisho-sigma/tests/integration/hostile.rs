//! Rules that ask for too much.

use std::fmt::Write as _;

use proptest::prelude::*;
use sekisho_falco::{LoadBudget, Loader};
use sekisho_sigma::SigmaErrorKind;

use super::{file, read, refused};

#[test]
fn conditions_that_grow() {
    let mut detection = String::new();
    for number in 0..2_000 {
        let _ = writeln!(detection, "s{number}: {{a: b, c: d}}");
    }
    let many = vec!["all of them"; 2_000].join(" or ");
    let why = refused(&format!("{detection}condition: {many}"));
    assert!(matches!(why, SigmaErrorKind::TooLarge(_)), "{why:?}");
    let deep = format!("{}s{}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(matches!(refused(&format!("s: {{a: b}}\ncondition: {deep}")), SigmaErrorKind::TooLarge(_)));
    let nots = format!("{}s", "not ".repeat(5_000));
    assert!(matches!(refused(&format!("s: {{a: b}}\ncondition: {nots}")), SigmaErrorKind::TooLarge(_)));
    let lists = format!("{}a{}", "[".repeat(40), "]".repeat(40));
    assert!(matches!(refused(&format!("s: {lists}\ncondition: s")), SigmaErrorKind::TooLarge(_)));
    let dashes = " -a".repeat(20);
    assert!(matches!(
        refused(&format!("s: {{a|windash: '{dashes}'}}\ncondition: s")),
        SigmaErrorKind::TooLarge(_)
    ));
}

#[test]
fn expressions_that_are_no_expressions() {
    for wrong in ["(", "a{1000}{1000}{1000}", "(?<=a)b", "(a)\\1", "[z-a]"] {
        let text = file(&format!("s:\n    verb|re: '{wrong}'\ncondition: s"));
        let rule = read(&text).rules.remove(0).into_rule("r".into(), "k8s_audit");
        let (result, rules) = Loader::new(sekisho_audit::catalog(), LoadBudget::default()).add(vec![rule]);
        assert!(result.has_errors() && rules.is_none(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn whatever_it_is(text in "[a-z:|*?\\\\ \\[\\]{}'\n-]{0,80}") {
        let _ = read(&file(&text));
        let _ = read(&text);
    }

    #[test]
    fn whatever_the_condition_is(text in "(s|_t|and|or|not|1|all|of|them|\\(|\\)|\\*|\\|| ){0,12}") {
        let _ = read(&file(&format!("s: {{a: b}}\n_t: [x]\ncondition: '{text}'")));
    }
}
