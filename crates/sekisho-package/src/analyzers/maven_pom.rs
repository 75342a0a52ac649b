//! Maven: `pom.xml`, with properties, parents within the tree, managed versions and imported lists of versions.
//!
//! Nothing is fetched: what a parent or a list outside of the tree says is not known, and a version that it would give
//! is none.

use sekisho_contents::{Evidence, Package, Place, Scope};
use smol_str::SmolStr;

use crate::convention::maven::{Need, Parent, Pom, Tree};
use crate::listing::{Listed, Listing, WHOLE, fault_of};
use crate::markup::xml;
use crate::report::{Fact, Found};
use crate::sheet::Sheet;
use crate::{Analyzer, File, Joining, ReadError, Report, Select};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "maven-pom",
    version: 1,
    evidence: Evidence::Declared,
    selects: &[Select::Name("pom.xml")],
    access: WHOLE,
    read,
    join: Some(join),
};

const NAME: &str = "maven-pom";
/// What stands between the fields of a note.
const BETWEEN: char = '\u{1f}';

/// Reads a project. Its packages are known once its parents are: until then it is kept in notes.
fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let mut listing = Listing::default();
    let Some(sheet) = Sheet::read(file.path, file.bytes(), &mut listing.faults) else {
        return fault_of(&listing, "project of Maven");
    };
    let root = xml(&sheet, &mut listing);
    let numbers = sheet.line_numbers();
    if let Some(project) = root.child("project") {
        let pom = Pom::of(project, &|element| numbers.of(element.span.start));
        notes(&pom, report);
    } else if listing.faults.is_empty() {
        return Err(ReadError::malformed("project of Maven", "it has no element `project`"));
    }
    fault_of(&listing, "project of Maven")
}

fn notes(pom: &Pom, report: &mut Report) {
    let mut note = |key: &'static str, fields: &[&str]| {
        let fields: Vec<String> = fields.iter().map(|field| field.replace(BETWEEN, " ")).collect();
        report.fact(Fact::Note(SmolStr::new_static(key), fields.join("\u{1f}")));
    };
    note("own", &[&pom.group, &pom.artifact, &pom.version]);
    if let Some(parent) = &pom.parent {
        note("parent", &[&parent.group, &parent.artifact, &parent.version, &parent.relative_path]);
    }
    for (name, value) in &pom.properties {
        note("property", &[name, value]);
    }
    for (key, needs) in [("managed", &pom.managed), ("need", &pom.needs)] {
        for need in needs {
            let optional = if need.is_optional { "optional" } else { "" };
            let line = need.line.to_string();
            note(
                key,
                &[
                    &need.group,
                    &need.artifact,
                    &need.version,
                    &need.scope,
                    optional,
                    &need.kind,
                    &need.classifier,
                    &line,
                ],
            );
        }
    }
}

fn noted(path: &str, facts: &[Fact]) -> Pom {
    let mut pom = Pom { path: path.to_owned(), ..Pom::default() };
    for fact in facts {
        let Fact::Note(key, value) = fact else { continue };
        let mut fields = value.split(BETWEEN).map(str::to_owned);
        let mut next = || fields.next().unwrap_or_default();
        match key.as_str() {
            "own" => (pom.group, pom.artifact, pom.version) = (next(), next(), next()),
            "parent" => {
                pom.parent =
                    Some(Parent { group: next(), artifact: next(), version: next(), relative_path: next() });
            }
            "property" => pom.properties.push((next(), next())),
            key => {
                let need = Need {
                    group: next(),
                    artifact: next(),
                    version: next(),
                    scope: next(),
                    is_optional: !next().is_empty(),
                    kind: next(),
                    classifier: next(),
                    line: next().parse().unwrap_or_default(),
                };
                if key == "managed" { pom.managed.push(need) } else { pom.needs.push(need) }
            }
        }
    }
    pom
}

/// Resolves what the projects need.
fn join(joining: &mut Joining<'_>) {
    let poms: Vec<Pom> = joining.of(NAME).map(|seen| noted(&seen.report.path, &seen.report.facts)).collect();
    let mut tree = Tree::new(&poms);
    for (index, seen) in joining.of_mut(NAME).enumerate() {
        let layer = Some(seen.layer);
        seen.report.facts.clear();
        for resolved in tree.needs(index) {
            let Some(mut package) = package(&resolved.need) else { continue };
            package.analyzer = SmolStr::new_static(NAME);
            package.places.push(Place {
                layer,
                path: resolved.path.as_str().into(),
                line: Some(resolved.need.line),
                owner: None,
            });
            seen.report.found.push(Found { package, provides: Vec::new(), requires: Vec::new() });
        }
    }
}

fn package(need: &Need) -> Option<Package> {
    if need.group.contains("${") || need.artifact.contains("${") || need.scope == "import" {
        return None;
    }
    // `[1.0]` is one version, other ranges are many.
    let version =
        need.version.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(&need.version);
    let is_exact =
        !version.contains(['[', '(', ',', ')', ']', '$']) && !matches!(version, "LATEST" | "RELEASE");
    let kind = if matches!(need.kind.as_str(), "jar" | "test-jar" | "bundle") { "" } else { &need.kind };
    let listed = Listed::maven(&need.group, &need.artifact, if is_exact { version } else { "" }, 0..0)
        .qualified("classifier", &need.classifier)
        .qualified("type", kind);
    let mut package = Package::new(listed.url()?, Evidence::Declared);
    package.direct = Some(true);
    package.scope = match need.scope.as_str() {
        "test" => Scope::Development,
        _ if need.is_optional => Scope::Optional,
        _ => Scope::Runtime,
    };
    Some(package)
}
