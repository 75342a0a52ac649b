//! How long a Pod waits for Pod Security: the review of a Pod of 5 KB as the API server sends it, from bytes to
//! verdict, and how much is allocated on the way.

use divan::{AllocProfiler, Bencher, black_box};
use sekisho_manifest::{Budget, Format, Node, SourceId, load};
use sekisho_policy::pod_security::{Answer, Configuration, Level, LevelVersion, Pod, evaluate, review};
use sekisho_policy::{Facts, ObjectQuery, Request};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const REVIEW: &str = include_str!("review.json");

fn main() {
    divan::main();
}

/// A namespace that asks for everything.
struct Namespace(Option<Node>);

impl Facts for Namespace {
    fn namespace(&self, _name: &str) -> Option<Node> {
        self.0.clone()
    }

    fn objects(&self, _query: &ObjectQuery) -> Option<Vec<Node>> {
        None
    }
}

fn read(text: &str) -> Option<Node> {
    let loaded = load(SourceId::default(), text, Format::Json, &Budget::default());
    loaded.documents.into_iter().next().map(|document| document.root)
}

fn namespace() -> Namespace {
    let labels = r#"{"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}"#;
    Namespace(read(labels))
}

/// From bytes to the answer.
fn answer(text: &str, facts: &Namespace) -> Option<Answer> {
    let request = Request::of_review(&read(text)?).ok()?;
    Some(review(&request, &Configuration::default(), facts))
}

/// The same Pod with all that was done for its security taken away.
fn careless() -> String {
    REVIEW
        .replace("securityContext", "securityText")
        .replace("\"dnsPolicy\"", "\"hostNetwork\":true,\"dnsPolicy\"")
}

/// Bytes → tree.
#[divan::bench]
fn reads(bencher: Bencher) {
    bencher.bench(|| read(black_box(REVIEW)));
}

/// Bytes → verdict, of a Pod that passes.
#[divan::bench]
fn answers_one_that_passes(bencher: Bencher) {
    let facts = namespace();
    bencher.bench(|| answer(black_box(REVIEW), &facts));
}

/// Bytes → verdict, of a Pod that is refused for five reasons.
#[divan::bench]
fn answers_one_that_is_refused(bencher: Bencher) {
    let (facts, text) = (namespace(), careless());
    bencher.bench(|| answer(black_box(&text), &facts));
}

/// Tree → verdict: all controls of the restricted level.
#[divan::bench]
fn evaluates_one_that_passes(bencher: Bencher) {
    let root = read(REVIEW);
    let Some(pod) = root.as_ref().and_then(|root| root.at(&["request", "object"])) else { return };
    bencher.bench(|| evaluate(LevelVersion::latest(Level::Restricted), black_box(&Pod::of(pod))));
}
