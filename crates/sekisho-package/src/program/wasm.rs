//! WebAssembly modules: their custom sections.

use std::io;

use super::bytes::read_range;
use super::{MOST_PARTS, Program, Section};
use crate::RandomAccess;

pub(super) fn read(file: &dyn RandomAccess) -> io::Result<Option<Program>> {
    let mut program = Program { architecture: Some("wasm"), ..Program::default() };
    let mut offset: u64 = 8;
    for _ in 0..MOST_PARTS {
        // Identifier, length, and for custom sections the name's length and the name.
        let head = read_range(file, offset, 1 + 5 + 5 + 64)?;
        let Some((kind, rest)) = head.split_first() else { break };
        let Some((length, used)) = number(rest) else { break };
        let content = offset + 1 + used as u64;
        let Some(end) = content.checked_add(length) else { break };
        if *kind == 0
            && let Some((name_length, name_used)) = number(rest.get(used..).unwrap_or_default())
            && let Ok(name_length) = usize::try_from(name_length)
            && let Some(name) = rest.get(used + name_used..).and_then(|rest| rest.get(..name_length))
        {
            let from = content + (name_used + name_length) as u64;
            program.sections.push(Section {
                name: String::from_utf8_lossy(name).into_owned(),
                offset: from,
                size: end.saturating_sub(from),
            });
        }
        offset = end;
    }
    Ok(Some(program))
}

/// A number of up to 32 bits in groups of seven, and how many bytes it takes.
fn number(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}
