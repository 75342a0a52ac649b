//! Artifacts of Java that native images of GraalVM were built of, by the bill that they carry.
//!
//! `native-image --enable-sbom` leaves a bill in CycloneDX, packed by gzip, at the exported symbol `sbom`. The place of a
//! package is the program. Native images without a bill show nothing of what they were built of.

use std::io::Read;

use flate2::read::GzDecoder;
use sekisho_contents::Evidence;
use sekisho_sbom::{Budget, contents_only, read as read_bill};

use super::prelude::*;
use crate::program::Program;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "native-image",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Program],
    access: Access::Random,
    read,
    join: None,
};

/// The largest bill once it is unpacked, and while it is packed.
const LARGEST: u64 = 32 << 20;
/// What one may cost.
const BUDGET: Budget = Budget { bytes: 32 << 20, depth: 100, nodes: 1_000_000, packages: 100_000 };
/// The most bytes of names that a program may export and still be looked through: native images export few.
const FEW: u64 = 1 << 20;

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    const FORMAT: &str = "native image with a bill of materials";
    for program in Program::read(file.random())? {
        // What only the linker needed is large: it is read of programs that have the heap of a native image.
        let has_heap = program.sections.iter().any(|section| section.name.contains("svm_hea"));
        let limit = if has_heap { u64::MAX } else { FEW };
        let symbols = program.addresses(file.random(), ["sbom", "sbom_length"], limit)?;
        let Some([start, length]) = symbols else { continue };
        let length = program.at_address(file.random(), length, 8)?.unwrap_or_default();
        let Some(length) = length.first_chunk().map(|bytes: &[u8; 8]| {
            if program.is_big_endian { u64::from_be_bytes(*bytes) } else { u64::from_le_bytes(*bytes) }
        }) else {
            continue;
        };
        let packed = program.at_address(file.random(), start, length.min(LARGEST))?.unwrap_or_default();
        if (packed.len() as u64) < length || !packed.starts_with(&[0x1f, 0x8b]) {
            return Err(ReadError::malformed(FORMAT, "its symbols lead nowhere"));
        }
        let mut text = Vec::new();
        let unpacked = GzDecoder::new(packed.as_slice()).take(LARGEST + 1).read_to_end(&mut text);
        unpacked.map_err(|error| ReadError::malformed(FORMAT, error))?;
        if text.len() as u64 > LARGEST {
            return Err(ReadError::Limit { what: "bytes", limit: LARGEST });
        }
        let bill = read_bill(&text, &BUDGET).map_err(|error| ReadError::malformed(FORMAT, error))?;
        for mut package in contents_only(bill).packages {
            if package.url.ecosystem().is_none() {
                continue;
            }
            package.evidence = Evidence::Installed;
            package.places.clear();
            package.direct = None;
            report.package(package);
        }
    }
    Ok(())
}
