//! A list as it comes from the server → its items, one at a time, without the parts that nobody reads: what is held
//! of a list is one item and a buffer, however long it is.

use std::io::Read;

use crate::scanner::{Left, METADATA, Scanner, SplitError};

/// Cuts a list into items.
#[derive(Debug)]
pub struct Splitter<R> {
    scanner: Scanner<R>,
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

impl<R: Read> Splitter<R> {
    /// The most bytes of an item, where nothing else is said: ten times what etcd takes by default.
    pub const ITEM: usize = 16 << 20;

    /// Cuts what `input` gives, leaving these parts out of every item.
    pub fn new(input: R, leave: &[Left], limit: usize) -> Self {
        Self {
            scanner: Scanner::new(input),
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
            if self.place != Place::End {
                self.scanner.blanks()?;
            }
            match self.place {
                Place::Start => {
                    self.scanner.expect(b'{')?;
                    self.place = Place::Fields;
                }
                Place::Fields => match self.scanner.byte()? {
                    b'}' => {
                        self.scanner.advance();
                        self.place = Place::End;
                    }
                    b',' => self.scanner.advance(),
                    _ => self.field()?,
                },
                Place::Items => match self.scanner.byte()? {
                    b']' => {
                        self.scanner.advance();
                        self.place = Place::Fields;
                    }
                    b',' => self.scanner.advance(),
                    _ => {
                        self.scanner.value(out, &self.leave, self.limit)?;
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
        self.scanner.string(Some(&mut key), METADATA)?;
        self.scanner.blanks()?;
        self.scanner.expect(b':')?;
        self.scanner.blanks()?;
        match &key[..] {
            b"\"items\"" if self.scanner.byte()? == b'[' => {
                self.scanner.advance();
                self.place = Place::Items;
            }
            b"\"metadata\"" => {
                let mut metadata = Vec::new();
                self.scanner.value(&mut metadata, &[], METADATA)?;
                self.metadata = metadata;
            }
            _ => self.scanner.skip()?,
        }
        Ok(())
    }
}
