//! What `sekisho install` writes as the real `helm` and `kubectl` read it: the chart renders to the same objects, and so
//! does the kustomization.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sekisho_manifest::{Budget, Document, Format, SourceId, load};
use serde_json::Value;

use super::Outcome;
use crate::workspace::root;

const IMAGE: &str = "registry.example.com/security/sekisho:1";

/// Sets of values that turn every part of the chart on and off.
const SETS: &[(&str, &[&str])] = &[
    ("default", &[]),
    ("deny", &["criticalPolicies.actions={Deny}", "criticalPolicies.excludedNamespaces={calico-system}"]),
    ("open", &["webhooks.failClosed=false", "webhooks.mutate=false", "network.create=false"]),
    ("bare", &["criticalPolicies.create=false", "scanRole.create=false", "replicas=3"]),
    (
        "audited",
        &[
            "controller.create=true",
            "controller.store.volume.create=true",
            "controller.store.volume.storageClassName=fast",
            "controller.summaries=policy-report",
            "network.metrics[0].namespaceSelector.matchLabels.name=monitoring",
        ],
    ),
    (
        "effective",
        &[
            "controller.create=true",
            "controller.store.postgresql.secret=results",
            "controller.egress[0].ports[0].port=5432",
            "controller.makes[0].apiGroups={networking.k8s.io}",
            "controller.makes[0].resources={networkpolicies}",
            "controller.removes[0].apiGroups={batch}",
            "controller.removes[0].resources={jobs}",
            "controller.dryRun=true",
            "controller.arguments={--most-effects=10}",
            "policies.bundle=git+https://example.com/team/policies.git@main",
        ],
    ),
    (
        "wide",
        &[
            "scanRole.secrets=true",
            "policies.facts[0].apiGroups={apps}",
            "policies.facts[0].resources={deployments}",
            "network.egress[0].ports[0].port=22",
            "network.metrics[0].namespaceSelector.matchLabels.name=monitoring",
            "image.pullSecrets[0].name=pull",
            "arguments={--log=debug}",
        ],
    ),
];

/// Compares every set of values.
pub(super) fn run(scratch: &Path, helm: &Path, kubectl: &Path) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for (name, set) in SETS {
        let folder = scratch.join(name);
        let mut values: Vec<String> =
            set.iter().flat_map(|one| ["--set".to_owned(), (*one).to_owned()]).collect();
        let own = |more: &[&OsStr]| {
            let mut command = Command::new(env!("CARGO"));
            command
                .args(["run", "--quiet", "--package", "sekisho", "--", "install", "--image", IMAGE])
                .args(&values)
                .args(more)
                .current_dir(root());
            output(command)
        };
        let plain = objects(&own(&[])?);
        let (chart, kustomization) = (folder.join("chart"), folder.join("kustomization"));
        let format = |name: &'static str, folder: &Path| -> Result<String> {
            own(&[OsStr::new("--format"), OsStr::new(name), OsStr::new("--output"), folder.as_os_str()])
        };
        format("chart", &chart)?;
        format("kustomize", &kustomization)?;
        let mut command = Command::new(kubectl);
        command.arg("kustomize").arg(&kustomization);
        outcomes.push(compare(format!("kustomize/{name}"), &plain, &objects(&output(command)?)));

        values.extend(
            ["--set", "image.repository=registry.example.com/security/sekisho,image.tag=1"]
                .map(str::to_owned),
        );
        values.extend(["--set", "namespace.create=true"].map(str::to_owned));
        let mut command = Command::new(helm);
        command.args(["template", "sekisho"]).arg(&chart).args(["--namespace", "sekisho"]).args(&values);
        outcomes.push(compare(format!("helm/{name}"), &plain, &objects(&output(command)?)));
    }
    Ok(outcomes)
}

fn output(mut command: Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?)
}

fn objects(text: &str) -> BTreeMap<String, Value> {
    let loaded = load(SourceId::default(), text, Format::Yaml, &Budget::default());
    let all = loaded.documents.iter().flat_map(Document::objects);
    all.map(|object| {
        let namespace = object.namespace.as_deref().unwrap_or("");
        (format!("{} {namespace}/{}", object.kind, object.name), object.root.to_json())
    })
    .collect()
}

fn compare(id: String, ours: &BTreeMap<String, Value>, theirs: &BTreeMap<String, Value>) -> Outcome {
    let keys = ours.keys().chain(theirs.keys());
    let other = keys.into_iter().find(|key| ours.get(*key) != theirs.get(*key));
    let miss = if ours.is_empty() {
        Some("nothing is installed".to_owned())
    } else {
        other.map(|key| format!("{key} differs"))
    };
    Outcome { id, miss }
}
