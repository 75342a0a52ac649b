//! Text → tokens: indentation, simple keys, and which token starts where.
//!
//! Behaves as libyaml's scanner does in Kubernetes' YAML library, also where that departs from YAML 1.1.

use std::collections::VecDeque;

use super::token::{Kind, Token};
use crate::error::Fault;

/// How far behind its start the `:` of a key without `?` may stand, in characters.
const KEY_REACH: usize = 1024;

/// The scanner: a position in the text, the open indentations, and the tokens that wait.
pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    /// Whether a line may end otherwise than with `\n` and `\r`.
    rare_breaks: bool,
    /// The next byte to read.
    pub(super) at: usize,
    /// The first byte of the current line.
    pub(super) line: usize,
    /// Bytes of the current line before `at` that begin no character.
    wide: usize,
    /// How many flow collections are open.
    pub(super) flow: usize,
    /// The column of the innermost block collection plus one; 0 outside of any.
    pub(super) level: usize,
    levels: Vec<usize>,
    /// Whether a key without `?` may begin at the next token.
    pub(super) key_allowed: bool,
    /// The place where a key may have begun, for the block context and for each open flow collection.
    candidates: Vec<Candidate>,
    queue: VecDeque<Token<'t>>,
    /// How many tokens were handed out.
    taken: usize,
    /// Whether it is settled that the first waiting token begins no key.
    ready: bool,
    /// Where the newest token begins.
    newest: usize,
    /// The number of the newest token that was told to be no key before the next one was read.
    told: Option<usize>,
}

/// A token that turns out to be a key when a `:` follows on the same line.
#[derive(Debug, Clone, Copy, Default)]
struct Candidate {
    open: bool,
    /// Its first token waits in the queue until it is known whether it is a key.
    held: bool,
    /// In its place only a key can stand.
    required: bool,
    /// The number of its first token.
    token: usize,
    at: usize,
    column: usize,
    line: usize,
}

impl<'t> Scanner<'t> {
    /// A scanner at the start of a text without control characters.
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            rare_breaks: !text.is_ascii() && text.contains(['\u{85}', '\u{2028}', '\u{2029}']),
            at: 0,
            line: 0,
            wide: 0,
            flow: 0,
            level: 0,
            levels: Vec::new(),
            key_allowed: true,
            candidates: vec![Candidate::default()],
            queue: VecDeque::with_capacity(16),
            taken: 0,
            ready: false,
            newest: 0,
            told: None,
        }
    }

    /// The next token, left in its place.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<&Token<'t>, Fault> {
        while !self.ready {
            if self.queue.is_empty() || self.head_may_be_key()? {
                self.fetch()?;
            } else {
                self.ready = true;
            }
        }
        self.queue.front().ok_or_else(|| Fault::syntax("the document ends too early", self.at, self.at))
    }

    /// Takes the token that [`peek`](Self::peek) showed.
    #[inline]
    pub(super) fn take(&mut self) -> Result<Token<'t>, Fault> {
        self.peek()?;
        self.taken += 1;
        self.ready = false;
        self.queue.pop_front().ok_or_else(|| Fault::syntax("the document ends too early", self.at, self.at))
    }

    /// Whether it is still open if the first waiting token begins a key.
    fn head_may_be_key(&mut self) -> Result<bool, Fault> {
        let found = match self.candidates.as_slice() {
            [only] => (only.open && only.held && only.token == self.taken).then_some(0),
            all => {
                let index = all.partition_point(|candidate| candidate.token < self.taken);
                (index..all.len())
                    .take_while(|index| all.get(*index).is_some_and(|one| one.token == self.taken))
                    .find(|index| all.get(*index).is_some_and(|one| one.open && one.held))
            }
        };
        match found {
            Some(index) => self.still_key(index),
            None => Ok(false),
        }
    }

    /// Whether a `:` at the current position would make a key of this candidate.
    fn still_key(&mut self, index: usize) -> Result<bool, Fault> {
        let column = self.column();
        let Some(candidate) = self.candidates.get_mut(index).filter(|candidate| candidate.open) else {
            return Ok(false);
        };
        if candidate.line == self.line && candidate.column + KEY_REACH >= column {
            return Ok(true);
        }
        if candidate.required {
            return Err(no_colon(candidate.at, self.at));
        }
        candidate.open = false;
        Ok(false)
    }

    /// Reads on to where Kubernetes' YAML library has read when it knows that the document has ended, since
    /// what stands there can be wrong. Whether nothing but blanks follows.
    pub(super) fn settle(&mut self) -> Result<bool, Fault> {
        let ends = matches!(self.peek()?.kind, Kind::StreamEnd);
        if self.told == Some(self.taken) && self.queue.len() == 1 {
            self.fetch()?;
        }
        Ok(ends)
    }

    /// The first byte that no token needed so far; of a token's start four characters are looked at.
    pub(super) fn looked_at(&self) -> usize {
        let start = self.text.get(self.newest..).unwrap_or("");
        let four = start.char_indices().nth(4).map_or(start.len(), |(step, _)| step);
        self.at.max(self.newest + four)
    }

    /// Notes that a key may begin here.
    pub(super) fn note_candidate(&mut self) -> Result<bool, Fault> {
        if !self.key_allowed {
            return Ok(false);
        }
        self.drop_candidate()?;
        let column = self.column();
        let candidate = Candidate {
            open: true,
            held: true,
            required: self.flow == 0 && self.level == column + 1,
            token: self.taken + self.queue.len(),
            at: self.at,
            column,
            line: self.line,
        };
        if let Some(last) = self.candidates.last_mut() {
            *last = candidate;
        }
        Ok(true)
    }

    /// Gives up the candidate of the current context.
    fn drop_candidate(&mut self) -> Result<(), Fault> {
        let at = self.at;
        if let Some(last) = self.candidates.last_mut().filter(|last| last.open) {
            if last.required {
                return Err(no_colon(last.at, at));
            }
            last.open = false;
        }
        Ok(())
    }

    #[inline]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The column of the current position, in characters from 0.
    #[inline]
    pub(super) fn column(&self) -> usize {
        self.at - self.line - self.wide
    }

    /// Moves on within the line.
    #[inline]
    pub(super) fn advance(&mut self, to: usize) {
        let passed = self.bytes.get(self.at..to).unwrap_or_default();
        if !passed.is_ascii() {
            self.wide += passed.iter().filter(|byte| (**byte & 0xC0) == 0x80).count();
        }
        self.at = to;
    }

    /// Moves behind a line break of this many bytes at this position.
    #[inline]
    pub(super) fn next_line(&mut self, at: usize, length: usize) {
        self.at = at + length;
        self.line = self.at;
        self.wide = 0;
    }

    /// The length of the line break here; 0 when there is none.
    #[inline]
    pub(super) fn break_at(&self, at: usize) -> usize {
        match self.byte(at) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(self.byte(at + 1) == b'\n'),
            0xC2 if self.byte(at + 1) == 0x85 => 2,
            0xE2 if self.byte(at + 1) == 0x80 && matches!(self.byte(at + 2), 0xA8 | 0xA9) => 3,
            _ => 0,
        }
    }

    /// Whether a space, a tab, a line break or the end of the text stands here.
    #[inline]
    pub(super) fn blank_at(&self, at: usize) -> bool {
        matches!(self.byte(at), b' ' | b'\t' | 0) || self.break_at(at) > 0
    }

    /// The first byte at or behind `at` that ends a line; the end of the text when there is none.
    pub(super) fn line_end(&self, mut at: usize) -> usize {
        if !self.rare_breaks {
            let rest = self.bytes.get(at..).unwrap_or_default();
            return memchr::memchr2(b'\n', b'\r', rest).map_or(self.bytes.len(), |step| at + step);
        }
        while let Some(rest) = self.bytes.get(at..) {
            match rest.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0xC2 | 0xE2)) {
                None => break,
                Some(step) if self.break_at(at + step) > 0 => return at + step,
                Some(step) => at += step + 1,
            }
        }
        self.bytes.len()
    }

    /// Whether `---` or `...` stands here, as a word of its own at the start of a line.
    #[inline]
    pub(super) fn document_mark(&self) -> bool {
        self.at == self.line
            && matches!(self.bytes.get(self.at..self.at + 3), Some(b"---" | b"..."))
            && self.blank_at(self.at + 3)
    }

    fn push(&mut self, kind: Kind<'t>, start: usize, end: usize) {
        self.queue.push_back(Token { kind, start, end });
    }

    /// Puts at least one more token into the queue.
    fn fetch(&mut self) -> Result<(), Fault> {
        self.skip_blanks();
        self.newest = self.at;
        let column = self.column();
        self.unroll(column + 1);
        let byte = self.byte(self.at);
        let blank_next = |scanner: &Self| scanner.blank_at(scanner.at + 1);
        match byte {
            0 if self.at >= self.bytes.len() => {
                // No key can begin on the last line any more.
                self.next_line(self.at, 0);
                self.unroll(0);
                self.drop_candidate()?;
                self.key_allowed = false;
                self.push(Kind::StreamEnd, self.at, self.at);
                Ok(())
            }
            b'%' if column == 0 => {
                self.leave_blocks()?;
                let token = self.directive()?;
                self.queue.push_back(token);
                Ok(())
            }
            b'-' | b'.' if self.document_mark() => {
                self.leave_blocks()?;
                let kind = if byte == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
                self.push(kind, self.at, self.at + 3);
                self.advance(self.at + 3);
                Ok(())
            }
            b'[' => self.open_flow(Kind::FlowSequenceStart),
            b'{' => self.open_flow(Kind::FlowMappingStart),
            b']' => self.close_flow(Kind::FlowSequenceEnd),
            b'}' => self.close_flow(Kind::FlowMappingEnd),
            b',' => {
                self.drop_candidate()?;
                self.key_allowed = true;
                self.indicator(Kind::FlowEntry);
                Ok(())
            }
            b'-' if blank_next(self) => self.block_entry(),
            b'?' if self.flow > 0 || blank_next(self) => self.explicit_key(),
            b':' if self.flow > 0 || blank_next(self) => self.value(),
            b'*' | b'&' | b'!' => {
                self.note_candidate()?;
                self.key_allowed = false;
                let token = if byte == b'!' { self.tag()? } else { self.anchor()? };
                self.queue.push_back(token);
                Ok(())
            }
            b'|' | b'>' if self.flow == 0 => {
                self.drop_candidate()?;
                self.key_allowed = true;
                let token = self.block_scalar()?;
                self.queue.push_back(token);
                Ok(())
            }
            b'\'' | b'"' => {
                let line = self.line;
                let noted = self.note_candidate()?;
                self.key_allowed = false;
                let token = self.quoted()?;
                self.scalar(token, noted && self.line == line);
                Ok(())
            }
            b'-' | b'?' | b':' if byte == b'-' || (self.flow == 0 && !blank_next(self)) => {
                self.plain_scalar()
            }
            b'\t' => Err(self.misplaced("a tab cannot stand here; indent with spaces")),
            b'-' | b'?' | b':' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => Err(self
                .misplaced(&format!("`{}` cannot begin a value; put the value in quotes", char::from(byte)))),
            _ => self.plain_scalar(),
        }
    }

    fn plain_scalar(&mut self) -> Result<(), Fault> {
        let line = self.line;
        let noted = self.note_candidate()?;
        self.key_allowed = false;
        let token = self.plain()?;
        self.scalar(token, noted && self.line == line);
        Ok(())
    }

    /// Queues a scalar that was just read. Where a key could begin with it, the rest of the line nearly
    /// always decides at once, which spares the general way over waiting candidates.
    fn scalar(&mut self, token: Token<'t>, candidate: bool) {
        if !candidate {
            self.queue.push_back(token);
            return;
        }
        let mut next = self.at;
        while matches!(self.byte(next), b' ' | b'\t') {
            next += 1;
        }
        let Some(key) = self.candidates.last().copied() else {
            self.queue.push_back(token);
            return;
        };
        match self.byte(next) {
            b':' if (self.flow > 0 || self.blank_at(next + 1))
                && key.column + KEY_REACH >= self.column() + (next - self.at) =>
            {
                if self.flow == 0 {
                    self.roll(key.column, Some(self.queue.len()), key.at);
                }
                if let Some(last) = self.candidates.last_mut() {
                    last.open = false;
                }
                self.push(Kind::Key, key.at, key.at);
                self.queue.push_back(token);
                self.push(Kind::Value, next, next + 1);
                self.at = next + 1;
                return;
            }
            b'\n' | b'\r' if !key.required => {
                self.told = Some(key.token);
                if let Some(last) = self.candidates.last_mut() {
                    last.open = false;
                }
            }
            b',' | b']' | b'}' if self.flow > 0 => {
                if let Some(last) = self.candidates.last_mut() {
                    last.open = false;
                }
            }
            _ => {}
        }
        self.queue.push_back(token);
    }

    /// Passes blanks, comments and line breaks. A tab counts as a blank except where indentation may stand.
    fn skip_blanks(&mut self) {
        loop {
            let mut at = self.at;
            while match self.byte(at) {
                b' ' => true,
                b'\t' => self.flow > 0 || !self.key_allowed,
                _ => false,
            } {
                at += 1;
            }
            if self.byte(at) == b'#' {
                at = self.line_end(at);
            }
            let length = self.break_at(at);
            if length == 0 {
                self.advance(at);
                return;
            }
            self.next_line(at, length);
            if self.flow == 0 {
                self.key_allowed = true;
            }
        }
    }

    /// Closes the block collections that are indented to `level` or deeper.
    #[inline]
    fn unroll(&mut self, level: usize) {
        if self.flow > 0 {
            return;
        }
        while self.level > level {
            self.push(Kind::BlockEnd, self.at, self.at);
            self.level = self.levels.pop().unwrap_or(0);
        }
    }

    /// Opens a block collection at this column unless one is open there. With a place in the queue it is
    /// a mapping whose first key waits there.
    fn roll(&mut self, column: usize, key: Option<usize>, at: usize) {
        if self.flow > 0 || self.level > column {
            return;
        }
        self.levels.push(self.level);
        self.level = column + 1;
        match key {
            Some(place) if place < self.queue.len() => {
                self.queue.insert(place, Token { kind: Kind::BlockMappingStart, start: at, end: at });
            }
            _ => self.push(Kind::BlockMappingStart, at, at),
        }
    }

    fn leave_blocks(&mut self) -> Result<(), Fault> {
        self.unroll(0);
        self.drop_candidate()?;
        self.key_allowed = false;
        Ok(())
    }

    /// Queues a token of one character.
    fn indicator(&mut self, kind: Kind<'t>) {
        self.push(kind, self.at, self.at + 1);
        self.at += 1;
    }

    fn open_flow(&mut self, kind: Kind<'t>) -> Result<(), Fault> {
        self.note_candidate()?;
        let token = self.taken + self.queue.len();
        self.candidates.push(Candidate { token, ..Candidate::default() });
        self.flow += 1;
        self.key_allowed = true;
        self.indicator(kind);
        Ok(())
    }

    fn close_flow(&mut self, kind: Kind<'t>) -> Result<(), Fault> {
        self.drop_candidate()?;
        if self.flow > 0 {
            self.flow -= 1;
            let closed = self.candidates.pop();
            // An empty flow collection is handed out at once, even where it would turn out to be a key.
            if let (Some(closed), Some(last)) = (closed, self.candidates.last_mut())
                && closed.token == last.token
            {
                last.held = false;
            }
        }
        self.key_allowed = false;
        self.indicator(kind);
        Ok(())
    }

    fn block_entry(&mut self) -> Result<(), Fault> {
        if self.flow == 0 {
            if !self.key_allowed {
                return Err(self.misplaced("a list item cannot begin here; put `-` on a line of its own"));
            }
            let column = self.column();
            if self.level <= column {
                self.levels.push(self.level);
                self.level = column + 1;
                self.push(Kind::BlockSequenceStart, self.at, self.at);
            }
        }
        self.drop_candidate()?;
        self.key_allowed = true;
        self.indicator(Kind::BlockEntry);
        Ok(())
    }

    fn explicit_key(&mut self) -> Result<(), Fault> {
        if self.flow == 0 {
            if !self.key_allowed {
                return Err(self.misplaced("a key cannot begin here; put `?` on a line of its own"));
            }
            self.roll(self.column(), None, self.at);
        }
        self.drop_candidate()?;
        self.key_allowed = self.flow == 0;
        self.indicator(Kind::Key);
        Ok(())
    }

    fn value(&mut self) -> Result<(), Fault> {
        let last = self.candidates.len() - 1;
        if self.still_key(last)? {
            let key = self.candidates.get(last).copied().unwrap_or_default();
            let place = key.token.checked_sub(self.taken).unwrap_or(self.queue.len());
            self.queue.insert(place, Token { kind: Kind::Key, start: key.at, end: key.at });
            self.roll(key.column, Some(place), key.at);
            if let Some(last) = self.candidates.last_mut() {
                last.open = false;
            }
            self.key_allowed = false;
        } else {
            if self.flow == 0 {
                if !self.key_allowed {
                    return Err(self.misplaced(
                        "a `:` cannot stand here; put the text in quotes, or the key on a line of its own",
                    ));
                }
                self.roll(self.column(), None, self.at);
            }
            self.key_allowed = self.flow == 0;
        }
        self.indicator(Kind::Value);
        Ok(())
    }

    fn misplaced(&self, message: &str) -> Fault {
        Fault::syntax(message, self.at, self.at + 1)
    }
}

fn no_colon(start: usize, end: usize) -> Fault {
    Fault::syntax(
        "this line is no `key: value`; add the `:`, or indent it as part of the value above",
        start,
        end,
    )
}
