//! Admission control as the checks see it: the webhooks of a configuration, and whether a rule guards
//! something that an attacker would want to create or change.

use sekisho_manifest::{Node, Object, Place, field};

/// One webhook of a `ValidatingWebhookConfiguration` or `MutatingWebhookConfiguration`.
#[derive(Debug, Clone)]
pub(crate) struct Webhook<'a> {
    /// The webhook's entry in the configuration.
    pub(crate) place: Place<'a>,
    /// The webhook's tree.
    pub(crate) node: &'a Node,
    /// Whether it changes objects and does not only judge them.
    pub(crate) mutates: bool,
}

/// The group of webhook configurations and of admission policies.
pub(crate) const GROUP: &str = "admissionregistration.k8s.io";

/// The resources, by group, through which an attacker gains rights or runs code.
const GUARDED: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "pods",
            "podtemplates",
            "replicationcontrollers",
            "secrets",
            "serviceaccounts",
            "namespaces",
            "nodes",
            "services",
            "persistentvolumes",
        ],
    ),
    ("apps", WORKLOADS),
    ("extensions", WORKLOADS),
    ("batch", WORKLOADS),
    ("rbac.authorization.k8s.io", &["roles", "rolebindings", "clusterroles", "clusterrolebindings"]),
    ("networking.k8s.io", &["ingresses", "networkpolicies"]),
    (
        GROUP,
        &[
            "validatingwebhookconfigurations",
            "mutatingwebhookconfigurations",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
        ],
    ),
    ("certificates.k8s.io", &["certificatesigningrequests"]),
];

const WORKLOADS: &[&str] = &["deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"];

/// The subresources that run code or hand out credentials.
const GUARDED_SUBRESOURCES: &[&str] =
    &["*", "exec", "attach", "portforward", "proxy", "ephemeralcontainers", "token", "approval", "status"];

/// The webhooks of a configuration; none for any other object.
pub(crate) fn webhooks(object: &Object) -> impl Iterator<Item = Webhook<'_>> {
    let mutates = object.kind == "MutatingWebhookConfiguration";
    let items = object.root.get("webhooks").map_or(&[][..], Node::items);
    items.iter().enumerate().map(move |(index, node)| Webhook {
        place: object.place(field!["webhooks", index]),
        node,
        mutates,
    })
}

impl Webhook<'_> {
    /// The webhook's name, else its place in the list.
    pub(crate) fn name(&self) -> String {
        match self.node.str("name") {
            "" => self.place.path.to_string(),
            name => name.to_owned(),
        }
    }

    /// Whether it is asked about resources that an attacker would want to create or change. A webhook that
    /// changes objects counts where it is asked about Pods and what makes them: there it adds sidecars and
    /// security settings.
    pub(crate) fn guards(&self) -> bool {
        let rules = self.node.get("rules").map_or(&[][..], Node::items);
        if self.mutates {
            return rules.iter().any(|rule| asks_about(rule, &["pods"], WORKLOADS));
        }
        rules.iter().any(guards)
    }

    /// What happens to a request when the webhook does not answer: the field, else the default of the API
    /// version.
    pub(crate) fn failure_policy(&self) -> &str {
        match (self.node.str("failurePolicy"), self.place.object.version()) {
            ("", "v1beta1") => "Ignore",
            ("", _) => "Fail",
            (policy, _) => policy,
        }
    }

    /// How long the API server waits for the webhook: the field, else the default of the API version.
    pub(crate) fn timeout_seconds(&self) -> i64 {
        let default = if self.place.object.version() == "v1beta1" { 30 } else { 10 };
        self.node.get("timeoutSeconds").and_then(Node::as_i64).unwrap_or(default)
    }
}

/// Whether a rule (`apiGroups`, `resources`) of a webhook or of an admission policy covers a guarded resource.
pub(crate) fn guards(rule: &Node) -> bool {
    rule.strings("apiGroups").any(|group| {
        let mut known = GUARDED.iter().filter(|(name, _)| group == "*" || group == *name);
        known.any(|(_, resources)| rule.strings("resources").any(|pattern| covers(pattern, resources)))
    })
}

fn asks_about(rule: &Node, core: &[&str], others: &[&str]) -> bool {
    rule.strings("apiGroups").any(|group| {
        let known: &[&[&str]] = match group {
            "*" => &[core, others],
            "" => &[core],
            "apps" | "batch" | "extensions" => &[others],
            _ => &[],
        };
        known.iter().any(|resources| rule.strings("resources").any(|pattern| covers(pattern, resources)))
    })
}

/// Whether a pattern of a rule (`pods`, `pods/exec`, `*`, `*/*`) covers one of the resources.
fn covers(pattern: &str, resources: &[&str]) -> bool {
    let (resource, subresource) = pattern.split_once('/').unwrap_or((pattern, ""));
    (resource == "*" || resources.contains(&resource))
        && (subresource.is_empty() || GUARDED_SUBRESOURCES.contains(&subresource))
}
