//! Kubeconfigs: contexts, credentials of every kind, and what is wrong with them.

use std::fs;
use std::path::Path;

use sekisho_cluster::{Access, Connection, Kubeconfig, Options};
use tempfile::TempDir;

use crate::server::{Answer, access, has, serve};

fn fault(text: &str, context: Option<&str>) -> String {
    let config = Kubeconfig::parse(text, Path::new("/nowhere"));
    config.and_then(|config| config.access(context)).expect_err("it cannot be used").to_string()
}

const TWO: &str = "\
contexts: [{name: dev, context: {cluster: c, user: u, namespace: shop}}, {name: ops, context: {cluster: x}}]
clusters: [{name: c, cluster: {server: 'https://10.0.0.1:6443/'}}]
users: [{name: u, user: {token: s3cr3t}}]
";

#[test]
fn a_context_is_chosen() {
    let config = Kubeconfig::parse(TWO, Path::new(".")).expect("a kubeconfig");
    let access = config.access(Some("dev")).expect("an access");
    assert_eq!(
        (access.server.as_str(), access.namespace.as_deref()),
        ("https://10.0.0.1:6443", Some("shop"))
    );
    assert!(!format!("{access:?}{config:?}").contains("s3cr3t"), "a credential is shown");
}

#[test]
fn what_cannot_be_used_is_said() {
    let known = "it has `dev`, `ops`";
    assert_eq!(
        fault(TWO, None),
        format!("the kubeconfig has no current context; name one with --context; {known}")
    );
    assert_eq!(fault(TWO, Some("x")), format!("there is no context `x` in the kubeconfig; {known}"));
    assert_eq!(
        fault(TWO, Some("ops")),
        "the context `ops` names the cluster `x`, which the kubeconfig does not have"
    );
    let with = |user: &str| TWO.replace("{token: s3cr3t}", user);
    for (user, message) in [
        ("{client-key-data: YQ==}", "has a certificate without its key, or a key without its certificate"),
        (
            "{auth-provider: {name: gcp}}",
            "has an `auth-provider`, which Kubernetes 1.26 took away; use `exec`",
        ),
        (
            "{exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}}",
            "has an `exec` of version",
        ),
        (
            "{client-certificate-data: '*', client-key-data: YQ==}",
            "has no Base64 in `client-certificate-data`",
        ),
    ] {
        let said = fault(&with(user), Some("dev"));
        assert!(said.contains(message), "{said}");
    }
    // The words of what is no YAML may be credentials.
    assert!(!fault("token: [s3cr3t", None).contains("s3cr3t"));
}

#[test]
fn files_are_merged_and_the_first_word_counts() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("config");
    fs::write(&path, TWO).expect("a file");
    let access = Access::find(Some(&path), Some("dev")).expect("an access");
    assert_eq!(access.context, "dev");
    assert!(Access::find(Some(&folder.path().join("none")), None).is_err());
}

fn ok() -> Answer {
    (200, "", "{}".to_owned())
}

#[test]
fn a_token_is_read_of_its_file_beside_the_kubeconfig() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("token"), "from-file\n").expect("a file");
    let (address, asked) = serve(vec![ok()]);
    let access = access(&address, "{tokenFile: token, token: other}", folder.path());
    Connection::new(&access, &Options::default()).expect("a connection").get("/").expect("an answer");
    assert!(has(&asked.lock().expect("a lock")[0], "authorization: Bearer from-file"));
}

#[test]
fn a_password_is_sent() {
    let (address, asked) = serve(vec![ok()]);
    let access = access(&address, "{username: jane, password: pw}", Path::new("."));
    Connection::new(&access, &Options::default()).expect("a connection").get("/").expect("an answer");
    assert!(has(&asked.lock().expect("a lock")[0], "authorization: Basic amFuZTpwdw=="));
}

#[cfg(unix)]
mod plugins {
    use super::*;

    /// A user whose credentials come from a script beside the kubeconfig.
    fn plugin(folder: &TempDir, script: &str) -> String {
        let path = folder.path().join("plugin");
        fs::write(&path, script).expect("a script");
        "{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: [PATH, token], env: [{name: WHO, \
         value: jane}], installHint: ask the platform team}}"
            .replace("PATH", &path.display().to_string())
    }

    const GOOD: &str = r#"cd "$(dirname "$0")"
echo x >> runs
echo "$KUBERNETES_EXEC_INFO" > told
echo "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"$WHO-$1-$(wc -l < runs | tr -d ' ')\"}}""#;

    #[test]
    fn a_plugin_gives_a_token_and_a_new_one_when_it_is_not_taken() {
        let folder = TempDir::new().expect("a folder");
        let user = plugin(&folder, GOOD);
        let (address, asked) = serve(vec![ok(), (401, "", String::new()), ok()]);
        let access = access(&address, &user, folder.path());
        let connection = Connection::new(&access, &Options::default()).expect("a connection");
        connection.get("/").expect("an answer");
        connection.get("/").expect("an answer with a new token");
        let asked = asked.lock().expect("a lock");
        let tokens = ["jane-token-1", "jane-token-1", "jane-token-2"];
        for (request, token) in asked.iter().zip(tokens) {
            assert!(has(request, &format!("authorization: Bearer {token}")), "{request:?}");
        }
        let told = fs::read_to_string(folder.path().join("told")).expect("what it was told");
        assert!(told.contains(r#""kind":"ExecCredential""#) && told.contains(r#""interactive":false"#));
    }

    #[test]
    fn a_plugin_that_fails_is_named_and_nothing_it_says_is_shown() {
        for (script, message) in [
            ("exit 3", "ended with exit status: 3"),
            ("echo s3cr3t", "gave no credential: it is no ExecCredential"),
            ("echo '{\"kind\":\"ExecCredential\"}'", "gave no credential: it has version ``"),
        ] {
            let folder = TempDir::new().expect("a folder");
            let user = plugin(&folder, script);
            let access = access("http://127.0.0.1:1", &user, folder.path());
            let error = Connection::new(&access, &Options::default()).expect_err("no credential").to_string();
            assert!(error.contains(message) && !error.contains("s3cr3t"), "{error}");
        }
        let folder = TempDir::new().expect("a folder");
        let access = access(
            "http://127.0.0.1:1",
            &plugin(&folder, "").replace("command: sh", "command: ./absent"),
            folder.path(),
        );
        let error = Connection::new(&access, &Options::default()).expect_err("no program").to_string();
        assert!(error.contains("cannot be run; ask the platform team"), "{error}");
    }
}
