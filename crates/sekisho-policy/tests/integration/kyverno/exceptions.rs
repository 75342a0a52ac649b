//! Exceptions to policies of expressions.

use super::{judge, said};

const OBJECT: &str =
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {image: good}}";

fn with(exception: &str) -> String {
    format!(
        "
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {{name: p}}
spec:
  matchConstraints:
    resourceRules:
    - {{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}}
  validations:
  - {{expression: 'object.data.image in exceptions.allowedImages', message: bad}}
---
apiVersion: policies.kyverno.io/v1
kind: PolicyException
metadata: {{name: e, namespace: shop}}
spec:
{exception}"
    )
}

const OF_POLICY: &str = "  policyRefs: [{name: p, kind: ValidatingPolicy}]\n";

#[test]
fn objects_are_let_off() {
    let rows = [
        ("", vec![("skip", "rule is skipped due to policy exception: shop/e")]),
        ("  reportResult: pass\n", vec![("pass", "rule is passed due to policy exception: shop/e")]),
        (
            "  matchConditions: [{name: c, expression: \"object.metadata.name == 'b'\"}]\n",
            vec![("fail", "bad")],
        ),
        (
            "  matchConditions: [{name: c, expression: \"object.metadata.name == 'a'\"}]\n",
            vec![("skip", "rule is skipped due to policy exception: shop/e")],
        ),
        ("  images: [good]\n", vec![("pass", "success")]),
        ("  images: [better]\n", vec![("fail", "bad")]),
    ];
    for (exception, wanted) in rows {
        let found = judge(&with(&format!("{OF_POLICY}{exception}")), OBJECT);
        assert_eq!(said(&found), wanted, "{exception}");
    }
    let of_another = "  policyRefs: [{name: q, kind: ValidatingPolicy}]";
    assert_eq!(said(&judge(&with(of_another), OBJECT)), [("fail", "bad")]);
}
