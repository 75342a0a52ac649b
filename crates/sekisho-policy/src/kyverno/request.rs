//! A request in the form in which Kyverno's rules look at it.

use std::sync::Arc;

use sekisho_kyverno::Value;
use sekisho_kyverno::matching::{Kind, User};
use sekisho_kyverno::rule::Request;

use crate::asked::Asked;
use crate::facts::Facts;
use crate::request::{self, Origin};

use super::roles::Bindings;

/// The request; made once for all policies.
pub(super) fn request(asked: &Asked<'_>, facts: &dyn Facts) -> Arc<Request> {
    asked.view(|request| converted(request, facts))
}

fn converted(request: &request::Request, facts: &dyn Facts) -> Request {
    let labels = facts
        .namespace(&request.namespace)
        .and_then(|namespace| namespace.at(&["metadata", "labels"]).map(Value::from_node));
    let user = &request.user;
    // What a policy says of roles needs the bindings to be gathered; without any such policy none are.
    let (roles, cluster_roles) = match request.origin {
        Origin::Admission => Bindings::known(facts).roles(user, &request.namespace),
        Origin::Manifest | Origin::Cluster => (Vec::new(), Vec::new()),
    };
    let nobody = user.name.is_empty() && user.groups.is_empty() && user.uid.is_empty();
    Request {
        object: request.object.as_ref().map(Value::from_node),
        old_object: request.old_object.as_ref().map(Value::from_node),
        kind: Kind {
            group: request.kind.group.clone(),
            version: request.kind.version.clone(),
            kind: request.kind.kind.clone(),
        },
        resource: request.resource.resource.clone(),
        subresource: request.subresource.clone(),
        operation: request.operation,
        user: (!nobody).then(|| User {
            name: user.name.clone(),
            uid: user.uid.clone(),
            groups: user.groups.clone(),
            roles,
            cluster_roles,
        }),
        namespace_labels: labels,
        in_any_version: request.origin.is_served(),
        ..Request::default()
    }
    .read_from(request.object.as_ref())
}
