//! Our own format: `PolicyTest`.

use std::path::{Path, PathBuf};

use sekisho_manifest::Node;
use sekisho_policy::{Kinds, Options, PolicyTest, Snapshot};

use super::{TestRow, read_roots};
use crate::policy;

pub(super) fn run(path: &Path, document: &Node) -> Vec<TestRow> {
    if !PolicyTest::is(document) {
        return Vec::new();
    }
    let (test, problems) = PolicyTest::read(document);
    let mut rows: Vec<TestRow> =
        problems.iter().map(|problem| TestRow::failed(path, String::new(), problem.to_string())).collect();
    let folder = path.parent().unwrap_or(Path::new("."));
    let paths: Vec<PathBuf> = test.policies.iter().map(|policy| folder.join(policy.as_str())).collect();
    let bundle = match policy::bundle(&paths, &Options::default()) {
        Ok(bundle) => bundle,
        Err(error) => {
            rows.push(TestRow::failed(path, String::new(), format!("{error:#}")));
            return rows;
        }
    };
    if let Some(problem) = bundle.errors().next() {
        rows.push(TestRow::failed(path, String::new(), problem.to_string()));
        return rows;
    }
    let kinds = Kinds::new(&test.objects);
    let facts = Snapshot::new(&test.objects, "default");
    for case in &test.cases {
        let outcome = case.run(&bundle.loaded.policies, &kinds, &facts);
        rows.push(TestRow::new(
            path,
            case.name.to_string(),
            outcome.map_err(|mismatch| mismatch.to_string()),
        ));
    }
    rows
}

/// The policies that object to a case, or are asked by one.
pub(super) fn covered(path: &Path) -> Vec<String> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut names = Vec::new();
    for document in read_roots(path).unwrap_or_default().iter().filter(|root| PolicyTest::is(root)) {
        let (test, _) = PolicyTest::read(document);
        let paths: Vec<PathBuf> = test.policies.iter().map(|policy| folder.join(policy.as_str())).collect();
        let Ok(bundle) = policy::bundle(&paths, &Options::default()) else { continue };
        let kinds = Kinds::new(&test.objects);
        let facts = Snapshot::new(&test.objects, "default");
        for case in &test.cases {
            let review = bundle.loaded.policies.review(&case.request(&kinds), &facts);
            names.extend(review.verdicts.into_iter().map(|verdict| verdict.rule.policy.to_string()));
        }
    }
    names
}
