//! Files of packages that are YAML: no panic and no hang, and every package URL can be read back.
#![no_main]

mod package_file;

use libfuzzer_sys::fuzz_target;

/// The first byte of an input chooses the name of the file.
const NAMES: &[&str] = &[
    "pnpm-lock.yaml",
    "pubspec.lock",
    "Podfile.lock",
    "environment.yml",
    "conda-lock.yml",
    "pixi.lock",
    "stack.yaml.lock",
    "stack.yaml",
    "Chart.lock",
    "plugins.yaml",
    ".github/workflows/a.yml",
];

fuzz_target!(|bytes: &[u8]| package_file::read(NAMES, bytes));
