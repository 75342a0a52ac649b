//! A bill of materials: what a place contains, and what only bills say beside it.

use std::collections::BTreeMap;

use sekisho_contents::Contents;
use sekisho_manifest::Node;
use sekisho_version::PackageUrl;
use smol_str::SmolStr;

/// A bill of materials.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bill {
    /// What is in it.
    pub contents: Contents,
    /// What the bill is about.
    pub subject: Option<Subject>,
    /// The serial number or the namespace of the document that was read; those of written ones are made of the content.
    pub identifier: Option<String>,
    /// When it was made, as RFC 3339 with whole seconds in UTC.
    pub created: Option<String>,
    /// The programs that made it.
    pub tools: Vec<Tool>,
    /// What bills say of packages beside what is in [`Contents`], by package URL as written.
    pub details: BTreeMap<SmolStr, Detail>,
    /// The texts of licences that SPDX's list has not, by their identifier: `LicenseRef-…`.
    pub license_texts: BTreeMap<String, String>,
    /// Other bills and documents that it refers to.
    pub links: Vec<Link>,
    /// What is wrong with packages, where the bill says so or is to say so; only CycloneDX can.
    pub flaws: Vec<Flaw>,
    /// What the model has no place for.
    pub foreign: Foreign,
    /// How many of its components are neither packages nor the operating system: files, services, keys.
    pub others: usize,
    /// What could not be understood, a line each; only the first hundred.
    pub faults: Vec<String>,
}

/// What a bill is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// Its name: an image, a folder, an application.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Its package URL.
    pub url: Option<PackageUrl>,
    /// The digest of an image's manifest, or of a file, with its algorithm: `sha256:…`.
    pub digest: Option<String>,
    /// The digest of an image's configuration.
    pub identifier: Option<String>,
    /// The names of an image in registries, with tag or digest.
    pub tags: Vec<String>,
    /// The digests of an image's layers when unpacked, the lowest first.
    pub layers: Vec<String>,
    /// The platform of an image: `linux/amd64`.
    pub platform: Option<String>,
    /// How the bill that was read refers to it.
    pub reference: Option<String>,
}

/// What kind of thing a bill is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SubjectKind {
    /// An image of a container.
    Image,
    /// A folder of source, or a root file system.
    Folder,
    /// A single file, or an archive.
    File,
    /// A program, whatever it is made of.
    #[default]
    Application,
    /// A library.
    Library,
    /// A platform, such as a cluster.
    Platform,
}

/// A program that made a bill.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tool {
    /// Who made it.
    pub vendor: Option<String>,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

/// What bills say of a package beside what is in [`Contents`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detail {
    /// How the bill refers to it.
    pub reference: Option<String>,
    /// Whether its package URL was made of name and version because the bill has none.
    pub is_named_only: bool,
    /// What CycloneDX calls it where it is no library: `application`, `container`.
    pub kind: Option<SmolStr>,
    /// The group and the name, where they differ from those of the package URL.
    pub name: Option<(Option<String>, String)>,
    /// The package URL, as written, of the package whose part it is.
    pub within: Option<SmolStr>,
    /// Its names in the CPE dictionary.
    pub cpes: Vec<String>,
    /// What it is, in words.
    pub description: Option<String>,
    /// Who holds the copyright.
    pub copyright: Option<String>,
    /// Addresses by what they are for, in CycloneDX's words: `website`, `vcs`, `distribution`.
    pub links: Vec<Link>,
    /// Pairs of name and value that other programs wrote.
    pub notes: Vec<(String, String)>,
    /// Fields that the model has no place for.
    pub foreign: Vec<(SmolStr, Node)>,
}

/// An address and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// What it is for, in CycloneDX's words: `website`, `vcs`, `distribution`, `bom`.
    pub kind: SmolStr,
    /// The address.
    pub address: String,
}

/// Which family of formats a bill was read from, with its version: only there foreign fields mean something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Family {
    /// None: the bill was made here.
    #[default]
    None,
    /// CycloneDX 1.x, with the minor version.
    CycloneDx(u8),
    /// SPDX 2.x, with the minor version.
    Spdx2(u8),
    /// SPDX 3.
    Spdx3,
}

/// What the model has no place for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Foreign {
    /// Where it was read.
    pub family: Family,
    /// Fields of the document.
    pub document: Vec<(SmolStr, Node)>,
    /// Fields of its metadata.
    pub metadata: Vec<(SmolStr, Node)>,
    /// Components, files and other elements that are no packages.
    pub elements: Vec<Node>,
}

/// Something that is wrong with packages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flaw {
    /// The identifier: `CVE-2024-1234`.
    pub id: String,
    /// Who publishes it, by name and address.
    pub source: Option<Tool>,
    /// Its other identifiers.
    pub aliases: Vec<String>,
    /// How severe it is.
    pub ratings: Vec<Rating>,
    /// One line about it.
    pub description: Option<String>,
    /// What to do.
    pub recommendation: Option<String>,
    /// When it was published.
    pub published: Option<String>,
    /// The packages that it concerns, by package URL as written.
    pub affects: Vec<SmolStr>,
    /// What the supplier says of it.
    pub analysis: Option<Analysis>,
    /// Fields that the model has no place for.
    pub foreign: Vec<(SmolStr, Node)>,
}

/// How severe a flaw is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rating {
    /// `critical`, `high`, `medium`, `low`, `info`, `none`, `unknown`.
    pub severity: SmolStr,
    /// The score times ten.
    pub score: Option<u16>,
    /// By which method, in CycloneDX's words: `CVSSv31`.
    pub method: Option<SmolStr>,
    /// The vector.
    pub vector: Option<String>,
}

/// What the supplier says of a flaw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Analysis {
    /// The state, in CycloneDX's words: `not_affected`, `exploitable`.
    pub state: Option<SmolStr>,
    /// Why it does not affect the package.
    pub justification: Option<SmolStr>,
    /// In words.
    pub detail: Option<String>,
}

/// How deep packages stand within packages; what stands deeper stands for itself.
pub(crate) const DEEPEST: usize = 16;
/// How many faults are told.
const FAULTS: usize = 100;

impl Bill {
    /// The bill of contents and what they are of.
    pub fn of(contents: Contents, subject: Subject) -> Self {
        Self { contents, subject: Some(subject), ..Self::default() }
    }

    /// How many packages have a name and nothing that says of which ecosystem they are.
    pub fn named_only(&self) -> usize {
        self.details.values().filter(|detail| detail.is_named_only).count()
    }

    /// The bill without fields that it has no place for: read of anything but JSON they have another shape.
    pub(crate) fn without_foreign(mut self) -> Self {
        self.foreign = Foreign { family: self.foreign.family, ..Foreign::default() };
        self.details.values_mut().for_each(|detail| detail.foreign.clear());
        self.flaws.iter_mut().for_each(|flaw| flaw.foreign.clear());
        self
    }

    /// Notes that something could not be understood.
    pub(crate) fn fault(&mut self, line: String) {
        if self.faults.len() < FAULTS {
            self.faults.push(line);
        }
    }
}

/// The contents of a bill as the analyzers would give them: what only other bills need is left out.
pub fn contents_only(bill: Bill) -> Contents {
    let named_only = |url: &str| bill.details.get(url).is_some_and(|detail| detail.is_named_only);
    let mut contents = bill.contents;
    contents.packages.retain(|package| !named_only(&package.url.to_string()));
    contents
}
