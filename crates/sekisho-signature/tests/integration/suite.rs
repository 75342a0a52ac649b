//! Cases of sigstore-conformance: each refusal has its own reason, and no changed evidence is verified. Where the data is
//! absent, nothing is tested here.

use std::fs;
use std::path::PathBuf;

use sekisho_signature::algorithm::Signed;
use sekisho_signature::bundle::Bundle;
use sekisho_signature::identity::{IdentityPattern, Pattern};
use sekisho_signature::root::TrustedRoot;
use sekisho_signature::verification::{Demands, Signers, VerifiedSigner, verify};
use serde_json::Value;

const REPOSITORY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("SEKISHO_SHARED").map(PathBuf::from);
    let shared =
        given.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")));
    Some(shared.join("conformance/sigstore-bundles")).filter(|path| path.is_dir())
}

struct Case {
    bundle: Vec<u8>,
    artifact: Vec<u8>,
    root: String,
}

impl Case {
    fn of(name: &str) -> Option<Self> {
        let data = folder()?;
        let cases = data.join("test/assets/bundle-verify");
        let own = |file: &str| fs::read(cases.join(name).join(file)).ok();
        let root = own("trusted_root.json")
            .unwrap_or_else(|| fs::read(data.join("public-good-trusted-root.json")).unwrap());
        Some(Self {
            bundle: own("bundle.sigstore.json").unwrap(),
            artifact: own("artifact").unwrap_or_else(|| fs::read(cases.join("a.txt")).unwrap()),
            root: String::from_utf8(root).unwrap(),
        })
    }

    fn judge_with(&self, bundle: &[u8], pattern: IdentityPattern) -> Result<VerifiedSigner, String> {
        let root = TrustedRoot::of_json(&self.root).map_err(|error| error.to_string())?;
        let bundle = Bundle::of_json(bundle).map_err(|error| error.to_string())?;
        let patterns = [pattern];
        verify(&bundle, Signed::Bytes(&self.artifact), &root, &Demands::usual(Signers::Identities(&patterns)))
            .map(|verified| verified.signer().clone())
            .map_err(|error| error.to_string())
    }

    fn judge(&self, bundle: &[u8]) -> Result<VerifiedSigner, String> {
        self.judge_with(bundle, pattern())
    }
}

fn pattern() -> IdentityPattern {
    IdentityPattern {
        subject: Some(Pattern::Glob(format!("{REPOSITORY}/*"))),
        issuer: Some(Pattern::Exact(ISSUER.to_owned())),
        ..IdentityPattern::default()
    }
}

#[test]
fn each_refusal_has_its_own_reason() {
    let reasons = [
        ("bundle-empty-certificate-chain_fail", "no certificate"),
        ("bundle-from-wrong-instance_fail", "is not one of the root of trust"),
        ("bundle-invalid-base64-signature_fail", "no base 64"),
        ("bundle-malformed-json_fail", "cannot be read"),
        ("bundle-negative-log-index_fail", "no whole number"),
        ("bundle-unknown-version_fail", "no media type"),
        ("bundle-with-root-cert_fail", "root certificate of its own"),
        ("checkpoint-bad-keyhint_fail", "no signature of the log"),
        ("checkpoint-wrong-roothash_fail", "checkpoint is one of another tree"),
        ("dsse-invalid-sig_fail", "the signature does not match"),
        ("dsse-mismatch-envelope_fail", "entry is one of other contents"),
        ("dsse-mismatch-sig_fail", "entry is one of another signature"),
        ("inclusion-proof-corrupted-hash_fail", "leads to another tree"),
        ("intoto-expired-certificate_fail", "the certificate is valid from 2030"),
        ("intoto-missing-inclusion-proof_fail", "no proof that its log holds it"),
        ("invalid-checkpoint-signature_fail", "signature of the log's checkpoint does not match"),
        ("invalid-ct-key_fail", "no trusted certificate log"),
        ("managed-key-no-key_fail", "no key is trusted"),
        ("message-digest-mismatch_fail", "its digest differs"),
        ("rekor2-checkpoint-missing-size_fail", "there is no size"),
        ("rekor2-no-timestamp_fail", "nobody who is trusted says when"),
        (
            "rekor2-timestamp-outside-trust-root-tsa-validity_fail",
            "does not count at the time of its timestamp",
        ),
        ("rekor2-timestamp-payload-mismatch_fail", "timestamp is one of other bytes"),
        ("rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", "nobody who is trusted says when"),
        ("rekor2-timestamp-with-incorrect-time_fail", "the certificate is valid from"),
        ("set-invalid-signature_fail", "the log's promise does not match"),
        ("trust-root-tlog-missing-validity-start_fail", "does not say from when on"),
        ("wrong-hashedrekord-cert-and-sig_fail", "entry is one of another signature"),
    ];
    for (name, reason) in reasons {
        let Some(case) = Case::of(name) else { return };
        let said = case.judge(&case.bundle).unwrap_err();
        assert!(said.contains(reason), "{name}: {said}");
    }
}

#[test]
fn what_is_verified_names_the_signer() {
    let Some(case) = Case::of("happy-path-v0.3") else { return };
    let VerifiedSigner::Identity(identity) = case.judge(&case.bundle).unwrap() else { panic!("a key") };
    assert_eq!(identity.issuer.as_deref(), Some(ISSUER));
    assert_eq!(identity.claims.get("sourceRepositoryURI").map(String::as_str), Some(REPOSITORY));
    assert_eq!(identity.names.len(), 1);
}

#[test]
fn other_identities_are_refused() {
    let Some(case) = Case::of("happy-path-v0.3") else { return };
    let other = |change: fn(&mut IdentityPattern)| {
        let mut pattern = pattern();
        change(&mut pattern);
        case.judge_with(&case.bundle, pattern).unwrap_err()
    };
    let exact = |text: &str| Some(Pattern::Exact(text.to_owned()));
    assert!(
        other(|pattern| pattern.issuer = Some(Pattern::Exact("https://other".into())))
            .contains("not who may sign")
    );
    assert!(
        other(|pattern| pattern.subject = Some(Pattern::Glob("https://github.com/other/*".into())))
            .contains("not who")
    );
    let mut claimed = pattern();
    claimed.claims.insert("sourceRepositoryRef".into(), exact("refs/heads/other").unwrap());
    assert!(case.judge_with(&case.bundle, claimed).is_err());
    let mut unknown = pattern();
    unknown.claims.insert("noSuchClaim".into(), Pattern::Glob("*".into()));
    assert!(case.judge_with(&case.bundle, unknown).is_err());
}

/// Every text of base 64 that stands at a place of evidence, with one bit changed in it, at several places.
#[test]
fn no_changed_evidence_is_verified() {
    let places = [
        "/messageSignature/signature",
        "/messageSignature/messageDigest/digest",
        "/verificationMaterial/certificate/rawBytes",
        "/verificationMaterial/tlogEntries/0/canonicalizedBody",
        "/verificationMaterial/tlogEntries/0/inclusionPromise/signedEntryTimestamp",
        "/verificationMaterial/tlogEntries/0/inclusionProof/rootHash",
        "/verificationMaterial/tlogEntries/0/inclusionProof/hashes/3",
        "/verificationMaterial/tlogEntries/0/logId/keyId",
    ];
    for name in ["happy-path-v0.3", "rekor2-happy-path"] {
        let Some(case) = Case::of(name) else { return };
        case.judge(&case.bundle).unwrap();
        let bundle: Value = serde_json::from_slice(&case.bundle).unwrap();
        for place in places {
            let Some(text) = bundle.pointer(place).and_then(Value::as_str) else { continue };
            let bytes = data_encoding::BASE64.decode(text.as_bytes()).unwrap();
            for at in (0..bytes.len()).step_by(bytes.len() / 40 + 1) {
                let mut changed_bytes = bytes.clone();
                changed_bytes[at] ^= 1;
                let mut changed = bundle.clone();
                *changed.pointer_mut(place).unwrap() = data_encoding::BASE64.encode(&changed_bytes).into();
                let judged = case.judge(changed.to_string().as_bytes());
                assert!(judged.is_err(), "{name}: {place}, byte {at}");
            }
        }
    }
}

#[test]
fn what_is_written_again_is_verified_again() {
    for name in ["happy-path-v0.2", "happy-path-v0.3", "rekor2-happy-path", "happy-path-intoto-in-dsse-v3"] {
        let Some(case) = Case::of(name) else { return };
        let written = Bundle::of_json(&case.bundle).unwrap().to_json();
        case.judge(written.as_bytes()).unwrap();
    }
}

#[test]
fn evidence_that_is_taken_away_refuses() {
    let Some(case) = Case::of("happy-path-v0.3") else { return };
    let bundle: Value = serde_json::from_slice(&case.bundle).unwrap();
    for (place, field) in [
        ("/verificationMaterial", "tlogEntries"),
        ("/verificationMaterial", "certificate"),
        ("/verificationMaterial/tlogEntries/0", "inclusionProof"),
        ("/verificationMaterial/tlogEntries/0", "inclusionPromise"),
        ("/verificationMaterial/tlogEntries/0", "integratedTime"),
        ("/verificationMaterial/tlogEntries/0/inclusionProof", "checkpoint"),
        ("", "messageSignature"),
        ("", "mediaType"),
    ] {
        let mut changed = bundle.clone();
        changed.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(field).unwrap();
        assert!(case.judge(changed.to_string().as_bytes()).is_err(), "{place}/{field}");
    }
}
