//! What analyzers say of a file: packages, and facts for the time when all layers are merged.

use sekisho_contents::{Distribution, Evidence, License, Package, Place};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::digest::digest_beginning;

/// What the analyzers found in one file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileReport {
    /// The path without a leading slash.
    pub path: SmolStr,
    /// The name of the analyzer.
    pub analyzer: SmolStr,
    /// The packages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
    /// What else is known now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
}

/// A package with what must wait until all files are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The package; the collector fills its analyzer and its place.
    pub package: Package,
    /// Names under which others may ask for it, beside its own; without versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<SmolStr>,
    /// Names of what it needs, to be looked up among packages of the same type once all files are known. What is
    /// known within the file goes to [`Package::dependencies`] at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<SmolStr>,
}

/// Something that is no package but tells about packages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// The distribution of the operating system.
    Distribution(Distribution),
    /// The files that the distribution's package of this name owns, as [`path_hash`](crate::path_hash)es.
    Owns {
        /// The name of the package as its database has it.
        package: SmolStr,
        /// The hashes of its files' paths, in order.
        files: Vec<u64>,
    },
    /// What files of the distribution's package of this name hold, by the digests that its database keeps.
    Holds {
        /// The name of the package as its database has it.
        package: SmolStr,
        /// The hashes of its files' paths, in order, each with the [beginning](crate::digest_beginning) of a digest.
        files: Vec<(u64, u64)>,
    },
    /// The licences of the package of this name, from a file beside its database.
    Licenses {
        /// The name of the package.
        package: SmolStr,
        /// Its licences.
        licenses: Vec<License>,
    },
    /// Whatever else an analyzer keeps for its own [`join`](crate::Analyzer::join): a key and a value.
    Note(SmolStr, String),
}

/// Where an analyzer says what it found.
#[derive(Debug)]
pub struct Report {
    evidence: Evidence,
    limit: usize,
    pub(crate) found: Vec<Found>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) overrun: bool,
}

impl Report {
    pub(crate) fn new(evidence: Evidence, limit: usize) -> Self {
        Self { evidence, limit, found: Vec::new(), facts: Vec::new(), overrun: false }
    }

    /// The analyzer's own evidence, for the packages it makes.
    pub fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// A package. Beyond the budget nothing more is kept, and the file is reported as unread in part.
    pub fn package(&mut self, package: Package) {
        self.found(Found { package, provides: Vec::new(), requires: Vec::new() });
    }

    /// A package with names to be looked up later.
    pub fn found(&mut self, found: Found) {
        if self.found.len() < self.limit {
            self.found.push(found);
        } else {
            self.overrun = true;
        }
    }

    /// A package within an archive: `inner` is the path in it.
    pub fn within(&mut self, archive: &str, inner: &str, mut found: Found) {
        let path = format!("{archive}!/{}", inner.trim_start_matches('/'));
        found.package.places.push(Place { layer: None, path: path.into(), line: None, owner: None });
        self.found(found);
    }

    /// The files that the distribution's package of this name owns.
    pub fn owns(&mut self, package: &str, files: impl IntoIterator<Item = u64>) {
        let mut files: Vec<u64> = files.into_iter().collect();
        files.sort_unstable();
        if !files.is_empty() {
            self.facts.push(Fact::Owns { package: package.into(), files });
        }
    }

    /// What files of the distribution's package of this name hold: the hash of each path, and the hexadecimal digest
    /// that is kept of its bytes. What is no digest is left out.
    pub fn holds<'d>(&mut self, package: &str, files: impl IntoIterator<Item = (u64, &'d str)>) {
        let known = files.into_iter().filter_map(|(path, digest)| Some((path, digest_beginning(digest)?)));
        let mut files: Vec<(u64, u64)> = known.collect();
        files.sort_unstable();
        if !files.is_empty() {
            self.facts.push(Fact::Holds { package: package.into(), files });
        }
    }

    /// About how many bytes all this takes.
    pub(crate) fn weight(&self) -> usize {
        let facts = self.facts.iter().map(|fact| match fact {
            Fact::Owns { files, .. } => 64 + files.len() * 8,
            Fact::Holds { files, .. } => 64 + files.len() * 16,
            Fact::Note(key, value) => 64 + key.len() + value.len(),
            Fact::Distribution(_) | Fact::Licenses { .. } => 256,
        });
        facts.sum::<usize>() + self.found.len() * 512
    }

    /// Something that is no package.
    pub fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
}
