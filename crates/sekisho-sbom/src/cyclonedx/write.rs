//! Bill → CycloneDX. The fields stand in the order of the XML schema, so that one tree serves both.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_contents::{Contents, Distribution, License, Package, Scope, license};
use smol_str::{SmolStr, ToSmolStr};

use super::shape::to_xml;
use super::words;
use crate::bill::{Bill, DEEPEST, Detail, Family, Flaw, Foreign, Link, Subject, SubjectKind, Tool};
use crate::declared::{is_expression, listed};
use crate::gathering::shown_name;
use crate::identity::serial_number;
use crate::json::{Json, Object, texts};
use crate::notes::{self, Notes, PREFIX};

/// The reference of the operating system.
const SYSTEM: &str = "operating-system";
/// The reference of the subject, where nothing better is there.
const SUBJECT: &str = "subject";

/// The bill as JSON of version 1.`minor`.
pub(crate) fn write_json(bill: &Bill, minor: u8) -> String {
    document(bill, minor, true).print()
}

/// The bill as XML of version 1.`minor`.
pub(crate) fn write_xml(bill: &Bill, minor: u8) -> String {
    to_xml(&document(bill, minor, false), &format!("1.{minor}"))
}

fn document(bill: &Bill, minor: u8, is_json: bool) -> Json {
    let writer = Writer::new(bill, minor, is_json);
    let head = |serial: Option<String>| {
        Object::new()
            .with("$schema", format!("http://cyclonedx.org/schema/bom-1.{minor}.schema.json"))
            .with("bomFormat", "CycloneDX")
            .with("specVersion", format!("1.{minor}"))
            .maybe("serialNumber", serial)
            .with("version", 1_u32)
    };
    let body = writer.body();
    let serial = serial_number(&Json::Object(body.clone()).print());
    let mut whole = head(Some(serial));
    whole.0.extend(body.0);
    Json::Object(whole)
}

struct Writer<'b> {
    bill: &'b Bill,
    minor: u8,
    /// What was read of a bill of the same kind and is kept as it was.
    foreign: Option<&'b Foreign>,
    /// The reference of each package.
    references: BTreeMap<SmolStr, String>,
    /// The packages that stand within others.
    parts: BTreeMap<SmolStr, Vec<&'b Package>>,
    subject: Option<String>,
}

impl<'b> Writer<'b> {
    fn new(bill: &'b Bill, minor: u8, is_json: bool) -> Self {
        let is_kin = matches!(bill.foreign.family, Family::CycloneDx(read) if read <= minor);
        let foreign = Some(&bill.foreign).filter(|_| is_json && is_kin);
        let mut used: BTreeSet<String> = BTreeSet::from([SYSTEM.to_owned(), SUBJECT.to_owned()]);
        for element in foreign.into_iter().flat_map(|foreign| &foreign.elements) {
            used.insert(element.str("bom-ref").to_owned());
        }
        let mut take = |wanted: Option<&String>, otherwise: &str| {
            let wanted = wanted.filter(|_| is_kin).map_or(otherwise, String::as_str);
            [wanted, otherwise].into_iter().find(|one| used.insert((*one).to_owned())).map(str::to_owned)
        };
        let mut references = BTreeMap::new();
        for package in &bill.contents.packages {
            let url = package.url.to_smolstr();
            let detail = bill.details.get(&url);
            let wanted = detail.and_then(|detail| detail.reference.as_ref());
            let reference = take(wanted, &url).unwrap_or_else(|| format!("package:{url}"));
            references.insert(url, reference);
        }
        let subject = bill.subject.as_ref().map(|subject| {
            let url = subject.url.as_ref().map(ToString::to_string);
            let otherwise = url.as_deref().filter(|url| !references.contains_key(*url)).unwrap_or(SUBJECT);
            take(subject.reference.as_ref(), otherwise).unwrap_or_else(|| SUBJECT.to_owned())
        });
        let mut writer = Self { bill, minor, foreign, references, parts: BTreeMap::new(), subject };
        for package in &bill.contents.packages {
            if let Some(within) = writer.within(package) {
                writer.parts.entry(within.clone()).or_default().push(package);
            }
        }
        writer
    }

    /// The package in which another stands; none where it stands in none, too deep, or in what is not there.
    fn within(&self, package: &Package) -> Option<&'b SmolStr> {
        let above = |url: &SmolStr| self.bill.details.get(url).and_then(|detail| detail.within.as_ref());
        let nearest = above(&package.url.to_smolstr())?;
        let mut current = Some(nearest);
        for _ in 0..=DEEPEST {
            let Some(one) = current else {
                return self.references.contains_key(nearest).then_some(nearest);
            };
            current = above(one);
        }
        None
    }

    fn body(&self) -> Object {
        let contents = &self.bill.contents;
        let mut components = Vec::new();
        components.extend(contents.distribution.as_ref().map(Self::system));
        let top = contents.packages.iter().filter(|package| self.within(package).is_none());
        components.extend(top.map(|package| self.component(package)));
        components.extend(self.foreign.into_iter().flat_map(|foreign| &foreign.elements).map(Json::of));
        Object::new()
            .with("metadata", self.metadata())
            .list("components", components)
            .list("externalReferences", self.links(&self.bill.links))
            .list("dependencies", self.dependencies())
            .list("compositions", self.compositions(contents))
            .list("vulnerabilities", self.bill.flaws.iter().map(|flaw| self.flaw(flaw)).collect())
            .foreign(self.foreign.map_or(&[][..], |foreign| &foreign.document))
    }

    fn metadata(&self) -> Object {
        let bill = self.bill;
        let tools: Vec<Json> = bill.tools.iter().map(|tool| self.tool(tool)).collect();
        let tools = match self.minor {
            _ if tools.is_empty() => None,
            ..5 => Some(Json::List(tools)),
            5.. => Some(Object::new().with("components", Json::List(tools)).into()),
        };
        Object::new()
            .maybe("timestamp", bill.created.as_ref())
            .maybe("tools", tools)
            .maybe("component", bill.subject.as_ref().map(|subject| self.subject(subject)))
            .list("properties", properties(&notes::of_contents(&bill.contents), &[], &[]))
            .foreign(self.foreign.map_or(&[][..], |foreign| &foreign.metadata))
    }

    fn tool(&self, tool: &Tool) -> Json {
        let named = |object: Object| object.with("name", &tool.name).maybe("version", tool.version.as_ref());
        if self.minor < 5 {
            return named(Object::new().maybe("vendor", tool.vendor.as_ref())).into();
        }
        let vendor = tool.vendor.as_ref().map(|vendor| Object::new().with("name", vendor));
        named(Object::new().with("type", "application").maybe("supplier", vendor)).into()
    }

    fn subject(&self, subject: &Subject) -> Json {
        let kind = match subject.kind {
            SubjectKind::Image => "container",
            SubjectKind::File => "file",
            SubjectKind::Folder | SubjectKind::Application => "application",
            SubjectKind::Library => "library",
            SubjectKind::Platform => "platform",
        };
        let digest = subject.digest.as_deref().and_then(|digest| digest.split_once(':'));
        let hash = digest.and_then(|(algorithm, value)| words::hash(&spelled(algorithm), value));
        let hashes = hash.as_ref().and_then(hash_entry).into_iter().collect();
        Object::new()
            .with("type", words::component_kind(kind, self.minor))
            .maybe("bom-ref", self.subject.as_ref())
            .with("name", &subject.name)
            .maybe("version", subject.version.as_ref())
            .list("hashes", hashes)
            .maybe("purl", subject.url.as_ref().map(ToString::to_string))
            .list("properties", properties(&notes::of_subject(subject), &[], &[]))
            .into()
    }

    fn system(distribution: &Distribution) -> Json {
        Object::new()
            .with("type", SYSTEM)
            .with("bom-ref", SYSTEM)
            .with("name", &distribution.id)
            .maybe("version", distribution.release.as_ref())
            .list("properties", properties(&notes::of_distribution(distribution), &[], &[]))
            .into()
    }

    fn component(&self, package: &Package) -> Json {
        let url = package.url.to_smolstr();
        let empty = Detail::default();
        let detail = self.bill.details.get(&url).unwrap_or(&empty);
        let (usual_group, usual_name) = shown_name(&package.url);
        let (group, name) = match &detail.name {
            Some((group, name)) => (group.as_deref(), name.as_str()),
            None => (usual_group, usual_name.as_str()),
        };
        let kind = detail.kind.as_deref().unwrap_or("library");
        let foreign = self.foreign.map_or(&[][..], |_| &detail.foreign[..]);
        let has_evidence = foreign.iter().any(|(key, _)| key == "evidence");
        let plain = self.plain(package);
        let notes = notes::of_package(package, &plain, self.bill.contents.distribution.as_ref());
        let cpes: Vec<&String> = detail.cpes.iter().filter(|cpe| cpe.starts_with("cpe:")).collect();
        let below = self.parts.get(&url);
        let inner = below.into_iter().flatten().map(|part| self.component(part)).collect();
        Object::new()
            .with("type", words::component_kind(kind, self.minor))
            .maybe("bom-ref", self.references.get(&url))
            .maybe("supplier", plain.supplier.as_ref().map(|supplier| Object::new().with("name", supplier)))
            .maybe("group", group)
            .with("name", name)
            .maybe("version", package.url.version())
            .maybe("description", detail.description.as_ref())
            .maybe("scope", scope(package.scope))
            .list("hashes", package.hashes.iter().filter_map(hash_entry).collect())
            .list("licenses", choices(&package.licenses))
            .maybe("copyright", detail.copyright.as_ref())
            .maybe("cpe", cpes.first().copied())
            .maybe("purl", Some(url.to_string()).filter(|_| !detail.is_named_only))
            .list("externalReferences", self.links(&detail.links))
            .list("properties", properties(&notes, cpes.get(1..).unwrap_or_default(), &detail.notes))
            .list("components", inner)
            .maybe("evidence", self.evidence(package).filter(|_| !has_evidence))
            .foreign(foreign)
            .into()
    }

    /// The package as its own fields carry it.
    fn plain(&self, package: &Package) -> Package {
        let mut plain = Package::new(package.url.clone(), package.evidence);
        plain.scope = package.scope;
        plain.licenses = as_read(&package.licenses);
        plain.hashes =
            package.hashes.iter().filter(|hash| words::algorithm(hash).is_some()).cloned().collect();
        plain.supplier =
            package.supplier.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        plain.dependencies =
            package.dependencies.iter().filter(|need| self.references.contains_key(*need)).cloned().collect();
        plain
    }

    fn evidence(&self, package: &Package) -> Option<Json> {
        if self.minor < 5 || package.places.is_empty() {
            return None;
        }
        let occurrence = |place: &sekisho_contents::Place| -> Json {
            let line = place.line.filter(|_| self.minor >= 6);
            Object::new().with("location", &place.path).maybe("line", line).into()
        };
        let occurrences = package.places.iter().map(occurrence).collect();
        Some(Object::new().with("occurrences", Json::List(occurrences)).into())
    }

    fn links(&self, links: &[Link]) -> Vec<Json> {
        let entry = |link: &Link| {
            Object::new()
                .with("type", words::reference_kind(&link.kind, self.minor))
                .with("url", link.address.replace(' ', "%20"))
                .into()
        };
        links.iter().map(entry).collect()
    }

    /// Who needs whom; what is asked for by itself, and what nothing else needs, the subject needs.
    fn dependencies(&self) -> Vec<Json> {
        let packages = &self.bill.contents.packages;
        let mut entries = Vec::new();
        let needed: BTreeSet<&SmolStr> = packages.iter().flat_map(|package| &package.dependencies).collect();
        if let Some(subject) = &self.subject {
            let is_top = |package: &&Package| {
                package.direct == Some(true) || !needed.contains(&package.url.to_smolstr())
            };
            let top = packages.iter().filter(is_top);
            let needs: Vec<&String> =
                top.filter_map(|package| self.references.get(&package.url.to_smolstr())).collect();
            entries.push(dependency(subject, &needs));
        }
        for package in packages {
            let needs: Vec<&String> =
                package.dependencies.iter().filter_map(|need| self.references.get(need)).collect();
            if let Some(reference) =
                self.references.get(&package.url.to_smolstr()).filter(|_| !needs.is_empty())
            {
                entries.push(dependency(reference, &needs));
            }
        }
        entries
    }

    fn compositions(&self, contents: &Contents) -> Vec<Json> {
        let Some(subject) = self.subject.as_ref().filter(|_| !contents.unread.is_empty()) else {
            return Vec::new();
        };
        let whole = Object::new().with("aggregate", "incomplete").list("assemblies", texts([subject]));
        vec![whole.into()]
    }

    fn flaw(&self, flaw: &Flaw) -> Json {
        let source =
            |name: &str, url: Option<&String>| Object::new().with("name", name).maybe("url", url).into();
        let aliases = flaw
            .aliases
            .iter()
            .map(|alias| -> Json { Object::new().with("id", alias).with("source", publisher(alias)).into() });
        let ratings = flaw.ratings.iter().map(|rating| -> Json {
            let method = rating.method.as_deref().map(|method| words::method(method, self.minor));
            Object::new()
                .maybe("score", rating.score.map(|score| Json::Float(f64::from(score) / 10.0)))
                .with("severity", &rating.severity)
                .maybe("method", method)
                .maybe("vector", rating.vector.as_ref())
                .into()
        });
        let affects = flaw.affects.iter().map(|url| -> Json {
            let reference = self.references.get(url).map_or(url.as_str(), String::as_str);
            Object::new().with("ref", reference).into()
        });
        let analysis = flaw.analysis.as_ref().map(|analysis| {
            Object::new()
                .maybe("state", analysis.state.as_ref())
                .maybe("justification", analysis.justification.as_ref())
                .maybe("detail", analysis.detail.as_ref())
        });
        Object::new()
            .with("id", &flaw.id)
            .maybe(
                "source",
                flaw.source.as_ref().map(|one| -> Json { source(&one.name, one.vendor.as_ref()) }),
            )
            .list("references", aliases.collect())
            .list("ratings", ratings.collect())
            .maybe("description", flaw.description.as_ref())
            .maybe("recommendation", flaw.recommendation.as_ref())
            .maybe("published", flaw.published.as_ref())
            .maybe("analysis", analysis.filter(|analysis| !analysis.is_empty()))
            .list("affects", affects.collect())
            .foreign(self.foreign.map_or(&[][..], |_| &flaw.foreign[..]))
            .into()
    }
}

/// Who publishes identifiers of this kind.
fn publisher(id: &str) -> Object {
    let (name, address) = match id.split('-').next() {
        Some("CVE") => ("NVD", format!("https://nvd.nist.gov/vuln/detail/{id}")),
        Some("GHSA") => ("GitHub", format!("https://github.com/advisories/{id}")),
        _ => ("OSV", format!("https://osv.dev/vulnerability/{id}")),
    };
    Object::new().with("name", name).with("url", address)
}

fn dependency(reference: &str, needs: &[&String]) -> Json {
    Object::new().with("ref", reference).list("dependsOn", texts(needs)).into()
}

fn hash_entry(hash: &sekisho_contents::Hash) -> Option<Json> {
    let algorithm = words::algorithm(hash)?;
    Some(Object::new().with("alg", algorithm).with("content", &hash.value).into())
}

/// The name that CycloneDX has for the algorithm in front of a digest.
fn spelled(algorithm: &str) -> String {
    match algorithm.strip_prefix("sha") {
        Some(size) if !size.contains('-') => format!("SHA-{size}"),
        _ => algorithm.to_owned(),
    }
}

fn scope(scope: Scope) -> Option<&'static str> {
    match scope {
        Scope::Runtime => None,
        Scope::Optional => Some("optional"),
        Scope::Development => Some("excluded"),
    }
}

/// One expression, or licences by identifier or name: versions before 1.7 do not mix them.
fn choices(licenses: &[License]) -> Vec<Json> {
    if let [License::Expression(text)] = licenses
        && listed(text).is_none()
        && is_expression(text)
    {
        return vec![Object::new().with("expression", text).into()];
    }
    let named = licenses.iter().map(License::text).filter(|text| !text.is_empty());
    let entry = |text: &str| {
        let kind = if listed(text).is_some() { "id" } else { "name" };
        Object::new().with("license", Object::new().with(kind, text)).into()
    };
    named.map(entry).collect()
}

/// The licences as they are read again.
fn as_read(licenses: &[License]) -> Vec<License> {
    let mut found: Vec<License> = Vec::new();
    for one in licenses.iter().map(|one| one.text().trim()).filter(|text| !text.is_empty()) {
        let one = if is_expression(one) { License::Expression(one.to_owned()) } else { license(one) };
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

fn properties(notes: &Notes, cpes: &[&String], others: &[(String, String)]) -> Vec<Json> {
    let entry = |name: String, value: &str| Object::new().with("name", name).with("value", value).into();
    let ours = notes.0.iter().map(|(name, value)| entry(format!("{PREFIX}{name}"), value));
    let cpes = cpes.iter().map(|cpe| entry(format!("{PREFIX}cpe"), cpe));
    ours.chain(cpes).chain(others.iter().map(|(name, value)| entry(name.clone(), value))).collect()
}
