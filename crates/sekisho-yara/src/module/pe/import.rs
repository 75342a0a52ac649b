//! What a program takes from libraries, when it is loaded and when it is first used.

use data_encoding::HEXLOWER;
use md5::{Digest, Md5};

use super::ordinals::name_of;
use super::{DELAYED_IMPORTS, IMPORTS, Pe};
use crate::module::reader::{terminated, until_zero};
use crate::value::Value;

/// The most libraries, and the most functions of all of them.
const MOST: usize = 16_384;
/// The most entries that are looked at, whether they name a function or not.
const MOST_LOOKED_AT: u64 = 262_144;
const LONGEST_FUNCTION: usize = 512;
const LONGEST_LIBRARY: usize = 256;
/// A library that is used later may have a longer name.
const LONGEST_DELAYED_LIBRARY: usize = 4096;

/// What is taken from libraries.
#[derive(Debug, Default)]
pub(super) struct Imports<'b> {
    pub(super) libraries: Vec<Library<'b>>,
    functions: usize,
    looked_at: u64,
}

#[derive(Debug)]
pub(super) struct Library<'b> {
    pub(super) name: &'b [u8],
    pub(super) functions: Vec<Function>,
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: Vec<u8>,
    pub(super) ordinal: Option<u64>,
    /// Where the loader writes its address.
    pub(super) address: u64,
}

impl Imports<'_> {
    pub(super) fn count(&self) -> u64 {
        self.libraries.len() as u64
    }

    pub(super) fn function_count(&self) -> u64 {
        self.functions as u64
    }

    fn is_full(&mut self) -> bool {
        self.looked_at += 1;
        self.functions >= MOST || self.looked_at > MOST_LOOKED_AT
    }

    pub(super) fn told(&self) -> Value {
        let told = |library: &Library<'_>| {
            let functions = library.functions.iter().map(|function| {
                let address = Some(function.address).filter(|address| *address != 0);
                Value::structure([
                    Value::Text(function.name.clone()),
                    function.ordinal.into(),
                    address.into(),
                ])
            });
            Value::structure([
                library.name.into(),
                (library.functions.len() as u64).into(),
                Value::list(functions.collect()),
            ])
        };
        Value::list(self.libraries.iter().map(told).collect())
    }

    /// The MD5 digest of the names of all libraries and functions, in their order.
    pub(super) fn hash(&self) -> String {
        let mut hash = Md5::new();
        let mut separator: &[u8] = b"";
        for library in &self.libraries {
            let dot = library.name.iter().rposition(|byte| *byte == b'.');
            let is_ending = |dot: &usize| {
                let ending = library.name.get(*dot..*dot + 4).unwrap_or_default();
                [b".ocx", b".sys", b".dll"].iter().any(|known| ending.eq_ignore_ascii_case(*known))
            };
            let end = dot.filter(is_ending).unwrap_or(library.name.len());
            let name = library.name.get(..end).unwrap_or_default().to_ascii_lowercase();
            for function in &library.functions {
                for part in [separator, &name, b".", &function.name.to_ascii_lowercase()] {
                    hash.update(part);
                }
                separator = b",";
            }
        }
        HEXLOWER.encode(&hash.finalize())
    }
}

impl<'b> Pe<'b> {
    /// The bytes of an address in the tables, and the mark of a number in place of a name.
    fn thunk(&self) -> (u64, u64) {
        if self.is_wide { (8, 1 << 63) } else { (4, 1 << 31) }
    }

    fn pointer(&self, at: u64) -> Option<u64> {
        if self.is_wide { self.reader.u64(at) } else { self.reader.u32(at) }
    }

    pub(super) fn read_imports(&self) -> Imports<'b> {
        let mut imports = Imports::default();
        let Some(start) = self.directory_offset(IMPORTS) else { return imports };
        for at in (0..MOST as u64).map(|place| start + 20 * place) {
            let (Some(_), Some(name)) = (self.reader.slice(at, 20), self.reader.u32(at + 12)) else { break };
            if name == 0 {
                break;
            }
            let Some(name) = self.library(name, LONGEST_LIBRARY) else { continue };
            let functions = self.functions(at, name, &mut imports);
            if !functions.is_empty() {
                imports.libraries.push(Library { name, functions });
            }
        }
        imports
    }

    /// The name of a library at an address: what could be one of a file.
    fn library(&self, address: u64, longest: usize) -> Option<&'b [u8]> {
        let rest = self.reader.rest(self.offset(address)?);
        let name = terminated(rest.get(..longest).unwrap_or(rest))?;
        let is_allowed = |byte: &u8| (b' '..=b'~').contains(byte) && !b"\"*<>?|".contains(byte);
        (!name.is_empty() && name.iter().all(is_allowed)).then_some(name)
    }

    /// The name of a function at a place of the file.
    fn function(&self, at: u64) -> Vec<u8> {
        let rest = self.reader.rest(at);
        until_zero(rest.get(..LONGEST_FUNCTION).unwrap_or(rest)).to_vec()
    }

    /// The functions that the descriptor at a place of the file names.
    fn functions(&self, descriptor: u64, library: &[u8], imports: &mut Imports<'b>) -> Vec<Function> {
        let mut functions = Vec::new();
        let table = |at: u64| self.reader.u32(at).and_then(|address| self.offset(address));
        let names = table(descriptor).filter(|place| *place > 0).or_else(|| table(descriptor + 16));
        let Some(names) = names else { return functions };
        let addresses = self.reader.u32(descriptor + 16).unwrap_or(0);
        let (size, by_number) = self.thunk();
        for place in 0..MOST as u64 {
            let Some(entry) = self.pointer(names + size * place).filter(|entry| *entry != 0) else { break };
            if imports.is_full() {
                break;
            }
            let (name, ordinal) = if entry & by_number == 0 {
                // A number that nobody uses stands before the name.
                let at = self.offset(entry).filter(|at| self.reader.slice(*at, 3).is_some());
                let Some(at) = at else { continue };
                (self.function(at + 2), None)
            } else if entry - by_number <= 0xffff {
                let ordinal = entry & 0xffff;
                (name_of(library, ordinal).into_bytes(), Some(ordinal))
            } else {
                continue;
            };
            let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"._?@$()<>".contains(byte);
            if name.is_empty() || !name.iter().all(is_allowed) {
                continue;
            }
            let address = addresses + size * place;
            // Addresses of small programs have 32 bits.
            let address = if self.is_wide { address } else { address & u64::from(u32::MAX) };
            functions.push(Function { name, ordinal, address });
            imports.functions += 1;
        }
        functions
    }

    pub(super) fn read_delayed_imports(&self) -> Imports<'b> {
        let mut imports = Imports::default();
        let Some(mut at) = self.directory_offset(DELAYED_IMPORTS) else { return imports };
        let base = self.word(28, 24).unwrap_or(0);
        let image = self.long(56).unwrap_or(0);
        while imports.libraries.len() < MOST && !imports.is_full() {
            let Some(descriptor) = self.reader.slice(at, 32) else { break };
            let long = |place: u64| self.reader.u32(at + place).unwrap_or(0);
            let has_addresses = long(0) == 0;
            if descriptor.iter().all(|byte| *byte == 0) || long(0) > 1 {
                break;
            }
            // Old linkers wrote addresses of a loaded image, newer ones count from its start.
            let counted = |address: u64| if address > base { address - base } else { address };
            let of = |place: u64| match long(place) {
                address if has_addresses && !self.is_wide => counted(address),
                address => address,
            };
            let (name, addresses, names) = (of(4), of(12), of(16));
            if names >= image || addresses >= image || name < 64 || names < 64 {
                break;
            }
            at += 32;
            let Some(name) = self.library(name, LONGEST_DELAYED_LIBRARY) else { continue };
            let counted_names = |entry: u64| if has_addresses { counted(entry) } else { entry };
            let functions = self.delayed_functions(name, (names, addresses), counted_names, &mut imports);
            imports.libraries.push(Library { name, functions });
        }
        imports
    }

    /// The functions of a library that is used later, by the tables of their names and addresses.
    fn delayed_functions(
        &self,
        library: &[u8],
        (names, addresses): (u64, u64),
        counted: impl Fn(u64) -> u64,
        imports: &mut Imports<'b>,
    ) -> Vec<Function> {
        let (size, by_number) = self.thunk();
        let mut functions = Vec::new();
        for place in 0.. {
            let entry = |table: u64| {
                let at = self.offset(table + size * place)?;
                self.pointer(at).filter(|entry| *entry != 0)
            };
            let (Some(entry), Some(_)) = (entry(names), entry(addresses)) else { break };
            if imports.is_full() {
                break;
            }
            let (name, ordinal) = if entry & by_number == 0 {
                let Some(at) = self.offset(counted(entry).saturating_add(2)) else { continue };
                (self.function(at), None)
            } else {
                (name_of(library, entry & 0xffff).into_bytes(), Some(entry & 0xffff))
            };
            functions.push(Function { name, ordinal, address: addresses + size * place });
            imports.functions += 1;
        }
        functions
    }
}
