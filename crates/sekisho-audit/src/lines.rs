//! Lines out of bytes that come in pieces.

use memchr::memchr;

use crate::budget::Budget;
use crate::error::AuditError;
use crate::spread::{Each, Spread};

/// Cuts bytes that come in pieces into lines. A line that is too long is passed over to its end and told once. A
/// document that spreads over lines, as programs write it for people, is put together.
#[derive(Debug)]
pub struct Lines {
    held: Vec<u8>,
    spread: Spread,
    limit: usize,
    is_skipping: bool,
}

impl Lines {
    /// With a limit on the length of a line.
    pub fn new(budget: &Budget) -> Self {
        Self { held: Vec::new(), spread: Spread::default(), limit: budget.bytes, is_skipping: false }
    }

    /// Takes a piece, and gives every line that is whole now. Empty lines are left out.
    pub fn feed(&mut self, piece: &[u8], each: Each<'_>) {
        let mut rest = piece;
        while let Some(at) = memchr(b'\n', rest) {
            let (line, behind) = rest.split_at(at);
            rest = behind.get(1..).unwrap_or_default();
            if self.is_skipping {
                self.is_skipping = false;
            } else if self.held.len() + line.len() > self.limit {
                self.held = Vec::new();
                each(Err(AuditError::TooLong(self.limit)));
            } else if self.held.is_empty() {
                self.spread.line(line, self.limit, each);
            } else {
                self.held.extend_from_slice(line);
                self.spread.line(&self.held, self.limit, each);
                self.held.clear();
            }
        }
        if self.is_skipping || rest.is_empty() {
            return;
        }
        if self.held.len() + rest.len() > self.limit {
            self.held = Vec::new();
            self.is_skipping = true;
            each(Err(AuditError::TooLong(self.limit)));
        } else {
            self.held.extend_from_slice(rest);
        }
    }

    /// Gives what is left where no more comes: a last line without an end.
    pub fn finish(&mut self, each: Each<'_>) {
        let held = std::mem::take(&mut self.held);
        self.is_skipping = false;
        if !held.trim_ascii().is_empty() {
            self.spread.line(&held, self.limit, each);
        }
        self.spread.finish(each);
    }

    /// Forgets a line that was begun, where its file was emptied.
    pub fn forget(&mut self) {
        self.held.clear();
        self.spread.forget();
        self.is_skipping = false;
    }

    /// How many bytes of a line without an end are held.
    pub fn held(&self) -> usize {
        self.held.len()
    }
}
