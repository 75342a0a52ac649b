//! Text on a terminal: how wide it is, where to break it, how numbers look.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// A number with a comma between thousands: `1,234`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share from 0 to 1 in percent: `31%`, `<1%`.
pub(crate) fn percent(share: f64) -> String {
    let percent = (share * 100.0).clamp(0.0, 100.0);
    if percent > 0.0 && percent < 1.0 { "<1%".to_owned() } else { format!("{percent:.0}%") }
}

/// Breaks a text into lines of at most `columns`, at spaces and beside wide characters (those of Chinese and
/// Japanese). A word that is longer than a line stays whole: a path that is broken cannot be clicked.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut taken = 0;
    for piece in pieces(text) {
        if taken + width(piece.trim_end()) > columns && taken > 0 {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            taken = 0;
        }
        line.push_str(piece);
        taken += width(piece);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The shortest pieces between which a line may be broken; spaces stay at the end of the piece before.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut end = rest.len();
        let mut before = ' ';
        for (at, letter) in rest.char_indices() {
            if at > 0 && breaks(before, letter) {
                end = at;
                break;
            }
            before = letter;
        }
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Whether a line may be broken between these two characters.
fn breaks(before: char, after: char) -> bool {
    if after == ' ' {
        return false;
    }
    if before == ' ' {
        return true;
    }
    let wide = |letter: char| letter.width().unwrap_or(0) > 1;
    let closes = |letter: char| "、。，．：；！？）」』】〉》・ー".contains(letter);
    let opens = |letter: char| "（「『【〈《".contains(letter);
    (wide(before) || wide(after)) && !closes(after) && !opens(before)
}
