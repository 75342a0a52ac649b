//! Files of packages that are XML: no panic and no hang, and every package URL can be read back.
#![no_main]

mod package_file;

use libfuzzer_sys::fuzz_target;

/// The first byte of an input chooses the name of the file.
const NAMES: &[&str] = &[
    "pom.xml",
    "packages.config",
    "Directory.Packages.props",
    "a.csproj",
    "ivy.xml",
    "gradle/verification-metadata.xml",
];

fuzz_target!(|bytes: &[u8]| package_file::read(NAMES, bytes));
