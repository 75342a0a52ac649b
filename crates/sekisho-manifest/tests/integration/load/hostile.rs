//! The numbers 27 to 32 of the catalogue of bad inputs, and others of their kind: an error or a value, in
//! time and within the stack.

use std::fmt::Write as _;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::json;

use sekisho_manifest::{Budget, Format, LoadErrorKind, SourceId, load};

use super::{fault, json, read};

#[test]
fn number_27_aliases_that_multiply() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..=9 {
        let items = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(text, "a{level}: &a{level} [{items}]").unwrap();
    }
    assert_eq!(fault(&text), LoadErrorKind::ExcessiveAliases);
    let few = text.lines().take(2).collect::<Vec<_>>().join("\n");
    assert_eq!(read(&few).errors, []);
    assert_eq!(fault("a: &a [*a]\n"), LoadErrorKind::RecursiveAnchor("a".into()));
    assert_eq!(fault("a: &a {<<: *a}\n"), LoadErrorKind::RecursiveAnchor("a".into()));
    assert_eq!(fault("a: *a\n"), LoadErrorKind::UnknownAnchor("a".into()));
}

#[test]
fn number_28_keys_that_stand_twice() {
    for text in ["{\"a\": 1, \"a\": 2}", "{\"a\": 1, \"\\u0061\": 2}", "a: 1\n\"\\x61\": 2\n"] {
        let loaded = read(text);
        assert_eq!(loaded.documents[0].root.to_json(), json!({"a": 2}));
        assert_eq!(loaded.warnings.len(), 1);
    }
}

#[test]
fn number_29_depth_10_000() {
    const LEVELS: usize = 10_000;
    let texts = [
        "[".repeat(LEVELS),
        "[".repeat(LEVELS) + &"]".repeat(LEVELS),
        "{a: ".repeat(LEVELS),
        "{\"a\":".repeat(LEVELS),
        "{".repeat(LEVELS),
        "- ".repeat(LEVELS),
        "? ".repeat(LEVELS),
        "&a [".repeat(LEVELS),
        "!x [".repeat(LEVELS),
        (0..1500).map(|level| " ".repeat(level) + "a:\n").collect(),
        "[{".repeat(LEVELS),
    ];
    // A small stack shows recursion that depends on the input.
    let small = std::thread::Builder::new().stack_size(256 << 10);
    let thread = small.spawn(move || {
        for text in texts {
            assert!(!read(&text).errors.is_empty(), "{}", &text[..20]);
            let loaded = load(SourceId::default(), &text, Format::Json, &Budget::default());
            assert!(!loaded.errors.is_empty());
        }
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn the_deepest_tree_fits_the_stack_of_a_thread() {
    let budget = Budget { depth: Budget::MAX_DEPTH, ..Budget::default() };
    let text = "[".repeat(Budget::MAX_DEPTH) + &"]".repeat(Budget::MAX_DEPTH);
    let small = std::thread::Builder::new().stack_size(2 << 20);
    let thread = small.spawn(move || {
        let loaded = load(SourceId::default(), &text, Format::Yaml, &budget);
        assert_eq!(loaded.errors, []);
        let copy = loaded.documents[0].root.clone();
        assert_eq!(copy, loaded.documents[0].root);
        let value = copy.to_json();
        assert_eq!(sekisho_manifest::to_yaml(&value).len(), 2 * (Budget::MAX_DEPTH - 1) + 3);
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn number_30_words_octals_and_merges() {
    assert_eq!(
        json("privileged: yes\nmode: 0777\nbase: &b {x: 1}\nown: {<<: *b, z: 2}\n"),
        json!({"privileged": true, "mode": 511, "base": {"x": 1}, "own": {"x": 1, "z": 2}})
    );
}

#[test]
fn number_31_empty_documents_and_lists() {
    let loaded = read("\n---\n# c\n---\nnull\n---\napiVersion: v1\nkind: List\nitems:\n- \n- {}\n");
    assert_eq!(loaded.errors, []);
    assert_eq!(loaded.documents.len(), 1);
    assert_eq!(loaded.documents[0].objects().len(), 0);
}

#[test]
fn number_32_odd_characters_and_numbers() {
    assert_eq!(json("{\"a\": \"\\u0000\"}"), json!({"a": "\0"}));
    assert_eq!(read("{\"a\": \"\\ud800x\"}").documents[0].root.str("a"), "\u{fffd}x");
    assert!(matches!(fault("a: \"\\ud800\"\n"), LoadErrorKind::Syntax(_)));
    assert!(matches!(fault("a: \0\n"), LoadErrorKind::Syntax(_)));
    assert_eq!(json("\u{feff}a: 1\n"), json!({"a": 1}));
    assert_eq!(json("a: 1e400\n"), json!({"a": "1e400"}));
    assert_eq!(fault("{\"a\": 1e400}"), LoadErrorKind::Number("1e400".into()));
    assert!(matches!(fault("a: .inf\n"), LoadErrorKind::Number(_)));
}

/// Reads a text and fails when that takes much longer than its size explains.
fn in_time(name: &str, text: &str) {
    let (sender, receiver) = mpsc::channel();
    let text = text.to_owned();
    std::thread::spawn(move || {
        read(&text);
        sender.send(())
    });
    assert!(receiver.recv_timeout(Duration::from_secs(20)).is_ok(), "{name} takes too long");
}

#[test]
fn size_costs_no_more_than_itself() {
    const COUNT: usize = 100_000;
    let lines = |line: fn(usize) -> String| (0..COUNT).map(line).collect::<Vec<_>>().concat();
    in_time("many keys", &lines(|index| format!("k{index}: 1\n")));
    in_time("one key", &lines(|_| "a: 1\n".into()));
    in_time("keys of two types", &lines(|index| format!("{}: 1\n'{}': 2\n", COUNT - index, index)));
    in_time("zeros", &lines(|index| format!("{}: 1\n", ["0.0", "-0.0", "0"][index % 3])));
    in_time("tags declared", &lines(|index| format!("%TAG !t{index}! tag:x:\n")));
    in_time("anchors", &lines(|index| format!("- &a{index} x\n")));
    in_time("one merge of many", &format!("<<: {{{}}}\n{}", "a: 1, ".repeat(COUNT), "a: 2\n".repeat(COUNT)));
    let merged: Vec<_> = (0..COUNT).map(|index| format!("k{index}: 1")).collect();
    in_time(
        "many merged",
        &format!("<<: {{{}}}\n{}", merged.join(", "), lines(|index| format!("k{index}: 2\n"))),
    );
    in_time("open brackets", &"[a, ".repeat(COUNT));
    in_time("candidates for keys", &"[[a] b, ".repeat(COUNT));
    in_time("blank lines", &format!("a: 'x{}y'\n", "\n".repeat(COUNT)));
    in_time("folded lines", &format!("a: x\n{}", "  y\n".repeat(COUNT)));
    in_time("a block of text", &format!("a: >\n{}", "   y\n\n".repeat(COUNT)));
    in_time("separators", &"---\n".repeat(COUNT));
    in_time("wrong documents", &"a: [\n---\n".repeat(COUNT / 2));
    in_time("wide keys", &format!("{}: 1\n", "[a, ".repeat(300)).repeat(300));
    in_time("almost JSON", &format!("{{\"a\": [{}]]}}", "1, ".repeat(COUNT)));
}
