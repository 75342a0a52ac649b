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

proptest! {
    #[test]
    fn it_does_not_matter_how_bytes_are_cut(text in "[ab\n]{0,60}", at in 0_usize..60, limit in 1_usize..10) {
        let at = at.min(text.len());
        let (front, back) = text.as_bytes().split_at(at);
        prop_assert_eq!(cut(&[front, back], limit), cut(&[text.as_bytes()], limit));
    }
}
