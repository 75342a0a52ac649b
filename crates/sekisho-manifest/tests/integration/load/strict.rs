//! What the normal reading passes over and the strict one refuses.

use sekisho_manifest::{LoadErrorKind, Loaded};

use super::read;

/// The warnings as `kind key at text, first at text`.
fn warnings(text: &str) -> Vec<String> {
    let loaded: Loaded = read(text);
    assert_eq!(loaded.errors, [], "{text:?}");
    let at = |span: sekisho_manifest::Span| &text[span.start as usize..span.end as usize];
    loaded
        .warnings
        .iter()
        .map(|warning| {
            let (what, key, first) = match &warning.kind {
                LoadErrorKind::DuplicateKey { key, first } => ("duplicate", key, first),
                LoadErrorKind::MergedKey { key, first } => ("merged", key, first),
                LoadErrorKind::AmbiguousKey { key, first } => ("ambiguous", key, first),
                LoadErrorKind::IgnoredText => return format!("ignored `{}`", at(warning.span)),
                kind => panic!("{kind}"),
            };
            assert!(first.start != warning.span.start);
            format!("{what} {key}: `{}` after `{}`", at(warning.span), at(*first))
        })
        .collect()
}

#[test]
fn a_key_that_stands_twice() {
    assert_eq!(warnings("a: 1\nb: 2\n'a': 3\n"), ["duplicate a: `'a'` after `a`"]);
    assert_eq!(warnings("{\"a\": 1, \"\\u0061\": 2}"), ["duplicate a: `\"\\u0061\"` after `\"a\"`"]);
    assert_eq!(warnings("yes: 1\ntrue: 2\non: 3\n").len(), 2);
    assert_eq!(warnings("0x10: 1\n16: 2\n"), ["duplicate 16: `16` after `0x10`"]);
    assert_eq!(warnings("a: {b: 1, c: 2, b: 3}\n"), ["duplicate b: `b` after `b`"]);
    assert_eq!(read("a: 1\nb: 2\na: 3\n").documents[0].root.to_json().to_string(), r#"{"a":3,"b":2}"#);
}

#[test]
fn many_keys() {
    let mut text = (0..100).map(|key| format!("k{key}: {key}\n")).collect::<Vec<_>>().concat();
    assert_eq!(warnings(&text), Vec::<String>::new());
    text.push_str("k50: x\n");
    assert_eq!(warnings(&text), ["duplicate k50: `k50` after `k50`"]);
    assert_eq!(read(&text).documents[0].root.str("k50"), "x");
}

#[test]
fn a_key_that_a_merge_sets_too() {
    assert_eq!(warnings("<<: {a: 1}\na: 2\n"), ["merged a: `a` after `a`"]);
    assert_eq!(warnings("a: 2\n<<: {a: 1}\n").len(), 1);
    assert_eq!(warnings("<<: [{a: 1}, {a: 2}]\n").len(), 1);
    assert_eq!(warnings("<<: {a: 1}\nb: 2\n"), Vec::<String>::new());
    assert_eq!(
        warnings("<<: {a: 1}\na: 2\na: 3\n"),
        ["merged a: `a` after `a`", "duplicate a: `a` after `a`"]
    );
}

#[test]
fn keys_that_become_the_same_text() {
    assert_eq!(warnings("1: a\n'1': b\n"), ["ambiguous 1: `'1'` after `1`"]);
    assert_eq!(warnings("true: a\n'true': b\n").len(), 1);
    assert_eq!(warnings("1: a\n1.0: b\n").len(), 1);
    assert_eq!(
        warnings("1: a\n'1': b\n1: c\n"),
        ["ambiguous 1: `'1'` after `1`", "duplicate 1: `1` after `1`"]
    );
}

#[test]
fn text_behind_the_end_of_a_document() {
    assert_eq!(warnings("a: 1\n...\nb: 2\n"), ["ignored `b: 2`"]);
    assert_eq!(warnings("a: 1\n...\n# c\n---\nb: 2\n"), Vec::<String>::new());
}
