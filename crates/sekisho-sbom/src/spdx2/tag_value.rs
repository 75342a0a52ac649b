//! Tag-value → the tree that the same document has in JSON.

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::budget::{Budget, SbomError};
use crate::tree::{list, object, text};

type Fields = Vec<(SmolStr, Node)>;

/// What the tags that follow belong to.
#[derive(Clone, Copy, PartialEq)]
enum Section {
    Document,
    Package,
    File,
    Snippet,
    License,
    Annotation,
}

#[derive(Default)]
struct Building {
    document: Fields,
    creators: Vec<Node>,
    creation: Fields,
    packages: Vec<Node>,
    files: Vec<Node>,
    licenses: Vec<Node>,
    annotations: Vec<Node>,
    relationships: Vec<Node>,
    externals: Vec<Node>,
    open: Fields,
    checksums: Vec<Node>,
    references: Vec<Node>,
    attributions: Vec<Node>,
    count: usize,
}

/// The tags of documents and packages whose texts stand in JSON under these names.
const PLAIN: [(&str, &str); 31] = [
    ("SPDXVersion", "spdxVersion"),
    ("DataLicense", "dataLicense"),
    ("SPDXID", "SPDXID"),
    ("DocumentName", "name"),
    ("DocumentNamespace", "documentNamespace"),
    ("DocumentComment", "comment"),
    ("PackageName", "name"),
    ("PackageVersion", "versionInfo"),
    ("PackageFileName", "packageFileName"),
    ("PackageSupplier", "supplier"),
    ("PackageOriginator", "originator"),
    ("PackageDownloadLocation", "downloadLocation"),
    ("PackageHomePage", "homepage"),
    ("PackageSourceInfo", "sourceInfo"),
    ("PackageLicenseConcluded", "licenseConcluded"),
    ("PackageLicenseDeclared", "licenseDeclared"),
    ("PackageLicenseComments", "licenseComments"),
    ("PackageCopyrightText", "copyrightText"),
    ("PackageSummary", "summary"),
    ("PackageDescription", "description"),
    ("PackageComment", "comment"),
    ("PrimaryPackagePurpose", "primaryPackagePurpose"),
    ("ReleaseDate", "releaseDate"),
    ("BuiltDate", "builtDate"),
    ("ValidUntilDate", "validUntilDate"),
    ("FileName", "fileName"),
    ("LicenseID", "licenseId"),
    ("ExtractedText", "extractedText"),
    ("LicenseName", "name"),
    ("Annotator", "annotator"),
    ("SPDXREF", "spdxElementId"),
];

/// Reads tag-value.
pub(crate) fn of_tag_value(text: &str, budget: &Budget) -> Result<Node, SbomError> {
    let mut building = Building::default();
    let mut section = Section::Document;
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |what: &str| SbomError::Syntax {
            format: "tag-value",
            reason: format!("line {}: {what}", index + 1),
        };
        let Some((tag, value)) = line.split_once(':') else { return Err(wrong("it is no tag with a value")) };
        let mut value = value.trim().to_owned();
        if let Some(begun) = value.strip_prefix("<text>") {
            let mut whole = begun.to_owned();
            while !whole.contains("</text>") {
                let Some((_, next)) = lines.next() else { return Err(wrong("its text does not end")) };
                whole.push('\n');
                whole.push_str(next);
            }
            whole.truncate(whole.find("</text>").unwrap_or(whole.len()));
            value = whole;
        }
        building.count += 1;
        if building.count > budget.nodes {
            return Err(SbomError::Limit { what: "tags", limit: budget.nodes });
        }
        let begins = match tag {
            "PackageName" => Some(Section::Package),
            "FileName" => Some(Section::File),
            "SnippetSPDXID" => Some(Section::Snippet),
            "LicenseID" => Some(Section::License),
            "Annotator" => Some(Section::Annotation),
            _ => None,
        };
        if let Some(next) = begins {
            building.close(section);
            section = next;
        }
        building.put(section, tag, &value);
    }
    building.close(section);
    Ok(building.finish())
}

impl Building {
    fn put(&mut self, section: Section, tag: &str, value: &str) {
        match tag {
            "Relationship" => {
                let mut words = value.split_whitespace();
                let (from, kind, to) = (words.next(), words.next(), words.next());
                let fields =
                    [("spdxElementId", from), ("relationshipType", kind), ("relatedSpdxElement", to)];
                self.relationships
                    .push(object(fields.map(|(key, word)| (key.into(), text(word.unwrap_or_default())))));
            }
            "Creator" => self.creators.push(text(value)),
            "Created" => self.creation.push(("created".into(), text(value))),
            "CreatorComment" => self.creation.push(("comment".into(), text(value))),
            "LicenseListVersion" => self.creation.push(("licenseListVersion".into(), text(value))),
            "ExternalDocumentRef" => {
                let mut words = value.split_whitespace();
                let (id, address) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                let fields = [("externalDocumentId", id), ("spdxDocument", address)];
                self.externals.push(object(fields.map(|(key, word)| (key.into(), text(word)))));
            }
            "PackageChecksum" if section == Section::Package => {
                let (algorithm, digest) = value.split_once(':').unwrap_or_default();
                let fields = [("algorithm", algorithm.trim()), ("checksumValue", digest.trim())];
                self.checksums.push(object(fields.map(|(key, word)| (key.into(), text(word)))));
            }
            "ExternalRef" if section == Section::Package => {
                let mut words = value.split_whitespace();
                let fields = ["referenceCategory", "referenceType", "referenceLocator"];
                let fields = fields.map(|key| (key.into(), text(words.next().unwrap_or_default())));
                self.references.push(object(fields));
            }
            "PackageAttributionText" => self.attributions.push(text(value)),
            "AnnotationComment" => self.open.push(("comment".into(), text(value))),
            "AnnotationDate" => self.open.push(("annotationDate".into(), text(value))),
            "AnnotationType" => self.open.push(("annotationType".into(), text(value))),
            "FilesAnalyzed" if section == Section::Package => {
                let value = sekisho_manifest::Value::Bool(value != "false");
                self.open.push(("filesAnalyzed".into(), crate::tree::node(value)));
            }
            tag => {
                let Some((_, key)) = PLAIN.iter().find(|(known, _)| *known == tag) else { return };
                let fields = if section == Section::Document { &mut self.document } else { &mut self.open };
                fields.push(((*key).into(), text(value)));
            }
        }
    }

    /// Ends what is open.
    fn close(&mut self, section: Section) {
        let mut fields = std::mem::take(&mut self.open);
        for (key, items) in [
            ("checksums", &mut self.checksums),
            ("externalRefs", &mut self.references),
            ("attributionTexts", &mut self.attributions),
        ] {
            if !items.is_empty() {
                fields.push((key.into(), list(std::mem::take(items))));
            }
        }
        match section {
            Section::Package => self.packages.push(object(fields)),
            Section::File => self.files.push(object(fields)),
            Section::License => self.licenses.push(object(fields)),
            Section::Annotation => self.annotations.push(object(fields)),
            Section::Document | Section::Snippet => {}
        }
    }

    fn finish(mut self) -> Node {
        self.creation.push(("creators".into(), list(self.creators)));
        let mut fields = self.document;
        fields.push(("creationInfo".into(), object(self.creation)));
        for (key, items) in [
            ("packages", self.packages),
            ("files", self.files),
            ("hasExtractedLicensingInfos", self.licenses),
            ("annotations", self.annotations),
            ("relationships", self.relationships),
            ("externalDocumentRefs", self.externals),
        ] {
            if !items.is_empty() {
                fields.push((key.into(), list(items)));
            }
        }
        object(fields)
    }
}
