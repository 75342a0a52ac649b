//! `sekisho policy test` over Kyverno's test files: policies of every kind, and what the tests give them.

use crate::command::Workbench;

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {containers: []}\n";

/// Runs a test beside these files; gives the rows that fail, with why.
fn run(test: &str, files: &[(&str, &str)]) -> (String, Option<i32>) {
    let bench = Workbench::new();
    bench.file("kyverno-test.yaml", format!("apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\n{test}"));
    for (name, text) in files {
        bench.file(name, text);
    }
    let ran = bench.run(&["policy", "test", "."]);
    (format!("{}{}", ran.out, ran.err), Some(ran.status))
}

#[track_caller]
fn passes(test: &str, files: &[(&str, &str)], rows: usize) {
    let (said, status) = run(test, files);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.ends_with(&format!("pass: {rows}, fail: 0, skip: 0\n")), "{said}");
}

/// A `ValidatingPolicy` about Pods.
fn policy(expression: &str) -> String {
    format!(
        "apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata: {{name: p}}\nspec:\n  matchConstraints: \
         {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}}]}}\n  \
         validations: [{{expression: '{expression}'}}]\n"
    )
}

#[test]
fn calls_and_global_context_are_answered_by_the_test() {
    let expression = "http.Get(\"https://example.com/a\").body.allowed && globalContext.Get(\"pods\", \"names\") == [\"a\", \"b\"]";
    passes(
        "policies: [policy.yaml]\nresources: [pod.yaml]\n\
         apiCallResponses: [{method: get, url: 'https://example.com/a', response: {body: {allowed: true}}}]\n\
         globalContextEntries:\n- {name: pods, data: {items: [{name: a}, {name: b}]}, projections: [{name: names, path: 'items[].name'}]}\n\
         results: [{policy: p, kind: Pod, resources: [web], result: pass}]\n",
        &[("policy.yaml", &policy(expression)), ("pod.yaml", POD)],
        1,
    );
}

#[test]
fn the_objects_of_the_cluster_are_known() {
    let expression =
        "resource.Get(\"v1\", \"configmaps\", \"shop\", \"settings\").data.mode == object.metadata.name";
    let cluster = "apiVersion: cli.kyverno.io/v1alpha1\nkind: ClusterResource\nspec:\n  resources:\n  - {apiVersion: v1, kind: ConfigMap, \
                   metadata: {name: settings, namespace: shop}, data: {mode: web}}\n";
    passes(
        "policies: [policy.yaml]\nresources: [pod.yaml]\nclusterResources: [cluster.yaml]\n\
         results: [{policy: p, kind: Pod, result: pass}]\n",
        &[("policy.yaml", &policy(expression)), ("pod.yaml", POD), ("cluster.yaml", cluster)],
        1,
    );
}

#[test]
fn policies_of_the_api_server_are_asked_with_their_parameters() {
    let admission = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: v}\nspec:\n  \
         paramKind: {apiVersion: v1, kind: ConfigMap}\n  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], \
         operations: [CREATE], resources: [pods]}]}\n  validations:\n  - expression: object.metadata.name == params.data.name\n  \
         - expression: request.userInfo.username == 'amy' && namespaceObject.metadata.labels.zone == 'inner'\n---\n\
         apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: v}\nspec: {policyName: v, \
         paramRef: {name: names, namespace: shop}}\n---\n\
         apiVersion: admissionregistration.k8s.io/v1beta1\nkind: MutatingAdmissionPolicy\nmetadata: {name: m}\nspec:\n  matchConstraints: \
         {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}\n  reinvocationPolicy: Never\n  \
         mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: 'Object{metadata: Object.metadata{labels: {\"a\": \"b\"}}}'}}]\n";
    let parameters =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: names, namespace: shop}\ndata: {name: web}\n";
    let other = POD.replace("web", "other");
    let both = format!("{POD}---\n{other}");
    let patched = POD.replace("namespace: shop}", "namespace: shop, labels: {a: b}}");
    passes(
        "policies: [policies.yaml]\nresources: [pods.yaml]\nparamResources: [parameters.yaml]\nuserinfo: who.yaml\n\
         values: {namespaceSelector: [{name: shop, labels: {zone: inner}}]}\n\
         results:\n- {policy: v, kind: Pod, resources: [web], result: pass}\n- {policy: v, kind: Pod, resources: [other], result: fail}\n\
         - {policy: m, kind: Pod, resources: [web], patchedResources: patched.yaml, result: pass}\n",
        &[
            ("policies.yaml", admission),
            ("pods.yaml", &both),
            ("parameters.yaml", parameters),
            ("patched.yaml", &patched),
            ("who.yaml", "userInfo: {username: amy}\n"),
        ],
        3,
    );
}

#[test]
fn plain_json_is_asked_about_by_the_name_of_its_file() {
    let policy = "apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata: {name: p}\nspec:\n  evaluation: {mode: JSON}\n  \
                  matchConditions: [{name: has, expression: has(object.size)}]\n  validations: [{expression: object.size < 5}]\n";
    passes(
        "policies: [policy.yaml]\njsonPayloads: [small.json, large.json]\nresults:\n\
         - {policy: p, resources: [small.json], result: pass}\n- {policy: p, resources: [large.json], result: fail}\n",
        &[("policy.yaml", policy), ("small.json", "{\"size\": 1}"), ("large.json", "{\"size\": 9}")],
        2,
    );
}

#[test]
fn lists_are_cloned_and_templates_are_filled() {
    let policies = "apiVersion: policies.kyverno.io/v1\nkind: GeneratingPolicy\nmetadata: {name: clone}\nspec:\n  matchConstraints: \
         {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [namespaces]}]}\n  variables:\n  \
         - {name: sources, expression: 'resource.List(\"v1\", \"secrets\", \"shop\")'}\n  generate:\n  \
         - {expression: 'generator.Apply(object.metadata.name, [variables.sources])'}\n---\n\
         apiVersion: policies.kyverno.io/v1\nkind: GeneratingPolicy\nmetadata: {name: fill}\nspec:\n  matchConstraints: \
         {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [namespaces]}]}\n  generate:\n  \
         - template: {interpolate: cel, value: '{apiVersion: v1, kind: ConfigMap, metadata: {name: (( object.metadata.name ))-a, namespace: shop}}'}\n";
    let context = "apiVersion: cli.kyverno.io/v1alpha1\nkind: Context\nspec:\n  resources:\n  - {apiVersion: v1, kind: Secret, metadata: \
                   {name: key, namespace: shop}, stringData: {a: b}}\n";
    passes(
        "policies: [policies.yaml]\nresources: [new.yaml]\ncontext: context.yaml\nresults:\n\
         - {policy: clone, kind: Namespace, resources: [new], generatedResource: key.yaml, result: pass}\n\
         - {policy: fill, kind: Namespace, resources: [new], generatedResource: map.yaml, result: pass}\n",
        &[
            ("policies.yaml", policies),
            ("new.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: new}\n"),
            ("context.yaml", context),
            (
                "key.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: key, namespace: new}\nstringData: {a: b}\n",
            ),
            ("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: new-a, namespace: shop}\n"),
        ],
        2,
    );
}

#[test]
fn what_cannot_be_asked_fails_and_says_why() {
    let images =
        "apiVersion: policies.kyverno.io/v1\nkind: ImageValidatingPolicy\nmetadata: {name: i}\nspec: {}\n";
    let files = [("policy.yaml", images), ("pod.yaml", POD)];
    let about = |policy: &str, operation: &str| {
        format!(
            "policies: [policy.yaml]\nresources: [pod.yaml]\n\
             results: [{{policy: {policy}, kind: Pod, resources: [web], result: pass, operation: '{operation}'}}]\n"
        )
    };
    let (said, status) = run(&about("i", ""), &files);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("needs the signature support"), "{said}");
    let (said, _) = run(&about("absent", ""), &files);
    assert!(said.contains("there is no such policy"), "{said}");
    let (said, _) = run(&about("i", "PATCH"), &files);
    assert!(said.contains("`PATCH` is no operation of a test"), "{said}");
}
