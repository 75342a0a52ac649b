//! SPDX 2 → bill.

use std::collections::{BTreeMap, HashMap, HashSet};

use sekisho_contents::{Package, Scope};
use sekisho_manifest::Node;
use sekisho_version::PackageUrl;
use smol_str::SmolStr;

use super::{annotation, words};
use crate::bill::{Bill, Detail, Family, Link, Subject, SubjectKind, Tool};
use crate::budget::{Budget, SbomError};
use crate::declared;
use crate::gathering::{Component, Gathering, MOST};
use crate::notes::{self, Notes};
use crate::time::in_utc;
use crate::tree::{filled, others};

/// The fields of a document that are understood.
const DOCUMENT: [&str; 12] = [
    "spdxVersion",
    "dataLicense",
    "SPDXID",
    "name",
    "documentNamespace",
    "documentDescribes",
    "creationInfo",
    "packages",
    "relationships",
    "hasExtractedLicensingInfos",
    "externalDocumentRefs",
    "annotations",
];
/// The fields of a package that are understood.
const PACKAGE: [&str; 15] = [
    "SPDXID",
    "name",
    "versionInfo",
    "supplier",
    "downloadLocation",
    "homepage",
    "checksums",
    "licenseConcluded",
    "licenseDeclared",
    "copyrightText",
    "externalRefs",
    "primaryPackagePurpose",
    "description",
    "annotations",
    "attributionTexts",
];

/// Reads the tree of a document.
pub(crate) fn read(root: &Node, budget: &Budget) -> Result<Bill, SbomError> {
    let minor = minor(root.str("spdxVersion"))?;
    let mut gathering = Gathering::new(budget);
    gathering.bill.identifier = filled(root, "documentNamespace").map(str::to_owned);
    gathering.bill.foreign.family = Family::Spdx2(minor);
    gathering.bill.foreign.document = others(root, &DOCUMENT);
    if let Some(creation) = root.get("creationInfo") {
        gathering.bill.created =
            filled(creation, "created").filter(|time| *time != super::write::UNDATED).and_then(in_utc);
        gathering.bill.tools = creation.strings("creators").filter_map(tool).collect();
    }
    let reader = Reader::new(root);
    gathering.bill.license_texts.clone_from(&reader.texts);
    gathering.bill.links = external_documents(root);
    let (ours, _) = Notes::part(reader.annotated("SPDXRef-DOCUMENT"));
    notes::complete_contents(&mut gathering.bill.contents, &ours);
    let described = reader.described();
    let packages = root.get("packages").map_or(&[][..], Node::items);
    for package in packages {
        let is_subject = described.is_some_and(|id| id == package.str("SPDXID"));
        let purpose = package.str("primaryPackagePurpose").replace('_', "-");
        if is_subject {
            reader.subject(package, &purpose, &mut gathering);
            // Advisories may speak of what the document is about as well.
            let is_known = url_of(package).is_some_and(|url| url.ecosystem().is_some());
            if !is_known || notes::is_subject(&reader.pairs(package)) {
                continue;
            }
        }
        if purpose == "OPERATING-SYSTEM" || notes::is_distribution(&reader.pairs(package)) {
            reader.distribution(package, &mut gathering);
            continue;
        }
        let has_url = urls(package).next().is_some();
        let is_list = || reader.pairs(package).iter().any(|(name, _)| name == "aquasecurity:trivy:Class");
        if !has_url && (matches!(purpose.as_str(), "CONTAINER" | "FILE" | "DEVICE") || is_list()) {
            gathering.bill.others += 1;
            continue;
        }
        reader.package(package, &purpose, &mut gathering)?;
    }
    Reader::relate(root, &mut gathering);
    gathering.bill.others += root.get("files").map_or(0, |files| files.items().len());
    Ok(gathering.finish())
}

fn minor(version: &str) -> Result<u8, SbomError> {
    let minor = version.strip_prefix("SPDX-2.").and_then(|minor| minor.trim().parse().ok());
    minor.ok_or_else(|| SbomError::Version {
        format: "SPDX",
        version: version.chars().take(40).collect(),
        known: "2.0 to 2.3, or 3.0",
    })
}

struct Reader<'n> {
    root: &'n Node,
    /// The texts of licences by their identifier.
    texts: BTreeMap<String, String>,
    /// Their names, or their texts where they have none.
    names: BTreeMap<String, String>,
    /// Annotations that stand beside what they are about, by its identifier.
    annotations: HashMap<&'n str, Vec<&'n Node>>,
}

impl<'n> Reader<'n> {
    fn new(root: &'n Node) -> Self {
        let (mut texts, mut names) = (BTreeMap::new(), BTreeMap::new());
        for one in root.get("hasExtractedLicensingInfos").map_or(&[][..], Node::items) {
            let (id, text) = (one.str("licenseId"), one.str("extractedText"));
            let name = filled(one, "name").filter(|name| *name != "NOASSERTION").unwrap_or(text);
            if !id.is_empty() {
                texts.insert(id.to_owned(), text.to_owned());
                names.insert(id.to_owned(), name.to_owned());
            }
        }
        let mut annotations: HashMap<&str, Vec<&Node>> = HashMap::new();
        for one in root.get("annotations").map_or(&[][..], Node::items) {
            let about = filled(one, "spdxElementId").unwrap_or("SPDXRef-DOCUMENT");
            annotations.entry(about).or_default().push(one);
        }
        Self { root, texts, names, annotations }
    }

    /// The package that the document is about, where it is one.
    fn described(&self) -> Option<&'n str> {
        let listed = self.root.strings("documentDescribes");
        let related = self.root.get("relationships").map_or(&[][..], Node::items).iter().filter_map(|one| {
            match (one.str("spdxElementId"), one.str("relationshipType"), one.str("relatedSpdxElement")) {
                ("SPDXRef-DOCUMENT", "DESCRIBES", id) | (id, "DESCRIBED_BY", "SPDXRef-DOCUMENT") => Some(id),
                _ => None,
            }
        });
        let all: HashSet<&str> = listed.chain(related).collect();
        let mut all = all.into_iter();
        all.next().filter(|_| all.next().is_none())
    }

    fn annotated(&self, id: &str) -> Vec<(String, String)> {
        self.annotations.get(id).into_iter().flatten().flat_map(|one| annotation::pairs(one)).collect()
    }

    /// The pairs of name and value that a package carries.
    fn pairs(&self, package: &Node) -> Vec<(String, String)> {
        let mut pairs = self.annotated(package.str("SPDXID"));
        let own = package.get("annotations").map_or(&[][..], Node::items);
        pairs.extend(own.iter().flat_map(annotation::pairs));
        pairs.extend(package.strings("attributionTexts").filter_map(annotation::trivy));
        // Syft tells in words where it found a package.
        let words = package.str("sourceInfo");
        if let Some((_, paths)) =
            words.strip_prefix("acquired package info from").and_then(|rest| rest.split_once(": "))
        {
            let paths = paths.split(", ").enumerate();
            pairs.extend(paths.map(|(index, path)| (format!("syft:location:{index}:path"), path.to_owned())));
        }
        pairs
    }

    fn subject(&self, package: &Node, purpose: &str, gathering: &mut Gathering<'_>) {
        let kind = match purpose {
            "CONTAINER" => SubjectKind::Image,
            "FILE" | "ARCHIVE" => SubjectKind::File,
            "LIBRARY" | "FRAMEWORK" => SubjectKind::Library,
            _ => SubjectKind::Application,
        };
        let version = filled(package, "versionInfo").map(str::to_owned);
        let digest = checksums(package).map(|hash| format!("{}:{}", hash.algorithm, hash.value)).next();
        let is_digest = |text: &&String| text.starts_with("sha256:");
        let subject = Subject {
            kind,
            name: package.str("name").to_owned(),
            url: url_of(package),
            digest: digest.or_else(|| version.as_ref().filter(is_digest).cloned()),
            version,
            reference: filled(package, "SPDXID").map(str::to_owned),
            ..Subject::default()
        };
        gathering.subject(subject, &self.pairs(package));
    }

    fn distribution(&self, package: &Node, gathering: &mut Gathering<'_>) {
        let name = package.str("name").trim();
        if name.is_empty() || gathering.bill.contents.distribution.is_some() {
            return;
        }
        let (ours, _) = Notes::part(self.pairs(package));
        let release = filled(package, "versionInfo");
        gathering.bill.contents.distribution = Some(notes::distribution(name, release, &ours));
    }

    fn package(&self, package: &Node, purpose: &str, gathering: &mut Gathering<'_>) -> Result<(), SbomError> {
        let references = package.get("externalRefs").map_or(&[][..], Node::items);
        let located = |kinds: &[&str]| -> Vec<&str> {
            let found = references
                .iter()
                .filter(|one| kinds.iter().any(|kind| one.str("referenceType").ends_with(kind)));
            found.map(|one| one.str("referenceLocator")).collect()
        };
        let address = |key: &str, kind: &str| {
            let address = filled(package, key).filter(|text| !matches!(*text, "NOASSERTION" | "NONE"))?;
            Some(Link { kind: kind.into(), address: address.to_owned() })
        };
        let stated = |key: &str| {
            filled(package, key).filter(|text| !matches!(*text, "NOASSERTION" | "NONE")).map(str::to_owned)
        };
        let mut foreign = others(package, &PACKAGE);
        // What is said of every package that is written.
        foreign.retain(|(key, value)| key != "filesAnalyzed" || value.as_bool() != Some(false));
        let detail = Detail {
            kind: words::kind(purpose).map(SmolStr::from),
            cpes: located(&["cpe23Type", "cpe22Type"]).into_iter().take(MOST).map(str::to_owned).collect(),
            description: stated("description"),
            copyright: stated("copyrightText"),
            links: address("homepage", "website")
                .into_iter()
                .chain(address("downloadLocation", "distribution"))
                .collect(),
            foreign,
            ..Detail::default()
        };
        let read = Component {
            reference: filled(package, "SPDXID"),
            urls: urls(package).collect(),
            group: None,
            name: package.str("name").trim(),
            version: filled(package, "versionInfo"),
            pairs: self.pairs(package),
            detail,
        };
        gathering.add(read, |made| self.fill(made, package))?;
        Ok(())
    }

    fn fill(&self, made: &mut Package, package: &Node) {
        made.hashes = checksums(package).collect();
        made.supplier = filled(package, "supplier").and_then(actor).map(str::to_owned);
        let declared = declared::licenses(package.str("licenseDeclared"), &self.names);
        made.licenses = if declared.is_empty() {
            declared::licenses(package.str("licenseConcluded"), &self.names)
        } else {
            declared
        };
    }

    fn relate(root: &Node, gathering: &mut Gathering<'_>) {
        for one in root.get("relationships").map_or(&[][..], Node::items) {
            let (from, to) = (one.str("spdxElementId"), one.str("relatedSpdxElement"));
            match one.str("relationshipType") {
                "DEPENDS_ON" | "HAS_PREREQUISITE" => gathering.needs(from, to),
                "DEPENDENCY_OF" | "RUNTIME_DEPENDENCY_OF" | "PROVIDED_DEPENDENCY_OF" | "PREREQUISITE_FOR" => {
                    gathering.needs(to, from);
                }
                "DEV_DEPENDENCY_OF" | "BUILD_DEPENDENCY_OF" | "TEST_DEPENDENCY_OF" => {
                    gathering.needs(to, from);
                    gathering.scope(from, Scope::Development);
                }
                "OPTIONAL_DEPENDENCY_OF" => {
                    gathering.needs(to, from);
                    gathering.scope(from, Scope::Optional);
                }
                "CONTAINS" if gathering.meant(from).is_some() => gathering.is_part(to, from),
                "CONTAINED_BY" if gathering.meant(to).is_some() => gathering.is_part(from, to),
                _ => {}
            }
        }
    }
}

fn urls(package: &Node) -> impl Iterator<Item = &str> {
    let references = package.get("externalRefs").map_or(&[][..], Node::items);
    let is_url = |one: &&Node| {
        let kind = one.str("referenceType");
        kind == "purl" || kind.ends_with("/purl")
    };
    references.iter().filter(is_url).map(|one| one.str("referenceLocator"))
}

fn url_of(package: &Node) -> Option<PackageUrl> {
    urls(package).find_map(|url| PackageUrl::parse(url).ok())
}

fn checksums(package: &Node) -> impl Iterator<Item = sekisho_contents::Hash> + use<'_> {
    let list = package.get("checksums").map_or(&[][..], Node::items);
    list.iter().filter_map(|one| words::hash(one.str("algorithm"), one.str("checksumValue")))
}

/// Who is named: `Organization: Red Hat` is `Red Hat`.
fn actor(text: &str) -> Option<&str> {
    if text == "NOASSERTION" {
        return None;
    }
    let name = ["Organization:", "Person:"].iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or(text);
    Some(name.trim()).filter(|name| !name.is_empty())
}

/// `Tool: syft-1.18.1` is Syft in that version.
fn tool(creator: &str) -> Option<Tool> {
    let name = creator.strip_prefix("Tool:")?.trim();
    let (name, version) = match name.rsplit_once('-') {
        Some((name, version))
            if version.trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit()) =>
        {
            (name, Some(version.to_owned()))
        }
        _ => (name, None),
    };
    Some(Tool { vendor: None, name: name.to_owned(), version }).filter(|tool| !tool.name.is_empty())
}

fn external_documents(root: &Node) -> Vec<Link> {
    let documents = root.get("externalDocumentRefs").map_or(&[][..], Node::items);
    let link =
        |one: &Node| Some(Link { kind: "bom".into(), address: filled(one, "spdxDocument")?.to_owned() });
    documents.iter().filter_map(link).collect()
}
