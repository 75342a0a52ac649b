//! `kyverno-test.yaml`: what each rule is to say of each resource.

use std::path::Path;

use sekisho_kyverno::Settings;
use sekisho_kyverno::testing::{self, Files, Row, TestFile};
use sekisho_manifest::Node;
use sekisho_policy::kyverno::Standards;
use sekisho_policy::kyverno::cel::CelPolicies;

use super::{TestRow, read_roots};

pub(super) fn run(path: &Path) -> Vec<TestRow> {
    let roots = match read_roots(path) {
        Ok(roots) => roots,
        Err(problem) => return vec![TestRow::failed(path, String::new(), problem)],
    };
    let disk = Disk { folder: path.parent().unwrap_or(Path::new(".")) };
    let settings = Settings { now: crate::policy::now(), ..Settings::default() };
    let others = CelPolicies::new(settings.clone());
    let mut rows = Vec::new();
    for test in roots.iter().filter_map(TestFile::read) {
        match testing::run(&test, &disk, &others, &settings, Some(&Standards)) {
            Ok(found) => rows.extend(found.into_iter().map(|row| as_row(path, row))),
            Err(problem) => rows.push(TestRow::failed(path, String::new(), problem)),
        }
    }
    rows
}

/// The policies that expected results name.
pub(super) fn covered(path: &Path) -> Vec<String> {
    let roots = read_roots(path).unwrap_or_default();
    let tests = roots.iter().filter_map(TestFile::read);
    tests.flat_map(|test| test.results.into_iter().map(|expected| expected.policy.to_string())).collect()
}

fn as_row(path: &Path, row: Row) -> TestRow {
    let names = [row.policy.as_str(), row.rule.as_str(), row.resource.as_str()];
    let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
    TestRow::new(path, names.join(" "), row.miss.map_or(Ok(()), Err))
}

/// The files beside a test.
struct Disk<'d> {
    folder: &'d Path,
}

impl Files for Disk<'_> {
    fn documents(&self, path: &str) -> Result<Vec<Node>, String> {
        read_roots(&self.folder.join(path))
    }
}
