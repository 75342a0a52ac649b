//! Files of packages that are lines and terms: no panic and no hang, and every package URL can be read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_package::{Budget, Entry, Kind, LayerScan, Streamed, merge};
use sekisho_version::PackageUrl;

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

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let path = NAMES[usize::from(*first) % NAMES.len()];
    let mut scan = LayerScan::folder(Budget::default());
    let entry = Entry { path, kind: Kind::File, mode: 0o644, size: bytes.len() as u64 };
    scan.entry(&entry, &mut Streamed(bytes), &mut []).expect("a file in memory can be read");
    for package in merge(&[&scan.finish()]).contents.packages {
        let text = package.url.to_string();
        if text.len() <= PackageUrl::LONGEST {
            assert_eq!(PackageUrl::parse(&text).map(|read| read.to_string()), Ok(text));
        }
    }
});
