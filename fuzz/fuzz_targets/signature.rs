//! Bundles, envelopes, statements, checkpoints, layers of the older layout: read, written, and never verified.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use sekisho_signature::algorithm::Signed;
use sekisho_signature::bundle::{Bundle, log_entry_of_json};
use sekisho_signature::cosign;
use sekisho_signature::identity::IdentityPattern;
use sekisho_signature::image::Candidate;
use sekisho_signature::log::Checkpoint;
use sekisho_signature::root::TrustedRoot;
use sekisho_signature::secret::PrivateKey;
use sekisho_signature::statement::Statement;
use sekisho_signature::verification::{Demands, Signers, verify};

fuzz_target!(|bytes: &[u8]| {
    let patterns = [IdentityPattern::default()];
    let demands = Demands::usual(Signers::Identities(&patterns));
    if let Ok(bundle) = Bundle::of_json(bytes) {
        let again = Bundle::of_json(bundle.to_json().as_bytes());
        // What is written has the newest form, which asks for proofs.
        if let Ok(again) = again {
            assert_eq!(again.signature(), bundle.signature());
        }
        assert!(verify(&bundle, Signed::Bytes(bytes), &TrustedRoot::default(), &demands).is_err());
    }
    let _ = (log_entry_of_json(bytes), Statement::of_json(bytes));
    let digest = cosign::digest_of(bytes);
    let _ = cosign::check_payload(bytes, &digest);
    for media_type in [cosign::SIMPLE_SIGNING, cosign::ENVELOPE] {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let names = [cosign::SIGNATURE, cosign::CERTIFICATE, cosign::LOG_ENTRY, cosign::TIMESTAMP];
        for name in names {
            let mut annotations = BTreeMap::from([(cosign::SIGNATURE.to_owned(), "AAAA".to_owned())]);
            annotations.insert(name.to_owned(), text.clone());
            if let Some(Ok(candidate)) = Candidate::of_layer(media_type, bytes.to_vec(), &annotations) {
                assert!(candidate.verify(&digest, &TrustedRoot::default(), &demands).is_err());
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = (Checkpoint::of_note(text), TrustedRoot::of_json(text));
        let random = Box::new(ring::rand::SystemRandom::new());
        let _ = PrivateKey::of_pem(text, || None, random);
    }
});
