//! apk: numbers, a letter, suffixes, a commit, a revision.
//!
//! The version that goes on where the other has ended is newer, but for the suffixes of pre-releases. What has no
//! place in the grammar is older than its absence. Numbers behind the first that begin with zero are fractions.
//! See `apk-package(5)`.

use crate::key::{Key, split_digits};

// How the next part sorts among what else could stand there.
const BEFORE_RELEASE: u8 = 1;
const UNREADABLE: u8 = 2;
const END: u8 = 3;
const REVISION: u8 = 4;
const COMMIT: u8 = 5;
const SUFFIX_NUMBER: u8 = 6;
const AFTER_RELEASE: u8 = 7;
const LETTER: u8 = 8;
const NUMBER: u8 = 9;

/// Suffixes in their order, and whether they come before the release.
const SUFFIXES: [(&str, bool); 9] = [
    ("alpha", true),
    ("beta", true),
    ("pre", true),
    ("rc", true),
    ("cvs", false),
    ("svn", false),
    ("git", false),
    ("hg", false),
    ("p", false),
];

#[allow(clippy::unnecessary_wraps, reason = "it stands in a table of orders, of which most can refuse")]
pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let (version, revision) = text.split_at(text.find('-').unwrap_or(text.len()));
    if let Some(rest) = version_part(version, key) {
        key.byte(UNREADABLE);
        key.text(rest);
    } else if revision.is_empty() {
        key.byte(END);
        return Some(());
    }
    // A revision is compared as a number also behind what cannot be read, as in `6.6.2p1-r10`.
    let (digits, rest) = revision.strip_prefix("-r").map_or(("", revision), split_digits);
    let digits = digits.trim_start_matches('0');
    if rest.is_empty() || !digits.is_empty() {
        key.byte(REVISION);
        key.number(digits);
    }
    key.byte(if rest.is_empty() { END } else { UNREADABLE });
    Some(())
}

/// Writes what stands before the revision and returns what cannot be read of it.
fn version_part<'t>(text: &'t str, key: &mut Key) -> Option<&'t str> {
    let (first, mut rest) = split_digits(text);
    if first.is_empty() {
        return Some(text);
    }
    key.byte(NUMBER);
    key.number(first);
    while let Some(after) = rest.strip_prefix('.') {
        let (digits, after) = split_digits(after);
        if digits.is_empty() {
            return Some(rest);
        }
        key.byte(NUMBER);
        if digits.starts_with('0') {
            // Zero behind the mark sorts before the length of every number that has none in front.
            key.byte(0);
            key.text(digits);
        } else {
            key.number(digits);
        }
        rest = after;
    }
    if let Some(letter) = rest.bytes().next().filter(u8::is_ascii_lowercase) {
        key.byte(LETTER);
        key.byte(letter);
        rest = rest.get(1..).unwrap_or_default();
    }
    while let Some(after) = rest.strip_prefix('_') {
        let (name, after) = after.split_at(after.bytes().take_while(u8::is_ascii_lowercase).count());
        let Some(place) = SUFFIXES.iter().position(|(suffix, _)| *suffix == name) else { return Some(rest) };
        let before = SUFFIXES.get(place).is_some_and(|(_, before)| *before);
        key.byte(if before { BEFORE_RELEASE } else { AFTER_RELEASE });
        key.byte(u8::try_from(place).unwrap_or(u8::MAX));
        let (digits, after) = split_digits(after);
        if !digits.is_empty() {
            key.byte(SUFFIX_NUMBER);
            key.number(digits);
        }
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('~') {
        let (commit, after) = after.split_at(after.bytes().take_while(u8::is_ascii_hexdigit).count());
        if commit.is_empty() {
            return Some(rest);
        }
        key.byte(COMMIT);
        key.text(commit);
        rest = after;
    }
    (!rest.is_empty()).then_some(rest)
}
