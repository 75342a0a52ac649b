//! Laws that hold for every text: no panic, orders that agree in both directions, and lines for most schemes.

use std::cmp::Ordering;

use proptest::prelude::*;
use sekisho_version::{Language, PackageUrl, Requirement, Scheme, Version};

const SCHEMES: [Scheme; 20] = [
    Scheme::Alpine,
    Scheme::Bitnami,
    Scheme::Composer,
    Scheme::Conan,
    Scheme::Cran,
    Scheme::Debian,
    Scheme::Gentoo,
    Scheme::Go,
    Scheme::Hackage,
    Scheme::Julia,
    Scheme::Maven,
    Scheme::NuGet,
    Scheme::Opam,
    Scheme::Pacman,
    Scheme::Packagist,
    Scheme::Pub,
    Scheme::Pypi,
    Scheme::Rpm,
    Scheme::RubyGems,
    Scheme::Semver,
];

/// Schemes whose own tools have circles.
const WITH_CIRCLES: [Scheme; 5] =
    [Scheme::Composer, Scheme::Conan, Scheme::Maven, Scheme::Packagist, Scheme::Pacman];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,3}(\\.[0-9]{1,2}){0,3}([-._~+^]?(a|b|rc|alpha|sp|post|dev|p|r|x)?[0-9]{0,2}){0,3}",
        "([0-9]|[a-z]|[-._~+^:!]){1,12}",
        "\\PC{0,16}",
    ]
}

proptest! {
    #[test]
    fn orders_agree_in_both_directions(texts in prop::array::uniform3(text())) {
        for scheme in SCHEMES {
            let versions: Vec<Version> =
                texts.iter().filter_map(|text| Version::parse(scheme, text).ok()).collect();
            for left in &versions {
                prop_assert_eq!(left.compare(left), Some(Ordering::Equal));
                for right in &versions {
                    prop_assert_eq!(left.compare(right), right.compare(left).map(Ordering::reverse));
                    for other in versions.iter().filter(|_| !WITH_CIRCLES.contains(&scheme)) {
                        if left.compare(right) == right.compare(other) {
                            prop_assert_eq!(left.compare(other), left.compare(right));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn requirements_are_read_or_refused(range in "([0-9x*]|[-.,|<>=!~^ \\[\\]()v@+]|alpha){0,24}", version in text()) {
        let languages = [
            Language::Npm, Language::Cargo, Language::Hex, Language::Pub, Language::Pypi, Language::Maven,
            Language::RubyGems, Language::Composer, Language::NuGet, Language::Plain(Scheme::Debian),
        ];
        for language in languages {
            let Ok(requirement) = Requirement::parse(language, &range) else { continue };
            if let Ok(version) = Version::parse(requirement.scheme(), &version) {
                // What a tool takes lies within the range.
                prop_assert!(!requirement.matches(&version) || requirement.covers(&version));
            }
        }
    }

    #[test]
    fn package_urls_are_stable(
        kind in "[a-z][a-z0-9]{0,6}",
        namespace in proptest::option::of("[^/\\x00]{1,6}(/[^/\\x00]{1,6}){0,2}"),
        name in "[^/]{1,8}",
        version in proptest::option::of("\\PC{1,8}"),
        value in "\\PC{1,8}",
    ) {
        let qualifiers = [("key".to_owned(), value)].into();
        let built =
            PackageUrl::build(&kind, namespace.as_deref(), &name, version.as_deref(), qualifiers, None);
        if let Ok(url) = built {
            prop_assert_eq!(PackageUrl::parse(&url.to_string()), Ok(url));
        }
    }

    #[test]
    fn package_urls_are_read_or_refused(text in "pkg:\\PC{0,32}") {
        if let Ok(url) = PackageUrl::parse(&text) {
            prop_assert_eq!(PackageUrl::parse(&url.to_string()), Ok(url));
        }
    }
}
