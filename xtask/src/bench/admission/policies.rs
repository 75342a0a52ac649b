//! The policies of the benchmark: twenty in three languages that all concern Pods, and as many as are wanted that
//! concern nothing that is asked.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::root;

/// Those of our own bundle that are about Pods, in the language of the API server.
const OURS: [&str; 8] = [
    "cloud-keys",
    "component-files",
    "default-service-account",
    "host-access",
    "pinned-images",
    "plain-secrets",
    "retired-components",
    "workload-privileges",
];

/// In Kyverno's language: patterns, conditions, loops, a choice of patterns.
const KYVERNO: [(&str, &str); 6] = [
    ("limits", "pattern: {spec: {containers: [{resources: {limits: {memory: '?*', cpu: '?*'}}}]}}"),
    ("probes", "pattern: {spec: {containers: [{livenessProbe: {periodSeconds: '>0'}}]}}"),
    ("team", "pattern: {metadata: {labels: {team: '?*'}}}"),
    (
        "registries",
        "foreach: [{list: request.object.spec.containers, pattern: {image: 'registry.example/* | ghcr.io/*'}}]",
    ),
    (
        "ports",
        "deny: {conditions: {any: [{key: \"{{ request.object.spec.containers[].ports[].hostPort || `[]` | length(@) }}\", operator: GreaterThan, value: 0}]}}",
    ),
    (
        "root",
        "anyPattern: [{spec: {securityContext: {runAsNonRoot: true}}}, {spec: {containers: [{securityContext: {runAsNonRoot: true}}]}}]",
    ),
];

/// In Rego, as Gatekeeper has it: the body of `violation`.
const REGO: [(&str, &str); 6] = [
    (
        "BenchPrivileged",
        "c := input.review.object.spec.containers[_]\n  c.securityContext.privileged\n  msg := sprintf(\"container <%v> is privileged\", [c.name])",
    ),
    (
        "BenchHostPath",
        "v := input.review.object.spec.volumes[_]\n  v.hostPath\n  msg := sprintf(\"volume <%v> is of the host\", [v.name])",
    ),
    (
        "BenchLabels",
        "provided := {label | input.review.object.metadata.labels[label]}\n  required := {\"app\", \"team\"}\n  missing := required - provided\n  count(missing) > 0\n  msg := sprintf(\"labels are missing: %v\", [missing])",
    ),
    (
        "BenchReadOnly",
        "c := input.review.object.spec.containers[_]\n  not c.securityContext.readOnlyRootFilesystem\n  msg := sprintf(\"container <%v> can write to its root\", [c.name])",
    ),
    (
        "BenchLatest",
        "c := input.review.object.spec.containers[_]\n  endswith(c.image, \":latest\")\n  msg := sprintf(\"container <%v> takes the latest image\", [c.name])",
    ),
    (
        "BenchMemory",
        "c := input.review.object.spec.containers[_]\n  not c.resources.limits.memory\n  msg := sprintf(\"container <%v> has no limit of memory\", [c.name])",
    ),
];

/// Writes the twenty.
pub(in crate::bench) fn mixed(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for name in OURS {
        let from = root().join("policies").join(format!("{name}.yaml"));
        fs::copy(&from, folder.join(format!("{name}.yaml")))
            .with_context(|| format!("cannot copy `{}`", from.display()))?;
    }
    for (name, rule) in KYVERNO {
        fs::write(folder.join(format!("kyverno-{name}.yaml")), kyverno(name, "Pod", rule))?;
    }
    for (kind, rule) in REGO {
        fs::write(folder.join(format!("gatekeeper-{kind}.yaml")), gatekeeper(kind, rule))?;
    }
    Ok(())
}

/// Writes ten that concern Pods, and so many that do not.
pub(super) fn many(folder: &Path, others: usize) -> Result<()> {
    fs::create_dir_all(folder)?;
    for number in 0..10 {
        let (name, rule) = KYVERNO[number % KYVERNO.len()];
        let name = format!("{name}-{number}");
        fs::write(folder.join(format!("{name}.yaml")), kyverno(&name, "Pod", rule))?;
    }
    for number in 0..others {
        let name = format!("other-{number}");
        let kind = ["Service", "ConfigMap", "Ingress", "NetworkPolicy", "PersistentVolumeClaim"][number % 5];
        let rule = "pattern: {metadata: {labels: {team: '?*'}}}";
        fs::write(folder.join(format!("{name}.yaml")), kyverno(&name, kind, rule))?;
    }
    Ok(())
}

fn kyverno(name: &str, kind: &str, rule: &str) -> String {
    format!(
        "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: bench-{name}
  annotations: {{pod-policies.kyverno.io/autogen-controllers: none}}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
  - name: rule
    match: {{any: [{{resources: {{kinds: [{kind}]}}}}]}}
    validate:
      message: it does not hold
      {rule}
"
    )
}

fn gatekeeper(kind: &str, rule: &str) -> String {
    let package = kind.to_lowercase();
    let body = rule.replace('\n', "\n        ");
    format!(
        "apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {{name: {package}}}
spec:
  crd: {{spec: {{names: {{kind: {kind}}}}}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package {package}
      violation[{{\"msg\": msg}}] {{
        {body}
      }}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: {kind}
metadata: {{name: bench}}
spec:
  match: {{kinds: [{{apiGroups: [''], kinds: [Pod]}}]}}
"
    )
}
