//! SPDX 3 → bill.

use std::collections::{BTreeMap, HashMap, HashSet};

use sekisho_contents::{Hash, Package, Scope};
use sekisho_manifest::Node;
use sekisho_version::PackageUrl;
use smol_str::SmolStr;

use super::{ALGORITHMS, PURPOSES};
use crate::bill::{Bill, Detail, Family, Link, Subject, SubjectKind, Tool};
use crate::budget::{Budget, SbomError};
use crate::declared;
use crate::gathering::{Component, Gathering, MOST};
use crate::notes::{self, Notes};
use crate::time::in_utc;
use crate::tree::filled;

/// Reads the tree of a document.
pub(crate) fn read(root: &Node, budget: &Budget) -> Result<Bill, SbomError> {
    let elements = match root.get("@graph") {
        Some(graph) => graph.items(),
        None => std::slice::from_ref(root),
    };
    let reader = Reader::new(elements);
    let mut gathering = Gathering::new(budget);
    gathering.bill.foreign.family = Family::Spdx3;
    reader.version()?;
    reader.document(&mut gathering);
    let described = reader.described();
    let packages: Vec<&Node> = reader.of("software_Package").collect();
    for package in &packages {
        let (id, purpose) = (id(package), package.str("software_primaryPurpose"));
        if described == Some(id) {
            Reader::subject(package, &mut gathering);
            // Advisories may speak of what the document is about as well.
            let url = urls(package).into_iter().find_map(|url| PackageUrl::parse(url).ok());
            let is_known = url.is_some_and(|url| url.ecosystem().is_some());
            if !is_known || notes::is_subject(&pairs(package)) {
                continue;
            }
        }
        if purpose == "operatingSystem" {
            Reader::distribution(package, &mut gathering);
        } else if urls(package).is_empty()
            && matches!(purpose, "container" | "file" | "device" | "data" | "model")
        {
            gathering.bill.others += 1;
        } else {
            reader.package(package, &mut gathering)?;
        }
    }
    reader.relate(&mut gathering);
    gathering.bill.others += reader.of("software_File").count() + reader.of("software_Snippet").count();
    Ok(gathering.finish())
}

struct Reader<'n> {
    elements: &'n [Node],
    by_id: HashMap<&'n str, &'n Node>,
    /// The expressions of the licences that elements are declared to have, and those that were concluded.
    declared: HashMap<&'n str, Vec<&'n Node>>,
    concluded: HashMap<&'n str, Vec<&'n Node>>,
}

impl<'n> Reader<'n> {
    fn new(elements: &'n [Node]) -> Self {
        let by_id: HashMap<&str, &Node> = elements.iter().map(|element| (id(element), element)).collect();
        let (mut declared, mut concluded) = (HashMap::new(), HashMap::new());
        for one in elements.iter().filter(|one| one.str("type") == "Relationship") {
            let map: &mut HashMap<&str, Vec<&Node>> = match one.str("relationshipType") {
                "hasDeclaredLicense" => &mut declared,
                "hasConcludedLicense" => &mut concluded,
                _ => continue,
            };
            let to = references(one, "to").filter_map(|id| by_id.get(id).copied());
            map.entry(one.str("from")).or_default().extend(to);
        }
        Self { elements, by_id, declared, concluded }
    }

    fn of<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'n Node> + 's {
        self.elements.iter().filter(move |element| element.str("type") == kind)
    }

    fn version(&self) -> Result<(), SbomError> {
        let version =
            self.of("CreationInfo").map(|info| info.str("specVersion")).find(|version| !version.is_empty());
        match version {
            Some(version) if !version.starts_with("3.") => Err(SbomError::Version {
                format: "SPDX",
                version: version.chars().take(40).collect(),
                known: "2.0 to 2.3, or 3.0",
            }),
            _ => Ok(()),
        }
    }

    fn document(&self, gathering: &mut Gathering<'_>) {
        let bill = &mut gathering.bill;
        let document = self.of("SpdxDocument").next();
        bill.identifier = document.map(|document| id(document).to_owned());
        let info =
            document.and_then(|document| self.info(document)).or_else(|| self.of("CreationInfo").next());
        if let Some(info) = info {
            bill.created =
                filled(info, "created").filter(|time| *time != super::write::UNDATED).and_then(in_utc);
            let makers = references(info, "createdUsing").chain(references(info, "createdBy"));
            let makers = makers.filter_map(|id| self.by_id.get(id));
            let is_tool = |one: &&&Node| matches!(one.str("type"), "Tool" | "SoftwareAgent");
            let tool = |one: &&Node| {
                let name = one.str("name").to_owned();
                match name.rsplit_once(' ') {
                    Some((name, version)) => {
                        Tool { vendor: None, name: name.to_owned(), version: Some(version.to_owned()) }
                    }
                    None => Tool { vendor: None, name, version: None },
                }
            };
            for tool in makers.filter(is_tool).take(MOST).map(tool).filter(|tool| !tool.name.is_empty()) {
                if !bill.tools.contains(&tool) {
                    bill.tools.push(tool);
                }
            }
        }
        if let Some(document) = document {
            let (ours, _) = Notes::part(pairs(document));
            notes::complete_contents(&mut bill.contents, &ours);
            for import in document.get("import").map_or(&[][..], Node::items) {
                let address = filled(import, "locationHint").or_else(|| filled(import, "externalSpdxId"));
                let link = address.map(|address| Link { kind: "bom".into(), address: address.to_owned() });
                bill.links.extend(link);
            }
        }
    }

    fn info(&self, element: &'n Node) -> Option<&'n Node> {
        let info = element.get("creationInfo")?;
        match info.as_str() {
            Some(id) => self.by_id.get(id).copied(),
            None => Some(info),
        }
    }

    /// The package that the document is about, where it is one.
    fn described(&self) -> Option<&'n str> {
        let roots = |kind: &str| -> HashSet<&'n str> {
            self.elements
                .iter()
                .filter(|element| element.str("type") == kind)
                .flat_map(|element| references(element, "rootElement"))
                .collect()
        };
        let is_package =
            |id: &&&str| self.by_id.get(**id).is_some_and(|one| one.str("type") == "software_Package");
        ["software_Sbom", "Bom", "SpdxDocument"].iter().find_map(|kind| {
            let all = roots(kind);
            let mut packages = all.iter().filter(is_package);
            packages.next().copied().filter(|_| packages.next().is_none())
        })
    }

    fn subject(package: &'n Node, gathering: &mut Gathering<'_>) {
        let kind = match package.str("software_primaryPurpose") {
            "container" => SubjectKind::Image,
            "file" | "archive" => SubjectKind::File,
            "library" | "framework" => SubjectKind::Library,
            "platform" => SubjectKind::Platform,
            _ => SubjectKind::Application,
        };
        let digest = hashes(package).map(|hash| format!("{}:{}", hash.algorithm, hash.value)).next();
        let subject = Subject {
            kind,
            name: package.str("name").to_owned(),
            version: filled(package, "software_packageVersion").map(str::to_owned),
            url: urls(package).into_iter().find_map(|url| PackageUrl::parse(url).ok()),
            digest,
            reference: Some(id(package).to_owned()),
            ..Subject::default()
        };
        gathering.subject(subject, &pairs(package));
    }

    fn distribution(package: &Node, gathering: &mut Gathering<'_>) {
        let name = package.str("name").trim();
        if name.is_empty() || gathering.bill.contents.distribution.is_some() {
            return;
        }
        let (ours, _) = Notes::part(pairs(package));
        let release = filled(package, "software_packageVersion");
        gathering.bill.contents.distribution = Some(notes::distribution(name, release, &ours));
    }

    fn package(&self, package: &'n Node, gathering: &mut Gathering<'_>) -> Result<(), SbomError> {
        let purpose = package.str("software_primaryPurpose");
        let kind = PURPOSES.iter().find(|(_, theirs)| *theirs == purpose).map(|(ours, _)| *ours);
        let identifiers = package.get("externalIdentifier").map_or(&[][..], Node::items);
        let cpes = identifiers.iter().filter(|one| one.str("externalIdentifierType").starts_with("cpe"));
        let stated = |key: &str| {
            filled(package, key).filter(|text| !matches!(*text, "NOASSERTION" | "NONE")).map(str::to_owned)
        };
        let link = |key: &str, kind: &str| stated(key).map(|address| Link { kind: kind.into(), address });
        let detail = Detail {
            kind: kind.filter(|kind| *kind != "library").map(SmolStr::from),
            cpes: cpes.take(MOST).map(|one| one.str("identifier").to_owned()).collect(),
            description: stated("description"),
            copyright: stated("software_copyrightText"),
            links: link("software_homePage", "website")
                .into_iter()
                .chain(link("software_downloadLocation", "distribution"))
                .collect(),
            ..Detail::default()
        };
        let read = Component {
            reference: Some(id(package)),
            urls: urls(package),
            group: None,
            name: package.str("name").trim(),
            version: filled(package, "software_packageVersion"),
            pairs: pairs(package),
            detail,
        };
        gathering.add(read, |made| self.fill(made, package))?;
        Ok(())
    }

    fn fill(&self, made: &mut Package, package: &'n Node) {
        made.hashes = hashes(package).collect();
        let supplier = filled(package, "suppliedBy").and_then(|id| self.by_id.get(id));
        made.supplier = supplier.and_then(|agent| filled(agent, "name")).map(str::to_owned);
        for map in [&self.declared, &self.concluded] {
            for license in map.get(id(package)).into_iter().flatten().take(MOST) {
                for one in self.licenses(license) {
                    if !made.licenses.contains(&one) {
                        made.licenses.push(one);
                    }
                }
            }
            if !made.licenses.is_empty() {
                break;
            }
        }
    }

    fn licenses(&self, element: &Node) -> Vec<sekisho_contents::License> {
        let text = element.str("simplelicensing_licenseText");
        if !text.is_empty() {
            let name = filled(element, "name").unwrap_or(text);
            return vec![sekisho_contents::license(name)];
        }
        let mut texts = BTreeMap::new();
        for entry in element.get("simplelicensing_customIdToUri").map_or(&[][..], Node::items) {
            let meant = self.by_id.get(entry.str("value"));
            let words =
                meant.map(|meant| filled(meant, "name").unwrap_or(meant.str("simplelicensing_licenseText")));
            if let Some(words) = words.filter(|words| !words.is_empty()) {
                texts.insert(entry.str("key").to_owned(), words.to_owned());
            }
        }
        declared::licenses(element.str("simplelicensing_licenseExpression"), &texts)
    }

    fn relate(&self, gathering: &mut Gathering<'_>) {
        let is_relationship =
            |one: &&Node| matches!(one.str("type"), "Relationship" | "LifecycleScopedRelationship");
        for one in self.elements.iter().filter(is_relationship) {
            let from = one.str("from");
            for to in references(one, "to") {
                match one.str("relationshipType") {
                    "dependsOn" => {
                        gathering.needs(from, to);
                        if matches!(one.str("scope"), "development" | "test" | "build") {
                            gathering.scope(to, Scope::Development);
                        }
                    }
                    "hasOptionalDependency" => {
                        gathering.needs(from, to);
                        gathering.scope(to, Scope::Optional);
                    }
                    "contains" if gathering.meant(from).is_some() => gathering.is_part(to, from),
                    _ => {}
                }
            }
        }
    }
}

/// The identifier of an element.
fn id(element: &Node) -> &str {
    filled(element, "spdxId").unwrap_or_else(|| element.str("@id"))
}

/// The identifiers in a field, which may be one or a list.
fn references<'n>(element: &'n Node, key: &str) -> impl Iterator<Item = &'n str> + use<'n> {
    let field = element.get(key);
    let one = field.and_then(Node::as_str);
    one.into_iter().chain(field.map_or(&[][..], Node::items).iter().filter_map(Node::as_str))
}

fn urls(package: &Node) -> Vec<&str> {
    let identifiers = package.get("externalIdentifier").map_or(&[][..], Node::items);
    let others = identifiers.iter().filter(|one| one.str("externalIdentifierType") == "packageUrl");
    filled(package, "software_packageUrl")
        .into_iter()
        .chain(others.map(|one| one.str("identifier")))
        .collect()
}

fn hashes(package: &Node) -> impl Iterator<Item = Hash> + use<'_> {
    let list = package.get("verifiedUsing").map_or(&[][..], Node::items);
    list.iter().filter_map(|one| {
        let (_, theirs) = (one.str("type"), one.str("algorithm"));
        let (ours, _) = ALGORITHMS.iter().find(|(_, name)| *name == theirs)?;
        let value = one.str("hashValue").to_ascii_lowercase();
        let is_digest = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_digest.then(|| Hash { algorithm: (*ours).into(), value: value.into() })
    })
}

/// The pairs of name and value that an element carries as an extension.
fn pairs(element: &Node) -> Vec<(String, String)> {
    let extensions = element.get("extension").map_or(&[][..], Node::items);
    let entries =
        extensions.iter().flat_map(|one| one.get("extension_cdxProperty").map_or(&[][..], Node::items));
    let pair = |entry: &Node| {
        let name = filled(entry, "extension_cdxPropName")?;
        Some((name.to_owned(), entry.str("extension_cdxPropValue").to_owned()))
    };
    entries.filter_map(pair).collect()
}
