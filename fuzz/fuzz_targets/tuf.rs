//! Metadata of The Update Framework, names of keys in devices, and signing configurations.

#![no_main]

use std::collections::BTreeMap;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use sekisho_signature::device::DeviceKeyName;
use sekisho_signature::parts::{key_of_edwards, key_of_point, signature_of_halves};
use sekisho_signature::signing_config::SigningConfig;
use sekisho_tuf::{Client, Keeper, Source, Trouble};

/// Every file is these bytes.
struct Same<'b>(&'b [u8]);

impl Source for Same<'_> {
    fn metadata(&self, _: &str, _: u64) -> Result<Option<Vec<u8>>, Trouble> {
        Ok(Some(self.0.to_vec()))
    }
}

struct Kept(BTreeMap<String, Vec<u8>>);

impl Keeper for Kept {
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, Trouble> {
        Ok(self.0.get(role).cloned())
    }

    fn keep(&mut self, role: &str, bytes: &[u8]) -> Result<(), Trouble> {
        self.0.insert(role.to_owned(), bytes.to_vec());
        Ok(())
    }
}

const ROOT: &[u8] = include_bytes!("../../crates/sekisho/data/public-good-tuf-root.json");

fuzz_target!(|bytes: &[u8]| {
    for root in [ROOT, bytes] {
        let mut kept = Kept(BTreeMap::from([("root".to_owned(), root.to_vec())]));
        if let Ok(mut client) = Client::new(&Same(bytes), &mut kept, Timestamp::UNIX_EPOCH) {
            let _ = client.refresh();
            let _ = client.find("a/b");
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = DeviceKeyName::parse(text);
        if let Ok(config) = SigningConfig::of_json(text) {
            let _ = config.logs(&[1, 2], Timestamp::UNIX_EPOCH);
        }
    }
    let (parameters, point) = bytes.split_at(bytes.len().min(10));
    let _ = key_of_point(parameters, point);
    let _ = key_of_edwards(bytes);
    let _ = signature_of_halves(bytes);
});
