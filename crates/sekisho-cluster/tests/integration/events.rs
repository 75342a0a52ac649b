//! Watches → events: cut anywhere, thinned, and refused where they are none.

use std::io::Read;

use proptest::prelude::*;
use sekisho_cluster::{EventKind, Frames, Left, SplitError};

/// Gives a text a few bytes at a time.
struct Slowly<'t>(&'t [u8], usize);

impl Read for Slowly<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(out.len());
        let (now, later) = self.0.split_at(count);
        out[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

fn cut(text: &str, step: usize, leave: &[Left]) -> Result<Vec<(EventKind, String)>, SplitError> {
    let mut frames = Frames::new(Slowly(text.as_bytes(), step), leave, 1 << 20);
    let (mut events, mut object) = (Vec::new(), Vec::new());
    while let Some(kind) = frames.next_event(&mut object)? {
        events.push((kind, String::from_utf8(object.clone()).expect("UTF-8")));
    }
    Ok(events)
}

const WATCH: &str = r#"{"type":"ADDED","object":{"metadata":{"name":"a","managedFields":[1]}}}
{"object": {"metadata": {"name": "b"}, "x": "}{\"" }, "type": "MODIFIED"}
{"type":"LATER","object":{"y":1}}{"type":"DELETED"}{"more":[{}],"type":"DELETED","object":{}}

{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}
"#;

#[test]
fn a_watch_is_cut_wherever_the_bytes_part() {
    for step in [1, 2, 3, 7, 64, 10_000] {
        let events = cut(WATCH, step, &[&["metadata", "managedFields"]]).expect("a watch");
        let events: Vec<_> = events.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
        assert_eq!(
            events,
            [
                (EventKind::Added, r#"{"metadata":{"name":"a"}}"#),
                (EventKind::Modified, r#"{"metadata":{"name":"b"},"x":"}{\""}"#),
                (EventKind::Deleted, "{}"),
                (EventKind::Bookmark, r#"{"metadata":{"resourceVersion":"7"}}"#),
            ]
        );
    }
}

#[test]
fn a_watch_that_breaks_off_in_an_event_is_told_from_one_that_ends() {
    let event = r#"{"type":"ADDED","object":{"a":"b"}}"#;
    for end in 1..event.len() {
        let outcome = cut(&event[..end], 16, &[]);
        assert!(matches!(outcome, Err(SplitError::Truncated)), "{end}: {outcome:?}");
    }
    assert_eq!(cut("", 16, &[]).expect("an end"), []);
    for text in ["[]", "x", "1 2", r#"{"type":"ADDED","object":{]}"#] {
        assert!(matches!(cut(text, 16, &[]), Err(SplitError::Syntax { .. })), "{text}");
    }
}

#[test]
fn objects_of_events_have_limits() {
    let large = format!(r#"{{"type":"ADDED","object":{{"a":"{}"}}}}"#, "x".repeat(2 << 20));
    assert!(matches!(cut(&large, 4096, &[]), Err(SplitError::TooLarge { .. })));
    assert_eq!(cut(&large, 4096, &[&["a"]]).expect("an event"), [(EventKind::Added, "{}".to_owned())]);
    let deep = format!(r#"{{"type":"ADDED","object":{}"#, "[".repeat(100_000));
    assert!(matches!(cut(&deep, 4096, &[]), Err(SplitError::TooDeep { .. })));
    let word = format!(r#"{{"type":"{}"#, "x".repeat(4 << 20));
    assert!(matches!(cut(&word, 4096, &[]), Err(SplitError::TooLarge { .. })));
}

proptest! {
    #[test]
    fn any_bytes_are_cut_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), event: bool) {
        let head = if event { br#"{"type":"ADDED","object":{"#.as_slice() } else { b"" };
        let text = [head, &bytes].concat();
        let mut frames = Frames::new(text.as_slice(), &[&["a"]], 100);
        let mut object = Vec::new();
        while let Ok(Some(_)) = frames.next_event(&mut object) {
            prop_assert!(object.len() <= 100 + text.len());
        }
    }
}
