//! The languages of ranges: what each takes in and leaves out.

use sekisho_version::{Language, Requirement, RequirementError, Scheme, Version};

/// The versions in front of the bar match, those behind it do not.
#[track_caller]
fn takes(language: Language, range: &str, versions: &str) {
    let requirement = Requirement::parse(language, range).unwrap_or_else(|error| panic!("{error}"));
    let (within, without) = versions.split_once('|').unwrap_or((versions, ""));
    for (row, wanted) in [(within, true), (without, false)] {
        for text in row.split_whitespace() {
            let version =
                Version::parse(requirement.scheme(), text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(requirement.matches(&version), wanted, "`{text}` in `{range}`");
        }
    }
}

#[test]
fn signs_within_versions_are_no_operators() {
    let dpkg = Language::Plain(Scheme::Debian);
    takes(dpkg, "< 3.0.11-1~deb12u2", "3.0.11-1~deb12u1 | 3.0.11-1~deb12u2 3.0.11-1");
    takes(dpkg, ">=1.0~rc1<2.0~rc1", "1.0~rc1 1.0 | 1.0~beta 2.0");
    takes(Language::Plain(Scheme::Rpm), "<1.0^git2-1", "1.0^git1-1 | 1.0^git2-1");
    takes(Language::Pypi, ">=1!2.0, !=1!2.5", "1!2.0 1!3 | 2.5 1!2.5");
}

#[test]
fn npm() {
    takes(Language::Npm, "^1.2.3", "1.2.3 1.9.0 | 1.2.2 2.0.0 2.0.0-alpha 1.3.0-beta");
    takes(Language::Npm, "^0.2.3 || ^0.0.3", "0.2.9 0.0.3 | 0.3.0 0.0.4");
    takes(Language::Npm, "~1.2", "1.2.0 1.2.9 | 1.3.0");
    takes(Language::Npm, "1.x || >=2.5.0 || 5.0.0 - 7.2.3", "1.4.0 2.5.0 9.0.0 | 2.4.9");
    takes(Language::Npm, "1.2 - 2.3", "1.2.0 2.3.9 | 2.4.0");
    takes(Language::Npm, ">1.2 <=3", "1.3.0 3.9.9 | 1.2.9 4.0.0");
    takes(Language::Npm, ">=1.2.3-beta.2 <1.2.4", "1.2.3-beta.10 1.2.3 | 1.2.3-beta.1 1.2.4-rc.1");
    takes(Language::Npm, "*", "0.0.0 99.0.0 | 1.0.0-alpha");
    takes(Language::Npm, "<*", "| 1.0.0");
    assert!(Requirement::parse(Language::Npm, "!1.0.0").is_err());
}

#[test]
fn a_range_of_an_advisory_covers_pre_releases() {
    let requirement = Requirement::parse(Language::Npm, ">=1.4.4-lts.1 <2.0.0").unwrap();
    let version = Version::parse(Scheme::Semver, "1.45.1-lts.1").unwrap();
    assert!(requirement.covers(&version));
    assert!(!requirement.matches(&version));
}

#[test]
fn a_range_of_an_advisory_goes_by_order_in_python_too() {
    let requirement = Requirement::parse(Language::Pypi, "> 1.1.1-pre1, < '1.1.1'").unwrap();
    let version = Version::parse(Scheme::Pypi, "1.1.1rc2").unwrap();
    assert!(requirement.covers(&version));
    assert!(!requirement.matches(&version));
}

#[test]
fn cargo() {
    takes(Language::Cargo, "1.2", "1.2.0 1.9.0 | 2.0.0 1.1.9");
    takes(Language::Cargo, "=1.2, <1.2.5", "1.2.4 | 1.2.5 1.3.0");
    takes(Language::Cargo, "1.*", "1.0.0 1.9.9 | 2.0.0");
    takes(Language::Cargo, "~1", "1.9.9 | 2.0.0");
}

#[test]
fn hex_and_dart() {
    takes(Language::Hex, "~> 1.2 and != 1.4.0 or == 3.0.0", "1.2.0 1.9.0 3.0.0 | 1.4.0 2.0.0");
    takes(Language::Hex, "~> 2.0.0", "2.0.9 | 2.1.0 2.1.0-dev");
    takes(Language::Pub, "^1.2.3", "1.2.3 1.9.0-a | 2.0.0 2.0.0-a");
    takes(Language::Pub, ">=1.0.0 <2.0.0", "1.5.0 | 2.0.0-dev 2.0.0");
    takes(Language::Pub, "any", "0.1.0");
}

#[test]
fn python() {
    takes(Language::Pypi, "~=1.4.2, !=1.4.5", "1.4.2 1.4.9 | 1.4.5 1.5 1.4.1");
    takes(Language::Pypi, "==1.4.*", "1.4 1.4.9 1.4rc1 1.4.post1 | 1.5 1.40");
    takes(Language::Pypi, "<2.post1", "2.0 2a1 | 2.post1 2.post1.dev1");
    takes(Language::Pypi, "<2", "1.9 1 | 2.0 2.0rc1 2.0.dev1");
    takes(Language::Pypi, ">1.7", "1.7.1 1.8 | 1.7 1.7.0.post1 1.7+local");
    takes(Language::Pypi, "==1.0", "1.0 1.0.0 1.0+ubuntu1 | 1.0.post1");
    takes(Language::Pypi, "===1.0", "1.0 | 1.0.0");
    takes(Language::Pypi, "", "1.0 2.0rc1");
}

#[test]
fn maven_and_nuget() {
    takes(Language::Maven, "(,1.0],[1.2,2.0)", "0.5 1.0 1.2 1.9 | 1.1 2.0");
    takes(Language::Maven, "[1.5]", "1.5 1.5.0 | 1.6");
    takes(Language::Maven, ">=1.7.0 <1.7.16", "1.7.15 | 1.7.16 1.6");
    takes(Language::Maven, "1.2.2", "1.2.2 | 1.2.3");
    takes(Language::NuGet, "[1.0,2.0)", "1.0 1.9 | 2.0");
    takes(Language::NuGet, "1.0", "1.0 5.0 | 0.9");
    takes(Language::NuGet, "1.2.*", "1.2.0 3.0 | 1.1");
    assert!(Requirement::parse(Language::Maven, "[1.0,2.0").is_err());
    assert!(Requirement::parse(Language::NuGet, "(1.0)").is_err());
}

#[test]
fn gems() {
    takes(Language::RubyGems, "~> 1.2", "1.2 1.9.9 | 2.0 2.0.a 1.1");
    takes(Language::RubyGems, "~> 1.2.3, != 1.2.5", "1.2.3 1.2.9 | 1.2.5 1.3 1.2.2");
    takes(Language::RubyGems, ">= 1.9.24", "1.9.25-x86-mingw32 | 1.9.24.rc1");
}

#[test]
fn composer() {
    takes(Language::Composer, "^1.2.3", "1.2.3 1.9 | 2.0 2.0.0-beta1 1.2.2");
    takes(Language::Composer, "^0.3 || ~2.1", "0.3.9 2.9 | 0.4 3.0 3.0-dev");
    takes(Language::Composer, "1.0 - 2.0", "1.0 2.0.9 | 2.1");
    takes(Language::Composer, "1.2.*", "1.2.0-dev 1.2.9 | 1.3");
    takes(Language::Composer, ">=1.0 <2.0,!=1.5", "1.0-beta 1.9 | 1.5.0 2.0-alpha");
    takes(Language::Composer, "dev-main | 1.0@beta", "dev-main 1.0 | dev-other 1.1");
}

#[test]
fn relations_of_distributions() {
    takes(Language::Plain(Scheme::Debian), "(>= 1.2-3)", "1.2-3 1:0 | 1.2-2");
    takes(Language::Plain(Scheme::Debian), "<< 2.0 | >> 3", "1.9 3.1 | 2.0 3");
    takes(Language::Plain(Scheme::Rpm), ">= 1:1.0-1, < 1:2.0", "1:1.5-1 | 1.5-1 1:2.0-1");
    takes(Language::Plain(Scheme::Semver), "*", "1.0.0");
}

#[test]
fn vers() {
    let requirement = Requirement::parse_vers("vers:npm/1.2.3|>=2.0.0|<5.0.0|!=3.0.0|>6").unwrap();
    for (text, wanted) in [
        ("1.2.3", true),
        ("2.0.0", true),
        ("3.0.0", false),
        ("4.9.9", true),
        ("5.0.0", false),
        ("6.0.1", true),
    ] {
        let version = Version::parse(Scheme::Semver, text).unwrap();
        assert_eq!(requirement.matches(&version), wanted, "{text}");
    }
    let all = Requirement::parse_vers("vers:deb/*").unwrap();
    assert!(all.matches(&Version::parse(Scheme::Debian, "1").unwrap()));
    let below = Requirement::parse_vers("vers:pypi/<1.0|>=2.0|<=2.5").unwrap();
    for (text, wanted) in [("0.9", true), ("1.5", false), ("2.5", true), ("2.6", false)] {
        assert_eq!(below.matches(&Version::parse(Scheme::Pypi, text).unwrap()), wanted, "{text}");
    }
    assert!(Requirement::parse_vers("npm/1.0").is_err());
    assert!(Requirement::parse_vers("vers:unknown/1.0").is_err());
}

#[test]
fn long_ranges_are_refused() {
    let long = "1 ".repeat(Requirement::LONGEST);
    let error = Requirement::parse(Language::Npm, &long).unwrap_err();
    assert_eq!(error, RequirementError::Long(long.len()));
}
