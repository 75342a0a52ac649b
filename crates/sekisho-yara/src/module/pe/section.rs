//! Sections: what they are called, where they lie, and which place of the file an address is loaded from.

use super::Pe;
use crate::module::reader::terminated;
use crate::value::Value;

/// The most sections that are looked at.
const MOST_SECTIONS: u64 = 96;
const HEADER: u64 = 40;

/// A section as its header has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section {
    at: u64,
    virtual_size: u64,
    virtual_address: u64,
    pub(super) raw_size: u64,
    pub(super) raw_offset: u64,
}

impl<'b> Pe<'b> {
    /// The sections in the file, and whether all that are counted are there.
    pub(super) fn read_sections(&self) -> (Vec<Section>, bool) {
        let count = self.short_of_file(2).unwrap_or(0).min(MOST_SECTIONS);
        let first = self.optional + self.short_of_file(16).unwrap_or(0);
        let read = |place: u64| {
            let at = first + HEADER * place;
            self.reader.slice(at, HEADER)?;
            Some(Section {
                at,
                virtual_size: self.reader.u32(at + 8)?,
                virtual_address: self.reader.u32(at + 12)?,
                raw_size: self.reader.u32(at + 16)?,
                raw_offset: self.reader.u32(at + 20)?,
            })
        };
        let sections: Vec<Section> = (0..count).map_while(read).collect();
        let has_all = sections.len() as u64 == count;
        (sections, has_all)
    }

    /// The place in the file that an address, counted from the start of the image, is loaded from.
    pub(super) fn offset(&self, address: u64) -> Option<u64> {
        if !self.has_all_sections {
            return None;
        }
        let lowest = self.sections.iter().map(|section| section.virtual_address).min();
        let place = if address < lowest.unwrap_or(u64::from(u32::MAX)) {
            // What stands before the first section is loaded as it is.
            Some(address)
        } else {
            let is_of = |section: &&Section| {
                let size = section.virtual_size.max(section.raw_size);
                address.checked_sub(section.virtual_address).is_some_and(|within| within < size)
            };
            let holding = self.sections.iter().filter(is_of);
            // Of several the one with the highest address, and of those the last.
            let section = holding.max_by_key(|section| section.virtual_address)?;
            let within = address.checked_sub(section.virtual_address)?;
            (within < section.raw_size).then(|| self.aligned(section.raw_offset) + within)
        };
        place.filter(|place| *place < self.reader.len())
    }

    /// Where a loader takes a section's bytes from, which it rounds down.
    fn aligned(&self, offset: u64) -> u64 {
        let alignment = self.long(36).unwrap_or(0).min(0x200);
        let offset = offset - offset.checked_rem(alignment).unwrap_or(0);
        if self.long(32).is_some_and(|alignment| alignment >= 0x1000) { offset & !0x1ff } else { offset }
    }

    /// The name of at most eight bytes, without the zeros at its end.
    fn short_name(&self, section: &Section) -> &'b [u8] {
        let name = self.reader.slice(section.at, 8).unwrap_or_default();
        let end = name.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        name.get(..end).unwrap_or_default()
    }

    /// The name, which may stand in the table of texts behind the symbols.
    fn full_name(&self, section: &Section) -> Option<&'b [u8]> {
        let short = self.short_name(section);
        let symbols = self.long_of_file(8)?;
        let Some(digits) = short.strip_prefix(b"/").filter(|_| symbols != 0) else { return Some(short) };
        let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
        let index = digits.fold(0, |index, digit| index * 10 + u64::from(digit - b'0'));
        let texts = symbols + 18 * self.long_of_file(12)?;
        let name = terminated(self.reader.rest(texts + index))?;
        name.iter().all(|byte| (b' '..=b'~').contains(byte)).then_some(name)
    }

    pub(super) fn told_sections(&self) -> Value {
        let told = |section: &Section| {
            let long = |at: u64| self.reader.u32(section.at + at).into();
            let short = |at: u64| self.reader.u16(section.at + at).into();
            Value::structure([
                self.short_name(section).into(),
                self.full_name(section).into(),
                long(36),
                section.virtual_address.into(),
                section.virtual_size.into(),
                section.raw_offset.into(),
                section.raw_size.into(),
                long(24),
                long(28),
                short(32),
                short(34),
            ])
        };
        Value::list(self.sections.iter().map(told).collect())
    }

    /// The place of the section of this name, up to a zero in it.
    pub(super) fn section_named(&self, name: &[u8]) -> Option<usize> {
        let up_to_zero = |section: &Section| crate::module::reader::until_zero(self.short_name(section));
        let name = crate::module::reader::until_zero(name);
        self.sections.iter().position(|section| up_to_zero(section) == name)
    }

    /// The place of the section that holds this place of the file.
    pub(super) fn section_at(&self, offset: i64) -> Option<usize> {
        let offset = u64::try_from(offset).ok()?;
        self.sections.iter().position(|section| {
            offset.checked_sub(section.raw_offset).is_some_and(|within| within < section.raw_size)
        })
    }

    /// What stands in the file behind the last section.
    pub(super) fn overlay(&self) -> Value {
        let (mut offset, mut size) = (0, 0);
        for section in &self.sections {
            if (section.raw_offset + section.raw_size) & u64::from(u32::MAX) > offset + size {
                (offset, size) = (section.raw_offset, section.raw_size);
            }
        }
        let end = offset + size;
        let rest = self.reader.len().checked_sub(end).filter(|rest| *rest > 0 && end != 0);
        Value::structure([rest.map_or(0, |_| end).into(), rest.unwrap_or(0).into()])
    }
}
