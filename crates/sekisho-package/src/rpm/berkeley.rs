//! The form of rpm's database in Berkeley DB, `Packages`: a hash table whose values lie on pages of their own.

use std::collections::HashSet;

use super::{FORMAT, LARGEST_HEADER, Take, read_range};
use crate::{RandomAccess, ReadError};

const HASH_MAGIC: u32 = 0x0006_1561;
/// Kinds of pages.
const HASH_UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH: u8 = 13;
/// The header of a page.
const PAGE_HEADER: usize = 26;
/// Kinds of items.
const INLINE: u8 = 1;
const OFF_PAGE: u8 = 3;

/// The file with what its first page says.
struct Table<'f> {
    file: &'f dyn RandomAccess,
    page_size: usize,
    last_page: u32,
    is_big_endian: bool,
}

pub(super) fn blobs(file: &dyn RandomAccess, take: Take<'_>) -> Result<(), ReadError> {
    let table = Table::open(file)?;
    for number in 1..=table.last_page {
        let page = table.page(number)?;
        // The file is shorter than it says.
        if page.len() < table.page_size {
            break;
        }
        if matches!(page.get(25), Some(&(HASH | HASH_UNSORTED))) {
            table.items(&page, take)?;
        }
    }
    Ok(())
}

impl<'f> Table<'f> {
    fn open(file: &'f dyn RandomAccess) -> Result<Self, ReadError> {
        let head = read_range(file, 0, 64)?;
        let magic: Option<[u8; 4]> = head.get(12..).and_then(|rest| rest.first_chunk()).copied();
        let is_big_endian = match magic {
            Some(bytes) if u32::from_le_bytes(bytes) == HASH_MAGIC => false,
            Some(bytes) if u32::from_be_bytes(bytes) == HASH_MAGIC => true,
            _ => return Err(ReadError::malformed(FORMAT, "it begins like none of its three forms")),
        };
        let mut table = Self { file, page_size: 0, last_page: 0, is_big_endian };
        let size = table.u32(&head, 20).and_then(|size| usize::try_from(size).ok());
        table.page_size = size
            .filter(|size| size.is_power_of_two() && (512..=65_536).contains(size))
            .ok_or_else(|| ReadError::malformed(FORMAT, "its pages have no size that there is"))?;
        let there = u32::try_from(file.size() / table.page_size as u64).unwrap_or(u32::MAX);
        table.last_page = table.u32(&head, 32).unwrap_or(0).min(there);
        Ok(table)
    }

    fn page(&self, number: u32) -> Result<Vec<u8>, ReadError> {
        let size = self.page_size as u64;
        Ok(read_range(self.file, u64::from(number) * size, size)?)
    }

    /// Gives the values of a page: of keys and values, which alternate, every second.
    fn items(&self, page: &[u8], take: Take<'_>) -> Result<(), ReadError> {
        let count = usize::from(self.u16(page, 20).unwrap_or(0)).min(self.page_size / 2);
        let offset = |index: usize| self.u16(page, PAGE_HEADER + index * 2).map(usize::from);
        for index in (1..count).step_by(2) {
            // Items grow from the end of the page to its beginning.
            let (Some(at), Some(end)) = (offset(index), offset(index - 1)) else { break };
            match page.get(at) {
                Some(&OFF_PAGE) => {
                    let item = page.get(at..).unwrap_or_default();
                    if let (Some(first), Some(length)) = (self.u32(item, 4), self.u32(item, 8)) {
                        take(&self.chain(first, length)?)?;
                    }
                }
                Some(&INLINE) => {
                    // The first record only counts the others.
                    let value = page.get(at + 1..end).filter(|value| value.len() > 8);
                    value.map_or(Ok(()), &mut *take)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The value that lies on a chain of pages.
    fn chain(&self, first: u32, length: u32) -> Result<Vec<u8>, ReadError> {
        if u64::from(length) > LARGEST_HEADER {
            return Err(ReadError::Limit { what: "bytes of one package", limit: LARGEST_HEADER });
        }
        let broken = || ReadError::malformed(FORMAT, "the pages of a package do not belong together");
        let mut value = Vec::new();
        let mut visited = HashSet::new();
        let mut number = first;
        while number != 0 && value.len() < length as usize {
            if !visited.insert(number) || number > self.last_page {
                return Err(broken());
            }
            let page = self.page(number)?;
            if page.get(25) != Some(&OVERFLOW) {
                return Err(broken());
            }
            let used = self.u16(&page, 22).map_or(0, usize::from);
            value.extend_from_slice(page.get(PAGE_HEADER..PAGE_HEADER + used).ok_or_else(broken)?);
            number = self.u32(&page, 16).ok_or_else(broken)?;
        }
        Ok(value)
    }

    fn u16(&self, bytes: &[u8], at: usize) -> Option<u16> {
        let bytes: [u8; 2] = bytes.get(at..)?.first_chunk().copied()?;
        Some(if self.is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, bytes: &[u8], at: usize) -> Option<u32> {
        let bytes: [u8; 4] = bytes.get(at..)?.first_chunk().copied()?;
        Some(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}
