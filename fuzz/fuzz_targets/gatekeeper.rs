//! Texts as Rego of a template, as the schema of its parameters, as parameters, as `match` and as an object: loading
//! and judging end, and problems stand within their text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_manifest::{Budget, Document, Format, Object, Source, SourceId, load};
use sekisho_policy::gatekeeper::{Options, lint, load_from};
use sekisho_policy::{Kinds, PolicySet, Request, Snapshot};

fn objects(text: &str) -> Vec<Object> {
    let budget = Budget { depth: 40, ..Budget::default() };
    let loaded = load(SourceId::default(), text, Format::Yaml, &budget);
    loaded.documents.iter().flat_map(Document::objects).collect()
}

fuzz_target!(|text: &str| {
    let mut parts = text.split('\u{1e}');
    let mut part =
        |usual: &'static str| parts.next().filter(|part| !part.is_empty()).unwrap_or(usual).to_owned();
    let rego = part("package x\nviolation[{\"msg\": \"m\"}] { input.review.object }");
    let library = part("package lib.a\nok = true");
    let indent = |text: &str| text.replace('\n', "\n        ");
    let policies = format!(
        "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {{name: x}}\nspec:\n  crd:\n    \
         spec:\n      names: {{kind: X}}\n      validation: {{openAPIV3Schema: {}}}\n  targets:\n  - target: \
         admission.k8s.gatekeeper.sh\n    rego: |\n        {}\n    libs:\n    - |\n        {}\n---\napiVersion: \
         constraints.gatekeeper.sh/v1beta1\nkind: X\nmetadata: {{name: x}}\nspec:\n  match: {}\n  parameters: {}\n---\n{}",
        part("{type: object, x-kubernetes-preserve-unknown-fields: true}"),
        indent(&rego),
        indent(&library),
        part("{}"),
        part("{}"),
        part(
            "{apiVersion: expansion.gatekeeper.sh/v1beta1, kind: ExpansionTemplate, metadata: {name: e}, spec: {applyTo: [{groups: [apps], versions: [v1], kinds: [Deployment]}], templateSource: spec.template, generatedGVK: {group: '', version: v1, kind: Pod}}}"
        ),
    );
    let documents = objects(&policies);
    let sources = [Source::new("policies.yaml", policies.as_str())];
    let (loaded, problems) = load_from(&documents, &sources, &Options::default());
    let spans = problems.iter().map(|problem| problem.span);
    for span in spans.chain(lint(&documents, &sources).into_iter().map(|remark| remark.span)) {
        assert!(policies.get(span.start as usize..span.end as usize).is_some(), "{problems:?}");
    }
    let mut set = PolicySet::new();
    set.extend(loaded);
    let known = objects(&part("{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b}}"));
    let facts = Snapshot::new(&known, "default");
    for object in &known {
        set.review(&Request::create(object, &Kinds::default(), "default"), &facts);
    }
});
