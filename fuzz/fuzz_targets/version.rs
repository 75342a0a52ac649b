//! Texts as versions, requirements and package URLs: no panic, no hang, orders that agree in both directions.
#![no_main]

use std::cmp::Ordering;

use libfuzzer_sys::fuzz_target;
use sekisho_version::{Ecosystem, Language, PackageUrl, Requirement, Scheme, Version};

fuzz_target!(|texts: (&str, &str)| {
    let (left, right) = texts;
    let schemes = Ecosystem::all().map(Ecosystem::scheme).chain([Scheme::Packagist]);
    for scheme in schemes {
        let (Ok(left), Ok(right)) = (Version::parse(scheme, left), Version::parse(scheme, right)) else {
            continue;
        };
        assert_eq!(left.compare(&right), right.compare(&left).map(Ordering::reverse));
        assert_eq!(left.compare(&left), Some(Ordering::Equal));
    }
    let languages = [
        Language::Npm,
        Language::Cargo,
        Language::Hex,
        Language::Pub,
        Language::Pypi,
        Language::Maven,
        Language::RubyGems,
        Language::Composer,
        Language::NuGet,
        Language::Plain(Scheme::Rpm),
    ];
    let ranges = languages.into_iter().map(|language| Requirement::parse(language, left));
    for range in ranges.chain([Requirement::parse_vers(left)]).flatten() {
        if let Ok(version) = Version::parse(range.scheme(), right) {
            assert!(!range.matches(&version) || range.covers(&version));
        }
    }
    if let Ok(url) = PackageUrl::parse(left) {
        assert_eq!(PackageUrl::parse(&url.to_string()), Ok(url));
    }
});
