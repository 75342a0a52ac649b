//! The orders, one file each: text to key, and the comparison of keys where bytes alone do not tell.

mod alpine;
pub(crate) mod composer;
mod conan;
mod debian;
mod gentoo;
mod go;
mod maven;
mod nuget;
mod numbers;
mod packagist;
mod pacman;
pub(crate) mod pypi;
mod rpm;
pub(crate) mod rubygems;
pub(crate) mod semver;

use std::cmp::Ordering;

use crate::key::Key;
use crate::scheme::Scheme;

/// Writes the key of a version; none where the text is no version of the scheme.
pub(crate) fn write(scheme: Scheme, text: &str, key: &mut Key) -> Option<()> {
    match scheme {
        Scheme::Alpine => alpine::write(text, key),
        Scheme::Bitnami => semver::write_bitnami(text, key),
        Scheme::Composer => composer::write(text, key),
        Scheme::Conan => conan::write(text, key),
        Scheme::Cran => numbers::write(text, &['.', '-'], key),
        Scheme::Debian => debian::write(text, key),
        Scheme::Gentoo => gentoo::write(text, key),
        Scheme::Go => go::write(text, key),
        Scheme::Hackage => numbers::write(text, &['.'], key),
        Scheme::Julia => semver::write_julia(text, key),
        Scheme::Maven => maven::write(text, key),
        Scheme::NuGet => nuget::write(text, key),
        Scheme::Opam => debian::write_opam(text, key),
        Scheme::Packagist => packagist::write(text, key),
        Scheme::Pacman => pacman::write(text, key),
        Scheme::Pub => semver::write_pub(text, key),
        Scheme::Pypi => pypi::write(text, key),
        Scheme::Rpm => rpm::write(text, key),
        Scheme::RubyGems => rubygems::write(text, key),
        Scheme::Semver => semver::write(text, key),
    }
}

/// The order of two keys of one scheme.
pub(crate) fn compare(scheme: Scheme, left: &[u8], right: &[u8]) -> Ordering {
    match scheme {
        Scheme::Conan => conan::compare(left, right),
        Scheme::Composer | Scheme::Packagist => packagist::compare(left, right),
        Scheme::Maven => maven::compare(left, right),
        Scheme::Pacman => pacman::compare(left, right),
        _ => left.cmp(right),
    }
}

/// Whether a version is a pre-release in the sense of its scheme.
pub(crate) fn is_prerelease(scheme: Scheme, text: &str) -> bool {
    match scheme {
        Scheme::Semver | Scheme::Go | Scheme::Pub | Scheme::Julia | Scheme::NuGet => {
            semver::is_prerelease(text)
        }
        Scheme::Pypi => pypi::is_prerelease(text),
        Scheme::RubyGems => text.bytes().any(|byte| byte.is_ascii_alphabetic()),
        Scheme::Composer | Scheme::Packagist => composer::is_prerelease(text),
        Scheme::Conan => text.split('+').next().is_some_and(|main| main.contains('-')),
        _ => false,
    }
}

/// Whether a text is a version in the sense of its scheme, and not merely put before all others by its tool.
pub(crate) fn is_regular(scheme: Scheme, text: &str) -> bool {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    has_digit
        && match scheme {
            Scheme::Pypi => pypi::split(&text.to_ascii_lowercase()).is_some(),
            Scheme::Composer | Scheme::Packagist => !text.starts_with("dev-"),
            Scheme::Alpine => text.starts_with(|first: char| first.is_ascii_digit()),
            Scheme::Maven => !text.contains("${"),
            _ => true,
        }
}
