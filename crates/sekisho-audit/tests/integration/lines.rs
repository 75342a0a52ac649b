//! Lines out of pieces.

use proptest::prelude::*;
use sekisho_audit::{AuditError, Budget, Lines};

fn cut(pieces: &[&[u8]], limit: usize) -> Vec<Result<String, AuditError>> {
    let mut lines = Lines::new(&Budget { bytes: limit, ..Budget::default() });
    let mut all = Vec::new();
    let mut each = |line: Result<&[u8], AuditError>| {
        all.push(line.map(|line| String::from_utf8_lossy(line).into_owned()));
    };
    for piece in pieces {
        lines.feed(piece, &mut each);
    }
    lines.finish(&mut each);
    all
}

#[test]
fn pieces_are_put_together() {
    let ok = |text: &str| Ok(text.to_owned());
    assert_eq!(cut(&[b"a\nb", b"c\n\n", b"\r\nd"], 100), [ok("a"), ok("bc"), ok("d")]);
}

#[test]
fn a_line_that_is_too_long_is_told_once() {
    let long = AuditError::TooLong(4);
    assert_eq!(cut(&[b"aaaaa", b"aaaa", b"a\nb\n"], 4), [Err(long.clone()), Ok("b".to_owned())]);
    assert_eq!(cut(&[b"aaaaa\nb\n"], 4), [Err(long.clone()), Ok("b".to_owned())]);
    assert_eq!(cut(&[b"aaa", b"aa\nb\n"], 4), [Err(long), Ok("b".to_owned())]);
}

#[test]
fn documents_that_spread_over_lines() {
    let ok = |text: &str| Ok(text.to_owned());
    let object = "{\n  \"a\": [\n    1,\n    \"}\\\"\"\n  ]\n}";
    let text = format!("{object}\n{{\"b\":1}}\n");
    assert_eq!(cut(&[text.as_bytes()], 100), [ok(object), ok("{\"b\":1}")]);
    // Of a list every item.
    let list = "[\n  {\n    \"a\": [1, 2]\n  },\n  {\"b\": \"],[\"},\n  [3]\n]\n{\"c\":1}\n";
    let items = [ok("{\n    \"a\": [1, 2]\n  }"), ok("{\"b\": \"],[\"}"), ok("[3]"), ok("{\"c\":1}")];
    assert_eq!(cut(&[list.as_bytes()], 100), items);
    for at in 0..list.len() {
        let (front, back) = list.as_bytes().split_at(at);
        assert_eq!(cut(&[front, back], 100), items, "{at}");
    }
    assert_eq!(
        cut(&[b"[{\n \"a\": 1\n}, {\n \"b\": 2\n}]\n"], 100),
        [ok("{\n \"a\": 1\n}"), ok("{\n \"b\": 2\n}")]
    );
    assert_eq!(cut(&[b"[\n]\n{\n}\n"], 100), [ok("{\n}")]);
}

#[test]
fn a_document_that_breaks_off_keeps_nothing_from_being_read() {
    let ok = |text: &str| Ok(text.to_owned());
    let broken = |at| Err(AuditError::Json { what: "the end", at });
    assert_eq!(
        cut(&[b"{\n  \"a\": 1,\n{\"b\":1}\n{\"c\":1}\n"], 100),
        [broken(12), ok("{\"b\":1}"), ok("{\"c\":1}")]
    );
    assert_eq!(cut(&[b"[\n  {\"a\": 1},"], 100), [ok("{\"a\": 1}"), broken(0)]);
    let long = format!("{{\n  \"a\": \"{}\"\n}}\n{{\"b\":1}}\n", "x".repeat(60));
    let all = cut(&[long.as_bytes()], 50);
    assert!(all.contains(&Err(AuditError::TooLong(50))) && all.contains(&ok("{\"b\":1}")), "{all:?}");
}

proptest! {
    #[test]
    fn it_does_not_matter_how_bytes_are_cut(text in "[ab\n{}\\[\\],\"\\\\]{0,60}", at in 0_usize..60, limit in 1_usize..10) {
        let at = at.min(text.len());
        let (front, back) = text.as_bytes().split_at(at);
        prop_assert_eq!(cut(&[front, back], limit), cut(&[text.as_bytes()], limit));
    }
}
