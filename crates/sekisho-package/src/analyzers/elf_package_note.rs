//! Packages that programs say they are built of, by the note that distributions leave in them (`.note.package`).
//!
//! The note is the one that systemd specifies: JSON with the type, the distribution, the name and the version. It
//! counts where no package of the distribution owns the file, as for a program that was copied into an image of its own.

use sekisho_contents::{Evidence, Package};
use serde::Deserialize;

use super::prelude::*;
use crate::program::{Program, read_range};

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "elf-package-note",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Program],
    access: Access::Random,
    read,
    join: None,
};

const FORMAT: &str = "note of a package";
const SECTION: &str = ".note.package";
/// The largest section.
const LARGEST: u64 = 64 << 10;
/// The kind of the note, of the owner `FDO`.
const KIND: u32 = 0xcafe_1a7e;

#[derive(Deserialize)]
struct Note {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    os: String,
    #[serde(rename = "osVersion", default)]
    os_version: String,
}

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    for program in Program::read(file.random())? {
        let Some(section) = program.section(SECTION) else { continue };
        let bytes = read_range(file.random(), section.offset, section.size.min(LARGEST))?;
        let Some(text) = note(&bytes, program.is_big_endian) else {
            return Err(ReadError::malformed(FORMAT, "it is none"));
        };
        let note: Note = serde_json::from_slice(text).map_err(|error| ReadError::malformed(FORMAT, error))?;
        if note.name.is_empty() || note.version.is_empty() {
            continue;
        }
        let kind = match note.kind.as_str() {
            kind @ ("deb" | "rpm" | "apk" | "alpm") => kind,
            "arch" => "alpm",
            _ => "generic",
        };
        let namespace = Some(note.os.as_str()).filter(|os| !os.is_empty() && kind != "generic");
        let distribution = match (namespace, note.os_version.as_str()) {
            (Some(os), release) if !release.is_empty() => format!("{os}-{release}"),
            _ => String::new(),
        };
        let url = package_url(
            kind,
            namespace,
            &note.name,
            Some(&note.version),
            &[("arch", Some(&note.architecture)), ("distro", Some(&distribution))],
        )?;
        let mut package = Package::new(url, Evidence::Installed);
        package.release = Some(note.os_version.as_str().into()).filter(|_| !note.os_version.is_empty());
        report.package(package);
    }
    Ok(())
}

/// The text of the first note of the kind: sizes of the owner and the text, the kind, then both, each at a multiple of
/// four.
fn note(bytes: &[u8], is_big_endian: bool) -> Option<&[u8]> {
    let number = |at: usize| {
        let four = *bytes.get(at..)?.first_chunk::<4>()?;
        Some(if is_big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    };
    let mut at = 0;
    loop {
        let owner = usize::try_from(number(at)?).ok()?;
        let length = usize::try_from(number(at + 4)?).ok()?;
        let kind = number(at + 8)?;
        let start = (at + 12).checked_add(owner.checked_next_multiple_of(4)?)?;
        let end = start.checked_add(length)?;
        let text = bytes.get(start..end)?;
        if kind == KIND && bytes.get(at + 12..at + 15) == Some(b"FDO") {
            let end = text.iter().rposition(|byte| *byte != 0)? + 1;
            return text.get(..end);
        }
        at = end.checked_next_multiple_of(4)?;
    }
}
