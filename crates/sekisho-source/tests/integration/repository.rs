//! Repositories of git as sources.

use sekisho_manifest::{Budget, Format, SourceId, load};
use sekisho_policy::{BundleOptions, Kinds, Material, NoFacts, Request, Scope};
use sekisho_source::{Location, Update};

use crate::support::{Change, Repository, allowed, person, read, refusal};

#[test]
fn a_branch_a_tag_and_a_commit_are_read() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    let first = repository.push(&ana, None, &[("a.yaml", "kind: One\n")]);
    repository.name("refs/tags/v1", first);
    let second = repository.push(&ana, None, &[("a.yaml", "kind: Two\n"), ("b/c.yaml", "kind: C\n")]);
    let of = |reference: &str| read(&repository.reader(Some(reference), None), None).unwrap();
    let bundle = of("main");
    assert_eq!(bundle.provenance.commit, second.to_string());
    assert_eq!(bundle.provenance.reference, "refs/heads/main");
    assert_eq!(bundle.files().len(), 2);
    for reference in ["v1", "refs/tags/v1", &first.to_string()] {
        assert_eq!(of(reference).provenance.commit, first.to_string(), "{reference}");
    }
    assert_eq!(read(&repository.reader(None, None), None).unwrap().provenance.commit, second.to_string());
    assert!(
        refusal(&repository.reader(Some("gone"), None), None).ends_with("no branch, tag or commit `gone`")
    );
    repository.name("refs/heads/v1", second);
    assert!(refusal(&repository.reader(Some("v1"), None), None).contains("is a branch and a tag"));
}

#[test]
fn each_line_names_its_commit_author_and_owner() {
    let repository = Repository::new();
    let (ana, bo) = (person("ana@example.com"), person("bo@example.com"));
    let owners = (".github/CODEOWNERS", "/policies/ @security\n");
    let first = repository.push(&ana, None, &[owners, ("policies/a.yaml", "one: 1\ntwo: 2\nthree: 3\n")]);
    let second = repository.push(&bo, None, &[owners, ("policies/a.yaml", "one: 1\ntwo: two\nthree: 3\n")]);
    let mut location = repository.location(Some("main"));
    location.folder = "policies".to_owned();
    let mut reader = repository.reader(None, None);
    reader.location = Location::Git(location);
    let bundle = read(&reader, None).unwrap();
    assert_eq!(bundle.files().len(), 1);
    assert_eq!(bundle.file("a.yaml").unwrap().origin.owners, ["@security"]);
    let of = |line| bundle.commit_of("a.yaml", line).map(|(id, commit)| (id.to_string(), commit.clone()));
    let (id, commit) = of(2).unwrap();
    assert_eq!((id, commit.author.as_str()), (second.to_string(), "bo <bo@example.com>"));
    assert_eq!(commit.date, "2026-01-01T02:00:00Z");
    for line in [1, 3] {
        let (id, commit) = of(line).unwrap();
        assert_eq!((id, commit.author.as_str()), (first.to_string(), "ana <ana@example.com>"));
    }
    assert_eq!(of(4), None);
    assert_eq!(of(0), None);

    // What did not change keeps what is known of it.
    repository.push(
        &bo,
        None,
        &[owners, ("policies/a.yaml", "one: 1\ntwo: two\nthree: 3\n"), ("policies/b.yaml", "b: 1\n")],
    );
    let next = read(&reader, Some(&bundle)).unwrap();
    assert_eq!(next.file("a.yaml").unwrap().origin, bundle.file("a.yaml").unwrap().origin);
    assert_eq!(next.commit_of("a.yaml", 2).unwrap().1.author, "bo <bo@example.com>");
    assert_ne!(next.digest(), bundle.digest());
}

#[test]
fn a_verdict_names_bundle_file_line_commit_author_and_owner() {
    let repository = Repository::new();
    let (ana, bo) = (person("ana@example.com"), person("bo@example.com"));
    let owners = (".github/CODEOWNERS", "* @security\n");
    let policy = |message: &str| {
        format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: team}}\nspec:\n  validationFailureAction: Enforce\n  \
             rules:\n  - name: label\n    match: {{any: [{{resources: {{kinds: [ConfigMap]}}}}]}}\n    \
             validate: {{message: {message}, pattern: {{metadata: {{labels: {{team: '?*'}}}}}}}}\n  - name: more\n    \
             match: {{any: [{{resources: {{kinds: [Secret]}}}}]}}\n    validate: {{deny: {{}}}}\n"
        )
    };
    let first = repository.push(&ana, None, &[owners, ("p/team.yaml", &policy("needs a team"))]);
    let text = policy("needs a team").replace("name: label", "name: team-label");
    let second = repository.push(&bo, None, &[owners, ("p/team.yaml", &text)]);
    let bundle = read(&repository.reader(Some("main"), None), None).unwrap();
    let material = Material::of_texts(&bundle.texts(), &Budget::default());
    let compiled = sekisho_policy::Bundle::compile(material, &BundleOptions::default());
    let refusal = |kind: &str| {
        let text = format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: x}}\n");
        let object =
            load(SourceId(0), &text, Format::Detect, &Budget::default()).documents[0].objects().remove(0);
        let request = Request::create(&object, &Kinds::new([]), "default");
        compiled.decide(&request, &NoFacts, Scope::ALL).refusal.unwrap().message
    };
    let digest = bundle.digest();
    let message = refusal("ConfigMap");
    assert!(
        message.ends_with(&format!(
            "(ClusterPolicy team/team-label, p/team.yaml:7, bundle {digest}, commit {second} by bo <bo@example.com> on \
             2026-01-01T02:00:00Z, owner @security)"
        )),
        "{message}"
    );
    let message = refusal("Secret");
    assert!(
        message
            .contains(&format!("p/team.yaml:10, bundle {digest}, commit {first} by ana <ana@example.com>")),
        "{message}"
    );
}

#[test]
fn the_same_commit_is_nothing_new() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    repository.push(&ana, None, &[("a.yaml", "kind: One\n")]);
    let reader = repository.reader(Some("main"), None);
    let bundle = read(&reader, None).unwrap();
    let charter = sekisho_source::Charter::default();
    assert!(matches!(reader.read(Some((&bundle, &charter))).unwrap(), Update::Same));
}

#[test]
fn a_rewritten_history_is_refused_until_it_is_taken_over() {
    let repository = Repository::new();
    let ana = person("ana@example.com");
    let first = repository.push(&ana, None, &[("a.yaml", "deny: true\n")]);
    repository.push(&ana, None, &[("a.yaml", "deny: yes\n")]);
    let mut reader = repository.reader(Some("main"), None);
    let bundle = read(&reader, None).unwrap();
    let other = repository.commit(&Change {
        author: &ana,
        signer: None,
        parents: vec![first],
        files: &[("a.yaml", "{}\n")],
    });
    repository.name("refs/heads/main", other);
    assert!(refusal(&reader, Some(&bundle)).starts_with("the history was rewritten: "));
    // Going back is a rewriting too.
    repository.name("refs/heads/main", first);
    assert!(refusal(&reader, Some(&bundle)).starts_with("the history was rewritten: "));
    reader.options.allow_rewrite = true;
    assert_eq!(read(&reader, Some(&bundle)).unwrap().provenance.commit, first.to_string());
}

#[test]
fn commits_must_be_signed_by_allowed_signers() {
    let repository = Repository::new();
    let (ana, eve) = (person("ana@example.com"), person("eve@example.com"));
    let reader = |allowed| repository.reader(Some("main"), allowed);
    repository.push(&ana, None, &[("a.yaml", "a: 1\n")]);
    assert!(refusal(&reader(allowed(&[&ana])), None).ends_with("does not count: it is not signed"));
    repository.push(&ana, Some(&eve), &[("a.yaml", "a: 2\n")]);
    assert!(refusal(&reader(allowed(&[&ana])), None).contains("is not among the allowed signers"));
    repository.push(&ana, Some(&ana), &[("a.yaml", "a: 3\n")]);
    let bundle = read(&reader(allowed(&[&ana])), None).unwrap();
    assert_eq!(bundle.commit_of("a.yaml", 1).unwrap().1.signer.as_deref(), Some("ana@example.com"));
}

#[test]
fn a_repository_that_is_away_is_an_error() {
    let repository = Repository::new();
    let mut reader = repository.reader(Some("main"), None);
    let mut location = repository.location(Some("main"));
    location.address = "/nowhere/policies.git".to_owned();
    reader.location = Location::Git(location.clone());
    assert!(refusal(&reader, None).starts_with("cannot read `git+file:///nowhere/policies.git@main`"));
    location.address = "http://127.0.0.1:1/policies.git".to_owned();
    reader.location = Location::Git(location);
    assert!(refusal(&reader, None).starts_with("cannot read `git+http://127.0.0.1:1/policies.git@main`"));
}
