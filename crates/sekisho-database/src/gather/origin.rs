//! Who publishes a record, by its identifier, and under which licence.

use sekisho_advisory::Advisory;
use sekisho_vulnerability::Origin;

/// A publisher: what its identifiers begin with, its name, its licence, and whom the licence has named.
type Row = (&'static [&'static str], &'static str, &'static str, &'static str);

const PUBLISHERS: &[Row] = &[
    (&["GO-"], "golang/vulndb", "BSD-3-Clause", "The Go Authors"),
    (&["RUSTSEC-"], "rustsec/advisory-db", "CC0-1.0 AND CC-BY-4.0", "Rust Secure Code Working Group; GitHub"),
    (&["PYSEC-"], "pypa/advisory-database", "CC-BY-4.0", "Python Packaging Authority"),
    (&["BIT-"], "bitnami/vulndb", "Apache-2.0", "Broadcom, Inc."),
    (&["ALSA-", "ALBA-", "ALEA-"], "AlmaLinux/osv-database", "MIT", "AlmaLinux OS Foundation"),
    (&["GHSA-"], "github/advisory-database", "CC-BY-4.0", "GitHub"),
    (&["MAL-"], "ossf/malicious-packages", "Apache-2.0", "Open Source Security Foundation"),
    (&["DSA-", "DLA-", "DTSA-", "DEBIAN-"], "Debian security tracker", "MIT", "Debian Security Team"),
    (&["USN-", "UBUNTU-", "LSN-"], "Ubuntu security notices", "CC-BY-SA-4.0", "Canonical Ltd."),
    (&["RHSA-", "RHBA-", "RHEA-"], "Red Hat security data", "CC-BY-4.0", "Red Hat, Inc."),
    (&["RLSA-", "RXSA-"], "Rocky Linux errata", "BSD-3-Clause", "Rocky Enterprise Software Foundation"),
    (&["SUSE-", "openSUSE-"], "SUSE security data", "CC-BY-4.0", "SUSE LLC"),
    (&["ALPINE-"], "Alpine security database", "CC-BY-SA-4.0", "Alpine Linux"),
    (&["MGASA-"], "Mageia advisories", "CC-BY-SA-4.0", "Mageia"),
    (&["OESA-"], "openEuler advisories", "CC-BY-4.0", "openEuler"),
    (&["AZL-"], "Azure Linux vulnerability data", "MIT", "Microsoft"),
    (&["PSF-"], "psf/advisory-database", "CC-BY-4.0", "Python Software Foundation"),
    (&["HSEC-"], "haskell/security-advisories", "CC0-1.0", ""),
    (&["RSEC-"], "RConsortium/r-advisory-database", "Apache-2.0", "R Consortium"),
    (&["JLSEC-"], "JuliaLang/SecurityAdvisories.jl", "CC-BY-4.0", "The Julia Project"),
    (&["EEF-"], "erlef/cna", "CC-BY-4.0", "Erlang Ecosystem Foundation"),
    (&["OSV-"], "google/oss-fuzz-vulns", "CC-BY-4.0", "Google LLC"),
    (&["GSD-"], "cloudsecurityalliance/gsd-database", "CC0-1.0", ""),
    (&["CGA-"], "Chainguard advisories", "NOASSERTION", "Chainguard, Inc."),
    (&["BELL-"], "BellSoft advisories", "CC-BY-4.0", "BellSoft"),
    (&["ECHO-"], "Echo advisories", "NOASSERTION", "Echo"),
    (&["MINI-"], "MinimOS advisories", "NOASSERTION", "Minimus"),
];

/// A publisher by its name.
pub(super) fn named(name: &str) -> Origin {
    let row = PUBLISHERS.iter().find(|(_, known, ..)| *known == name);
    row.map_or_else(Origin::default, |(_, name, licence, attribution)| origin(name, licence, attribution))
}

/// Records of FriendsOfPHP, whose identifiers are CVEs or paths.
pub(super) fn friends_of_php() -> Origin {
    origin("FriendsOfPHP/security-advisories", "Unlicense", "")
}

/// CISA's catalogue.
pub(super) fn exploited(date: String) -> Origin {
    Origin { date, ..origin("CISA known exploited vulnerabilities", "CC0-1.0", "") }
}

/// FIRST's probabilities.
pub(super) fn probabilities(date: String) -> Origin {
    let attribution = "EPSS data from https://www.first.org/epss, FIRST.org, Inc.";
    Origin { date, ..origin("FIRST EPSS", "LicenseRef-FIRST-EPSS", attribution) }
}

/// The publisher of a record in the OSV schema.
pub(super) fn of(advisory: &Advisory) -> Origin {
    let is_of = |row: &&Row| row.0.iter().any(|begin| advisory.id.starts_with(begin));
    if let Some((_, name, licence, attribution)) = PUBLISHERS.iter().find(is_of) {
        return origin(name, licence, attribution);
    }
    let ecosystem = |name: &str| {
        let mut ecosystems = advisory.affected.iter().filter_map(|affected| affected.ecosystem);
        ecosystems.any(|ecosystem| ecosystem.name() == name)
    };
    if ecosystem("Kubernetes") {
        return origin("Kubernetes official CVE feed", "Apache-2.0", "The Kubernetes Authors");
    }
    origin("other records", "NOASSERTION", "")
}

fn origin(name: &str, licence: &str, attribution: &str) -> Origin {
    Origin {
        name: name.into(),
        licence: licence.into(),
        date: String::new(),
        attribution: attribution.into(),
    }
}
