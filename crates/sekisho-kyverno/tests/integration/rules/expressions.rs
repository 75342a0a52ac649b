//! Rules of CEL expressions.

use sekisho_kyverno::rule::Status::{Fail, Pass, Skip};

use super::{only, pod, rule};

#[test]
fn expressions_and_their_messages() {
    let policy = rule(
        "    validate:\n      message: own\n      cel:\n        variables:\n        - name: count\n          expression: size(object.spec.containers)\n        \
         expressions:\n        - expression: variables.count < 3\n          messageExpression: '\"has \" + string(variables.count)'\n        - expression: \
         variables.count > 0\n        - expression: object.spec.containers.all(c, c.image.orValue('') != 'x')\n          message: no x\n",
    );
    assert_eq!(
        only(&policy, &pod("{containers: [{image: w}]}")),
        (Pass, "Validation rule 'r' passed.".to_owned())
    );
    assert_eq!(only(&policy, &pod("{containers: [{}, {}, {}]}")), (Fail, "has 3".to_owned()));
    assert_eq!(only(&policy, &pod("{containers: []}")), (Fail, "own".to_owned()));
    assert_eq!(only(&policy, &pod("{containers: [{image: x}]}")), (Fail, "no x".to_owned()));
}

#[test]
fn an_expression_that_fails_refuses() {
    let policy = rule(
        "    validate:\n      cel:\n        expressions:\n        - expression: object.spec.none == 1\n",
    );
    assert_eq!(
        only(&policy, &pod("{}")),
        (Fail, "expression 'object.spec.none == 1' resulted in error: no such key: none".to_owned())
    );
}

#[test]
fn conditions_put_the_rule_aside() {
    let policy = rule(
        "    celPreconditions:\n    - name: c\n      expression: request.operation == 'DELETE'\n    validate:\n      cel:\n        expressions:\n        \
         - expression: 'false'\n",
    );
    assert_eq!(only(&policy, &pod("{}")), (Skip, "cel preconditions not met".to_owned()));
}
