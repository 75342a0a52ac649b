//! Ecosystems: the names that advisories use, with the scheme of each and the type of its package URLs.

use std::fmt;

use crate::scheme::Scheme;

/// An ecosystem as the OSV schema names it, without the release behind the colon (`Debian:12` is Debian).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ecosystem {
    /// Its place in the table.
    index: u8,
}

/// A row: the name, the scheme, the type of package URLs, their namespace where one belongs to the ecosystem.
type Row = (&'static str, Scheme, &'static str, &'static str);

/// Sorted by name, so that the order of ecosystems is that of their names.
const TABLE: &[Row] = &[
    ("AlmaLinux", Scheme::Rpm, "rpm", "almalinux"),
    ("Alpaquita", Scheme::Alpine, "apk", "alpaquita"),
    ("Alpine", Scheme::Alpine, "apk", "alpine"),
    ("Amazon Linux", Scheme::Rpm, "rpm", "amzn"),
    ("Arch Linux", Scheme::Pacman, "alpm", "arch"),
    ("Azure Linux", Scheme::Rpm, "rpm", "azurelinux"),
    ("BellSoft Hardened Containers", Scheme::Alpine, "apk", "bellsoft-hardened-containers"),
    ("Bioconductor", Scheme::Cran, "bioconductor", ""),
    ("Bitnami", Scheme::Bitnami, "bitnami", ""),
    ("CRAN", Scheme::Cran, "cran", ""),
    ("Chainguard", Scheme::Alpine, "apk", "chainguard"),
    ("CleanStart", Scheme::Alpine, "apk", "cleanstart"),
    ("CocoaPods", Scheme::RubyGems, "cocoapods", ""),
    ("ConanCenter", Scheme::Conan, "conan", ""),
    ("Debian", Scheme::Debian, "deb", "debian"),
    ("Docker Hardened Images", Scheme::Semver, "dhi", ""),
    ("Echo", Scheme::Debian, "deb", "echo"),
    ("Fedora", Scheme::Rpm, "rpm", "fedora"),
    ("GHC", Scheme::Hackage, "ghc", ""),
    ("Gentoo", Scheme::Gentoo, "ebuild", "gentoo"),
    ("GitHub Actions", Scheme::Semver, "githubactions", ""),
    ("Go", Scheme::Go, "golang", ""),
    ("Hackage", Scheme::Hackage, "hackage", ""),
    ("Hex", Scheme::Semver, "hex", ""),
    ("Julia", Scheme::Julia, "julia", ""),
    ("Kubernetes", Scheme::Semver, "k8s", ""),
    ("Mageia", Scheme::Rpm, "rpm", "mageia"),
    ("Maven", Scheme::Maven, "maven", ""),
    ("MinimOS", Scheme::Alpine, "apk", "minimos"),
    ("NuGet", Scheme::NuGet, "nuget", ""),
    ("OpenWrt", Scheme::Debian, "opkg", "openwrt"),
    ("Oracle Linux", Scheme::Rpm, "rpm", "ol"),
    ("Packagist", Scheme::Composer, "composer", ""),
    ("Photon OS", Scheme::Rpm, "rpm", "photon"),
    ("Pub", Scheme::Pub, "pub", ""),
    ("PyPI", Scheme::Pypi, "pypi", ""),
    ("Red Hat", Scheme::Rpm, "rpm", "redhat"),
    ("Rocky Linux", Scheme::Rpm, "rpm", "rocky"),
    ("RubyGems", Scheme::RubyGems, "gem", ""),
    ("SUSE", Scheme::Rpm, "rpm", "suse"),
    ("SwiftURL", Scheme::Semver, "swift", ""),
    ("Ubuntu", Scheme::Debian, "deb", "ubuntu"),
    ("VSCode", Scheme::Semver, "vscode-extension", ""),
    ("Wolfi", Scheme::Alpine, "apk", "wolfi"),
    ("crates.io", Scheme::Semver, "cargo", ""),
    ("npm", Scheme::Semver, "npm", ""),
    ("opam", Scheme::Opam, "opam", ""),
    ("openEuler", Scheme::Rpm, "rpm", "openeuler"),
    ("openSUSE", Scheme::Rpm, "rpm", "opensuse"),
];

/// What else distributions are called in package URLs: mostly the identifier of their `os-release`. What is rebuilt of
/// another without advisories of its own goes by the other's.
const OTHER_NAMESPACES: &[(&str, &str, &str)] = &[
    ("alpm", "archlinux", "arch"),
    ("rpm", "alma", "almalinux"),
    ("rpm", "amazon", "amzn"),
    ("rpm", "amazonlinux", "amzn"),
    ("rpm", "azl", "azurelinux"),
    ("rpm", "cbl-mariner", "azurelinux"),
    ("rpm", "centos", "redhat"),
    ("rpm", "mariner", "azurelinux"),
    ("rpm", "opensuse-leap", "opensuse"),
    ("rpm", "opensuse-tumbleweed", "opensuse"),
    ("rpm", "opensuse.leap", "opensuse"),
    ("rpm", "opensuse.tumbleweed", "opensuse"),
    ("rpm", "oracle", "ol"),
    ("rpm", "oraclelinux", "ol"),
    ("rpm", "rhel", "redhat"),
    ("rpm", "rockylinux", "rocky"),
    ("rpm", "sled", "suse"),
    ("rpm", "sles", "suse"),
    ("rpm", "sles_sap", "suse"),
];

impl Ecosystem {
    /// The ecosystem of a name such as `PyPI` or `Debian:12`; none where it is unknown. Case counts, but for
    /// `kubernetes`, which its own feed writes small.
    pub fn named(name: &str) -> Option<Self> {
        let (name, _) = Self::split(name);
        Self::at(|row| row.0 == name || (row.0 == "Kubernetes" && name == "kubernetes"))
    }

    /// A name and the release behind its first colon: `Debian:12` is `Debian` and `12`.
    pub fn split(name: &str) -> (&str, Option<&str>) {
        name.split_once(':').map_or((name, None), |(name, release)| (name, Some(release)))
    }

    /// The ecosystem that a package URL of this type and namespace belongs to.
    pub fn of_package_url(kind: &str, namespace: Option<&str>) -> Option<Self> {
        let namespace = namespace.unwrap_or_default();
        let known = OTHER_NAMESPACES
            .iter()
            .filter(|_| matches!(kind, "rpm" | "alpm"))
            .find(|(of, word, _)| *of == kind && word.eq_ignore_ascii_case(namespace));
        let namespace = known.map_or(namespace, |(.., usual)| usual);
        Self::at(|row| row.2 == kind && (row.3.is_empty() || row.3.eq_ignore_ascii_case(namespace)))
    }

    fn at(wanted: impl Fn(&Row) -> bool) -> Option<Self> {
        TABLE.iter().position(wanted).and_then(|index| u8::try_from(index).ok()).map(|index| Self { index })
    }

    fn row(self) -> &'static Row {
        const UNKNOWN: Row = ("", Scheme::Semver, "generic", "");
        TABLE.get(usize::from(self.index)).unwrap_or(&UNKNOWN)
    }

    /// The name in the OSV schema.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// How its versions are ordered.
    pub fn scheme(self) -> Scheme {
        self.row().1
    }

    /// The type of its package URLs.
    pub fn package_url_type(self) -> &'static str {
        self.row().2
    }

    /// The namespace that its package URLs have, where the ecosystem is a distribution.
    pub fn namespace(self) -> Option<&'static str> {
        Some(self.row().3).filter(|namespace| !namespace.is_empty())
    }

    /// All of them, by name.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.len()).filter_map(|index| Some(Self { index: u8::try_from(index).ok()? }))
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
