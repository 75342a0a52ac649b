//! Kyverno's policies in a set: what they say, what they change, what they make, and what refuses.

use sekisho_manifest::{Budget, Document, Format, Node, SourceId, load};
use sekisho_policy::kyverno;
use sekisho_policy::{Enforcement, Kinds, NoFacts, Outcome, Policy, PolicySet, Request, Review};

fn nodes(text: &str) -> Vec<Node> {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.into_iter().map(|document| document.root).collect()
}

fn review(policies: &str, object: &str) -> Review {
    let loaded = kyverno::load(&nodes(policies), sekisho_kyverno::Settings::default());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let mut set = PolicySet::new();
    set.extend(loaded.policies.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
    let documents = load(SourceId(0), object, Format::Yaml, &Budget::default()).documents;
    let objects: Vec<_> = documents.iter().flat_map(Document::objects).collect();
    set.review(&Request::create(&objects[0], &Kinds::default(), "default"), &NoFacts)
}

/// A policy of one rule that looks at Pods.
fn policy(name: &str, rule: &str) -> String {
    format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: {name}}}, spec: {{rules: [{{name: r, \
         match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}, {rule}}}]}}}}"
    )
}

fn standards(rest: &str) -> String {
    policy("standards", &format!("validate: {{podSecurity: {{level: baseline, version: latest{rest}}}}}"))
}

const PRIVILEGED: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {hostNetwork: true, containers: \
                          [{name: a, image: registry/a, securityContext: {privileged: true}, livenessProbe: \
                          {tcpSocket: {host: elsewhere, port: 1}}}]}}";

#[test]
fn pods_are_held_to_the_standards() {
    let review = review(&standards(""), PRIVILEGED);
    let [verdict] = review.verdicts.as_slice() else { panic!("{:?}", review.verdicts) };
    assert_eq!((verdict.outcome, verdict.enforcement.as_slice()), (Outcome::Fail, &[Enforcement::Audit][..]));
    assert_eq!(
        verdict.message,
        "Validation rule 'r' failed. It violates PodSecurity \"baseline:latest\": (Forbidden reason: host \
         namespaces, field error list: [spec.hostNetwork is forbidden, forbidden values found: true])(Forbidden \
         reason: probe or lifecycle host, field error list: [])(Forbidden reason: privileged, field error list: \
         [spec.containers[0].securityContext.privileged is forbidden, forbidden values found: true])"
    );
}

#[test]
fn exclusions_let_off_what_they_name_and_no_more() {
    let exclude = ", exclude: [{controlName: Host Namespaces}, {controlName: Privileged Containers, images: \
                   [registry/*], restrictedField: 'spec.containers[*].securityContext.privileged', values: ['true']}]";
    let review = review(&standards(exclude), PRIVILEGED);
    let message = &review.verdicts[0].message;
    assert!(
        message.ends_with("(Forbidden reason: probe or lifecycle host, field error list: [])"),
        "{message}"
    );
    assert!(!message.contains("host namespaces") && !message.contains("privileged"), "{message}");
}

#[test]
fn what_is_changed_is_what_is_judged() {
    let change = policy("change", "mutate: {patchStrategicMerge: {metadata: {labels: {+(team): a}}}}");
    let judge = policy(
        "judge",
        "validate: {failureAction: Enforce, message: m, pattern: {metadata: {labels: {team: b}}}}",
    );
    let review = review(
        &format!("{change}\n---\n{judge}"),
        "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {}}",
    );
    let changed = review.changed.expect("a label was added");
    assert_eq!(changed.at(&["metadata", "labels", "team"]).and_then(Node::as_str), Some("a"));
    let refusal = review.verdicts.iter().find(|verdict| verdict.outcome == Outcome::Fail).expect("a refusal");
    assert_eq!(refusal.enforcement, [Enforcement::Deny]);
    assert_eq!(refusal.message, "validation error: m. rule r failed at path /metadata/labels/team/");
    assert_eq!(refusal.places.iter().map(ToString::to_string).collect::<Vec<_>>(), ["metadata.labels.team"]);
}

#[test]
fn what_would_be_made_is_shown() {
    let make = policy(
        "make",
        "generate: {apiVersion: v1, kind: ConfigMap, name: '{{ request.object.metadata.name }}-config', namespace: \
         shop, data: {data: {a: b}}}",
    );
    let review =
        review(&make, "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {}}");
    let [generated] = review.generated.as_slice() else { panic!("{:?}", review.verdicts) };
    assert_eq!(generated.at(&["metadata", "name"]).and_then(Node::as_str), Some("web-config"));
    assert_eq!(generated.at(&["data", "a"]).and_then(Node::as_str), Some("b"));
}

#[test]
fn a_policy_with_mistakes_is_refused_and_the_others_are_not() {
    let sound = policy("sound", "validate: {message: m, deny: {}}");
    let wrong = policy("wrong", "validate: {message: m, denied: {}}");
    let loaded =
        kyverno::load(&nodes(&format!("{wrong}\n---\n{sound}")), sekisho_kyverno::Settings::default());
    assert_eq!(loaded.policies.iter().map(|policy| policy.name().as_str()).collect::<Vec<_>>(), ["sound"]);
    assert!(!loaded.problems.is_empty() && loaded.problems.iter().all(|(place, _)| *place == 0));
}

#[test]
fn an_exclusion_of_values_lets_off_no_field_that_is_unset() {
    let exclude = |value: &str| {
        policy(
            "standards",
            &format!(
                "validate: {{podSecurity: {{level: restricted, version: latest, exclude: [{{controlName: Privilege \
                 Escalation, images: ['*'], restrictedField: \
                 'spec.containers[*].securityContext.allowPrivilegeEscalation', values: ['{value}']}}]}}}}"
            ),
        )
    };
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {securityContext: {runAsNonRoot: true, \
               seccompProfile: {type: RuntimeDefault}}, containers: [{name: a, image: a, securityContext: \
               {capabilities: {drop: [ALL]}}}]}}";
    assert_eq!(review(&exclude("true"), pod).verdicts[0].outcome, Outcome::Fail);
    assert_eq!(review(&exclude("nil"), pod).verdicts[0].outcome, Outcome::Pass);
}

#[test]
fn a_pod_that_broke_the_standards_before_may_be_changed() {
    let text = policy("standards", "validate: {failureAction: Enforce, podSecurity: {level: baseline}}");
    let loaded = kyverno::load(&nodes(&text), sekisho_kyverno::Settings::default());
    let mut set = PolicySet::new();
    set.extend(loaded.policies.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
    let bad = &nodes(PRIVILEGED)[0];
    let good = nodes(
        "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: a, image: a}]}}",
    );
    let documents = load(SourceId(0), PRIVILEGED, Format::Yaml, &Budget::default()).documents;
    let objects: Vec<_> = documents.iter().flat_map(Document::objects).collect();
    let mut request = Request::create(&objects[0], &Kinds::default(), "default");
    request.operation = sekisho_policy::Operation::Update;
    for (old, outcome) in [(bad, Outcome::Skip), (&good[0], Outcome::Fail)] {
        request.old_object = Some(old.clone());
        assert_eq!(set.review(&request, &NoFacts).verdicts[0].outcome, outcome);
    }
}

#[test]
fn a_patch_names_the_field_in_whose_place_it_stands() {
    let text = policy(
        "zones",
        "mutate: {patchStrategicMerge: {metadata: {labels: {deploy-zone: \"{{ to_upper('{{@}}') }}\"}}}}",
    );
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {deploy-zone: near}}, spec: {}}";
    let changed = review(&text, pod).changed.expect("a change");
    let label = changed.at(&["metadata", "labels", "deploy-zone"]).and_then(Node::as_str);
    assert_eq!(label, Some("NEAR"));
}

#[test]
fn what_admission_refuses_is_refused() {
    let problems = |text: &str| {
        let loaded = kyverno::load(&nodes(text), sekisho_kyverno::Settings::default());
        loaded.problems.into_iter().map(|(_, problem)| problem.message).collect::<Vec<_>>().join("; ")
    };
    let spec =
        |fields: &str, rule: &str| policy("p", rule).replacen("spec: {", &format!("spec: {{{fields}"), 1);
    let deny = "validate: {deny: {}}";
    let make = "generate: {apiVersion: v1, kind: ConfigMap, name: a, namespace: b, data: {}}";
    let excluded = "podSecurity: {level: baseline, exclude: [{controlName: /proc Mount Type";
    let cases = [
        (spec("webhookTimeoutSeconds: 31, ", deny), "1 to 30 seconds"),
        (spec("webhookConfiguration: {timeoutSeconds: -1}, ", deny), "1 to 30 seconds"),
        (spec("admission: false, background: false, ", deny), "neither requests nor existing objects"),
        (spec("admission: false, ", make), "need `admission`"),
        (policy("p", &format!("celPreconditions: [{{name: a, expression: 'true'}}], {deny}")), "`preconditions`"),
        (policy("p", make).replace("kinds: [Pod]", "kinds: ['*']"), "for certain kinds"),
        (policy("p", &format!("validate: {{{excluded}}}]}}}}")), "`images` is missing"),
        (
            policy("p", &format!("validate: {{{excluded}, images: [a], restrictedField: b}}]}}}}")),
            "`values` is missing",
        ),
        (
            spec("background: false, ", deny)
                .replace("kinds: [Pod]}", "kinds: [Pod]}, subjects: [{kind: Foo, name: a}]"),
            "`Foo` is not allowed here",
        ),
        (
            "{apiVersion: kyverno.io/v2, kind: PolicyException, metadata: {name: e, namespace: a}, spec: {exceptions: \
             [{policyName: p, ruleNames: [r]}], match: {any: [{resources: {kinds: [Pod]}, subjects: [{kind: User, \
             name: a}]}]}}}"
                .to_owned(),
            "`subjects` says nothing in the background",
        ),
    ];
    for (text, wanted) in cases {
        let found = problems(&text);
        assert!(found.contains(wanted), "{text}: {found}");
    }
    assert_eq!(problems(&spec("webhookTimeoutSeconds: 30, admission: false, ", deny)), "");
}

#[test]
fn an_admitted_object_names_its_namespace() {
    let read = |text: &str| {
        let documents = load(SourceId(0), text, Format::Yaml, &Budget::default()).documents;
        let objects: Vec<_> = documents.iter().flat_map(Document::objects).collect();
        let request = Request::admitted(&objects[0], &Kinds::default(), "shop");
        let found = request.object.as_ref().and_then(|root| root.at(&["metadata", "namespace"]));
        found.and_then(Node::as_str).map(str::to_owned)
    };
    assert_eq!(read("{apiVersion: v1, kind: Pod, metadata: {name: a}}").as_deref(), Some("shop"));
    assert_eq!(read("{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b}}").as_deref(), Some("b"));
    assert_eq!(read("{apiVersion: v1, kind: Node, metadata: {name: a}}"), None);
    assert_eq!(read("{apiVersion: v1, kind: Pod}"), None);
}

#[test]
fn a_target_that_names_no_namespace_lives_in_the_usual_one() {
    let text = "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: p}, spec: {rules: [{name: r, match: \
                {any: [{resources: {kinds: [Secret]}}]}, mutate: {targets: [{apiVersion: v1, kind: ConfigMap, \
                namespace: default, name: 'target*'}], patchStrategicMerge: {data: {content: new}}}}]}}";
    let loaded = kyverno::load(&nodes(text), sekisho_kyverno::Settings::default());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let read = |text: &str| -> Vec<sekisho_manifest::Object> {
        let documents = load(SourceId(0), text, Format::Yaml, &Budget::default()).documents;
        documents.iter().flat_map(Document::objects).collect()
    };
    let known = read("{apiVersion: v1, kind: ConfigMap, metadata: {name: target}, data: {content: old}}");
    let facts = sekisho_policy::Snapshot::new(&known, "default");
    let secret = read("{apiVersion: v1, kind: Secret, metadata: {name: trigger}}");
    let request = Request::admitted(&secret[0], &Kinds::default(), "default");
    let views = sekisho_policy::Views::default();
    let asked = sekisho_policy::Asked::new(&request, &views);
    let effects = loaded.policies[0].effects(&asked, &facts, &mut Vec::new());
    let content = effects[0].object.at(&["data", "content"]).and_then(Node::as_str);
    assert_eq!(content, Some("new"));
}
