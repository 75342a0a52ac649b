//! Our own rules: each finds a credential of its kind, and not what is cut short.

use std::collections::BTreeSet;

use sekisho_leak::{Detector, Limits, Origin, RuleSet};

use crate::draw::Draw;

const SAMPLES: &str = include_str!("../data/samples.txt");

struct Sample {
    rule: &'static str,
    path: &'static str,
    text: String,
}

fn samples() -> Vec<Sample> {
    let lines = SAMPLES.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let samples = lines.map(|line| {
        let mut parts = line.splitn(3, " | ");
        let [rule, path, template] = [(); 3].map(|()| parts.next().unwrap());
        Sample { rule, path, text: Draw::new(rule).fill(template).replace("\\n", "\n") }
    });
    samples.collect()
}

fn found(path: &str, text: &str) -> Vec<(String, usize)> {
    let detector = Detector::new(RuleSet::ours(), Limits::default()).unwrap();
    let leaks = detector.scan(Origin { path, commit: None }, text.as_bytes());
    leaks.iter().map(|leak| (leak.rule.id.to_string(), leak.secret.len())).collect()
}

#[test]
fn the_rules_can_be_read_as_those_of_others() {
    let text = include_str!("../../data/rules.toml");
    let set = RuleSet::read(text, &mut |path| Err(format!("no {path}"))).unwrap();
    assert_eq!(set.rules().len(), RuleSet::ours().rules().len());
    assert!(set.notes().is_empty());
    let ids: BTreeSet<_> = set.rules().iter().map(|rule| &rule.id).collect();
    assert_eq!(ids.len(), set.rules().len(), "two rules of one name");
    for rule in set.rules() {
        assert!(
            rule.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{}",
            rule.id
        );
        assert!(!rule.description.is_empty() && !rule.description.ends_with('.'), "{}", rule.id);
    }
}

#[test]
fn each_rule_finds_a_credential_of_its_kind() {
    let samples = samples();
    for sample in &samples {
        let found = found(sample.path, &sample.text);
        assert!(
            found.iter().any(|(rule, _)| rule == sample.rule),
            "{}: not in {:?}, which gave {found:?}",
            sample.rule,
            sample.text
        );
    }
    let covered: BTreeSet<_> = samples.iter().map(|sample| sample.rule).collect();
    let without: Vec<_> = RuleSet::ours()
        .rules()
        .iter()
        .filter(|rule| rule.regex().is_some() && !covered.contains(rule.id.as_str()))
        .collect();
    assert!(without.is_empty(), "rules without a sample: {without:?}");
}

#[test]
fn a_credential_of_one_issuer_is_told_once() {
    for sample in samples() {
        let found = found(sample.path, &sample.text);
        assert!(found.len() <= 2, "{}: {found:?}", sample.rule);
        assert!(
            sample.rule == "generic-credential" || found.iter().all(|(rule, _)| rule != "generic-credential"),
            "{}: {found:?}",
            sample.rule
        );
    }
}

#[test]
fn what_is_cut_short_is_no_credential() {
    // These take credentials of many lengths.
    const ANY_LENGTH: &[&str] = &[
        "argocd-token",
        "authorization-header",
        "curl-password",
        "generic-credential",
        "kubeconfig-token",
        "netrc-password",
        "npm-auth",
        "password-hash",
        "url-password",
        "vault-token",
    ];
    for sample in samples().into_iter().filter(|sample| !ANY_LENGTH.contains(&sample.rule)) {
        let detector = Detector::new(RuleSet::ours(), Limits::default()).unwrap();
        let origin = Origin { path: sample.path, commit: None };
        let leaks = detector.scan(origin, sample.text.as_bytes());
        let leak = leaks.iter().find(|leak| leak.rule.id == sample.rule).unwrap();
        let secret = std::str::from_utf8(leak.secret.reveal()).unwrap();
        let cut = sample.text.replace(secret, &secret[..secret.len() / 3]);
        let found = found(sample.path, &cut);
        assert!(found.iter().all(|(rule, _)| rule != sample.rule), "{}: in {cut:?}", sample.rule);
    }
}

#[test]
fn examples_and_placeholders_are_no_credentials() {
    for text in [
        "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
        "password: ${DATABASE_PASSWORD}",
        "password = \"{{ .Values.password }}\"",
        "token: <your token>",
        "api_key = your_api_key_goes_here",
        "secret: xxxxxxxxxxxxxxxxxxxx",
        "url: postgres://user:password@localhost/db",
        "url: postgres://user:$PASSWORD@localhost/db",
        "postgres://user@localhost/db",
        "secretName: database-credentials-tls",
        "passwordSecretRef:\n  name: some-secret-name",
        "token_endpoint: https://example.com/oauth2/token",
        "private_key_path = /etc/ssl/private/server.key",
        "Authorization: Bearer $TOKEN",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "-----BEGIN PUBLIC KEY-----",
        "docker pull ghcr.io/a/b@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "uid: 0b7c2cd5-2d3f-4d0f-9d27-7f1f4f8b61a5",
    ] {
        assert_eq!(found("a.yaml", text), [], "{text}");
    }
}

#[test]
fn a_file_is_known_by_its_name() {
    let detector = Detector::new(RuleSet::ours(), Limits::default()).unwrap();
    let at = |path| detector.scan_path(Origin { path, commit: None }).len();
    assert_eq!((at("certs/server.p12"), at("home/KEYS.JKS"), at("server.pem")), (1, 1, 0));
}
