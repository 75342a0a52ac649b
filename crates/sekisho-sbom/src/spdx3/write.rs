//! Bill → SPDX 3.0.1.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_contents::{Distribution, Hash, Package};
use smol_str::{SmolStr, ToSmolStr};

use super::{ALGORITHMS, PURPOSES};
use crate::bill::{Bill, Detail, Subject, SubjectKind};
use crate::declared;
use crate::identity::{short, slug, uuid};
use crate::json::{Json, Object, texts};
use crate::notes::{self, Notes, PREFIX};

/// The time of a document that tells none, which it must.
pub(super) const UNDATED: &str = "1970-01-01T00:00:00Z";
/// The node that says when and by whom all was said.
const CREATION: &str = "_:creation";
/// What stands for the name of the document until that is known.
const PLACEHOLDER: &str = "urn:sekisho:document";

/// The bill as JSON-LD.
pub(crate) fn write(bill: &Bill) -> String {
    let draft = Writer { bill, base: PLACEHOLDER.to_owned() };
    let body = draft.document().print();
    let name = bill.subject.as_ref().map_or("sekisho", |subject| subject.name.as_str());
    let base = format!("https://spdx.org/spdxdocs/{}-{}", slug(name), uuid(&body));
    body.replace(PLACEHOLDER, &base)
}

struct Writer<'b> {
    bill: &'b Bill,
    base: String,
}

/// What the elements of a document have in common.
struct Graph {
    elements: Vec<Json>,
    ids: Vec<String>,
    base: String,
}

impl Graph {
    fn id(&self, name: &str) -> String {
        format!("{}#{name}", self.base)
    }

    fn begin(kind: &str, id: &str) -> Object {
        Object::new().with("type", kind).with("spdxId", id).with("creationInfo", CREATION)
    }

    fn put(&mut self, id: String, element: Object) {
        self.elements.push(element.into());
        self.ids.push(id);
    }

    fn relate(&mut self, from: &str, kind: &str, to: Vec<Json>) {
        if to.is_empty() {
            return;
        }
        let id = self.id(&format!("relationship-{kind}-{}", short(from)));
        let element = Self::begin("Relationship", &id)
            .with("from", from)
            .with("relationshipType", kind)
            .with("to", Json::List(to));
        self.put(id, element);
    }
}

impl Writer<'_> {
    fn document(&self) -> Json {
        let bill = self.bill;
        let contents = &bill.contents;
        let mut graph = Graph { elements: Vec::new(), ids: Vec::new(), base: self.base.clone() };
        let (creation, makers) = self.creation(&mut graph);
        let subject = bill.subject.as_ref().map(|subject| Self::subject(subject, &mut graph));
        let system = contents.distribution.as_ref().map(|one| Self::system(one, &mut graph));
        let ids: BTreeMap<SmolStr, String> = contents
            .packages
            .iter()
            .map(|package| {
                let url = package.url.to_smolstr();
                let id = graph.id(&format!("package-{}-{}", slug(package.url.name()), short(&url)));
                (url, id)
            })
            .collect();
        let mut agents = BTreeMap::new();
        let mut told = BTreeSet::new();
        let mut licenses: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for package in &contents.packages {
            self.package(package, &ids, &mut agents, &mut licenses, &mut graph);
        }
        for (name, id) in agents {
            let element = Graph::begin("Agent", &id).with("name", name);
            graph.put(id, element);
        }
        for (expression, texts) in licenses {
            self.license(&expression, &texts, &mut told, &mut graph);
        }
        let all = || system.iter().chain(ids.values()).cloned();
        if let Some(subject) = &subject {
            graph.relate(subject, "contains", texts(all()));
        }
        self.relate(&ids, &mut graph);
        let roots: Vec<String> = subject.into_iter().collect();
        let sbom_id = graph.id("sbom");
        let bill_of_materials = Graph::begin("software_Sbom", &sbom_id)
            .list("element", texts(&graph.ids))
            .list("rootElement", texts(roots))
            .with("software_sbomType", Json::List(texts(["analyzed"])));
        graph.put(sbom_id.clone(), bill_of_materials);
        let name = bill.subject.as_ref().map_or("sekisho", |subject| subject.name.as_str());
        let document = Graph::begin("SpdxDocument", &self.base)
            .list("extension", extension(&notes::of_contents(contents), &[]))
            .with("name", name)
            .list("element", texts(&graph.ids))
            .with("profileConformance", Json::List(texts(["core", "software", "simpleLicensing"])))
            .with("rootElement", Json::List(texts([&sbom_id])));
        let mut elements = vec![creation.into(), Json::Object(document)];
        elements.extend(makers);
        elements.append(&mut graph.elements);
        Object::new()
            .with("@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld")
            .with("@graph", Json::List(elements))
            .into()
    }

    /// When and by whom it was said.
    fn creation(&self, graph: &mut Graph) -> (Object, Vec<Json>) {
        let mut names: Vec<String> = Vec::new();
        for tool in &self.bill.tools {
            let version = tool.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
            names.push(format!("{}{version}", tool.name));
        }
        if names.is_empty() {
            names.push("sekisho".to_owned());
        }
        names.dedup();
        let mut makers = Vec::new();
        let mut ids = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let id = graph.id(&format!("tool-{index}"));
            makers.push(Graph::begin("SoftwareAgent", &id).with("name", name).into());
            ids.push(id);
        }
        graph.ids.extend(ids.iter().cloned());
        let creation = Object::new()
            .with("type", "CreationInfo")
            .with("@id", CREATION)
            .with("specVersion", "3.0.1")
            .with("created", self.bill.created.as_deref().unwrap_or(UNDATED))
            .with("createdBy", Json::List(texts(&ids)));
        (creation, makers)
    }

    fn subject(subject: &Subject, graph: &mut Graph) -> String {
        let purpose = match subject.kind {
            SubjectKind::Image => "container",
            SubjectKind::File => "file",
            SubjectKind::Library => "library",
            SubjectKind::Platform => "platform",
            SubjectKind::Folder | SubjectKind::Application => "application",
        };
        let digest = subject.digest.as_deref().and_then(|digest| digest.split_once(':'));
        let hash = digest.map(|(algorithm, value)| Hash { algorithm: algorithm.into(), value: value.into() });
        let id = graph.id("subject");
        let element = Graph::begin("software_Package", &id)
            .list("extension", extension(&notes::of_subject(subject), &[]))
            .with("name", &subject.name)
            .list("verifiedUsing", hash.as_ref().and_then(verified).into_iter().collect())
            .with("software_primaryPurpose", purpose)
            .maybe("software_packageUrl", subject.url.as_ref().map(ToString::to_string))
            .maybe("software_packageVersion", subject.version.as_ref());
        graph.put(id.clone(), element);
        id
    }

    fn system(distribution: &Distribution, graph: &mut Graph) -> String {
        let id = graph.id("operating-system");
        let element = Graph::begin("software_Package", &id)
            .list("extension", extension(&notes::of_distribution(distribution), &[]))
            .with("name", &distribution.id)
            .with("software_primaryPurpose", "operatingSystem")
            .maybe("software_packageVersion", distribution.release.as_ref());
        graph.put(id.clone(), element);
        id
    }

    fn package(
        &self,
        package: &Package,
        ids: &BTreeMap<SmolStr, String>,
        agents: &mut BTreeMap<String, String>,
        licenses: &mut BTreeMap<String, BTreeMap<String, String>>,
        graph: &mut Graph,
    ) {
        let url = package.url.to_smolstr();
        let Some(id) = ids.get(&url) else { return };
        let empty = Detail::default();
        let detail = self.bill.details.get(&url).unwrap_or(&empty);
        let name = match &detail.name {
            Some((Some(group), name)) => format!("{group}/{name}"),
            Some((None, name)) => name.clone(),
            None => package.url.package_name(),
        };
        let mut own_texts = BTreeMap::new();
        let declared = declared::declare(&package.licenses, &self.bill.license_texts, &mut own_texts);
        let mut plain = Package::new(package.url.clone(), package.evidence);
        plain.licenses = declared::licenses(declared.as_deref().unwrap_or_default(), &own_texts);
        plain.hashes = package.hashes.iter().filter(|hash| verified(hash).is_some()).cloned().collect();
        plain.supplier =
            package.supplier.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        plain.dependencies =
            package.dependencies.iter().filter(|need| ids.contains_key(*need)).cloned().collect();
        let notes = notes::of_package(package, &plain, self.bill.contents.distribution.as_ref());
        let supplier = plain.supplier.as_ref().map(|name| {
            let id = graph.id(&format!("agent-{}", short(name)));
            agents.entry(name.clone()).or_insert(id).clone()
        });
        let cpe = |cpe: &String| -> Option<Json> {
            let kind = if cpe.starts_with("cpe:2.3:") { "cpe23" } else { "cpe22" };
            let entry = Object::new()
                .with("type", "ExternalIdentifier")
                .with("externalIdentifierType", kind)
                .with("identifier", cpe);
            cpe.starts_with("cpe:").then(|| entry.into())
        };
        let address = |kind: &str| {
            let link = detail.links.iter().find(|link| link.kind == kind);
            link.map(|link| link.address.as_str())
                .filter(|address| address.contains(':') && !address.contains(' '))
        };
        let kind = detail.kind.as_deref().unwrap_or("library");
        let purpose = PURPOSES.iter().find(|(ours, _)| *ours == kind).map_or("other", |(_, theirs)| *theirs);
        let element = Graph::begin("software_Package", id)
            .maybe("description", detail.description.as_ref())
            .list("extension", extension(&notes, &detail.notes))
            .list("externalIdentifier", detail.cpes.iter().filter_map(cpe).collect())
            .with("name", name)
            .maybe("suppliedBy", supplier)
            .list("verifiedUsing", package.hashes.iter().filter_map(verified).collect())
            .maybe("software_copyrightText", detail.copyright.as_ref())
            .with("software_primaryPurpose", purpose)
            .maybe("software_downloadLocation", address("distribution"))
            .maybe("software_homePage", address("website"))
            .maybe("software_packageUrl", Some(url.to_string()).filter(|_| !detail.is_named_only))
            .maybe("software_packageVersion", package.url.version());
        graph.put(id.clone(), element);
        if let Some(declared) = declared {
            let license = graph.id(&format!("license-{}", short(&declared)));
            graph.relate(id, "hasDeclaredLicense", texts([license]));
            licenses.entry(declared).or_default().extend(own_texts);
        }
    }

    /// An expression, with the texts that it refers to; `told` are those that stand in the graph already.
    fn license(
        &self,
        expression: &str,
        meant: &BTreeMap<String, String>,
        told: &mut BTreeSet<String>,
        graph: &mut Graph,
    ) {
        let mut entries = Vec::new();
        for (reference, words) in meant {
            let id = graph.id(&format!("license-text-{}", short(reference)));
            entries.push(
                Object::new()
                    .with("type", "DictionaryEntry")
                    .with("key", reference)
                    .with("value", &id)
                    .into(),
            );
            if !told.insert(reference.clone()) {
                continue;
            }
            let text = self.bill.license_texts.get(reference).unwrap_or(words);
            let element = Graph::begin("simplelicensing_SimpleLicensingText", &id)
                .with("name", words.lines().next().unwrap_or_default())
                .with("simplelicensing_licenseText", text);
            graph.put(id, element);
        }
        let id = graph.id(&format!("license-{}", short(expression)));
        let element = Graph::begin("simplelicensing_LicenseExpression", &id)
            .list("simplelicensing_customIdToUri", entries)
            .with("simplelicensing_licenseExpression", expression);
        graph.put(id, element);
    }

    fn relate(&self, ids: &BTreeMap<SmolStr, String>, graph: &mut Graph) {
        let mut parts: BTreeMap<&String, Vec<Json>> = BTreeMap::new();
        for package in &self.bill.contents.packages {
            let url = package.url.to_smolstr();
            let Some(id) = ids.get(&url) else { continue };
            let needs = package.dependencies.iter().filter_map(|need| ids.get(need));
            graph.relate(id, "dependsOn", texts(needs));
            let within = self.bill.details.get(&url).and_then(|detail| ids.get(detail.within.as_ref()?));
            if let Some(within) = within {
                parts.entry(within).or_default().push(id.into());
            }
        }
        for (within, parts) in parts {
            graph.relate(within, "contains", parts);
        }
    }
}

fn verified(hash: &Hash) -> Option<Json> {
    let (_, theirs) = ALGORITHMS.iter().find(|(ours, _)| *ours == hash.algorithm)?;
    let is_digest = !hash.value.is_empty()
        && hash.value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    let entry = Object::new().with("type", "Hash").with("algorithm", *theirs).with("hashValue", &hash.value);
    is_digest.then(|| entry.into())
}

/// Pairs as the extension that SPDX has for the properties of CycloneDX.
fn extension(notes: &Notes, others: &[(String, String)]) -> Vec<Json> {
    let entry = |name: String, value: &str| {
        Object::new()
            .with("type", "extension_CdxPropertyEntry")
            .with("extension_cdxPropName", name)
            .with("extension_cdxPropValue", value)
            .into()
    };
    let ours = notes.0.iter().map(|(name, value)| entry(format!("{PREFIX}{name}"), value));
    let all: Vec<Json> = ours.chain(others.iter().map(|(name, value)| entry(name.clone(), value))).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let whole = Object::new()
        .with("type", "extension_CdxPropertiesExtension")
        .with("extension_cdxProperty", Json::List(all));
    vec![whole.into()]
}
