//! Symbols of a program, and hashes over their names.

use data_encoding::HEXLOWER;
use md5::{Digest, Md5};

use super::text_at;
use crate::module::reader::Reader;
use crate::module::{MOST_ROWS, tlsh};
use crate::value::Value;

const STB_GLOBAL: u64 = 1;
const STT_FUNC: u64 = 2;
const STV_DEFAULT: u64 = 0;
/// Names that programs have whatever they do.
const COMMON: [&[u8]; 7] = [b"main", b"abort", b"cachectl", b"cacheflush", b"puts", b"atol", b"malloc_trim"];

/// A table of symbols.
#[derive(Debug)]
pub(super) struct Symbols<'b> {
    pub(super) table: Reader<'b>,
    pub(super) names: &'b [u8],
    pub(super) is_wide: bool,
}

#[derive(Debug, Clone, Copy)]
struct Symbol<'b> {
    name: Option<&'b [u8]>,
    value: u64,
    size: u64,
    info: u64,
    other: u64,
    section: u64,
}

impl<'b> Symbols<'b> {
    pub(super) fn count(&self) -> u64 {
        self.table.len() / if self.is_wide { 24 } else { 16 }
    }

    fn all(&self) -> impl Iterator<Item = Symbol<'b>> {
        (0..self.count()).map_while(|index| self.symbol(index))
    }

    fn symbol(&self, index: u64) -> Option<Symbol<'b>> {
        let table = &self.table;
        let at = index * if self.is_wide { 24 } else { 16 };
        let name = text_at(self.names, table.u32(at)?);
        Some(if self.is_wide {
            Symbol {
                name,
                info: table.u8(at + 4)?,
                other: table.u8(at + 5)?,
                section: table.u16(at + 6)?,
                value: table.u64(at + 8)?,
                size: table.u64(at + 16)?,
            }
        } else {
            Symbol {
                name,
                value: table.u32(at + 4)?,
                size: table.u32(at + 8)?,
                info: table.u8(at + 12)?,
                other: table.u8(at + 13)?,
                section: table.u16(at + 14)?,
            }
        })
    }

    /// The table as rules see it.
    pub(super) fn told(symbols: Option<Self>) -> Value {
        let Some(symbols) = symbols else { return Value::list(Vec::new()) };
        let told = |symbol: Symbol<'_>| {
            Value::structure([
                symbol.name.into(),
                symbol.value.into(),
                symbol.size.into(),
                (symbol.info & 0xf).into(),
                (symbol.info >> 4).into(),
                symbol.section.into(),
            ])
        };
        Value::list(symbols.all().take(MOST_ROWS).map(told).collect())
    }

    /// The MD5 digest of the names of what is imported.
    pub(super) fn import_md5(&self) -> Option<String> {
        let imported = self.all().filter(|symbol| symbol.section == 0);
        let names = joined(imported.filter_map(|symbol| symbol.name).filter(|name| !name.is_empty()))?;
        Some(HEXLOWER.encode(&Md5::digest(names)))
    }

    /// The hash over the names of functions that tells programs of one family (Trend Micro's `telfhash`).
    pub(super) fn telfhash(&self) -> Option<String> {
        let functions = self.all().filter(|symbol| {
            (symbol.info >> 4, symbol.info & 0xf, symbol.other & 3) == (STB_GLOBAL, STT_FUNC, STV_DEFAULT)
        });
        let is_telling = |name: &&[u8]| {
            let starts: [&[u8]; 4] = [b".", b"_", b"str", b"mem"];
            let is_common = name.ends_with(b"64") || COMMON.contains(name);
            !is_common && !starts.iter().any(|start| name.starts_with(start))
        };
        let names = joined(functions.filter_map(|symbol| symbol.name).filter(is_telling))?;
        Some(tlsh::tlsh(&names).unwrap_or_default())
    }
}

/// The names in small letters, in order, with commas between them.
fn joined<'b>(names: impl Iterator<Item = &'b [u8]>) -> Option<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = names.map(<[u8]>::to_ascii_lowercase).collect();
    names.sort_unstable();
    (!names.is_empty()).then(|| names.join(&b','))
}
