//! `sekisho policy lint` on admission policies: what is refused, what does nothing, what can never hold.

use crate::command::Workbench;

/// The remarks of a document: line, column, kind and words.
fn lint(text: &str) -> (i32, Vec<String>) {
    let bench = Workbench::new();
    bench.file("policy.yaml", text);
    let ran = bench.run(&["policy", "lint", "policy.yaml"]);
    let lines = ran.out.lines().filter_map(|line| line.strip_prefix("policy.yaml:"));
    let lines = lines.filter(|line| !line.contains("  untested  ")).map(str::to_owned).collect();
    (ran.status, lines)
}

const BINDING: &str = "---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: bound}
spec: {policyName: bound, validationActions: [Deny]}
";

fn policy(spec: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\n\
         metadata: {{name: bound}}\nspec:\n{spec}{BINDING}"
    )
}

const DEPLOYMENTS: &str = "  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
";

#[test]
fn every_mistake_of_a_document_is_named_not_only_the_first() {
    let (status, lines) = lint(&policy(
        "  matchConstraint: {}
  validations:
  - expression: object.metadata.name.endWith('x')
    mesage: no
  - expression: 'object.spec >'
  - expression: 1 + 1
",
    ));
    assert_eq!(status, 4);
    assert_eq!(
        lines,
        [
            "5:3  error  `spec.matchConstraints`: the field is missing: write it",
            "5:3  warning  `spec.matchConstraint` is no field of a ValidatingAdmissionPolicy, so it does \
             nothing: correct its name",
            "7:17  error  `spec.validations[0].expression`: undeclared reference to `endWith`: check its spelling",
            "8:5  warning  `spec.validations[0].mesage` is no field of a ValidatingAdmissionPolicy, so it does \
             nothing: correct its name",
            "9:31  error  `spec.validations[1].expression`: found the end where a value should stand",
            "10:17  error  `spec.validations[2].expression`: must evaluate to `bool` but got `int`",
        ]
    );
}

#[test]
fn expressions_are_checked_against_the_schemas_of_the_kinds_that_the_rules_name() {
    let (status, lines) = lint(&policy(&format!(
        "{DEPLOYMENTS}  variables:
  - {{name: containers, expression: object.spec.template.spec.containers}}
  validations:
  - expression: object.spec.replics <= 5
  - expression: object.spec.replicas <= '5'
  - expression: variables.containers.all(c, c.anything == 1)
  - expression: object.spec.template.spec.containers.all(c, c.?nam.orValue('') == '')
    messageExpression: object.metadata.name + string(object.spec.replica)
  - expression: quantity(object.spec.template.spec.containers[0].resources.limits.cpu).isInteger()
  - expression: object.spec.strategy.rollingUpdate.maxSurge == 1
"
    )));
    assert_eq!(status, 1);
    assert_eq!(
        lines,
        [
            "10:17  warning  `spec.validations[0].expression`: for apps/v1 Deployment: \
             `apps/v1/DeploymentSpec` has no field `replics`: check its spelling",
            "11:17  warning  `spec.validations[1].expression`: for apps/v1 Deployment: `_<=_` does not take \
             (int, string): convert the arguments",
            "13:61  warning  `spec.validations[3].expression`: for apps/v1 Deployment: `core/v1/Container` has \
             no field `nam`: check its spelling",
            "14:54  warning  `spec.validations[3].messageExpression`: for apps/v1 Deployment: \
             `apps/v1/DeploymentSpec` has no field `replica`: check its spelling",
        ]
    );
}

#[test]
fn what_matches_nothing_and_what_nothing_binds_is_named() {
    let singular = DEPLOYMENTS.replace("[deployments]", "[deployment, deployments/scale, daemonset/status]");
    let validations = "  validations: [{expression: 'true'}]\n";
    let (status, lines) = lint(&policy(&format!("{singular}{validations}")));
    assert_eq!(status, 1);
    assert_eq!(
        lines,
        [
            "6:94  warning  `spec.matchConstraints.resourceRules[0].resources[0]`: no API here has the resource \
             `deployment`, so nothing matches it: write `deployments`",
            "6:125  warning  `spec.matchConstraints.resourceRules[0].resources[2]`: no API here has the resource \
             `daemonset`, so nothing matches it: write `daemonsets/status`",
        ]
    );
    let unbound =
        policy(&format!("{DEPLOYMENTS}{validations}")).replace("policyName: bound", "policyName: other");
    let (status, lines) = lint(&unbound);
    assert_eq!(status, 1);
    assert_eq!(
        lines,
        [
            "3:18  warning  no binding names `bound`, so it does nothing: add a ValidatingAdmissionPolicyBinding",
            "12:20  warning  there is no policy `other` here: load it too",
        ]
    );
}

#[test]
fn versions_that_nobody_serves_and_bytes_that_nobody_reads_are_errors() {
    let text = policy(&format!("{DEPLOYMENTS}  validations: [{{expression: 'true'}}]\n"));
    let (status, lines) = lint(&text.replacen("k8s.io/v1", "k8s.io/v2", 1));
    assert_eq!(status, 4);
    assert_eq!(
        lines,
        ["1:13  error  `admissionregistration.k8s.io/v2` serves no ValidatingAdmissionPolicy: write \
          `admissionregistration.k8s.io/v1`"]
    );
    let bench = Workbench::new();
    bench.file("good.yaml", &text);
    bench.file("bytes.yaml", b"apiVersion: v1\nkind: X\n\xff\xfe\n");
    let ran = bench.run(&["policy", "lint", ".", "-f", "json"]);
    assert_eq!(ran.status, 4);
    assert!(ran.out.contains("these bytes are no UTF-8"), "{}", ran.out);
}

#[test]
fn of_policies_with_one_name_the_last_counts() {
    let bench = Workbench::new();
    let one = policy(&format!("{DEPLOYMENTS}  validations: [{{expression: 'false', message: first}}]\n"));
    let other = policy(&format!("{DEPLOYMENTS}  validations: [{{expression: 'false', message: last}}]\n"));
    bench.file("policies.yaml", format!("{one}---\n{other}"));
    bench.file("resource.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {}\n");
    let ran = bench.run(&["policy", "check", "-p", "policies.yaml", "-r", "resource.yaml"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("       last\n") && !ran.out.contains("first"), "{}", ran.out);
    let ran = bench.run(&["policy", "lint", "policies.yaml"]);
    assert!(ran.out.contains("duplicate-name"), "{}", ran.out);
}
