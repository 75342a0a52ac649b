//! Keys of every kind: what OpenSSL signed holds, what is signed here holds, and nothing else does.

use data_encoding::BASE64;
use proptest::prelude::*;
use ring::rand::SystemRandom;
use sekisho_signature::algorithm::{Hash, Signed};
use sekisho_signature::key::{KeyError, PublicKey};
use sekisho_signature::secret::{NewKey, PrivateKey, Randomness, SecretError, SigningKey};

const ARTIFACT: &[u8] = include_bytes!("../data/artifact.txt");

/// A kind of key: its private and public half, and signatures that OpenSSL made with it.
macro_rules! kind {
    ($name:literal, $($signature:literal),+) => {
        (
            include_str!(concat!("../data/", $name, ".pem")),
            include_str!(concat!("../data/", $name, ".pub")),
            &[$(include_str!(concat!("../data/", $signature, ".sig"))),+] as &[&str],
        )
    };
}

const KINDS: [(&str, &str, &[&str]); 5] = [
    kind!("p256", "p256"),
    kind!("p384", "p384", "p384-sha256"),
    kind!("p521", "p521"),
    kind!("ed25519", "ed25519"),
    kind!("rsa", "rsa", "rsa-pss"),
];

pub(crate) fn private(text: &str) -> PrivateKey {
    PrivateKey::of_pem(text, || None, Box::new(SystemRandom::new())).unwrap()
}

#[test]
fn signatures_of_openssl_hold() {
    for (_, public, signatures) in KINDS {
        let key = PublicKey::of_pem(public).unwrap();
        for signature in signatures {
            let signature = BASE64.decode(signature.as_bytes()).unwrap();
            key.verify(Signed::Bytes(ARTIFACT), &signature).unwrap();
            assert_eq!(key.verify(Signed::Bytes(b"else"), &signature), Err(KeyError::Mismatch));
        }
    }
}

#[test]
fn own_signatures_hold_under_the_own_key_alone() {
    let keys: Vec<_> = KINDS.iter().map(|(text, ..)| private(text)).collect();
    for (at, key) in keys.iter().enumerate() {
        let signature = key.sign(ARTIFACT).unwrap();
        for (other, candidate) in keys.iter().enumerate() {
            let held = candidate.public_key().verify(Signed::Bytes(ARTIFACT), &signature);
            assert_eq!(held.is_ok(), at == other);
        }
    }
}

#[test]
fn private_and_public_halves_belong_together() {
    for (text, public, _) in KINDS {
        assert_eq!(private(text).public_key().to_pem(), public);
        assert_eq!(PublicKey::of_pem(public).unwrap().to_pem(), public);
    }
    let sec1 = private(include_str!("../data/p256-sec1.pem"));
    assert_eq!(sec1.public_key().to_pem(), KINDS[0].1);
}

#[test]
fn a_digest_is_enough_where_the_key_signs_it() {
    let digest: [u8; 32] = Hash::Sha256.of(ARTIFACT).try_into().unwrap();
    let p256 = private(KINDS[0].0);
    let signature = p256.sign(ARTIFACT).unwrap();
    p256.public_key().verify(Signed::Sha256(digest), &signature).unwrap();
    let ed25519 = private(KINDS[3].0);
    let signature = ed25519.sign(ARTIFACT).unwrap();
    assert_eq!(ed25519.public_key().verify(Signed::Sha256(digest), &signature), Err(KeyError::NeedsBytes));
}

#[test]
fn encrypted_keys_need_their_password() {
    let random = Randomness { scalar: [7; 32], salt: [1; 32], nonce: [2; 24] };
    let new = NewKey::of_random(&random, b"secret").unwrap();
    let open = |password: Option<&str>| {
        let password = password.map(|text| text.as_bytes().to_vec());
        PrivateKey::of_pem(&new.private, || password, Box::new(SystemRandom::new()))
    };
    assert_eq!(open(Some("secret")).unwrap().public_key().to_pem(), new.public);
    let shown = |result: Result<PrivateKey, SecretError>| result.err().unwrap().to_string();
    assert_eq!(shown(open(Some("other"))), "the password is not the one of the key");
    assert_eq!(shown(open(None)), "the key is encrypted: give its password");
}

#[test]
fn keys_of_other_kinds_are_refused() {
    let no_key = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(PublicKey::of_pem(no_key), Err(KeyError::NoKey));
    assert_eq!(PublicKey::of_pem(""), Err(KeyError::NoKey));
    let long = "x".repeat(70_000);
    assert_eq!(PublicKey::of_pem(&long), Err(KeyError::TooLarge { limit: 65_536 }));
    // X25519, which agrees on keys and does not sign.
    let agreeing = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEAmFZ2DGqWMSt0ewOB8TBXcZW0SVFFAHeYC1qmBvb5tSg=\n-----END PUBLIC KEY-----\n";
    assert_eq!(PublicKey::of_pem(agreeing), Err(KeyError::Unsupported));
}

proptest! {
    #[test]
    fn no_changed_signature_holds(kind in 0_usize..5, place in 0_usize..600, bit in 0_u32..8) {
        let (_, public, signatures) = KINDS[kind];
        let mut signature = BASE64.decode(signatures[0].as_bytes()).unwrap();
        let length = signature.len();
        signature[place % length] ^= 1 << bit;
        let key = PublicKey::of_pem(public).unwrap();
        prop_assert!(key.verify(Signed::Bytes(ARTIFACT), &signature).is_err());
    }

    #[test]
    fn random_bytes_are_no_key(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = PublicKey::of_der(&bytes);
    }
}
