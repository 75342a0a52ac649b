//! `sekisho access`: roles out of audit logs.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::command::Workbench;

const LOG: &str = include_str!("audit.log");
const RBAC: &str = include_str!("rbac.yaml");

fn bench() -> Workbench {
    let bench = Workbench::new();
    bench.file("audit.log", LOG);
    bench.file("rbac.yaml", RBAC);
    bench
}

#[test]
fn what_is_needed_beside_what_is_granted() {
    let ran =
        bench().run(&["access", "least-privilege", "--from-audit", "audit.log", "--manifests", "rbac.yaml"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let expected = "\
system:serviceaccount:shop:web
  needs
    in the cluster: get /metrics
    in shop: get configmaps named settings
    in shop: list, watch pods
  has, and did not use all of: Role `web` by RoleBinding `web` in shop
    rule 0, verbs `delete`
    rule 0, resources `secrets`
    rule 1 beyond watch on pods: it grants by `*`
  has and never used: ClusterRole `nodes` by ClusterRoleBinding `nodes`
  did, and has no role among these that allows it: get /metrics
  was refused
    list secrets in shop (1 times)
";
    assert!(ran.out.starts_with(expected), "{}", ran.out);
    assert!(!ran.out.contains("system:kube-scheduler"), "{}", ran.out);
    assert!(ran.err.contains("9 events, 2 identities"), "{}", ran.err);
}

#[test]
fn one_identity_as_manifests() {
    let bench = bench();
    let ran = bench.run(&[
        "access",
        "least-privilege",
        "--from-audit",
        "audit.log",
        "--identity",
        "shop/web",
        "-f",
        "yaml",
    ]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(ran.out.matches("kind: Role\n").count(), 2, "{}", ran.out);
    assert!(!ran.out.contains("jane"), "{}", ran.out);
    bench.file("roles.yaml", ran.out);
    // With the roles that came of it, nothing is left that is not allowed.
    let again = bench.run(&[
        "access",
        "least-privilege",
        "--from-audit",
        "audit.log",
        "--identity",
        "shop/web",
        "--manifests",
        "roles.yaml",
    ]);
    assert!(!again.out.contains("has no role") && !again.out.contains("did not use"), "{}", again.out);
    let unknown =
        bench.run(&["access", "least-privilege", "--from-audit", "audit.log", "--identity", "nobody"]);
    assert_eq!(unknown.status, 2, "{}", unknown.err);
}

#[test]
fn packed_and_rotated_logs_and_lines_that_are_wrong() {
    let bench = bench();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(LOG.as_bytes()).expect("it is packed");
    bench.file("logs/audit-1.log.gz", packed.finish().expect("it is packed"));
    bench.file(
        "logs/audit.log",
        format!("{LOG}{{\"kind\":\"Event\"\n{{\"kind\":\"Pod\",\"apiVersion\":\"v1\"}}\n"),
    );
    let ran = bench.run(&["access", "least-privilege", "--from-audit", "logs", "-f", "json"]);
    assert_eq!(ran.status, 4, "{}", ran.err);
    assert!(ran.out.contains("\"events\": 18") && ran.out.contains("\"unreadable\": 2"), "{}", ran.out);
    assert!(ran.err.contains("this is no JSON") && ran.err.contains("this is no audit event"), "{}", ran.err);
    let none = bench.run(&["access", "least-privilege", "--from-audit", "no.log"]);
    assert_eq!(none.status, 2, "{}", none.err);
}
