//! What Docker, Podman and Kubernetes have on record, and whom it is for.

use data_encoding::BASE64;

use sekisho_registry::CredentialDocument;

use crate::server::{Reply, Server};
use crate::support::{Image, message, open_at, with_credentials};

/// Whether `user:pass` is sent for a repository of a server with what a document has on record; `HOST` stands for
/// the server.
fn is_sent(document: &str, repository: &str) -> bool {
    let image = Image::debian();
    let server = Server::start(move |_, request| match request.header("authorization") {
        Some(value) if value == format!("Basic {}", BASE64.encode(b"user:pass")) => image.serve(request),
        _ => Reply::status(401).with("WWW-Authenticate", "Basic realm=x"),
    });
    let port = server.host.rsplit(':').next().unwrap().to_owned();
    let document = document.replace("HOST", &server.host).replace("PORT", &port);
    open_at(&format!("{}/{repository}", server.host), with_credentials(&document)).is_ok()
}

const ENTRY: &str = r#"{"username":"user","password":"pass"}"#;

fn of(key: &str) -> String {
    format!(r#"{{"auths":{{"{key}":{ENTRY}}}}}"#)
}

#[test]
fn keys_are_hosts_patterns_and_paths() {
    for (key, expected) in [
        ("HOST", true),
        ("https://HOST", true),
        ("https://HOST/v1/", true),
        ("http://HOST/v2/", true),
        ("127.*.0.1:PORT", true),
        ("*.*.*.*:PORT", true),
        ("1?7.0.0.1:PORT", true),
        ("*:PORT", false),
        ("127.0.0.1", false),
        ("127.0.0.1:1", false),
        ("example.com", false),
        ("HOST/team", true),
        ("HOST/team/app", true),
        ("HOST/tea", false),
        ("HOST/team/app/more", false),
    ] {
        assert_eq!(is_sent(&of(key), "team/app"), expected, "{key}");
    }
}

#[test]
fn the_longest_path_counts() {
    let wrong = r#"{"username":"other","password":"wrong"}"#;
    let both = format!(r#"{{"auths":{{"HOST":{wrong},"HOST/team":{ENTRY}}}}}"#);
    assert!(is_sent(&both, "team/app"));
    assert!(!is_sent(&both, "other/app"));
}

#[test]
fn all_forms_are_read() {
    let auth = BASE64.encode(b"user:pass");
    let config = format!(r#"{{"auths":{{"HOST":{{"auth":"{auth}"}}}}}}"#);
    let old = r#"{"HOST":{"username":"user","password":"pass","email":"x@example.com"}}"#;
    assert!(is_sent(&config, "app"));
    assert!(is_sent(old, "app"));
    let plain = format!(
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{config}'\n"
    );
    assert!(is_sent(&plain, "app"));
    let padded = BASE64.encode(b"user:pass\0\0");
    assert!(is_sent(&format!(r#"{{"auths":{{"HOST":{{"auth":"{padded}"}}}}}}"#), "app"));
    // An empty entry marks that a helper has the credential.
    assert!(!is_sent(r#"{"auths":{"HOST":{}}}"#, "app"));
}

#[test]
fn pull_secrets_of_a_cluster_are_read() {
    let config = format!(r#"{{"auths":{{"example.com":{ENTRY}}}}}"#);
    for (key, text) in
        [(".dockerconfigjson", config), (".dockercfg", format!(r#"{{"example.com":{ENTRY}}}"#))]
    {
        let encoded = BASE64.encode(text.as_bytes());
        let secret = format!("apiVersion: v1\nkind: Secret\ndata:\n  {key}: {encoded}\n");
        assert!(CredentialDocument::parse(secret.as_bytes()).is_ok(), "{key}");
    }
    let other = message(CredentialDocument::parse(b"apiVersion: v1\nkind: Secret\ndata: {key: eA==}\n"));
    assert!(other.contains("kubernetes.io/dockerconfigjson"), "{other}");
}

/// Secrets are written by users of a cluster, and read by what runs with more rights than they have.
#[test]
fn pull_secrets_run_no_helpers() {
    let config = format!(
        r#"{{"auths":{{"HOST":{ENTRY}}},"credsStore":"of-the-cluster","credHelpers":{{"HOST":"of-the-cluster"}}}}"#
    );
    let secret = format!(
        "apiVersion: v1\nkind: Secret\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{config}'\n"
    );
    assert!(is_sent(&secret, "app"));
    assert!(!is_sent(&config, "app"), "a file of the user's own names one, and that is not there");
}

#[test]
fn what_is_broken_is_not_shown() {
    let text = r#"{"auths":{"example.com":{"auth":"c2VjcmV0"}}}"#;
    let said = message(CredentialDocument::parse(text.as_bytes()));
    assert_eq!(said, "the entry for `example.com` is broken");
    for text in ["", "no: [json", "[1]", r#"{"auths":{"x":"hunter2"}}"#] {
        let said = message(CredentialDocument::parse(text.as_bytes()));
        assert!(!said.contains("hunter2"), "{said}");
    }
    let document = CredentialDocument::parse(of("example.com").as_bytes()).unwrap();
    assert!(!format!("{document:?}").contains("pass\""));
}
