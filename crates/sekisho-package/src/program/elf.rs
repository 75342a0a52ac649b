//! ELF, of 32 and 64 bits, of both byte orders.

use std::io;

use super::bytes::{Numbers, name, read_range};
use super::symbols::SymbolTable;
use super::{MOST_PARTS, Program, Section, Segment};
use crate::RandomAccess;

/// The longest table of section names.
const LONGEST_NAMES: u64 = 1 << 20;

pub(super) fn read(file: &dyn RandomAccess, head: &[u8]) -> io::Result<Option<Program>> {
    let (Some(class), Some(order)) = (head.get(4), head.get(5)) else { return Ok(None) };
    let is_wide = *class == 2;
    let numbers = Numbers { bytes: head, is_big_endian: *order == 2 };
    let mut program = Program { is_big_endian: numbers.is_big_endian, ..Program::default() };
    program.architecture = numbers.u16(18).and_then(|machine| architecture(machine, numbers.is_big_endian));
    let parts = (|| {
        let segments = numbers.word(is_wide, 32, 28)?;
        let sections = numbers.word(is_wide, 40, 32)?;
        let at = if is_wide { 54 } else { 42 };
        Some(Tables {
            segments,
            segment_size: numbers.u16(at)?,
            segment_count: numbers.u16(at + 2)?,
            sections,
            section_size: numbers.u16(at + 4)?,
            section_count: numbers.u16(at + 6)?,
            names: numbers.u16(at + 8)?,
        })
    })();
    let Some(tables) = parts else { return Ok(None) };
    read_segments(file, &tables, is_wide, &mut program)?;
    read_sections(file, &tables, is_wide, &mut program)?;
    program.symbols = symbols(&program, is_wide);
    Ok(Some(program))
}

/// What a program exports, and what only its linker needed.
fn symbols(program: &Program, is_wide: bool) -> Vec<SymbolTable> {
    let table = |entries: &str, names: &str| {
        let (entries, names) = (program.section(entries)?, program.section(names)?);
        let (entry_size, value) = if is_wide { (24, 8) } else { (16, 4) };
        Some(SymbolTable::Listed {
            entries: (entries.offset, entries.size),
            names: (names.offset, names.size),
            entry_size,
            value,
            is_wide,
        })
    };
    [table(".dynsym", ".dynstr"), table(".symtab", ".strtab")].into_iter().flatten().collect()
}

/// Where the tables lie and how large they say they are.
struct Tables {
    segments: u64,
    segment_size: u16,
    segment_count: u16,
    sections: u64,
    section_size: u16,
    section_count: u16,
    names: u16,
}

fn read_segments(
    file: &dyn RandomAccess,
    tables: &Tables,
    is_wide: bool,
    program: &mut Program,
) -> io::Result<()> {
    const LOADED: u32 = 1;
    let least = if is_wide { 56 } else { 32 };
    let size = usize::from(tables.segment_size);
    if size < least {
        return Ok(());
    }
    let table = read_range(file, tables.segments, u64::from(tables.segment_count) * size as u64)?;
    for entry in table.chunks_exact(size).take(MOST_PARTS) {
        let numbers = Numbers { bytes: entry, is_big_endian: program.is_big_endian };
        let segment = (|| {
            let flags = numbers.u32(if is_wide { 4 } else { 24 })?;
            Some(Segment {
                offset: numbers.word(is_wide, 8, 4)?,
                address: numbers.word(is_wide, 16, 8)?,
                size: numbers.word(is_wide, 32, 16)?,
                is_writable: flags & 2 != 0,
            })
        })();
        if numbers.u32(0) == Some(LOADED) {
            program.segments.extend(segment);
        }
    }
    Ok(())
}

fn read_sections(
    file: &dyn RandomAccess,
    tables: &Tables,
    is_wide: bool,
    program: &mut Program,
) -> io::Result<()> {
    const NO_BYTES: u32 = 8;
    let least = if is_wide { 64 } else { 40 };
    let size = usize::from(tables.section_size);
    if size < least || tables.sections == 0 {
        return Ok(());
    }
    let table = read_range(file, tables.sections, u64::from(tables.section_count) * size as u64)?;
    let place = |entry: &[u8]| {
        let numbers = Numbers { bytes: entry, is_big_endian: program.is_big_endian };
        Some((numbers.u32(4)?, numbers.word(is_wide, 24, 16)?, numbers.word(is_wide, 32, 20)?))
    };
    let names = match table.chunks_exact(size).nth(usize::from(tables.names)).and_then(place) {
        Some((_, offset, length)) => read_range(file, offset, length.min(LONGEST_NAMES))?,
        None => return Ok(()),
    };
    for entry in table.chunks_exact(size).take(MOST_PARTS) {
        let numbers = Numbers { bytes: entry, is_big_endian: program.is_big_endian };
        let (Some((kind, offset, length)), Some(at)) = (place(entry), numbers.u32(0)) else { continue };
        let text = usize::try_from(at).ok().and_then(|at| names.get(at..)).unwrap_or_default();
        if kind != NO_BYTES {
            // Names are short; what is not is no name.
            let text = text.get(..64).unwrap_or(text);
            program.sections.push(Section { name: name(text), offset, size: length });
        }
    }
    Ok(())
}

fn architecture(machine: u16, is_big_endian: bool) -> Option<&'static str> {
    Some(match machine {
        3 => "386",
        8 if is_big_endian => "mips",
        8 => "mipsle",
        20 => "ppc",
        21 if is_big_endian => "ppc64",
        21 => "ppc64le",
        22 => "s390x",
        40 => "arm",
        62 => "amd64",
        183 => "arm64",
        243 => "riscv64",
        258 => "loong64",
        _ => return None,
    })
}
