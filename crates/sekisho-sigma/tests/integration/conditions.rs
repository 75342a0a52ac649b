//! How searches are joined.

use proptest::prelude::*;
use sekisho_sigma::SigmaErrorKind;

use super::{compiled, file, finds, outputs, refused};

const SEARCHES: &str =
    "sel_a: {verb: get}\nsel_b: {stage: Panic}\nfilter: {level: None}\n_own: {kind: Event}\n";

/// Which of the first three searches find the event.
fn event(bits: [bool; 3]) -> String {
    let of = |bit, yes: &'static str| if bit { yes } else { "-" };
    format!(
        "\"verb\":\"{}\",\"stage\":\"{}\",\"level\":\"{}\"",
        of(bits[0], "get"),
        of(bits[1], "Panic"),
        of(bits[2], "None")
    )
}

fn table(condition: &str) -> Vec<bool> {
    let rules = compiled(&file(&format!("{SEARCHES}condition: {condition}")));
    let all = (0..8_u8).map(|bits| [bits & 1 > 0, bits & 2 > 0, bits & 4 > 0]);
    all.map(|bits| !outputs(&rules, &event(bits)).is_empty()).collect()
}

fn wanted(of: impl Fn(bool, bool, bool) -> bool) -> Vec<bool> {
    (0..8_u8).map(|bits| of(bits & 1 > 0, bits & 2 > 0, bits & 4 > 0)).collect()
}

#[test]
fn words() {
    assert_eq!(table("sel_a and sel_b"), wanted(|a, b, _| a && b));
    assert_eq!(table("sel_a or sel_b and filter"), wanted(|a, b, c| a || b && c));
    assert_eq!(table("not sel_a and sel_b"), wanted(|a, b, _| !a && b));
    assert_eq!(table("not (sel_a and sel_b)"), wanted(|a, b, _| !(a && b)));
    assert_eq!(table("not not sel_a"), wanted(|a, _, _| a));
    assert_eq!(table("(sel_a or sel_b) and not filter"), wanted(|a, b, c| (a || b) && !c));
    assert_eq!(table("sel_a AND NOT filter"), wanted(|a, _, c| a && !c));
}

#[test]
fn several() {
    assert_eq!(table("1 of them"), wanted(|a, b, c| a || b || c));
    assert_eq!(table("any of them"), wanted(|a, b, c| a || b || c));
    assert_eq!(table("all of them"), wanted(|a, b, c| a && b && c));
    assert_eq!(table("1 of sel_*"), wanted(|a, b, _| a || b));
    assert_eq!(table("all of sel_* and not 1 of filter*"), wanted(|a, b, c| a && b && !c));
    assert_eq!(table("all of *_a"), wanted(|a, _, _| a));
    assert_eq!(table("1 of sel_a or filter"), wanted(|a, _, c| a || c));
    // A name that begins with an underscore is meant where it is named.
    assert_eq!(table("sel_a and _own"), wanted(|a, _, _| a));
    assert_eq!(table("1 of _*"), wanted(|_, _, _| true));
    assert_eq!(table("1 of *"), wanted(|a, b, c| a || b || c));
    assert_eq!(table("[sel_a, sel_b]"), wanted(|a, b, _| a || b));
}

#[test]
fn fields_are_joined_by_and_and_lists_by_or() {
    let both = "s: {verb: get, stage: Panic}\ncondition: s";
    assert!(finds(both, &event([true, true, false])));
    assert!(!finds(both, &event([true, false, false])));
    let either = "s: [{verb: get}, {stage: Panic}]\ncondition: s";
    assert!(finds(either, &event([true, false, false])));
    assert!(finds(either, &event([false, true, false])));
    assert!(!finds(either, &event([false, false, true])));
}

#[test]
fn what_is_wrong() {
    let why = |condition: &str| refused(&format!("{SEARCHES}condition: {condition}"));
    assert_eq!(why("sel_c"), SigmaErrorKind::Unknown("sel_c".into()));
    assert_eq!(why("1 of other*"), SigmaErrorKind::Unknown("other*".into()));
    for condition in [
        "sel_a sel_b",
        "sel_a and",
        "and sel_a",
        "(sel_a",
        "sel_a)",
        "''",
        "not",
        "2 of them",
        "1 of",
        "sel_a & sel_b",
    ] {
        let why = why(condition);
        assert!(
            matches!(why, SigmaErrorKind::Condition { .. } | SigmaErrorKind::Kind { .. }),
            "{condition}: {why:?}"
        );
    }
    assert!(why("sel_a | count() > 5").to_string().contains("write a correlation over the rule"));
    assert!(why("sel_a | near sel_b").to_string().contains("of the type `temporal`"));
    assert_eq!(refused("s: {verb: get}"), SigmaErrorKind::Missing("condition"));
}

/// A condition and what it means.
#[derive(Clone, Debug)]
enum Tree {
    Name(usize),
    Not(Box<Tree>),
    Join(bool, Box<Tree>, Box<Tree>),
}

const NAMES: [&str; 3] = ["sel_a", "sel_b", "filter"];

impl Tree {
    fn text(&self) -> String {
        match self {
            Self::Name(name) => NAMES[*name].to_owned(),
            Self::Not(inner) => format!("not ({})", inner.text()),
            Self::Join(all, left, right) => {
                format!("({}) {} ({})", left.text(), if *all { "and" } else { "or" }, right.text())
            }
        }
    }

    fn holds(&self, bits: [bool; 3]) -> bool {
        match self {
            Self::Name(name) => bits[*name],
            Self::Not(inner) => !inner.holds(bits),
            Self::Join(true, left, right) => left.holds(bits) && right.holds(bits),
            Self::Join(false, left, right) => left.holds(bits) || right.holds(bits),
        }
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    (0..3_usize).prop_map(Tree::Name).prop_recursive(4, 12, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            (any::<bool>(), inner.clone(), inner).prop_map(|(all, left, right)| Tree::Join(
                all,
                Box::new(left),
                Box::new(right)
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_tree(tree in trees()) {
        prop_assert_eq!(table(&tree.text()), wanted(|a, b, c| tree.holds([a, b, c])), "{}", tree.text());
    }
}
