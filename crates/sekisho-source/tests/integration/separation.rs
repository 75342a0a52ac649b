//! Separation of duties: who changes must not be who approves, and exceptions need their signers.

use crate::support::{Change, Person, Repository, allowed, person, read, refusal};

const CHARTER: &str = "apiVersion: sekisho/v1\nkind: PolicyBundle\nseparation:\n- paths: [prod]\n";

struct People {
    ana: Person,
    bo: Person,
    eve: Person,
}

fn people() -> People {
    People {
        ana: person("ana@example.com"),
        bo: person("bo@security.example.com"),
        eve: person("eve@example.com"),
    }
}

#[test]
fn who_changes_must_not_sign() {
    let repository = Repository::new();
    let People { ana, bo, .. } = people();
    let reader = repository.reader(Some("main"), allowed(&[&ana, &bo]));
    let charter = ("sekisho-bundle.yaml", CHARTER);
    repository.push(&ana, Some(&ana), &[charter, ("prod/a.yaml", "a: 1\n"), ("dev/a.yaml", "a: 1\n")]);
    let error = refusal(&reader, None);
    assert!(error.ends_with("approved by nobody else: ana@example.com signed it as well"), "{error}");

    repository.push(&ana, Some(&bo), &[charter, ("prod/a.yaml", "a: 2\n"), ("dev/a.yaml", "a: 1\n")]);
    // The charter itself still stands as ana signed it.
    assert!(refusal(&reader, None).starts_with("`sekisho-bundle.yaml` was changed by ana@example.com"));
    let charter = (
        "sekisho-bundle.yaml",
        "apiVersion: sekisho/v1\nkind: PolicyBundle\nseparation: [{paths: [prod]}]\n",
    );
    repository.push(&ana, Some(&bo), &[charter, ("prod/a.yaml", "a: 2\n"), ("dev/a.yaml", "a: 1\n")]);
    let bundle = read(&reader, None).unwrap();

    // Other files are not under the demand.
    repository.push(&ana, Some(&ana), &[charter, ("prod/a.yaml", "a: 2\n"), ("dev/a.yaml", "a: 2\n")]);
    let bundle = read(&reader, Some(&bundle)).unwrap();

    // A change that another follows on does not hide behind it.
    repository.push(&ana, Some(&ana), &[charter, ("prod/a.yaml", "a: 3\n"), ("dev/a.yaml", "a: 2\n")]);
    repository.push(&ana, Some(&bo), &[charter, ("prod/a.yaml", "a: 4\n"), ("dev/a.yaml", "a: 2\n")]);
    assert!(refusal(&reader, Some(&bundle)).contains("signed it as well"));
}

#[test]
fn taking_a_policy_or_the_demand_away_is_a_change() {
    let People { ana, bo, .. } = people();
    let charter = ("sekisho-bundle.yaml", CHARTER);
    for files in
        [&[charter, ("dev/a.yaml", "a: 1\n")][..], &[("prod/a.yaml", "a: 1\n"), ("dev/a.yaml", "a: 1\n")][..]]
    {
        let repository = Repository::new();
        let reader = repository.reader(Some("main"), allowed(&[&ana, &bo]));
        repository.push(&ana, Some(&bo), &[charter, ("prod/a.yaml", "a: 1\n"), ("dev/a.yaml", "a: 1\n")]);
        let bundle = read(&reader, None).unwrap();
        repository.push(&ana, Some(&ana), files);
        assert!(refusal(&reader, Some(&bundle)).contains("signed it as well"), "{files:?}");
    }
}

#[test]
fn of_a_merge_those_who_wrote_the_branch_are_the_authors() {
    let repository = Repository::new();
    let People { ana, bo, eve } = people();
    let reader = repository.reader(Some("main"), allowed(&[&ana, &bo, &eve]));
    let charter = ("sekisho-bundle.yaml", CHARTER);
    let base = repository.push(&ana, Some(&bo), &[charter, ("prod/a.yaml", "a: 1\n")]);
    let bundle = read(&reader, None).unwrap();
    let files = &[charter, ("prod/a.yaml", "a: 2\n")];
    let side = repository.commit(&Change { author: &ana, signer: Some(&ana), parents: vec![base], files });
    let merge = |by: &Person, parents: Vec<_>, files: &[(&str, &str)]| {
        let merge = repository.commit(&Change { author: by, signer: Some(by), parents, files });
        repository.name("refs/heads/main", merge);
    };
    merge(&ana, vec![base, side], files);
    assert!(refusal(&reader, Some(&bundle)).contains("ana@example.com signed it as well"));
    merge(&bo, vec![base, side], files);
    read(&reader, Some(&bundle)).unwrap();
    // What is slipped in while merging is the merger's own.
    merge(&bo, vec![base, side], &[charter, ("prod/a.yaml", "a: 3\n")]);
    assert!(refusal(&reader, Some(&bundle)).contains("bo@security.example.com signed it as well"));
    // A commit that names another author does not hide who signed it.
    let side = repository.commit(&Change { author: &ana, signer: Some(&eve), parents: vec![base], files });
    merge(&eve, vec![base, side], files);
    assert!(refusal(&reader, Some(&bundle)).contains("eve@example.com signed it as well"));
}

#[test]
fn approvers_may_be_named() {
    let repository = Repository::new();
    let People { ana, bo, eve } = people();
    let reader = repository.reader(Some("main"), allowed(&[&ana, &bo, &eve]));
    let charter = "apiVersion: sekisho/v1\nkind: PolicyBundle\n\
                   separation: [{paths: ['prod/**'], approvers: ['*@security.example.com']}]\n";
    let files = &[("sekisho-bundle.yaml", charter), ("prod/deep/a.yaml", "a: 1\n")];
    repository.push(&ana, Some(&eve), files);
    assert!(refusal(&reader, None).ends_with("eve@example.com signed it, who may not approve it"));
    let repository = Repository::new();
    repository.push(&ana, Some(&bo), files);
    read(&repository.reader(Some("main"), allowed(&[&ana, &bo, &eve])), None).unwrap();
    let error = refusal(&repository.reader(Some("main"), None), None);
    assert!(error.ends_with("no allowed signers are given, so that nobody can approve"), "{error}");
}

#[test]
fn exceptions_are_signed_by_those_who_may() {
    let People { ana, bo, .. } = people();
    let charter =
        "apiVersion: sekisho/v1\nkind: PolicyBundle\nexceptions: {approvers: ['*@security.example.com']}\n";
    let exception = "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: x}\nspec: {}\n";
    let own = "exceptions: []\n";
    for (path, text) in [("x/exception.yaml", exception), ("sekisho.yaml", own)] {
        let repository = Repository::new();
        let reader = repository.reader(Some("main"), allowed(&[&ana, &bo]));
        let charter = ("sekisho-bundle.yaml", charter);
        repository.push(&ana, Some(&bo), &[charter, ("a.yaml", "a: 1\n")]);
        let bundle = read(&reader, None).unwrap();
        repository.push(&ana, Some(&ana), &[charter, ("a.yaml", "a: 2\n")]);
        let bundle = read(&reader, Some(&bundle)).unwrap();
        repository.push(&ana, Some(&ana), &[charter, ("a.yaml", "a: 2\n"), (path, text)]);
        let error = refusal(&reader, Some(&bundle));
        assert!(error.ends_with("ana@example.com signed it, who may not approve it"), "{error}");
        // Whoever may approve exceptions may also write them.
        let repository = Repository::new();
        repository.push(&bo, Some(&bo), &[charter, (path, text)]);
        read(&repository.reader(Some("main"), allowed(&[&ana, &bo])), None).unwrap();
    }
}
