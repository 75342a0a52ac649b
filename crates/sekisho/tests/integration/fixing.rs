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
