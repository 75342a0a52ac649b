//! Text → scalar tokens: plain and quoted ones with their folded lines, and block scalars.

use std::borrow::Cow;

use super::scanner::Scanner;
use super::token::{Kind, Token};
use crate::error::Fault;

/// What a byte can end while a plain scalar is read.
const BLANK: u8 = 1;
const COLON: u8 = 2;
const FLOW: u8 = 4;

const fn class(byte: u8) -> u8 {
    match byte {
        b' ' | b'\t' | b'\n' | b'\r' | 0xC2 | 0xE2 => BLANK,
        b':' => COLON,
        b',' | b'?' | b'[' | b']' | b'{' | b'}' => FLOW,
        _ => 0,
    }
}

#[expect(clippy::indexing_slicing, reason = "computed when it is compiled")]
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte: u8 = 0;
    while byte < u8::MAX {
        classes[byte as usize] = class(byte);
        byte += 1;
    }
    classes
};

impl<'t> Scanner<'t> {
    /// Reads a scalar without quotes, which may go on over several lines.
    pub(super) fn plain(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.at;
        let mut end = start;
        let mut joined: Option<String> = None;
        let mut broken = false;
        while !self.document_mark() && self.byte(self.at) != b'#' {
            let run = self.at;
            let stop = self.plain_run();
            if stop > run {
                if let Some(text) = &mut joined {
                    fold(self.text.get(end..run).unwrap_or(""), text);
                    text.push_str(self.text.get(run..stop).unwrap_or(""));
                } else if broken {
                    let mut text = String::with_capacity(stop - start);
                    text.push_str(self.text.get(start..end).unwrap_or(""));
                    fold(self.text.get(end..run).unwrap_or(""), &mut text);
                    text.push_str(self.text.get(run..stop).unwrap_or(""));
                    joined = Some(text);
                }
                broken = false;
                end = stop;
                self.advance(stop);
            }
            if !self.pass_gap(&mut broken)? || (self.flow == 0 && self.column() < self.level) {
                break;
            }
        }
        if broken {
            self.key_allowed = true;
        }
        let text = match joined {
            Some(text) => Cow::Owned(text),
            None => Cow::Borrowed(self.text.get(start..end).unwrap_or("")),
        };
        Ok(Token { kind: Kind::Scalar { text, plain: true }, start, end })
    }

    /// Where the characters without blanks that belong to a plain scalar end.
    #[inline]
    fn plain_run(&self) -> usize {
        let stops = if self.flow > 0 { BLANK | COLON | FLOW } else { BLANK | COLON };
        let mut at = self.at;
        while let Some(byte) = self.bytes.get(at) {
            let class = CLASSES.get(usize::from(*byte)).map_or(0, |class| class & stops);
            if class != 0 {
                let ends = match class {
                    BLANK => *byte < 0x80 || self.break_at(at) > 0,
                    COLON => self.blank_at(at + 1),
                    _ => true,
                };
                if ends {
                    break;
                }
            }
            at += 1;
        }
        at
    }

    /// Passes blanks and line breaks within a plain scalar; whether there were any.
    fn pass_gap(&mut self, broken: &mut bool) -> Result<bool, Fault> {
        let from = self.at;
        loop {
            match self.byte(self.at) {
                b' ' => self.at += 1,
                b'\t' => {
                    if *broken && self.column() < self.level {
                        return Err(Fault::syntax(
                            "a tab cannot indent a line of text; use spaces",
                            self.at,
                            self.at + 1,
                        ));
                    }
                    self.at += 1;
                }
                _ => {
                    let length = self.break_at(self.at);
                    if length == 0 {
                        break;
                    }
                    self.next_line(self.at, length);
                    *broken = true;
                }
            }
        }
        Ok(self.at > from)
    }

    /// Reads a scalar in single or double quotes.
    pub(super) fn quoted(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.at;
        let quote = self.byte(start);
        self.at += 1;
        // Up to `kept` the text was copied out; what lies behind is still as the source has it.
        let mut kept = self.at;
        let mut copied: Option<String> = None;
        loop {
            let stop = self.quoted_run(quote);
            self.advance(stop);
            let byte = self.byte(stop);
            if byte == 0 {
                return Err(Fault::syntax("the quote that begins here is never closed", start, start + 1));
            }
            if byte == quote {
                if quote == b'\'' && self.byte(stop + 1) == b'\'' {
                    let text = copied.get_or_insert_default();
                    text.push_str(self.text.get(kept..=stop).unwrap_or(""));
                    self.at = stop + 2;
                    kept = self.at;
                    continue;
                }
                self.at = stop + 1;
                let rest = self.text.get(kept..stop).unwrap_or("");
                let text = match copied {
                    None => Cow::Borrowed(rest),
                    Some(text) => Cow::Owned(text + rest),
                };
                return Ok(Token { kind: Kind::Scalar { text, plain: false }, start, end: self.at });
            }
            let text = copied.get_or_insert_default();
            let before = self.text.get(kept..stop).unwrap_or("");
            if byte == b'\\' {
                text.push_str(before);
                let length = self.break_at(stop + 1);
                if length > 0 {
                    self.next_line(stop + 1, length);
                    self.pass_lines(start, None, text)?;
                } else {
                    self.escape(start, text)?;
                }
            } else {
                text.push_str(before.trim_end_matches([' ', '\t']));
                let length = self.break_at(stop);
                let first = self.text.get(stop..stop + length).unwrap_or("");
                self.next_line(stop, length);
                self.pass_lines(start, Some(first), text)?;
            }
            kept = self.at;
        }
    }

    /// Where the part of a quoted scalar ends that stands for itself: before the quote, an escape, a line
    /// break or the end of the text.
    fn quoted_run(&self, quote: u8) -> usize {
        let escape = if quote == b'"' { b'\\' } else { quote };
        let mut at = self.at;
        while let Some(rest) = self.bytes.get(at..) {
            let found = rest.iter().position(|byte| {
                *byte == quote || *byte == escape || matches!(byte, b'\n' | b'\r' | 0xC2 | 0xE2)
            });
            match found {
                None => return self.bytes.len(),
                Some(step) => {
                    at += step;
                    if self.byte(at) < 0x80 || self.break_at(at) > 0 {
                        return at;
                    }
                    at += 1;
                }
            }
        }
        self.bytes.len()
    }

    /// Passes the blanks and line breaks behind the first line break of a quoted scalar, and writes what
    /// they fold to. Without a first break the line was continued by a backslash.
    fn pass_lines(&mut self, start: usize, first: Option<&str>, text: &mut String) -> Result<(), Fault> {
        let from = self.at;
        loop {
            if matches!(self.byte(self.at), b' ' | b'\t') {
                self.at += 1;
                continue;
            }
            let length = self.break_at(self.at);
            if length == 0 {
                break;
            }
            self.next_line(self.at, length);
        }
        if self.document_mark() {
            return Err(Fault::syntax(
                "the quote that begins here is still open where the document ends",
                start,
                start + 1,
            ));
        }
        let gap = self.text.get(from..self.at).unwrap_or("");
        match first {
            Some(first) => fold_breaks(first, gap, text),
            None => push_breaks(gap, text),
        }
        Ok(())
    }

    /// Reads the escape sequence at a backslash.
    fn escape(&mut self, start: usize, text: &mut String) -> Result<(), Fault> {
        let at = self.at;
        let digits = match self.byte(at + 1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            letter => {
                text.push(match letter {
                    b'0' => '\0',
                    b'a' => '\x07',
                    b'b' => '\x08',
                    b't' | b'\t' => '\t',
                    b'n' => '\n',
                    b'v' => '\x0B',
                    b'f' => '\x0C',
                    b'r' => '\r',
                    b'e' => '\x1B',
                    b' ' => ' ',
                    b'"' => '"',
                    b'\'' => '\'',
                    b'\\' => '\\',
                    b'N' => '\u{85}',
                    b'_' => '\u{A0}',
                    b'L' => '\u{2028}',
                    b'P' => '\u{2029}',
                    0 => {
                        return Err(Fault::syntax(
                            "the quote that begins here is never closed",
                            start,
                            start + 1,
                        ));
                    }
                    _ => {
                        let length = self.text.get(at + 1..).and_then(|rest| rest.chars().next());
                        return Err(Fault::syntax(
                            "unknown escape sequence; write `\\\\` for a backslash, or use single quotes",
                            at,
                            at + 1 + length.map_or(0, char::len_utf8),
                        ));
                    }
                });
                self.at = at + 2;
                return Ok(());
            }
        };
        let first = at + 2;
        let mut value: u32 = 0;
        for place in first..first + digits {
            let Some(digit) = char::from(self.byte(place)).to_digit(16) else {
                return Err(Fault::syntax(
                    format!("an escape sequence lacks hexadecimal digits; write {digits} of them"),
                    at,
                    place,
                ));
            };
            value = (value << 4) | digit;
        }
        let Some(character) = char::from_u32(value) else {
            return Err(Fault::syntax(
                "an escape sequence names no character; write characters above U+FFFF with `\\U`",
                at,
                first + digits,
            ));
        };
        text.push(character);
        self.at = first + digits;
        Ok(())
    }

    /// Reads a scalar behind `|` or `>`.
    pub(super) fn block_scalar(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.at;
        let folded = self.byte(start) == b'>';
        let header = self.block_header()?;
        let mut end = self.at;
        let mut at = self.at;
        while matches!(self.byte(at), b' ' | b'\t') {
            at += 1;
        }
        if self.byte(at) == b'#' {
            at = self.line_end(at);
        }
        let length = self.break_at(at);
        if length == 0 && at < self.bytes.len() {
            return Err(Fault::syntax(
                "text cannot begin on the line of `|` or `>`; put it on the next line",
                at,
                self.line_end(at),
            ));
        }
        if length > 0 {
            self.next_line(at, length);
        } else {
            self.advance(at);
        }

        let mut indent = match (header.indent, self.level) {
            (0, _) => 0,
            (indent, 0) => indent,
            (indent, level) => level - 1 + indent,
        };
        let mut text = String::new();
        let mut breaks = String::new();
        let mut leading = "";
        let mut leading_blank = false;
        self.block_breaks(&mut indent, &mut breaks)?;
        while self.column() == indent && self.at < self.bytes.len() {
            let blank = matches!(self.byte(self.at), b' ' | b'\t');
            if folded && !leading_blank && !blank && leading == "\n" {
                if breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(leading);
            }
            text.push_str(&breaks);
            breaks.clear();
            leading_blank = blank;
            let stop = self.line_end(self.at);
            text.push_str(self.text.get(self.at..stop).unwrap_or(""));
            end = stop;
            self.advance(stop);
            let length = self.break_at(stop);
            leading = kept_break(self.text.get(stop..stop + length).unwrap_or(""));
            if length > 0 {
                self.next_line(stop, length);
            }
            self.block_breaks(&mut indent, &mut breaks)?;
        }
        if header.chomp != Chomp::Strip {
            text.push_str(leading);
        }
        if header.chomp == Chomp::Keep {
            text.push_str(&breaks);
        }
        Ok(Token { kind: Kind::Scalar { text: Cow::Owned(text), plain: false }, start, end })
    }

    /// Reads the indicators behind `|` or `>`, in either order.
    fn block_header(&mut self) -> Result<BlockHeader, Fault> {
        let mut header = BlockHeader { chomp: Chomp::Clip, indent: 0 };
        self.at += 1;
        let mut indicators = [false; 2];
        loop {
            let byte = self.byte(self.at);
            match byte {
                b'+' | b'-' if !indicators[0] => {
                    indicators[0] = true;
                    header.chomp = if byte == b'+' { Chomp::Keep } else { Chomp::Strip };
                }
                b'0' if !indicators[1] => {
                    return Err(Fault::syntax(
                        "a block of text cannot be indented by 0; write 1 to 9, or nothing",
                        self.at,
                        self.at + 1,
                    ));
                }
                b'1'..=b'9' if !indicators[1] => {
                    indicators[1] = true;
                    header.indent = usize::from(byte - b'0');
                }
                _ => return Ok(header),
            }
            self.at += 1;
        }
    }

    /// Passes the indentation and the empty lines before a line of a block scalar. An indentation of 0 is
    /// not known yet, and is found here.
    fn block_breaks(&mut self, indent: &mut usize, breaks: &mut String) -> Result<(), Fault> {
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.column() < *indent) && self.byte(self.at) == b' ' {
                self.at += 1;
            }
            deepest = deepest.max(self.column());
            if self.byte(self.at) == b'\t' && (*indent == 0 || self.column() < *indent) {
                return Err(Fault::syntax(
                    "a tab cannot indent a block of text; use spaces",
                    self.at,
                    self.at + 1,
                ));
            }
            let length = self.break_at(self.at);
            if length == 0 {
                break;
            }
            breaks.push_str(kept_break(self.text.get(self.at..self.at + length).unwrap_or("")));
            self.next_line(self.at, length);
        }
        if *indent == 0 {
            *indent = deepest.max(self.level).max(1);
        }
        Ok(())
    }
}

struct BlockHeader {
    chomp: Chomp,
    indent: usize,
}

#[derive(PartialEq)]
enum Chomp {
    Clip,
    Strip,
    Keep,
}

/// A line break as it stands in a value: the Unicode line and paragraph separators stay, others are `\n`.
fn kept_break(line_break: &str) -> &str {
    match line_break {
        "" | "\u{2028}" | "\u{2029}" => line_break,
        _ => "\n",
    }
}

/// Writes what the blanks and line breaks between two words of a plain scalar become.
fn fold(gap: &str, text: &mut String) {
    let Some(at) = gap.find(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) else {
        text.push_str(gap);
        return;
    };
    let rest = gap.get(at..).unwrap_or("");
    let length = if rest.starts_with("\r\n") { 2 } else { rest.chars().next().map_or(0, char::len_utf8) };
    let (first, rest) = rest.split_at_checked(length).unwrap_or((rest, ""));
    fold_breaks(first, rest, text);
}

/// Writes a first line break and what follows it: one break folds to a space, of more all but the first stay.
fn fold_breaks(first: &str, rest: &str, text: &mut String) {
    let before = text.len();
    if kept_break(first) == "\n" {
        push_breaks(rest, text);
        if text.len() == before {
            text.push(' ');
        }
    } else {
        text.push_str(first);
        push_breaks(rest, text);
    }
}

/// Writes the line breaks among blanks.
fn push_breaks(gap: &str, text: &mut String) {
    let mut characters = gap.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                text.push('\n');
            }
            '\n' | '\u{85}' => text.push('\n'),
            '\u{2028}' | '\u{2029}' => text.push(character),
            _ => {}
        }
    }
}
