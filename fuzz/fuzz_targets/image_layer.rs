//! Layers: whatever the bytes, the end comes with entries or an error, within the budget.

#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use sekisho_oci::budget::Budget;
use sekisho_oci::layer::{Expected, LayerReader};

fuzz_target!(|bytes: &[u8]| {
    let budget = Budget { bytes: 4 << 20, file_bytes: 1 << 20, entries: 1_000, ..Budget::default() };
    let Ok(mut layer) = LayerReader::new(bytes, Expected::default(), budget) else { return };
    while let Ok(Some(entry)) = layer.next_entry() {
        let mut content = Vec::new();
        if layer.read_to_end(&mut content).is_ok() && entry.fault.is_none() {
            assert_eq!(content.len() as u64, entry.size);
        }
    }
    let _ = layer.finish();
});
