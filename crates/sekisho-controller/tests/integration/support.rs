//! Bundles and objects that tests make.

use std::sync::Arc;

use sekisho_controller::{Auditor, ObjectText};
use sekisho_manifest::Budget;
use sekisho_policy::{Bundle, BundleOptions, GroupVersionResource, Material, NoFacts, Text};
use sekisho_store::{ObjectKey, ObjectResult};

pub(crate) fn bundle(texts: &[(&str, &str)]) -> Arc<Bundle> {
    let texts: Vec<Text> = texts
        .iter()
        .map(|(path, text)| Text { path: (*path).into(), bytes: text.as_bytes().into(), provenance: None })
        .collect();
    let bundle = Bundle::compile(Material::of_texts(&texts, &Budget::default()), &BundleOptions::default());
    assert!(bundle.is_whole(), "{:?}", bundle.errors().next());
    Arc::new(bundle)
}

pub(crate) fn policy(name: &str, kind: &str, label: &str) -> String {
    format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: {name}}}\nspec:\n  validationFailureAction: Enforce\n  \
         rules:\n  - name: label\n    match: {{any: [{{resources: {{kinds: [{kind}]}}}}]}}\n    \
         validate: {{message: needs {label}, pattern: {{metadata: {{labels: {{{label}: '?*'}}}}}}}}\n"
    )
}

pub(crate) fn object(kind: &str, namespace: &str, name: &str, labels: &str) -> ObjectText {
    let resource = format!("{}s", kind.to_lowercase());
    let inside = if namespace.is_empty() { String::new() } else { format!(",\"namespace\":\"{namespace}\"") };
    let text = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"{kind}\",\"metadata\":{{\"name\":\"{name}\",\"uid\":\"u-{name}\"{inside},\"labels\":{labels}}}}}"
    );
    ObjectText {
        key: ObjectKey {
            api_version: "v1".to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        },
        resource: GroupVersionResource { group: "".into(), version: "v1".into(), resource: resource.into() },
        uid: format!("u-{name}").into(),
        version: "1".into(),
        text: text.into(),
    }
}

pub(crate) fn run(auditor: &mut Auditor) -> Vec<ObjectResult> {
    let results = auditor.run(&NoFacts, usize::MAX);
    assert_eq!(auditor.counters().waiting, 0);
    results
}
