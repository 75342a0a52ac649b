//! dpkg: an epoch, the upstream version, the revision. See `deb-version(7)`.

use crate::key::{Key, is_number, split_digits};

// A tilde is before the end, the end before letters, letters before everything else.
const TILDE: u8 = 1;
const END: u8 = 2;

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let (epoch, rest) = match text.split_once(':') {
        Some((epoch, _)) if !is_number(epoch) => return None,
        Some((epoch, rest)) => (epoch, rest),
        None => ("", text),
    };
    if rest.is_empty() {
        return None;
    }
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    key.number(epoch);
    write_part(upstream, key);
    write_part(revision, key);
    Some(())
}

/// opam has neither epochs nor revisions.
#[allow(clippy::unnecessary_wraps, reason = "it stands in a table of orders, of which most can refuse")]
pub(super) fn write_opam(text: &str, key: &mut Key) -> Option<()> {
    write_part(text, key);
    Some(())
}

/// Texts and numbers in turn, until the end.
fn write_part(mut part: &str, key: &mut Key) {
    // A part begins with a text, which may be empty; an absent number is zero.
    let mut first = true;
    while first || !part.is_empty() {
        let (text, rest) = part.split_at(part.bytes().take_while(|byte| !byte.is_ascii_digit()).count());
        for byte in text.bytes() {
            weight(byte, key);
        }
        key.byte(END);
        let (digits, rest) = split_digits(rest);
        key.number(digits);
        part = rest;
        first = false;
    }
    key.byte(END);
}

fn weight(byte: u8, key: &mut Key) {
    match byte {
        b'~' => key.byte(TILDE),
        b'A'..=b'Z' | b'a'..=b'z' => key.byte(byte),
        // The letters end at 122.
        _ => {
            key.byte(123);
            key.byte(byte);
        }
    }
}
