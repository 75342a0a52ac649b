//! PE, the programs of Windows and the assemblies of .NET.

use std::io;

use super::bytes::{Numbers, name, read_range};
use super::symbols::SymbolTable;
use super::{MOST_PARTS, Program, Section, Segment};
use crate::RandomAccess;

pub(super) fn read(file: &dyn RandomAccess, head: &[u8]) -> io::Result<Option<Program>> {
    let Some(start) = (Numbers { bytes: head, is_big_endian: false }).u32(0x3c) else { return Ok(None) };
    let head = read_range(file, u64::from(start), 24 + 128)?;
    let numbers = Numbers { bytes: &head, is_big_endian: false };
    if !head.starts_with(b"PE\0\0") {
        return Ok(None);
    }
    let (Some(machine), Some(count), Some(optional)) = (numbers.u16(4), numbers.u16(6), numbers.u16(20))
    else {
        return Ok(None);
    };
    // Programs of 64 bits have no base of data, and a wider base of the image.
    let (base, exports) = match numbers.u16(24) {
        Some(0x20b) => (numbers.u64(24 + 24), numbers.u32(24 + 112)),
        _ => (numbers.u32(24 + 28).map(u64::from), numbers.u32(24 + 96)),
    };
    let base = base.unwrap_or(0);
    let mut program = Program {
        architecture: match machine {
            0x14c => Some("386"),
            0x1c0 | 0x1c4 => Some("arm"),
            0x8664 => Some("amd64"),
            0xaa64 => Some("arm64"),
            _ => None,
        },
        symbols: match exports {
            Some(address) if address != 0 => vec![SymbolTable::Exported { base, address }],
            _ => Vec::new(),
        },
        ..Program::default()
    };
    let table = read_range(file, u64::from(start) + 24 + u64::from(optional), u64::from(count) * 40)?;
    for entry in table.chunks_exact(40).take(MOST_PARTS) {
        const WRITABLE: u32 = 0x8000_0000;
        let numbers = Numbers { bytes: entry, is_big_endian: false };
        let (Some(address), Some(size), Some(offset), Some(flags)) =
            (numbers.u32(12), numbers.u32(16), numbers.u32(20), numbers.u32(36))
        else {
            continue;
        };
        let (offset, size) = (u64::from(offset), u64::from(size));
        let is_writable = flags & WRITABLE != 0;
        program.segments.push(Segment {
            address: base.saturating_add(address.into()),
            offset,
            size,
            is_writable,
        });
        program.sections.push(Section { name: name(entry.get(..8).unwrap_or_default()), offset, size });
    }
    Ok(Some(program))
}
