//! What a rule is given in place of the objects themselves: subjects with their roles, or the API server's Pod.

use sekisho_manifest::Node;
use sekisho_rego::value::Value;

/// How objects are put together for a rule: the attribute `resourcesAggregator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregation {
    /// Each object by itself.
    None,
    /// Each subject of a binding, with the binding and its role.
    Subjects,
    /// The Pod of the API server alone.
    ApiServer,
}

impl Aggregation {
    pub(super) fn of(metadata: &Node) -> Self {
        let attributes = metadata.get("attributes");
        match attributes.map_or("", |attributes| attributes.str("resourcesAggregator")) {
            "subject-role-rolebinding" => Self::Subjects,
            "apiserver-pod" => Self::ApiServer,
            _ => Self::None,
        }
    }

    pub(super) fn apply(self, objects: Vec<Value>) -> Vec<Value> {
        let objects: Vec<Value> = objects.into_iter().map(named).collect();
        match self {
            Self::None => objects,
            Self::Subjects => subjects(&objects),
            Self::ApiServer => objects.into_iter().find(is_api_server).into_iter().collect(),
        }
    }
}

/// What is known of a machine has the machine's name, which may be empty.
fn named(object: Value) -> Value {
    if !text(&object, &["apiVersion"]).starts_with("hostdata.kubescape.cloud/") {
        return object;
    }
    let name = Value::string(text(&object, &["metadata", "name"]));
    let keep = ["apiVersion", "kind", "data"];
    let kept = keep.iter().filter_map(|key| Some((*key, object.field(key)?.clone())));
    Value::fields(kept.chain([("metadata", Value::fields([("name", name)]))]))
}

fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    let found = path.iter().try_fold(value, |value, key| value.field(key));
    found.and_then(Value::as_str).unwrap_or_default()
}

fn is_api_server(object: &Value) -> bool {
    let name = text(object, &["metadata", "name"]);
    text(object, &["kind"]) == "Pod"
        && text(object, &["metadata", "namespace"]) == "kube-system"
        && (name.contains("apiserver") || name.contains("api-server"))
}

fn subjects(objects: &[Value]) -> Vec<Value> {
    let of_kind =
        |end: &'static str| objects.iter().filter(move |object| text(object, &["kind"]).ends_with(end));
    let mut found = Vec::new();
    for binding in of_kind("Binding") {
        let role_of = |role: &&Value| {
            text(binding, &["roleRef", "kind"]) == text(role, &["kind"])
                && text(binding, &["roleRef", "name"]) == text(role, &["metadata", "name"])
        };
        for role in of_kind("Role").filter(role_of) {
            let subjects = binding.field("subjects").and_then(Value::as_array).unwrap_or_default();
            for subject in subjects.iter().filter_map(Value::as_object) {
                let mut entries = subject.entries().to_vec();
                let related = Value::array(vec![binding.clone(), role.clone()]);
                entries.push((Value::string("relatedObjects"), related));
                found.push(Value::object(entries));
            }
        }
    }
    found
}
