//! The rules by which versions are written and ordered.

use std::fmt;

/// How versions are written and ordered: one for each rule that an ecosystem's own tool follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scheme {
    /// apk of Alpine, Wolfi and Chainguard.
    Alpine,
    /// Bitnami: semantic versions with a revision behind a hyphen.
    Bitnami,
    /// Composer: its normal form, then PHP's order. `1.0` is `1.0.0`.
    Composer,
    /// Conan 2.
    Conan,
    /// R: numbers between dots and hyphens.
    Cran,
    /// dpkg of Debian and Ubuntu, and opkg.
    Debian,
    /// Portage of Gentoo.
    Gentoo,
    /// Go modules and toolchains: semantic versions with or without `v`, and `go1.21rc2`.
    Go,
    /// Haskell: numbers between dots; the longer of two that begin alike is newer.
    Hackage,
    /// Julia: semantic versions whose build counts.
    Julia,
    /// Maven's `ComparableVersion`.
    Maven,
    /// NuGet: four numbers, then a pre-release without regard to case.
    NuGet,
    /// opam: dpkg's order without epochs and revisions.
    Opam,
    /// libalpm of Arch Linux.
    Pacman,
    /// PHP's `version_compare`, which OSV's Packagist records follow. `1.0` is before `1.0.0`.
    Packagist,
    /// Dart: semantic versions whose build counts.
    Pub,
    /// Python: PEP 440, and what was before it.
    Pypi,
    /// rpm: epoch, version, release.
    Rpm,
    /// Ruby's gems.
    RubyGems,
    /// Semantic versions, read leniently: a `v`, fewer or more numbers, a pre-release without its hyphen.
    Semver,
}

impl fmt::Display for Scheme {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Alpine => "apk",
            Self::Bitnami => "Bitnami",
            Self::Composer => "Composer",
            Self::Conan => "Conan",
            Self::Cran => "R",
            Self::Debian => "dpkg",
            Self::Gentoo => "Portage",
            Self::Go => "Go",
            Self::Hackage => "Haskell",
            Self::Julia => "Julia",
            Self::Maven => "Maven",
            Self::NuGet => "NuGet",
            Self::Opam => "opam",
            Self::Pacman => "pacman",
            Self::Packagist => "PHP",
            Self::Pub => "Dart",
            Self::Pypi => "Python",
            Self::Rpm => "rpm",
            Self::RubyGems => "RubyGems",
            Self::Semver => "semantic versioning",
        })
    }
}
