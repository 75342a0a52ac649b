//! What is encoded is found, and told at its place in the text as it was given.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use sekisho_leak::{Detector, Encoding, Limits, Origin, RuleSet};

use crate::draw::Draw;

fn token() -> String {
    Draw::new("decoding").fill("ghp_<36 alnum>")
}

/// What is found: the lines, the columns and the encodings.
fn found(text: &str) -> Vec<(u32, u32, u32, Vec<Encoding>, u8)> {
    let detector = Detector::new(RuleSet::ours(), Limits::default()).unwrap();
    let leaks = detector.scan(Origin { path: "a.yaml", commit: None }, text.as_bytes());
    let github = leaks.iter().filter(|leak| leak.rule.id == "github-token");
    github
        .map(|leak| {
            assert_eq!(leak.secret.reveal(), token().as_bytes());
            let place = leak.place;
            (place.line, place.column, place.end_column, leak.encodings.iter().collect(), leak.depth)
        })
        .collect()
}

#[test]
fn a_text_as_it_is() {
    assert_eq!(found(&format!("a\nb: {}\n", token())), [(2, 4, 43, vec![], 0)]);
}

#[test]
fn base_64_in_a_secret() {
    let encoded = BASE64.encode(token().as_bytes());
    let text = format!("kind: Secret\ndata:\n  token: {encoded}\n");
    let end = 10 + u32::try_from(encoded.len()).unwrap() - 1;
    assert_eq!(found(&text), [(3, 10, end, vec![Encoding::Base64], 1)]);
}

#[test]
fn base_64_in_base_64() {
    let once = BASE64.encode(format!("token={}", token()).as_bytes());
    let text = format!("x: {}", BASE64URL_NOPAD.encode(once.as_bytes()));
    let end = u32::try_from(text.len()).unwrap();
    assert_eq!(found(&text), [(1, 4, end, vec![Encoding::Base64], 2)]);
}

#[test]
fn digits_percent_signs_and_escapes() {
    let digits = HEXLOWER.encode(token().as_bytes());
    assert_eq!(found(&digits), [(1, 1, 80, vec![Encoding::Hexadecimal], 1)]);

    let percent = token().replace('_', "%5F");
    let [(line, column, _, encodings, depth)] = &found(&format!("q={percent}"))[..] else { panic!() };
    assert_eq!((*line, *column, &encodings[..], *depth), (1, 3, &[Encoding::Percent][..], 1));

    let escaped: Vec<String> = token().chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let [(_, 2, _, encodings, 1)] = &found(&format!("\"{}\"", escaped.concat()))[..] else { panic!() };
    assert_eq!(encodings, &[Encoding::Unicode]);

    let points: Vec<String> = token().chars().map(|c| format!("U+{:04X}", u32::from(c))).collect();
    assert_eq!(found(&points.join(" ")).len(), 1);
}

#[test]
fn a_part_of_a_token_that_is_encoded() {
    // The prefix is percent-encoded, the rest is not: the place covers both.
    let text = format!("a %67%68%70{} b", &token()[3..]);
    let [(1, 3, end, encodings, 1)] = &found(&text)[..] else { panic!() };
    assert_eq!((*end, &encodings[..]), (u32::try_from(text.len()).unwrap() - 2, &[Encoding::Percent][..]));
}

#[test]
fn what_was_found_before_decoding_is_not_found_again() {
    let other = BASE64.encode(b"nothing to see here, 12345");
    let text = format!("{}\n{other}\n", token());
    assert_eq!(found(&text).len(), 1);
}

#[test]
fn binary_behind_base_64_is_left_alone() {
    let bytes: Vec<u8> = (0..=255).collect();
    assert_eq!(found(&BASE64.encode(&bytes)).len(), 0);
}
