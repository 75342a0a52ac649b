//! `ValidatingPolicy` and its namespaced form.

use sekisho_policy::kyverno::cel::{self, NoOutside};
use sekisho_policy::{Enforcement, NoFacts, Operation, Options, Outcome};

use super::{creation, documents, judge, judge_with, said};
use crate::documents::objects;

const PODS: &str = "
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}";

fn policy(rest: &str) -> String {
    format!(
        "apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata: {{name: p}}\nspec:{PODS}\n{rest}"
    )
}

const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop, labels: {app: x}}, \
                   spec: {hostNetwork: true, containers: [{name: c, image: nginx}]}}";
const CRON_JOB: &str = "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a, namespace: shop}, spec: \
                        {jobTemplate: {spec: {template: {metadata: {labels: {app: x}}, spec: {hostNetwork: true, \
                        containers: []}}}}}}";
const DEPLOYMENT: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: shop}, spec: \
                          {template: {spec: {containers: []}}}}";

#[test]
fn messages_are_those_of_the_first_validation_that_does_not_hold() {
    let rows = [
        ("  - {expression: 'true'}", "pass", "success"),
        ("  - {expression: 'true'}\n  - {expression: 'false', message: bad}", "fail", "bad"),
        ("  - {expression: 'false'}", "fail", "CEL expression validation failed at index 0"),
        ("  - {expression: 'false', messageExpression: \"'is ' + object.metadata.name\"}", "fail", "is a"),
        (
            "  - {expression: 'false', message: bad, messageExpression: 'object.a'}",
            "fail",
            "failed to evaluate message expression: no such key: a",
        ),
        ("  - {expression: 'object.spec.a == 1'}", "error", "error: no such key: a"),
        (
            "  - {expression: 'variables.a'}\n  variables:\n  - {name: a, expression: '1 / 0 == 1'}",
            "error",
            "error: division by zero",
        ),
    ];
    for (validations, status, message) in rows {
        // A message expression of a type that is known late is refused.
        if validations.contains("'object.a'") {
            assert!(
                !cel::load(&documents(&policy(&format!("  validations:\n{validations}"))))
                    .problems
                    .is_empty()
            );
            continue;
        }
        let found = judge(&policy(&format!("  validations:\n{validations}")), POD);
        assert_eq!(said(&found), [(status, message)], "{validations}");
    }
}

#[test]
fn policies_about_pods_are_for_their_controllers_too() {
    let policy = policy(
        "  validations:\n  - {expression: '!object.spec.?hostNetwork.orValue(false) && object.metadata.namespace \
         == \"shop\"', message: object.spec.hostNetwork is set}",
    );
    assert_eq!(said(&judge(&policy, POD)), [("fail", "object.spec.hostNetwork is set")]);
    assert_eq!(said(&judge(&policy, DEPLOYMENT)), [("pass", "success")]);
    let message = "object.spec.jobTemplate.spec.template.spec.hostNetwork is set";
    assert_eq!(said(&judge(&policy, CRON_JOB)), [("fail", message)]);
}

#[test]
fn controllers_can_be_chosen() {
    let chosen = |list: &str| {
        let rest = format!(
            "  autogen: {{podControllers: {{controllers: {list}}}}}\n  validations:\n  - {{expression: 'true'}}"
        );
        let policy = policy(&rest);
        [judge(&policy, DEPLOYMENT).len(), judge(&policy, CRON_JOB).len()]
    };
    assert_eq!(chosen("[]"), [0, 0]);
    assert_eq!(chosen("[cronjobs]"), [0, 1]);
    assert_eq!(chosen("[deployments, statefulsets]"), [1, 0]);
}

#[test]
fn templates_of_other_kinds_are_found_where_they_are() {
    let policy = policy(
        "  autogen: {podControllers: {controllers: [jobsets.v1alpha2.jobset.x-k8s.io]}}\n  validations:\n  - \
         {expression: '!object.spec.?hostNetwork.orValue(false)', message: bad}",
    );
    let set = |network: &str| {
        format!(
            "{{apiVersion: jobset.x-k8s.io/v1alpha2, kind: JobSet, metadata: {{name: a, namespace: shop}}, spec: \
             {{jobs: [{{template: {{spec: {{hostNetwork: {network}, containers: [{{name: c, image: i}}]}}}}}}]}}}}"
        )
    };
    assert_eq!(said(&judge(&policy, &set("false"))), [("pass", "success")]);
    assert_eq!(
        said(&judge(&policy, &set("true"))),
        [("fail", "bad (pod template at spec.jobs[0].template)")]
    );
    let none = "{apiVersion: jobset.x-k8s.io/v1alpha2, kind: JobSet, metadata: {name: a}, spec: {}}";
    let message = "error: extraction mode: no pod template found in jobset.x-k8s.io/v1alpha2/JobSet";
    assert_eq!(said(&judge(&policy, none)), [("error", message)]);
}

#[test]
fn conditions_put_requests_aside() {
    let with = |condition: &str, rest: &str| {
        let condition = format!("  matchConditions:\n  - {{name: c, expression: \"{condition}\"}}\n{rest}");
        judge(&policy(&format!("{condition}  validations:\n  - {{expression: 'false', message: bad}}")), POD)
    };
    assert_eq!(said(&with("object.metadata.name == 'a'", "")), [("fail", "bad")]);
    assert_eq!(said(&with("object.metadata.name == 'b'", "")), [("skip", "skip")]);
    let failed = with("object.a == 'b'", "");
    assert_eq!(said(&failed), [("error", "failed to load context: no such key: a")]);
    assert_eq!(failed[0].rule, "evaluation");
    assert_eq!(said(&with("object.a == 'b'", "  failurePolicy: Ignore\n")), [("skip", "skip")]);
}

#[test]
fn policies_of_a_namespace_are_for_that_alone() {
    let policy = format!(
        "apiVersion: policies.kyverno.io/v1beta1\nkind: NamespacedValidatingPolicy\nmetadata: {{name: p, namespace: \
         NAMESPACE}}\nspec:{PODS}\n  validations:\n  - {{expression: 'false', message: bad}}"
    );
    assert_eq!(said(&judge(&policy.replace("NAMESPACE", "shop"), POD)), [("fail", "bad")]);
    assert!(judge(&policy.replace("NAMESPACE", "bank"), POD).is_empty());
}

#[test]
fn plain_json_is_judged_whatever_it_is() {
    let policy = "apiVersion: policies.kyverno.io/v1alpha1\nkind: ValidatingPolicy\nmetadata: {name: p}\nspec:\n  \
                  evaluation: {mode: JSON}\n  validations:\n  - {expression: 'object.size > 3', message: small}";
    assert_eq!(
        said(&judge(policy, "{apiVersion: a/v1, kind: B, metadata: {name: a}, size: 2}")),
        [("fail", "small")]
    );
    assert_eq!(
        said(&judge(policy, "{apiVersion: a/v1, kind: B, metadata: {name: a}, size: 4}")),
        [("pass", "success")]
    );
}

#[test]
fn what_is_not_there_is_an_empty_object() {
    let policy = policy(
        "  validations:\n  - {expression: 'oldObject != null && size(oldObject) == 0 && request.oldObject == null && \
         namespaceObject == null && !has(request.subResource)'}",
    );
    assert_eq!(said(&judge(&policy, POD)), [("pass", "success")]);
    let deletion = {
        let mut request = creation(POD);
        request.operation = Operation::Delete;
        request.old_object = request.object.take();
        request
    };
    assert!(judge_with(&policy, &deletion, &NoOutside).results.is_empty());
}

#[test]
fn mistakes_are_told_at_their_place() {
    let rows = [
        ("  validations:\n  - {expression: 'object.'}", "`spec.validations[0].expression`"),
        ("  validations:\n  - {expression: '1'}", "must evaluate to `bool` but got `int`"),
        ("  validations:\n  - {expression: 'variables.a'}", "`spec.validations[0].expression`"),
        ("  variables:\n  - {name: a, expression: 'b'}", "`spec.variables[0].expression`"),
        ("  validations:\n  - {expression: 'true'}\n  failurePolicy: Perhaps", "`spec.failurePolicy`"),
    ];
    for (rest, message) in rows {
        let loaded = cel::load(&documents(&policy(rest)));
        assert!(loaded.policies.is_empty(), "{rest}");
        assert!(
            loaded.problems.iter().any(|(_, problem)| problem.message.contains(message)),
            "{:?}",
            loaded.problems
        );
    }
}

#[test]
fn policies_about_signatures_are_refused() {
    let policy = policy("  validations:\n  - {expression: 'true'}");
    let loaded = cel::load(&documents(&policy.replace("kind: Validating", "kind: ImageValidating")));
    assert!(loaded.policies.is_empty());
    let [(_, problem)] = loaded.problems.as_slice() else { unreachable!("{:?}", loaded.problems) };
    assert!(problem.message.contains("needs the signatures of images"), "{problem}");
}

#[test]
fn sets_take_policies_about_signatures_for_policies_of_trust() {
    let policy = policy("  validations:\n  - {expression: 'true'}");
    let policy = policy.replace("kind: Validating", "kind: ImageValidating");
    let loaded = sekisho_policy::load(&objects(&policy), &[], &Options::default());
    let [problem] = loaded.problems.as_slice() else { unreachable!("{:?}", loaded.problems) };
    assert!(problem.message.contains("validations[0].expression"), "{problem}");
}

#[test]
fn sets_hold_them_beside_other_languages() {
    let policy =
        policy("  validationActions: [Audit]\n  validations:\n  - {expression: 'false', message: bad}");
    let loaded = sekisho_policy::load(&objects(&policy), &[], &Options::default());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let review = loaded.policies.review(&creation(POD), &NoFacts);
    let [verdict] = review.verdicts.as_slice() else { unreachable!("{:?}", review.verdicts) };
    assert_eq!((verdict.outcome, verdict.message.as_str()), (Outcome::Fail, "bad"));
    assert_eq!(verdict.enforcement, [Enforcement::Audit]);
    assert_eq!(verdict.rule.kind, "ValidatingPolicy");
}
