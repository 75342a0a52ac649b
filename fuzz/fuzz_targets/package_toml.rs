//! Files of packages that are TOML: no panic and no hang, and every package URL can be read back.
#![no_main]

mod package_file;

use libfuzzer_sys::fuzz_target;

/// The first byte of an input chooses the name of the file.
const NAMES: &[&str] = &[
    "Cargo.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "pylock.toml",
    "pyproject.toml",
    "gradle/libs.versions.toml",
    "Manifest.toml",
];

fuzz_target!(|bytes: &[u8]| package_file::read(NAMES, bytes));
