//! Locations as users write them.

use sekisho_source::{GitLocation, Location, without_credentials};

fn git(text: &str) -> GitLocation {
    match Location::read(text).unwrap() {
        Location::Git(location) => location,
        other => panic!("{other:?}"),
    }
}

#[test]
fn repositories_are_named_with_reference_and_folder() {
    let location = git("git+https://example.com/team/policies.git@release/2#kubernetes/prod");
    assert_eq!(location.address, "https://example.com/team/policies.git");
    assert_eq!(location.reference.as_deref(), Some("release/2"));
    assert_eq!(location.folder, "kubernetes/prod");
    assert_eq!(location.to_string(), "git+https://example.com/team/policies.git@release/2#kubernetes/prod");
    let location = git("git+ssh://git@example.com/policies.git");
    assert_eq!(location.address, "ssh://git@example.com/policies.git");
    assert_eq!(location.reference, None);
    assert_eq!(git("git+file:///srv/policies.git@v1").address, "/srv/policies.git");
}

#[test]
fn credentials_are_not_shown() {
    let location = git("git+https://bot:secret@example.com/policies.git@main");
    assert_eq!(location.to_string(), "git+https://example.com/policies.git@main");
    assert_eq!(without_credentials("ssh://git@example.com/x"), "ssh://git@example.com/x");
    let error = Location::read("git+https://bot:secret@example.com@main").unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn clusters_and_folders_are_told_apart() {
    for text in ["configmap://policies", "configmap://policies?team=shop", "cluster://", "./policies"] {
        assert_eq!(Location::read(text).unwrap().to_string(), text);
    }
}

#[test]
fn what_is_no_location_is_an_error() {
    for (text, part) in [
        ("git+ftp://example.com/x", "https, ssh, http or from a path"),
        ("git+https://example.com", "no path behind the host"),
        ("git+https://example.com/x@-oProxyCommand=id", "no name of a branch"),
        ("git+https://example.com/x@a..b", "no name of a branch"),
        ("git+https://example.com/x@main#../..", "leaves the repository"),
        ("s3://example.com/x", "write `git+https"),
        ("oci://policies:v1", "name the registry and the repository"),
        ("oci://example.com/Not An Artifact", "names no artifact"),
        ("oci://example.com/x:v1#../y", "leaves the artifact"),
        ("configmap://", "name a namespace"),
        ("", "name a folder"),
    ] {
        let error = Location::read(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}
