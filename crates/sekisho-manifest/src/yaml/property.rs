//! Text → the tokens that say something of a node or a document: anchors, aliases, tags, directives.

use std::borrow::Cow;

use super::scanner::Scanner;
use super::token::{Kind, TagText, Token};
use crate::error::Fault;

impl<'t> Scanner<'t> {
    /// Reads `&name` or `*name`.
    pub(super) fn anchor(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.at;
        let end = self.word_end(start + 1);
        let ends = self.blank_at(end)
            || matches!(self.byte(end), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if end == start + 1 || !ends {
            return Err(Fault::syntax(
                "the name of an anchor holds letters, digits, `_` and `-`; rename it, or put the text in quotes",
                start,
                end.max(start + 1),
            ));
        }
        let name = self.text.get(start + 1..end).unwrap_or("");
        let kind = if self.byte(start) == b'&' { Kind::Anchor(name) } else { Kind::Alias(name) };
        self.at = end;
        Ok(Token { kind, start, end })
    }

    /// Reads a tag: `!`, `!name`, `!!name`, `!handle!name` or `!<name>`.
    pub(super) fn tag(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.at;
        let (handle, rest): (&[u8], _) = if self.byte(start + 1) == b'<' {
            self.at = start + 2;
            let rest = self.tag_text(start, false)?;
            if self.byte(self.at) != b'>' {
                return Err(Fault::syntax("a tag that begins with `!<` ends with `>`", start, self.at));
            }
            self.at += 1;
            (b"", rest)
        } else {
            let end = self.word_end(start + 1);
            if self.byte(end) == b'!' {
                self.at = end + 1;
                let handle = self.bytes.get(start..=end).unwrap_or_default();
                (handle, self.tag_text(start, false)?)
            } else {
                self.at = start + 1;
                let rest = self.tag_text(start, true)?;
                if rest.is_empty() { (b"", Cow::Borrowed(b"!".as_slice())) } else { (b"!", rest) }
            }
        };
        if !self.blank_at(self.at) {
            return Err(Fault::syntax(
                "a tag ends with a space; put the text in quotes if it is no tag",
                start,
                self.at,
            ));
        }
        Ok(Token { kind: Kind::Tag(Box::new(TagText { handle, rest })), start, end: self.at })
    }

    /// Reads the characters that may stand in a tag, with `%xx` escapes.
    fn tag_text(&mut self, start: usize, may_be_empty: bool) -> Result<Cow<'t, [u8]>, Fault> {
        let from = self.at;
        let mut text = Cow::Borrowed(b"".as_slice());
        loop {
            let byte = self.byte(self.at);
            if byte == b'%' {
                self.tag_escape(start, text.to_mut())?;
                continue;
            }
            if !is_word(byte) && !b";/?:@&=+$,.!~*'()[]".contains(&byte) {
                break;
            }
            self.at += 1;
            match &mut text {
                Cow::Borrowed(text) => *text = self.bytes.get(from..self.at).unwrap_or_default(),
                Cow::Owned(text) => text.push(byte),
            }
        }
        if self.at == from && !may_be_empty {
            return Err(Fault::syntax("a tag needs a name behind `!`", start, self.at));
        }
        Ok(text)
    }

    /// Reads the `%xx` escapes of one character.
    fn tag_escape(&mut self, start: usize, text: &mut Vec<u8>) -> Result<(), Fault> {
        let mut more = 0;
        loop {
            let digit =
                |at| char::from(self.byte(at)).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            let octet = match (self.byte(self.at), digit(self.at + 1), digit(self.at + 2)) {
                (b'%', Some(high), Some(low)) => high << 4 | low,
                _ => return Err(Fault::syntax("`%` in a tag needs two hexadecimal digits", start, self.at)),
            };
            if more == 0 {
                more = match octet {
                    0x00..=0x7F => 1,
                    0xC0..=0xDF => 2,
                    0xE0..=0xEF => 3,
                    0xF0..=0xF7 => 4,
                    _ => 0,
                };
            } else if octet & 0xC0 != 0x80 {
                more = 0;
            }
            if more == 0 {
                return Err(Fault::syntax("the `%` escapes of a tag spell no character", start, self.at));
            }
            text.push(octet);
            self.at += 3;
            more -= 1;
            if more == 0 {
                return Ok(());
            }
        }
    }

    /// Reads a `%YAML` or `%TAG` line.
    pub(super) fn directive(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.at;
        let end = self.word_end(start + 1);
        let name = self.text.get(start + 1..end).unwrap_or("");
        if !self.blank_at(end) {
            return Err(Fault::syntax(
                "a line cannot begin with `%`; put the text in quotes",
                start,
                end.max(start + 1),
            ));
        }
        self.at = end;
        let kind = match name {
            "YAML" => {
                self.pass_blanks();
                let major = self.version_number(start)?;
                if self.byte(self.at) != b'.' {
                    return Err(Fault::syntax("a `%YAML` line holds a version: `%YAML 1.1`", start, self.at));
                }
                self.at += 1;
                Kind::Version { major, minor: self.version_number(start)? }
            }
            "TAG" => Kind::TagPrefix(Box::new(self.tag_prefix(start)?)),
            _ => {
                return Err(Fault::syntax(
                    "a line that begins with `%` is a `%YAML` or a `%TAG` line; put the text in quotes",
                    start,
                    end,
                ));
            }
        };
        let end = self.at;
        self.pass_blanks();
        if self.byte(self.at) == b'#' {
            self.at = self.line_end(self.at);
        }
        if !self.blank_at(self.at) {
            return Err(Fault::syntax(
                "only a comment may follow on this line",
                self.at,
                self.line_end(self.at),
            ));
        }
        let length = self.break_at(self.at);
        if length > 0 {
            self.next_line(self.at, length);
        }
        Ok(Token { kind, start, end })
    }

    fn version_number(&mut self, start: usize) -> Result<u8, Fault> {
        let from = self.at;
        while self.byte(self.at).is_ascii_digit() && self.at - from < 3 {
            self.at += 1;
        }
        let digits = self.text.get(from..self.at).unwrap_or("");
        match digits.parse() {
            Ok(number) if digits.len() < 3 => Ok(number),
            _ => Err(Fault::syntax("a `%YAML` line holds a version: `%YAML 1.1`", start, self.at)),
        }
    }

    /// Reads the handle and the prefix of a `%TAG` line.
    fn tag_prefix(&mut self, start: usize) -> Result<TagText<'t>, Fault> {
        self.pass_blanks();
        let from = self.at;
        let mut end = from;
        if self.byte(from) == b'!' {
            end = self.word_end(from + 1);
            if self.byte(end) == b'!' {
                end += 1;
            } else if end > from + 1 {
                end = from;
            }
        }
        self.at = end;
        if end == from || !matches!(self.byte(end), b' ' | b'\t') {
            return Err(Fault::syntax(
                "a `%TAG` line holds a handle and a prefix: `%TAG !name! tag:example.com,2000:`",
                start,
                end,
            ));
        }
        self.pass_blanks();
        let rest = self.tag_text(start, false)?;
        if !self.blank_at(self.at) {
            return Err(Fault::syntax(
                "only a comment may follow on this line",
                self.at,
                self.line_end(self.at),
            ));
        }
        Ok(TagText { handle: self.bytes.get(from..end).unwrap_or_default(), rest })
    }

    fn pass_blanks(&mut self) {
        while matches!(self.byte(self.at), b' ' | b'\t') {
            self.at += 1;
        }
    }

    fn word_end(&self, mut at: usize) -> usize {
        while is_word(self.byte(at)) {
            at += 1;
        }
        at
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}
