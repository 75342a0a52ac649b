//! Keys, certificates and timestamps as DER.

#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use sekisho_signature::certificate::{Certificate, Purpose, verify_chain, verify_inclusion_promises};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::{Authority, Validity};
use sekisho_signature::timestamp::{claimed_time, verify_timestamp};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(key) = PublicKey::of_der(bytes) {
        assert_eq!(PublicKey::of_info(key.info()).as_ref(), Ok(&key));
        assert_eq!(PublicKey::of_pem(&key.to_pem()).as_ref(), Ok(&key));
    }
    let _ = claimed_time(bytes);
    if let Ok(certificate) = Certificate::of_der(bytes) {
        let _ = certificate.identity();
        let at = Timestamp::UNIX_EPOCH;
        let chain = std::slice::from_ref(&certificate);
        for purpose in [Purpose::CodeSigning, Purpose::TimeStamping] {
            let _ = verify_chain(&certificate, chain, &certificate, at, purpose);
        }
        assert!(verify_inclusion_promises(&certificate, &certificate, &[]).is_err());
        let authority = Authority { uri: String::new(), chain: vec![certificate], valid: Validity::ALWAYS };
        assert!(verify_timestamp(bytes, b"", &[authority]).is_err());
    }
});
