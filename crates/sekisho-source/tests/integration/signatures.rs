//! Signatures that `ssh-keygen` made, checked against allowed signers.

use std::fs;
use std::path::Path;

use sekisho_source::{AllowedSigners, verify_signature};

fn data(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/signatures").join(name))
        .unwrap()
}

fn said(signature: &str, content: &str, allowed: &str, time: i64) -> String {
    let allowed = AllowedSigners::read(allowed).unwrap();
    match verify_signature(Some(signature.as_bytes()), content.as_bytes(), time, &allowed) {
        Ok(signer) => signer,
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn every_kind_of_key_is_verified() {
    let allowed = data("allowed_signers");
    for kind in ["ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa"] {
        let signature = data(&format!("{kind}.sig"));
        assert_eq!(said(&signature, &data("content"), &allowed, 0), format!("{kind}@example.com"));
        assert_eq!(
            said(&signature, "another content", &allowed, 0),
            "error: its signature does not fit its content"
        );
    }
    let small = said(&data("small.sig"), &data("content"), &allowed, 0);
    assert_eq!(small, "error: its signature does not fit its content");
}

#[test]
fn a_signature_for_something_else_does_not_count() {
    let allowed = data("allowed_signers");
    let error = said(&data("file.sig"), &data("content"), &allowed, 0);
    assert_eq!(error, "error: its signature is made for `file`, not for git");
}

#[test]
fn only_allowed_keys_count_and_only_in_their_time() {
    let all = data("allowed_signers");
    let line = |kind: &str| all.lines().find(|line| line.starts_with(kind)).unwrap().to_owned();
    let (signature, content) = (data("ed25519.sig"), data("content"));
    let error = said(&signature, &content, &line("rsa"), 0);
    assert!(error.starts_with("error: its key SHA256:"), "{error}");
    let with = |options: &str| line("ed25519").replacen(' ', &format!(" {options} "), 1);
    let at = |options: &str, time: i64| said(&signature, &content, &with(options), time);
    let second = 1_767_225_600;
    assert_eq!(at("valid-after=20260101Z", second), "ed25519@example.com");
    assert!(at("valid-after=\"20260101Z\"", second - 1).ends_with("at the time of the commit"));
    assert!(at("valid-before=20260101Z", second).ends_with("at the time of the commit"));
    assert_eq!(at("namespaces=\"file,git\"", 0), "ed25519@example.com");
    assert!(at("namespaces=\"file\"", 0).starts_with("error: its key SHA256:"));
}

#[test]
fn other_kinds_of_signatures_are_named() {
    let allowed = data("allowed_signers");
    let pgp = "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----";
    assert!(said(pgp, "", &allowed, 0).contains("OpenPGP, which is not verified here"));
    let x509 = "-----BEGIN SIGNED MESSAGE-----\nMII=\n-----END SIGNED MESSAGE-----";
    assert!(said(x509, "", &allowed, 0).contains("X.509"));
    let allowed = AllowedSigners::read(&allowed).unwrap();
    assert_eq!(verify_signature(None, b"", 0, &allowed).unwrap_err().to_string(), "it is not signed");
}

#[test]
fn a_broken_signature_is_an_error() {
    let allowed = AllowedSigners::read(&data("allowed_signers")).unwrap();
    let whole = data("rsa.sig");
    for end in 0..whole.len() {
        assert!(verify_signature(Some(&whole.as_bytes()[..end]), b"x", 0, &allowed).is_err());
    }
    let huge = "A".repeat(1 << 20);
    assert!(verify_signature(Some(huge.as_bytes()), b"x", 0, &allowed).is_err());
}

#[test]
fn a_line_that_cannot_be_read_refuses_the_file() {
    for (text, part) in [
        ("", "there is none"),
        ("a@example.com cert-authority ssh-ed25519 AAAA", "`cert-authority` is not taken"),
        ("a@example.com whatever=1 ssh-ed25519 AAAA", "is no option"),
        ("a@example.com", "is no kind of key"),
        ("a@example.com ssh-ed25519 ???", "is no base64"),
        ("a@example.com ssh-ed25519 AAAA", "is not of the kind"),
        ("a@example.com valid-after=tomorrow ssh-ed25519 AAAA", "is no time"),
        ("\"a b", "a quote is not closed"),
    ] {
        let error = AllowedSigners::read(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}
