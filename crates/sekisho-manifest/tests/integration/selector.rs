//! Selectors: what they pick, what they refuse, and whether they can pick anything at all.

use proptest::prelude::*;
use sekisho_manifest::selector::{NodeSelector, Operator, Requirement, Selector, SelectorErrorKind};
use sekisho_manifest::{Budget, Document, Format, Node, SourceId, load};

fn node(text: &str) -> Node {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.into_iter().next().expect("a document").root
}

fn read(text: &str) -> Selector {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Selector, labels it selects, labels it does not.
type Row = (
    &'static str,
    &'static [&'static [(&'static str, &'static str)]],
    &'static [&'static [(&'static str, &'static str)]],
);

const TEXTS: &[Row] = &[
    ("", &[&[], &[("a", "b")]], &[]),
    ("  ", &[&[]], &[]),
    ("a=b", &[&[("a", "b")], &[("a", "b"), ("c", "d")]], &[&[], &[("a", "c")], &[("b", "a")]]),
    ("a == b", &[&[("a", "b")]], &[&[]]),
    ("a=", &[&[("a", "")]], &[&[], &[("a", "b")]]),
    ("a!=b", &[&[], &[("a", "c")]], &[&[("a", "b")]]),
    ("a!=", &[&[], &[("a", "c")]], &[&[("a", "")]]),
    ("a", &[&[("a", "")]], &[&[]]),
    ("!a", &[&[]], &[&[("a", "")]]),
    ("! a , b", &[&[("b", "")]], &[&[("a", "")], &[]]),
    ("a in (x,y)", &[&[("a", "x")], &[("a", "y")]], &[&[], &[("a", "z")]]),
    ("a in(x,)", &[&[("a", "x")], &[("a", "")]], &[&[]]),
    ("a in ()", &[&[("a", "")]], &[&[], &[("a", "x")]]),
    ("a notin (x, y)", &[&[], &[("a", "z")]], &[&[("a", "x")]]),
    ("in in (in),notin=notin", &[&[("in", "in"), ("notin", "notin")]], &[&[("in", "in")]]),
    ("a>5", &[&[("a", "6")], &[("a", "007")]], &[&[], &[("a", "5")], &[("a", "six")]]),
    ("a<5", &[&[("a", "0")]], &[&[("a", "5")], &[]]),
    ("a=b,a=c", &[], &[&[("a", "b")], &[("a", "c")]]),
    ("example.com/tier=x", &[&[("example.com/tier", "x")]], &[&[("tier", "x")]]),
];

#[test]
fn text_selects_what_it_says() {
    for (text, picked, left) in TEXTS {
        let selector = read(text);
        for labels in *picked {
            assert!(selector.matches(*labels), "`{text}` should select {labels:?}");
            assert!(selector.is_satisfiable(), "`{text}` selects {labels:?}");
        }
        for labels in *left {
            assert!(!selector.matches(*labels), "`{text}` should not select {labels:?}");
        }
        assert_eq!(selector.is_empty(), text.trim().is_empty());
    }
}

#[test]
fn text_that_is_no_selector_is_refused() {
    let long = "x".repeat(64);
    for text in [
        ",",
        "a,",
        "a,,b",
        "a=b c",
        "a=b=c",
        "a==(b)",
        "a in",
        "a in x",
        "a in (x",
        "a in (x y)",
        "=b",
        "!",
        "!a=b",
        "a ! b",
        "a>b",
        "a>",
        "a>1.5",
        "-a=b",
        "a/=b",
        "/a",
        "A/b=c",
        "a/b/c",
        "a=-b",
        "a=b_",
        "é=b",
        "a=é",
        "(a)",
        "a)",
        "a~b c",
        &long,
    ] {
        assert!(text.parse::<Selector>().is_err(), "{text}");
    }
    let error = "a in (x y)".parse::<Selector>().expect_err("no selector");
    assert_eq!(error.to_string(), "found `y` at byte 8: expected `,` or `)`");
}

#[test]
fn label_selectors_read_labels_and_expressions() {
    let selector = node(
        "matchLabels: {app: web}\nmatchExpressions:\n- {key: tier, operator: NotIn, values: [db, cache]}\n- {key: canary, operator: DoesNotExist}\n",
    );
    let selector = Selector::from_label_selector(&selector).expect("a selector");
    assert_eq!(selector.to_string(), "app=web,!canary,tier notin (cache,db)");
    assert!(selector.matches(&node("{app: web, tier: front}")));
    assert!(!selector.matches(&node("{app: web, tier: db}")));
    assert!(!selector.matches(&node("{app: web, canary: ''}")));
}

#[test]
fn empty_and_missing_selectors_are_told_apart() {
    for text in
        ["{}", "{matchLabels: {}}", "{matchExpressions: []}", "{matchLabels: null, matchExpressions: null}"]
    {
        let selector = Selector::from_label_selector(&node(text)).expect("a selector");
        assert!(selector.is_empty() && selector.is_satisfiable(), "{text}");
        assert!(selector.matches(&node("{a: b}")) && selector.matches(&None::<&Node>), "{text}");
        assert_eq!(selector, Selector::everything());
    }
    let nothing = Selector::nothing();
    assert!(!nothing.is_empty() && !nothing.is_satisfiable());
    assert!(!nothing.matches(&node("{a: b}")));
    assert_eq!(nothing.and(&Selector::everything()), nothing);
}

#[test]
fn a_null_label_is_empty_text() {
    let selector = Selector::from_map(&node("{a: null}")).expect("a selector");
    assert!(selector.matches(&node("{a: ''}")));
    assert!(read("a=").matches(&node("{a: null}")));
}

#[test]
fn wrong_selectors_name_the_field() {
    for (text, path) in [
        ("matchLabels: [a]", "matchLabels"),
        ("matchLabels: {a: 1}", "matchLabels.a"),
        ("matchLabels: {a b: c}", "matchLabels['a b']"),
        ("matchExpressions: {}", "matchExpressions"),
        ("matchExpressions: [a]", "matchExpressions[0]"),
        ("matchExpressions: [{key: a, operator: In}]", "matchExpressions[0].values"),
        ("matchExpressions: [{key: a, operator: in, values: [b]}]", "matchExpressions[0].operator"),
        ("matchExpressions: [{key: a, operator: Gt, values: ['1']}]", "matchExpressions[0].operator"),
        ("matchExpressions: [{key: a, operator: Exists, values: [b]}]", "matchExpressions[0].values"),
        ("matchExpressions: [{key: a, operator: In, values: [b, 1]}]", "matchExpressions[0].values[1]"),
        ("matchExpressions: [{operator: Exists}]", "matchExpressions[0].key"),
    ] {
        let error = Selector::from_label_selector(&node(text)).expect_err(text);
        assert_eq!(error.path.to_string(), path, "{text}: {error}");
    }
}

#[test]
fn objects_and_pods_are_matched_by_their_own_labels() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, labels: {app: outer}}\nspec:\n  template:\n    metadata: {labels: {app: inner}}\n    spec: {containers: []}\n";
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    let objects: Vec<_> = loaded.documents.iter().flat_map(Document::objects).collect();
    let pods = sekisho_manifest::workload::pods(&objects[0]);
    assert!(read("app=outer").matches(&objects[0]) && !read("app=inner").matches(&objects[0]));
    assert!(read("app=inner").matches(&pods[0]) && !read("app=outer").matches(&pods[0]));
}

#[test]
fn node_selectors_need_one_term() {
    let selector = node(
        "nodeSelectorTerms:\n- {}\n- matchExpressions: [{key: zone, operator: In, values: [a]}]\n  matchFields: [{key: metadata.name, operator: NotIn, values: [one]}]\n- matchExpressions: [{key: cores, operator: Gt, values: ['7']}]\n",
    );
    let selector = NodeSelector::from_node(&selector).expect("a selector");
    assert!(selector.matches(&node("{zone: a}"), "two"));
    assert!(!selector.matches(&node("{zone: a}"), "one"));
    assert!(selector.matches(&node("{cores: '8'}"), "one"));
    assert!(!selector.matches(&node("{}"), "two"), "an empty term selects no node");
    assert!(selector.is_satisfiable());
    let empty = NodeSelector::from_node(&node("nodeSelectorTerms: []")).expect("a selector");
    assert!(!empty.is_satisfiable() && !empty.matches(&node("{zone: a}"), "two"));
    for text in [
        "{}",
        "nodeSelectorTerms: [{matchFields: [{key: metadata.uid, operator: In, values: [a]}]}]",
        "nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [a, b]}]}]",
        "nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: [b]}]}]",
    ] {
        assert!(NodeSelector::from_node(&node(text)).is_err(), "{text}");
    }
}

#[test]
fn contradictions_are_seen() {
    for text in [
        "a,!a",
        "a=b,!a",
        "a=b,a=c",
        "a=b,a!=b",
        "a in (b,c),a notin (c,b)",
        "a>5,a<6",
        "a>5,a=5",
        "a<0",
        "a>5,!a",
        "a>9223372036854775807",
        "a=x,a>1",
        "b,a=b,a notin (b)",
    ] {
        assert!(!read(text).is_satisfiable(), "{text}");
    }
    // All 63 spellings of 6 are forbidden: `6`, `06`, `006` …
    let spelled: Vec<String> = (1..=63).map(|width| format!("{:0width$}", 6)).collect();
    assert!(!read(&format!("a>5,a<7,a notin ({})", spelled.join(","))).is_satisfiable());
    assert!(read(&format!("a>5,a<7,a notin ({})", spelled[1..].join(","))).is_satisfiable());
    for text in ["a!=b,!a", "a>5,a!=6", "a in (b,c),a!=b", "a,a!=b", "a<1", "a>0,a<2", "a notin (x)"] {
        assert!(read(text).is_satisfiable(), "{text}");
    }
    assert!(!read("a=b").and(&read("a=c")).is_satisfiable());
    assert!(read("a=b").and(&read("b=c")).is_satisfiable());
}

#[test]
fn requirements_check_their_values() {
    let no_values: [&str; 0] = [];
    assert_eq!(
        Requirement::new("a", Operator::In, no_values),
        Err(SelectorErrorKind::NoValues(Operator::In))
    );
    assert_eq!(
        Requirement::new("a", Operator::LessThan, ["1", "2"]),
        Err(SelectorErrorKind::OneValue(Operator::LessThan))
    );
    let requirement = Requirement::new("a", Operator::In, ["y", "x", "y"]).expect("a requirement");
    assert_eq!(requirement.values(), ["x", "y"]);
}

/// Every value that the generated requirements can tell apart.
const UNIVERSE: [&str; 6] = ["x", "y", "", "4", "5", "06"];

fn any_requirement() -> impl Strategy<Value = Requirement> {
    let operator = prop::sample::select(vec![
        Operator::In,
        Operator::NotIn,
        Operator::Exists,
        Operator::DoesNotExist,
        Operator::GreaterThan,
        Operator::LessThan,
    ]);
    (
        prop::sample::select(vec!["a", "b"]),
        operator,
        prop::sample::subsequence(UNIVERSE.to_vec(), 1..4),
        3..8_i64,
    )
        .prop_map(|(key, operator, values, number)| match operator {
            Operator::In | Operator::NotIn => Requirement::new(key, operator, values),
            Operator::Exists | Operator::DoesNotExist => Requirement::new::<&str>(key, operator, []),
            Operator::GreaterThan | Operator::LessThan => {
                Requirement::new(key, operator, [number.to_string()])
            }
        })
        .prop_map(|requirement| requirement.expect("a requirement"))
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(requirements in prop::collection::vec(any_requirement(), 0..5)) {
        let selector = Selector::new(requirements);
        prop_assert_eq!(selector.to_string().parse::<Selector>(), Ok(selector));
    }

    #[test]
    fn satisfiable_means_that_some_labels_match(requirements in prop::collection::vec(any_requirement(), 0..6)) {
        let selector = Selector::new(requirements);
        let values: Vec<Option<String>> = std::iter::once(None)
            .chain(UNIVERSE.iter().map(|value| Some((*value).to_owned())))
            .chain((0..10).map(|number| Some(number.to_string())))
            .chain((0..10).map(|number| Some(format!("0000{number}"))))
            .chain([Some("other".to_owned())])
            .collect();
        let matches = |a: &Option<String>, b: &Option<String>| {
            let labels: Vec<(&str, &str)> = [("a", a), ("b", b)]
                .into_iter()
                .filter_map(|(key, value)| Some((key, value.as_deref()?)))
                .collect();
            selector.matches(&labels[..])
        };
        let found = values.iter().any(|a| values.iter().any(|b| matches(a, b)));
        prop_assert_eq!(selector.is_satisfiable(), found);
    }

    #[test]
    fn no_text_panics(text in "[-a/=!(), <>in\\PC]{0,24}") {
        let _ = text.parse::<Selector>();
    }
}
