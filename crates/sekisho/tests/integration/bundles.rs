//! Bundles of policies on the command line: `sekisho policy bundle`, and repositories where policies are named.

use std::path::Path;
use std::process::Command;

use crate::command::Workbench;

const POLICY: &str = "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  validationFailureAction: Enforce
  rules:
  - name: label
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: needs a team, pattern: {metadata: {labels: {team: '?*'}}}}
";

fn test(expect: &str) -> String {
    format!(
        "apiVersion: sekisho/v1\nkind: PolicyTest\npolicies: [team.yaml]\ncases:\n- name: what has no team\n  \
         resource: {{apiVersion: v1, kind: ConfigMap, metadata: {{name: x}}}}\n  expect: {expect}\n"
    )
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("git");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A workspace with a repository in `policies`, and its address.
pub(crate) fn repository(expect: &str) -> (Workbench, String) {
    let workspace = Workbench::new();
    workspace.file("policies/team.yaml", POLICY);
    workspace.file("policies/test.yaml", test(expect));
    workspace.file("policies/CODEOWNERS", "* @security\n");
    let folder = workspace.path().join("policies");
    git(&folder, &["init", "-q", "-b", "main"]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-qm", "Ask for a team"]);
    let address = format!("git+file://{}@main", folder.display());
    (workspace, address)
}

#[test]
fn a_bundle_is_shown_verified_and_pulled() {
    let (workspace, address) = repository("deny");
    let commit = git(&workspace.path().join("policies"), &["rev-parse", "HEAD"]);
    let shown = workspace.run(&["policy", "bundle", "show", &address, "--cache", "cache"]);
    assert_eq!(shown.status, 0, "{}", shown.err);
    for part in
        [commit.as_str(), "author   Ana <ana@example.com>", "files    3", "enforce  ClusterPolicy team"]
    {
        assert!(shown.out.contains(part), "{part}: {}", shown.out);
    }
    let json = workspace.run(&["policy", "bundle", "show", &address, "--cache", "cache", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["files"][1]["origin"]["lines"][0]["commit"], commit);
    assert_eq!(json["files"][1]["origin"]["owners"][0], "@security");
    let digest = json["digest"].as_str().expect("a digest");
    let pulled = workspace.run(&[
        "policy",
        "bundle",
        "pull",
        &address,
        "--cache",
        "cache",
        "--digest",
        digest,
        "--output",
        "out/bundle",
    ]);
    assert_eq!(pulled.status, 0, "{}", pulled.err);
    assert_eq!(
        std::fs::read_to_string(workspace.path().join("out/bundle/team.yaml")).expect("a file"),
        POLICY
    );
    let again =
        workspace.run(&["policy", "bundle", "pull", &address, "--cache", "cache", "--output", "out/bundle"]);
    assert_eq!((again.status, again.err.contains("is not empty")), (2, true), "{}", again.err);
}

#[test]
fn a_bundle_that_is_not_good_is_refused() {
    let (workspace, address) = repository("allow");
    let verify = |more: &[&str]| {
        let ran =
            workspace.run(&[&["policy", "bundle", "verify", &address, "--cache", "cache"], more].concat());
        assert_eq!(ran.status, 2, "{}", ran.out);
        ran.err
    };
    assert!(verify(&[]).contains("1 of 1 tests fail: `test.yaml` what has no team: expected allow"));
    assert!(verify(&["--digest", "sha256:00"]).contains("not `sha256:00`"));
    workspace.file(
        "signers",
        "a@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG5D9+JARNHCWMg1lrXpjqRAE4vcQJkBWyTzdwDf6Oy0\n",
    );
    assert!(verify(&["--allowed-signers", "signers"]).contains("it is not signed"));
    let other = "1234567890123456789012345678901234567890";
    assert!(verify(&["--since", other]).contains("the history was rewritten"));
    workspace.file("policies/team.yaml", "apiVersion: v1\nkind: [");
    git(&workspace.path().join("policies"), &["commit", "-qam", "Break it"]);
    assert!(verify(&["--without-tests"]).contains("team.yaml"));
}

#[test]
fn a_repository_stands_where_policies_are_named() {
    let (workspace, address) = repository("deny");
    workspace.file("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n");
    let checked = workspace.run(&["policy", "check", "--policy", &address, "--resource", "map.yaml"]);
    assert_eq!(checked.status, 1, "{}", checked.err);
    assert!(checked.out.contains("policy team.yaml:7"), "{}", checked.out);
    let scanned = workspace.run(&["scan", "--policy", &address, "--compact", "map.yaml"]);
    assert!(scanned.out.contains("team"), "{}", scanned.out);
    let both =
        workspace.run(&["policy", "check", "--policy", &address, "--policy", "policies", "-r", "map.yaml"]);
    assert!(both.err.contains("a bundle stands alone"), "{}", both.err);
    let offline =
        workspace.run(&["--offline", "policy", "bundle", "show", "git+https://u:secret@example.invalid/x"]);
    assert!(
        offline.err.contains("`--offline` forbids") && !offline.err.contains("secret"),
        "{}",
        offline.err
    );
}

/// A bundle with a chart, and a kustomization on a base.
fn drawn() -> (Workbench, impl Fn(&Workbench, &str)) {
    let workspace = Workbench::new();
    let policy = |name: &str, label: &str| {
        POLICY.replace("name: team}", &format!("name: {name}}}")).replace("team: '?*'", label)
    };
    workspace.file("policies/chart/Chart.yaml", "apiVersion: v2\nname: rules\nversion: 1.0.0\n");
    workspace.file("policies/chart/values.yaml", "label: team\nenabled: true\n");
    workspace.file(
        "policies/chart/templates/team.yaml",
        format!(
            "{{{{- if .Values.enabled }}}}\n{}{{{{- end }}}}\n",
            policy("team", " {{ .Values.label }}: '?*'")
        ),
    );
    workspace.file("policies/base/kustomization.yaml", "resources: [owner.yaml]\n");
    workspace.file("policies/base/owner.yaml", policy("owner", "owner: '?*'"));
    workspace.file("policies/overlay/kustomization.yaml", "resources: [../base]\nnamePrefix: strict-\n");
    workspace.file("policies/plain.yaml", policy("plain", "plain: '?*'"));
    git(&workspace.path().join("policies"), &["init", "-q", "-b", "main"]);
    workspace.file("map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n");
    let commit = |workspace: &Workbench, message: &str| {
        let folder = workspace.path().join("policies");
        git(&folder, &["add", "-A"]);
        git(&folder, &["commit", "-qm", message]);
    };
    commit(&workspace, "Ask for labels");
    (workspace, commit)
}

#[test]
fn charts_and_kustomizations_of_a_bundle_are_rendered() {
    let (workspace, _) = drawn();
    let address = format!("git+file://{}@main", workspace.path().join("policies").display());
    let verified = workspace.run(&["policy", "bundle", "verify", &address, "--cache", "cache"]);
    assert_eq!(verified.status, 0, "{}", verified.err);
    let shown = workspace.run(&["policy", "bundle", "show", &address, "--cache", "cache"]);
    for policy in ["team", "strict-owner", "plain"] {
        assert!(shown.out.contains(&format!("enforce  ClusterPolicy {policy}")), "{}", shown.out);
    }
    assert!(!shown.out.contains("ClusterPolicy owner"), "{}", shown.out);
    let checked = workspace.run(&["policy", "check", "--policy", &address, "--resource", "map.yaml"]);
    for place in ["chart/templates/team.yaml:8", "base/owner.yaml:7", "plain.yaml:7"] {
        assert!(checked.out.contains(&format!("policy {place}")), "{place}: {}", checked.out);
    }
    // A folder of the bundle is one as well.
    let folder = workspace.path().join("policies").display().to_string();
    let verified = workspace.run(&["policy", "bundle", "verify", &folder, "--cache", "cache"]);
    assert_eq!(verified.status, 0, "{}", verified.err);
}

#[test]
fn what_cannot_be_rendered_or_lies_outside_refuses_a_bundle() {
    let (workspace, commit) = drawn();
    let address = format!("git+file://{}@main", workspace.path().join("policies").display());
    let refused = |message: &str| {
        commit(&workspace, message);
        let ran = workspace.run(&["policy", "bundle", "verify", &address, "--cache", "cache"]);
        assert_eq!(ran.status, 2, "{}", ran.out);
        ran.err
    };
    workspace.file("policies/chart/templates/more.yaml", "{{ fail \"not today\" }}");
    let words = refused("Break the chart");
    assert!(words.contains("chart/templates/more.yaml") && words.contains("not today"), "{words}");
    assert!(!words.contains("/tmp"), "{words}");
    std::fs::remove_file(workspace.path().join("policies/chart/templates/more.yaml")).expect("removed");
    // The files of the bundle are written beside the workspace.
    let beside = workspace.path().file_name().expect("a name").to_string_lossy().into_owned();
    workspace.file("outside/kustomization.yaml", "resources: [secret.yaml]\n");
    workspace.file("outside/secret.yaml", POLICY);
    workspace.file(
        "policies/overlay/kustomization.yaml",
        format!("resources: [../base, ../../{beside}/outside]\n"),
    );
    let words = refused("Look around");
    assert!(words.contains("lies outside of the bundle"), "{words}");
}

#[test]
fn an_exception_that_is_rendered_is_refused_whoever_signed_it() {
    const CHARTER: &str =
        "apiVersion: sekisho/v1\nkind: PolicyBundle\nexceptions: {approvers: ['ana@example.com']}\n";
    const EXCEPTION: &str = "apiVersion: kyverno.io/v2\nkind: KIND\nmetadata: {name: old-maps, namespace: shop}\nspec:\n  \
         exceptions: [{policyName: team, ruleNames: [label]}]\n  match: {any: [{resources: {kinds: [ConfigMap]}}]}\n";
    let (workspace, commit) = drawn();
    let folder = workspace.path().join("policies");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"])
        .arg(workspace.path().join("key"))
        .status();
    assert!(made.expect("ssh-keygen").success());
    let key = std::fs::read_to_string(workspace.path().join("key.pub")).expect("a key");
    workspace.file("signers", format!("ana@example.com {key}"));
    let sign = |message: &str| {
        commit(&workspace, message);
        let key = format!("user.signingKey={}", workspace.path().join("key").display());
        git(&folder, &["-c", "gpg.format=ssh", "-c", &key, "commit", "-q", "--amend", "--no-edit", "-S"]);
    };
    let address = format!("git+file://{}@main", folder.display());
    let verify = || {
        let arguments =
            ["policy", "bundle", "verify", &address, "--cache", "cache", "--allowed-signers", "signers"];
        workspace.run(&arguments)
    };
    git(&folder, &["checkout", "-q", "--orphan", "signed"]);
    git(&folder, &["branch", "-q", "-D", "main"]);
    git(&folder, &["branch", "-q", "-m", "main"]);
    workspace.file("policies/sekisho-bundle.yaml", CHARTER);
    workspace.file("policies/exception.yaml", EXCEPTION.replace("KIND", "PolicyException"));
    sign("Let old maps be");
    let ran = verify();
    assert_eq!(ran.status, 0, "{}", ran.err);

    // No text in the repository says that it is one.
    std::fs::remove_file(folder.join("exception.yaml")).expect("removed");
    workspace
        .file("policies/chart/templates/old.yaml", EXCEPTION.replace("KIND", "Policy{{ .Values.kind }}"));
    workspace.file("policies/chart/values.yaml", "label: team\nenabled: true\nkind: Exception\n");
    sign("Render it");
    let ran = verify();
    assert_eq!(ran.status, 2, "{}", ran.out);
    let why = "is an exception that is rendered: put it into a file of its own";
    assert!(ran.err.contains("old-maps") && ran.err.contains(why), "{}", ran.err);

    // Where nobody has to approve exceptions it may come from anywhere.
    std::fs::remove_file(folder.join("sekisho-bundle.yaml")).expect("removed");
    sign("Ask for no approval");
    let ran = verify();
    assert_eq!(ran.status, 0, "{}", ran.err);
}
