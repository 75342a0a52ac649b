//! The list of analyzers. Written by `cargo xtask generate` from the files beside it: do not edit.

#![allow(clippy::unnecessary_wraps, reason = "every analyzer has the signature of the table")]

mod apk;
mod bun_lock;
mod bundler_lock;
mod cargo_lock;
mod chisel;
mod cocoapods_lock;
mod composer;
mod composer_installed;
mod conan_info;
mod conan_lock;
mod conda_environment;
mod conda_meta;
mod deno_lock;
mod dotnet_deps;
mod dpkg;
mod dpkg_copyright;
mod elf_package_note;
mod erlang_application;
mod gemspec;
mod github_actions;
mod go_binary;
mod go_module;
mod go_vendor;
mod gradle_catalog;
mod gradle_lock;
mod haskell_lock;
mod helm_lock;
mod java_archive;
mod java_lock;
mod jenkins_plugins;
mod julia_manifest;
mod luarocks;
mod maven_pom;
mod mix_lock;
mod native_image;
mod nix_store;
mod node_package;
mod npm_lock;
mod nuget_lock;
mod nuget_project;
mod opam;
mod opkg;
mod os_release;
mod pacman;
mod pdm_lock;
mod pip_requirements;
mod pipenv_lock;
mod pnpm_lock;
mod poetry_lock;
mod portage;
mod prelude;
mod pub_lock;
mod pylock;
mod python_installed;
mod python_project;
mod r_description;
mod rebar_lock;
mod renv_lock;
mod rpm;
mod rpm_manifest;
mod rust_binary;
mod sbom;
mod snap;
mod swift_resolved;
mod swipl_pack;
mod terraform_lock;
mod uv_lock;
mod vcpkg;
mod wordpress;
mod yarn_lock;

use crate::Analyzer;

/// Every analyzer, in the order of their names.
#[rustfmt::skip]
pub(crate) static ANALYZERS: &[&Analyzer] = &[
    &apk::ANALYZER,
    &bun_lock::ANALYZER,
    &bundler_lock::ANALYZER,
    &cargo_lock::ANALYZER,
    &chisel::ANALYZER,
    &cocoapods_lock::ANALYZER,
    &composer::ANALYZER,
    &composer_installed::ANALYZER,
    &conan_info::ANALYZER,
    &conan_lock::ANALYZER,
    &conda_environment::ANALYZER,
    &conda_meta::ANALYZER,
    &deno_lock::ANALYZER,
    &dotnet_deps::ANALYZER,
    &dpkg::ANALYZER,
    &dpkg_copyright::ANALYZER,
    &elf_package_note::ANALYZER,
    &erlang_application::ANALYZER,
    &gemspec::ANALYZER,
    &github_actions::ANALYZER,
    &go_binary::ANALYZER,
    &go_module::ANALYZER,
    &go_vendor::ANALYZER,
    &gradle_catalog::ANALYZER,
    &gradle_lock::ANALYZER,
    &haskell_lock::ANALYZER,
    &helm_lock::ANALYZER,
    &java_archive::ANALYZER,
    &java_lock::ANALYZER,
    &jenkins_plugins::ANALYZER,
    &julia_manifest::ANALYZER,
    &luarocks::ANALYZER,
    &maven_pom::ANALYZER,
    &mix_lock::ANALYZER,
    &native_image::ANALYZER,
    &nix_store::ANALYZER,
    &node_package::ANALYZER,
    &npm_lock::ANALYZER,
    &nuget_lock::ANALYZER,
    &nuget_project::ANALYZER,
    &opam::ANALYZER,
    &opkg::ANALYZER,
    &os_release::ANALYZER,
    &pacman::ANALYZER,
    &pdm_lock::ANALYZER,
    &pip_requirements::ANALYZER,
    &pipenv_lock::ANALYZER,
    &pnpm_lock::ANALYZER,
    &poetry_lock::ANALYZER,
    &portage::ANALYZER,
    &pub_lock::ANALYZER,
    &pylock::ANALYZER,
    &python_installed::ANALYZER,
    &python_project::ANALYZER,
    &r_description::ANALYZER,
    &rebar_lock::ANALYZER,
    &renv_lock::ANALYZER,
    &rpm::ANALYZER,
    &rpm_manifest::ANALYZER,
    &rust_binary::ANALYZER,
    &sbom::ANALYZER,
    &snap::ANALYZER,
    &swift_resolved::ANALYZER,
    &swipl_pack::ANALYZER,
    &terraform_lock::ANALYZER,
    &uv_lock::ANALYZER,
    &vcpkg::ANALYZER,
    &wordpress::ANALYZER,
    &yarn_lock::ANALYZER,
];
