//! Files of packages that are JSON: no panic and no hang, and every package URL can be read back.
#![no_main]

mod package_file;

use libfuzzer_sys::fuzz_target;

/// The first byte of an input chooses the name of the file.
const NAMES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "node_modules/a/package.json",
    "bun.lock",
    "deno.lock",
    "Pipfile.lock",
    "conda-meta/a.json",
    "composer.lock",
    "vendor/composer/installed.json",
    "packages.lock.json",
    "project.assets.json",
    "a.deps.json",
    "Package.resolved",
    "renv.lock",
    "conan.lock",
    "vcpkg.json",
    "build.sbt.lock",
    "a_install.json",
];

fuzz_target!(|bytes: &[u8]| package_file::read(NAMES, bytes));
