//! Who may do what, as the API server's authorizers say.

use sekisho_manifest::Node;
use serde_json::{Value, json};

use crate::connection::Connection;
use crate::error::RequestError;

/// A right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Right<'a> {
    /// `get`, `list`, …
    pub verb: &'a str,
    /// The API group; empty for the core group.
    pub group: &'a str,
    /// The resource, with its subresource behind a slash: `pods/exec`.
    pub resource: &'a str,
    /// The object; empty: all.
    pub name: &'a str,
    /// The namespace; empty: all, or a kind without namespaces.
    pub namespace: &'a str,
}

impl Right<'_> {
    /// `get secrets/authority in sekisho`.
    pub fn words(&self) -> String {
        let group = if self.group.is_empty() { String::new() } else { format!(".{}", self.group) };
        let name = if self.name.is_empty() { String::new() } else { format!(" `{}`", self.name) };
        let place =
            if self.namespace.is_empty() { String::new() } else { format!(" in `{}`", self.namespace) };
        format!("{} {}{group}{name}{place}", self.verb, self.resource)
    }
}

impl Connection {
    /// What the API server's authorizers say to a question, as the `spec` of a `SubjectAccessReview`: the review with
    /// its `status`.
    pub fn review_access(&self, spec: &Value) -> Result<Node, RequestError> {
        let review =
            json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec});
        let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
        let (answer, _) = self.create(path, &review.to_string())?;
        Ok(answer)
    }

    /// Whether a right is had: by whoever asks, or by a service account of this namespace and name.
    pub fn may(&self, right: Right<'_>, account: Option<(&str, &str)>) -> Result<bool, RequestError> {
        let (resource, subresource) = right.resource.split_once('/').unwrap_or((right.resource, ""));
        let attributes = json!({
            "verb": right.verb, "group": right.group, "resource": resource, "subresource": subresource,
            "name": right.name, "namespace": right.namespace,
        });
        let (kind, plural, mut spec) = match account {
            None => ("SelfSubjectAccessReview", "selfsubjectaccessreviews", json!({})),
            Some((namespace, name)) => (
                "SubjectAccessReview",
                "subjectaccessreviews",
                json!({
                    "user": format!("system:serviceaccount:{namespace}:{name}"),
                    "groups": [
                        "system:serviceaccounts",
                        format!("system:serviceaccounts:{namespace}"),
                        "system:authenticated",
                    ],
                }),
            ),
        };
        spec["resourceAttributes"] = attributes;
        let review = json!({"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec});
        let (answer, _) =
            self.create(&format!("/apis/authorization.k8s.io/v1/{plural}"), &review.to_string())?;
        Ok(answer.at(&["status", "allowed"]).and_then(Node::as_bool).unwrap_or(false))
    }
}
