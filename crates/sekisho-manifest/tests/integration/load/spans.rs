//! Where keys and values stand.

use sekisho_manifest::{Budget, Format, Node, SourceId, Span, load};

use super::read;

fn text_of(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// The text that the value at a path of keys and indexes spans.
fn value_at<'t>(text: &'t str, path: &[&str]) -> &'t str {
    text_of(text, node_at(text, path).span)
}

fn node_at(text: &str, path: &[&str]) -> Node {
    let loaded = read(text);
    assert_eq!(loaded.errors, [], "{text:?}");
    let mut node = &loaded.documents[0].root;
    for step in path {
        node = match step.parse::<usize>() {
            Ok(index) => &node.items()[index],
            Err(_) => &node.entry(step).unwrap_or_else(|| panic!("no `{step}` in {text:?}")).node,
        };
    }
    node.clone()
}

#[test]
fn scalars() {
    let text = "a: plain text # c\nb: 'single'\nc: \"dou\\\"ble\"\nd: one\n  two\ne: !!str 1\nf: &x y\n";
    for (key, wanted) in [
        ("a", "plain text"),
        ("b", "'single'"),
        ("c", "\"dou\\\"ble\""),
        ("d", "one\n  two"),
        ("e", "1"),
        ("f", "y"),
    ] {
        assert_eq!(value_at(text, &[key]), wanted);
    }
}

#[test]
fn blocks_of_text() {
    assert_eq!(value_at("a: |\n  x\n  y\nb: 1\n", &["a"]), "|\n  x\n  y");
    assert_eq!(value_at("a: >-\n  x\n\n\nb: 1\n", &["a"]), ">-\n  x");
    assert_eq!(value_at("a: |+\n  x\n\n\nb: 1\n", &["a"]), "|+\n  x");
    assert_eq!(value_at("a: |- # c\nb: 1\n", &["a"]), "|-");
    assert_eq!(value_at("a: |\n  x", &["a"]), "|\n  x");
}

#[test]
fn collections() {
    let text = "spec:\n  list:\n  - a\n  - b: 1\n    c: 2 # c\n\n  flow: [x, {y: z}]\n  last: 3\n";
    assert_eq!(value_at(text, &["spec", "list"]), "- a\n  - b: 1\n    c: 2");
    assert_eq!(value_at(text, &["spec", "list", "1"]), "b: 1\n    c: 2");
    assert_eq!(value_at(text, &["spec", "flow"]), "[x, {y: z}]");
    assert_eq!(value_at(text, &["spec", "flow", "1"]), "{y: z}");
    assert_eq!(value_at(text, &["spec"]), text["spec:\n  ".len()..].trim_end());
    assert_eq!(value_at(text, &[]), text.trim_end());
    assert_eq!(value_at("[a, b: c]", &["1"]), "b: c");
    assert_eq!(value_at("&x\na: 1\n", &[]), "a: 1");
}

#[test]
fn absent_values_stand_behind_the_colon() {
    let text = "a:\nb: \n- c"; // not read: only the first two lines matter
    let text = &text[..text.find('-').unwrap()];
    let a = node_at(text, &["a"]);
    assert_eq!((a.span.start, a.span.end), (2, 2));
    let b = node_at(text, &["b"]);
    assert_eq!((b.span.start, b.span.end), (5, 5));
    let item = node_at("-\n- a\n", &["0"]);
    assert_eq!((item.span.start, item.span.end), (1, 1));
    let flow = node_at("{a, b: }", &["b"]);
    assert_eq!((flow.span.start, flow.span.end), (6, 6));
    let root = node_at("a:\n  b:\nc: 1\n", &["a"]);
    assert_eq!((root.span.start, root.span.end), (5, 7), "a mapping ends with its last colon");
}

#[test]
fn keys() {
    let text = "'a' : 1\n? b\n: 2\n&x c: 3\n\"\\u0064\": 4\nyes: 5\n";
    let loaded = read(text);
    let found: Vec<_> = loaded.documents[0]
        .root
        .entries()
        .iter()
        .map(|entry| (entry.key.as_str(), text_of(text, entry.key_span)))
        .collect();
    assert_eq!(found, [("a", "'a'"), ("b", "b"), ("c", "c"), ("d", "\"\\u0064\""), ("true", "yes")]);
}

#[test]
fn aliases_stand_where_their_anchor_stands() {
    let text = "a: &x {k: 1}\nb: *x\nc: &s word\nd: *s\n*s : e\n";
    assert_eq!(node_at(text, &["a"]).span, node_at(text, &["b"]).span);
    assert_eq!(node_at(text, &["c"]).span, node_at(text, &["d"]).span);
    let loaded = read(text);
    let last = loaded.documents[0].root.entries().last().unwrap();
    assert_eq!(text_of(text, last.key_span), "*s");
    assert_eq!(
        value_at("x:\n  - *a\n".replace("*a", "b").as_str().replace('b', "c").as_str(), &["x"]),
        "- c"
    );
}

#[test]
fn collections_that_end_with_an_alias() {
    let text = "a: &x 1\nb:\n  c: *x\nd: 2\n";
    assert_eq!(value_at(text, &["b"]), "c: *x");
}

#[test]
fn later_documents_and_other_characters() {
    let text = "\u{feff}é: 日本\n---\nb: [é, \"ü\"]\n";
    let loaded = read(text);
    assert_eq!(loaded.errors, []);
    assert_eq!(text_of(text, loaded.documents[0].root.entries()[0].key_span), "é");
    assert_eq!(text_of(text, loaded.documents[0].root.entries()[0].node.span), "日本");
    assert_eq!(text_of(text, loaded.documents[1].root.get("b").unwrap().items()[1].span), "\"ü\"");
}

#[test]
fn json_values() {
    let text = " {\"a\" : [1, -2.5e3, \"x\\ny\", null], \"b\": {}}\n{\"c\": true}";
    let loaded = load(SourceId::default(), text, Format::Json, &Budget::default());
    assert_eq!(loaded.errors, []);
    let root = &loaded.documents[0].root;
    assert_eq!(text_of(text, root.span), "{\"a\" : [1, -2.5e3, \"x\\ny\", null], \"b\": {}}");
    let items = root.get("a").unwrap().items();
    let found: Vec<_> = items.iter().map(|item| text_of(text, item.span)).collect();
    assert_eq!(found, ["1", "-2.5e3", "\"x\\ny\"", "null"]);
    assert_eq!(text_of(text, root.entries()[1].key_span), "\"b\"");
    assert_eq!(text_of(text, loaded.documents[1].root.get("c").unwrap().span), "true");
}

#[test]
fn faults() {
    for (text, wanted) in [
        ("a: [b\nc: d\n", ":"),
        ("a: b: c\n", ":"),
        ("a: *x\n", "*x"),
        ("a: !!int x\n", "x"),
        ("a: 1\n~: b\n", "~"),
        ("a: .inf\n", ".inf"),
        ("a: 1\n---\nb: *y\n", "*y"),
        ("a: \"\\q\"\n", "\\q"),
        ("a: 'b\n", "'"),
        ("a: \u{7}\n", "\u{7}"),
        ("a: 1\n--- b\n", "--- b\n"),
        ("a:\n\t- b\n", "\t"),
        ("- a\nb: c\n", "b"),
    ] {
        let loaded = read(text);
        let error = loaded.errors.first().unwrap_or_else(|| panic!("no error in {text:?}"));
        assert_eq!(text_of(text, error.span), wanted, "{text:?}: {error}");
    }
}
