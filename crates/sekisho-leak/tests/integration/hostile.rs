//! Texts and rules that are made to hurt.

use sekisho_leak::{Detector, Limits, Origin, RuleSet};

fn count(text: &[u8]) -> usize {
    let detector = Detector::new(RuleSet::ours(), Limits::default()).unwrap();
    detector.scan(Origin { path: "a", commit: None }, text).len()
}

#[test]
fn bytes_of_any_kind_are_looked_through() {
    let all: Vec<u8> = (0..=255_u8).cycle().take(300_000).collect();
    assert_eq!(count(&all), 0);
    assert_eq!(count(b""), 0);
    assert_eq!(count(&[0xff; 1000]), 0);
    assert_eq!(count("\u{feff}é\u{1f600}".repeat(1000).as_bytes()), 0);
}

#[test]
fn what_is_encoded_again_and_again_ends() {
    let mut text = "%41".repeat(100);
    for _ in 0..20 {
        text = text.replace('%', "%25");
    }
    count(text.as_bytes());
    count("\\u005c".repeat(20_000).as_bytes());
    count("U+0055 U+002B ".repeat(10_000).as_bytes());
    count("QUFB".repeat(50_000).as_bytes());
    count("41".repeat(100_000).as_bytes());
}

#[test]
fn many_credentials_are_told_up_to_the_limit() {
    let text: String = (0..5_000)
        .map(|at| {
            format!("k{at:04}=AKIA{at:05}ABCDEFGHIJK\n")
                .replace('0', "Z")
                .replace('1', "Y")
                .replace('8', "X")
                .replace('9', "W")
        })
        .collect();
    let detector = Detector::new(RuleSet::ours(), Limits { leaks: 100, ..Limits::default() }).unwrap();
    assert_eq!(detector.scan(Origin::default(), text.as_bytes()).len(), 100);
}

#[test]
fn one_line_without_end_is_cut_into_windows() {
    let text = "a".repeat(3 << 20) + "=" + &"-----BEGIN PRIVATE KEY-----".repeat(1000);
    count(text.as_bytes());
}
