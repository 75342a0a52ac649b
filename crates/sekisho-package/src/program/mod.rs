//! Programs and libraries: where their sections and segments lie, for ELF, PE, Mach-O and WebAssembly.
//!
//! Only headers are read, and only as much of them as a budget allows; every offset and size is doubted.

mod bytes;
mod elf;
mod macho;
mod pe;
mod symbols;
mod wasm;

use std::io;

pub(crate) use self::bytes::read_range;
use self::symbols::SymbolTable;
use crate::RandomAccess;

/// The most sections, segments or load commands that are looked at.
const MOST_PARTS: usize = 4096;

/// A program or library of one architecture.
#[derive(Debug, Default)]
pub(crate) struct Program {
    /// The word of package URLs and Go for its architecture, where it is a known one.
    pub(crate) architecture: Option<&'static str>,
    /// Whether numbers in it begin with their high byte.
    pub(crate) is_big_endian: bool,
    /// Its sections in their order.
    pub(crate) sections: Vec<Section>,
    /// What is loaded to memory.
    pub(crate) segments: Vec<Segment>,
    /// Where it says at which addresses its symbols lie.
    symbols: Vec<SymbolTable>,
}

/// A section.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its name; for Mach-O without the segment's.
    pub(crate) name: String,
    /// Where its bytes lie in the file.
    pub(crate) offset: u64,
    /// How many there are.
    pub(crate) size: u64,
}

/// A range of the file that is loaded to memory.
#[derive(Debug)]
pub(crate) struct Segment {
    /// Where it is loaded.
    pub(crate) address: u64,
    /// Where its bytes lie in the file.
    pub(crate) offset: u64,
    /// How many there are in the file.
    pub(crate) size: u64,
    /// Whether the program may write there.
    pub(crate) is_writable: bool,
}

impl Program {
    /// The programs in a file: several in a universal binary, none where it is no program that is known.
    pub(crate) fn read(file: &dyn RandomAccess) -> io::Result<Vec<Self>> {
        let head = read_range(file, 0, 64)?;
        let program = match head.get(..4) {
            Some(b"\x7fELF") => elf::read(file, &head)?,
            Some([b'M', b'Z', ..]) => pe::read(file, &head)?,
            Some(b"\0asm") => wasm::read(file)?,
            Some(_) => return macho::read(file, &head),
            None => None,
        };
        Ok(program.into_iter().collect())
    }

    /// The section of this name.
    pub(crate) fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// Bytes of the file that are loaded to an address; fewer at the end of the segment.
    pub(crate) fn at_address(
        &self,
        file: &dyn RandomAccess,
        address: u64,
        count: u64,
    ) -> io::Result<Option<Vec<u8>>> {
        let segment = self
            .segments
            .iter()
            .find(|segment| address >= segment.address && address - segment.address < segment.size);
        let Some(segment) = segment else { return Ok(None) };
        let within = address - segment.address;
        let Some(offset) = segment.offset.checked_add(within) else { return Ok(None) };
        read_range(file, offset, count.min(segment.size - within)).map(Some)
    }
}
