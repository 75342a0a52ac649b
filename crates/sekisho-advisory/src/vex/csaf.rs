//! CSAF 2.0, profile VEX. See the specification of OASIS.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Document, Justification, Product, Statement, Status};
use crate::budget::{AdvisoryError, list};

#[derive(Deserialize)]
struct Record {
    document: Head,
    #[serde(default)]
    product_tree: Tree,
    #[serde(default, deserialize_with = "list")]
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Head {
    publisher: Publisher,
    tracking: Tracking,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Publisher {
    name: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tracking {
    id: String,
    current_release_date: String,
    version: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tree {
    #[serde(deserialize_with = "list")]
    branches: Vec<Branch>,
    #[serde(deserialize_with = "list")]
    full_product_names: Vec<Named>,
    #[serde(deserialize_with = "list")]
    relationships: Vec<Relationship>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Branch {
    category: String,
    name: String,
    #[serde(deserialize_with = "list")]
    branches: Vec<Branch>,
    product: Option<Named>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Named {
    product_id: String,
    name: String,
    product_identification_helper: Helper,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Helper {
    purl: Option<String>,
    cpe: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Relationship {
    product_reference: String,
    relates_to_product_reference: String,
    full_product_name: Named,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Vulnerability {
    cve: Option<String>,
    #[serde(deserialize_with = "list")]
    ids: Vec<Id>,
    product_status: BTreeMap<String, Vec<String>>,
    #[serde(deserialize_with = "list")]
    flags: Vec<Said>,
    #[serde(deserialize_with = "list")]
    threats: Vec<Said>,
    #[serde(deserialize_with = "list")]
    remediations: Vec<Said>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Id {
    text: String,
}

/// A flag, a threat or a remediation.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    label: String,
    category: String,
    details: String,
    #[serde(deserialize_with = "list")]
    product_ids: Vec<String>,
}

/// How CSAF groups products by what holds of them.
const STATUSES: [(&str, Status); 6] = [
    ("known_not_affected", Status::NotAffected),
    ("known_affected", Status::Affected),
    ("first_affected", Status::Affected),
    ("last_affected", Status::Affected),
    ("fixed", Status::Fixed),
    ("under_investigation", Status::UnderInvestigation),
];

pub(super) fn read(text: &str) -> Result<Document, AdvisoryError> {
    let record: Record = serde_json::from_str(text)?;
    let products = products(record.product_tree);
    let mut statements = Vec::new();
    for vulnerability in record.vulnerabilities {
        let ids = vulnerability.ids.into_iter().map(|id| id.text);
        let mut names = vulnerability.cve.into_iter().chain(ids).filter(|name| !name.is_empty());
        let name = names.next().ok_or(AdvisoryError::Missing("cve"))?;
        let aliases: Vec<String> = names.collect();
        let statuses = STATUSES
            .iter()
            .filter_map(|(key, status)| Some((vulnerability.product_status.get(*key)?, *status)));
        for (ids, status) in statuses {
            // Products of which the same is said share a statement.
            let mut groups: BTreeMap<(Option<Justification>, String, String), Vec<Product>> = BTreeMap::new();
            let words = Words::of(&vulnerability.flags, &vulnerability.threats, &vulnerability.remediations);
            for id in ids {
                let product = products
                    .get(id)
                    .cloned()
                    .unwrap_or_else(|| Product { id: id.clone(), ..Product::default() });
                groups.entry(words.about(id, status)).or_default().push(product);
            }
            statements.extend(groups.into_iter().map(|((justification, impact, action), products)| {
                Statement {
                    vulnerability: name.clone(),
                    aliases: aliases.clone(),
                    products,
                    status,
                    justification,
                    impact,
                    action,
                    timestamp: None,
                }
            }));
        }
    }
    let Tracking { id, current_release_date, version } = record.document.tracking;
    let revision = version.split('.').next().and_then(|major| major.parse().ok());
    Ok(Document {
        id,
        author: record.document.publisher.name,
        timestamp: current_release_date,
        version: revision.unwrap_or(1),
        statements,
    })
}

/// What is said of each product, first come first kept.
struct Words<'r> {
    flags: BTreeMap<&'r str, Justification>,
    impacts: BTreeMap<&'r str, &'r str>,
    actions: BTreeMap<&'r str, &'r str>,
}

impl<'r> Words<'r> {
    fn of(flags: &'r [Said], threats: &'r [Said], remediations: &'r [Said]) -> Self {
        let mut words = Self { flags: BTreeMap::new(), impacts: BTreeMap::new(), actions: BTreeMap::new() };
        for flag in flags {
            let Some(justification) = Justification::named(&flag.label) else { continue };
            for id in &flag.product_ids {
                words.flags.entry(id).or_insert(justification);
            }
        }
        for threat in threats.iter().filter(|threat| threat.category == "impact") {
            for id in &threat.product_ids {
                words.impacts.entry(id).or_insert(&threat.details);
            }
        }
        for remediation in remediations {
            for id in &remediation.product_ids {
                words.actions.entry(id).or_insert(&remediation.details);
            }
        }
        words
    }

    fn about(&self, id: &str, status: Status) -> (Option<Justification>, String, String) {
        let text = |texts: &BTreeMap<&str, &str>| texts.get(id).copied().unwrap_or_default().to_owned();
        match status {
            Status::NotAffected => (self.flags.get(id).copied(), text(&self.impacts), String::new()),
            Status::Affected => (None, String::new(), text(&self.actions)),
            _ => (None, String::new(), String::new()),
        }
    }
}

/// The products by their ids. A product that is part of another has that other as its product.
fn products(tree: Tree) -> BTreeMap<String, Product> {
    let mut found = BTreeMap::new();
    let mut branches = tree.branches;
    while let Some(branch) = branches.pop() {
        branches.extend(branch.branches);
        if let Some(named) = branch.product {
            let versions = (branch.category == "product_version_range" && branch.name.starts_with("vers:"))
                .then_some(branch.name);
            found.insert(named.product_id.clone(), Product { versions, ..product(named) });
        }
    }
    for named in tree.full_product_names {
        found.insert(named.product_id.clone(), product(named));
    }
    for relationship in tree.relationships {
        let part = found.get(&relationship.product_reference).cloned();
        let whole = found.get(&relationship.relates_to_product_reference).cloned();
        if let (Some(part), Some(whole)) = (part, whole) {
            let id = relationship.full_product_name.product_id;
            found.insert(id, Product { components: vec![part.id], versions: part.versions, ..whole });
        }
    }
    found
}

fn product(named: Named) -> Product {
    let helper = named.product_identification_helper;
    let id = helper.purl.or(helper.cpe).unwrap_or(if named.name.is_empty() {
        named.product_id
    } else {
        named.name
    });
    Product { id, ..Product::default() }
}

pub(super) fn write(document: &Document) -> Value {
    let (tree, ids) = tree(document);
    let vulnerabilities: Vec<Value> =
        document.statements.iter().map(|statement| vulnerability(statement, &ids)).collect();
    let revision = document.version.to_string();
    json!({
        "document": {
            "category": "csaf_vex",
            "csaf_version": "2.0",
            "publisher": { "category": "vendor", "name": document.author, "namespace": "https://example.com" },
            "title": document.id,
            "tracking": {
                "id": document.id,
                "status": "final",
                "version": revision,
                "initial_release_date": document.timestamp,
                "current_release_date": document.timestamp,
                "revision_history": [
                    { "date": document.timestamp, "number": revision, "summary": "This revision" }
                ],
            },
        },
        "product_tree": tree,
        "vulnerabilities": vulnerabilities,
    })
}

/// The product tree, and the ids that products have in it. A component of a product has an id of its own.
fn tree(document: &Document) -> (Value, BTreeMap<(String, String), String>) {
    let mut ids: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut names: Vec<Value> = Vec::new();
    let mut relationships: Vec<Value> = Vec::new();
    let products = document.statements.iter().flat_map(|statement| &statement.products);
    for product in products {
        for id in std::iter::once(&product.id).chain(&product.components) {
            let key = (id.clone(), String::new());
            if ids.contains_key(&key) {
                continue;
            }
            let product_id = format!("P{}", ids.len() + 1);
            let mut name = json!({ "product_id": product_id, "name": id });
            if let (Some(map), true) = (name.as_object_mut(), id.starts_with("pkg:")) {
                map.insert("product_identification_helper".into(), json!({ "purl": id }));
            }
            names.push(name);
            ids.insert(key, product_id);
        }
        for component in &product.components {
            let key = (product.id.clone(), component.clone());
            if ids.contains_key(&key) {
                continue;
            }
            let product_id = format!("P{}", ids.len() + 1);
            let of = |id: &String| ids.get(&(id.clone(), String::new())).cloned().unwrap_or_default();
            relationships.push(json!({
                "category": "default_component_of",
                "full_product_name": { "product_id": product_id, "name": format!("{component} in {}", product.id) },
                "product_reference": of(component),
                "relates_to_product_reference": of(&product.id),
            }));
            ids.insert(key, product_id);
        }
    }
    let mut tree = json!({ "full_product_names": names });
    if let (Some(map), false) = (tree.as_object_mut(), relationships.is_empty()) {
        map.insert("relationships".into(), relationships.into());
    }
    (tree, ids)
}

fn vulnerability(statement: &Statement, ids: &BTreeMap<(String, String), String>) -> Value {
    let mut products: Vec<String> = Vec::new();
    for product in &statement.products {
        let mut of = |component: &str| {
            products.extend(ids.get(&(product.id.clone(), component.to_owned())).cloned());
        };
        if product.components.is_empty() {
            of("");
        }
        product.components.iter().for_each(|component| of(component));
    }
    let key = STATUSES.iter().find(|(_, status)| *status == statement.status).map_or("", |(key, _)| key);
    let mut map = Map::new();
    if statement.vulnerability.starts_with("CVE-") {
        map.insert("cve".into(), statement.vulnerability.clone().into());
    }
    let is_cve = statement.vulnerability.starts_with("CVE-");
    let others = Some(&statement.vulnerability).filter(|_| !is_cve).into_iter().chain(&statement.aliases);
    let others: Vec<Value> = others.map(|id| json!({ "system_name": "vulnerability", "text": id })).collect();
    if !others.is_empty() {
        map.insert("ids".into(), others.into());
    }
    map.insert("product_status".into(), json!({ key: products }));
    if let Some(justification) = statement.justification {
        map.insert("flags".into(), json!([{ "label": justification.name(), "product_ids": products }]));
    }
    if !statement.impact.is_empty() {
        let threat = json!({ "category": "impact", "details": statement.impact, "product_ids": products });
        map.insert("threats".into(), json!([threat]));
    }
    if !statement.action.is_empty() {
        let remedy =
            json!({ "category": "vendor_fix", "details": statement.action, "product_ids": products });
        map.insert("remediations".into(), json!([remedy]));
    }
    map.into()
}
