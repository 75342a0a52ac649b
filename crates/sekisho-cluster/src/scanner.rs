//! JSON as it comes → values copied out of it one at a time, without the parts that nobody reads: what is held is one
//! value and a buffer, however much comes.

use std::io::{self, Read};

/// Why a list could not be cut into items.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// The connection broke.
    #[error("the list broke off")]
    Broken(#[source] io::Error),
    /// The text ends in the middle.
    #[error("the list ends in the middle")]
    Truncated,
    /// The text is no JSON.
    #[error("the list is no JSON at byte {at}")]
    Syntax {
        /// How many bytes were read before.
        at: u64,
    },
    /// An item is too large.
    #[error("an item of the list has more than {limit} bytes")]
    TooLarge {
        /// The most bytes of an item.
        limit: usize,
    },
    /// An item is nested too deeply.
    #[error("an item of the list is nested more than {limit} levels deep")]
    TooDeep {
        /// The most levels.
        limit: usize,
    },
}

/// The path of a part that is left out of every item; `*` stands for every item of a list.
pub type Left = &'static [&'static str];

/// Reads JSON from where it comes.
#[derive(Debug)]
pub(crate) struct Scanner<R> {
    input: R,
    chunk: Vec<u8>,
    at: usize,
    end: usize,
    /// Bytes of the chunks before this one.
    before: u64,
}

/// A list or an object that is being copied.
struct Frame {
    is_object: bool,
    /// Whether something was copied of it.
    filled: bool,
    /// The key whose value is being read; empty in a list.
    key: Vec<u8>,
}

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// How deep an item may be nested; the API server takes no more of JSON.
const DEPTH: usize = 1_000;

/// The most bytes of the metadata of a list, of a key, and of an item where none is named.
pub(crate) const METADATA: usize = 1 << 20;

impl<R: Read> Scanner<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, chunk: vec![0; CHUNK], at: 0, end: 0, before: 0 }
    }

    /// Copies a value without the parts that are left out.
    pub(crate) fn value(
        &mut self,
        out: &mut Vec<u8>,
        leave: &[Left],
        limit: usize,
    ) -> Result<(), SplitError> {
        let mut stack: Vec<Frame> = Vec::new();
        loop {
            self.blanks()?;
            let open = match self.byte()? {
                b'{' => Some(true),
                b'[' => Some(false),
                b'"' => {
                    self.string(Some(out), limit)?;
                    None
                }
                _ => {
                    self.word(Some(out))?;
                    None
                }
            };
            if out.len() > limit {
                return Err(SplitError::TooLarge { limit });
            }
            if let Some(is_object) = open {
                if stack.len() >= DEPTH {
                    return Err(SplitError::TooDeep { limit: DEPTH });
                }
                self.at += 1;
                out.push(if is_object { b'{' } else { b'[' });
                stack.push(Frame { is_object, filled: false, key: Vec::new() });
            }
            // On to the next value that is copied, out of what ends here.
            while let Some(frame) = stack.last_mut() {
                self.blanks()?;
                let close = if frame.is_object { b'}' } else { b']' };
                match self.byte()? {
                    b',' => {
                        self.at += 1;
                        continue;
                    }
                    byte if byte == close => {
                        self.at += 1;
                        out.push(close);
                        stack.pop();
                        continue;
                    }
                    _ => {}
                }
                if !frame.is_object {
                    if frame.filled {
                        out.push(b',');
                    }
                    frame.filled = true;
                    break;
                }
                frame.key.clear();
                self.string(Some(&mut frame.key), METADATA)?;
                self.blanks()?;
                self.expect(b':')?;
                if leave.iter().any(|left| is_left(left, &stack)) {
                    self.blanks()?;
                    self.skip()?;
                    continue;
                }
                let Some(frame) = stack.last_mut() else { break };
                if frame.filled {
                    out.push(b',');
                }
                frame.filled = true;
                out.extend_from_slice(&frame.key);
                out.push(b':');
                break;
            }
            if stack.is_empty() {
                return Ok(());
            }
        }
    }

    /// Passes over a value, however deep it is.
    pub(crate) fn skip(&mut self) -> Result<(), SplitError> {
        let mut depth = 0_usize;
        loop {
            match self.byte()? {
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth > 0 => {
                    self.at += 1;
                    continue;
                }
                b'"' => self.string(None, 0)?,
                _ => self.word(None)?,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// Copies a string with its quotes and escapes.
    pub(crate) fn string(&mut self, mut out: Option<&mut Vec<u8>>, limit: usize) -> Result<(), SplitError> {
        self.expect(b'"')?;
        if let Some(out) = out.as_deref_mut() {
            out.push(b'"');
        }
        loop {
            self.byte()?;
            let rest = self.chunk.get(self.at..self.end).unwrap_or_default();
            let stop = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'));
            let plain = rest.get(..stop.unwrap_or(rest.len())).unwrap_or_default();
            if let Some(out) = out.as_deref_mut() {
                out.extend_from_slice(plain);
                if out.len() > limit {
                    return Err(SplitError::TooLarge { limit });
                }
            }
            self.at += plain.len();
            if stop.is_none() {
                continue;
            }
            let byte = self.byte()?;
            self.at += 1;
            if let Some(out) = out.as_deref_mut() {
                out.push(byte);
            }
            if byte == b'"' {
                return Ok(());
            }
            let escaped = self.byte()?;
            self.at += 1;
            if let Some(out) = out.as_deref_mut() {
                out.push(escaped);
            }
        }
    }

    /// Copies a number, `true`, `false` or `null`.
    fn word(&mut self, mut out: Option<&mut Vec<u8>>) -> Result<(), SplitError> {
        /// The longest number that is taken.
        const LONGEST: usize = 1_024;
        let mut length = 0;
        while let b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'E' = self.byte()? {
            length += 1;
            if length > LONGEST {
                return Err(self.syntax());
            }
            if let (Some(out), Some(byte)) = (out.as_deref_mut(), self.chunk.get(self.at)) {
                out.push(*byte);
            }
            self.at += 1;
        }
        if length == 0 { Err(self.syntax()) } else { Ok(()) }
    }

    pub(crate) fn blanks(&mut self) -> Result<(), SplitError> {
        while matches!(self.byte()?, b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
        Ok(())
    }

    pub(crate) fn expect(&mut self, wanted: u8) -> Result<(), SplitError> {
        if self.byte()? != wanted {
            return Err(self.syntax());
        }
        self.at += 1;
        Ok(())
    }

    /// The next byte, which stays the next one.
    pub(crate) fn byte(&mut self) -> Result<u8, SplitError> {
        self.peek()?.ok_or(SplitError::Truncated)
    }

    /// The next byte, which stays the next one; none at the end.
    fn peek(&mut self) -> Result<Option<u8>, SplitError> {
        if self.at >= self.end {
            self.before += self.end as u64;
            self.at = 0;
            self.end = loop {
                match self.input.read(&mut self.chunk) {
                    Ok(read) => break read,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(SplitError::Broken(error)),
                }
            };
        }
        Ok(self.chunk.get(self.at..self.end).and_then(<[u8]>::first).copied())
    }

    /// Passes over blanks; whether the text ends behind them.
    pub(crate) fn ends(&mut self) -> Result<bool, SplitError> {
        loop {
            match self.peek()? {
                None => return Ok(true),
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(_) => return Ok(false),
            }
        }
    }

    /// Passes over the byte that was looked at.
    pub(crate) fn advance(&mut self) {
        self.at += 1;
    }

    pub(crate) fn syntax(&self) -> SplitError {
        SplitError::Syntax { at: self.before + self.at as u64 }
    }
}

/// Whether the value that the frames lead to is left out.
fn is_left(left: Left, stack: &[Frame]) -> bool {
    left.len() == stack.len()
        && left.iter().zip(stack).all(|(step, frame)| {
            if *step == "*" {
                return !frame.is_object;
            }
            let key = frame.key.strip_prefix(b"\"").and_then(|key| key.strip_suffix(b"\""));
            frame.is_object && key == Some(step.as_bytes())
        })
}
