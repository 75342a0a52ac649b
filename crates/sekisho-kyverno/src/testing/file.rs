//! The test file itself.

use sekisho_manifest::Node;
use smol_str::SmolStr;

/// A `kyverno-test.yaml`.
#[derive(Debug, Clone, Default)]
pub struct TestFile {
    /// Its name.
    pub name: SmolStr,
    /// The files with policies.
    pub policies: Vec<SmolStr>,
    /// The files with resources.
    pub resources: Vec<SmolStr>,
    /// The files with the objects that rules change in place of the resources.
    pub targets: Vec<SmolStr>,
    /// The files with the objects that bindings of policies name as parameters.
    pub parameters: Vec<SmolStr>,
    /// The files with JSON that is no object of Kubernetes.
    pub payloads: Vec<SmolStr>,
    /// The files with exceptions.
    pub exceptions: Vec<SmolStr>,
    /// The file with values.
    pub variables: Option<SmolStr>,
    /// The values in the test file itself.
    pub values: Option<Node>,
    /// The file that says who sends the requests.
    pub user: Option<SmolStr>,
    /// The file that says what registries and clusters answer.
    pub context: Option<SmolStr>,
    /// The files that show the objects of the cluster.
    pub cluster: Vec<SmolStr>,
    /// What is answered to calls.
    pub answers: Option<Node>,
    /// The global context entries.
    pub globals: Option<Node>,
    /// What is expected.
    pub results: Vec<Expected>,
}

/// What a rule is to say of resources.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// The policy; `namespace/name` for one of a namespace.
    pub policy: SmolStr,
    /// The rule.
    pub rule: SmolStr,
    /// The kind of the resources.
    pub kind: SmolStr,
    /// The resources, each `name` or `namespace/name`.
    pub resources: Vec<SmolStr>,
    /// The resources in the long form.
    pub specs: Vec<ResourceName>,
    /// `pass`, `fail`, `skip`, `warn` or `error`.
    pub result: SmolStr,
    /// The file with the resource as it is to be afterwards.
    pub patched: Option<SmolStr>,
    /// The files with what is to be generated.
    pub generated: Vec<SmolStr>,
    /// The file with what is copied.
    pub clone_source: Option<SmolStr>,
    /// What is done to the resource; empty: what the values say, else it is created.
    pub operation: SmolStr,
    /// Whether a resource that a file lacks is a failure.
    pub fails_on_missing: bool,
}

/// A resource in the long form.
#[derive(Debug, Clone, Default)]
pub struct ResourceName {
    /// Group and version.
    pub api_version: SmolStr,
    /// The namespace.
    pub namespace: SmolStr,
    /// The name.
    pub name: SmolStr,
}

impl TestFile {
    /// Reads a document; none where it is no test.
    pub fn read(root: &Node) -> Option<Self> {
        // Kyverno does not look at the version, and older files say neither version nor kind.
        let is_test = match root.str("kind") {
            "Test" => true,
            kind => kind.is_empty() && root.get("results").is_some() && root.get("policies").is_some(),
        };
        if !is_test {
            return None;
        }
        Some(Self {
            name: root.at(&["metadata", "name"]).and_then(Node::as_str).unwrap_or("").into(),
            policies: files(root, "policies"),
            resources: files(root, "resources"),
            targets: files(root, "targetResources"),
            parameters: files(root, "paramResources"),
            payloads: file(root, "jsonPayload").into_iter().chain(files(root, "jsonPayloads")).collect(),
            exceptions: files(root, "exceptions"),
            variables: file(root, "variables"),
            values: root.get("values").cloned(),
            user: file(root, "userinfo"),
            context: file(root, "context"),
            cluster: files(root, "clusterResources"),
            answers: root.get("apiCallResponses").cloned(),
            globals: root.get("globalContextEntries").cloned(),
            results: root.get("results").map_or(&[][..], Node::items).iter().map(Expected::read).collect(),
        })
    }
}

impl Expected {
    fn read(node: &Node) -> Self {
        let text = |key: &str| SmolStr::new(node.str(key));
        let mut generated = files(node, "generatedResources");
        if generated.is_empty() {
            generated.extend(file(node, "generatedResource"));
        }
        let specs = node.get("resourceSpecs").map_or(&[][..], Node::items).iter().map(|spec| {
            let (group, version) = (spec.str("group"), spec.str("version"));
            let api_version =
                if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
            ResourceName {
                api_version: api_version.into(),
                namespace: spec.str("namespace").into(),
                name: spec.str("name").into(),
            }
        });
        Self {
            policy: text("policy"),
            rule: text("rule"),
            kind: text("kind"),
            resources: node.strings("resources").map(SmolStr::new).collect(),
            specs: specs.collect(),
            result: text("result"),
            patched: file(node, "patchedResources").or_else(|| file(node, "patchedResource")),
            generated,
            clone_source: file(node, "cloneSourceResource"),
            operation: text("operation"),
            fails_on_missing: node.is_true("failOnMissingResources"),
        }
    }
}

fn file(node: &Node, key: &str) -> Option<SmolStr> {
    Some(node.str(key)).filter(|path| !path.is_empty()).map(SmolStr::new)
}

fn files(node: &Node, key: &str) -> Vec<SmolStr> {
    let mut files: Vec<SmolStr> = Vec::new();
    for path in node.strings(key) {
        if !files.iter().any(|known| known == path) {
            files.push(path.into());
        }
    }
    files
}
