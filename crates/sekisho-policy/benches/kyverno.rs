//! How long Kyverno's policies take: its whole library over the rendered charts of the corpus, and its Pod
//! Security policies over a Pod of 5 KB. The data are read from the shared folder; where that is absent,
//! nothing is measured.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads its data")]

use std::path::{Path, PathBuf};

use divan::{Bencher, black_box};
use sekisho_kyverno::Settings;
use sekisho_manifest::{Budget, Document, Format, Node, SourceId, load};
use sekisho_policy::{Kinds, NoFacts, Policy, PolicySet, Request, kyverno};

const REVIEW: &str = include_str!("review.json");

fn main() {
    divan::main();
}

fn shared() -> PathBuf {
    match std::env::var_os("SEKISHO_SHARED") {
        Some(shared) => shared.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
    }
}

fn documents(folder: &Path, found: &mut Vec<Document>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !hidden {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            let loaded = load(SourceId(0), &text, Format::Yaml, &Budget::default());
            found.extend(loaded.documents);
        }
    }
}

fn policies(folder: &str) -> PolicySet {
    set(&read_all(folder))
}

/// The documents of a folder of the library.
fn read_all(folder: &str) -> Vec<Node> {
    let mut nodes = Vec::new();
    documents(&shared().join("conformance/kyverno-policies").join(folder), &mut nodes);
    nodes.into_iter().map(|document| document.root).collect()
}

fn set(nodes: &[Node]) -> PolicySet {
    let loaded = kyverno::load(nodes, Settings::default());
    let mut set = PolicySet::new();
    set.extend(loaded.policies.into_iter().map(|policy| Box::new(policy) as Box<dyn Policy>));
    set
}

fn requests() -> Vec<Request> {
    let mut nodes = Vec::new();
    documents(&shared().join("corpora/bitnami-rendered"), &mut nodes);
    let kinds = Kinds::default();
    nodes
        .iter()
        .flat_map(Document::objects)
        .map(|object| Request::create(&object, &kinds, "default"))
        .collect()
}

/// Every policy of the library over every object of every chart.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn library_over_charts(bencher: Bencher<'_, '_>) {
    let (set, requests) = (policies(""), requests());
    bencher.bench_local(|| {
        for request in &requests {
            black_box(set.review(black_box(request), &NoFacts));
        }
    });
}

fn read(text: &str, format: Format) -> Vec<Node> {
    let loaded = load(SourceId::default(), text, format, &Budget::default());
    loaded.documents.into_iter().map(|document| document.root).collect()
}

fn verdicts(policies: &PolicySet, text: &str) -> Option<usize> {
    let request = Request::of_review(read(text, Format::Json).first()?).ok()?;
    Some(policies.review(&request, &NoFacts).verdicts.len())
}

/// Bytes → verdicts of the ClusterPolicies about Pod Security, for a Pod of 5 KB.
#[divan::bench]
fn pod_security(bencher: Bencher<'_, '_>) {
    let policies = policies("pod-security");
    bencher.bench(|| verdicts(&policies, black_box(REVIEW)));
}

/// The same of a Pod that breaks many of them.
#[divan::bench]
fn pod_security_refusing(bencher: Bencher<'_, '_>) {
    let policies = policies("pod-security");
    let careless = REVIEW.replace("securityContext", "securityText");
    bencher.bench(|| verdicts(&policies, black_box(&careless)));
}

/// The same, alone and among others that do not match.
#[divan::bench(args = [0, 90, 990])]
fn pod_security_among(bencher: Bencher<'_, '_>, count: usize) {
    let other = |number: usize| {
        format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: other-{number}}}\nspec:\n  rules:\n  - name: \
             size\n    match: {{any: [{{resources: {{kinds: [example.com/v1/Thing{number}]}}}}]}}\n    validate: {{message: \
             too large, pattern: {{spec: {{size: <{number}}}}}}}\n---\n"
        )
    };
    let text: String = (0..count).map(other).collect();
    let mut nodes = read_all("pod-security");
    nodes.extend(read(&text, Format::Yaml));
    let policies = set(&nodes);
    bencher.bench(|| verdicts(&policies, black_box(REVIEW)));
}

/// The Pod Security policies over one Deployment of a chart.
#[divan::bench]
fn pod_security_over_one(bencher: Bencher<'_, '_>) {
    let (set, requests) = (policies("pod-security"), requests());
    let Some(request) = requests.iter().find(|request| request.kind.kind == "Deployment") else { return };
    bencher.bench_local(|| black_box(set.review(black_box(request), &NoFacts)));
}

/// Reading the whole library.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn load_library(bencher: Bencher<'_, '_>) {
    let mut nodes = Vec::new();
    documents(&shared().join("conformance/kyverno-policies"), &mut nodes);
    let nodes: Vec<Node> = nodes.into_iter().map(|document| document.root).collect();
    bencher.bench_local(|| black_box(kyverno::load(black_box(&nodes), Settings::default())));
}
