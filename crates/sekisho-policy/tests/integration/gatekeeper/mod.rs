//! Gatekeeper's documents as policies.

mod constraints;
mod expansion;
mod matching;
mod mutation;
mod suite;

use sekisho_manifest::Object;
use sekisho_policy::gatekeeper::{EnforcementPoint, Engine, Options, load};
use sekisho_policy::{Facts, Kinds, NoFacts, PolicySet, Request, Verdict};

use crate::documents::objects;

/// A template that wants labels, in both languages.
pub(crate) const LABELS: &str = r#"
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: wantlabels}
spec:
  crd:
    spec:
      names: {kind: WantLabels}
      validation:
        openAPIV3Schema:
          type: object
          required: [labels]
          properties:
            labels: {type: array, items: {type: string, pattern: '^[a-z]+$'}}
            tone: {type: string, enum: [plain, loud], default: plain}
  targets:
  - target: admission.k8s.gatekeeper.sh
    code:
    - engine: K8sNativeValidation
      source:
        variables:
        - name: missing
          expression: >-
            variables.params.labels.filter(label,
            !has(variables.anyObject.metadata.labels) || !(label in variables.anyObject.metadata.labels))
        validations:
        - expression: size(variables.missing) == 0
          messageExpression: '"cel: missing " + variables.missing.join(",") + " " + variables.params.tone'
    - engine: Rego
      source:
        rego: |
          package wantlabels
          import data.lib.labels
          violation[{"msg": msg}] {
            missing := labels.missing(input.review.object, input.parameters.labels)
            count(missing) > 0
            msg := sprintf("rego: missing %v %v", [concat(",", sort(missing)), input.parameters.tone])
          }
        libs:
        - |
          package lib.labels
          missing(object, wanted) = {label | label := wanted[_]; not object.metadata.labels[label]}
"#;

/// A constraint of that template.
pub(crate) fn constraint(spec: &str) -> String {
    format!(
        "{{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: WantLabels, metadata: {{name: w}}, spec: {spec}}}"
    )
}

pub(crate) const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop, labels: {app: web}}}";

/// What policies say of an object.
pub(crate) fn judge(policies: &str, object: &str, facts: &dyn Facts, options: &Options) -> Vec<Verdict> {
    let policies = objects(policies);
    let (loaded, problems) = load(&policies, options);
    assert!(problems.is_empty(), "{problems:?}");
    let mut set = PolicySet::new();
    set.extend(loaded);
    let object: &Object = &objects(object)[0];
    set.review(&Request::create(object, &Kinds::default(), ""), facts).verdicts
}

/// The messages of a constraint of the template about an object.
pub(crate) fn messages(spec: &str, object: &str, engine: Engine) -> Vec<String> {
    let policies = format!("{LABELS}\n---\n{}", constraint(spec));
    let options = Options { engines: vec![engine], point: EnforcementPoint::CommandLine };
    let verdicts = judge(&policies, object, &NoFacts, &options);
    verdicts.into_iter().map(|verdict| verdict.message).filter(|message| !message.is_empty()).collect()
}

/// What is wrong with policies.
pub(crate) fn problems(policies: &str) -> Vec<String> {
    let policies = objects(policies);
    load(&policies, &Options::default()).1.iter().map(ToString::to_string).collect()
}
