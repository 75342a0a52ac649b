//! Texts as the kind, the expressions and the rest of a policy of Kyverno's in CEL, and as an object: loading and
//! judging end, and no problem stands outside of the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_kyverno::Settings;
use sekisho_manifest::{Budget, Document, Format, Node, Object, SourceId};
use sekisho_policy::kyverno::cel::{NoOutside, Surroundings, load};
use sekisho_policy::{Asked, Kinds, Request, Views};

const KINDS: [&str; 10] = [
    "ValidatingPolicy",
    "NamespacedValidatingPolicy",
    "MutatingPolicy",
    "NamespacedMutatingPolicy",
    "GeneratingPolicy",
    "NamespacedGeneratingPolicy",
    "DeletingPolicy",
    "NamespacedDeletingPolicy",
    "ImageValidatingPolicy",
    "NamespacedImageValidatingPolicy",
];

fn documents(text: &str) -> Vec<Document> {
    let budget = Budget { depth: 40, ..Budget::default() };
    sekisho_manifest::load(SourceId::default(), text, Format::Yaml, &budget).documents
}

/// A text as a scalar in quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace('\n', " "))
}

fuzz_target!(|text: &str| {
    let mut parts = text.split('\u{1e}');
    let mut part = |usual: &'static str| parts.next().filter(|part| !part.is_empty()).unwrap_or(usual);
    let kind = part("0").bytes().next().map_or(0, usize::from);
    let kind = KINDS.get(kind % KINDS.len()).copied().unwrap_or("ValidatingPolicy");
    let variable = quoted(part("object.metadata.name"));
    let condition = quoted(part("variables.v == 'a'"));
    let message = quoted(part("'no'"));
    let change = quoted(part("Object{metadata: Object.metadata{labels: {'a': 'b'}}}"));
    let policy = format!(
        "apiVersion: policies.kyverno.io/v1\nkind: {kind}\nmetadata: {{name: p, namespace: b}}\nspec:\n  matchConstraints:\n    \
         resourceRules:\n    - {{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}}\n  \
         variables:\n  - {{name: v, expression: {variable}}}\n  matchConditions:\n  - {{name: c, expression: {condition}}}\n  \
         validations:\n  - {{expression: {condition}, messageExpression: {message}}}\n  mutations:\n  - {{patchType: \
         ApplyConfiguration, applyConfiguration: {{expression: {change}}}}}\n  generate:\n  - {{expression: {change}}}\n  \
         conditions:\n  - {{name: d, expression: {condition}}}\n  schedule: '* * * * *'\n---\n{}",
        part("{}"),
    );
    let roots: Vec<Node> = documents(&policy).into_iter().map(|document| document.root).collect();
    let loaded = load(&roots);
    for (_, problem) in &loaded.problems {
        assert!(policy.get(problem.span.start as usize..problem.span.end as usize).is_some(), "{problem:?}");
    }
    let known: Vec<Object> =
        documents(part("{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b}}"))
            .iter()
            .flat_map(Document::objects)
            .collect();
    let settings = Settings::default();
    for object in &known {
        let request = Request::create(object, &Kinds::default(), "default");
        let views = Views::default();
        let asked = Asked::new(&request, &views);
        for policy in &loaded.policies {
            policy.judge(&asked, &Surroundings { outside: &NoOutside, settings: &settings });
        }
    }
});
