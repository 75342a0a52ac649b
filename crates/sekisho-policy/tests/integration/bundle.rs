//! The policies that the project brings, in `policies/`: each is accepted, and has tests that hold.

use std::path::{Path, PathBuf};

use sekisho_manifest::{Budget, Document, Format, Node, Object, Source, SourceId, load};
use sekisho_policy::admission::{self, LoadOptions};
use sekisho_policy::{Expectation, Kinds, Policy, PolicySet, PolicyTest, Snapshot};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

fn tests() -> PathBuf {
    folder().join("tests")
}

#[expect(clippy::disallowed_methods, reason = "the test reads the policies")]
fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file of text")
}

#[expect(clippy::disallowed_methods, reason = "the test reads the policies")]
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of policies");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|kind| kind == "yaml")).collect();
    found.sort();
    found
}

fn roots(text: &str) -> Vec<Node> {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}\n{text}", loaded.errors);
    loaded.documents.into_iter().map(|document| document.root).collect()
}

fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    loaded.documents.iter().flat_map(Document::objects).collect()
}

fn policies(path: &Path) -> PolicySet {
    let text = text(path);
    let loaded = admission::load(
        &objects(&text),
        &[Source::new("policy.yaml", text.as_str())],
        &Kinds::default(),
        LoadOptions::default(),
    );
    assert_eq!(loaded.problems, [], "{}", path.display());
    let mut set = PolicySet::new();
    set.extend(loaded.validating.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
    assert_eq!(set.len(), 1, "{}", path.display());
    set
}

#[test]
fn every_policy_of_the_bundle_is_tested_and_its_tests_hold() {
    let mut failures = Vec::new();
    let mut cases = 0;
    for path in files(&tests()) {
        for root in roots(&text(&path)) {
            assert!(PolicyTest::is(&root), "{}", path.display());
            let (test, problems) = PolicyTest::read(&root);
            assert_eq!(problems, [], "{}", path.display());
            let kinds = Kinds::new(&test.objects);
            let facts = Snapshot::new(&test.objects, "default");
            let policies = policies(&tests().join(test.policies[0].as_str()));
            let both = [Expectation::Allow, Expectation::Deny, Expectation::Warn];
            let kinds_of =
                both.iter().filter(|one| test.cases.iter().any(|case| case.expect == **one)).count();
            assert!(kinds_of > 1 || path.ends_with("interactive-sessions_test.yaml"), "{}", path.display());
            for case in &test.cases {
                cases += 1;
                if let Err(mismatch) = case.run(&policies, &kinds, &facts) {
                    failures.push(format!("{}: {}: {mismatch}", path.display(), case.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let all = files(&folder()).len();
    assert_eq!(files(&tests()).len(), all, "a policy without a test");
    assert!(cases >= 70, "{cases}");
}

#[test]
fn the_bundle_covers_every_category() {
    let all: String = files(&folder()).iter().map(|path| text(path)).collect();
    for year in ["2022", "2025"] {
        for number in 1..=10 {
            let control = format!("owasp-{year}/K{number:02}");
            assert!(all.contains(&control), "no policy for {control}");
        }
    }
}

#[test]
fn interactive_sessions_are_recorded() {
    let test = roots(&text(&tests().join("interactive-sessions_test.yaml"))).remove(0);
    let (test, _) = PolicyTest::read(&test);
    let policies = policies(&folder().join("interactive-sessions.yaml"));
    let request = test.cases[0].request(&Kinds::default());
    let review = policies.review(&request, &sekisho_policy::NoFacts);
    assert_eq!(
        review.verdicts[0].audit_annotations,
        [("interactive-sessions/interactive-session".into(), "ann opened exec on shop/web".to_owned())]
    );
}

#[test]
fn tests_that_do_not_hold_say_why() {
    let policies = policies(&folder().join("host-access.yaml"));
    let said = |case: &str| {
        let text = format!("apiVersion: sekisho/v1\nkind: PolicyTest\ncases:\n- {{name: a, {case}}}\n");
        let (read, problems) = PolicyTest::read(&roots(&text)[0]);
        assert_eq!(problems, []);
        let facts = Snapshot::new(&[], "default");
        read.cases[0].run(&policies, &Kinds::default(), &facts).unwrap_err().to_string()
    };
    let pod = "resource: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostPID: true}}";
    assert_eq!(
        said(&format!("expect: allow, {pod}")),
        "expected allow, but the policies deny it: host-access: the Pod shares a namespace with its node"
    );
    assert_eq!(
        said(&format!("expect: deny, by: [other], {pod}")),
        "expected other to object, but host-access did"
    );
    assert!(said(&format!("expect: deny, message: port, {pod}")).starts_with("no message has `port`"));
    assert_eq!(
        said(&format!("expect: deny, changed: {{apiVersion: v1, kind: Pod, metadata: {{name: b}}}}, {pod}")),
        "the changed object differs at `metadata.name`: expected \"b\", found \"a\""
    );
    for (case, wanted) in [
        ("{expect: allow}", "has no `name`"),
        ("{name: a, expect: allow}", "has no `resource`"),
        ("{name: a, expect: maybe, resource: {}}", "`expect` is one of"),
        ("{name: a, expect: allow, operation: PATCH, resource: {}}", "`PATCH` is no operation"),
    ] {
        let text = format!("apiVersion: sekisho/v1\nkind: PolicyTest\ncases:\n- {case}\n");
        let (_, problems) = PolicyTest::read(&roots(&text)[0]);
        assert!(problems.iter().any(|problem| problem.message.contains(wanted)), "{case}: {problems:?}");
    }
}
