//! Finds what is encoded in a text, in one pass over its bytes.

use std::ops::Range;

use super::Encoding;

/// The least length of what is taken for base 64, and for hexadecimal digits.
const BASE64: usize = 16;
const HEXADECIMAL: usize = 32;

/// What is encoded in a text, from its beginning. Of two that touch, the one that encodes single characters goes
/// first; the other is found in the next pass.
pub(super) fn encoded(text: &[u8]) -> Vec<(Range<usize>, Encoding)> {
    let all = candidates(text);
    let yields = |own: &(Range<usize>, Encoding), other: Option<&(Range<usize>, Encoding)>| {
        other.is_some_and(|other| {
            let touches = other.0.start <= own.0.end && own.0.start <= other.0.end;
            touches && other.1 < own.1
        })
    };
    let mut kept = Vec::with_capacity(all.len());
    for (at, own) in all.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        if !yields(own, before) && !yields(own, all.get(at + 1)) {
            kept.push(own.clone());
        }
    }
    kept
}

fn candidates(text: &[u8]) -> Vec<(Range<usize>, Encoding)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        let (length, encoding) = match byte {
            b'%' => (percent(rest), Encoding::Percent),
            b'\\' => (escapes(rest), Encoding::Unicode),
            b'U' if code_points(rest) > 0 => (code_points(rest), Encoding::Unicode),
            byte if is_base64(*byte) => {
                let run = rest.iter().take_while(|byte| is_base64(**byte)).count();
                let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
                if digits >= HEXADECIMAL {
                    (digits, Encoding::Hexadecimal)
                } else if run >= BASE64 {
                    let padding = rest.get(run..).unwrap_or_default();
                    let padding = padding.iter().take(2).take_while(|byte| **byte == b'=').count();
                    (run + padding, Encoding::Base64)
                } else {
                    // Nothing that begins inside the run is long enough, but code points may.
                    let inner = rest.get(1..run).unwrap_or_default();
                    let next = inner.windows(2).position(|pair| pair == b"U+").map_or(run, |next| next + 1);
                    at += next.max(1);
                    continue;
                }
            }
            _ => (0, Encoding::Percent),
        };
        if length > 0 {
            found.push((at..at + length, encoding));
        }
        at += length.max(1);
    }
    found
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'/' | b'+' | b'-')
}

fn is_escaped(text: &[u8]) -> bool {
    matches!(text, [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// From an escaped byte to the last one of its line.
fn percent(text: &[u8]) -> usize {
    if !is_escaped(text) {
        return 0;
    }
    let line = text.get(..memchr::memchr(b'\n', text).unwrap_or(text.len())).unwrap_or_default();
    let last = memchr::memrchr_iter(b'%', line).find(|at| is_escaped(line.get(*at..).unwrap_or_default()));
    last.unwrap_or(0) + 3
}

/// `\u0041`, `\\u0041`, one after the other.
fn escapes(text: &[u8]) -> usize {
    let mut length = 0;
    loop {
        let rest = text.get(length..).unwrap_or_default();
        let slashes = rest.iter().take(3).take_while(|byte| **byte == b'\\').count();
        // A backslash more belongs to what stands before.
        let from = if length == 0 && slashes == 3 { return 0 } else { slashes };
        let Some([b'u' | b'U', digits @ ..]) = rest.get(from..) else { return length };
        let fits = digits.get(..4).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if !fits || !matches!(slashes, 1 | 2) {
            return length;
        }
        length += slashes + 5;
    }
}

/// `U+0041 U+0042`, each with a blank behind it or the end of the text.
fn code_points(text: &[u8]) -> usize {
    let mut length = 0;
    loop {
        let rest = text.get(length..).unwrap_or_default();
        let Some(digits) = rest.strip_prefix(b"U+") else { return length };
        if !digits.get(..4).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return length;
        }
        match digits.get(4) {
            None => return length + 6,
            Some(b' ' | b'\t' | b'\n' | b'\r' | b'\x0c') => length += 7,
            Some(_) => return length,
        }
    }
}
