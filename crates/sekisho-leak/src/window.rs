//! Large texts are looked through in windows, which end where a text has a gap.

use std::ops::Range;

/// About how many bytes a window has.
const WINDOW: usize = 100_000;
/// How many bytes more are taken to reach a gap.
const REACH: usize = 25_000;
/// How many bytes two windows share at most: more than most private keys have.
pub(crate) const SHARED: usize = 8_192;
/// How many bytes decide whether a file is a text.
const HEAD: usize = 8_192;

/// Whether a file is a text, by its first bytes: one without a byte of 0.
pub fn is_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..HEAD).unwrap_or(bytes);
    memchr::memchr(0, head).is_none()
}

/// A part of a text that is looked through at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its bytes.
    pub range: Range<usize>,
    /// Where what is new in it begins: what ends before was in the window before it as a whole.
    pub fresh: usize,
}

/// The windows of a text: of about 100,000 bytes each, up to the next empty line where one is near, else to an end
/// of a line. Each begins somewhat before the end of the one before, so that what lies across the border stands
/// whole in one of them. What lies before `fresh` was looked through already.
pub fn windows(text: &[u8], fresh: usize) -> impl Iterator<Item = Window> + '_ {
    let mut fresh = fresh;
    std::iter::from_fn(move || {
        let rest = text.get(fresh..).filter(|rest| !rest.is_empty())?;
        let before = text.get(..fresh).unwrap_or_default();
        let shared = before.get(fresh.saturating_sub(SHARED)..).unwrap_or_default();
        // From the beginning of a line, where there is one.
        let line =
            if shared.len() < SHARED { Some(0) } else { memchr::memchr(b'\n', shared).map(|at| at + 1) };
        let start = fresh - shared.len() + line.unwrap_or(0);
        let window = Window { range: start..fresh + length(rest), fresh };
        fresh = window.range.end;
        Some(window)
    })
}

fn length(rest: &[u8]) -> usize {
    if rest.len() <= WINDOW {
        return rest.len();
    }
    let reach = rest.get(WINDOW - 1..(WINDOW + REACH).min(rest.len())).unwrap_or_default();
    let mut blank = false;
    for (at, byte) in reach.iter().enumerate() {
        match byte {
            b'\n' if blank => return WINDOW + at,
            b'\n' => blank = true,
            b' ' | b'\t' | b'\r' => {}
            _ => blank = false,
        }
    }
    let line = memchr::memrchr(b'\n', reach).map(|at| WINDOW + at);
    line.unwrap_or_else(|| (WINDOW + REACH).min(rest.len()))
}
