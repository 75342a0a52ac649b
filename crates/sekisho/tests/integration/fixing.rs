//! `sekisho fix`: what it changes, what it leaves, what it refuses.

use crate::command::Workbench;

const POD: &str = "\
# the shop's face
apiVersion: v1
kind: Pod
metadata:
  name: web   # do not rename
spec:
  hostIPC: true
  containers:
  - name: web
    image: 'registry.example.com/web:1.4.2'
    securityContext:
      allowPrivilegeEscalation: true # for now
";

#[test]
fn without_write_the_changes_are_shown_and_not_made() {
    let bench = Workbench::new();
    bench.file("pod.yaml", POD);
    let ran = bench.run(&["fix", "pod.yaml", "--only", "privilege-escalation"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("-      allowPrivilegeEscalation: true # for now"), "{}", ran.out);
    assert!(ran.out.contains("+      allowPrivilegeEscalation: false # for now"), "{}", ran.out);
    assert_eq!(bench.read("pod.yaml"), POD);
}

#[test]
fn with_write_one_field_changes_and_no_other_byte() {
    let bench = Workbench::new();
    bench.file("pod.yaml", POD);
    let ran = bench.run(&["fix", "pod.yaml", "--only", "privilege-escalation", "--write"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let expected = POD.replace("allowPrivilegeEscalation: true", "allowPrivilegeEscalation: false");
    assert_eq!(bench.read("pod.yaml"), expected);
    let again = bench.run(&["fix", "pod.yaml", "--only", "privilege-escalation", "--write"]);
    assert_eq!(again.status, 0);
    assert_eq!(bench.read("pod.yaml"), expected);
}

#[test]
fn unsafe_changes_are_made_only_when_asked_for() {
    let bench = Workbench::new();
    bench.file("pod.yaml", POD.replace("allowPrivilegeEscalation: true # for now", "privileged: true"));
    bench.run(&["fix", ".", "--only", "privileged-container", "--write"]);
    assert!(bench.read("pod.yaml").contains("privileged: true"));
    bench.run(&["fix", ".", "--only", "privileged-container", "--write", "--unsafe"]);
    assert!(!bench.read("pod.yaml").contains("privileged: true"));
}

#[test]
fn fixed_files_scan_clean_of_what_was_fixed() {
    let bench = Workbench::new();
    bench.file("pod.yaml", POD);
    bench.run(&["fix", ".", "--write", "--unsafe"]);
    let ran = bench.run(&["scan", ".", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let left: Vec<_> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| !finding["fix"].is_null())
        .map(|finding| finding["rule"].to_string())
        .collect();
    assert!(left.is_empty(), "{left:?}\n{}", bench.read("pod.yaml"));
    assert!(bench.read("pod.yaml").contains("name: web   # do not rename"));
}

#[test]
fn suppressed_findings_are_not_fixed() {
    let bench = Workbench::new();
    let text = POD.replace("# for now", "# sekisho: ignore[privilege-escalation]: the tool needs it");
    bench.file("pod.yaml", &text);
    bench.run(&["fix", ".", "--only", "privilege-escalation", "--write"]);
    assert_eq!(bench.read("pod.yaml"), text);
}

#[test]
fn several_items_of_one_list_are_taken_away_together() {
    let bench = Workbench::new();
    let list =
        "capabilities:\n        add: [SYS_ADMIN, CHOWN, SYS_PTRACE, NET_BIND_SERVICE, SYS_MODULE] # of old";
    bench.file("pod.yaml", POD.replace("allowPrivilegeEscalation: true # for now", list));
    let ran = bench.run(&["fix", ".", "--only", "dangerous-capability", "--write", "--unsafe"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let mended = bench.read("pod.yaml");
    assert!(mended.contains("add: [CHOWN, NET_BIND_SERVICE] # of old"), "{mended}");
}

/// A template that prints three mappings of values where they are given.
const TEMPLATE: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
spec:
  {{- if .Values.hostIPC }}
  hostIPC: {{ .Values.hostIPC }}
  {{- end }}
  containers:
    - name: web
      image: registry.example.com/web:1.4.2
      {{- with .Values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    - name: side
      image: registry.example.com/side:1.4.2
      securityContext:
        allowPrivilegeEscalation: true
    - name: driver
      image: registry.example.com/driver:1.4.2
      securityContext:
        {{- toYaml .Values.driver.securityContext | nindent 8 }}
";

const TEMPLATE_VALUES: &str = "\
# of the containers
securityContext: {}
hostIPC: true # why?
driver:
  securityContext:
    allowPrivilegeEscalation: true # for now
";

fn templated(bench: &Workbench, folder: &str) {
    bench.file(&format!("{folder}/Chart.yaml"), crate::charts::CHART);
    bench.file(&format!("{folder}/values.yaml"), TEMPLATE_VALUES);
    bench.file(&format!("{folder}/templates/pod.yaml"), TEMPLATE);
}

#[test]
fn values_are_mended_and_templates_are_left_to_people() {
    let bench = Workbench::new();
    templated(&bench, "shop");
    let ran = bench.run(&["fix", ".", "--only", "privilege-escalation,host-ipc", "--write", "--unsafe"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let expected = "\
# of the containers
securityContext:
  allowPrivilegeEscalation: false
driver:
  securityContext:
    allowPrivilegeEscalation: false # for now
";
    assert_eq!(bench.read("shop/values.yaml"), expected, "{}", ran.err);
    assert_eq!(bench.read("shop/templates/pod.yaml"), TEMPLATE);
    let by_hand: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("mend by hand")).collect();
    assert_eq!(
        by_hand,
        ["mend by hand: shop/templates/pod.yaml:19: set `allowPrivilegeEscalation: false` \
          (spec.containers[1].securityContext.allowPrivilegeEscalation)"]
    );
    let again = bench.run(&["fix", ".", "--only", "privilege-escalation,host-ipc", "--unsafe"]);
    assert_eq!(again.out, "", "{}", again.err);
}

#[test]
fn a_change_of_values_that_does_not_help_is_taken_back() {
    let bench = Workbench::new();
    templated(&bench, "shop");
    // The schema allows the one change and not the other.
    let schema = r#"{"properties": {"securityContext": {"additionalProperties": false}}}"#;
    bench.file("shop/values.schema.json", schema);
    let ran = bench.run(&["fix", ".", "--only", "privilege-escalation", "--write"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let expected = TEMPLATE_VALUES.replace("Escalation: true", "Escalation: false");
    assert_eq!(bench.read("shop/values.yaml"), expected, "{}", ran.err);
    assert_eq!(ran.err.matches("mend by hand").count(), 2, "{}", ran.err);

    // A value that the template does not print changes nothing.
    let bench = Workbench::new();
    templated(&bench, "shop");
    let template = TEMPLATE.replace("{{- with .Values.securityContext }}", "{{- with .Values.other }}");
    bench.file("shop/templates/pod.yaml", format!("{{{{/* .Values.securityContext */}}}}\n{template}"));
    let ran = bench.run(&["fix", ".", "--only", "privilege-escalation", "--write"]);
    assert!(
        bench.read("shop/values.yaml").contains("securityContext: {}\n"),
        "{}",
        bench.read("shop/values.yaml")
    );
    assert_eq!(ran.err.matches("mend by hand").count(), 2, "{}", ran.err);
}

#[test]
fn values_that_are_given_are_mended_where_they_stand() {
    let bench = Workbench::new();
    templated(&bench, "shop");
    bench.file("live.yaml", "driver:\n  securityContext: {allowPrivilegeEscalation: true} # live\n");
    let fix = ["fix", "shop", "--only", "privilege-escalation", "--write", "--values", "live.yaml"];
    let ran = bench.run(&fix);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let expected = "driver:\n  securityContext: {allowPrivilegeEscalation: false} # live\n";
    assert_eq!(bench.read("live.yaml"), expected, "{}", ran.err);
    assert!(bench.read("shop/values.yaml").contains("Escalation: true # for now"));
    // What was set on the command line stands in no file.
    let bench = Workbench::new();
    templated(&bench, "shop");
    let set = ["--set", "driver.securityContext.allowPrivilegeEscalation=true"];
    let ran = bench.run(&[&fix[..5], &set].concat());
    assert!(bench.read("shop/values.yaml").contains("Escalation: true # for now"), "{}", ran.err);
}

#[test]
fn values_of_charts_below_are_set_in_the_one_above() {
    let bench = Workbench::new();
    bench.file("shop/Chart.yaml", crate::charts::CHART);
    bench.file("shop/values.yaml", "# the shop\nname: shop\n");
    templated(&bench, "shop/charts/web");
    bench.file("shop/charts/web/Chart.yaml", crate::charts::CHART.replace("shop", "web"));
    let ran = bench.run(&["fix", "shop", "--only", "privilege-escalation", "--write"]);
    assert_eq!(bench.read("shop/charts/web/values.yaml"), TEMPLATE_VALUES, "{}", ran.err);
    let expected = "\
# the shop
name: shop
web:
  driver:
    securityContext:
      allowPrivilegeEscalation: false
";
    assert_eq!(bench.read("shop/values.yaml"), expected, "{}", ran.err);
}

#[test]
fn archives_are_not_mended() {
    let bench = Workbench::new();
    let files: &[(&str, &[u8])] = &[
        ("shop/Chart.yaml", crate::charts::CHART.as_bytes()),
        ("shop/values.yaml", TEMPLATE_VALUES.as_bytes()),
        ("shop/templates/pod.yaml", TEMPLATE.as_bytes()),
    ];
    let bytes = crate::charts::archive(files);
    let path = bench.file("shop.tgz", &bytes);
    let ran = bench.run(&["fix", ".", "--write", "--unsafe"]);
    assert_eq!(std::fs::read(path).expect("the archive"), bytes);
    assert!(ran.err.contains("mend by hand: shop.tgz!templates/pod.yaml:"), "{}", ran.err);
}

#[test]
fn bases_and_patches_are_mended_where_the_field_stands() {
    let bench = Workbench::new();
    bench.file("base/kustomization.yaml", "resources: [pod.yaml]\n");
    bench.file("base/pod.yaml", POD.replace("  hostIPC: true\n", ""));
    bench.file(
        "over/kustomization.yaml",
        "resources: [../base]\nnamePrefix: live-\npatches:\n  - path: patch.yaml\n  - target: {kind: Pod}\n    patch: |-\n      \
         - {op: add, path: /spec/hostPID, value: true}\n",
    );
    let patch =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  hostIPC: true # of the patch\n  x: 1\n";
    bench.file("over/patch.yaml", patch);
    let only = "privilege-escalation,host-ipc,host-pid,capabilities-not-dropped";
    let ran = bench.run(&["fix", ".", "--only", only, "--write", "--unsafe"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let pod = bench.read("base/pod.yaml");
    assert!(pod.contains("allowPrivilegeEscalation: false # for now"), "{pod}");
    assert!(pod.contains("      capabilities:\n        drop:"), "{pod}");
    assert_eq!(bench.read("over/patch.yaml"), patch.replace("  hostIPC: true # of the patch\n", ""));
    assert!(
        ran.err.contains("mend by hand: over/kustomization.yaml:7: remove `hostPID: true`"),
        "{}",
        ran.err
    );
}
