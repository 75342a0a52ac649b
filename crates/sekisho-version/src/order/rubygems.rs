//! RubyGems: runs of digits and letters; a text is before a number, and beyond its end a version goes on with
//! zeros. See `Gem::Version`.

use crate::key::{Key, is_number};

// What follows a run of zeros: a text, zeros without end, or a number.
const TEXT: u8 = 1;
const END: u8 = 2;
const NUMBER: u8 = 3;

/// How the names of platforms begin that stand behind a version in lock files and names of gems.
const PLATFORMS: [&str; 12] = [
    "aarch64",
    "arm",
    "i386",
    "i686",
    "java",
    "jruby",
    "mingw",
    "mswin",
    "universal",
    "x64",
    "x86",
    "powerpc",
];

/// A version without its platform: `1.2.0-x86_64-linux` is 1.2.0.
fn without_platform(text: &str) -> &str {
    match text.split_once('-') {
        Some((version, rest)) if PLATFORMS.iter().any(|platform| rest.starts_with(platform)) => version,
        _ => text,
    }
}

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let text = without_platform(text);
    if !text.starts_with(|first: char| first.is_ascii_digit())
        || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        || text.contains("..")
    {
        return None;
    }
    // In front of the first text the zeros at the end of the numbers count for nothing.
    let mut is_text_seen = false;
    let mut zeros = 0;
    segments(text, |segment| {
        let is_text = !is_number(segment);
        if is_text && !is_text_seen {
            is_text_seen = true;
            zeros = 0;
        }
        if !is_text && segment.bytes().all(|byte| byte == b'0') {
            zeros += 1;
            return;
        }
        // Fewer zeros in front of a text are older, in front of a number newer.
        if is_text {
            key.byte(TEXT);
            key.length(zeros);
            key.text(segment);
        } else {
            key.byte(NUMBER);
            key.length_reversed(zeros);
            key.number(segment);
        }
        zeros = 0;
    });
    key.byte(END);
    Some(())
}

/// The runs of digits and of letters; a hyphen reads `.pre.`.
pub(crate) fn segments<'t>(text: &'t str, mut each: impl FnMut(&'t str)) {
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let length = match first {
            b'-' => {
                each("pre");
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            b'0'..=b'9' => rest.bytes().take_while(u8::is_ascii_digit).count(),
            b'a'..=b'z' | b'A'..=b'Z' => rest.bytes().take_while(u8::is_ascii_alphabetic).count(),
            _ => 0,
        };
        if length == 0 {
            rest = rest.get(rest.chars().next().map_or(1, char::len_utf8)..).unwrap_or_default();
            continue;
        }
        let (segment, after) = rest.split_at(length);
        each(segment);
        rest = after;
    }
}
