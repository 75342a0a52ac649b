//! How long a Pod waits for Gatekeeper's Pod Security templates in Rego: the review of a Pod of 5 KB as the API
//! server sends it, from bytes to verdicts. `GATEKEEPER_LIBRARY` names a checkout of gatekeeper-library; without it
//! nothing is measured.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads its data")]

use std::path::{Path, PathBuf};

use divan::{Bencher, black_box};
use sekisho_manifest::{Budget, Document, Format, Node, Object, SourceId, load};
use sekisho_policy::gatekeeper::{Engine, Options};
use sekisho_policy::{Facts, Kinds, NoFacts, PolicySet, Request, Snapshot, gatekeeper};

const REVIEW: &str = include_str!("review.json");

/// The folder of the Pod Security templates.
const PODS: &str = "pod-security-policy";

fn main() {
    divan::main();
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// The templates of a folder of the library, each with the first constraint of its samples.
fn library(group: &str) -> Option<Vec<Object>> {
    let library = PathBuf::from(std::env::var_os("GATEKEEPER_LIBRARY")?);
    let mut found = Vec::new();
    for template in folders(&library.join("library").join(group)) {
        let samples = folders(&template.join("samples"));
        let constraint =
            samples.iter().map(|sample| sample.join("constraint.yaml")).find(|file| file.is_file());
        let files = [Some(template.join("template.yaml")), constraint];
        for text in files.iter().flatten().filter_map(|file| std::fs::read_to_string(file).ok()) {
            found.extend(objects(&text));
        }
    }
    Some(found)
}

/// Constraints of the first template about other kinds.
fn others(count: usize, objects: &[Object]) -> Option<String> {
    let kind = objects.iter().find(|object| object.kind != "ConstraintTemplate")?.kind.clone();
    let one = |number: usize| {
        format!(
            "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: {kind}\nmetadata: {{name: other-{number}}}\nspec: \
             {{match: {{kinds: [{{apiGroups: [example.com], kinds: [Thing{number}]}}]}}}}\n---\n"
        )
    };
    Some((0..count).map(one).collect())
}

fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId::default(), text, Format::Yaml, &Budget::default());
    loaded.documents.iter().flat_map(Document::objects).collect()
}

fn set(objects: &[Object]) -> PolicySet {
    let options = Options { engines: vec![Engine::Rego], ..Options::default() };
    let (policies, _) = gatekeeper::load(objects, &options);
    let mut set = PolicySet::new();
    set.extend(policies);
    set
}

fn read(text: &str) -> Option<Node> {
    let loaded = load(SourceId::default(), text, Format::Json, &Budget::default());
    loaded.documents.into_iter().next().map(|document| document.root)
}

fn verdicts(policies: &PolicySet, text: &str) -> Option<usize> {
    let request = Request::of_review(&read(text)?).ok()?;
    Some(policies.review(&request, &NoFacts).verdicts.len())
}

/// Bytes → verdicts of every Pod Security template in Rego.
#[divan::bench]
fn pod_security(bencher: Bencher) {
    let Some(objects) = library(PODS) else { return };
    let policies = set(&objects);
    bencher.bench(|| verdicts(&policies, black_box(REVIEW)));
}

/// The same of a Pod that breaks many of them.
#[divan::bench]
fn pod_security_refusing(bencher: Bencher) {
    let Some(objects) = library(PODS) else { return };
    let policies = set(&objects);
    let careless = REVIEW.replace("securityContext", "securityText");
    bencher.bench(|| verdicts(&policies, black_box(&careless)));
}

/// The same, alone and among others that do not match.
#[divan::bench(args = [0, 90, 990])]
fn pod_security_among(bencher: Bencher, count: usize) {
    let Some(mut all) = library(PODS) else { return };
    let Some(text) = others(count, &all) else { return };
    all.extend(objects(&text));
    let policies = set(&all);
    bencher.bench(|| verdicts(&policies, black_box(REVIEW)));
}

/// What is known of the cluster, and a request for each of its objects.
fn charts() -> (Snapshot, Vec<Request>) {
    let shared = std::env::var_os("SEKISHO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let entries = std::fs::read_dir(shared.join("corpora/bitnami-rendered")).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let texts = paths.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let objects: Vec<Object> = texts.flat_map(|text| objects(&text)).collect();
    let kinds = Kinds::default();
    let requests = objects.iter().map(|object| Request::create(object, &kinds, "")).collect();
    (Snapshot::new(&objects, ""), requests)
}

/// A group of templates over every object of every chart.
#[divan::bench(args = [PODS, "general"], sample_count = 5, sample_size = 1)]
fn over_charts(bencher: Bencher, group: &str) {
    let Some(objects) = library(group) else { return };
    let policies = set(&objects);
    let (facts, requests) = charts();
    let facts: &dyn Facts = &facts;
    bencher.bench_local(|| {
        requests.iter().map(|request| policies.review(request, facts).verdicts.len()).sum::<usize>()
    });
}
