//! A package that is there: what it is called, in which version, where it lies and what it needs.

use std::collections::BTreeSet;

use sekisho_version::PackageUrl;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::License;

/// A package that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its package URL, the identity of the package within its [`Contents`](crate::Contents).
    pub url: PackageUrl,
    /// How we know of it.
    pub evidence: Evidence,
    /// The name of the analyzer that found it first.
    pub analyzer: SmolStr,
    /// The release of the distribution that it was built for: `12`, `3.20.1`, `24.04`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<SmolStr>,
    /// What a distribution built it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourcePackage>,
    /// The licences that it says it has; all hold at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub licenses: Vec<License>,
    /// Where it lies, by layer and path; never empty once it was merged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Scope::is_runtime")]
    pub scope: Scope,
    /// Whether the project itself asks for it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct: Option<bool>,
    /// The package URLs, as written, of packages of the same contents that it needs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub dependencies: BTreeSet<SmolStr>,
    /// Digests of its archive, as its lock file or database says them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub hashes: BTreeSet<Hash>,
    /// Who made it: a maintainer, a vendor, an author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
}

/// How we know of a package, strongest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A file asks for it: a manifest without a lock, a list of requirements.
    Declared,
    /// A lock file says that this version is to be installed.
    Locked,
    /// It lies there: installed, built into a binary, or as an archive.
    Installed,
}

/// What a package is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The program needs it when it runs, as far as is known.
    #[default]
    Runtime,
    /// The program can use it, and works without.
    Optional,
    /// Only for building and testing.
    Development,
}

impl Scope {
    /// Whether it is what is assumed where nothing is said.
    pub fn is_runtime(&self) -> bool {
        *self == Self::Runtime
    }
}

/// What a distribution built a package from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePackage {
    /// Its name.
    pub name: SmolStr,
    /// Its version, where that differs from the package's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<SmolStr>,
}

/// The file that shows that a package is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The layer that brought it, from 0 at the bottom, where there are layers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<u32>,
    /// The path of the file without a leading slash; within archives the parts are joined by `!/`:
    /// `app/a.war!/WEB-INF/lib/b.jar`.
    pub path: SmolStr,
    /// The line of the file that names it, from 1, where the file is a text that names several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The package URL, as written, of the distribution's package that owns the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<SmolStr>,
}

/// A digest: the name of its algorithm as in package URLs and its value in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hash {
    /// `md5`, `sha1`, `sha256`, `sha384`, `sha512`.
    pub algorithm: SmolStr,
    /// The digest, lower case hexadecimal.
    pub value: SmolStr,
}

impl Package {
    /// A package of which nothing else is known yet. The collector fills analyzer and place.
    pub fn new(url: PackageUrl, evidence: Evidence) -> Self {
        Self {
            url,
            evidence,
            analyzer: SmolStr::default(),
            release: None,
            source: None,
            licenses: Vec::new(),
            places: Vec::new(),
            scope: Scope::Runtime,
            direct: None,
            dependencies: BTreeSet::new(),
            hashes: BTreeSet::new(),
            supplier: None,
        }
    }

    /// Whether a distribution's package owns every file that shows it: it is then mended with that package.
    pub fn is_owned(&self) -> bool {
        !self.places.is_empty() && self.places.iter().all(|place| place.owner.is_some())
    }

    /// Takes in what is known of the same package from elsewhere.
    pub fn absorb(&mut self, other: Self) {
        if other.evidence > self.evidence {
            self.evidence = other.evidence;
            self.analyzer = other.analyzer;
        }
        self.release = self.release.take().or(other.release);
        self.source = self.source.take().or(other.source);
        self.supplier = self.supplier.take().or(other.supplier);
        self.scope = self.scope.min(other.scope);
        self.direct = self.direct.into_iter().chain(other.direct).reduce(|one, two| one || two);
        for license in other.licenses {
            if !self.licenses.contains(&license) {
                self.licenses.push(license);
            }
        }
        self.places.extend(other.places);
        self.places.sort();
        self.places.dedup();
        self.dependencies.extend(other.dependencies);
        self.hashes.extend(other.hashes);
    }
}
