//! libalpm: as rpm was, but separators count, letters at the end are older, and a release is compared only where
//! both versions have one. See `vercmp(8)`.

use std::cmp::Ordering;

use crate::key::{Key, Reader, compare_digits, split_digits};
use crate::order::rpm::split_epoch;

// An end of a part comes before an end of the version.
const PART_END: u8 = 0;
const LETTERS: u8 = 1;
const DIGITS: u8 = 2;

#[allow(clippy::unnecessary_wraps, reason = "it stands in a table of orders, of which most can refuse")]
pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let (epoch, rest) = split_epoch(text);
    write_runs(epoch, key);
    match rest.rsplit_once('-') {
        Some((version, release)) => {
            write_runs(version, key);
            write_runs(release, key);
        }
        None => write_runs(rest, key),
    }
    Some(())
}

/// Each run with the number of separators in front of it.
fn write_runs(text: &str, key: &mut Key) {
    let bytes = text.as_bytes();
    let mut start = 0;
    loop {
        let rest = bytes.get(start..).unwrap_or_default();
        let separators = rest.iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        start += separators;
        let run = text.get(start..).unwrap_or_default();
        let Some(first) = run.bytes().next() else {
            key.byte(PART_END);
            key.length(separators);
            return;
        };
        if first.is_ascii_digit() {
            let (digits, _) = split_digits(run);
            key.byte(DIGITS);
            key.length(separators);
            key.number(digits);
            start += digits.len();
        } else {
            let length = run.bytes().take_while(u8::is_ascii_alphabetic).count();
            key.byte(LETTERS);
            key.length(separators);
            key.text(run.get(..length).unwrap_or_default());
            start += length;
        }
    }
}

pub(super) fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (mut left, mut right) = (Reader::new(left), Reader::new(right));
    for part in 0..3 {
        if part == 2 && (left.peek().is_none() || right.peek().is_none()) {
            return Ordering::Equal;
        }
        let order = compare_part(&mut left, &mut right);
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

fn compare_part(left: &mut Reader<'_>, right: &mut Reader<'_>) -> Ordering {
    loop {
        let (ours, theirs) = (left.byte(), right.byte());
        let (separators, others) = (length(left), length(right));
        match (ours.unwrap_or(PART_END), theirs.unwrap_or(PART_END)) {
            (PART_END, PART_END) => return (separators > 0).cmp(&(others > 0)),
            // What remains is newer, but for letters directly behind what came before.
            (PART_END, LETTERS) => {
                return if others == 0 || separators > 0 { Ordering::Greater } else { Ordering::Less };
            }
            (LETTERS, PART_END) => {
                return if separators == 0 || others > 0 { Ordering::Less } else { Ordering::Greater };
            }
            (PART_END, _) => return Ordering::Less,
            (_, PART_END) => return Ordering::Greater,
            (ours, theirs) => {
                let order = separators.cmp(&others).then(ours.cmp(&theirs)).then_with(|| {
                    if ours == DIGITS {
                        compare_digits(left.number(), right.number())
                    } else {
                        left.text().cmp(right.text())
                    }
                });
                if order.is_ne() {
                    return order;
                }
            }
        }
    }
}

fn length(reader: &mut Reader<'_>) -> usize {
    usize::from(reader.byte().unwrap_or(0))
}
