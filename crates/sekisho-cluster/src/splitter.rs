//! A list as it comes from the server → its items, one at a time, without the parts that nobody reads: what is held
//! of a list is one item and a buffer, however long it is.

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

/// Cuts a list into items.
#[derive(Debug)]
pub struct Splitter<R> {
    input: R,
    chunk: Vec<u8>,
    at: usize,
    end: usize,
    /// Bytes of the chunks before this one.
    before: u64,
    leave: Vec<Left>,
    limit: usize,
    place: Place,
    metadata: Vec<u8>,
}

/// Where in the list the splitter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    /// Before the first key, or behind a value of the list itself.
    Fields,
    /// Behind the bracket of the items, or behind an item.
    Items,
    End,
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
const METADATA: usize = 1 << 20;

impl<R: Read> Splitter<R> {
    /// The most bytes of an item, where nothing else is said: ten times what etcd takes by default.
    pub const ITEM: usize = 16 << 20;

    /// Cuts what `input` gives, leaving these parts out of every item.
    pub fn new(input: R, leave: &[Left], limit: usize) -> Self {
        Self {
            input,
            chunk: vec![0; CHUNK],
            at: 0,
            end: 0,
            before: 0,
            leave: leave.to_vec(),
            limit,
            place: Place::Start,
            metadata: Vec::new(),
        }
    }

    /// Reads the next item into `out`, whose content is replaced; false at the end of the list.
    ///
    /// The item is cut out and thinned, not checked: its scalars stand as they came.
    pub fn next_item(&mut self, out: &mut Vec<u8>) -> Result<bool, SplitError> {
        out.clear();
        loop {
            self.blanks()?;
            match self.place {
                Place::Start => {
                    self.expect(b'{')?;
                    self.place = Place::Fields;
                }
                Place::Fields => match self.byte()? {
                    b'}' => {
                        self.at += 1;
                        self.place = Place::End;
                    }
                    b',' => self.at += 1,
                    _ => self.field()?,
                },
                Place::Items => match self.byte()? {
                    b']' => {
                        self.at += 1;
                        self.place = Place::Fields;
                    }
                    b',' => self.at += 1,
                    _ => {
                        self.value(out, true, self.limit)?;
                        return Ok(true);
                    }
                },
                Place::End => return Ok(false),
            }
        }
    }

    /// The metadata of the list as JSON, as far as it was read; behind the last item it was.
    pub fn metadata(&self) -> &[u8] {
        &self.metadata
    }

    /// A field of the list itself, up to its items.
    fn field(&mut self) -> Result<(), SplitError> {
        let mut key = Vec::new();
        self.string(Some(&mut key), METADATA)?;
        self.blanks()?;
        self.expect(b':')?;
        self.blanks()?;
        match &key[..] {
            b"\"items\"" if self.byte()? == b'[' => {
                self.at += 1;
                self.place = Place::Items;
            }
            b"\"metadata\"" => {
                let mut metadata = Vec::new();
                self.value(&mut metadata, false, METADATA)?;
                self.metadata = metadata;
            }
            _ => self.skip()?,
        }
        Ok(())
    }

    /// Copies a value; with `thin`, without the parts that are left out.
    fn value(&mut self, out: &mut Vec<u8>, thin: bool, limit: usize) -> Result<(), SplitError> {
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
                if thin && self.leave.iter().any(|left| is_left(left, &stack)) {
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
    fn skip(&mut self) -> Result<(), SplitError> {
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
    fn string(&mut self, mut out: Option<&mut Vec<u8>>, limit: usize) -> Result<(), SplitError> {
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

    fn blanks(&mut self) -> Result<(), SplitError> {
        if self.place == Place::End {
            return Ok(());
        }
        while matches!(self.byte()?, b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
        Ok(())
    }

    fn expect(&mut self, wanted: u8) -> Result<(), SplitError> {
        if self.byte()? != wanted {
            return Err(self.syntax());
        }
        self.at += 1;
        Ok(())
    }

    /// The next byte, which stays the next one.
    fn byte(&mut self) -> Result<u8, SplitError> {
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
            if self.end == 0 {
                return Err(SplitError::Truncated);
            }
        }
        self.chunk.get(self.at).copied().ok_or(SplitError::Truncated)
    }

    fn syntax(&self) -> SplitError {
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
