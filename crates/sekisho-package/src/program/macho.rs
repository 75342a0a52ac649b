//! Mach-O, of one architecture or of several in one file.

use std::io;

use super::bytes::{Numbers, name, read_range};
use super::symbols::SymbolTable;
use super::{MOST_PARTS, Program, Section, Segment};
use crate::RandomAccess;

/// The most architectures of one file; class files of Java begin like universal binaries, but with a version that
/// is larger.
const MOST_ARCHITECTURES: u32 = 16;
/// The largest block of load commands.
const LARGEST_COMMANDS: u64 = 1 << 20;

pub(super) fn read(file: &dyn RandomAccess, head: &[u8]) -> io::Result<Vec<Program>> {
    let numbers = Numbers { bytes: head, is_big_endian: true };
    let wide_offsets = match numbers.u32(0) {
        Some(0xcafe_babe) => false,
        Some(0xcafe_babf) => true,
        _ => return Ok(one(file, 0)?.into_iter().collect()),
    };
    let count = numbers.u32(4).filter(|count| *count <= MOST_ARCHITECTURES).unwrap_or(0);
    let size: usize = if wide_offsets { 32 } else { 20 };
    let table = read_range(file, 8, u64::from(count) * size as u64)?;
    let mut programs = Vec::new();
    for entry in table.chunks_exact(size) {
        let numbers = Numbers { bytes: entry, is_big_endian: true };
        let offset = if wide_offsets { numbers.u64(8) } else { numbers.u32(8).map(u64::from) };
        if let Some(offset) = offset.filter(|offset| *offset > 0) {
            programs.extend(one(file, offset)?);
        }
    }
    Ok(programs)
}

/// The program that begins at an offset.
fn one(file: &dyn RandomAccess, start: u64) -> io::Result<Option<Program>> {
    let head = read_range(file, start, 32)?;
    let (is_wide, is_big_endian) = match head.get(..4) {
        Some(b"\xfe\xed\xfa\xce") => (false, true),
        Some(b"\xfe\xed\xfa\xcf") => (true, true),
        Some(b"\xce\xfa\xed\xfe") => (false, false),
        Some(b"\xcf\xfa\xed\xfe") => (true, false),
        _ => return Ok(None),
    };
    let numbers = Numbers { bytes: &head, is_big_endian };
    let mut program = Program { is_big_endian, ..Program::default() };
    program.architecture = match numbers.u32(4) {
        Some(7) => Some("386"),
        Some(0x0100_0007) => Some("amd64"),
        Some(12) => Some("arm"),
        Some(0x0100_000c) => Some("arm64"),
        _ => None,
    };
    let length = numbers.u32(20).map_or(0, u64::from).min(LARGEST_COMMANDS);
    let after_head = start.saturating_add(if is_wide { 32 } else { 28 });
    let commands = read_range(file, after_head, length)?;
    let mut rest: &[u8] = &commands;
    for _ in 0..MOST_PARTS {
        let numbers = Numbers { bytes: rest, is_big_endian };
        let (Some(command), Some(size)) = (numbers.u32(0), numbers.u32(4)) else { break };
        let Some(size) = usize::try_from(size).ok().filter(|size| *size >= 8) else { break };
        let Some((body, after)) = rest.split_at_checked(size) else { break };
        // A segment of 32 or of 64 bits.
        if (command == 1 && !is_wide) || (command == 0x19 && is_wide) {
            segment(body, is_wide, is_big_endian, start, &mut program);
        } else if command == 2 {
            program.symbols.extend(symbols(body, is_wide, is_big_endian, start));
        }
        rest = after;
    }
    Ok(Some(program))
}

fn symbols(body: &[u8], is_wide: bool, is_big_endian: bool, start: u64) -> Option<SymbolTable> {
    let numbers = Numbers { bytes: body, is_big_endian };
    let entry_size = if is_wide { 16 } else { 12 };
    let place = |at| numbers.u32(at).and_then(|offset| start.checked_add(offset.into()));
    Some(SymbolTable::Listed {
        entries: (place(8)?, u64::from(numbers.u32(12)?) * entry_size as u64),
        names: (place(16)?, numbers.u32(20)?.into()),
        entry_size,
        value: 8,
        is_wide,
    })
}

fn segment(body: &[u8], is_wide: bool, is_big_endian: bool, start: u64, program: &mut Program) {
    let numbers = Numbers { bytes: body, is_big_endian };
    let found = (|| {
        Some(Segment {
            address: numbers.word(is_wide, 24, 24)?,
            offset: start.checked_add(numbers.word(is_wide, 40, 32)?)?,
            size: numbers.word(is_wide, 48, 36)?,
            is_writable: numbers.u32(if is_wide { 60 } else { 44 })? & 2 != 0,
        })
    })();
    program.segments.extend(found);
    let (from, size) = if is_wide { (72, 80) } else { (56, 68) };
    for entry in body.get(from..).unwrap_or_default().chunks_exact(size) {
        if program.sections.len() >= MOST_PARTS {
            return;
        }
        let numbers = Numbers { bytes: entry, is_big_endian };
        let (Some(length), Some(offset)) =
            (numbers.word(is_wide, 40, 36), numbers.u32(if is_wide { 48 } else { 40 }))
        else {
            continue;
        };
        let name = name(entry.get(..16).unwrap_or_default());
        program.sections.push(Section { name, offset: start.saturating_add(offset.into()), size: length });
    }
}
