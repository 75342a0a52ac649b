//! The form of rpm's database in SQLite, `rpmdb.sqlite`: the blobs of one table, read from its pages.

use std::collections::HashSet;

use super::{FORMAT, LARGEST_HEADER, Take, read_range};
use crate::{RandomAccess, ReadError};

const LEAF: u8 = 0x0d;
const INNER: u8 = 0x05;
/// No table that there is has more levels.
const DEEPEST: usize = 24;

/// The file with what its first page says.
struct Pages<'f> {
    file: &'f dyn RandomAccess,
    size: usize,
    /// Bytes of a page that hold content.
    usable: usize,
    visited: HashSet<u32>,
}

/// The last column of a row, where it is a blob or a text, and the columns before.
type Row<'r> = &'r mut dyn FnMut(&[Value<'_>]) -> Result<(), ReadError>;

/// A value of a column.
#[derive(Debug, Clone, Copy)]
enum Value<'v> {
    Bytes(&'v [u8]),
    Number(i64),
    Other,
}

pub(super) fn blobs(file: &dyn RandomAccess, table: &str, take: Take<'_>) -> Result<(), ReadError> {
    let head = read_range(file, 0, 100)?;
    let size = match head.get(16..18) {
        Some([0, 1]) => 65_536,
        Some([high, low]) => usize::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    };
    let reserved = head.get(20).map_or(0, |reserved| usize::from(*reserved));
    if !size.is_power_of_two() || size < 512 {
        return Err(broken("its pages have no size that there is"));
    }
    let mut pages = Pages { file, size, usable: size - reserved.min(size - 480), visited: HashSet::new() };
    let mut root = None;
    pages.walk(1, DEEPEST, &mut |row| {
        // Type, name, name of the table, first page, text.
        if let [Value::Bytes(b"table"), Value::Bytes(name), _, Value::Number(page), ..] = row
            && *name == table.as_bytes()
        {
            root = u32::try_from(*page).ok();
        }
        Ok(())
    })?;
    let root = root.ok_or_else(|| broken("it has no table of packages"))?;
    pages.visited.clear();
    pages.walk(root, DEEPEST, &mut |row| match row.last() {
        Some(Value::Bytes(blob)) => take(blob),
        _ => Ok(()),
    })
}

fn broken(reason: &str) -> ReadError {
    ReadError::malformed(FORMAT, reason)
}

impl Pages<'_> {
    fn page(&mut self, number: u32) -> Result<Vec<u8>, ReadError> {
        if number == 0 || !self.visited.insert(number) {
            return Err(broken("its pages lead in a circle"));
        }
        let page = read_range(self.file, u64::from(number - 1) * self.size as u64, self.size as u64)?;
        if page.len() < self.size { Err(broken("it ends within a page")) } else { Ok(page) }
    }

    /// Gives every row of the table whose tree begins at a page.
    fn walk(&mut self, number: u32, depth: usize, row: Row<'_>) -> Result<(), ReadError> {
        if depth == 0 {
            return Err(ReadError::Limit { what: "levels of pages", limit: DEEPEST as u64 });
        }
        let page = self.page(number)?;
        let header = if number == 1 { 100 } else { 0 };
        let kind = page.get(header).copied();
        let cells = u16_at(&page, header + 3).unwrap_or(0);
        let pointers = header + if kind == Some(INNER) { 12 } else { 8 };
        for index in 0..usize::from(cells) {
            let cell = u16_at(&page, pointers + index * 2).map(usize::from);
            let Some(cell) = cell.and_then(|at| page.get(at..)) else {
                return Err(broken("a row lies not on its page"));
            };
            match kind {
                Some(LEAF) => {
                    let payload = self.payload(cell)?;
                    row(&values(&payload))?;
                }
                Some(INNER) => {
                    let child = u32_at(cell, 0).ok_or_else(|| broken("a page is cut off"))?;
                    self.walk(child, depth - 1, row)?;
                }
                _ => return Err(broken("a page is of no kind that tables have")),
            }
        }
        if kind == Some(INNER) {
            let last = u32_at(&page, header + 8).ok_or_else(|| broken("a page is cut off"))?;
            self.walk(last, depth - 1, row)?;
        }
        Ok(())
    }

    /// The bytes of a row, with those on pages of their own.
    fn payload(&mut self, cell: &[u8]) -> Result<Vec<u8>, ReadError> {
        let cut = || broken("a row is cut off");
        let (length, used) = number(cell).ok_or_else(cut)?;
        if length > LARGEST_HEADER {
            return Err(ReadError::Limit { what: "bytes of one package", limit: LARGEST_HEADER });
        }
        let length = usize::try_from(length).map_err(|_| cut())?;
        let (_, key) = number(cell.get(used..).unwrap_or_default()).ok_or_else(cut)?;
        let content = cell.get(used + key..).unwrap_or_default();
        // How much of a long row stays on the page of its table; see "B-tree Cell Format" of SQLite's file format.
        let most = self.usable - 35;
        let here = if length <= most {
            length
        } else {
            let least = (self.usable - 12) * 32 / 255 - 23;
            let even = least + (length - least) % (self.usable - 4);
            if even <= most { even } else { least }
        };
        let mut payload = content.get(..here).ok_or_else(cut)?.to_vec();
        let mut next = if here < length { u32_at(content, here) } else { Some(0) };
        while payload.len() < length {
            let page = self.page(next.filter(|next| *next != 0).ok_or_else(cut)?)?;
            let count = (length - payload.len()).min(self.usable - 4);
            payload.extend_from_slice(page.get(4..4 + count).ok_or_else(cut)?);
            next = u32_at(&page, 0);
        }
        Ok(payload)
    }
}

/// The values of a row.
fn values(payload: &[u8]) -> Vec<Value<'_>> {
    let mut values = Vec::new();
    let Some((header, mut at)) = number(payload) else { return values };
    let header = usize::try_from(header).unwrap_or(usize::MAX).min(payload.len());
    let mut body = payload.get(header..).unwrap_or_default();
    while at < header && values.len() < 64 {
        let Some((kind, used)) = payload.get(at..header).and_then(number) else { break };
        at += used;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).unwrap_or(0),
            5 => 6,
            6 | 7 => 8,
            kind => usize::try_from(kind.saturating_sub(12) / 2).unwrap_or(usize::MAX),
        };
        let Some((bytes, rest)) = body.split_at_checked(length) else { break };
        body = rest;
        values.push(match kind {
            1..=6 => Value::Number(bytes.iter().fold(0, |number, byte| (number << 8) | i64::from(*byte))),
            8 => Value::Number(0),
            9 => Value::Number(1),
            12.. => Value::Bytes(bytes),
            _ => Value::Other,
        });
    }
    values
}

/// A number in groups of seven bits, of nine bytes at most, and how many bytes it takes.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(9).enumerate() {
        if index == 8 {
            return Some(((value << 8) | u64::from(*byte), 9));
        }
        value = (value << 7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_be_bytes(*chunk))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_be_bytes(*chunk))
}
