//! CycloneDX in JSON: the analysis of vulnerabilities in a bill of materials, or in a document beside it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Document, Justification, Product, Statement, Status};
use crate::budget::{AdvisoryError, list};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    #[serde(default)]
    serial_number: String,
    #[serde(default)]
    version: Option<u64>,
    #[serde(default)]
    metadata: Metadata,
    #[serde(default, deserialize_with = "list")]
    components: Vec<Component>,
    #[serde(default, deserialize_with = "list")]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    timestamp: String,
    component: Option<Component>,
    #[serde(deserialize_with = "list")]
    authors: Vec<Named>,
    supplier: Named,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Named {
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Component {
    #[serde(rename = "bom-ref")]
    reference: String,
    purl: Option<String>,
    #[serde(deserialize_with = "list")]
    components: Vec<Component>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Vulnerability {
    id: String,
    #[serde(deserialize_with = "list")]
    references: Vec<Reference>,
    analysis: Option<Analysis>,
    #[serde(deserialize_with = "list")]
    affects: Vec<Affects>,
    recommendation: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reference {
    id: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Analysis {
    state: String,
    justification: String,
    detail: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Affects {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(deserialize_with = "list")]
    versions: Vec<Versions>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Versions {
    version: Option<String>,
    range: Option<String>,
    status: String,
}

fn status(state: &str) -> Option<Status> {
    Some(match state {
        "resolved" | "resolved_with_pedigree" => Status::Fixed,
        "exploitable" => Status::Affected,
        "in_triage" => Status::UnderInvestigation,
        "false_positive" | "not_affected" => Status::NotAffected,
        _ => return None,
    })
}

/// CycloneDX's reasons, and the ones that come nearest to them.
const JUSTIFICATIONS: [(&str, Justification); 9] = [
    ("code_not_present", Justification::VulnerableCodeNotPresent),
    ("code_not_reachable", Justification::VulnerableCodeNotInExecutePath),
    ("protected_by_mitigating_control", Justification::InlineMitigationsAlreadyExist),
    ("requires_configuration", Justification::VulnerableCodeCannotBeControlledByAdversary),
    ("requires_dependency", Justification::ComponentNotPresent),
    ("requires_environment", Justification::VulnerableCodeCannotBeControlledByAdversary),
    ("protected_by_compiler", Justification::InlineMitigationsAlreadyExist),
    ("protected_at_runtime", Justification::InlineMitigationsAlreadyExist),
    ("protected_at_perimeter", Justification::InlineMitigationsAlreadyExist),
];

pub(super) fn read(text: &str) -> Result<Document, AdvisoryError> {
    let record: Record = serde_json::from_str(text)?;
    let author = record.metadata.authors.into_iter().next().unwrap_or(record.metadata.supplier).name;
    let mut urls: BTreeMap<String, String> = BTreeMap::new();
    let mut components = record.components;
    components.extend(record.metadata.component);
    while let Some(component) = components.pop() {
        components.extend(component.components);
        if let Some(purl) = component.purl {
            urls.insert(component.reference, purl);
        }
    }
    let mut statements = Vec::new();
    for vulnerability in record.vulnerabilities {
        // What has no analysis is a finding, and no statement.
        let Some(analysis) = vulnerability.analysis else { continue };
        let Some(status) = status(&analysis.state) else { continue };
        let justification = JUSTIFICATIONS.iter().find(|(name, _)| *name == analysis.justification);
        let products = vulnerability.affects.into_iter().flat_map(|affects| products(affects, status, &urls));
        let (impact, action) = match status {
            Status::Affected => (String::new(), vulnerability.recommendation),
            _ => (analysis.detail, String::new()),
        };
        statements.push(Statement {
            vulnerability: vulnerability.id,
            aliases: vulnerability.references.into_iter().map(|reference| reference.id).collect(),
            products: products.collect(),
            status,
            justification: justification.map(|(_, justification)| *justification),
            impact,
            action,
            timestamp: None,
        });
    }
    Ok(Document {
        id: record.serial_number,
        author,
        timestamp: record.metadata.timestamp,
        version: record.version.unwrap_or(1),
        statements,
    })
}

/// The products of a reference: a component here, or in another document by its `urn:cdx:` link.
fn products(affects: Affects, status: Status, urls: &BTreeMap<String, String>) -> Vec<Product> {
    let local = affects.reference.rsplit_once('#').filter(|_| affects.reference.starts_with("urn:cdx:"));
    let name = local.map_or(affects.reference.as_str(), |(_, name)| name);
    let id = urls.get(name).cloned().unwrap_or_else(|| name.to_owned());
    // Versions of which the opposite is said are not meant.
    let opposite = if status == Status::Affected { "unaffected" } else { "affected" };
    let meant: Vec<Product> = affects
        .versions
        .into_iter()
        .filter(|versions| versions.status.is_empty() || versions.status != opposite)
        .map(|versions| {
            let (id, range) = match (versions.version, versions.range) {
                (Some(version), _) if !id.contains('@') => (format!("{id}@{version}"), None),
                (_, range) => (id.clone(), range),
            };
            Product { id, versions: range, components: Vec::new() }
        })
        .collect();
    if meant.is_empty() { vec![Product { id, ..Product::default() }] } else { meant }
}

pub(super) fn write(document: &Document) -> Value {
    let vulnerabilities: Vec<Value> = document.statements.iter().map(vulnerability).collect();
    let mut map = Map::new();
    map.insert("bomFormat".into(), "CycloneDX".into());
    map.insert("specVersion".into(), "1.6".into());
    if document.id.starts_with("urn:uuid:") {
        map.insert("serialNumber".into(), document.id.clone().into());
    }
    map.insert("version".into(), document.version.into());
    let author = json!([{ "name": document.author }]);
    map.insert("metadata".into(), json!({ "timestamp": document.timestamp, "authors": author }));
    map.insert("components".into(), components(document).into());
    map.insert("vulnerabilities".into(), vulnerabilities.into());
    map.into()
}

/// The components that a statement means: those within a product where there are some, else the product.
fn meant(statement: &Statement) -> impl Iterator<Item = &String> {
    statement.products.iter().flat_map(|product| {
        let whole = Some(&product.id).filter(|_| product.components.is_empty());
        product.components.iter().chain(whole)
    })
}

fn components(document: &Document) -> Vec<Value> {
    let mut ids: Vec<&String> = document.statements.iter().flat_map(meant).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter()
        .map(|id| {
            let mut map = Map::new();
            map.insert("type".into(), "library".into());
            map.insert("bom-ref".into(), id.clone().into());
            let url = sekisho_version::PackageUrl::parse(id).ok();
            map.insert("name".into(), url.as_ref().map_or(id.as_str(), |url| url.name()).into());
            if let Some(version) = url.as_ref().and_then(|url| url.version()) {
                map.insert("version".into(), version.into());
            }
            if url.is_some() {
                map.insert("purl".into(), id.clone().into());
            }
            map.into()
        })
        .collect()
}

fn vulnerability(statement: &Statement) -> Value {
    let state = match statement.status {
        Status::NotAffected => "not_affected",
        Status::Affected => "exploitable",
        Status::Fixed => "resolved",
        Status::UnderInvestigation => "in_triage",
    };
    let mut analysis = json!({ "state": state });
    if let Some(map) = analysis.as_object_mut() {
        let reason = |wanted| JUSTIFICATIONS.iter().find(|(_, known)| *known == wanted);
        if let Some((name, _)) = statement.justification.and_then(reason) {
            map.insert("justification".into(), (*name).into());
        }
        if !statement.impact.is_empty() {
            map.insert("detail".into(), statement.impact.clone().into());
        }
    }
    let affects: Vec<Value> = meant(statement).map(|id| json!({ "ref": id })).collect();
    let mut map = Map::new();
    map.insert("id".into(), statement.vulnerability.clone().into());
    if !statement.aliases.is_empty() {
        let references = statement.aliases.iter().map(|id| json!({ "id": id, "source": {} }));
        map.insert("references".into(), references.collect());
    }
    map.insert("analysis".into(), analysis);
    if !statement.action.is_empty() {
        map.insert("recommendation".into(), statement.action.clone().into());
    }
    map.insert("affects".into(), affects.into());
    map.into()
}
