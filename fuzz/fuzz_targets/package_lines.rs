//! Files of packages that are lines and terms: no panic and no hang, and every package URL can be read back.
#![no_main]

mod package_file;

use libfuzzer_sys::fuzz_target;

/// The first byte of an input chooses the name of the file.
const NAMES: &[&str] = &[
    "yarn.lock",
    "requirements.txt",
    "setup.cfg",
    "setup.py",
    "a.dist-info/METADATA",
    "conda-linux-64.lock",
    "go.mod",
    "go.sum",
    "vendor/modules.txt",
    "gradle.lockfile",
    "Gemfile.lock",
    "specifications/a.gemspec",
    "paket.lock",
    "mix.lock",
    "rebar.lock",
    "a.app",
    "cabal.project.freeze",
    "library/a/DESCRIPTION",
    "a.rockspec",
    "opam",
    "a.opam.locked",
    "conanfile.txt",
    "conaninfo.txt",
    "vcpkg/status",
    ".terraform.lock.hcl",
    "plugins.txt",
    "pack.pl",
];

fuzz_target!(|bytes: &[u8]| package_file::read(NAMES, bytes));
