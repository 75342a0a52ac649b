//! The order of each scheme: rows of versions from oldest to newest, and versions that are the same.

use std::cmp::Ordering;

use sekisho_version::{Ecosystem, Scheme, Version, VersionError};

fn version(scheme: Scheme, text: &str) -> Version {
    Version::parse(scheme, text).unwrap_or_else(|error| panic!("{error}"))
}

/// Every version is older than every one behind it.
#[track_caller]
fn ascends(scheme: Scheme, row: &str) {
    let versions: Vec<Version> = row.split_whitespace().map(|text| version(scheme, text)).collect();
    for (place, left) in versions.iter().enumerate() {
        assert_eq!(left.compare(left), Some(Ordering::Equal), "{left}");
        for right in versions.iter().skip(place + 1) {
            assert_eq!(left.compare(right), Some(Ordering::Less), "{left} < {right}");
            assert_eq!(right.compare(left), Some(Ordering::Greater), "{right} > {left}");
        }
    }
}

/// All versions are the same.
#[track_caller]
fn same(scheme: Scheme, row: &str) {
    let versions: Vec<Version> = row.split_whitespace().map(|text| version(scheme, text)).collect();
    for left in &versions {
        for right in &versions {
            assert_eq!(left.compare(right), Some(Ordering::Equal), "{left} = {right}");
        }
    }
}

#[test]
fn apk_goes_on_behind_the_end_but_for_pre_releases() {
    ascends(
        Scheme::Alpine,
        "1.2_alpha 1.2_alpha1 1.2_beta 1.2_pre2 1.2_rc1 1.2 1.2-r0 1.2-r1 1.2-r10 1.2_git20 1.2_p 1.2_p0 1.2a 1.2b \
         1.2.0 1.2.01 1.2.1 1.2.9 1.2.10 1.3",
    );
    ascends(Scheme::Alpine, "1.junk 1 1-r0 6.6.2p1-r2 6.6.2p1-r10");
}

#[test]
fn dpkg_puts_tildes_before_the_end_and_letters_before_signs() {
    ascends(Scheme::Debian, "1~~ 1~~a 1~ 1 1a 1+b1 1.0-1 1.0-1+deb8u1 1.0-2 1.0.1 1:0.1 2:0");
    same(Scheme::Debian, "1.0 0:1.0 1.0-0 01.00 1.0-");
    assert!(Version::parse(Scheme::Debian, "a:1").is_err());
}

#[test]
fn rpm_knows_tilde_and_caret() {
    ascends(
        Scheme::Rpm,
        "1.0~rc1 1.0~rc1^git1 1.0 1.0-1 1.0-2.el9 1.0-10.el9 1.0^git1 1.0.a5 1.0.1 1.0.5 1:0.1",
    );
    same(Scheme::Rpm, "1.0 1_0 0:1..0");
}

#[test]
fn pacman_compares_releases_only_where_both_have_one() {
    ascends(Scheme::Pacman, "1.0a 1.0b 1.0beta 1.0p 1.0pre 1.0rc 1.0 1.0.a 1.0.1 1:0.5");
    same(Scheme::Pacman, "1.0-1 1.0");
    ascends(Scheme::Pacman, "1.0-1 1.0-2");
}

#[test]
fn portage_reads_fractions_and_suffixes() {
    ascends(Scheme::Gentoo, "1.0_alpha 1.0_beta2 1.0_pre1 1.0_rc 1.0 1.0-r1 1.0_p1 1.0a 1.01 1.1 1.2 1.10");
    same(Scheme::Gentoo, "1.0 1.0-r0 01.0");
}

#[test]
fn semantic_versions_compare_numbers_then_pre_releases() {
    ascends(
        Scheme::Semver,
        "1.0.0-0 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta.2 1.0.0-beta.11 v1.0.0 1.0.0.1 1.0.1 1.2 \
         99999999999999999999",
    );
    same(Scheme::Semver, "1 1.0 v1.0.0 =1.0.0 1.0.0+build");
    assert!(Version::parse(Scheme::Semver, "latest").is_err());
    assert!(Version::parse(Scheme::Semver, "1.2..4").is_err());
}

#[test]
fn dialects_of_semantic_versions_differ_in_builds_and_revisions() {
    ascends(Scheme::Pub, "1.0.0-a 1.0.0-a+1 1.0.0 1.0.0+1 1.0.0+2 1.0.0+a");
    ascends(Scheme::Julia, "1.0.0- 1.0.0-rc1 1.0.0 1.0.0+0 1.0.0+1");
    ascends(Scheme::Bitnami, "1.0.0-rc.1 1.0.0 1.0.0-1 1.0.0-10 1.0.1");
    same(Scheme::Bitnami, "1.0.0 1.0.0-0");
    ascends(Scheme::NuGet, "1.0.0-alpha 1.0.0-Beta 1.0.0 1.0.0.1 1.0.1");
    same(Scheme::NuGet, "1.0 1.0.0.0 1.0.0+x 1.00");
}

#[test]
fn go_reads_modules_and_toolchains() {
    ascends(
        Scheme::Go,
        "v0.0.0-20190101000000-abcdefabcdef v0.0.0-20200101000000-abcdefabcdef v0.1.0 go1.20rc2 go1.20 go1.20.1 \
         1.21.0-0 go1.21rc2 1.21.0-rc.10 go1.21.0",
    );
    same(Scheme::Go, "v2.0.0+incompatible v2.0.0 2.0.0");
    assert!(Version::parse(Scheme::Go, "(devel)").is_err());
}

#[test]
fn lists_of_numbers_are_older_where_they_end() {
    ascends(Scheme::Hackage, "0.9 1 1.0 1.0.0 1.1");
    ascends(Scheme::Cran, "0.9 0.75 1.0-0 1.0-1 1.1");
    same(Scheme::Cran, "1.0-1 1-0.1 01.0.1");
}

#[test]
fn maven_follows_its_implementation() {
    ascends(
        Scheme::Maven,
        "1-alpha-1 1-beta-1 1-beta-2 1-milestone-1 1-rc1 1-SNAPSHOT 1 1-sp 1-abc 1-1 1.0.1 1.1 2 10",
    );
    same(Scheme::Maven, "1 1.0 1.0.0 1-ga 1.final 1-release 1.0-0");
    same(Scheme::Maven, "1-rc1 1rc1 1-cr-1 1-RC-1");
    // A point begins no list, and a word of a release counts where something follows it.
    ascends(Scheme::Maven, "1-rc2 1-rc.1");
    ascends(Scheme::Maven, "1.0.Final 1.0.Final-jason1");
    ascends(Scheme::Maven, "3.5.0-CR-2 3.5.0.Beta-1");
    // No line holds these.
    ascends(Scheme::Maven, "1.sp.x 1-alpha");
    ascends(Scheme::Maven, "1-alpha 1");
    ascends(Scheme::Maven, "1 1.sp.x");
}

#[test]
fn python_follows_pep_440_and_puts_everything_else_before_it() {
    ascends(
        Scheme::Pypi,
        "not-a-version 1.0.dev1 1.0a1.dev1 1.0a1 1.0b2 1.0rc1 1.0 1.0+abc 1.0+5 1.0.post1.dev1 1.0.post1 1.1 1!0.1",
    );
    same(Scheme::Pypi, "1.0rc1 1.0-c1 1RC1 v1.0.0.preview_1");
    same(Scheme::Pypi, "1.0-1 1.0.post1 1.0-r1");
}

#[test]
fn gems_put_letters_before_the_end() {
    ascends(Scheme::RubyGems, "1.0.a 1.0.a.1 1.0.a9 1.0.a10 1.0.b1 1.0-x 1.0 1.0.1 1.1.a 1.1 1.10");
    same(Scheme::RubyGems, "1 1.0 1.0.0 1.0-x86_64-linux 1-java");
    same(Scheme::RubyGems, "1.0.a 1.a 1a");
    assert!(Version::parse(Scheme::RubyGems, "1.2..4").is_err());
}

#[test]
fn composer_normalizes_what_php_compares() {
    ascends(Scheme::Packagist, "1.0-dev 1.0alpha 1.0b2 1.0RC1 1.0 1.0.0 1.0.1 1.0pl1");
    ascends(Scheme::Composer, "1.0-dev 1.0alpha 1.0b2 1.0RC1 1.0 1.0pl1 1.0.1 1.x-dev 2.0");
    same(Scheme::Composer, "1 v1.0 1.0.0 1.0.0.0 1.0-stable 1.0.0+build");
    same(Scheme::Composer, "1.0-beta.2 1.0.0b2 1.0_BETA2");
    assert!(Version::parse(Scheme::Composer, "not a version").is_err());
}

#[test]
fn conan_compares_texts_where_one_item_is_none_of_numbers() {
    ascends(Scheme::Conan, "1.0-pre 1.0 1.0+build 1.1.1k 1.1.1l cci.20200101");
    same(Scheme::Conan, "1 1.0 1.0.0");
}

#[test]
fn long_and_empty_texts_are_refused() {
    let long = "1".repeat(Version::LONGEST + 1);
    assert_eq!(Version::parse(Scheme::Maven, &long).unwrap_err(), VersionError::Long(long.len()));
    assert_eq!(Version::parse(Scheme::Maven, " ").unwrap_err(), VersionError::Empty);
}

#[test]
fn branches_words_and_names_of_properties_are_no_regular_versions() {
    for (scheme, text) in [
        (Scheme::Pypi, "1.2..4"),
        (Scheme::Composer, "dev-feature-2"),
        (Scheme::Maven, "${revision.2}"),
        (Scheme::Maven, "UNKNOWN"),
        (Scheme::Alpine, "v1"),
        (Scheme::Rpm, "(none)"),
    ] {
        assert!(!version(scheme, text).is_regular(), "{text}");
    }
    assert!(version(Scheme::Pypi, "1.0rc1").is_regular());
    assert!(version(Scheme::Composer, "1.x-dev").is_regular());
}

#[test]
fn versions_of_two_schemes_have_no_order() {
    assert_eq!(version(Scheme::Semver, "1").compare(&version(Scheme::Maven, "1")), None);
}

#[test]
fn ecosystems_are_found_by_name_and_by_package_url() {
    assert_eq!(Ecosystem::named("Debian:12").map(Ecosystem::scheme), Some(Scheme::Debian));
    assert_eq!(Ecosystem::split("Alpine:v3.20"), ("Alpine", Some("v3.20")));
    assert_eq!(Ecosystem::named("debian"), None);
    assert_eq!(Ecosystem::of_package_url("deb", Some("ubuntu")).map(Ecosystem::name), Some("Ubuntu"));
    assert_eq!(Ecosystem::of_package_url("deb", Some("nobody")), None);
    assert_eq!(Ecosystem::of_package_url("npm", Some("@scope")).map(Ecosystem::name), Some("npm"));
    for ecosystem in Ecosystem::all() {
        assert_eq!(Ecosystem::named(ecosystem.name()), Some(ecosystem));
        let found = Ecosystem::of_package_url(ecosystem.package_url_type(), ecosystem.namespace());
        assert_eq!(found, Some(ecosystem));
    }
}
