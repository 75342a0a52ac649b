//! Folders as sources.

use std::fs;
use std::os::unix::fs::symlink;

use sekisho_source::Budget;

use crate::support::{folder_reader, read, refusal, write};

#[test]
fn the_digest_is_that_of_the_listing_of_sha256sum() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("b.yaml", "two\n"), ("a/c.yaml", "one\n"), ("a.yaml", "")]);
    let bundle = read(&folder_reader(folder.path()), None).unwrap();
    let paths: Vec<&str> = bundle.files().iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["a.yaml", "a/c.yaml", "b.yaml"]);
    // find . -type f -printf '%P\n' | LC_ALL=C sort | xargs sha256sum | sha256sum
    assert_eq!(
        bundle.digest().as_str(),
        "sha256:53122cf6c7ddb5ae141d96c148bfe4a78ca7ac32c2ade9468dd49bec4ca708dd"
    );
}

#[test]
fn a_mounted_config_map_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("..2026_11/policy.yaml", "kind: X\n")]);
    symlink("..2026_11", folder.path().join("..data")).unwrap();
    symlink("..data/policy.yaml", folder.path().join("policy.yaml")).unwrap();
    let bundle = read(&folder_reader(folder.path()), None).unwrap();
    assert_eq!(bundle.files().len(), 1);
    assert_eq!(bundle.files()[0].path, "policy.yaml");
}

#[test]
fn links_that_lead_out_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a.yaml", "")]);
    symlink("/etc/hostname", folder.path().join("b.yaml")).unwrap();
    let refusal = refusal(&folder_reader(folder.path()), None);
    assert!(refusal.starts_with("the link `b.yaml` leads out of the bundle"), "{refusal}");
    fs::remove_file(folder.path().join("b.yaml")).unwrap();
    symlink("nowhere", folder.path().join("c.yaml")).unwrap();
    let bundle = read(&folder_reader(folder.path()), None).unwrap();
    assert_eq!(bundle.provenance.left_out, ["`c.yaml` is a link to nothing"]);
}

#[test]
fn owners_are_those_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[(".github/CODEOWNERS", "*.yaml @team\n"), ("a.yaml", ""), (".hidden/x.yaml", "")]);
    let bundle = read(&folder_reader(folder.path()), None).unwrap();
    assert_eq!(bundle.file("a.yaml").unwrap().origin.owners, ["@team"]);
    assert!(bundle.file(".hidden/x.yaml").is_none());
}

#[test]
fn limits_are_errors_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &[("a.yaml", "0123456789"), ("b.yaml", "0123456789"), ("c/d/e.yaml", "")]);
    let with = |budget: Budget| {
        let mut reader = folder_reader(folder.path());
        reader.options.budget = budget;
        refusal(&reader, None)
    };
    let whole = Budget::default();
    assert_eq!(
        with(Budget { file_bytes: 9, ..whole }),
        "`a.yaml` has more than 9 bytes: keep it out of the policies' folder"
    );
    assert!(with(Budget { bytes: 19, ..whole }).contains("more than 19 bytes"));
    assert!(with(Budget { files: 2, ..whole }).contains("more than 2 files"));
    assert!(with(Budget { depth: 1, ..whole }).contains("more than 1 folders deep"));
    let empty = tempfile::tempdir().unwrap();
    assert!(refusal(&folder_reader(empty.path()), None).starts_with("there is no file in"));
    assert!(refusal(&folder_reader(&empty.path().join("x")), None).starts_with("cannot read"));
}

#[test]
fn a_folder_cannot_show_who_approved() {
    let folder = tempfile::tempdir().unwrap();
    let charter = "apiVersion: sekisho/v1\nkind: PolicyBundle\nseparation:\n- paths: [prod]\n";
    write(folder.path(), &[("sekisho-bundle.yaml", charter)]);
    assert!(refusal(&folder_reader(folder.path()), None).contains("use a repository of git"));
}
