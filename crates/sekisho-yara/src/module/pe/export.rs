//! What a library gives to programs.

use super::{EXPORTS, Pe};
use crate::module::reader::until_zero;
use crate::value::Value;

const MOST: u64 = 16_384;
const LONGEST_NAME: usize = 512;

/// What a library gives.
#[derive(Debug, Default)]
pub(super) struct Exports<'b> {
    pub(super) library: Option<&'b [u8]>,
    pub(super) timestamp: Option<u64>,
    pub(super) all: Vec<Export<'b>>,
}

#[derive(Debug)]
pub(super) struct Export<'b> {
    pub(super) ordinal: u64,
    pub(super) name: Option<&'b [u8]>,
    address: u64,
    offset: Option<u64>,
    /// The function of another library that stands behind it.
    forward: Option<&'b [u8]>,
}

impl Exports<'_> {
    pub(super) fn told(&self) -> Value {
        let told = |export: &Export<'_>| {
            Value::structure([
                export.offset.into(),
                export.name.into(),
                export.forward.into(),
                export.ordinal.into(),
                export.address.into(),
            ])
        };
        Value::list(self.all.iter().map(told).collect())
    }
}

impl<'b> Pe<'b> {
    pub(super) fn read_exports(&self) -> Exports<'b> {
        let mut exports = Exports::default();
        self.add_exports(&mut exports);
        exports
    }

    /// Adds what is there; none where the tables end early.
    fn add_exports(&self, exports: &mut Exports<'b>) -> Option<()> {
        let (_, size) = self.directory(EXPORTS)?;
        let start = self.directory_offset(EXPORTS)?;
        self.reader.slice(start, 40)?;
        let long = |place: u64| self.reader.u32(start + place);
        exports.timestamp = long(4);
        let library = self.offset(long(12)?).filter(|name| *name > 0);
        exports.library = library.map(|name| until_zero(self.reader.rest(name)));
        let (base, count, names) = (long(16)?, long(20)?.min(MOST), long(24)?);
        if 4 * count > self.reader.len() - library.unwrap_or(0) {
            return None;
        }
        let name_table = if names > 0 {
            let table = self.offset(long(32)?)?;
            self.reader.slice(table, 4 * names)?;
            Some(table)
        } else {
            None
        };
        let ordinals = self.offset(long(36)?)?;
        self.reader.slice(ordinals, 2 * count)?;
        let addresses = self.offset(long(28)?)?;
        self.reader.slice(addresses, 4 * count)?;
        // Of several names for one function the first counts.
        let mut name_of = vec![None; usize::try_from(count).ok()?];
        for place in (0..names.min(count)).rev() {
            let of = usize::try_from(self.reader.u16(ordinals + 2 * place)?).ok()?;
            if let Some(name) = name_of.get_mut(of) {
                *name = Some(place);
            }
        }
        let text = |at: u64| {
            let rest = self.reader.rest(at);
            until_zero(rest.get(..LONGEST_NAME).unwrap_or(rest))
        };
        for (place, named) in (0..count).zip(name_of) {
            let address = self.reader.u32(addresses + 4 * place)?;
            let offset = self.offset(address);
            let is_forward = offset.is_some_and(|offset| offset > start && offset < start + size);
            let name = || {
                let at = self.reader.u32(name_table? + 4 * named?)?;
                self.offset(at).filter(|at| *at > 0).map(text)
            };
            exports.all.push(Export {
                ordinal: (base + place) & u64::from(u32::MAX),
                name: name(),
                address,
                offset: offset.filter(|_| !is_forward),
                forward: offset.filter(|_| is_forward).map(text),
            });
        }
        Some(())
    }
}
