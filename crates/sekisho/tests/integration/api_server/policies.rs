//! Our policies on the API server: it has nothing to object to their types, and says of every fixture what we say.

use std::collections::BTreeSet;

use sekisho_manifest::{Node, Object};
use sekisho_policy::{Kinds, Options, Outcome, PolicySet, PolicyTest, Request, Snapshot, User, load};
use serde_json::{Value, json};

use super::{ApiServer, alone, files, fill, is_empty, object, objects, wait};
use crate::command::Workbench;

const POLICY: &str = "ValidatingAdmissionPolicy";

/// Policies that stand on the server while this lives.
struct Enforced<'s> {
    server: &'s ApiServer,
    namespace: &'static str,
    documents: Vec<Object>,
    policies: PolicySet,
    facts: Snapshot,
}

impl<'s> Enforced<'s> {
    /// Applies policies, all of which warn instead of what their bindings say, so that the server names each that
    /// does not hold, and waits until it has checked their types.
    fn new(server: &'s ApiServer, namespace: &'static str, text: &str, facts: &[Object]) -> Self {
        server.namespace(namespace, &[]);
        let documents: Vec<Object> = objects(text).iter().map(warning).collect();
        let mut known = facts.to_vec();
        let found = server.connection.get(&format!("/api/v1/namespaces/{namespace}")).expect("a namespace");
        known.push(object(&found));
        let loaded = load(&documents, &[], &Options::default());
        assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
        let facts = Snapshot::new(&known, namespace);
        // From here on they are removed whatever happens.
        let enforced = Self { server, namespace, documents, policies: loaded.policies, facts };
        for document in &enforced.documents {
            server.create(document, namespace);
        }
        enforced.check_types();
        enforced
    }

    /// Waits until the server has checked the types of all policies, and wants it to object to nothing.
    fn check_types(&self) {
        for policy in self.documents.iter().filter(|document| document.kind == POLICY) {
            let path = format!("{}/{}", self.server.path(policy, ""), policy.name);
            let checked = wait("the types of a policy are checked", || {
                let known = self.server.connection.get(&path).expect("the policy is there");
                known.at(&["status", "typeChecking"]).cloned()
            });
            let warnings = checked.get("expressionWarnings").filter(|warnings| !is_empty(warnings));
            assert!(
                warnings.is_none(),
                "{}: {}",
                policy.name,
                warnings.map(|warnings| warnings.to_json().to_string()).unwrap_or_default()
            );
        }
    }

    /// Asks the server and us of an object; none where the server takes no such object whatever the policies say.
    fn compare(&self, fixture: &Object) -> Option<Result<usize, String>> {
        let (stored, warnings) = self.server.dry_run(fixture, self.namespace).ok()?;
        let (ours, theirs) = (self.ours(&stored), theirs(&warnings));
        if ours == theirs {
            return Some(Ok(ours.len()));
        }
        let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
        Some(Err(format!(
            "{} {}: only we say {:?}, only the server says {:?}",
            fixture.kind,
            fixture.name,
            only(&ours, &theirs),
            only(&theirs, &ours)
        )))
    }

    /// What we warn of, in the server's words.
    fn ours(&self, stored: &Node) -> BTreeSet<String> {
        let mut request = Request::create(&object(stored), &Kinds::default(), self.namespace);
        request.user = User {
            name: "admin".into(),
            groups: vec!["system:masters".into(), "system:authenticated".into()],
            ..User::default()
        };
        let review = self.policies.review(&request, &self.facts);
        review
            .verdicts
            .iter()
            .filter(|verdict| !matches!(verdict.outcome, Outcome::Pass | Outcome::Skip))
            .map(|verdict| {
                let (policy, binding) = (&verdict.rule.policy, &verdict.rule.rule);
                let binding = if binding.is_empty() { policy } else { binding };
                format!(
                    "Validation failed for {POLICY} '{policy}' with binding '{binding}': {}",
                    verdict.message
                )
            })
            .collect()
    }

    /// Compares all fixtures. Yields how many objects were compared, and how many warnings.
    fn compare_all(&self, fixtures: &[Object]) -> (usize, usize) {
        let (mut compared, mut warnings) = (0, 0);
        let mut rest: Vec<Object> = fixtures.iter().map(complete).collect();
        let mut differences = Vec::new();
        // A policy takes a moment until it is in force: what differs is asked about again.
        for _ in 0..3 {
            differences.clear();
            rest.retain(|fixture| match self.compare(fixture) {
                None => false,
                Some(Ok(count)) => {
                    compared += 1;
                    warnings += count;
                    false
                }
                Some(Err(difference)) => {
                    differences.push(difference);
                    true
                }
            });
            if rest.is_empty() {
                break;
            }
            std::thread::sleep(10 * super::PAUSE);
        }
        assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
        (compared, warnings)
    }
}

impl Drop for Enforced<'_> {
    fn drop(&mut self) {
        // Bindings first: a binding without its policy refuses nothing.
        for document in self.documents.iter().rev() {
            let path = format!("{}/{}", self.server.path(document, self.namespace), document.name);
            let _ = self.server.connection.delete(&path);
        }
        settle(self.server, self.namespace);
    }
}

/// Waits until no policy is in force any more, so that the next test meets none.
fn settle(server: &ApiServer, namespace: &str) {
    let pod = objects(
        "{apiVersion: v1, kind: Pod, metadata: {name: last}, spec: {hostNetwork: true, containers: [{name: web, \
         image: evil.example/web:latest, securityContext: {privileged: true}}]}}",
    );
    for _ in 0..super::TRIES {
        let answer = server.dry_run(pod.first().expect("a Pod"), namespace);
        if answer.is_ok_and(|(_, warnings)| theirs(&warnings).is_empty()) {
            return;
        }
        std::thread::sleep(super::PAUSE);
    }
}

/// A binding that warns; other objects as they are.
fn warning(document: &Object) -> Object {
    let mut root = document.root.to_json();
    if document.kind == "ValidatingAdmissionPolicyBinding" {
        root["spec"]["validationActions"] = json!(["Warn"]);
    }
    objects(&root.to_string()).pop().expect("an object")
}

/// What the server warns of as to policies.
fn theirs(warnings: &[String]) -> BTreeSet<String> {
    warnings.iter().filter(|text| text.contains(POLICY)).cloned().collect()
}

/// A fixture with what the server wants of every object and the fixture leaves out, because no policy asks for it.
fn complete(fixture: &Object) -> Object {
    let mut root = fixture.root.to_json();
    fill(&mut root, "metadata", json!({}));
    if let Some(metadata) = root["metadata"].as_object_mut() {
        metadata.remove("namespace");
        metadata.remove("generateName");
        if fixture.name.is_empty() {
            metadata.insert("name".to_owned(), "fixture".into());
        }
    }
    match fixture.kind.as_str() {
        "Pod" => fill_pod(&mut root["spec"]),
        "PodTemplate" => fill_pod(&mut root["template"]["spec"]),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
            fill_workload(&fixture.kind, &mut root["spec"]);
        }
        "CronJob" => {
            fill(&mut root["spec"], "schedule", "0 4 * * *".into());
            fill_workload("Job", &mut root["spec"]["jobTemplate"]["spec"]);
        }
        "Service" => fill(&mut root["spec"], "ports", json!([{"port": 80}])),
        _ => {}
    }
    objects(&root.to_string()).pop().unwrap_or_else(|| fixture.clone())
}

fn fill_workload(kind: &str, spec: &mut Value) {
    let template = &mut spec["template"];
    match kind {
        "Job" => fill(&mut template["spec"], "restartPolicy", "Never".into()),
        "ReplicationController" => {
            fill(&mut template["metadata"], "labels", json!({"app": "fixture"}));
        }
        _ => {
            template["metadata"]["labels"]["fixture"] = "fixture".into();
            spec["selector"] = json!({"matchLabels": {"fixture": "fixture"}});
        }
    }
    if kind == "StatefulSet" {
        fill(spec, "serviceName", "fixture".into());
    }
    fill_pod(&mut spec["template"]["spec"]);
}

fn fill_pod(spec: &mut Value) {
    if spec["containers"].as_array().is_none_or(Vec::is_empty) {
        spec["containers"] = json!([{"name": "main"}]);
    }
    // Accounts other than this one would have to be there.
    if let Some(fields) = spec.as_object_mut() {
        fields.remove("serviceAccountName");
        fields.remove("serviceAccount");
    }
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        for (index, container) in spec[list].as_array_mut().into_iter().flatten().enumerate() {
            fill(container, "image", "registry.example.com/fixture:1".into());
            fill(container, "name", format!("{}-{index}", list.to_lowercase()).into());
        }
    }
    // A Pod of the server's cannot be made with them.
    if let Some(fields) = spec.as_object_mut() {
        fields.remove("ephemeralContainers");
        if fields.get("initContainers").is_some_and(Value::is_null) {
            fields.remove("initContainers");
        }
    }
}

/// The fenced examples of the manual pages of checks.
fn examples() -> Vec<Object> {
    let manuals = sekisho_posture::checks().filter_map(|check| sekisho_posture::manual(check.id));
    let mut found = Vec::new();
    for manual in manuals {
        let mut rest = manual;
        while let Some((_, behind)) = rest.split_once("```yaml ") {
            let Some((block, behind)) = behind.split_once("\n```") else { break };
            let text = block.split_once('\n').map_or("", |(_, text)| text);
            found.extend(objects(text));
            rest = behind;
        }
    }
    found
}

#[test]
fn the_policies_that_come_along_say_the_same_on_the_api_server() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    let mut fixtures = Vec::new();
    let mut texts = Vec::new();
    for path in files("policies", ".yaml") {
        texts.push(std::fs::read_to_string(path).expect("a policy"));
    }
    for path in files("policies/tests", "_test.yaml") {
        let text = std::fs::read_to_string(path).expect("a test");
        for document in objects(&text) {
            let (read, problems) = PolicyTest::read(&document.root);
            assert!(problems.is_empty(), "{problems:?}");
            let requests = read.cases.iter().map(|case| case.request(&Kinds::new(&read.objects)));
            let created = requests.filter(|request| request.operation.as_str() == "CREATE");
            let created = created.filter(|request| request.subresource.is_empty());
            fixtures.extend(created.filter_map(|request| request.object.as_ref().map(object)));
        }
    }
    server.namespace("sekisho", &[]);
    let parameters = objects(
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: trusted-registries, namespace: sekisho}, \
         data: {registries: \"ghcr.io/example/\\nregistry.example.com/\"}}",
    );
    for parameter in &parameters {
        server.create(parameter, "sekisho");
    }
    let enforced = Enforced::new(&server, "with-policies", &texts.join("\n---\n"), &parameters);
    let (compared, warnings) = enforced.compare_all(&fixtures);
    println!("{compared} of {} fixtures compared, {warnings} warnings", fixtures.len());
    assert!(compared >= 65 && warnings >= 140, "too little was compared: {compared}, {warnings}");
    drop(enforced);
    for parameter in &parameters {
        server.delete(parameter, "sekisho");
    }
}

#[test]
fn exported_checks_say_the_same_on_the_api_server() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    let exported = Workbench::new().run(&["policy", "export", "--as", "vap", "--action", "warn"]);
    assert_eq!(exported.status, 0, "{}", exported.err);
    let enforced = Enforced::new(&server, "with-exported", &exported.out, &[]);
    let fixtures = examples();
    let (compared, warnings) = enforced.compare_all(&fixtures);
    println!("{compared} of {} examples compared, {warnings} warnings", fixtures.len());
    assert!(compared >= 420 && warnings >= 1900, "too little was compared: {compared}, {warnings}");
}

/// Rules of Kyverno in patterns, conditions, loops and expressions.
const RULES: &str = r#"
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: shapes}
spec:
  rules:
  - name: limits
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate:
      message: limits are needed
      pattern:
        metadata: {=(annotations): {=(example.com/*): "?*"}}
        spec:
          =(hostNetwork): false
          containers:
          - (name): "!sidecar-*"
            image: "!*:latest & *:*"
            =(securityContext): {=(privileged): "false"}
            resources: {limits: {memory: "<=2Gi", cpu: "?*"}}
          =(volumes): [{X(hostPath): null}]
  - name: either
    match: {any: [{resources: {kinds: [Deployment, StatefulSet], names: ["?*"]}}]}
    exclude: {any: [{resources: {selector: {matchLabels: {free: "yes"}}}}]}
    preconditions: {all: [{key: "{{ request.operation || 'BACKGROUND' }}", operator: AnyIn, value: [CREATE, UPDATE]}]}
    validate:
      message: one of both
      anyPattern:
      - spec: {replicas: ">1"}
      - metadata: {labels: {single: "true"}}
  - name: each
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate:
      message: from here
      foreach:
      - list: request.object.spec.[initContainers, containers][]
        pattern: {image: "registry.example.com/* | ghcr.io/*"}
  - name: asked
    match: {any: [{resources: {kinds: [Service]}}]}
    validate:
      message: no node ports
      deny: {conditions: {any: [{key: "{{ request.object.spec.type || 'ClusterIP' }}", operator: Equals, value: NodePort}]}}
  - name: said
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate:
      cel:
        variables: [{name: most, expression: "3"}]
        expressions: [{expression: size(object.spec.containers) <= variables.most, message: too many}]
"#;

#[test]
fn exported_rules_of_kyverno_say_the_same_on_the_api_server() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    let bench = Workbench::new();
    bench.file("rules.yaml", RULES);
    let exported = bench.run(&["policy", "export", "--as", "vap", "--policy", "rules.yaml"]);
    assert_eq!(exported.status, 0, "{}", exported.err);
    let enforced = Enforced::new(&server, "with-rules", &exported.out, &[]);
    let fixtures = examples();
    let (compared, warnings) = enforced.compare_all(&fixtures);
    println!("{compared} of {} examples compared, {warnings} warnings", fixtures.len());
    assert!(compared >= 420 && warnings >= 300, "too little was compared: {compared}, {warnings}");
}

#[test]
fn a_policy_denies_on_the_api_server_in_the_same_words() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    server.namespace("with-denial", &[]);
    let exported = Workbench::new().run(&["policy", "export", "--as", "vap", "privileged-container"]);
    let documents = objects(&exported.out);
    for document in &documents {
        server.create(document, "");
    }
    let pod = objects(
        "{apiVersion: v1, kind: Pod, metadata: {name: deep}, spec: {containers: [{name: web, image: a, \
         securityContext: {privileged: true}}]}}",
    );
    let pod = pod.first().expect("a Pod");
    let refused = wait("the policy is in force", || server.dry_run(pod, "with-denial").err());
    for document in documents.iter().rev() {
        server.delete(document, "");
    }
    settle(&server, "with-denial");
    let loaded = load(&documents, &[], &Options::default());
    let request = Request::create(pod, &Kinds::default(), "with-denial");
    let facts =
        Snapshot::new(&objects("{apiVersion: v1, kind: Namespace, metadata: {name: with-denial}}"), "");
    let verdict = loaded.policies.review(&request, &facts).verdicts.pop().expect("a verdict");
    let expected = format!(
        "pods \"deep\" is forbidden: {POLICY} 'privileged-container' with binding 'privileged-container' denied \
         request: {}",
        verdict.message
    );
    assert_eq!(refused.to_string(), expected);
}
