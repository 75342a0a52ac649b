//! Programs in the Executable and Linkable Format, as the module `elf` tells of them.

mod schema;
mod symbols;

use super::reader::{Reader, terminated};
use super::{Answer, MOST_ROWS};
use crate::value::Value;
pub(crate) use schema::{CONSTANTS, MEMBERS};
use symbols::Symbols;

const SHT_SYMTAB: u64 = 2;
const SHT_STRTAB: u64 = 3;
const SHT_NOBITS: u64 = 8;
const SHT_DYNSYM: u64 = 11;
const ET_EXEC: u64 = 2;
const PT_DYNAMIC: u64 = 2;
/// The first number that is no count of sections.
const RESERVED_SECTIONS: u64 = 0xff00;
/// The number that is no count of segments.
const RESERVED_SEGMENTS: u64 = 0xffff;

/// A program whose header is whole.
#[derive(Debug)]
pub(crate) struct Elf<'b> {
    reader: Reader<'b>,
    is_wide: bool,
    kind: u64,
    machine: u64,
    entry: u64,
    segments: Table,
    sections: Table,
    names: u64,
}

/// A table of headers.
#[derive(Debug, Clone, Copy)]
struct Table {
    offset: u64,
    entry_size: u64,
    count: u64,
}

#[derive(Debug, Clone, Copy)]
struct Section {
    name: u64,
    kind: u64,
    flags: u64,
    address: u64,
    offset: u64,
    size: u64,
    link: u64,
}

#[derive(Debug, Clone, Copy)]
struct Segment {
    kind: u64,
    flags: u64,
    offset: u64,
    virtual_address: u64,
    physical_address: u64,
    file_size: u64,
    memory_size: u64,
    alignment: u64,
}

impl<'b> Elf<'b> {
    pub(crate) fn read(bytes: &'b [u8]) -> Option<Self> {
        if !bytes.starts_with(b"\x7fELF") {
            return None;
        }
        let is_wide = match bytes.get(4)? {
            1 => false,
            2 => true,
            _ => return None,
        };
        let is_big_endian = match bytes.get(5)? {
            1 => false,
            2 => true,
            _ => return None,
        };
        // A file that is a header and nothing else is not told of.
        if bytes.len() <= if is_wide { 64 } else { 52 } {
            return None;
        }
        let reader = Reader { bytes, is_big_endian };
        let pick = |wide: u64, narrow: u64| if is_wide { wide } else { narrow };
        let word = |at: u64| if is_wide { reader.u64(at) } else { reader.u32(at) };
        let after = pick(52, 40);
        Some(Self {
            reader,
            is_wide,
            kind: reader.u16(16)?,
            machine: reader.u16(18)?,
            entry: word(24)?,
            segments: Table {
                offset: word(pick(32, 28))?,
                entry_size: reader.u16(after + 2)?,
                count: reader.u16(after + 4)?,
            },
            sections: Table {
                offset: word(pick(40, 32))?,
                entry_size: reader.u16(after + 6)?,
                count: reader.u16(after + 8)?,
            },
            names: reader.u16(after + 10)?,
        })
    }

    fn word(&self, at: u64) -> Option<u64> {
        if self.is_wide { self.reader.u64(at) } else { self.reader.u32(at) }
    }

    /// The bytes of one header of a section and of one of a segment, whatever the file says.
    fn sizes(&self) -> (u64, u64) {
        if self.is_wide { (64, 56) } else { (40, 32) }
    }

    fn section(&self, index: u64) -> Option<Section> {
        let at = self.sections.offset.checked_add(index * self.sizes().0)?;
        let word = |place: u64| self.word(at.checked_add(8 + place * if self.is_wide { 8 } else { 4 })?);
        Some(Section {
            name: self.reader.u32(at)?,
            kind: self.reader.u32(at.checked_add(4)?)?,
            flags: word(0)?,
            address: word(1)?,
            offset: word(2)?,
            size: word(3)?,
            link: self.reader.u32(at.checked_add(if self.is_wide { 40 } else { 24 })?)?,
        })
    }

    fn segment(&self, index: u64) -> Option<Segment> {
        let at = self.segments.offset.checked_add(index * self.sizes().1)?;
        let word = |place: u64| self.word(at.checked_add(place * if self.is_wide { 8 } else { 4 })?);
        Some(Segment {
            kind: self.reader.u32(at)?,
            flags: self.reader.u32(at.checked_add(if self.is_wide { 4 } else { 24 })?)?,
            offset: word(1)?,
            virtual_address: word(2)?,
            physical_address: word(3)?,
            file_size: word(4)?,
            memory_size: word(5)?,
            alignment: word(if self.is_wide { 6 } else { 7 })?,
        })
    }

    /// Whether a table lies in the file.
    fn is_inside(&self, table: Table, size: u64) -> bool {
        let end = table.offset.checked_add(table.count * size);
        table.offset < self.reader.len() && end.is_some_and(|end| end <= self.reader.len())
    }

    fn all_sections(&self) -> impl Iterator<Item = Section> {
        let is_told = self.sections.count < RESERVED_SECTIONS
            && self.names < self.sections.count
            && self.is_inside(self.sections, self.sizes().0);
        let count = if is_told { self.sections.count } else { 0 };
        (0..count).map_while(|index| self.section(index))
    }

    fn all_segments(&self) -> impl Iterator<Item = Segment> {
        let is_told =
            self.segments.count < RESERVED_SEGMENTS && self.is_inside(self.segments, self.sizes().1);
        let count = if is_told { self.segments.count } else { 0 };
        (0..count).map_while(|index| self.segment(index))
    }

    /// A field of the module.
    pub(crate) fn field(&self, name: &str) -> Value {
        match name {
            "type" => self.kind.into(),
            "machine" => self.machine.into(),
            "entry_point" => self.entry_point().into(),
            "number_of_sections" => self.sections.count.into(),
            "sh_offset" => self.sections.offset.into(),
            "sh_entry_size" => self.sections.entry_size.into(),
            "number_of_segments" => self.segments.count.into(),
            "ph_offset" => self.segments.offset.into(),
            "ph_entry_size" => self.segments.entry_size.into(),
            "sections" => self.told_sections(),
            "segments" => Value::list(self.all_segments().map(Segment::told).collect()),
            "dynamic" => Value::list(self.dynamic().1),
            "dynamic_section_entries" => self.dynamic().0.into(),
            "symtab" => Symbols::told(self.symbols(SHT_SYMTAB)),
            "symtab_entries" => self.symbols(SHT_SYMTAB).map(|symbols| symbols.count()).into(),
            "dynsym" => Symbols::told(self.symbols(SHT_DYNSYM)),
            "dynsym_entries" => self.symbols(SHT_DYNSYM).map(|symbols| symbols.count()).into(),
            _ => Value::Undefined,
        }
    }

    /// What a function of the module says.
    pub(crate) fn call(&self, name: &str) -> Answer {
        let symbols = self.symbols(SHT_DYNSYM).or_else(|| self.symbols(SHT_SYMTAB));
        let Some(symbols) = symbols else { return Answer::of(Value::Undefined) };
        let value = match name {
            "telfhash" => symbols.telfhash().into(),
            "import_md5" => symbols.import_md5().into(),
            _ => Value::Undefined,
        };
        Answer { value, steps: symbols.count() }
    }

    /// The place in the file that the entry's address is loaded from.
    fn entry_point(&self) -> Option<u64> {
        if self.entry == 0 {
            return None;
        }
        // Addresses of small programs are added in 32 bits.
        let end = |address: u64, size: u64| {
            let end = address.wrapping_add(size);
            if self.is_wide { end } else { end & u64::from(u32::MAX) }
        };
        let is_of = |address: u64, size: u64| self.entry >= address && self.entry < end(address, size);
        let place = |offset: u64, address: u64| offset.wrapping_add(self.entry.wrapping_sub(address));
        let is_told = |table: Table, size: u64| {
            let end = table.offset.checked_add(table.count * size);
            table.offset != 0 && table.count != 0 && end.is_some_and(|end| end <= self.reader.len())
        };
        if self.kind == ET_EXEC {
            let mut segments = (0..self.segments.count).map_while(|index| self.segment(index));
            let found = segments.find(|segment| is_of(segment.virtual_address, segment.memory_size))?;
            is_told(self.segments, self.sizes().1).then(|| place(found.offset, found.virtual_address))
        } else {
            let mut sections = (0..self.sections.count).map_while(|index| self.section(index));
            let found = sections.find(|section| {
                section.kind != 0 && section.kind != SHT_NOBITS && is_of(section.address, section.size)
            })?;
            is_told(self.sections, self.sizes().0).then(|| place(found.offset, found.address))
        }
    }

    fn told_sections(&self) -> Value {
        let names = self.section(self.names).map(|section| section.offset);
        let names = names.filter(|offset| *offset > 0 && *offset < self.reader.len());
        let names = names.map(|offset| self.reader.rest(offset));
        let told = |section: Section| {
            let name = names.filter(|_| section.name < self.reader.len());
            Value::structure([
                section.kind.into(),
                section.flags.into(),
                section.address.into(),
                name.and_then(|names| text_at(names, section.name)).into(),
                section.size.into(),
                section.offset.into(),
            ])
        };
        Value::list(self.all_sections().map(told).collect())
    }

    /// How many entries the dynamic segment has, and the entries. Of several segments the last one counts.
    fn dynamic(&self) -> (Option<u64>, Vec<Value>) {
        let (mut count, mut entries) = (None, Vec::new());
        let size = if self.is_wide { 16 } else { 8 };
        // Any number of segments may name the same entries.
        let mut budget = MOST_ROWS;
        for segment in self.all_segments().filter(|segment| segment.kind == PT_DYNAMIC) {
            let mut found = 0;
            let mut at = segment.offset;
            while let (Some(tag), Some(value)) = (self.word(at), self.word(at.saturating_add(size / 2))) {
                let Some(rest) = budget.checked_sub(1) else { return (count, entries) };
                budget = rest;
                let told = Value::structure([tag.into(), value.into()]);
                match entries.get_mut(found) {
                    Some(entry) => *entry = told,
                    None => entries.push(told),
                }
                found += 1;
                at = at.saturating_add(size);
                if tag == 0 {
                    break;
                }
            }
            count = Some(found as u64);
        }
        (count, entries)
    }

    /// The table of symbols of this kind, with its names.
    fn symbols(&self, kind: u64) -> Option<Symbols<'b>> {
        let tables = self.all_sections().filter(|section| section.kind == kind);
        let with_names = tables.filter_map(|table| {
            let names = (table.link < self.sections.count).then(|| self.section(table.link))??;
            (names.kind == SHT_STRTAB).then_some((table, names))
        });
        let (table, names) = with_names.last()?;
        Some(Symbols {
            table: Reader {
                bytes: self.reader.slice(table.offset, table.size)?,
                is_big_endian: self.reader.is_big_endian,
            },
            names: self.reader.slice(names.offset, names.size)?,
            is_wide: self.is_wide,
        })
    }
}

impl Segment {
    fn told(self) -> Value {
        Value::structure([
            self.kind.into(),
            self.flags.into(),
            self.offset.into(),
            self.virtual_address.into(),
            self.physical_address.into(),
            self.file_size.into(),
            self.memory_size.into(),
            self.alignment.into(),
        ])
    }
}

/// The text at a place of a table of texts, which begins with an empty one.
fn text_at(texts: &[u8], at: u64) -> Option<&[u8]> {
    let at = usize::try_from(i32::try_from(at).ok()?).ok()?;
    texts.starts_with(b"\0").then(|| terminated(texts.get(at..)?))?
}
