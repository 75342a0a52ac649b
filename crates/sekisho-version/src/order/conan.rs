//! Conan 2: items between dots, then a pre-release behind the first hyphen and a build behind the last plus sign.
//! Two numbers are compared as numbers, everything else as texts, which makes circles.

use std::cmp::Ordering;

use crate::key::{Key, Reader, compare_digits, is_number};

const END: u8 = 0;
const NUMBER: u8 = 1;
const TEXT: u8 = 2;
const ABSENT: u8 = 0;
const PRESENT: u8 = 1;

#[allow(clippy::unnecessary_wraps, reason = "it stands in a table of orders, of which most can refuse")]
pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let (rest, build) = text.rsplit_once('+').map_or((text, None), |(rest, build)| (rest, Some(build)));
    let (main, prerelease) = rest.split_once('-').map_or((rest, None), |(main, after)| (main, Some(after)));
    write_items(main, key);
    for qualifier in [prerelease, build] {
        key.byte(if qualifier.is_some() { PRESENT } else { ABSENT });
        if let Some(qualifier) = qualifier {
            write_items(qualifier, key);
        }
    }
    Some(())
}

/// Items without the zeros at their end.
fn write_items(items: &str, key: &mut Key) {
    let count = items.split('.').count();
    let zeros = items.rsplit('.').take_while(|item| is_number(item) && item.bytes().all(|byte| byte == b'0'));
    let kept = count - zeros.count();
    for item in items.split('.').take(kept) {
        if is_number(item) {
            key.byte(NUMBER);
            key.number(item);
        } else {
            key.byte(TEXT);
            key.text(item);
        }
    }
    key.byte(END);
}

pub(super) fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (mut left, mut right) = (Reader::new(left), Reader::new(right));
    let order = compare_items(&mut left, &mut right);
    if order.is_ne() {
        return order;
    }
    match (left.byte() == Some(PRESENT), right.byte() == Some(PRESENT)) {
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        (true, true) => {
            let order = compare_items(&mut left, &mut right);
            if order.is_ne() {
                return order;
            }
        }
        (false, false) => {}
    }
    match (left.byte() == Some(PRESENT), right.byte() == Some(PRESENT)) {
        (true, true) => compare_items(&mut left, &mut right),
        (ours, theirs) => ours.cmp(&theirs),
    }
}

fn compare_items(left: &mut Reader<'_>, right: &mut Reader<'_>) -> Ordering {
    loop {
        let order = match (left.byte().unwrap_or(END), right.byte().unwrap_or(END)) {
            (END, END) => return Ordering::Equal,
            (END, _) => return Ordering::Less,
            (_, END) => return Ordering::Greater,
            (NUMBER, NUMBER) => compare_digits(left.number(), right.number()),
            (NUMBER, _) => shown(left.number()).cmp(right.text()),
            (_, NUMBER) => left.text().cmp(shown(right.number())),
            (_, _) => left.text().cmp(right.text()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// A number as it is printed: zero has a digit.
fn shown(digits: &[u8]) -> &[u8] {
    if digits.is_empty() { b"0" } else { digits }
}
