//! What `sekisho install` prints: nothing that a scan objects to, the same in every form.

use std::collections::BTreeMap;

use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load};
use serde_json::Value;

use crate::command::Workbench;

const IMAGE: &str = "registry.example.com/security/sekisho@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

const POLICY: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: owned}
spec: {rules: []}
";

/// Every way in which the controller is installed.
const CONTROLLERS: [&str; 3] = [
    "controller.create=true,policies.bundle=git+https://example.com/team/policies.git@main,controller.dryRun=true",
    "controller.create=true,controller.store.volume.create=true,controller.summaries=policy-report",
    "controller.create=true,controller.store.postgresql.secret=results,controller.summaries=open-reports,\
     controller.makes[0].apiGroups={networking.k8s.io},controller.makes[0].resources={networkpolicies},\
     controller.removes[0].apiGroups={batch},controller.removes[0].resources={jobs}",
];

fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId::default(), text, Format::Yaml, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.iter().flat_map(Document::objects).collect()
}

/// Objects by kind and name.
fn by_name(text: &str) -> BTreeMap<String, Value> {
    let named = |object: &Object| format!("{} {:?}/{}", object.kind, object.namespace, object.name);
    objects(text).iter().map(|object| (named(object), object.root.to_json())).collect()
}

fn install(bench: &Workbench, arguments: &[&str]) -> String {
    let ran = bench.run(&[&["install", "--image", IMAGE], arguments].concat());
    assert_eq!(ran.status, 0, "{}", ran.err);
    ran.out
}

#[test]
fn what_is_installed_scans_clean() {
    let bench = Workbench::new();
    bench.file("policies/owned.yaml", POLICY);
    bench.file("install.yaml", install(&bench, &["--policy", "policies"]));
    for more in ["criticalPolicies.actions={Deny}", "webhooks.failClosed=false"].iter().chain(&CONTROLLERS) {
        bench.file("other.yaml", install(&bench, &["--set", more]));
        let ran = bench.run(&["scan", "other.yaml", "--fail-on", "info"]);
        assert_eq!(ran.status, 0, "{}", ran.out);
    }
    let ran = bench.run(&["scan", "install.yaml", "--fail-on", "info"]);
    assert_eq!(ran.status, 0, "{}", ran.out);
}

#[test]
fn every_form_of_an_installation_holds_the_same_objects() {
    let bench = Workbench::new();
    let plain = by_name(&install(&bench, &["--namespace", "guard"]));
    assert!(plain.contains_key("Deployment Some(\"guard\")/sekisho-admission"), "{:?}", plain.keys());
    install(&bench, &["--namespace", "guard", "--format", "kustomize", "--output", "folder"]);
    let kustomized = bench.run(&["render", "folder"]);
    assert_eq!(by_name(&kustomized.out), plain, "{}", kustomized.err);
    install(&bench, &["--format", "chart", "--output", "chart"]);
    let values = format!(
        "image.repository=registry.example.com/security/sekisho,image.digest={},namespace.create=true",
        &IMAGE[38..]
    );
    let rendered =
        bench.run(&["render", "chart", "--release", "sekisho", "--namespace", "guard", "--set", &values]);
    assert_eq!(by_name(&rendered.out), plain, "{}", rendered.err);
}

#[test]
fn webhooks_are_asked_about_nothing_that_keeps_the_cluster_alive() {
    let bench = Workbench::new();
    let all = by_name(&install(&bench, &["--namespace", "guard"]));
    for kind in ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"] {
        let configuration = &all[&format!("{kind} None/sekisho")];
        for webhook in configuration["webhooks"].as_array().expect("webhooks") {
            let exempt = &webhook["namespaceSelector"]["matchExpressions"][0];
            assert_eq!(exempt["key"], "kubernetes.io/metadata.name");
            assert_eq!(
                exempt["values"],
                serde_json::json!(["guard", "kube-system", "kube-public", "kube-node-lease"])
            );
            assert!(webhook["timeoutSeconds"].as_u64().is_some_and(|seconds| seconds <= 2));
            let conditions = webhook["matchConditions"].to_string();
            assert!(
                conditions.contains("coordination.k8s.io") && conditions.contains("events"),
                "{conditions}"
            );
        }
    }
}

#[test]
fn every_rule_of_a_role_says_why() {
    let bench = Workbench::new();
    let controllers = CONTROLLERS.map(|values| install(&bench, &["--set", values]));
    let text = install(&bench, &[]);
    let secrets = ["{*}", "{shop}"]
        .map(|namespaces| install(&bench, &["--set", &format!("images.pullSecrets={namespaces}")]));
    let more = controllers.iter().chain(&secrets).flat_map(|text| text.lines());
    let lines: Vec<&str> = text.lines().chain(more).collect();
    let mut groups: Vec<&str> = Vec::new();
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("- apiGroups:")) {
        let before = lines[..number].iter().rev().find(|line| line.starts_with('#') || **line == "rules:");
        assert!(before.is_some_and(|before| before.starts_with('#')), "{line} has no reason");
        groups.push(line);
    }
    assert!(groups.len() > 10);
    let secrets = by_name(&text)["ClusterRole None/sekisho-scan"].to_string().contains("\"secrets\"");
    assert!(!secrets, "the role for scans reads no Secrets unless that is asked for");
}

#[test]
fn pull_secrets_are_read_where_that_is_asked_for_and_nowhere_else() {
    let bench = Workbench::new();
    let text = install(&bench, &[]);
    let webhook = "Deployment Some(\"sekisho\")/sekisho-admission";
    assert!(!text.contains("admission-pull-secrets") && text.contains("- --no-pull-secrets"));
    let all = by_name(&install(&bench, &["--set", "images.pullSecrets={*},images.credentials=registries"]));
    let rules = all["ClusterRole None/sekisho-admission"]["rules"].to_string();
    assert!(rules.contains(r#""resources":["secrets","serviceaccounts"],"verbs":["get"]"#), "{rules}");
    let pods = all[webhook]["spec"]["template"]["spec"].to_string();
    assert!(!pods.contains("--no-pull-secrets") && pods.contains("--registry-credentials="), "{pods}");
    let some = by_name(&install(&bench, &["--set", "images.pullSecrets={shop,billing}"]));
    assert!(!some["ClusterRole None/sekisho-admission"].to_string().contains("secrets"));
    for namespace in ["shop", "billing"] {
        let role = &some[&format!("Role Some(\"{namespace}\")/sekisho-admission-pull-secrets")];
        assert_eq!(role["rules"][0]["verbs"], serde_json::json!(["get"]));
        let binding = &some[&format!("RoleBinding Some(\"{namespace}\")/sekisho-admission-pull-secrets")];
        assert_eq!(binding["subjects"][0]["namespace"], "sekisho");
    }
}

#[test]
fn the_controller_has_the_rights_that_are_asked_for() {
    let bench = Workbench::new();
    assert!(!install(&bench, &[]).contains("sekisho-controller"), "it is off unless it is asked for");
    let rules = |values: &str| {
        let all = by_name(&install(&bench, &["--set", values]));
        let replicas = all["Deployment Some(\"sekisho\")/sekisho-controller"]["spec"]["replicas"].clone();
        (all["ClusterRole None/sekisho-controller"]["rules"].clone(), replicas)
    };
    let verbs = |rules: &Value| -> Vec<String> {
        let all =
            rules.as_array().expect("rules").iter().flat_map(|rule| rule["verbs"].as_array().expect("verbs"));
        let mut all: Vec<String> = all.map(|verb| verb.as_str().expect("a verb").to_owned()).collect();
        all.sort();
        all.dedup();
        all
    };
    let (reads, replicas) = rules(CONTROLLERS[0]);
    assert_eq!((verbs(&reads), replicas), (vec!["get".to_owned(), "list".into(), "watch".into()], 2.into()));
    assert!(!reads.to_string().contains("secrets"), "{reads}");
    // A volume is one replica's.
    assert_eq!(rules(CONTROLLERS[1]).1, 1);
    let (all, _) = rules(CONTROLLERS[2]);
    let made =
        all.as_array().expect("rules").iter().find(|rule| rule["verbs"].to_string().contains("update"));
    assert_eq!(made.expect("a rule")["resources"], serde_json::json!(["networkpolicies"]));
    let both =
        "controller.create=true,controller.store.volume.create=true,controller.store.postgresql.secret=a";
    for (values, words) in
        [(both, "in one place"), ("controller.create=true,controller.summaries=odd", "`odd`")]
    {
        let ran = bench.run(&["install", "--image", IMAGE, "--set", values]);
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[test]
fn policies_go_into_the_config_map() {
    let bench = Workbench::new();
    bench.file("policies/a/owned.yaml", POLICY);
    bench.file("policies/read me.txt", "no policy");
    let all = by_name(&install(&bench, &["--policy", "policies"]));
    let map = &all["ConfigMap Some(\"sekisho\")/sekisho-policies"];
    assert_eq!(map["data"]["a_owned.yaml"], POLICY);
    assert_eq!(map["data"].as_object().map(serde_json::Map::len), Some(1));
    bench.file("policies/a_owned.yaml", POLICY);
    let ran = bench.run(&["install", "--image", IMAGE, "--policy", "policies"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("two files of policies would be called `a_owned.yaml`"), "{}", ran.err);
}

#[test]
fn what_is_wrong_with_an_installation_is_said() {
    let bench = Workbench::new();
    let ran = bench.run(&["install"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err.contains("name the image with `--image`") && !ran.err.contains("template"),
        "{}",
        ran.err
    );
    // A value that nobody reads would leave an installation other than it was meant.
    let rules = ["criticalPolicies.action={Deny}", "webhook.mutate=false", "criticalPolicies.actions={deny}"];
    for wrong in rules.into_iter().chain(["replicas=two", "webhooks.callers=nobody"]) {
        let ran = bench.run(&["install", "--image", "registry.example.com/sekisho", "--set", wrong]);
        let key = wrong.split(['.', '=']).next().expect("a key");
        assert_eq!((ran.status, ran.err.contains(key)), (2, true), "{wrong}: {}", ran.err);
    }
    let right =
        "image.tag=1.4,nodeSelector.zone=a,controller.resources.limits.cpu=3,policies.files.a\\.yaml=x";
    let ran = bench.run(&["install", "--image", "registry.example.com/sekisho", "--set", right]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let ran = bench.run(&["install", "--image", "Not An Image"]);
    assert!(ran.err.contains("`Not An Image` is no image reference"), "{}", ran.err);
    let ran = bench.run(&["install", "--format", "chart"]);
    assert!(ran.err.contains("name one with --output"), "{}", ran.err);
}

#[test]
fn the_webhook_takes_the_arguments_that_it_is_installed_with() {
    let bench = Workbench::new();
    let bundle = &["--set", "policies.bundle=git+https://example.com/team/policies.git@main"][..];
    let options = "webhooks.callers=anyone,webhooks.mutate=false,arguments={--log=debug}";
    let controllers = CONTROLLERS.map(|values| ("controller", vec!["--set", values]));
    let webhooks = [vec![], bundle.to_vec(), vec!["--set", options]].map(|more| ("admission", more));
    for (part, more) in webhooks.into_iter().chain(controllers) {
        let all = by_name(&install(&bench, &more));
        let deployment = &all[&format!("Deployment Some(\"sekisho\")/sekisho-{part}")];
        let container = &deployment["spec"]["template"]["spec"]["containers"][0];
        let arguments = container["args"].as_array().expect("arguments").iter();
        let mut arguments: Vec<&str> = arguments.map(|one| one.as_str().expect("a text")).collect();
        // What comes before is read before.
        arguments.push("--help");
        let ran = bench.run(&arguments);
        assert_eq!(ran.status, 0, "{}", ran.err);
    }
}
