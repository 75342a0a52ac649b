//! Symbols of programs: at which address what lies.

use std::io;

use super::Program;
use super::bytes::{Numbers, read_range};
use crate::RandomAccess;

/// The most bytes of a table of symbols, and of their names.
const LARGEST: u64 = 16 << 20;
/// The most names of exports of a PE file.
const MOST_EXPORTS: u32 = 65_536;

/// Where symbols are listed.
#[derive(Debug)]
pub(super) enum SymbolTable {
    /// Entries of one size, each of which begins with the place of its name: ELF and Mach-O.
    Listed {
        /// Where the entries lie, and their bytes.
        entries: (u64, u64),
        /// Where the names lie, and their bytes.
        names: (u64, u64),
        /// The bytes of an entry.
        entry_size: usize,
        /// Where the address stands in an entry.
        value: usize,
        /// Whether addresses have 64 bits.
        is_wide: bool,
    },
    /// The directory of exports of PE.
    Exported {
        /// Where the program is loaded.
        base: u64,
        /// Where the directory lies, from there.
        address: u32,
    },
}

impl Program {
    /// The addresses of these symbols, of the first table that has them all. Tables with more than `names_limit` bytes of
    /// names are passed over.
    pub(crate) fn addresses<const N: usize>(
        &self,
        file: &dyn RandomAccess,
        wanted: [&str; N],
        names_limit: u64,
    ) -> io::Result<Option<[u64; N]>> {
        for table in &self.symbols {
            let found = match table {
                SymbolTable::Listed { entries, names, entry_size, value, is_wide } => {
                    if names.1 > names_limit.min(LARGEST) {
                        continue;
                    }
                    let names = read_range(file, names.0, names.1)?;
                    let is_there = |name: &&str| memchr::memmem::find(&names, name.as_bytes()).is_some();
                    if !wanted.iter().all(is_there) {
                        continue;
                    }
                    let entries = read_range(file, entries.0, entries.1.min(LARGEST))?;
                    let numbers = |bytes| Numbers { bytes, is_big_endian: self.is_big_endian };
                    let pairs = entries.chunks_exact(*entry_size).filter_map(|entry| {
                        let name = usize::try_from(numbers(entry).u32(0)?).ok()?;
                        let address = numbers(entry).word(*is_wide, *value, *value)?;
                        Some((names.get(name..)?, address))
                    });
                    pick(pairs, wanted)
                }
                SymbolTable::Exported { base, address } => {
                    let pairs = self.exports(file, *base, *address)?;
                    pick(pairs.iter().map(|(name, address)| (name.as_slice(), *address)), wanted)
                }
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Names and addresses of what a PE file exports.
    fn exports(&self, file: &dyn RandomAccess, base: u64, address: u32) -> io::Result<Vec<(Vec<u8>, u64)>> {
        let at = |place: u32, count: u64| {
            self.at_address(file, base.saturating_add(place.into()), count).map(Option::unwrap_or_default)
        };
        let directory = at(address, 40)?;
        let numbers = |bytes| Numbers { bytes, is_big_endian: false };
        let (Some(count), Some(functions), Some(names), Some(ordinals)) = (
            numbers(&directory).u32(24),
            numbers(&directory).u32(28),
            numbers(&directory).u32(32),
            numbers(&directory).u32(36),
        ) else {
            return Ok(Vec::new());
        };
        let count = u64::from(count.min(MOST_EXPORTS));
        let (names, ordinals) = (at(names, count * 4)?, at(ordinals, count * 2)?);
        let functions = at(functions, u64::from(MOST_EXPORTS) * 4)?;
        let mut found = Vec::new();
        for (name, ordinal) in names.chunks_exact(4).zip(ordinals.chunks_exact(2)) {
            let (Some(name), Some(ordinal)) = (numbers(name).u32(0), numbers(ordinal).u16(0)) else { break };
            let Some(function) = numbers(&functions).u32(usize::from(ordinal) * 4) else { continue };
            found.push((at(name, 64)?, base.saturating_add(function.into())));
        }
        Ok(found)
    }
}

/// The addresses of the wanted names, where all of them are there.
fn pick<'n, const N: usize>(
    pairs: impl Iterator<Item = (&'n [u8], u64)>,
    wanted: [&str; N],
) -> Option<[u64; N]> {
    let mut found = [0; N];
    for (name, address) in pairs {
        for (place, wanted) in found.iter_mut().zip(wanted) {
            // Mach-O writes a line before names of C.
            let name = if name.first() == Some(&b'_') && !wanted.starts_with('_') {
                name.get(1..)
            } else {
                Some(name)
            };
            let is_it = name
                .and_then(|name| name.strip_prefix(wanted.as_bytes()))
                .is_some_and(|rest| rest.first() == Some(&0));
            if is_it && *place == 0 {
                *place = address;
            }
        }
    }
    found.iter().all(|address| *address != 0).then_some(found)
}
