//! What is read of an `AdmissionReview`.

use sekisho_policy::{Operation, Request};

use crate::documents::objects;

const REVIEW: &str = "
apiVersion: admission.k8s.io/v1
kind: AdmissionReview
request:
  uid: abc
  kind: {group: autoscaling, version: v1, kind: Scale}
  resource: {group: apps, version: v1, resource: deployments}
  subResource: scale
  requestKind: {group: autoscaling, version: v1, kind: Scale}
  requestResource: {group: apps, version: v1, resource: deployments}
  name: web
  namespace: shop
  operation: UPDATE
  userInfo: {username: ann, uid: '7', groups: [dev], extra: {scopes: [a, b]}}
  object: {apiVersion: autoscaling/v1, kind: Scale, metadata: {name: web}}
  oldObject: {apiVersion: autoscaling/v1, kind: Scale, metadata: {name: web}}
  options: {apiVersion: meta.k8s.io/v1, kind: UpdateOptions}
  dryRun: true
";

fn request(text: &str) -> Result<Request, String> {
    Request::of_review(&objects(text)[0].root).map_err(|problem| problem.to_string())
}

#[test]
fn every_field_is_read() {
    let request = request(REVIEW).unwrap();
    assert_eq!(request.uid, "abc");
    assert_eq!(request.kind.api_version(), "autoscaling/v1");
    assert_eq!(request.resource.resource, "deployments");
    assert_eq!(request.subresource, "scale");
    assert_eq!((request.name.as_str(), request.namespace.as_str()), ("web", "shop"));
    assert_eq!(request.operation, Operation::Update);
    assert_eq!(request.user.groups, ["dev"]);
    assert_eq!(request.user.extra[0].1, ["a", "b"]);
    assert!(request.object.is_some() && request.old_object.is_some() && request.options.is_some());
    assert!(request.dry_run);
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    for (from, to, reason) in [
        ("kind: AdmissionReview", "kind: Review", "no `AdmissionReview`"),
        ("request:\n", "response:\n", "did not actually pass in an AdmissionRequest"),
        ("operation: UPDATE", "operation: PATCH", "`PATCH` is no operation"),
    ] {
        let error = request(&REVIEW.replace(from, to)).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
    let empty = REVIEW.replace("  object:", "  x:").replace("  oldObject:", "  y:");
    assert!(request(&empty).unwrap_err().contains("\"object\" or \"oldObject\""));
}
