//! The admission, beyond the rows of facts.

use sekisho_manifest::{Node, Object};
use sekisho_policy::pod_security::{Answer, Configuration, Levels, Mode, PodSecurity, review};
use sekisho_policy::{Enforcement, Facts, Kinds, ObjectQuery, Operation, Outcome, PolicySet, Request};

use super::node;

/// A namespace with these labels, and any number of Pods.
struct Namespace {
    labels: &'static str,
    pods: usize,
}

impl Facts for Namespace {
    fn namespace(&self, name: &str) -> Option<Node> {
        Some(node(&format!("{{kind: Namespace, metadata: {{name: {name}, labels: {{{}}}}}}}", self.labels)))
    }

    fn objects(&self, _query: &ObjectQuery) -> Option<Vec<Node>> {
        let pod = |number| node(&format!("{{metadata: {{name: p{number:05}}}, spec: {{hostPID: true}}}}"));
        Some((0..self.pods).map(pod).collect())
    }
}

const RESTRICTED: Namespace = Namespace {
    labels: "pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/warn: restricted",
    pods: 0,
};

fn create(text: &str) -> Request {
    let root = node(text);
    let metadata = root.get("metadata").expect("metadata").clone();
    let object = Object {
        api_version: root.str("apiVersion").into(),
        kind: root.str("kind").into(),
        name: metadata.str("name").into(),
        namespace: Some("shop".into()),
        source: sekisho_manifest::SourceId::default(),
        document: 0,
        within: sekisho_manifest::FieldPath::root(),
        root,
    };
    Request::create(&object, &Kinds::default(), "shop")
}

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      hostIPC: true
      containers: [{name: web}]
";

#[test]
fn paths_count_from_the_object_of_the_request() {
    let answer = review(&create(DEPLOYMENT), &Configuration::default(), &RESTRICTED);
    assert!(answer.is_allowed());
    let warned = answer.findings.iter().find(|finding| finding.mode == Mode::Warn).expect("a warning");
    let paths: Vec<_> = warned
        .violations
        .iter()
        .flat_map(|violation| &violation.faults)
        .map(|fault| fault.path.to_string())
        .collect();
    assert_eq!(
        paths,
        [
            "spec.template.spec.hostIPC",
            "spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation",
            "spec.template.spec.containers[0].securityContext.capabilities.drop",
            "spec.template.spec.containers[0].securityContext.runAsNonRoot",
            "spec.template.spec.containers[0].securityContext.seccompProfile.type"
        ]
    );
    assert_eq!(answer.warnings, warned.message().into_iter().collect::<Vec<_>>());
}

#[test]
fn what_is_removed_or_not_known_may_pass() {
    let mut request = create(DEPLOYMENT);
    request.operation = Operation::Delete;
    assert_eq!(review(&request, &Configuration::default(), &RESTRICTED), Answer::default());
    request.operation = Operation::Create;
    request.resource.group = "example.com".into();
    assert_eq!(review(&request, &Configuration::default(), &RESTRICTED), Answer::default());
}

#[test]
fn of_many_pods_the_first_are_held_against_a_new_level() {
    let mut request = create(
        "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}}",
    );
    request.operation = Operation::Update;
    request.old_object = Some(node("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"));
    let facts = Namespace { labels: "", pods: 3_001 };
    let answer = review(&request, &Configuration::default(), &facts);
    assert_eq!(
        answer.warnings,
        [
            "new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods",
            "existing pods in namespace \"shop\" violate the new PodSecurity enforce level \"baseline:latest\"",
            "p00000 (and 2999 other pods): host namespaces"
        ]
    );
}

#[test]
fn a_namespace_is_exempt_by_its_own_name() {
    let configuration = Configuration::read(&node(
        "
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    exemptions: {namespaces: [shop]}
",
    ))
    .expect("a configuration");
    assert_eq!(configuration.defaults, Levels::default());
    let request = create(
        "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}}",
    );
    assert_eq!(request.namespace, "");
    let answer = review(&request, &configuration, &RESTRICTED);
    assert_eq!(
        answer.warnings,
        [
            "namespace \"shop\" is exempt from Pod Security, and the policy (enforce=baseline:latest) will be ignored"
        ]
    );
}

#[test]
fn errors_of_a_configuration_have_their_place() {
    let text = "
apiVersion: pod-security.admission.config.k8s.io/v1
kind: PodSecurityConfiguration
defaults: {enforce: strict, warn-version: v1}
exemptions: {namespaces: [A, b, b], users: []}
";
    let errors = Configuration::read(&node(text)).expect_err("errors");
    let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "defaults.enforce: `strict` must be one of privileged, baseline, restricted",
            "defaults.warn-version: `v1` must be \"latest\" or \"v1.x\"",
            "exemptions.namespaces[0]: `A` is no name: use lower case letters, digits and `-`, at most 63",
            "exemptions.namespaces[2]: `b` stands twice: remove one",
            "exemptions.users: is no field of a PodSecurityConfiguration: remove it"
        ]
    );
    let span = errors[0].span;
    assert_eq!(&text[span.start as usize..span.end as usize], "strict");
}

#[test]
fn a_set_of_policies_can_hold_it() {
    let mut set = PolicySet::new();
    set.extend([Box::new(PodSecurity::default()) as Box<dyn sekisho_policy::Policy>]);
    let pod = create("{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a}]}}");
    let verdicts = set.review(&pod, &RESTRICTED).verdicts;
    let said: Vec<_> = verdicts
        .iter()
        .map(|verdict| (verdict.rule.policy.as_str(), verdict.rule.rule.as_str(), verdict.outcome))
        .collect();
    assert_eq!(
        said,
        [("baseline:latest", "enforce", Outcome::Pass), ("restricted:latest", "warn", Outcome::Warn)]
    );
    assert_eq!(verdicts[1].enforcement, [Enforcement::Warn]);
    assert!(verdicts[1].message.starts_with("would violate PodSecurity \"restricted:latest\": allowPriv"));
    assert_eq!(verdicts[1].places.len(), 4);
    assert_eq!(
        verdicts[0].audit_annotations,
        [("pod-security.kubernetes.io/enforce-policy".into(), "baseline:latest".to_owned())]
    );
    assert_eq!(set.review(&pod, &sekisho_policy::NoFacts).verdicts, [], "the namespace has no labels");
}
