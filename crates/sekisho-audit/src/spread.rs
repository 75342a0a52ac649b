//! JSON that does not keep to lines: documents that spread over several, and several in one line.

use memchr::memchr2;

use crate::error::AuditError;

/// A line of no more bytes than this can begin a document: brackets alone.
const OPENING: usize = 4;

/// Takes a line, or why there is none.
pub(crate) type Each<'f> = &'f mut dyn FnMut(Result<&[u8], AuditError>);

/// Where in a text of JSON one is.
#[derive(Clone, Copy, Debug, Default)]
struct Brackets {
    depth: u32,
    is_text: bool,
    is_escaped: bool,
}

impl Brackets {
    /// Goes over a byte. A bracket that closes what was not opened is passed over.
    fn take(&mut self, byte: u8) {
        if self.is_text {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_text = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => self.is_text = true,
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// A document that began with a line of brackets alone, as programs write it for people. Of a list each item is given
/// by itself, so that the list may be as long as it likes.
#[derive(Debug, Default)]
pub(crate) struct Spread {
    is_open: bool,
    is_list: bool,
    brackets: Brackets,
    held: Vec<u8>,
}

impl Spread {
    /// Takes a line, and gives what is whole now.
    pub(crate) fn line(&mut self, line: &[u8], limit: usize, each: Each<'_>) {
        if self.is_open {
            // What is written for people is indented: here another event begins, and the rest never came.
            if line.first() == Some(&b'{') && !is_opening(line) && !self.brackets.is_text {
                self.give_up(each);
            } else {
                return self.go_on(line, limit, each);
            }
        }
        if is_opening(line) {
            *self = Self { is_open: true, ..Self::default() };
            self.go_on(line, limit, each);
        } else if !line.trim_ascii().is_empty() {
            each(Ok(line));
        }
    }

    /// Ends a document that never came to its end.
    pub(crate) fn finish(&mut self, each: Each<'_>) {
        if self.is_open {
            self.give_up(each);
        }
    }

    /// Forgets what was begun.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    fn give_up(&mut self, each: Each<'_>) {
        each(Err(AuditError::Json { what: "the end", at: self.held.len() }));
        self.forget();
    }

    fn go_on(&mut self, line: &[u8], limit: usize, each: Each<'_>) {
        for byte in line.iter().chain(b"\n").copied() {
            let before = self.brackets.depth;
            self.brackets.take(byte);
            let depth = self.brackets.depth;
            if before == 0 && depth == 0 {
                // Between documents, or what stands behind the last.
                continue;
            }
            if before == 0 {
                self.is_list = byte == b'[';
            }
            let ground = u32::from(self.is_list);
            let is_between = self.is_list
                && (before <= 1 && depth <= 1)
                && !self.brackets.is_text
                && matches!(byte, b',' | b'[' | b']' | b' ' | b'\t' | b'\r' | b'\n');
            if !is_between {
                self.held.push(byte);
            }
            let is_whole = depth <= ground && before > ground || is_between && byte != b' ' && byte != b'\n';
            if is_whole && !self.held.is_empty() {
                each(Ok(&self.held));
                self.held.clear();
            }
            if self.held.len() > limit {
                each(Err(AuditError::TooLong(limit)));
                return self.forget();
            }
        }
        if self.brackets.depth == 0 {
            self.forget();
        }
    }
}

/// Whether a line is brackets that open, and nothing else.
fn is_opening(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    !line.is_empty() && line.len() <= OPENING && line.iter().all(|byte| matches!(byte, b'{' | b'[' | b' '))
}

/// The objects and lists of a line that stand behind one another; what stands between them is left out.
pub(crate) fn values(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let start = memchr2(b'{', b'[', rest)?;
        rest = rest.get(start..).unwrap_or_default();
        let mut brackets = Brackets::default();
        let end = rest.iter().position(|byte| {
            brackets.take(*byte);
            brackets.depth == 0 && !brackets.is_text
        });
        let (value, behind) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        rest = behind;
        Some(value)
    })
}
