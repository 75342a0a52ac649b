//! rpm: an epoch, the version, the release, each in runs of letters and digits. See `rpm-version(7)`.

use crate::key::{Key, split_digits};

// How the next run sorts among what else could stand there.
const TILDE: u8 = 1;
const END: u8 = 2;
const CARET: u8 = 3;
const LETTERS: u8 = 4;
const DIGITS: u8 = 5;

#[allow(clippy::unnecessary_wraps, reason = "it stands in a table of orders, of which most can refuse")]
pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let (epoch, rest) = split_epoch(text);
    key.number(epoch);
    let (version, release) = match rest.rsplit_once('-') {
        Some((version, release)) => (version, Some(release)),
        None => (rest, None),
    };
    write_runs(version, key);
    // Having no release is before having an empty one.
    if let Some(release) = release {
        key.byte(1);
        write_runs(release, key);
    }
    Some(())
}

/// Only digits in front of a colon are an epoch.
pub(super) fn split_epoch(text: &str) -> (&str, &str) {
    let (digits, rest) = split_digits(text);
    rest.strip_prefix(':').map_or(("", text), |rest| (digits, rest))
}

/// What is neither letter, digit, tilde nor caret separates and counts for nothing.
fn write_runs(text: &str, key: &mut Key) {
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b'~' | b'^' => {
                key.byte(if first == b'~' { TILDE } else { CARET });
                1
            }
            b'0'..=b'9' => {
                let (digits, _) = split_digits(rest);
                key.byte(DIGITS);
                key.number(digits);
                digits.len()
            }
            b'A'..=b'Z' | b'a'..=b'z' => {
                let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
                key.byte(LETTERS);
                key.text(rest.get(..length).unwrap_or_default());
                length
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    key.byte(END);
}
