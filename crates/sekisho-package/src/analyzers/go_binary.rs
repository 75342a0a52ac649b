//! Modules of Go that programs were built of, from the build information that the linker leaves in them.
//!
//! Programs of Go 1.13 and later have it, stripped ones too. The standard library counts as the module `stdlib` in
//! the version of the compiler. A main module without a version gets the one that the linker was told to set, else
//! the pseudo-version of its commit. Programs that UPX packed show nothing.

use std::io;

use sekisho_contents::{Evidence, Hash, Package};
use smol_str::ToSmolStr;

use super::prelude::*;
use crate::RandomAccess;
use crate::go_version::main_version;
use crate::program::{Program, read_range};

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "go-binary",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Program],
    access: Access::Random,
    read,
    join: None,
};

const MAGIC: &[u8] = b"\xff Go buildinf:";
/// The longest text of build information.
const LONGEST: u64 = 16 << 20;
/// How much of the data is searched where no section names the place.
const SEARCHED: u64 = 1 << 20;

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    for program in Program::read(file.random())? {
        if let Some((version, modules)) = build_information(file.random(), &program)? {
            modules_of(&version, &modules, report)?;
        }
    }
    Ok(())
}

/// The version of Go and the text about modules.
fn build_information(file: &dyn RandomAccess, program: &Program) -> io::Result<Option<(String, String)>> {
    let Some((offset, head)) = find(file, program)? else { return Ok(None) };
    let (Some(width), Some(flags)) = (head.get(14).copied(), head.get(15).copied()) else { return Ok(None) };
    if flags & 2 != 0 {
        // Since Go 1.18 both texts follow, each after its length.
        let Some((version, next)) = text_at(file, offset + 32)? else { return Ok(None) };
        let modules = text_at(file, next)?.map(|(text, _)| text).unwrap_or_default();
        return Ok(Some((utf8(&version), utf8(within_marks(&modules)))));
    }
    let is_big_endian = flags & 1 != 0;
    let pointer = |bytes: &[u8]| match (width, is_big_endian) {
        (8, false) => bytes.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)),
        (8, true) => bytes.first_chunk().map(|bytes| u64::from_be_bytes(*bytes)),
        (4, false) => bytes.first_chunk().map(|bytes| u32::from_le_bytes(*bytes).into()),
        (4, true) => bytes.first_chunk().map(|bytes| u32::from_be_bytes(*bytes).into()),
        _ => None,
    };
    let width = u64::from(width);
    // A string is the address of its bytes and their count.
    let string = |place: usize| -> io::Result<Option<Vec<u8>>> {
        let Some(header) = head.get(place..).and_then(pointer) else { return Ok(None) };
        let Some(header) = program.at_address(file, header, width * 2)? else { return Ok(None) };
        let count = usize::try_from(width).ok().and_then(|width| header.get(width..)).and_then(pointer);
        let (Some(address), Some(count)) = (pointer(&header), count) else { return Ok(None) };
        program.at_address(file, address, count.min(LONGEST))
    };
    let place = 16 + usize::try_from(width).unwrap_or(8);
    let Some(version) = string(16)? else { return Ok(None) };
    let modules = string(place)?.unwrap_or_default();
    Ok(Some((utf8(&version), utf8(within_marks(&modules)))))
}

/// Where the information begins, and its first bytes: in its own section, else at the beginning of the data.
fn find(file: &dyn RandomAccess, program: &Program) -> io::Result<Option<(u64, Vec<u8>)>> {
    let own = program.section(".go.buildinfo").or_else(|| program.section("__go_buildinfo"));
    let places = match own {
        Some(section) => vec![(section.offset, section.size)],
        // ELF programs of Go have the section as long as they have sections.
        None if program.section(".shstrtab").is_some() => return Ok(None),
        None => {
            let writable = program.segments.iter().filter(|segment| segment.is_writable);
            writable.map(|segment| (segment.offset, segment.size)).take(4).collect()
        }
    };
    for (offset, size) in places {
        let bytes = read_range(file, offset, size.min(SEARCHED))?;
        let aligned = (0..bytes.len()).step_by(16);
        let mut matching = aligned.filter(|at| bytes.get(*at..).is_some_and(|rest| rest.starts_with(MAGIC)));
        if let Some(at) = matching.next() {
            return Ok(Some((offset + at as u64, bytes.get(at..).unwrap_or_default().to_vec())));
        }
    }
    Ok(None)
}

/// A text after its length, and where it ends.
fn text_at(file: &dyn RandomAccess, offset: u64) -> io::Result<Option<(Vec<u8>, u64)>> {
    let head = read_range(file, offset, 10)?;
    let mut length = 0_u64;
    for (index, byte) in head.iter().enumerate() {
        length |= u64::from(byte & 0x7f).checked_shl(7 * u32::try_from(index).unwrap_or(63)).unwrap_or(0);
        if byte & 0x80 == 0 {
            let from = offset + index as u64 + 1;
            if length > LONGEST {
                return Ok(None);
            }
            return Ok(Some((read_range(file, from, length)?, from + length)));
        }
    }
    Ok(None)
}

/// The text between the sixteen bytes that stand in front of and behind it.
fn within_marks(text: &[u8]) -> &[u8] {
    let inner = text.len().checked_sub(16).and_then(|end| text.get(16..end));
    inner.filter(|inner| inner.last() == Some(&b'\n')).unwrap_or_default()
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A module as a line says it.
#[derive(Debug, Default, Clone, Copy)]
struct Module<'t> {
    path: &'t str,
    version: &'t str,
    sum: &'t str,
}

fn modules_of(go: &str, text: &str, report: &mut Report) -> Result<(), ReadError> {
    let mut main: Option<Module<'_>> = None;
    let mut modules: Vec<Module<'_>> = Vec::new();
    let mut settings: Vec<(&str, &str)> = Vec::new();
    let mut path = "";
    for line in text.lines() {
        let mut fields = line.split('\t');
        let kind = fields.next().unwrap_or_default();
        let mut next = || fields.next().unwrap_or_default();
        match kind {
            "path" => path = next(),
            "mod" => main = Some(Module { path: next(), version: next(), sum: next() }),
            "dep" => modules.push(Module { path: next(), version: next(), sum: next() }),
            "=>" => {
                let other = Module { path: next(), version: next(), sum: next() };
                // What lies in a folder keeps its name; its version is not the one that was asked for.
                let is_folder = other.path.starts_with(['.', '/']);
                if let Some(replaced) = modules.last_mut() {
                    let path = if is_folder { replaced.path } else { other.path };
                    *replaced = Module { path, ..other };
                }
            }
            "build" => settings.extend(next().split_once('=')),
            _ => {}
        }
    }
    let mut main_package = None;
    let main = main.or_else(|| {
        let is_module = !path.is_empty() && path != "command-line-arguments" && path.contains('.');
        is_module.then_some(Module { path, version: "(devel)", sum: "" })
    });
    if let Some(main) = main.filter(|main| !main.path.is_empty() && main.path != "command-line-arguments") {
        let version = match main.version {
            "" | "(devel)" => main_version(main.path, &settings),
            version => Some(version.to_owned()),
        };
        let mut package = package(Module { version: version.as_deref().unwrap_or_default(), ..main })?;
        package.direct = Some(true);
        main_package = Some(package);
    }
    let mut packages = Vec::new();
    for module in modules {
        let is_main = main.is_some_and(|main| main.path == module.path && main.version == module.version);
        if !module.path.is_empty() && !is_main {
            packages.push(package(module)?);
        }
    }
    let go = go.split_whitespace().next().unwrap_or_default();
    if let Some(version) = go.strip_prefix("go").filter(|version| !version.is_empty()) {
        packages.push(package(Module { path: "stdlib", version, sum: "" })?);
    }
    if let Some(mut main) = main_package {
        main.dependencies.extend(packages.iter().map(|package| package.url.to_smolstr()));
        report.package(main);
    }
    for package in packages {
        report.package(package);
    }
    Ok(())
}

fn package(module: Module<'_>) -> Result<Package, ReadError> {
    let (namespace, name) = match module.path.rsplit_once('/') {
        Some((namespace, name)) if !name.is_empty() => (Some(namespace), name),
        _ => (None, module.path),
    };
    let version = Some(module.version).filter(|version| !version.is_empty() && *version != "(devel)");
    let mut package =
        Package::new(package_url("golang", namespace, name, version, &[])?, Evidence::Installed);
    package.hashes.extend(module.sum.strip_prefix("h1:").and_then(|sum| {
        let bytes = data_encoding::BASE64.decode(sum.as_bytes()).ok().filter(|bytes| bytes.len() == 32)?;
        Some(Hash { algorithm: "h1".into(), value: data_encoding::HEXLOWER.encode(&bytes).into() })
    }));
    Ok(package)
}
