//! Loops, preconditions and deny conditions.

use sekisho_kyverno::rule::Status;

use super::{only, pod, rule};

const IMAGES: &str = "    validate:
      message: no tag
      foreach:
      - list: request.object.spec.containers
        deny:
          conditions:
            any:
            - key: '{{ contains(element.image, `:`) }}'
              operator: Equals
              value: false
";

#[test]
fn a_loop_looks_at_every_element() {
    let policy = rule(&IMAGES.replace('`', "''"));
    assert_eq!(
        only(&policy, &pod("{containers: [{image: 'a:1'}, {image: 'b:2'}]}")),
        (Status::Pass, "rule passed".to_owned())
    );
    assert_eq!(
        only(&policy, &pod("{containers: [{image: 'a:1'}, {image: b}]}")),
        (Status::Fail, "validation failure: no tag".to_owned())
    );
}

#[test]
fn patterns_in_a_loop_look_at_the_element() {
    let policy = rule(
        "    validate:\n      message: m\n      foreach:\n      - list: request.object.spec.containers\n        \
         pattern:\n          image: '*:*'\n",
    );
    assert_eq!(only(&policy, &pod("{containers: [{image: 'a:1'}]}")).0, Status::Pass);
    assert_eq!(
        only(&policy, &pod("{containers: [{image: a}]}")).1,
        "validation failure: validation error: m. rule r failed at path /image/"
    );
}

#[test]
fn loops_nest_and_count() {
    let policy = rule(
        "    validate:\n      message: '{{ to_string(elementIndex0) }}/{{ to_string(elementIndex1) }}'\n      foreach:\n      - list: request.object.spec.containers\n        \
         foreach:\n        - list: element.ports\n          deny:\n            conditions:\n              all:\n              \
         - key: '{{ element.port }}'\n                operator: GreaterThan\n                value: 1000\n",
    );
    let (status, message) =
        only(&policy, &pod("{containers: [{ports: [{port: 1}]}, {ports: [{port: 2}, {port: 2000}]}]}"));
    assert_eq!(status, Status::Fail);
    assert_eq!(message, "validation failure: validation failure: 1/1");
}

#[test]
fn a_list_that_is_missing_says_nothing() {
    let policy = rule(&IMAGES.replace('`', "''"));
    let results = super::results(&policy, &sekisho_kyverno::rule::Request::create(pod("{}")));
    assert!(results.is_empty(), "{results:?}");
}

#[test]
fn preconditions_put_a_rule_aside() {
    let policy = rule(
        "    preconditions:\n      all:\n      - key: '{{ request.operation }}'\n        operator: Equals\n        \
         value: DELETE\n        message: only deletion\n    validate:\n      message: m\n      deny: {}\n",
    );
    assert_eq!(only(&policy, &pod("{}")), (Status::Skip, "preconditions not met; only deletion".to_owned()));
}

#[test]
fn messages_of_conditions_follow_the_rules_own() {
    let policy = rule(
        "    validate:\n      message: denied\n      deny:\n        conditions:\n          any:\n          - key: a\n            \
         operator: Equals\n            value: a\n            message: because\n",
    );
    assert_eq!(only(&policy, &pod("{}")), (Status::Fail, "denied; because".to_owned()));
}

#[test]
fn context_entries_are_variables() {
    let policy = rule(
        "    context:\n    - name: limit\n      variable:\n        value: 2\n    - name: count\n      variable:\n        \
         jmesPath: length(request.object.spec.containers)\n    validate:\n      message: '{{ count }} of {{ limit }}'\n      \
         deny:\n        conditions:\n          any:\n          - key: '{{ count }}'\n            operator: GreaterThan\n            \
         value: '{{ limit }}'\n",
    );
    assert_eq!(only(&policy, &pod("{containers: [{}, {}]}")).0, Status::Pass);
    assert_eq!(only(&policy, &pod("{containers: [{}, {}, {}]}")), (Status::Fail, "3 of 2".to_owned()));
}
