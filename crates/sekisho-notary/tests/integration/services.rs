//! Keys that services hold, asked over loopback: AWS's by signed requests, Vault's with a token.

use std::collections::BTreeMap;
use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER};
use ring::hmac;
use sekisho_notary::{NotaryError, ServiceKey, Services, Surroundings};
use sekisho_signature::algorithm::{Hash, Signed};
use sekisho_signature::secret::{NewKey, PrivateKey, SigningKey};
use serde_json::{Value, json};

use crate::server::{Question, serve};

const SECRET: &str = "the secret";
const BYTES: &[u8] = b"what is signed";
const ARN: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn key(first: u8) -> PrivateKey {
    NewKey::unsealed(&[first; 32]).expect("a key")
}

fn surroundings(pairs: &[(&str, &str)]) -> Surroundings {
    let variables: BTreeMap<String, String> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Surroundings { variables, vault_token: None }
}

fn message_of(result: Result<ServiceKey, NotaryError>) -> String {
    result.err().map(|error| error.to_string()).expect("an error")
}

/// Whether a request is signed with the secret: worked out anew, header by header.
fn is_signed(question: &Question) -> bool {
    let Some(authorization) = question.headers.get("authorization") else { return false };
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(&format!("{name}=")).expect("a part");
        rest.split(',').next().expect("a value").to_owned()
    };
    let (scope, names, signature) = (part("Credential"), part("SignedHeaders"), part("Signature"));
    let scope: Vec<&str> = scope.splitn(2, '/').collect();
    assert_eq!(scope[0], "AKID");
    for needed in ["content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"] {
        assert!(names.split(';').any(|name| name == needed), "{needed} is not signed");
    }
    let headers: String =
        names.split(';').flat_map(|name| [name, ":", &question.headers[name], "\n"]).collect();
    let body = HEXLOWER.encode(&Hash::Sha256.of(&question.body));
    let canonical = format!("{}\n{}\n\n{headers}\n{names}\n{body}", question.method, question.path);
    let text = format!(
        "AWS4-HMAC-SHA256\n{}\n{}\n{}",
        question.headers["x-amz-date"],
        scope[1],
        HEXLOWER.encode(&Hash::Sha256.of(canonical.as_bytes()))
    );
    let mut secret = format!("AWS4{SECRET}").into_bytes();
    for step in scope[1].split('/') {
        secret = mac(&secret, step);
    }
    HEXLOWER.encode(&mac(&secret, &text)) == signature
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// AWS's service with a key; `signer` is the one that it signs with.
fn aws(shown: PrivateKey, signer: PrivateKey) -> String {
    serve(move |question| {
        if !is_signed(question) {
            return (403, json!({ "__type": "InvalidSignatureException" }).to_string());
        }
        let asked: Value = serde_json::from_slice(&question.body).expect("a question");
        assert_eq!(asked["KeyId"], ARN);
        match question.headers["x-amz-target"].as_str() {
            "TrentService.GetPublicKey" => {
                let key = BASE64.encode(shown.public_key().info());
                (200, json!({ "PublicKey": key, "KeyUsage": "SIGN_VERIFY" }).to_string())
            }
            "TrentService.Sign" => {
                assert_eq!(
                    (&asked["MessageType"], &asked["SigningAlgorithm"]),
                    (&"DIGEST".into(), &"ECDSA_SHA_256".into())
                );
                assert_eq!(asked["Message"], BASE64.encode(&Hash::Sha256.of(BYTES)));
                let signature = BASE64.encode(&signer.sign(BYTES).expect("a signature"));
                (200, json!({ "Signature": signature }).to_string())
            }
            other => panic!("{other}"),
        }
    })
}

fn aws_surroundings(address: &str, secret: &str) -> Surroundings {
    surroundings(&[
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", secret),
        ("AWS_SESSION_TOKEN", "the token"),
        ("AWS_ENDPOINT_URL_KMS", address),
    ])
}

#[test]
fn a_key_of_aws_signs() {
    let address = aws(key(7), key(7));
    let name = format!("awskms:///{ARN}");
    let services = Services::new();
    let found = ServiceKey::find(&services, &name, &aws_surroundings(&address, SECRET)).expect("a key");
    let signature = found.sign(BYTES).expect("a signature");
    assert_eq!(found.public_key(), key(7).public_key());
    found.public_key().verify(Signed::Bytes(BYTES), &signature).expect("a signature that holds");
    let refused = ServiceKey::find(&services, &name, &aws_surroundings(&address, "another secret"));
    assert!(message_of(refused).contains("InvalidSignatureException"));
}

/// What the service gives is no signature until it is one by the key that was shown.
#[test]
fn a_signature_by_another_key_is_refused() {
    let address = aws(key(7), key(8));
    let services = Services::new();
    let found = ServiceKey::find(&services, &format!("awskms:///{ARN}"), &aws_surroundings(&address, SECRET));
    let error = found.expect("a key").sign(BYTES).expect_err("no signature");
    assert!(error.to_string().contains("no signature by the key"), "{error}");
}

#[test]
fn names_of_aws_are_held_to_their_form() {
    let find = |name: &str, pairs: &[(&str, &str)]| {
        message_of(ServiceKey::find(&Services::new(), name, &surroundings(pairs)))
    };
    for name in [
        "awskms://1234abcd-12ab-34cd-56ef-1234567890ab",
        "awskms:///",
        "awskms:///alias/",
        "awskms:///alias/a b",
        "awskms://user@host/alias/a",
        "awskms:///arn:aws:s3:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "awskms:///arn:aws:kms:eu-central-1:1:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ] {
        assert!(find(name, &[]).contains("names no key"), "{name}");
    }
    assert!(find("awskms:///alias/a", &[]).contains("AWS_REGION"));
    assert!(find("awskms:///alias/a", &[("AWS_REGION", "evil.example.com/")]).contains("AWS_REGION"));
    assert!(find("awskms:///alias/a", &[("AWS_REGION", "eu-west-1")]).contains("AWS_ACCESS_KEY_ID"));
    assert!(find("gcpkms://projects/a", &[]).contains("no others"));
}

/// Vault with the third version of a key.
fn vault(shown: PrivateKey, kind: &'static str) -> String {
    let shown = Arc::new(shown);
    serve(move |question| {
        if question.headers.get("x-vault-token").map(String::as_str) != Some("the token") {
            return (403, json!({ "errors": ["permission denied"] }).to_string());
        }
        assert_eq!(question.headers.get("x-vault-namespace").map(String::as_str), Some("team"));
        match (question.method.as_str(), question.path.as_str()) {
            ("GET", "/v1/engines/transit/keys/release") => {
                let old = key(1).public_key().to_pem();
                let new = match kind {
                    "ed25519" => BASE64.encode(&shown.public_key().info()[12..]),
                    _ => shown.public_key().to_pem(),
                };
                let keys = json!({ "1": { "public_key": old }, "3": { "public_key": new } });
                (200, json!({ "data": { "latest_version": 3, "keys": keys } }).to_string())
            }
            ("POST", path) => {
                let asked: Value = serde_json::from_slice(&question.body).expect("a question");
                let (place, input) = match kind {
                    "ed25519" => ("/v1/engines/transit/sign/release", BYTES.to_vec()),
                    _ => ("/v1/engines/transit/sign/release/sha2-256", Hash::Sha256.of(BYTES)),
                };
                assert_eq!((path, &asked["key_version"]), (place, &3.into()));
                assert_eq!(asked["input"], BASE64.encode(&input));
                assert_eq!(asked["prehashed"], kind != "ed25519");
                let signature = BASE64.encode(&shown.sign(BYTES).expect("a signature"));
                (200, json!({ "data": { "signature": format!("vault:v3:{signature}") } }).to_string())
            }
            other => panic!("{other:?}"),
        }
    })
}

fn edwards() -> PrivateKey {
    let pem = "-----BEGIN PRIVATE KEY-----\n\
               MC4CAQAwBQYDK2VwBCIEICoqKioqKioqKioqKioqKioqKioqKioqKioqKioqKioq\n\
               -----END PRIVATE KEY-----\n";
    PrivateKey::of_pem(pem, || None, Box::new(ring::rand::SystemRandom::new())).expect("a key")
}

#[test]
fn keys_of_vault_sign() {
    for (kind, make) in [("ecdsa-p256", (|| key(9)) as fn() -> PrivateKey), ("ed25519", edwards)] {
        let address = vault(make(), kind);
        let pairs = [
            ("VAULT_ADDR", address.as_str()),
            ("VAULT_TOKEN", "the token"),
            ("VAULT_NAMESPACE", "team"),
            ("TRANSIT_SECRET_ENGINE_PATH", "engines/transit"),
        ];
        let services = Services::new();
        let found =
            ServiceKey::find(&services, "hashivault://release", &surroundings(&pairs)).expect("a key");
        let signature = found.sign(BYTES).expect("a signature");
        make().public_key().verify(Signed::Bytes(BYTES), &signature).expect("a signature that holds");
        let left = Surroundings {
            vault_token: Some("the token\n".to_owned()),
            ..surroundings(&[pairs[0], pairs[2], pairs[3]])
        };
        ServiceKey::find(&services, "openbao://release", &left).expect("a key by the token of the file");
        let wrong = surroundings(&[pairs[0], ("VAULT_TOKEN", "wrong")]);
        let message = message_of(ServiceKey::find(&services, "hashivault://release", &wrong));
        assert!(message.contains("permission denied") && !message.contains("wrong"), "{message}");
    }
}

/// A token goes over TLS, or stays on this machine.
#[test]
fn a_token_is_not_sent_in_the_open() {
    let open = surroundings(&[("VAULT_ADDR", "http://vault.example.com:8200"), ("VAULT_TOKEN", "t")]);
    let message = message_of(ServiceKey::find(&Services::new(), "hashivault://release", &open));
    assert!(message.contains("no TLS"), "{message}");
    for name in ["hashivault://", "hashivault://a/b", "hashivault://-a", "hashivault://a?b"] {
        let message = message_of(ServiceKey::find(&Services::new(), name, &open));
        assert!(message.contains("names no key"), "{message}");
    }
}
