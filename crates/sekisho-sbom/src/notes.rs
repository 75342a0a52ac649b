//! What no format has a field for, as pairs of name and value that every format can carry.
//!
//! CycloneDX has properties for them, SPDX annotations and, in version 3, an extension. Names begin with `sekisho:`;
//! those of several begin with a number each: `sekisho:place:0:path`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sekisho_contents::{
    Contents, Distribution, Evidence, Hash, License, Package, Place, Scope, SourcePackage, Unread,
};
use sekisho_version::PackageUrl;
use smol_str::SmolStr;

use crate::bill::{Subject, SubjectKind};

/// What our names begin with.
pub(crate) const PREFIX: &str = "sekisho:";

/// The types of package URLs that distributions have.
const DISTRIBUTED: [&str; 6] = ["deb", "rpm", "apk", "alpm", "ebuild", "opkg"];

/// Pairs of name and value, without the prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Notes(pub(crate) Vec<(String, String)>);

impl Notes {
    fn put(&mut self, key: impl Into<String>, value: impl ToString) {
        self.0.push((key.into(), value.to_string()));
    }

    fn maybe(&mut self, key: impl Into<String>, value: Option<&(impl ToString + ?Sized)>) {
        if let Some(value) = value {
            self.put(key, value.to_string());
        }
    }

    /// Parts pairs that are ours from those that others wrote.
    pub(crate) fn part(pairs: impl IntoIterator<Item = (String, String)>) -> (Self, Vec<(String, String)>) {
        let (mut ours, mut others) = (Self::default(), Vec::new());
        for (name, value) in pairs {
            match name.strip_prefix(PREFIX) {
                Some(name) => ours.0.push((name.to_owned(), value)),
                None => others.push((name, value)),
            }
        }
        (ours, others)
    }

    /// The value of a name.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The values of `kind:0`, `kind:1` and so on, or of their fields `kind:0:path`, by number.
    fn numbered(&self, kind: &str) -> Vec<BTreeMap<&str, &str>> {
        let mut found: BTreeMap<u32, BTreeMap<&str, &str>> = BTreeMap::new();
        for (name, value) in &self.0 {
            let Some(rest) = name.strip_prefix(kind).and_then(|rest| rest.strip_prefix(':')) else {
                continue;
            };
            let (number, field) = rest.split_once(':').unwrap_or((rest, ""));
            if let Ok(number) = number.parse() {
                found.entry(number).or_default().insert(field, value);
            }
        }
        found.into_values().collect()
    }

    fn list<'n>(&'n self, kind: &str) -> Vec<&'n str> {
        self.numbered(kind).into_iter().filter_map(|fields| fields.get("").copied()).collect()
    }
}

/// What is to be noted of a package whose format carries it as `plain` by itself.
pub(crate) fn of_package(package: &Package, plain: &Package, distribution: Option<&Distribution>) -> Notes {
    let mut notes = Notes::default();
    if !package.analyzer.is_empty() {
        notes.put("analyzer", &package.analyzer);
    }
    match package.evidence {
        Evidence::Declared => notes.put("evidence", "declared"),
        Evidence::Locked => notes.put("evidence", "locked"),
        Evidence::Installed => {}
    }
    if package.release != inferred_release(&package.url, distribution) {
        notes.put("release", package.release.as_deref().unwrap_or_default());
    }
    if let Some(source) = &package.source {
        notes.put("source:name", &source.name);
        notes.maybe("source:version", source.version.as_ref());
    }
    if package.scope != plain.scope {
        notes.put("scope", scope_name(package.scope));
    }
    notes.maybe("direct", package.direct.as_ref());
    if package.licenses != plain.licenses {
        for (index, license) in package.licenses.iter().enumerate() {
            let kind = if matches!(license, License::Expression(_)) { "expression" } else { "words" };
            notes.put(format!("license:{index}:{kind}"), license.text());
        }
    }
    if package.hashes != plain.hashes {
        for (index, hash) in package.hashes.difference(&plain.hashes).enumerate() {
            notes.put(format!("hash:{index}"), format!("{}:{}", hash.algorithm, hash.value));
        }
    }
    if package.supplier != plain.supplier {
        notes.maybe("supplier", package.supplier.as_ref());
    }
    for (index, missing) in package.dependencies.difference(&plain.dependencies).enumerate() {
        notes.put(format!("dependency:{index}"), missing);
    }
    for (index, place) in package.places.iter().enumerate() {
        notes.put(format!("place:{index}:path"), &place.path);
        notes.maybe(format!("place:{index}:layer"), place.layer.as_ref());
        notes.maybe(format!("place:{index}:line"), place.line.as_ref());
        notes.maybe(format!("place:{index}:owner"), place.owner.as_ref());
    }
    notes
}

/// Gives a package what its notes say.
pub(crate) fn complete(package: &mut Package, notes: &Notes) {
    let owned = |key: &str| notes.get(key).map(SmolStr::from);
    if let Some(analyzer) = owned("analyzer") {
        package.analyzer = analyzer;
    }
    match notes.get("evidence") {
        Some("declared") => package.evidence = Evidence::Declared,
        Some("locked") => package.evidence = Evidence::Locked,
        _ => {}
    }
    if let Some(name) = owned("source:name") {
        package.source = Some(SourcePackage { name, version: owned("source:version") });
    }
    match notes.get("scope") {
        Some("optional") => package.scope = Scope::Optional,
        Some("development") => package.scope = Scope::Development,
        Some("runtime") => package.scope = Scope::Runtime,
        _ => {}
    }
    if let Some(direct) = notes.get("direct") {
        package.direct = Some(direct == "true");
    }
    let licenses: Vec<License> = notes
        .numbered("license")
        .into_iter()
        .filter_map(|fields| match (fields.get("expression"), fields.get("words")) {
            (Some(text), _) => Some(License::Expression((*text).to_owned())),
            (_, Some(text)) => Some(License::Words((*text).to_owned())),
            _ => None,
        })
        .collect();
    if !licenses.is_empty() {
        package.licenses = licenses;
    }
    for hash in notes.list("hash") {
        if let Some((algorithm, value)) = hash.split_once(':') {
            package.hashes.insert(Hash { algorithm: algorithm.into(), value: value.into() });
        }
    }
    if let Some(supplier) = notes.get("supplier") {
        package.supplier = Some(supplier.to_owned());
    }
    package.dependencies.extend(notes.list("dependency").into_iter().map(SmolStr::from));
    for fields in notes.numbered("place") {
        let number = |key: &str| fields.get(key).and_then(|value| value.parse().ok());
        let Some(path) = fields.get("path") else { continue };
        package.places.push(Place {
            layer: number("layer"),
            path: (*path).into(),
            line: number("line"),
            owner: fields.get("owner").map(|owner| (*owner).into()),
        });
    }
}

/// The release that notes say a package has; empty where they say that it has none.
pub(crate) fn noted_release(notes: &Notes) -> Option<SmolStr> {
    notes.get("release").map(SmolStr::from)
}

/// The release that a package of a distribution has where nothing else is said.
pub(crate) fn inferred_release(url: &PackageUrl, distribution: Option<&Distribution>) -> Option<SmolStr> {
    distribution.filter(|_| DISTRIBUTED.contains(&url.kind()))?.release.clone()
}

fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Runtime => "runtime",
        Scope::Optional => "optional",
        Scope::Development => "development",
    }
}

/// What is to be noted of contents as a whole.
pub(crate) fn of_contents(contents: &Contents) -> Notes {
    let mut notes = Notes::default();
    if contents.files > 0 {
        notes.put("files", contents.files);
    }
    for (index, unread) in contents.unread.iter().enumerate() {
        notes.put(format!("unread:{index}:path"), &unread.path);
        notes.maybe(format!("unread:{index}:layer"), unread.layer.as_ref());
        notes.put(format!("unread:{index}:reason"), &unread.reason);
    }
    notes
}

/// Gives contents what their notes say.
pub(crate) fn complete_contents(contents: &mut Contents, notes: &Notes) {
    contents.files = notes.get("files").and_then(|files| files.parse().ok()).unwrap_or_default();
    for fields in notes.numbered("unread") {
        contents.unread.push(Unread {
            path: fields.get("path").copied().unwrap_or_default().into(),
            layer: fields.get("layer").and_then(|layer| layer.parse().ok()),
            reason: fields.get("reason").copied().unwrap_or_default().to_owned(),
        });
    }
}

/// What is to be noted of the distribution beside its name and release.
pub(crate) fn of_distribution(distribution: &Distribution) -> Notes {
    let mut notes = Notes::default();
    notes.put("distribution", &distribution.id);
    for (index, like) in distribution.like.iter().enumerate() {
        notes.put(format!("distribution:like:{index}"), like);
    }
    notes.maybe("distribution:codename", distribution.codename.as_ref());
    notes.maybe("distribution:title", distribution.title.as_ref());
    notes.maybe("distribution:variant", distribution.variant.as_ref());
    notes
}

/// Whether the notes are those of a distribution.
pub(crate) fn is_distribution(pairs: &[(String, String)]) -> bool {
    pairs.iter().any(|(name, _)| name.strip_prefix(PREFIX) == Some("distribution"))
}

/// Whether the notes are those of a subject: where it is a package as well, that stands beside it.
pub(crate) fn is_subject(pairs: &[(String, String)]) -> bool {
    pairs.iter().any(|(name, _)| name.strip_prefix(PREFIX) == Some("subject"))
}

/// The distribution of a name and a release, with what its notes say.
pub(crate) fn distribution(name: &str, release: Option<&str>, notes: &Notes) -> Distribution {
    let owned = |key: &str| notes.get(key).map(SmolStr::from);
    Distribution {
        id: notes.get("distribution").map_or_else(|| name.to_lowercase().into(), SmolStr::from),
        like: notes.list("distribution:like").into_iter().map(SmolStr::from).collect(),
        release: release.map(SmolStr::from),
        codename: owned("distribution:codename"),
        title: owned("distribution:title"),
        variant: owned("distribution:variant"),
    }
}

/// What is to be noted of the subject beside kind, name, version and package URL.
pub(crate) fn of_subject(subject: &Subject) -> Notes {
    let mut notes = Notes::default();
    notes.put("subject", kind_name(subject.kind));
    notes.maybe("image:digest", subject.digest.as_ref());
    notes.maybe("image:identifier", subject.identifier.as_ref());
    notes.maybe("image:platform", subject.platform.as_ref());
    for (index, tag) in subject.tags.iter().enumerate() {
        notes.put(format!("image:tag:{index}"), tag);
    }
    for (index, layer) in subject.layers.iter().enumerate() {
        notes.put(format!("image:layer:{index}"), layer);
    }
    notes
}

/// Gives a subject what its notes, ours and those that others write, say.
pub(crate) fn complete_subject(subject: &mut Subject, notes: &Notes, others: &[(String, String)]) {
    let owned = |key: &str| notes.get(key).map(str::to_owned);
    let all = |name: &str| -> Vec<String> {
        others.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    };
    let either = |ours: Vec<&str>, theirs: &str| {
        if ours.is_empty() { all(theirs) } else { ours.into_iter().map(str::to_owned).collect() }
    };
    subject.kind = match notes.get("subject") {
        Some("image") => SubjectKind::Image,
        Some("folder") => SubjectKind::Folder,
        Some("file") => SubjectKind::File,
        Some("library") => SubjectKind::Library,
        Some("platform") => SubjectKind::Platform,
        Some("application") => SubjectKind::Application,
        _ => subject.kind,
    };
    subject.digest = owned("image:digest").or_else(|| subject.digest.take());
    subject.identifier =
        owned("image:identifier").or_else(|| all("aquasecurity:trivy:ImageID").into_iter().next());
    subject.platform = owned("image:platform");
    subject.tags = either(notes.list("image:tag"), "aquasecurity:trivy:RepoTag");
    subject.layers = either(notes.list("image:layer"), "aquasecurity:trivy:DiffID");
}

fn kind_name(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Image => "image",
        SubjectKind::Folder => "folder",
        SubjectKind::File => "file",
        SubjectKind::Application => "application",
        SubjectKind::Library => "library",
        SubjectKind::Platform => "platform",
    }
}

/// What other programs write of a package: where it lies, and what a distribution built it from.
pub(crate) fn complete_as_others_say(package: &mut Package, others: &[(String, String)], layers: &[String]) {
    let mut by_name: HashMap<&str, &str> = HashMap::new();
    for (name, value) in others {
        by_name.entry(name).or_insert(value);
    }
    let value = |name: &str| by_name.get(name).copied().filter(|value| !value.is_empty());
    if package.source.is_none() {
        let trivy = value("aquasecurity:trivy:SrcName");
        let syft = || value("syft:metadata:source").or_else(|| value("syft:metadata:originPackage"));
        package.source = trivy.or_else(syft).map(|name| SourcePackage {
            name: name.into(),
            version: match trivy {
                Some(_) => trivy_version(&value),
                None => value("syft:metadata:sourceVersion").map(SmolStr::from),
            },
        });
    }
    if !package.places.is_empty() {
        return;
    }
    let layer = |digest: Option<&str>| {
        let at = digest.and_then(|digest| layers.iter().position(|layer| layer == digest));
        at.and_then(|at| u32::try_from(at).ok())
    };
    let place = |path: &str, digest: Option<&str>| Place {
        layer: layer(digest),
        path: path.trim_start_matches('/').into(),
        line: None,
        owner: None,
    };
    let mut places = BTreeSet::new();
    if let Some(path) = value("aquasecurity:trivy:FilePath") {
        places.insert(place(path, value("aquasecurity:trivy:LayerDiffID")));
    }
    for (name, path) in others {
        let Some(number) = name.strip_prefix("syft:location:").and_then(|rest| rest.strip_suffix(":path"))
        else {
            continue;
        };
        places.insert(place(path, value(&format!("syft:location:{number}:layerID"))));
    }
    package.places = places.into_iter().filter(|place| !place.path.is_empty()).collect();
}

/// Epoch, version and release of a source package, which Trivy writes apart.
fn trivy_version<'v>(value: &impl Fn(&str) -> Option<&'v str>) -> Option<SmolStr> {
    let version = value("aquasecurity:trivy:SrcVersion")?;
    let mut text = String::new();
    if let Some(epoch) = value("aquasecurity:trivy:SrcEpoch").filter(|epoch| *epoch != "0") {
        text.push_str(epoch);
        text.push(':');
    }
    text.push_str(version);
    if let Some(release) = value("aquasecurity:trivy:SrcRelease") {
        text.push('-');
        text.push_str(release);
    }
    Some(text.into())
}
