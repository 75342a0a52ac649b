//! `sekisho-bundle.yaml`.

use sekisho_source::Charter;

const HEAD: &str = "apiVersion: sekisho/v1\nkind: PolicyBundle\n";

#[test]
fn a_whole_one_is_read() {
    let text = format!(
        "{HEAD}rollout:\n- policy: require-limits\n  steps: {{warn: 2026-10-01, enforce: 2026-11-01}}\n\
         separation:\n- paths: [prod]\n  approvers: [a@example.com]\nexceptions:\n  approvers: [b@example.com]\n"
    );
    let charter = Charter::read(text.as_bytes()).unwrap();
    assert!(charter.demands() && !charter.rollout.is_empty());
    assert_eq!(charter.separation[0].approvers, ["a@example.com"]);
    assert_eq!(charter.exceptions.as_deref(), Some(&["b@example.com".to_owned()][..]));
}

#[test]
fn whatever_is_wrong_refuses_it_with_its_line() {
    for (text, line, part) in [
        ("separation: []\n", 1, "write `apiVersion: sekisho/v1`"),
        ("", 1, "write one document"),
        (&format!("{HEAD}separations: []\n"), 3, "`separations` is no field here"),
        (&format!("{HEAD}separation: prod\n"), 3, "is a list"),
        (&format!("{HEAD}separation:\n- approvers: [x]\n"), 4, "name the files in `paths`"),
        (&format!("{HEAD}separation:\n- paths: [1]\n"), 4, "is a list of texts"),
        (&format!("{HEAD}exceptions: {{}}\n"), 3, "name who may sign"),
        (&format!("{HEAD}rollout:\n- policy: x\n  steps: {{warn: soon}}\n"), 5, "needs a date"),
        (
            &format!("{HEAD}rollout:\n- policy: x\n  steps: {{enforce: 2026-01-01, warn: 2026-02-01}}\n"),
            5,
            "order the dates",
        ),
        (&format!("{HEAD}rollout:\n- policy: x\n  steps: {{deny: 2026-01-01}}\n"), 5, "is no stage"),
        ("a: [\n", 1, ""),
    ] {
        let error = Charter::read(text.as_bytes()).unwrap_err();
        assert!(error.problem.contains(part), "{text}: {error}");
        assert_eq!(error.line, line, "{text}: {error}");
    }
}
