//! Databases and results that tests make.

use std::path::Path;
use std::sync::Arc;

use sekisho_store::{FindingRow, ObjectKey, ObjectResult, RuleRow, Store, StoreOptions, StoreTarget};

pub(crate) fn open(path: &Path) -> Store {
    Store::open(&StoreTarget::File(path.to_owned()), StoreOptions::default()).unwrap()
}

pub(crate) fn object(name: &str, rules: &[&str]) -> ObjectResult {
    let key = ObjectKey {
        api_version: "apps/v1".to_owned(),
        kind: "Deployment".to_owned(),
        namespace: "shop".to_owned(),
        name: name.to_owned(),
    };
    let finding = |rule: &&str| FindingRow {
        fingerprint: format!("{name}:{rule}").into(),
        rule: Arc::new(RuleRow {
            name: (*rule).to_owned(),
            severity: "high".to_owned(),
            consequence: "refuses".to_owned(),
            file: "policies/a.yaml".to_owned(),
            line: 7,
            commit: "1a2b".to_owned(),
            author: "Ana".to_owned(),
            owner: "@security @platform".to_owned(),
        }),
        outcome: "fail".into(),
        message: format!("{rule} does not hold").into(),
        path: "spec.replicas".into(),
    };
    ObjectResult {
        key,
        uid: "u1".to_owned(),
        version: "5".to_owned(),
        bundle: "sha256:1".to_owned(),
        passed: 3,
        findings: rules.iter().map(finding).collect(),
        gone: false,
    }
}
