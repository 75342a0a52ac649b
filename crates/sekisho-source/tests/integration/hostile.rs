//! Repositories that mean harm.

use gix::objs::tree::EntryKind;

use crate::support::{Repository, person, read, refusal};

fn refused(make: impl FnOnce(&Repository) -> gix::ObjectId) -> String {
    let repository = Repository::new();
    let tree = make(&repository);
    let commit = repository.commit_tree(&person("eve@example.com"), None, &[], tree);
    repository.name("refs/heads/main", commit);
    refusal(&repository.reader(Some("main"), None), None)
}

#[test]
fn a_million_files_are_refused_before_they_are_read() {
    let error = refused(|repository| {
        let file = repository.blob(b"a: 1\n");
        let names: Vec<String> = (0..1_000).map(|number| format!("{number:04}.yaml")).collect();
        let files = names.iter().map(|name| (name.as_str(), EntryKind::Blob, file)).collect();
        let folder = repository.tree(files);
        repository.tree(names.iter().map(|name| (name.as_str(), EntryKind::Tree, folder)).collect())
    });
    assert_eq!(error, "the bundle has more than 20000 files: name the folder of the policies");
}

#[test]
fn folders_that_multiply_end() {
    let error = refused(|repository| {
        let mut tree = repository.tree(vec![]);
        for _ in 0..30 {
            let names: Vec<String> = (0..10).map(|number| format!("d{number}")).collect();
            tree = repository.tree(names.iter().map(|name| (name.as_str(), EntryKind::Tree, tree)).collect());
        }
        tree
    });
    assert!(error.contains("more than 20000 files"), "{error}");
    let error = refused(|repository| {
        let mut tree = repository.tree(vec![("a.yaml", EntryKind::Blob, repository.blob(b""))]);
        for _ in 0..2_000 {
            tree = repository.tree(vec![("d", EntryKind::Tree, tree)]);
        }
        tree
    });
    assert!(error.ends_with("lies more than 32 folders deep"), "{error}");
}

#[test]
fn a_huge_file_is_refused_by_its_size() {
    let error = refused(|repository| {
        let huge = repository.blob(&vec![b' '; (16 << 20) + 1]);
        repository.tree(vec![("huge.yaml", EntryKind::Blob, huge)])
    });
    assert_eq!(error, "`huge.yaml` has more than 16777216 bytes: keep it out of the policies' folder");
}

#[test]
fn paths_that_leave_the_bundle_are_refused() {
    for name in ["..", ".git", ".GIT", "a\\b", "a\nb", "."] {
        let error = refused(|repository| {
            let file = repository.blob(b"a: 1\n");
            let folder = repository.tree(vec![("passwd", EntryKind::Blob, file)]);
            repository.tree(vec![(name, EntryKind::Tree, folder)])
        });
        assert!(error.contains("is no path of a bundle"), "{name}: {error}");
    }
    let error = refused(|repository| {
        let file = repository.blob(b"a: 1\n");
        repository.tree(vec![("x/../../etc/passwd", EntryKind::Blob, file)])
    });
    assert!(error.contains("is no path of a bundle"), "{error}");
}

#[test]
fn links_that_lead_out_are_refused_and_others_left_out() {
    for target in ["/etc/passwd", "../x", "a/../../x"] {
        let error = refused(|repository| {
            let link = repository.blob(target.as_bytes());
            repository.tree(vec![("link.yaml", EntryKind::Link, link)])
        });
        assert_eq!(error, format!("the link `link.yaml` leads out of the bundle, to `{target}`: remove it"));
    }
    let repository = Repository::new();
    let tree = repository.tree(vec![
        ("a.yaml", EntryKind::Blob, repository.blob(b"a: 1\n")),
        ("link.yaml", EntryKind::Link, repository.blob(b"./a.yaml")),
        ("module", EntryKind::Commit, repository.blob(b"")),
    ]);
    let commit = repository.commit_tree(&person("ana@example.com"), None, &[], tree);
    repository.name("refs/heads/main", commit);
    let bundle = read(&repository.reader(Some("main"), None), None).unwrap();
    assert_eq!(bundle.files().len(), 1);
    assert_eq!(bundle.provenance.left_out, ["`link.yaml` is a link", "`module` is a submodule"]);
}

#[test]
fn a_repository_that_misses_objects_is_an_error() {
    let error = refused(|repository| {
        let missing = gix::ObjectId::from_hex(b"1234567890123456789012345678901234567890").unwrap();
        repository.tree(vec![("a.yaml", EntryKind::Blob, missing)])
    });
    assert!(error.starts_with("the repository is broken: "), "{error}");
}
