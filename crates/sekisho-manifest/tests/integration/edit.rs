//! Edits: text and changes in, text out, and every byte beside the change as it was.

use sekisho_manifest::edit::{Change, EditErrorKind, Operation, diff, edit, edit_groups};
use sekisho_manifest::{FieldPath, Segment};
use serde_json::{Value, json};

/// Reads `spec.containers[0].name`.
pub(crate) fn path(text: &str) -> FieldPath {
    let mut path = FieldPath::root();
    for part in text.split(['.', '[']).filter(|part| !part.is_empty()) {
        match part.strip_suffix(']') {
            Some(index) => path.push(Segment::Index(index.parse().expect("an index"))),
            None => path.push(part),
        }
    }
    path
}

fn set(at: &str, value: Value) -> Change {
    Change { document: 0, path: path(at), operation: Operation::Set(value) }
}

fn remove(at: &str) -> Change {
    Change { document: 0, path: path(at), operation: Operation::Remove }
}

fn append(at: &str, value: Value) -> Change {
    Change { document: 0, path: path(at), operation: Operation::Append(value) }
}

fn in_document(document: u32, change: Change) -> Change {
    Change { document, ..change }
}

#[track_caller]
fn check(before: &str, changes: &[Change], after: &str) {
    match edit(before, changes) {
        Ok(found) => assert_eq!(found, after, "\nfound:\n{found}\nexpected:\n{after}"),
        Err(error) => panic!("{error}\n{before}"),
    }
    // The same with Windows' line breaks.
    if before.contains('\n') && !before.contains('\r') {
        let (before, after) = (before.replace('\n', "\r\n"), after.replace('\n', "\r\n"));
        assert_eq!(edit(&before, changes).expect("the edit"), after, "with CRLF");
    }
}

#[track_caller]
fn refused(before: &str, change: Change) -> EditErrorKind {
    let error = edit(before, std::slice::from_ref(&change)).expect_err("the edit should be refused");
    assert_eq!((error.path, error.document), (change.path, change.document));
    error.kind
}

#[test]
fn values_are_replaced_in_place() {
    check("a: 1 # why\nb: 2\n", &[set("a", json!(3))], "a: 3 # why\nb: 2\n");
    check("a: 'x'\n", &[set("a", json!("it's"))], "a: 'it''s'\n");
    check("a: \"x\"\n", &[set("a", json!("w"))], "a: \"w\"\n");
    check("a: \"x\"\n", &[set("a", json!(true))], "a: true\n");
    check("a:   x   # c\n", &[set("a", json!("w"))], "a:   w   # c\n");
    check("a: x\n  y\nb: 1\n", &[set("a", json!("z"))], "a: z\nb: 1\n");
    check("a: |\n  x\n  y\n\nb: 1\n", &[set("a", json!("z"))], "a: z\n\nb: 1\n");
    check("a: !!str 5\nb: 1\n", &[set("a", json!(6))], "a: 6\nb: 1\n");
    check("- a\n- b # c\n", &[set("[1]", json!("d"))], "- a\n- d # c\n");
    check("a: 1", &[set("a", json!(2))], "a: 2");
    check("\"a\": 1\n'b': 2\n", &[set("b", json!(3))], "\"a\": 1\n'b': 3\n");
}

#[test]
fn values_that_are_already_so_change_nothing() {
    check("a: yes\nb: 0x10\n", &[set("a", json!(true)), set("b", json!(16))], "a: yes\nb: 0x10\n");
    check("a: {b: 1}\n", &[remove("c"), remove("a.c.d"), remove("a.b.c")], "a: {b: 1}\n");
    check("a: []\n", &[remove("a[0]")], "a: []\n");
}

#[test]
fn absent_values_are_filled_in() {
    check("a: # why\nb: 1\n", &[set("a", json!(2))], "a: 2 # why\nb: 1\n");
    check("a:\nb: 1\n", &[set("a.c", json!(2))], "a:\n  c: 2\nb: 1\n");
    check("a: # why\nb: 1\n", &[set("a.c", json!(2))], "a: # why\n  c: 2\nb: 1\n");
    check("a: {} # why\nb: 1\n", &[set("a.c", json!(2))], "a: # why\n  c: 2\nb: 1\n");
    check("a: null\nb: ~\n", &[set("a.c", json!(2)), append("b", json!("x"))], "a:\n  c: 2\nb:\n- x\n");
    check("a: []\n", &[append("a", json!("x"))], "a:\n- x\n");
    check("-\n- x\n", &[set("[0]", json!("w"))], "- w\n- x\n");
    check("-\n- x\n", &[set("[0].a.b", json!("w"))], "- a:\n    b: w\n- x\n");
    check("a:", &[set("a", json!(2))], "a: 2");
    check("a:", &[set("a.b", json!(2))], "a:\n  b: 2");
    check("a: {b, c: , d: }\n", &[set("a.b", json!(1)), set("a.c", json!(2))], "a: {b: 1, c: 2 , d: }\n");
}

#[test]
fn missing_fields_are_added_at_the_end() {
    check("a:\n  b: 1\nc: 2\n", &[set("a.d", json!(3))], "a:\n  b: 1\n  d: 3\nc: 2\n");
    check("a:\n    b: 1\nc: 2\n", &[set("a.d.e", json!(3))], "a:\n    b: 1\n    d:\n        e: 3\nc: 2\n");
    check("a: 1", &[set("b", json!(2))], "a: 1\nb: 2");
    check("a: 1 # c\n\n# end\n", &[set("b", json!(2))], "a: 1 # c\nb: 2\n\n# end\n");
    check(
        "a:\n  b:\n    c: 1\n    # of b\n  # of a\nd: 1\n",
        &[set("a.e", json!(2))],
        "a:\n  b:\n    c: 1\n    # of b\n  e: 2\n  # of a\nd: 1\n",
    );
    check(
        "a: |\n  x\nb:\n  c: |+\n    y\n\nd: 1\n",
        &[set("b.e", json!(2))],
        "a: |\n  x\nb:\n  c: |+\n    y\n\n  e: 2\nd: 1\n",
    );
    check("a: |\n  x", &[set("b", json!(2))], "a: |\n  x\nb: 2");
    check(
        "- name: x\n  image: y\n- z\n",
        &[set("[0].a.b", json!(1))],
        "- name: x\n  image: y\n  a:\n    b: 1\n- z\n",
    );
    check("-   name: x\n", &[set("[0].a", json!(1))], "-   name: x\n    a: 1\n");
    check(
        "a: 1\n",
        &[set("b", json!({"c": [1, {"d": {}}], "e": {"f": null}}))],
        "a: 1\nb:\n  c:\n  - 1\n  - d: {}\n  e:\n    f: null\n",
    );
}

#[test]
fn lists_look_like_the_lists_beside_them() {
    check("a:\n  - x\nb: {}\n", &[set("b.c", json!(["w"]))], "a:\n  - x\nb:\n  c:\n    - w\n");
    check("a:\n- x\nb: {}\n", &[set("b.c", json!(["w"]))], "a:\n- x\nb:\n  c:\n  - w\n");
    check(
        "a: {}\n---\nb:\n  - x\n",
        &[append("a.c", json!({"d": 1, "e": 2}))],
        "a:\n  c:\n    - d: 1\n      e: 2\n---\nb:\n  - x\n",
    );
}

#[test]
fn items_are_added_at_the_end() {
    check("a:\n- x # c\nb: 1\n", &[append("a", json!("w"))], "a:\n- x # c\n- w\nb: 1\n");
    check("a:\n  - x\nb: 1\n", &[append("a", json!("w"))], "a:\n  - x\n  - w\nb: 1\n");
    check("a:\n  - b: 1\n", &[append("a", json!({"b": 2, "c": 3}))], "a:\n  - b: 1\n  - b: 2\n    c: 3\n");
    check("- - a\n  - b\n- c\n", &[append("[0]", json!("d"))], "- - a\n  - b\n  - d\n- c\n");
    check("a: [x, y]\n", &[append("a", json!("z, w"))], "a: [x, y, \"z, w\"]\n");
    check("a: [\"x\",\"y\"]\n", &[append("a", json!("z"))], "a: [\"x\",\"y\",z]\n");
    check("a: [x,]\n", &[append("a", json!("w"))], "a: [x, w,]\n");
    check("a: [\n  x, # c\n  y # d\n]\n", &[append("a", json!("z"))], "a: [\n  x, # c\n  y, # d\n  z\n]\n");
    check("a: 1\n", &[append("b.c", json!("x"))], "a: 1\nb:\n  c:\n  - x\n");
}

#[test]
fn entries_are_removed_with_their_comments() {
    check("a: 1\nb: 2 # of b\nc: 3\n", &[remove("b")], "a: 1\nc: 3\n");
    check("a: 1\n# of b\nb: 2\n# of c\nc: 3\n", &[remove("b")], "a: 1\n# of c\nc: 3\n");
    check("a: 1\n# apart\n\nb: 2\nc: 3\n", &[remove("b")], "a: 1\n# apart\n\nc: 3\n");
    check("# head\na: 1\nb: 2\n", &[remove("a")], "# head\nb: 2\n");
    check("a: 1\nb:\n  c: 1\n  # within\nd: 1\n", &[remove("b")], "a: 1\nd: 1\n");
    check("a: 1\nb:\n  c: |+\n    x\n\n\nd: 1\n", &[remove("b")], "a: 1\nd: 1\n");
    check("a: |+\n  x\n\nb: 1\n\nc: 2\n", &[remove("b")], "a: |+\n  x\n\nc: 2\n");
    check("a: 1\nb: 2", &[remove("b")], "a: 1");
    check("a: 1\nb:\n- x\n- y\n", &[remove("b")], "a: 1\n");
    check("a:\n- x\n# of y\n- y\n- z\n", &[remove("a[1]")], "a:\n- x\n- z\n");
    check("a:\n  - x\n  - y\n", &[remove("a[0]")], "a:\n  - y\n");
    check("a: [x, y, z]\n", &[remove("a[1]")], "a: [x, z]\n");
    check("a: [x, y, z]\n", &[remove("a[2]")], "a: [x, y]\n");
    check("a: [x, y, z]\n", &[remove("a[0]")], "a: [y, z]\n");
    check("a: {b: 1, c: {d: 1}}\n", &[remove("a.b")], "a: {c: {d: 1}}\n");
    check("a: [\n  x, # c\n  # of y\n  y # d\n]\n", &[remove("a[1]")], "a: [\n  x # c\n]\n");
}

#[test]
fn the_first_part_behind_a_dash_is_removed() {
    check("- a: 1\n  b: 2\n", &[remove("[0].a")], "- b: 2\n");
    check("- a: 1 # of a\n  b: 2 # of b\n", &[remove("[0].a")], "- b: 2 # of b\n");
    check("- a: 1\n  # of b\n  b: 2\n", &[remove("[0].a")], "- # of b\n  b: 2\n");
    check("- a:\n    x: 1\n  b: 2\n", &[remove("[0].a")], "- b: 2\n");
    check("- - x\n  - y\n", &[remove("[0][0]")], "- - y\n");
    check("- a: 1\n  b: 2\n", &[remove("[0].b")], "- a: 1\n");
}

#[test]
fn the_last_part_leaves_an_empty_collection() {
    check("a:\n  b: 1\nc: 2\n", &[remove("a.b")], "a: {}\nc: 2\n");
    check("a: # of a\n  # of b\n  b: 1 # too\nc: 2\n", &[remove("a.b")], "a: {} # of a\nc: 2\n");
    check("a:\n  # apart\n\n  b: 1\nc: 2\n", &[remove("a.b")], "a: {}\n  # apart\n\nc: 2\n");
    check("a:\n- x\nc: 2\n", &[remove("a[0]")], "a: []\nc: 2\n");
    check("a:\n  - x", &[remove("a[0]")], "a: []");
    check("- a: 1 # why\n- b\n", &[remove("[0].a")], "- {}\n- b\n");
    check("a: 1\n", &[remove("a")], "{}\n");
    check("a: {b: 1}\n", &[remove("a.b")], "a: {}\n");
    check("a: [ x ]\n", &[remove("a[0]")], "a: []\n");
}

#[test]
fn blocks_and_lines_take_each_others_place() {
    check("a:\n  b: 1\n  c: 2\nd: 3\n", &[set("a", json!(4))], "a: 4\nd: 3\n");
    check("a: # why\n- x\n- y # z\nd: 3\n", &[set("a", json!([]))], "a: [] # why\nd: 3\n");
    check("a: x # why\nd: 3\n", &[set("a", json!({"b": 1}))], "a: # why\n  b: 1\nd: 3\n");
    check("a: {b: 1}\nd: 3\n", &[set("a", json!({"c": [1]}))], "a:\n  c:\n  - 1\nd: 3\n");
    check("a:\n  b: 1\nd: 3\n", &[set("a", json!(["x"]))], "a:\n- x\nd: 3\n");
    check("- x # c\n- y\n", &[set("[0]", json!({"a": 1, "b": 2}))], "- a: 1\n  b: 2 # c\n- y\n");
    check("- a: 1\n  b: 2\n- y\n", &[set("[0]", json!("x"))], "- x\n- y\n");
    check("a: 1\n", &[set("", json!({"b": {"c": 1}}))], "b:\n  c: 1\n");
}

#[test]
fn json_stays_json() {
    check(
        "{\"a\":{\"b\":1},\"c\":[1,2]}",
        &[set("a.d", json!({"e": "f"})), append("c", json!(3))],
        "{\"a\":{\"b\":1,\"d\":{\"e\":\"f\"}},\"c\":[1,2,3]}",
    );
    check(
        "{\"a\": {\"b\": 1}, \"c\": [1, 2]}\n",
        &[set("a.d", json!("e")), append("c", json!(3))],
        "{\"a\": {\"b\": 1, \"d\": \"e\"}, \"c\": [1, 2, 3]}\n",
    );
    let pretty = "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"c\": {},\n  \"d\": [\n    1,\n    2\n  ]\n}\n";
    check(
        pretty,
        &[set("a.e.f", json!([true])), set("c.g", json!("h")), remove("d[1]")],
        "{\n  \"a\": {\n    \"b\": 1,\n    \"e\": {\n      \"f\": [\n        true\n      ]\n    }\n  },\n  \"c\": {\n    \"g\": \"h\"\n  },\n  \"d\": [\n    1\n  ]\n}\n",
    );
    check(
        pretty,
        &[remove("a.b"), remove("c"), set("d", json!(null))],
        "{\n  \"a\": {},\n  \"d\": null\n}\n",
    );
    check(
        "{\n\t\"a\": {}\n}",
        &[set("a.b", json!({"c": 1}))],
        "{\n\t\"a\": {\n\t\t\"b\": {\n\t\t\t\"c\": 1\n\t\t}\n\t}\n}",
    );
    check("{\"a\":1}\n{\"a\":2}\n", &[in_document(1, set("a", json!(3)))], "{\"a\":1}\n{\"a\":3}\n");
    check("{\"a\":1}", &[remove("a")], "{}");
    check(
        "{\"a\":\"\\u0041\"}",
        &[set("b", json!("\u{1}\"\u{7f}\u{2028}é"))],
        "{\"a\":\"\\u0041\",\"b\":\"\\u0001\\\"\\u007f\\u2028é\"}",
    );
}

#[test]
fn yaml_in_brackets_keeps_its_manner() {
    check("a: {\"b\": 1}\n", &[set("a.c", json!("d"))], "a: {\"b\": 1, \"c\": \"d\"}\n");
    check("a: {b: 1}\n", &[set("a.c", json!("d"))], "a: {b: 1, c: d}\n");
    check("a: {b: {}}\n", &[set("a.b.c", json!({"x": ["w"]}))], "a: {b: {c: {x: [w]}}}\n");
    check("a: {\n\tb: 1,\n\tc: 2\n}\n", &[set("a.d", json!(3))], "a: {\n\tb: 1,\n\tc: 2,\n\td: 3\n}\n");
    check("a: {b: http://x/#y, c: 'it''s', d: it's}\n", &[remove("a.c")], "a: {b: http://x/#y, d: it's}\n");
}

#[test]
fn documents_are_told_apart() {
    let text = "# one\na: 1\n---\n# empty\n---\na: 2\n--- # three\na: 3\n";
    check(
        text,
        &[in_document(2, set("b", json!(1)))],
        "# one\na: 1\n---\n# empty\n---\na: 2\nb: 1\n--- # three\na: 3\n",
    );
    check(
        text,
        &[in_document(3, set("a", json!(9))), in_document(0, set("a", json!(8)))],
        "# one\na: 8\n---\n# empty\n---\na: 2\n--- # three\na: 9\n",
    );
    check("---\na: 1\n", &[set("b", json!(2))], "---\na: 1\nb: 2\n");
    check("\u{feff}a: 1\n", &[set("b", json!(2))], "\u{feff}a: 1\nb: 2\n");
    check("\u{feff}a: 1\n", &[set("a", json!(2))], "\u{feff}a: 2\n");
    assert_eq!(refused(text, in_document(1, set("a", json!(1)))), EditErrorKind::NoDocument);
    assert_eq!(refused(text, in_document(7, set("a", json!(1)))), EditErrorKind::NoDocument);
}

#[test]
fn broken_documents_beside_the_changed_one_do_not_matter() {
    check("a: 1\n---\n{ : :\n---\nb: 1\n", &[set("a", json!(2))], "a: 2\n---\n{ : :\n---\nb: 1\n");
    let kind = refused("a: 1\n---\na: [\n---\nb: 1\n", in_document(1, set("a", json!(2))));
    assert!(matches!(kind, EditErrorKind::Load(_)), "{kind:?}");
}

#[test]
fn anchored_values_are_not_changed_behind_the_back_of_their_aliases() {
    let text = "a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n  e: 2\n";
    assert_eq!(refused(text, set("a.b", json!(2))), EditErrorKind::Shared);
    assert_eq!(refused(text, remove("a")), EditErrorKind::Shared);
    assert_eq!(refused(text, set("c.b", json!(2))), EditErrorKind::Alias { at: path("c") });
    assert_eq!(refused(text, remove("d.b")), EditErrorKind::Merged { at: path("d.b") });
    assert_eq!(refused("a: &x 1\nb: *x\n", set("a", json!(2))), EditErrorKind::Shared);
    // At the place of use the change is its own.
    check(text, &[set("c", json!(2))], "a: &x\n  b: 1\nc: 2\nd:\n  <<: *x\n  e: 2\n");
    check(text, &[remove("c")], "a: &x\n  b: 1\nd:\n  <<: *x\n  e: 2\n");
    check(text, &[set("d.b", json!(3))], "a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n  e: 2\n  b: 3\n");
    check("a: [&x 1, *x]\n", &[set("a[1]", json!(2))], "a: [&x 1, 2]\n");
    check("- &x 1\n- *x\n- 3\n", &[remove("[1]")], "- &x 1\n- 3\n");
    // An anchor that nothing uses is no hindrance, and stays.
    check("a: &x 1\n", &[set("a", json!(2))], "a: &x 2\n");
    check("a: &x\n  b: 1\nc: 1\n", &[set("a.b", json!(2))], "a: &x\n  b: 2\nc: 1\n");
    check("a: &x {}\nc: 1\n", &[set("a.b", json!(2))], "a: &x\n  b: 2\nc: 1\n");
    check("a: &x # c\n  b: 1\n", &[remove("a.b")], "a: &x {} # c\n");
}

#[test]
fn what_cannot_be_done_is_refused() {
    assert_eq!(refused("a: 1\n", set("a.b", json!(2))), EditErrorKind::NotMapping { at: path("a") });
    assert_eq!(refused("a: {}\n", set("a[0]", json!(2))), EditErrorKind::NotSequence { at: path("a") });
    assert_eq!(refused("a: 1\n", append("a", json!(2))), EditErrorKind::NotSequence { at: path("a") });
    assert_eq!(refused("a: [1]\n", set("a[1]", json!(2))), EditErrorKind::NoItem { at: path("a[1]") });
    assert_eq!(refused("a: 1\n", set("b[0].c", json!(2))), EditErrorKind::NoItem { at: path("b[0]") });
    assert_eq!(refused("a: 1\n", remove("")), EditErrorKind::Root);
    assert_eq!(refused("? a\n: 1\n? b\n: 2\n", remove("a")), EditErrorKind::Layout);
    let error = edit("a: [1]\n", &[set("a[1].b", json!(2))]).expect_err("no such item");
    assert_eq!(
        error.to_string(),
        "cannot change `a[1].b`: `a[1]` does not exist, and only the end of a list can be added to"
    );
}

#[test]
fn paths_are_those_of_the_text_as_given() {
    let text = "a:\n- x\n- y\n- z\n";
    check(text, &[remove("a[0]"), remove("a[1]")], "a:\n- z\n");
    check(text, &[remove("a[0]"), remove("a[1]"), remove("a[2]")], "a: []\n");
    check(text, &[remove("a[1]"), set("a[2]", json!("w")), append("a", json!("v"))], "a:\n- x\n- w\n- v\n");
    check(text, &[remove("a[0]"), set("a[0].b", json!(1)), remove("a[0]")], "a:\n- y\n- z\n");
    check("a: {b: 1, c: 2}\n", &[remove("a.b"), remove("a.c")], "a: {}\n");
    check(
        "a: 1\n",
        &[set("b.c", json!(1)), set("b.d", json!(2)), append("b.e", json!(3)), append("b.e", json!(4))],
        "a: 1\nb:\n  c: 1\n  d: 2\n  e:\n  - 3\n  - 4\n",
    );
    check("a: 1\n", &[set("a", json!(2)), set("a", json!(3)), set("a", json!(2))], "a: 2\n");
    check("a: []\n", &[append("a", json!(1)), append("a", json!(1))], "a:\n- 1\n");
    check(
        "a:\n  b: {}\n",
        &[set("c", json!(1)), set("a.d", json!(2)), set("a.b.e", json!(3))],
        "a:\n  b:\n    e: 3\n  d: 2\nc: 1\n",
    );
    check("a:\n- x\n", &[set("b", json!(1)), append("a", json!("w"))], "a:\n- x\n- w\nb: 1\n");
}

#[test]
fn texts_are_printed_so_that_they_read_back() {
    let texts = [
        "",
        " ",
        "yes",
        "n",
        "NULL",
        "~",
        "0777",
        "1_000",
        "0x1f",
        "1e3",
        ".5",
        "-1",
        "2024-01-01",
        "1:30",
        "12:30:45",
        "=",
        "<<",
        "- a",
        "-",
        "a: b",
        "a:",
        ":a",
        "a #b",
        "a#b",
        "#a",
        "a\nb",
        "a\n",
        "\ta",
        "a\t",
        "a ",
        "é",
        "\u{85}",
        "\u{2028}",
        "\u{feff}x",
        "\u{0}",
        "\u{7f}",
        "'",
        "\"",
        "\\",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "[a",
        "{a",
        "a]",
        "a, b",
        "?",
        "? a",
        "|",
        ">",
        "---",
        "--- a",
        "...",
        "http://x/y?z=1#q",
        "a=b",
        "$(X)",
        "{{ .x }}",
        "🔒",
        "null",
        "Infinity",
        ".inf",
        "-.INF",
        "+1",
        "0b1",
        "0o7",
        "190:20:30",
        "on",
        "False",
        "/bin/sh",
        "-c",
        "--flag=x",
        "~a",
    ];
    for text in texts {
        for before in
            ["a: {k: 1}\nl: [x]\n", "{\"a\":{\"k\":1},\"l\":[\"x\"]}", "a:\n  k: 'x'\nl:\n- \"x\"\n"]
        {
            let changes =
                [set("a.k", json!(text)), set("l[0]", json!([text])), set("new", json!({text: text}))];
            edit(before, &changes).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        }
    }
}

#[test]
fn numbers_keep_their_value() {
    for number in
        [json!(1.5), json!(1e300), json!(-0.25), json!(u64::MAX), json!(i64::MIN), json!(1.0), json!(1e-7)]
    {
        for before in ["a: 1\n", "{\"a\":1}"] {
            edit(before, &[set("a", number.clone())]).unwrap_or_else(|error| panic!("{number}: {error}"));
        }
    }
}

#[test]
fn unusual_layouts_keep_their_meaning() {
    check("a:\n\n\n  b: 1\n\n\nc: 2\n", &[set("a.d", json!(1))], "a:\n\n\n  b: 1\n  d: 1\n\n\nc: 2\n");
    check("a:   \n  b: 1   \n", &[set("a.d", json!(1))], "a:   \n  b: 1   \n  d: 1\n");
    check("-\n  a: 1\n-\n  b: 1\n", &[set("[0].c", json!(1)), remove("[1].b")], "-\n  a: 1\n  c: 1\n- {}\n");
    check("a: \"x\n  y\"\nb: 1\n", &[set("a", json!("z"))], "a: \"z\"\nb: 1\n");
    check("a : 1\n", &[set("a", json!(2))], "a : 2\n");
    check("a: 1\n...\n", &[set("b", json!(2))], "a: 1\nb: 2\n...\n");
}

#[test]
fn a_difference_is_shown_with_its_surroundings() {
    let old = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n";
    let new = edit(old, &[set("e", json!(9))]).expect("the edit");
    let expected = "--- a/x.yaml\n+++ b/x.yaml\n@@ -2,5 +2,5 @@\n b: 2\n c: 3\n d: 4\n-e: 5\n+e: 9\n f: 6\n";
    assert_eq!(diff(old, &new, "x.yaml"), expected);
    assert_eq!(diff(old, old, "x.yaml"), "");
    assert!(diff("a: 1", "a: 2", "x").contains("\\ No newline at end of file"));
}

#[test]
fn groups_are_made_whole_or_not_at_all() {
    let text = "a: &x {b: 1}\nc: *x\nl: [p, q, r]\n---\nd: 1\n";
    let groups = [
        vec![remove("l[0]")],
        vec![set("e", json!(1)), set("a.b", json!(2))],
        vec![remove("l[1]")],
        vec![in_document(1, set("d", json!(2))), in_document(4, set("d", json!(2)))],
        vec![append("l", json!("s"))],
        vec![append("l", json!("s")), set("f", json!(1))],
        vec![],
    ];
    let edited = edit_groups(text, &groups);
    assert_eq!(edited.text, "a: &x {b: 1}\nc: *x\nl: [r, s]\nf: 1\n---\nd: 1\n");
    let refused: Vec<_> = edited.refused.iter().map(|(place, error)| (*place, error.kind.clone())).collect();
    assert_eq!(refused, [(1, EditErrorKind::Shared), (3, EditErrorKind::NoDocument)]);
}

#[test]
fn merged_values_that_are_set_anew_do_not_hold_their_mapping() {
    check("a: &x {b: 1}\nc: {<<: *x, b: 2}\n", &[set("a.b", json!(3))], "a: &x {b: 3}\nc: {<<: *x, b: 2}\n");
    let text = "a: &x {b: 1}\nc: {<<: *x}\n";
    assert_eq!(refused(text, set("a.b", json!(3))), EditErrorKind::Shared);
    assert_eq!(refused(text, set("a.d", json!(3))), EditErrorKind::Shared);
}

#[test]
fn hostile_documents_are_edited_or_refused_in_time() {
    let deep = |depth: usize| format!("{}{}", "{\"a\":".repeat(depth), "1".to_owned() + &"}".repeat(depth));
    let way = |depth: usize| std::iter::repeat_n("a", depth).collect::<FieldPath>();
    let change = |depth| Change { document: 0, path: way(depth), operation: Operation::Set(json!(2)) };
    assert_eq!(edit(&deep(900), &[change(900)]).expect("the edit"), deep(900).replace('1', "2"));
    assert!(matches!(refused(&deep(900), change(990)), EditErrorKind::NotMapping { .. }));
    assert!(matches!(refused(&deep(5_000), change(1)), EditErrorKind::Load(_)));
    // One level more than may be read.
    let deeper = Change { document: 0, path: way(500).child("b").join(&way(600)), ..change(1) };
    assert_eq!(refused(&deep(900), deeper), EditErrorKind::Layout);

    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for name in b'b'..=b'i' {
        let (name, before) = (char::from(name), char::from(name - 1));
        bomb += &[&format!("{name}: &{name} ["), vec![format!("*{before}"); 9].join(", ").as_str(), "]\n"]
            .concat();
    }
    assert!(matches!(refused(&bomb, set("a", json!(1))), EditErrorKind::Load(_)));

    let long = format!("a: {}\nb: 1\n", "x".repeat(1 << 20));
    assert!(edit(&long, &[set("b", json!(2)), remove("a")]).is_ok_and(|text| text == "b: 2\n"));
    let wide = (0..20_000).map(|number| format!("k{number}: 1")).collect::<Vec<_>>().join("\n") + "\n";
    let changes: Vec<Change> = (0..2_000).map(|number| set(&format!("k{}", number * 10), json!(2))).collect();
    assert_eq!(edit(&wide, &changes).expect("the edit").matches(": 2\n").count(), 2_000);
}
