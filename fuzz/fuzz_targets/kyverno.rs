//! A policy of Kyverno and a resource, parted by a line `---`: whatever they are, there is an answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_kyverno::{NoFacts, Settings};
use sekisho_kyverno::policy::{Document, load};
use sekisho_kyverno::rule::{Request, Snapshot, World, apply, removes};
use sekisho_kyverno::{Budget, Value};
use sekisho_manifest::{Format, SourceId};
use sekisho_policy::kyverno::Standards;

fuzz_target!(|text: &str| {
    let budget = sekisho_manifest::Budget::default();
    let documents = sekisho_manifest::load(SourceId(0), text, Format::Yaml, &budget).documents;
    let settings = Settings::default();
    let objects: Vec<Value> = documents.iter().map(|document| Value::from_node(&document.root)).collect();
    let snapshot = Snapshot::new(objects.iter().cloned());
    for document in &documents {
        let loaded = load(&document.root).document;
        let exceptions = match &loaded {
            Some(Document::Exception(exception)) => vec![exception.as_ref()],
            _ => Vec::new(),
        };
        let world = World {
            facts: &NoFacts,
            objects: &snapshot,
            pod_security: Some(&Standards),
            settings: &settings,
            exceptions: &exceptions,
            budget: Budget { work: 200_000, memory: 4 << 20, depth: 200 },
        };
        for object in &objects {
            let request = Request::create(object.clone());
            match &loaded {
                Some(Document::Policy(policy)) => drop(apply(policy, &request, &world)),
                Some(Document::Cleanup(policy)) => drop(removes(policy, &request, &world)),
                _ => {}
            }
        }
    }
});
