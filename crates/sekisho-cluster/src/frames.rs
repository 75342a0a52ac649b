//! A watch as it comes from the server → its events, one at a time: what is held is one object and a buffer.

use std::io::Read;

use crate::scanner::{Left, METADATA, Scanner, SplitError};

/// What an event of a watch says of its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// The object is there now.
    Added,
    /// It is another than before.
    Modified,
    /// It is gone; the event holds it as it was.
    Deleted,
    /// Nothing happened up to the version that the object has, which has nothing else.
    Bookmark,
    /// The watch ends; the object is the `Status` that says why.
    Error,
}

impl EventKind {
    fn read(quoted: &[u8]) -> Option<Self> {
        Some(match quoted {
            br#""ADDED""# => Self::Added,
            br#""MODIFIED""# => Self::Modified,
            br#""DELETED""# => Self::Deleted,
            br#""BOOKMARK""# => Self::Bookmark,
            br#""ERROR""# => Self::Error,
            _ => return None,
        })
    }
}

/// Cuts a watch into events.
#[derive(Debug)]
pub struct Frames<R> {
    scanner: Scanner<R>,
    leave: Vec<Left>,
    limit: usize,
}

impl<R: Read> Frames<R> {
    /// Cuts what `input` gives, leaving these parts out of every object, which has at most so many bytes then.
    pub fn new(input: R, leave: &[Left], limit: usize) -> Self {
        Self { scanner: Scanner::new(input), leave: leave.to_vec(), limit }
    }

    /// Reads the object of the next event into `out`, whose content is replaced, and yields what the event says of
    /// it; none where the watch has ended. Events of kinds that are not known are passed over.
    pub fn next_event(&mut self, out: &mut Vec<u8>) -> Result<Option<EventKind>, SplitError> {
        loop {
            out.clear();
            if self.scanner.ends()? {
                return Ok(None);
            }
            if let Some(kind) = self.event(out)? {
                return Ok(Some(kind));
            }
        }
    }

    fn event(&mut self, out: &mut Vec<u8>) -> Result<Option<EventKind>, SplitError> {
        let mut kind = None;
        self.scanner.expect(b'{')?;
        loop {
            self.scanner.blanks()?;
            match self.scanner.byte()? {
                b'}' => {
                    self.scanner.advance();
                    // An event without an object says nothing.
                    return Ok(kind.filter(|_| !out.is_empty()));
                }
                b',' => {
                    self.scanner.advance();
                    continue;
                }
                _ => {}
            }
            let mut key = Vec::new();
            self.scanner.string(Some(&mut key), METADATA)?;
            self.scanner.blanks()?;
            self.scanner.expect(b':')?;
            self.scanner.blanks()?;
            match &key[..] {
                br#""type""# => {
                    let mut word = Vec::new();
                    self.scanner.value(&mut word, &[], METADATA)?;
                    kind = EventKind::read(&word);
                }
                br#""object""# => {
                    out.clear();
                    self.scanner.value(out, &self.leave, self.limit)?;
                }
                _ => self.scanner.skip()?,
            }
        }
    }
}
