//! The form that is signed, and bytes that are no metadata.

use proptest::prelude::*;
use sekisho_tuf::canonical;
use serde_json::json;

use crate::repository::{Kept, Repository};

#[test]
fn the_form_is_the_one_that_all_sign() {
    let value = json!({ "b": [1, true, null, "a\"\\\n"], "a": { "é": -1, "z": {} } });
    let form = String::from_utf8(canonical(&value).expect("a form")).expect("text");
    assert_eq!(form, "{\"a\":{\"z\":{},\"é\":-1},\"b\":[1,true,null,\"a\\\"\\\\\n\"]}");
    assert_eq!(canonical(&json!({ "a": 1.5 })), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever stands in the place of a file, nothing breaks, and nothing of it is kept.
    #[test]
    fn other_bytes_are_an_error(file in 0..3_usize, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let name = ["timestamp.json", "1.snapshot.json", "1.targets.json"][file];
        let mut repository = Repository::usual(&[("a", b"bytes")]);
        let bytes = repository.files.get_mut(name).expect("a file");
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let mut kept = Kept::new();
        // A space is none of what is signed, and a signature in capitals is the same.
        if kept.refresh(&repository).is_ok() {
            let role = ["timestamp", "snapshot", "targets"][file];
            prop_assert_eq!(kept.version(role), Some(1));
        }
    }
}
