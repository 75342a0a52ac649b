//! Critical rules that the API server enforces by itself: checks as admission policies, so that they hold when no
//! webhook answers.

use std::fmt::Write as _;

use sekisho_manifest::{Budget, Document, Format, SourceId, load, to_yaml};
use sekisho_policy::Enforcement;
use serde_json::json;

use crate::command::policy::exported;

/// The checks: each of them is the way out of a container, or to every Secret.
const CRITICAL: &[&str] = &[
    "dangerous-capability",
    "host-ipc",
    "host-network",
    "host-path-volume",
    "host-pid",
    "privileged-container",
    "windows-host-process",
];

/// Marks what the chart fills in.
const NAMESPACES: &str = "SEKISHO_NAMESPACES";
const ACTIONS: &str = "SEKISHO_ACTIONS";

const ACTIONS_OF_VALUES: &str = "\
{{- if not (has \"Deny\" .Values.criticalPolicies.actions) }}
  # sekisho: ignore[admission-policy-audit-only]: it may deny when the namespaces of agents on nodes are named
{{- end }}
  validationActions: {{ toJson .Values.criticalPolicies.actions }}";

/// The template of the chart.
pub(super) fn template() -> String {
    let mut text = String::from(
        "{{- if .Values.criticalPolicies.create }}\n# The API server enforces these by itself, whether the webhook \
         runs or not.\n",
    );
    let policies = CRITICAL.iter().filter_map(|slug| exported(slug, Enforcement::Deny));
    let mut is_first = true;
    for policy in policies {
        let loaded = load(SourceId::default(), &policy, Format::Yaml, &Budget::default());
        for object in loaded.documents.iter().flat_map(Document::objects) {
            let mut root = object.root.to_json();
            let name = format!("sekisho-{}", object.name);
            root["metadata"]["name"] = name.clone().into();
            if object.kind == "ValidatingAdmissionPolicyBinding" {
                root["spec"]["policyName"] =
                    format!("sekisho-{}", root["spec"]["policyName"].as_str().unwrap_or("")).into();
                root["spec"]["validationActions"] = ACTIONS.into();
                root["spec"]["matchResources"] = json!({"namespaceSelector": {"matchExpressions": [
                    {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": NAMESPACES},
                ]}});
            }
            let yaml = to_yaml(&root)
                .replace("{{", "{{ \"{{\" }}")
                .replace(NAMESPACES, "{{ include \"sekisho.privilegedNamespaces\" . }}")
                .replace(&format!("  validationActions: {ACTIONS}"), ACTIONS_OF_VALUES);
            let part = if is_first { "" } else { "---\n" };
            is_first = false;
            let _ = write!(text, "{part}{yaml}");
        }
    }
    text.push_str("{{- end }}\n");
    text
}
