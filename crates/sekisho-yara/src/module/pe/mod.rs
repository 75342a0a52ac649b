//! Programs for Windows in the Portable Executable format, as the module `pe` tells of them.

mod constants;
mod export;
mod function;
mod import;
mod ordinals;
mod resource;
mod rich;
mod schema;
mod section;
mod signature;
mod version;

use std::cell::OnceCell;

use super::reader::{Reader, until_zero};
use crate::value::Value;
pub(crate) use constants::CONSTANTS;
use export::Exports;
use import::Imports;
use resource::Resources;
pub(crate) use schema::MEMBERS;
use section::Section;
use signature::Signature;

/// Places among the data directories.
const EXPORTS: u64 = 0;
const IMPORTS: u64 = 1;
const RESOURCES: u64 = 2;
const SECURITY: u64 = 4;
const DEBUG: u64 = 6;
const DELAYED_IMPORTS: u64 = 13;

const DIRECTORIES: u64 = 16;
/// The most debug entries that are looked at.
const MOST_DEBUG_ENTRIES: u64 = 65_536;
const CODE_VIEW: u64 = 2;
/// A path is shorter.
const LONGEST_PATH: usize = 4096;

/// A program whose headers are whole.
#[derive(Debug)]
pub(crate) struct Pe<'b> {
    reader: Reader<'b>,
    /// Where the file header begins, and the optional header behind it.
    file_header: u64,
    optional: u64,
    is_wide: bool,
    /// The sections in the file, and whether all that are counted are there.
    sections: Vec<Section>,
    has_all_sections: bool,
    imports: OnceCell<Imports<'b>>,
    delayed: OnceCell<Imports<'b>>,
    exports: OnceCell<Exports<'b>>,
    resources: OnceCell<Resources<'b>>,
    signatures: OnceCell<Vec<Signature>>,
    checksum: OnceCell<u64>,
    imphash: OnceCell<String>,
}

impl<'b> Pe<'b> {
    pub(crate) fn read(bytes: &'b [u8]) -> Option<Self> {
        let reader = Reader::little(bytes);
        let start = reader.u32(0x3c).filter(|start| *start <= 0x7fff_ffff && bytes.starts_with(b"MZ"))?;
        if reader.slice(start, 4)? != b"PE\0\0" {
            return None;
        }
        let (file_header, optional) = (start + 4, start + 24);
        reader.slice(optional, 224)?;
        let is_wide = reader.u16(optional)? == 0x20b;
        if is_wide {
            reader.slice(optional, 240)?;
        }
        let mut pe = Self {
            reader,
            file_header,
            optional,
            is_wide,
            sections: Vec::new(),
            has_all_sections: false,
            imports: OnceCell::new(),
            delayed: OnceCell::new(),
            exports: OnceCell::new(),
            resources: OnceCell::new(),
            signatures: OnceCell::new(),
            checksum: OnceCell::new(),
            imphash: OnceCell::new(),
        };
        (pe.sections, pe.has_all_sections) = pe.read_sections();
        Some(pe)
    }

    fn short_of_file(&self, at: u64) -> Option<u64> {
        self.reader.u16(self.file_header + at)
    }

    fn long_of_file(&self, at: u64) -> Option<u64> {
        self.reader.u32(self.file_header + at)
    }

    fn short(&self, at: u64) -> Option<u64> {
        self.reader.u16(self.optional + at)
    }

    fn long(&self, at: u64) -> Option<u64> {
        self.reader.u32(self.optional + at)
    }

    /// A number that is as long as addresses are, at the place that it has in small and in large programs.
    fn word(&self, narrow: u64, wide: u64) -> Option<u64> {
        if self.is_wide { self.reader.u64(self.optional + wide) } else { self.long(narrow) }
    }

    /// The address and size of a data directory.
    fn directory(&self, place: u64) -> Option<(u64, u64)> {
        let at = self.optional + if self.is_wide { 112 } else { 96 } + 8 * place;
        Some((self.reader.u32(at)?, self.reader.u32(at + 4)?))
    }

    /// Where in the file a data directory begins that has an address.
    fn directory_offset(&self, place: u64) -> Option<u64> {
        let (address, _) = self.directory(place)?;
        self.offset(Some(address).filter(|address| *address != 0)?)
    }

    fn imports(&self) -> &Imports<'b> {
        self.imports.get_or_init(|| self.read_imports())
    }

    fn delayed(&self) -> &Imports<'b> {
        self.delayed.get_or_init(|| self.read_delayed_imports())
    }

    fn exports(&self) -> &Exports<'b> {
        self.exports.get_or_init(|| self.read_exports())
    }

    fn resources(&self) -> &Resources<'b> {
        self.resources.get_or_init(|| self.read_resources())
    }

    fn signatures(&self) -> &[Signature] {
        self.signatures.get_or_init(|| self.read_signatures())
    }

    /// A field of the module.
    pub(crate) fn field(&self, name: &str) -> Value {
        match name {
            "machine" => self.short_of_file(0).into(),
            "number_of_sections" => self.short_of_file(2).into(),
            "timestamp" => self.long_of_file(4).into(),
            "pointer_to_symbol_table" => self.long_of_file(8).into(),
            "number_of_symbols" => self.long_of_file(12).into(),
            "size_of_optional_header" => self.short_of_file(16).into(),
            "characteristics" => self.short_of_file(18).into(),
            "data_directories" => self.told_directories(),
            "sections" => self.told_sections(),
            "overlay" => self.overlay(),
            "rich_signature" => self.rich_signature(),
            "import_details" => self.imports().told(),
            "number_of_imports" => self.imports().count().into(),
            "number_of_imported_functions" => self.imports().function_count().into(),
            "delayed_import_details" => self.delayed().told(),
            "number_of_delayed_imports" => self.delayed().count().into(),
            "number_of_delayed_imported_functions" => self.delayed().function_count().into(),
            "export_details" => self.exports().told(),
            "number_of_exports" => (self.exports().all.len() as u64).into(),
            "dll_name" => self.exports().library.into(),
            "export_timestamp" => self.exports().timestamp.into(),
            "resources" => self.resources().told(),
            "number_of_resources" => (self.resources().all.len() as u64).into(),
            "resource_timestamp" => self.resources().timestamp.into(),
            "resource_version" => {
                Value::structure([self.resources().major.into(), self.resources().minor.into()])
            }
            "version_info" => self.resources().version_map(),
            "version_info_list" => self.resources().version_list(),
            "number_of_version_infos" => (self.resources().versions.len() as u64).into(),
            "pdb_path" => self.pdb_path().into(),
            "signatures" => Value::list(self.signatures().iter().map(Signature::told).collect()),
            "number_of_signatures" => (self.signatures().len() as u64).into(),
            other => self.of_optional_header(other),
        }
    }

    fn of_optional_header(&self, name: &str) -> Value {
        let byte = |at: u64| self.reader.u8(self.optional + at).into();
        let version = |at: u64| Value::structure([self.short(at).into(), self.short(at + 2).into()]);
        match name {
            "opthdr_magic" => self.short(0).into(),
            "linker_version" => Value::structure([byte(2), byte(3)]),
            "size_of_code" => self.long(4).into(),
            "size_of_initialized_data" => self.long(8).into(),
            "size_of_uninitialized_data" => self.long(12).into(),
            "entry_point_raw" => self.long(16).into(),
            // Where the address is nowhere in the file, rules see -1.
            "entry_point" => {
                let found = self.long(16).and_then(|address| self.offset(address));
                Value::Integer(found.map_or(-1, u64::cast_signed))
            }
            "base_of_code" => self.long(20).into(),
            "base_of_data" if !self.is_wide => self.long(24).into(),
            "image_base" => self.word(28, 24).into(),
            "section_alignment" => self.long(32).into(),
            "file_alignment" => self.long(36).into(),
            "os_version" => version(40),
            "image_version" => version(44),
            "subsystem_version" => version(48),
            "win32_version_value" => self.long(52).into(),
            "size_of_image" => self.long(56).into(),
            "size_of_headers" => self.long(60).into(),
            "checksum" => self.long(64).into(),
            "subsystem" => self.short(68).into(),
            "dll_characteristics" => self.short(70).into(),
            "size_of_stack_reserve" => self.word(72, 72).into(),
            "size_of_stack_commit" => self.word(76, 80).into(),
            "size_of_heap_reserve" => self.word(80, 88).into(),
            "size_of_heap_commit" => self.word(84, 96).into(),
            "loader_flags" => self.long(if self.is_wide { 104 } else { 88 }).into(),
            "number_of_rva_and_sizes" => self.directory_count().into(),
            _ => Value::Undefined,
        }
    }

    fn directory_count(&self) -> Option<u64> {
        self.long(if self.is_wide { 108 } else { 92 })
    }

    fn told_directories(&self) -> Value {
        let count = self.directory_count().unwrap_or(0).min(DIRECTORIES);
        let all = (0..count).map_while(|place| self.directory(place));
        Value::list(all.map(|(address, size)| Value::structure([address.into(), size.into()])).collect())
    }

    /// The path of the file with debug information, as the linker wrote it.
    fn pdb_path(&self) -> Option<&'b [u8]> {
        let (_, size) = self.directory(DEBUG).filter(|(_, size)| *size != 0)?;
        let start = self.directory_offset(DEBUG)?;
        for entry in 0..(size / 28).min(MOST_DEBUG_ENTRIES) {
            let at = start + 28 * entry;
            self.reader.slice(at, 28)?;
            if self.reader.u32(at + 12)? != CODE_VIEW {
                continue;
            }
            // The address counts, and where there is none, the place in the file.
            let address = self.reader.u32(at + 20).filter(|address| *address != 0);
            let place = address.and_then(|address| self.offset(address)).filter(|place| *place > 0);
            let place = place.or_else(|| self.reader.u32(at + 24)).filter(|place| *place > 0);
            let Some(place) = place else { continue };
            let path = match self.reader.slice(place, 8).and_then(|start| start.get(..4)) {
                Some(b"NB10") => 16,
                Some(b"RSDS") => 24,
                Some(b"MTOC") => 20,
                _ => continue,
            };
            let rest = self.reader.rest(place + path);
            let path = until_zero(rest.get(..LONGEST_PATH).unwrap_or(rest));
            if !rest.is_empty() && path.len() < LONGEST_PATH {
                return Some(path);
            }
        }
        None
    }
}
