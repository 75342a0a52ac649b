//! How long a Pod waits for twenty ValidatingAdmissionPolicies about its security: the review of a Pod of 5 KB as
//! the API server sends it, from bytes to verdicts.

use divan::{Bencher, black_box};
use sekisho_manifest::{Budget, Document, Format, Node, Object, SourceId, load};
use sekisho_policy::admission::{self, About, Export, LoadOptions, export};
use sekisho_policy::{Enforcement, Kinds, NoFacts, Policy, PolicySet, Request};
use sekisho_posture::Examine;

const REVIEW: &str = include_str!("review.json");

fn main() {
    divan::main();
}

/// Policies and bindings of the checks of Pods and containers, the first `count` of them.
fn policies(count: usize) -> PolicySet {
    let text: Vec<String> = sekisho_posture::checks()
        .filter_map(|check| {
            let about = match check.examine {
                Examine::Container(_) => About::Containers,
                Examine::Pod(_) => About::Pods,
                _ => return None,
            };
            let actions = &[Enforcement::Deny];
            let (name, title, expression) = (check.id, check.title, check.cel?);
            export(&Export { name, title, expression, about, actions })
        })
        .take(count)
        .collect();
    assert_eq!(text.len(), count);
    set(&objects(&text.join("---\n")))
}

fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId::default(), text, Format::Yaml, &Budget::default());
    loaded.documents.iter().flat_map(Document::objects).collect()
}

fn set(objects: &[Object]) -> PolicySet {
    let loaded = admission::load(objects, &[], &Kinds::default(), LoadOptions::default());
    let mut set = PolicySet::new();
    set.extend(loaded.validating.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
    set
}

/// The policies about Pods among so many others that are for other kinds.
fn among(others: usize) -> PolicySet {
    let other = |number: usize| {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: \
             other-{number}}}\nspec:\n  matchConstraints:\n    resourceRules:\n    - {{apiGroups: [\
             example.com], apiVersions: ['*'], operations: ['*'], resources: [things{number}]}}\n  \
             validations:\n  - expression: object.spec.size < {number}\n---\napiVersion: \
             admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: \
             other-{number}}}\nspec: {{policyName: other-{number}, validationActions: [Deny]}}\n---\n"
        )
    };
    let text: String = (0..others).map(other).collect();
    let mut all = policies(10);
    let loaded = admission::load(&objects(&text), &[], &Kinds::default(), LoadOptions::default());
    all.extend(loaded.validating.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
    all
}

fn read(text: &str) -> Option<Node> {
    let loaded = load(SourceId::default(), text, Format::Json, &Budget::default());
    loaded.documents.into_iter().next().map(|document| document.root)
}

fn verdicts(policies: &PolicySet, text: &str) -> Option<usize> {
    let request = Request::of_review(&read(text)?).ok()?;
    Some(policies.review(&request, &NoFacts).verdicts.len())
}

/// Bytes → verdicts of twenty policies.
#[divan::bench]
fn twenty(bencher: Bencher) {
    let policies = policies(20);
    assert_eq!(verdicts(&policies, REVIEW), Some(20));
    bencher.bench(|| verdicts(&policies, black_box(REVIEW)));
}

/// The same of a Pod that breaks many of them.
#[divan::bench]
fn twenty_refusing(bencher: Bencher) {
    let policies = policies(20);
    let careless = REVIEW.replace("securityContext", "securityText");
    bencher.bench(|| verdicts(&policies, black_box(&careless)));
}

/// Ten policies, alone and among others that do not match.
#[divan::bench(args = [0, 90, 990])]
fn ten_among(bencher: Bencher, others: usize) {
    let policies = among(others);
    bencher.bench(|| verdicts(&policies, black_box(REVIEW)));
}

/// Compiling twenty policies.
#[divan::bench(sample_count = 10)]
fn compile(bencher: Bencher) {
    bencher.bench(|| policies(20).len());
}
