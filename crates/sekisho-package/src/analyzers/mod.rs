//! The list of analyzers. Written by `cargo xtask generate` from the files beside it: do not edit.

#![allow(clippy::unnecessary_wraps, reason = "every analyzer has the signature of the table")]

mod apk;
mod dpkg;
mod dpkg_copyright;
mod go_binary;
mod java_archive;
mod opkg;
mod os_release;
mod pacman;
mod portage;
mod prelude;
mod rpm;
mod rpm_manifest;
mod rust_binary;

use crate::Analyzer;

/// Every analyzer, in the order of their names.
#[rustfmt::skip]
pub(crate) static ANALYZERS: &[&Analyzer] = &[
    &apk::ANALYZER,
    &dpkg::ANALYZER,
    &dpkg_copyright::ANALYZER,
    &go_binary::ANALYZER,
    &java_archive::ANALYZER,
    &opkg::ANALYZER,
    &os_release::ANALYZER,
    &pacman::ANALYZER,
    &portage::ANALYZER,
    &rpm::ANALYZER,
    &rpm_manifest::ANALYZER,
    &rust_binary::ANALYZER,
];
