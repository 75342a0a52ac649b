//! Which expansion templates are refused; what they generate is seen where constraints judge it.

use sekisho_policy::gatekeeper::{Options, load};
use sekisho_policy::{Enforcement, NoFacts, Outcome};

use crate::documents::objects;

fn problem(spec: &str) -> Option<String> {
    let text = format!(
        "{{apiVersion: expansion.gatekeeper.sh/v1beta1, kind: ExpansionTemplate, metadata: {{name: e}}, spec: {spec}}}"
    );
    let objects = objects(&text);
    load(&objects, &Options::default()).1.first().map(ToString::to_string)
}

#[test]
fn templates_without_what_they_need_are_refused() {
    let pod = "generatedGVK: {version: v1, kind: Pod}";
    let deployments = "applyTo: [{groups: [apps], versions: [v1], kinds: [Deployment]}]";
    let pods = "applyTo: [{groups: [''], versions: [v1], kinds: [Pod]}]";
    assert_eq!(problem(&format!("{{templateSource: spec.template, {pod}, {deployments}}}")), None);
    for (spec, reason) in [
        (format!("{{{pod}, {deployments}}}"), "`spec.templateSource` is missing"),
        (format!("{{templateSource: spec.template, {deployments}}}"), "`spec.generatedGVK` is missing"),
        (format!("{{templateSource: spec.template, {pod}}}"), "`spec.applyTo` is missing"),
        (format!("{{templateSource: spec, {pod}, {pods}}}"), "applies to the kind that it generates"),
    ] {
        assert!(problem(&spec).is_some_and(|text| text.contains(reason)), "{spec}");
    }
}

#[test]
fn generated_objects_are_judged_and_named_after_their_template() {
    let expansion = "
apiVersion: expansion.gatekeeper.sh/v1beta1
kind: ExpansionTemplate
metadata: {name: workloads}
spec:
  templateSource: spec.template
  enforcementAction: warn
  generatedGVK: {version: v1, kind: Pod}
  applyTo: [{groups: [apps], versions: [v1], kinds: [Deployment]}]
";
    let constraint = super::constraint(
        "{match: {source: Generated, kinds: [{apiGroups: [''], kinds: [Pod]}]}, parameters: {labels: [team, app]}}",
    );
    let label = "{apiVersion: mutations.gatekeeper.sh/v1, kind: AssignMetadata, metadata: {name: l}, \
                 spec: {location: metadata.labels.app, parameters: {assign: {value: made}}}}";
    let policies = format!("{}\n---\n{constraint}\n---\n{expansion}---\n{label}", super::LABELS);
    let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, \
                      spec: {template: {metadata: {labels: {a: b}}, spec: {}}}}";
    let verdicts = super::judge(&policies, deployment, &NoFacts, &Options::default());
    let said: Vec<_> =
        verdicts.iter().map(|verdict| (verdict.message.as_str(), &verdict.enforcement[..])).collect();
    assert_eq!(said, [("[Implied by workloads] cel: missing team plain", &[Enforcement::Warn][..])]);
    let broken = deployment.replace("template:", "other:");
    let verdicts = super::judge(&policies, &broken, &NoFacts, &Options::default());
    assert_eq!(verdicts[0].message, "could not find source field `spec.template` in resource web");
    assert_eq!(verdicts[0].outcome, Outcome::Error);
}
