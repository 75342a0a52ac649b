//! Bill → SPDX 2.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sekisho_contents::{Distribution, Package};
use smol_str::{SmolStr, ToSmolStr};

use super::annotation::{self, ANNOTATOR};
use super::words;
use crate::bill::{Bill, Detail, Family, Foreign, Subject, SubjectKind, Tool};
use crate::declared;
use crate::identity::{short, slug, uuid};
use crate::json::{Json, Object, texts};
use crate::notes::{self, Notes};

/// The time of a document that tells none, which it must.
pub(super) const UNDATED: &str = "1970-01-01T00:00:00Z";
/// What nobody says anything about.
const NOTHING: &str = "NOASSERTION";
const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const SYSTEM: &str = "SPDXRef-OperatingSystem";
const SUBJECT: &str = "SPDXRef-Subject";

/// The bill as JSON of version 2.`minor`.
pub(crate) fn write_json(bill: &Bill, minor: u8) -> String {
    Writer::new(bill, minor, true).document().print()
}

/// The bill as tag-value of version 2.`minor`.
pub(crate) fn write_tag_value(bill: &Bill, minor: u8) -> String {
    tag_value(&Writer::new(bill, minor, false).document())
}

struct Writer<'b> {
    bill: &'b Bill,
    minor: u8,
    /// What was read of a document of the same kind and is kept as it was.
    foreign: Option<&'b Foreign>,
    /// The identifier of each package.
    ids: BTreeMap<SmolStr, String>,
    subject: Option<String>,
    is_json: bool,
}

impl<'b> Writer<'b> {
    fn new(bill: &'b Bill, minor: u8, is_json: bool) -> Self {
        let is_kin = matches!(bill.foreign.family, Family::Spdx2(read) if read <= minor);
        let mut used: BTreeSet<String> = [DOCUMENT, SYSTEM, SUBJECT].map(str::to_owned).into();
        let mut take = |wanted: Option<&String>, otherwise: String| {
            let wanted = wanted.filter(|_| is_kin).cloned();
            wanted.into_iter().chain([otherwise]).find(|one| used.insert(one.clone()))
        };
        let mut ids = BTreeMap::new();
        for package in &bill.contents.packages {
            let url = package.url.to_smolstr();
            let wanted = bill.details.get(&url).and_then(|detail| detail.reference.as_ref());
            let otherwise = format!("SPDXRef-Package-{}-{}", slug(package.url.name()), short(&url));
            let id = take(wanted, otherwise)
                .unwrap_or_else(|| format!("SPDXRef-Package-{}", short(&format!("{url} "))));
            ids.insert(url, id);
        }
        let subject = bill.subject.as_ref();
        let subject = subject.map(|subject| {
            take(subject.reference.as_ref(), SUBJECT.to_owned()).unwrap_or_else(|| SUBJECT.to_owned())
        });
        Self {
            bill,
            minor,
            foreign: Some(&bill.foreign).filter(|_| is_json && is_kin),
            ids,
            subject,
            is_json,
        }
    }

    fn document(&self) -> Json {
        let bill = self.bill;
        let contents = &bill.contents;
        let mut license_texts = BTreeMap::new();
        let mut packages = Vec::new();
        packages.extend(bill.subject.as_ref().map(|subject| self.subject(subject)));
        packages.extend(contents.distribution.as_ref().map(|distribution| self.system(distribution)));
        for package in &contents.packages {
            packages.push(self.package(package, &mut license_texts));
        }
        if self.foreign.is_some() {
            // What is kept as it was may refer to any.
            for (id, text) in &bill.license_texts {
                license_texts.entry(id.clone()).or_insert_with(|| text.clone());
            }
        }
        let licenses = license_texts.iter().map(|(id, text)| -> Json {
            let whole = bill.license_texts.get(id).unwrap_or(text);
            let object = Object::new().with("licenseId", id).with("extractedText", whole);
            object.with("name", text.lines().next().unwrap_or_default()).into()
        });
        let name = bill.subject.as_ref().map_or("sekisho", |subject| subject.name.as_str());
        let name = if name.trim().is_empty() { "sekisho" } else { name };
        let body = Object::new()
            .with("creationInfo", self.creation())
            .list("packages", packages)
            .list("hasExtractedLicensingInfos", licenses.collect())
            .list("annotations", self.annotations(&notes::of_contents(contents), &[]))
            .list("relationships", self.relationships())
            .foreign(self.foreign.map_or(&[][..], |foreign| &foreign.document));
        let uuid = uuid(&Json::Object(body.clone()).print());
        let mut whole = Object::new()
            .with("spdxVersion", format!("SPDX-2.{}", self.minor))
            .with("dataLicense", "CC0-1.0")
            .with("SPDXID", DOCUMENT)
            .with("name", name)
            .with("documentNamespace", format!("https://spdx.org/spdxdocs/{}-{uuid}", slug(name)));
        whole.0.extend(body.0);
        whole.into()
    }

    fn creation(&self) -> Object {
        let mut creators: Vec<String> = Vec::new();
        for Tool { vendor, name, version } in &self.bill.tools {
            let version = version.as_ref().map(|version| format!("-{version}")).unwrap_or_default();
            creators.extend(vendor.as_ref().map(|vendor| format!("Organization: {vendor}")));
            creators.push(format!("Tool: {name}{version}"));
        }
        if creators.is_empty() {
            creators.push(ANNOTATOR.to_owned());
        }
        let mut seen = BTreeSet::new();
        creators.retain(|creator| seen.insert(creator.clone()));
        Object::new().with("created", self.created()).with("creators", Json::List(texts(creators)))
    }

    fn created(&self) -> &str {
        self.bill.created.as_deref().unwrap_or(UNDATED)
    }

    fn annotations(&self, notes: &Notes, others: &[(String, String)]) -> Vec<Json> {
        let comment = annotation::comment(notes, others);
        let entry = comment.map(|comment| {
            Object::new()
                .with("annotationDate", self.created())
                .with("annotationType", "OTHER")
                .with("annotator", ANNOTATOR)
                .with("comment", comment)
                .into()
        });
        entry.into_iter().collect()
    }

    /// What a package must say, and what it may.
    fn entry(&self, id: &str, name: &str, version: Option<&str>, purpose: &str) -> Object {
        let object = Object::new().with("SPDXID", id).with("name", name).maybe("versionInfo", version);
        if self.minor >= 3 { object.with("primaryPackagePurpose", purpose) } else { object }
    }

    fn subject(&self, subject: &Subject) -> Json {
        let purpose = match subject.kind {
            SubjectKind::Image => "CONTAINER",
            SubjectKind::File => "FILE",
            SubjectKind::Library => "LIBRARY",
            SubjectKind::Folder | SubjectKind::Application | SubjectKind::Platform => "APPLICATION",
        };
        let name = if subject.name.is_empty() { "." } else { subject.name.as_str() };
        let id = self.subject.as_deref().unwrap_or(SUBJECT);
        let digest = subject.digest.as_deref().and_then(|digest| digest.split_once(':'));
        let hash = digest.and_then(|(algorithm, value)| words::hash(algorithm, value));
        let checksums = hash.iter().filter_map(|hash| self.checksum(hash)).collect();
        let url = subject.url.as_ref().map(|url| self.located("PACKAGE-MANAGER", "purl", &url.to_string()));
        self.entry(id, name, subject.version.as_deref(), purpose)
            .with("downloadLocation", NOTHING)
            .with("filesAnalyzed", false)
            .list("checksums", checksums)
            .with("licenseConcluded", NOTHING)
            .with("licenseDeclared", NOTHING)
            .with("copyrightText", NOTHING)
            .list("externalRefs", url.into_iter().collect())
            .list("annotations", self.annotations(&notes::of_subject(subject), &[]))
            .into()
    }

    fn system(&self, distribution: &Distribution) -> Json {
        let object =
            self.entry(SYSTEM, &distribution.id, distribution.release.as_deref(), "OPERATING-SYSTEM");
        object
            .with("downloadLocation", NOTHING)
            .with("filesAnalyzed", false)
            .with("licenseConcluded", NOTHING)
            .with("licenseDeclared", NOTHING)
            .with("copyrightText", NOTHING)
            .list("annotations", self.annotations(&notes::of_distribution(distribution), &[]))
            .into()
    }

    fn package(&self, package: &Package, license_texts: &mut BTreeMap<String, String>) -> Json {
        let url = package.url.to_smolstr();
        let empty = Detail::default();
        let detail = self.bill.details.get(&url).unwrap_or(&empty);
        let name = match &detail.name {
            Some((Some(group), name)) => format!("{group}/{name}"),
            Some((None, name)) => name.clone(),
            None => package.url.package_name(),
        };
        let mut own_texts = BTreeMap::new();
        let declared = declared::declare(&package.licenses, &self.bill.license_texts, &mut own_texts);
        let plain = self.plain(package, declared.as_deref(), &own_texts);
        license_texts.extend(own_texts);
        let notes = notes::of_package(package, &plain, self.bill.contents.distribution.as_ref());
        let address = |kind: &str| {
            let link = detail.links.iter().find(|link| link.kind == kind);
            link.map(|link| link.address.as_str()).filter(|address| is_address(address))
        };
        let mut references = Vec::new();
        if !detail.is_named_only {
            references.push(self.located("PACKAGE-MANAGER", "purl", &url));
        }
        for cpe in &detail.cpes {
            let kind = if cpe.starts_with("cpe:2.3:") { "cpe23Type" } else { "cpe22Type" };
            if cpe.starts_with("cpe:") && !cpe.contains(char::is_whitespace) {
                references.push(self.located("SECURITY", kind, cpe));
            }
        }
        let foreign = self.foreign.map_or(&[][..], |_| &detail.foreign[..]);
        let is_analyzed = foreign.iter().any(|(key, _)| key == "filesAnalyzed");
        let id = self.ids.get(&url).map_or(SUBJECT, String::as_str);
        let purpose = words::purpose(detail.kind.as_deref().unwrap_or("library"));
        self.entry(id, &name, package.url.version(), purpose)
            .maybe("supplier", plain.supplier.as_ref().map(|supplier| format!("Organization: {supplier}")))
            .with("downloadLocation", address("distribution").unwrap_or(NOTHING))
            .maybe("filesAnalyzed", Some(false).filter(|_| !is_analyzed))
            .maybe("homepage", address("website"))
            .list("checksums", package.hashes.iter().filter_map(|hash| self.checksum(hash)).collect())
            .with("licenseConcluded", NOTHING)
            .with("licenseDeclared", declared.unwrap_or_else(|| NOTHING.to_owned()))
            .with("copyrightText", detail.copyright.as_deref().unwrap_or(NOTHING))
            .maybe("description", detail.description.as_ref())
            .list("externalRefs", references)
            .list("annotations", self.annotations(&notes, &detail.notes))
            .foreign(foreign)
            .into()
    }

    /// The package as its own fields carry it.
    fn plain(
        &self,
        package: &Package,
        declared: Option<&str>,
        own_texts: &BTreeMap<String, String>,
    ) -> Package {
        let mut plain = Package::new(package.url.clone(), package.evidence);
        plain.licenses = declared::licenses(declared.unwrap_or_default(), own_texts);
        let is_carried = |hash: &&sekisho_contents::Hash| words::algorithm(hash, self.minor).is_some();
        plain.hashes = package.hashes.iter().filter(is_carried).cloned().collect();
        let supplier = package.supplier.as_deref().map(str::trim);
        // A name is one line of tag-value.
        let is_name = |name: &&str| {
            !name.is_empty() && !name.contains(['\n', '\r', '<', '>', '(', ')']) && *name != NOTHING
        };
        let is_name_of_json = |name: &&str| self.is_json && !name.is_empty() && *name != NOTHING;
        plain.supplier = supplier.filter(|name| is_name(name) || is_name_of_json(name)).map(str::to_owned);
        plain.dependencies =
            package.dependencies.iter().filter(|need| self.ids.contains_key(*need)).cloned().collect();
        plain
    }

    fn checksum(&self, hash: &sekisho_contents::Hash) -> Option<Json> {
        let algorithm = words::algorithm(hash, self.minor)?;
        Some(Object::new().with("algorithm", algorithm).with("checksumValue", &hash.value).into())
    }

    fn located(&self, category: &str, kind: &str, locator: &str) -> Json {
        // The schema of 2.2 has the words with low lines.
        let category =
            if self.is_json && self.minor < 3 { category.replace('-', "_") } else { category.to_owned() };
        Object::new()
            .with("referenceCategory", category)
            .with("referenceType", kind)
            .with("referenceLocator", locator)
            .into()
    }

    fn relationships(&self) -> Vec<Json> {
        let contents = &self.bill.contents;
        let mut entries = Vec::new();
        let mut relate = |from: &str, kind: &str, to: &str| {
            entries.push(
                Object::new()
                    .with("spdxElementId", from)
                    .with("relationshipType", kind)
                    .with("relatedSpdxElement", to)
                    .into(),
            );
        };
        let top = match &self.subject {
            Some(subject) => {
                relate(DOCUMENT, "DESCRIBES", subject);
                Some(subject.as_str())
            }
            None => None,
        };
        if top.is_none() && contents.packages.is_empty() && contents.distribution.is_none() {
            relate(DOCUMENT, "DESCRIBES", "NONE");
            return entries;
        }
        // A document that describes one package is about it, and one without a subject is about none.
        let is_one = contents.packages.len() + usize::from(contents.distribution.is_some()) < 2;
        let mut below = |id: &str| match top {
            Some(subject) => relate(subject, "CONTAINS", id),
            None if is_one => {}
            None => relate(DOCUMENT, "DESCRIBES", id),
        };
        if contents.distribution.is_some() {
            below(SYSTEM);
        }
        for package in &contents.packages {
            below(self.id(&package.url.to_smolstr()));
        }
        for package in &contents.packages {
            let url = package.url.to_smolstr();
            let within = self.bill.details.get(&url).and_then(|detail| detail.within.as_ref());
            if let Some(within) = within.filter(|within| self.ids.contains_key(*within)) {
                relate(self.id(within), "CONTAINS", self.id(&url));
            }
            for need in package.dependencies.iter().filter(|need| self.ids.contains_key(*need)) {
                relate(self.id(&url), "DEPENDS_ON", self.id(need));
            }
        }
        entries
    }

    fn id(&self, url: &SmolStr) -> &str {
        self.ids.get(url).map_or(SUBJECT, String::as_str)
    }
}

/// Whether every reader takes it as an address.
fn is_address(text: &str) -> bool {
    let is_known =
        ["http://", "https://", "ftp://", "git+", "git://", "ssh://"].iter().any(|one| text.starts_with(one));
    is_known && text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['<', '>', '"'])
}

/// A document as tag-value, from the tree that it has in JSON.
fn tag_value(document: &Json) -> String {
    let mut out = String::new();
    let Json::Object(root) = document else { return out };
    for (tag, key) in [
        ("SPDXVersion", "spdxVersion"),
        ("DataLicense", "dataLicense"),
        ("SPDXID", "SPDXID"),
        ("DocumentName", "name"),
        ("DocumentNamespace", "documentNamespace"),
    ] {
        line(&mut out, tag, string(root, key));
    }
    if let Some(Json::Object(creation)) = field(root, "creationInfo") {
        for creator in items(creation, "creators") {
            if let Json::Text(creator) = creator {
                line(&mut out, "Creator", creator);
            }
        }
        line(&mut out, "Created", string(creation, "created"));
    }
    for annotation in items(root, "annotations") {
        annotated(&mut out, DOCUMENT, annotation);
    }
    for package in items(root, "packages") {
        packaged(&mut out, package);
    }
    for license in items(root, "hasExtractedLicensingInfos") {
        let Json::Object(license) = license else { continue };
        out.push('\n');
        line(&mut out, "LicenseID", string(license, "licenseId"));
        long(&mut out, "ExtractedText", string(license, "extractedText"));
        line(&mut out, "LicenseName", string(license, "name"));
    }
    out.push('\n');
    for one in items(root, "relationships") {
        let Json::Object(one) = one else { continue };
        let words = ["spdxElementId", "relationshipType", "relatedSpdxElement"].map(|key| string(one, key));
        line(&mut out, "Relationship", &words.join(" "));
    }
    out
}

fn packaged(out: &mut String, package: &Json) {
    let Json::Object(package) = package else { return };
    out.push('\n');
    for (tag, key) in [
        ("PackageName", "name"),
        ("SPDXID", "SPDXID"),
        ("PackageVersion", "versionInfo"),
        ("PackageSupplier", "supplier"),
        ("PackageDownloadLocation", "downloadLocation"),
        ("PrimaryPackagePurpose", "primaryPackagePurpose"),
    ] {
        if field(package, key).is_some() {
            line(out, tag, string(package, key));
        }
    }
    line(out, "FilesAnalyzed", "false");
    for checksum in items(package, "checksums") {
        let Json::Object(checksum) = checksum else { continue };
        let text = format!("{}: {}", string(checksum, "algorithm"), string(checksum, "checksumValue"));
        line(out, "PackageChecksum", &text);
    }
    for (tag, key) in [
        ("PackageHomePage", "homepage"),
        ("PackageLicenseConcluded", "licenseConcluded"),
        ("PackageLicenseDeclared", "licenseDeclared"),
    ] {
        if field(package, key).is_some() {
            line(out, tag, string(package, key));
        }
    }
    long(out, "PackageCopyrightText", string(package, "copyrightText"));
    if field(package, "description").is_some() {
        long(out, "PackageDescription", string(package, "description"));
    }
    for reference in items(package, "externalRefs") {
        let Json::Object(reference) = reference else { continue };
        let words =
            ["referenceCategory", "referenceType", "referenceLocator"].map(|key| string(reference, key));
        line(out, "ExternalRef", &words.join(" "));
    }
    for annotation in items(package, "annotations") {
        annotated(out, string(package, "SPDXID"), annotation);
    }
}

fn annotated(out: &mut String, id: &str, annotation: &Json) {
    let Json::Object(annotation) = annotation else { return };
    line(out, "Annotator", string(annotation, "annotator"));
    line(out, "AnnotationDate", string(annotation, "annotationDate"));
    line(out, "AnnotationType", "OTHER");
    line(out, "SPDXREF", id);
    long(out, "AnnotationComment", string(annotation, "comment"));
}

fn field<'j>(object: &'j Object, key: &str) -> Option<&'j Json> {
    object.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
}

fn string<'j>(object: &'j Object, key: &str) -> &'j str {
    match field(object, key) {
        Some(Json::Text(text)) => text,
        _ => "",
    }
}

fn items<'j>(object: &'j Object, key: &str) -> &'j [Json] {
    match field(object, key) {
        Some(Json::List(items)) => items,
        _ => &[],
    }
}

/// A tag whose value is one line.
fn line(out: &mut String, tag: &str, value: &str) {
    let value = value.replace(['\n', '\r'], " ");
    // Writing to a string does not fail.
    let _ = writeln!(out, "{tag}: {}", value.trim());
}

/// A tag whose value may be several lines; what has one of its own words stays as it is.
fn long(out: &mut String, tag: &str, value: &str) {
    if matches!(value, NOTHING | "NONE") {
        return line(out, tag, value);
    }
    let value = value.replace("</text>", "</ text>");
    let _ = writeln!(out, "{tag}: <text>{value}</text>");
}
