//! Whom a network policy is for: Pods of one namespace, or of namespaces that it selects.

use sekisho_manifest::selector::{Labels, Operator, Requirement, Selector};
use sekisho_manifest::workload::Pod;
use sekisho_manifest::{Node, Object, Place};

use super::Flavour;
use super::expression::{Expression, Known};
use crate::pods;

/// Whom one tree of a policy is for.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    /// The Pods with these labels.
    Labels(Selector),
    /// The endpoints with these labels, those of Cilium about their namespace included.
    Cilium(Selector),
    /// The Pods that the first picks in the namespaces that the second picks.
    Calico(Expression, Expression),
    /// The Pods that the second picks in the namespaces that the first picks.
    Admin(Selector, Selector),
}

/// A namespace as selectors see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Namespace<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its object, where the inventory has it.
    pub(crate) object: Option<&'a Object>,
}

impl Labels for Namespace<'_> {
    fn label_value(&self, key: &str) -> Option<&str> {
        if key == "kubernetes.io/metadata.name" {
            return Some(self.name);
        }
        self.object?.label_value(key)
    }
}

impl Subject {
    /// Whom a tree of a policy is for; none where it is for nodes, or cannot be read.
    pub(crate) fn of(spec: &Place<'_>) -> Option<Self> {
        let node = spec.node()?;
        match Flavour::of(spec.object)? {
            Flavour::Kubernetes => label_selector(node.get("podSelector")).map(Self::Labels),
            Flavour::Cilium => cilium_selector(node.get("endpointSelector")?).map(Self::Cilium),
            Flavour::Calico => {
                // Service accounts are not followed.
                let narrowed = ["serviceAccountSelector"].iter().any(|key| !node.str(key).is_empty());
                let pods = Expression::parse(node.str("selector")).filter(|_| !narrowed)?;
                let global = spec.object.kind == "GlobalNetworkPolicy";
                let namespaces =
                    if global { Expression::parse(node.str("namespaceSelector"))? } else { Expression::All };
                Some(Self::Calico(pods, namespaces))
            }
            Flavour::Admin => {
                let subject = node.get("subject")?;
                if let Some(pods) = subject.get("pods") {
                    let namespaces = label_selector(pods.get("namespaceSelector"))?;
                    return Some(Self::Admin(namespaces, label_selector(pods.get("podSelector"))?));
                }
                Some(Self::Admin(label_selector(Some(subject.get("namespaces")?))?, Selector::everything()))
            }
        }
    }

    /// Whether every Pod of a namespace is meant, whatever its labels.
    pub(crate) fn is_whole(&self, namespace: Namespace<'_>) -> bool {
        match self {
            Self::Labels(selector) => selector.is_empty(),
            Self::Cilium(selector) => selector
                .requirements()
                .iter()
                .all(|one| is_about_namespace(one.key()) && one.matches(&Endpoint { pod: None, namespace })),
            Self::Calico(pods, namespaces) => {
                namespaces.matches(&|key| calico_namespace(key, namespace)) == Some(true)
                    && pods.matches(&|key| calico_pod(key, None, namespace)) == Some(true)
            }
            Self::Admin(namespaces, pods) => pods.is_empty() && namespaces.matches(&namespace),
        }
    }

    /// Whether a Pod of a namespace is meant.
    pub(crate) fn selects(&self, pod: &Pod<'_>, namespace: Namespace<'_>) -> bool {
        match self {
            Self::Labels(selector) => pods::selects(selector, pod),
            Self::Cilium(selector) => selector.matches(&Endpoint { pod: Some(pod), namespace }),
            Self::Calico(pods, namespaces) => {
                namespaces.matches(&|key| calico_namespace(key, namespace)) == Some(true)
                    && pods.matches(&|key| calico_pod(key, Some(pod), namespace)) == Some(true)
            }
            Self::Admin(namespaces, pods) => namespaces.matches(&namespace) && pods::selects(pods, pod),
        }
    }
}

/// A selector that is left out selects everything here.
fn label_selector(node: Option<&Node>) -> Option<Selector> {
    node.map_or_else(|| Some(Selector::everything()), |node| Selector::from_label_selector(node).ok())
}

const POD_NAMESPACE: &str = "io.kubernetes.pod.namespace";
const NAMESPACE_LABELS: &str = "io.cilium.k8s.namespace.labels.";
const POD_SERVICE_ACCOUNT: &str = "io.cilium.k8s.policy.serviceaccount";

fn is_about_namespace(key: &str) -> bool {
    key == POD_NAMESPACE || key.starts_with(NAMESPACE_LABELS)
}

/// Cilium writes the source of a label before its key: `k8s:app`, `any:app`.
fn cilium_selector(node: &Node) -> Option<Selector> {
    let bare = |key: &str| key.strip_prefix("k8s:").or(key.strip_prefix("any:")).unwrap_or(key).to_owned();
    let mut requirements = Vec::new();
    for entry in node.get("matchLabels").map_or(&[][..], Node::entries) {
        requirements.push(Requirement::new(&bare(&entry.key), Operator::In, entry.node.as_str()).ok()?);
    }
    for expression in node.get("matchExpressions").map_or(&[][..], Node::items) {
        let operator = match expression.str("operator") {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            _ => return None,
        };
        let key = bare(expression.str("key"));
        requirements.push(Requirement::new(&key, operator, expression.strings("values")).ok()?);
    }
    Some(Selector::new(requirements))
}

/// A Pod as Cilium labels it.
struct Endpoint<'a> {
    pod: Option<&'a Pod<'a>>,
    namespace: Namespace<'a>,
}

impl Labels for Endpoint<'_> {
    fn label_value(&self, key: &str) -> Option<&str> {
        if key == POD_NAMESPACE {
            return Some(self.namespace.name);
        }
        if let Some(key) = key.strip_prefix(NAMESPACE_LABELS) {
            return self.namespace.label_value(key);
        }
        match key {
            POD_SERVICE_ACCOUNT => self.pod.map(Pod::service_account),
            _ => self.pod?.label_value(key),
        }
    }
}

/// A label of a namespace as Calico sees it.
fn calico_namespace<'a>(key: &str, namespace: Namespace<'a>) -> Known<'a> {
    match (key, namespace.object) {
        ("projectcalico.org/name" | "kubernetes.io/metadata.name", _) => Known::Value(namespace.name),
        (_, Some(object)) => object.label(key).map_or(Known::Missing, Known::Value),
        (_, None) => Known::Unknown,
    }
}

/// A label of a Pod as Calico sees it; nothing is known about a Pod that is any of its namespace.
fn calico_pod<'a>(key: &str, pod: Option<&Pod<'a>>, namespace: Namespace<'a>) -> Known<'a> {
    match (key, pod) {
        ("projectcalico.org/namespace", _) => Known::Value(namespace.name),
        ("projectcalico.org/orchestrator", _) => Known::Value("k8s"),
        (_, Some(pod)) => pod.label(key).map_or(Known::Missing, Known::Value),
        (_, None) => Known::Unknown,
    }
}
