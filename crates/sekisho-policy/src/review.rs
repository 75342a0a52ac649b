//! Reads an `AdmissionReview` as the API server sends it to webhooks.

use sekisho_manifest::{Node, Operation};
use smol_str::SmolStr;

use crate::group_version::{GroupVersionKind, GroupVersionResource};
use crate::problem::Problem;
use crate::request::{Origin, Request, User};

impl Request {
    /// The request of an `AdmissionReview` of `admission.k8s.io/v1`.
    pub fn of_review(review: &Node) -> Result<Self, Problem> {
        Self::of_review_or(review, None)
    }

    /// The same, with an operation for a review that names none.
    pub(crate) fn of_review_or(review: &Node, usual: Option<Operation>) -> Result<Self, Problem> {
        if review.str("kind") != "AdmissionReview"
            || !review.str("apiVersion").starts_with("admission.k8s.io/")
        {
            return Err(Problem::error(review, "this is no `AdmissionReview` of `admission.k8s.io/v1`"));
        }
        let Some(request) = review.get("request") else {
            return Err(Problem::error(review, "request did not actually pass in an AdmissionRequest"));
        };
        let (object, old_object) = (request.get("object"), request.get("oldObject"));
        let usual = usual.filter(|_| request.str("operation").is_empty());
        let operation = Operation::named(request.str("operation")).or(usual);
        if object.is_none() && old_object.is_none() && operation != Some(Operation::Connect) {
            let message = "AdmissionRequest does not contain an \"object\" or \"oldObject\" to review";
            return Err(Problem::error(request, message));
        }
        let Some(operation) = operation else {
            let message = format!(
                "`{}` is no operation: use CREATE, UPDATE, DELETE or CONNECT",
                request.str("operation")
            );
            return Err(Problem::error(request.get("operation").unwrap_or(request), message));
        };
        let subject = object.or(old_object).unwrap_or(request);
        let kind = request
            .get("kind")
            .map_or_else(|| GroupVersionKind::new(subject.str("apiVersion"), subject.str("kind")), kind_of);
        let resource = request.get("resource").map(resource_of).unwrap_or_default();
        let text = |key: &str| SmolStr::new(request.str(key));
        Ok(Self {
            uid: text("uid"),
            request_kind: request.get("requestKind").map_or_else(|| kind.clone(), kind_of),
            request_resource: request.get("requestResource").map_or_else(|| resource.clone(), resource_of),
            kind,
            resource,
            subresource: text("subResource"),
            name: text("name"),
            namespace: text("namespace"),
            operation,
            user: request.get("userInfo").map(user_of).unwrap_or_default(),
            object: object.cloned(),
            old_object: old_object.cloned(),
            options: request.get("options").cloned(),
            dry_run: request.is_true("dryRun"),
            origin: Origin::Admission,
        })
    }
}

fn kind_of(node: &Node) -> GroupVersionKind {
    GroupVersionKind {
        group: node.str("group").into(),
        version: node.str("version").into(),
        kind: node.str("kind").into(),
    }
}

fn resource_of(node: &Node) -> GroupVersionResource {
    GroupVersionResource {
        group: node.str("group").into(),
        version: node.str("version").into(),
        resource: node.str("resource").into(),
    }
}

fn user_of(node: &Node) -> User {
    let extra = node.get("extra").map(Node::entries).unwrap_or_default();
    User {
        name: node.str("username").into(),
        uid: node.str("uid").into(),
        groups: node.strings("groups").map(SmolStr::new).collect(),
        extra: extra
            .iter()
            .map(|entry| {
                let values = entry.node.items().iter().filter_map(Node::as_str).map(SmolStr::new).collect();
                (entry.key.clone(), values)
            })
            .collect(),
    }
}
