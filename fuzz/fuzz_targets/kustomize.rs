//! Folders with a kustomization: no panic, and every object's places lie in the files that were read.
//!
//! The input is files, each behind a line `=== path`; the build begins in `a`.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use sekisho_kustomize::{Budget, Built, Files, Options, build};
use sekisho_manifest::{Node, Span};

struct Memory<'t>(BTreeMap<&'t str, &'t str>);

impl Files for Memory<'_> {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.get(path).map(|text| text.as_bytes().to_vec()))
    }

    fn is_folder(&self, path: &str) -> bool {
        path.is_empty()
            || self.0.keys().any(|file| file.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')))
    }
}

fuzz_target!(|text: &str| {
    let mut files =
        BTreeMap::from([("a/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n")]);
    let mut rest = text;
    let mut path = "a/kustomization.yaml";
    while let Some((file, next)) = rest.split_once("\n=== ") {
        files.insert(path, file);
        (path, rest) = next.split_once('\n').unwrap_or((next, ""));
    }
    files.insert(path, rest);
    let budget = Budget { kustomizations: 50, depth: 10, objects: 500, nodes: 20_000, ..Budget::default() };
    if let Ok(built) = build("a", &Memory(files), None, &Options { budget, ..Options::default() }) {
        for object in &built.objects {
            check(object, &built);
        }
        let _ = built.to_yaml();
    }
});

fn check(node: &Node, built: &Built) {
    check_span(node.span, built);
    for item in node.items() {
        check(item, built);
    }
    for entry in node.entries() {
        check_span(entry.key_span, built);
        check(&entry.node, built);
    }
}

fn check_span(span: Span, built: &Built) {
    let source = built.sources.get(span.source.0 as usize).expect("a source that was read");
    assert!(source.text.get(span.start as usize..span.end as usize).is_some(), "{span:?} in {}", source.name);
}
