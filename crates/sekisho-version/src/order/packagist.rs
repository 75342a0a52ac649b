//! PHP's `version_compare`: parts that are numbers or words with a rank. What continues a version is older than its
//! end where it is a word of a pre-release, newer where it is a number or a patch.

use std::cmp::Ordering;

use crate::key::{Key, Reader, compare_digits, is_number};

/// The rank that an end and a number have among the words.
const RELEASE: u8 = 5;
/// Marks a number; no rank.
const NUMBER: u8 = 9;

#[allow(clippy::unnecessary_wraps, reason = "it stands in a table of orders, of which most can refuse")]
pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    write_parts(text.strip_prefix(['v', 'V']).unwrap_or(text), key);
    Some(())
}

/// Splits at separators and between digits and everything else.
pub(super) fn write_parts(text: &str, key: &mut Key) {
    const SEPARATORS: [char; 4] = ['.', '-', '_', '+'];
    let mut parts = text.split(SEPARATORS).peekable();
    let mut is_first = true;
    while let Some(part) = parts.next() {
        // Separators in a row are one; one at the end stands in front of an empty word.
        if part.is_empty() && !is_first && parts.peek().is_some() {
            continue;
        }
        is_first = false;
        let mut rest = part;
        loop {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let length = if digits > 0 {
                digits
            } else {
                rest.bytes().take_while(|byte| !byte.is_ascii_digit()).count()
            };
            let (run, after) = rest.split_at(length);
            if is_number(run) {
                key.byte(NUMBER);
                key.number(run);
            } else {
                key.byte(rank(run));
            }
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
    }
}

fn rank(word: &str) -> u8 {
    match word.as_bytes() {
        [b'd', b'e', b'v', ..] => 1,
        [b'a', ..] => 2,
        [b'b', ..] => 3,
        [b'R', b'C', ..] | [b'r', b'c', ..] => 4,
        [b'#', ..] => RELEASE,
        [b'p', ..] => 6,
        _ => 0,
    }
}

pub(super) fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (mut left, mut right) = (Reader::new(left), Reader::new(right));
    loop {
        let order = match (left.byte(), right.byte()) {
            (None, None) => return Ordering::Equal,
            (Some(NUMBER), Some(NUMBER)) => compare_digits(left.number(), right.number()),
            (Some(ours), None) => return continuation(ours, left),
            (None, Some(theirs)) => return continuation(theirs, right).reverse(),
            (Some(ours), Some(theirs)) => {
                if ours == NUMBER {
                    left.number();
                }
                if theirs == NUMBER {
                    right.number();
                }
                as_word(ours).cmp(&as_word(theirs))
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// How what continues a version sorts against its end.
fn continuation(first: u8, rest: Reader<'_>) -> Ordering {
    let (mut part, mut rest) = (Some(first), rest);
    while let Some(found) = part {
        if found == NUMBER {
            return Ordering::Greater;
        }
        let order = found.cmp(&RELEASE);
        if order.is_ne() {
            return order;
        }
        part = rest.byte();
    }
    Ordering::Equal
}

fn as_word(part: u8) -> u8 {
    if part == NUMBER { RELEASE } else { part }
}
