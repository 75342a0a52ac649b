//! CycloneDX → bill.

use sekisho_contents::{License, Package, Place, Scope, license};
use sekisho_manifest::Node;
use sekisho_version::PackageUrl;
use smol_str::SmolStr;

use super::words;
use crate::bill::{Analysis, Bill, Detail, Family, Flaw, Link, Rating, Subject, SubjectKind, Tool};
use crate::budget::{Budget, SbomError};
use crate::declared::is_expression;
use crate::gathering::{Component, Gathering, MOST};
use crate::notes::{self, Notes};
use crate::time::in_utc;
use crate::tree::{filled, number, others};

/// The fields of a document that are understood.
const DOCUMENT: [&str; 11] = [
    "$schema",
    "bomFormat",
    "specVersion",
    "serialNumber",
    "version",
    "metadata",
    "components",
    "dependencies",
    "vulnerabilities",
    "externalReferences",
    "properties",
];
/// The fields of its metadata that are understood.
const METADATA: [&str; 4] = ["timestamp", "tools", "component", "properties"];
/// The fields of a vulnerability that are understood.
const FLAW: [&str; 9] = [
    "id",
    "source",
    "references",
    "ratings",
    "description",
    "recommendation",
    "published",
    "affects",
    "analysis",
];
/// The fields of a component that are understood.
const COMPONENT: [&str; 17] = [
    "type",
    "bom-ref",
    "supplier",
    "publisher",
    "group",
    "name",
    "version",
    "description",
    "scope",
    "hashes",
    "licenses",
    "copyright",
    "cpe",
    "purl",
    "externalReferences",
    "properties",
    "components",
];

/// Reads the tree of a bill.
pub(crate) fn read(root: &Node, budget: &Budget) -> Result<Bill, SbomError> {
    let minor = minor(root.str("specVersion"))?;
    let mut gathering = Gathering::new(budget);
    gathering.bill.identifier = filled(root, "serialNumber").map(str::to_owned);
    gathering.bill.foreign.family = Family::CycloneDx(minor);
    gathering.bill.foreign.document = others(root, &DOCUMENT);
    let mut main = None;
    if let Some(metadata) = root.get("metadata") {
        gathering.bill.foreign.metadata = others(metadata, &METADATA);
        gathering.bill.created = filled(metadata, "timestamp").and_then(in_utc);
        gathering.bill.tools = tools(metadata);
        let (ours, _) = Notes::part(pairs(metadata));
        notes::complete_contents(&mut gathering.bill.contents, &ours);
        if let Some(component) = metadata.get("component") {
            subject(component, &mut gathering);
            main = Some(component);
        }
    }
    gathering.bill.links = links(root);
    components(root, None, &mut gathering)?;
    if let Some(component) = main {
        // What the bill is about is there as well, where advisories could speak of it.
        let url = filled(component, "purl").and_then(|url| PackageUrl::parse(url).ok());
        if url.is_some_and(|url| url.ecosystem().is_some()) && !notes::is_subject(&pairs(component)) {
            add(component, None, &mut gathering)?;
        }
        components(component, None, &mut gathering)?;
    }
    for dependency in root.get("dependencies").map_or(&[][..], Node::items) {
        for need in dependency.strings("dependsOn") {
            gathering.needs(dependency.str("ref"), need);
        }
    }
    gathering.bill.flaws =
        root.get("vulnerabilities").map_or(&[][..], Node::items).iter().map(flaw).collect();
    gathering.bill.others += root.get("services").map_or(0, |services| services.items().len());
    Ok(gathering.finish())
}

fn minor(version: &str) -> Result<u8, SbomError> {
    version.strip_prefix("1.").and_then(|minor| minor.parse().ok()).ok_or_else(|| SbomError::Version {
        format: "CycloneDX",
        version: version.chars().take(40).collect(),
        known: "1.0 to 1.7",
    })
}

fn components(node: &Node, above: Option<&str>, gathering: &mut Gathering<'_>) -> Result<(), SbomError> {
    for component in node.get("components").map_or(&[][..], Node::items) {
        let reference = filled(component, "bom-ref");
        match component.str("type") {
            "operating-system" => distribution(component, gathering),
            kind if !is_package(component, kind) => {
                gathering.bill.others += 1;
                let mut kept = component.clone();
                if let Some(mapping) = kept.as_mapping_mut() {
                    mapping.remove("components");
                }
                gathering.bill.foreign.elements.push(kept);
            }
            _ => {
                add(component, above, gathering)?;
            }
        }
        components(component, reference.or(above), gathering)?;
    }
    Ok(())
}

/// Whether a component is a package: what has a package URL is, and what is no file, place or list.
fn is_package(component: &Node, kind: &str) -> bool {
    if filled(component, "purl").is_some() {
        return true;
    }
    let is_list = || pairs(component).iter().any(|(name, _)| name == "aquasecurity:trivy:Class");
    matches!(kind, "application" | "framework" | "library" | "firmware" | "device-driver" | "") && !is_list()
}

fn add(component: &Node, above: Option<&str>, gathering: &mut Gathering<'_>) -> Result<(), SbomError> {
    let reference = filled(component, "bom-ref");
    let mut pairs = pairs(component);
    let mut detail = Detail {
        kind: filled(component, "type").filter(|kind| *kind != "library").map(SmolStr::from),
        cpes: filled(component, "cpe").map(str::to_owned).into_iter().collect(),
        description: filled(component, "description").map(str::to_owned),
        copyright: filled(component, "copyright").map(str::to_owned),
        links: links(component),
        foreign: others(component, &COMPONENT),
        ..Detail::default()
    };
    pairs.retain(|(name, value)| {
        let is_cpe = name == "syft:cpe23" || name == "sekisho:cpe";
        if is_cpe && detail.cpes.len() < MOST && !detail.cpes.contains(value) {
            detail.cpes.push(value.clone());
        }
        !is_cpe
    });
    let occurrences = component.at(&["evidence", "occurrences"]).map_or(&[][..], Node::items);
    let is_noted = pairs.iter().any(|(name, _)| name.ends_with(":path") || name.ends_with(":FilePath"));
    let read = Component {
        reference,
        urls: filled(component, "purl").into_iter().collect(),
        group: filled(component, "group"),
        name: component.str("name").trim(),
        version: filled(component, "version"),
        pairs,
        detail,
    };
    gathering.add(read, |package| {
        fill(package, component);
        if !is_noted {
            let places = occurrences.iter().filter_map(|occurrence| {
                let path = filled(occurrence, "location")?.trim_start_matches('/');
                Some(Place { layer: None, path: path.into(), line: number(occurrence, "line"), owner: None })
            });
            package.places.extend(places);
        }
    })?;
    if let (Some(reference), Some(above)) = (reference, above) {
        gathering.is_part(reference, above);
    }
    Ok(())
}

fn fill(package: &mut Package, component: &Node) {
    package.supplier = component
        .get("supplier")
        .and_then(|supplier| filled(supplier, "name"))
        .or_else(|| filled(component, "publisher"))
        .or_else(|| filled(component, "author"))
        .map(str::to_owned);
    package.licenses = licenses(component);
    package.scope = match component.str("scope") {
        "optional" => Scope::Optional,
        "excluded" => Scope::Development,
        _ => Scope::Runtime,
    };
    let hashes = component.get("hashes").map_or(&[][..], Node::items);
    package.hashes =
        hashes.iter().filter_map(|hash| words::hash(hash.str("alg"), hash.str("content"))).collect();
}

fn licenses(component: &Node) -> Vec<License> {
    let mut found = Vec::new();
    for choice in component.get("licenses").map_or(&[][..], Node::items).iter().take(MOST) {
        let named = choice.get("license");
        let text = filled(choice, "expression")
            .or_else(|| named.and_then(|named| filled(named, "id").or_else(|| filled(named, "name"))));
        let Some(text) = text else { continue };
        let one = if is_expression(text) { License::Expression(text.to_owned()) } else { license(text) };
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

fn distribution(component: &Node, gathering: &mut Gathering<'_>) {
    if gathering.bill.contents.distribution.is_some() {
        return;
    }
    let (ours, others) = Notes::part(pairs(component));
    let said = |name: &str| others.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let name = said("syft:distro:id").unwrap_or_else(|| component.str("name").trim());
    if name.is_empty() {
        return;
    }
    let release = filled(component, "version").or_else(|| said("syft:distro:versionID"));
    let mut distribution = notes::distribution(name, release, &ours);
    let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(SmolStr::from);
    distribution.codename =
        distribution.codename.take().or_else(|| owned(said("syft:distro:versionCodename")));
    distribution.title = distribution.title.take().or_else(|| owned(said("syft:distro:prettyName")));
    gathering.bill.contents.distribution = Some(distribution);
}

fn subject(component: &Node, gathering: &mut Gathering<'_>) {
    let kind = match component.str("type") {
        "container" => SubjectKind::Image,
        "file" => SubjectKind::File,
        "library" | "framework" => SubjectKind::Library,
        "platform" => SubjectKind::Platform,
        _ => SubjectKind::Application,
    };
    let version = filled(component, "version").map(str::to_owned);
    let hashes = component.get("hashes").map_or(&[][..], Node::items);
    let hash = hashes.iter().filter_map(|hash| words::hash(hash.str("alg"), hash.str("content")));
    let digest = hash.map(|hash| format!("{}:{}", hash.algorithm, hash.value)).next();
    let is_digest = |text: &&String| text.starts_with("sha256:");
    let subject = Subject {
        kind,
        name: component.str("name").to_owned(),
        url: filled(component, "purl").and_then(|url| PackageUrl::parse(url).ok()),
        digest: digest.or_else(|| version.as_ref().filter(is_digest).cloned()),
        version,
        reference: filled(component, "bom-ref").map(str::to_owned),
        ..Subject::default()
    };
    gathering.subject(subject, &pairs(component));
}

/// Up to 1.4 tools are a list, since then an object of components and services.
fn tools(metadata: &Node) -> Vec<Tool> {
    let Some(tools) = metadata.get("tools") else { return Vec::new() };
    let listed = tools.items().iter();
    let components = tools.get("components").map_or(&[][..], Node::items).iter();
    let read = |tool: &Node| Tool {
        vendor: filled(tool, "vendor")
            .or_else(|| filled(tool.get("supplier")?, "name"))
            .or_else(|| filled(tool, "publisher"))
            .or_else(|| filled(tool, "author"))
            .or_else(|| filled(tool, "group"))
            .map(str::to_owned),
        name: tool.str("name").to_owned(),
        version: filled(tool, "version").map(str::to_owned),
    };
    listed.chain(components).map(read).filter(|tool| !tool.name.is_empty()).collect()
}

fn links(node: &Node) -> Vec<Link> {
    let references = node.get("externalReferences").map_or(&[][..], Node::items);
    let read = |reference: &Node| {
        Some(Link {
            kind: filled(reference, "type").unwrap_or("other").into(),
            address: filled(reference, "url")?.to_owned(),
        })
    };
    references.iter().filter_map(read).collect()
}

fn pairs(node: &Node) -> Vec<(String, String)> {
    let properties = node.get("properties").map_or(&[][..], Node::items);
    let read =
        |property: &Node| Some((filled(property, "name")?.to_owned(), property.str("value").to_owned()));
    properties.iter().filter_map(read).collect()
}

fn flaw(node: &Node) -> Flaw {
    let list = |key: &str| node.get(key).map_or(&[][..], Node::items);
    Flaw {
        id: node.str("id").to_owned(),
        source: node.get("source").map(|source| Tool {
            vendor: filled(source, "url").map(str::to_owned),
            name: source.str("name").to_owned(),
            version: None,
        }),
        aliases: list("references").iter().filter_map(|one| filled(one, "id")).map(str::to_owned).collect(),
        ratings: list("ratings").iter().map(rating).collect(),
        description: filled(node, "description").map(str::to_owned),
        recommendation: filled(node, "recommendation").map(str::to_owned),
        published: filled(node, "published").map(str::to_owned),
        affects: list("affects").iter().filter_map(|one| filled(one, "ref")).map(SmolStr::from).collect(),
        analysis: node.get("analysis").map(|analysis| Analysis {
            state: filled(analysis, "state").map(SmolStr::from),
            justification: filled(analysis, "justification").map(SmolStr::from),
            detail: filled(analysis, "detail").map(str::to_owned),
        }),
        foreign: others(node, &FLAW),
    }
}

fn rating(node: &Node) -> Rating {
    let score = node.get("score").and_then(|score| match &score.value {
        sekisho_manifest::Value::Int(number) => number.checked_mul(10),
        #[allow(
            clippy::cast_possible_truncation,
            reason = "a float that does not fit becomes the nearest that does"
        )]
        sekisho_manifest::Value::Float(number) => Some((number * 10.0).round() as i64),
        sekisho_manifest::Value::String(text) =>
        {
            #[allow(clippy::cast_possible_truncation, reason = "as above")]
            text.parse::<f64>().ok().map(|number| (number * 10.0).round() as i64)
        }
        _ => None,
    });
    Rating {
        severity: filled(node, "severity").unwrap_or("unknown").into(),
        score: score.and_then(|score| u16::try_from(score).ok()).filter(|score| *score <= 100),
        method: filled(node, "method").map(SmolStr::from),
        vector: filled(node, "vector").map(str::to_owned),
    }
}
