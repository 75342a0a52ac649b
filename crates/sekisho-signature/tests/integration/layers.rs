//! Signatures and attestations in the layout that cosign had before bundles.

use std::collections::BTreeMap;

use sekisho_signature::algorithm::Signed;
use sekisho_signature::cosign::{self, Kind};
use sekisho_signature::root::TrustedRoot;
use sekisho_signature::secret::SigningKey as _;
use sekisho_signature::signing::{sign_bytes, sign_statement};
use sekisho_signature::statement::Statement;
use sekisho_signature::verification::{Demands, Signers, VerificationError, verify};

use crate::keys::private;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const OTHER: &str = "sha256:ffff456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn of_image() -> [u8; 32] {
    let digits = DIGEST.split_once(':').unwrap().1;
    data_encoding::HEXLOWER.decode(digits.as_bytes()).unwrap().try_into().unwrap()
}

#[test]
fn tags_are_made_of_digests() {
    let digits = DIGEST.split_once(':').unwrap().1;
    assert_eq!(cosign::tag_of(DIGEST, Kind::Signature), format!("sha256-{digits}.sig"));
    assert_eq!(cosign::tag_of(DIGEST, Kind::Attestation), format!("sha256-{digits}.att"));
    assert_eq!(cosign::fallback_tag_of(DIGEST), format!("sha256-{digits}"));
}

#[test]
fn a_signature_goes_through_annotations_and_back() {
    let key = private(include_str!("../data/p256.pem"));
    let keys = [key.public_key().clone()];
    let demands = Demands { log: false, ..Demands::usual(Signers::Keys(&keys)) };
    let payload = cosign::payload_of("example.com/team/app", DIGEST);
    let annotations = cosign::annotations_of(&sign_bytes(&payload, &key, None).unwrap());
    let read = cosign::signature_of_layer(&annotations).unwrap();
    verify(&read, Signed::Bytes(&payload), &TrustedRoot::default(), &demands).unwrap();
    cosign::check_payload(&payload, DIGEST).unwrap();
    assert!(cosign::check_payload(&payload, OTHER).unwrap_err().to_string().contains("another image"));
    let refused = verify(&read, Signed::Bytes(b"{}"), &TrustedRoot::default(), &demands);
    assert!(matches!(refused, Err(VerificationError::Signature(_))));
}

#[test]
fn a_layer_without_signature_is_none() {
    assert!(cosign::signature_of_layer(&BTreeMap::new()).is_err());
    let empty = BTreeMap::from([(cosign::SIGNATURE.to_owned(), String::new())]);
    assert!(cosign::signature_of_layer(&empty).is_err());
    let broken = BTreeMap::from([(cosign::SIGNATURE.to_owned(), "%%%".to_owned())]);
    assert!(cosign::signature_of_layer(&broken).is_err());
    for payload in ["", "null", "{}", r#"{"critical":{"type":"x"}}"#] {
        assert!(cosign::check_payload(payload.as_bytes(), DIGEST).is_err(), "{payload}");
    }
}

#[test]
fn a_broken_annotation_refuses_the_layer() {
    let key = private(include_str!("../data/p256.pem"));
    let good = cosign::annotations_of(&sign_bytes(b"x", &key, None).unwrap());
    for name in [cosign::CERTIFICATE, cosign::LOG_ENTRY, cosign::TIMESTAMP] {
        let mut annotations = good.clone();
        annotations.insert(name.to_owned(), "broken".to_owned());
        assert!(cosign::signature_of_layer(&annotations).is_err(), "{name}");
    }
}

#[test]
fn an_attestation_is_about_its_image_alone() {
    let key = private(include_str!("../data/ed25519.pem"));
    let keys = [key.public_key().clone()];
    let demands = Demands { log: false, ..Demands::usual(Signers::Keys(&keys)) };
    let digits = DIGEST.split_once(':').unwrap().1;
    let statement = Statement::about("app", digits, "https://example.com/check", serde_json::json!({"n": 1}));
    let bundle = sign_statement(&statement, &key, None).unwrap();
    let read = sekisho_signature::bundle::Bundle::of_json(bundle.to_json().as_bytes()).unwrap();
    assert_eq!(read, bundle);
    let held = verify(&read, Signed::Sha256(of_image()), &TrustedRoot::default(), &demands).unwrap();
    assert_eq!(held.statement(), Some(&statement));
    let refused = verify(&read, Signed::Sha256([9; 32]), &TrustedRoot::default(), &demands);
    assert_eq!(refused, Err(VerificationError::OtherSubject));
    let logged = verify(
        &read,
        Signed::Sha256(of_image()),
        &TrustedRoot::default(),
        &Demands::usual(Signers::Keys(&keys)),
    );
    assert_eq!(logged, Err(VerificationError::NotLogged));
}
