//! Gatekeeper's `suite.yaml`.

use std::path::Path;

use sekisho_manifest::{Node, Object};
use sekisho_policy::gatekeeper::Options;
use sekisho_policy::gatekeeper::suite::{self, CaseOutcome};

use super::{TestRow, read_objects};

pub(super) fn run(path: &Path) -> Vec<TestRow> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let objects = read_objects(path).unwrap_or_default();
    let read = |relative: &str| objects_only(&folder.join(relative));
    let engines = Options::default().engines;
    let suites = objects.iter().filter(|object| suite::is_suite(object));
    let rows = suites.flat_map(|object| suite::run(&object.root, &engines, &read));
    rows.map(|row| {
        let name = if row.case.is_empty() { row.test } else { format!("{} {}", row.test, row.case) };
        match row.outcome {
            CaseOutcome::Pass => TestRow::new(path, name, Ok(())),
            CaseOutcome::Skipped => TestRow::skipped(path, name),
            CaseOutcome::Fail(reason) => TestRow::failed(path, name, reason),
        }
    })
    .collect()
}

/// The objects of a file that holds nothing else.
fn objects_only(path: &Path) -> Result<Vec<Object>, String> {
    let documents = super::loaded(path)?;
    let mut found = Vec::new();
    for document in documents.iter().filter(|document| !document.root.is_null()) {
        let objects = document.objects();
        if objects.is_empty() && document.root.get("items").is_none() {
            return Err(format!("`{}` holds a document without `apiVersion` or `kind`", path.display()));
        }
        found.extend(objects);
    }
    Ok(found)
}

/// The constraints that suites name.
pub(super) fn covered(path: &Path) -> Vec<String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let suites = read_objects(path).unwrap_or_default();
    let suites = suites.iter().filter(|object| suite::is_suite(object));
    let tests = suites.flat_map(|suite| suite.root.get("tests").map(Node::items).unwrap_or_default());
    let files: Vec<&str> = tests.map(|test| test.str("constraint")).collect();
    let constraints = files.into_iter().flat_map(|file| read_objects(&folder.join(file)).unwrap_or_default());
    constraints.map(|object| object.name.to_string()).collect()
}
