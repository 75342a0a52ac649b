//! Random and changed bytes: an error value at most, and never a verified result.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sekisho_signature::bundle::Bundle;
use sekisho_signature::certificate::Certificate;
use sekisho_signature::cosign;
use sekisho_signature::identity::glob_matches;
use sekisho_signature::log::Checkpoint;
use sekisho_signature::root::TrustedRoot;
use sekisho_signature::timestamp::{claimed_time, verify_timestamp};

proptest! {
    #[test]
    fn random_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Bundle::of_json(&bytes).is_err());
        prop_assert!(Certificate::of_der(&bytes).is_err());
        prop_assert!(claimed_time(&bytes).is_err());
        prop_assert!(verify_timestamp(&bytes, b"", &[]).is_err());
        prop_assert!(cosign::attestation_of_layer(&bytes, &BTreeMap::default()).is_err());
    }

    #[test]
    fn nested_lengths_are_refused(depth in 1_usize..20_000) {
        let bytes = [0x30, 0x80].repeat(depth);
        prop_assert!(Certificate::of_der(&bytes).is_err());
    }

    #[test]
    fn globs_take_bounded_time(glob in "[a*?]{0,40}", text in "a{0,60}") {
        let _ = glob_matches(&glob, &text);
    }
}

#[test]
fn globs_match_whole_texts() {
    assert!(glob_matches("https://github.com/team/*", "https://github.com/team/app"));
    assert!(!glob_matches("https://github.com/team/*", "x https://github.com/team/app"));
    assert!(glob_matches("*", ""));
    assert!(glob_matches("a?c", "abc"));
    assert!(!glob_matches("a?c", "ac"));
    assert!(!glob_matches("", "a"));
}

#[test]
fn too_much_is_refused_by_name() {
    let long = vec![b' '; (128 << 20) + 1];
    assert!(Bundle::of_json(&long).unwrap_err().to_string().contains("the limit"));
    let root = " ".repeat((4 << 20) + 1);
    assert!(TrustedRoot::of_json(&root).unwrap_err().to_string().contains("the limit"));
    let entries = r#"{"logIndex":"0","logId":{"keyId":""},"kindVersion":{"kind":"","version":""},"canonicalizedBody":""},"#.repeat(33);
    let bundle = format!(
        r#"{{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{{"publicKey":{{}},"tlogEntries":[{}]}},"messageSignature":{{"signature":"AAAA"}}}}"#,
        entries.trim_end_matches(',')
    );
    let said = Bundle::of_json(bundle.as_bytes()).unwrap_err().to_string();
    assert_eq!(said, "the bundle has more than 32 log entries, the limit");
}

#[test]
fn checkpoints_are_read_as_they_are_written() {
    let root = "dauhleYK4YyAdxwwDtR0l0KnSOWZdG2bwqHftlanvcI=";
    let signature = "\u{2014} log.example AAAAAAA=";
    let note = |size: &str| format!("log.example\n{size}\n{root}\n\n{signature}\n");
    assert_eq!(Checkpoint::of_note(&note("7")).unwrap().size, 7);
    for size in ["", "-1", "07", "1e3", "99999999999999999999999"] {
        assert!(Checkpoint::of_note(&note(size)).is_err(), "{size}");
    }
    assert!(Checkpoint::of_note(&format!("log.example\n7\n{root}\n")).is_err());
    assert!(Checkpoint::of_note(&format!("log.example\n7\n{root}\n\nno signature\n")).is_err());
}
