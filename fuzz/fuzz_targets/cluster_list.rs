//! Any bytes as a list of the API server: cut into items or refused, each item within its limit, the same wherever
//! the bytes part, and JSON still where the list was JSON.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use sekisho_cluster::{Left, Splitter};

const LEAVE: &[Left] = &[&["a"], &["metadata", "managedFields", "*", "fieldsV1"], &["b", "*", "c"]];
const LIMIT: usize = 512;

/// Gives three bytes at a time.
struct Slowly<'t>(&'t [u8]);

impl Read for Slowly<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.len().min(out.len()).min(3);
        let (now, later) = self.0.split_at(count);
        out[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

fn items(input: impl Read) -> (Vec<Vec<u8>>, bool) {
    let mut splitter = Splitter::new(input, LEAVE, LIMIT);
    let (mut items, mut item) = (Vec::new(), Vec::new());
    loop {
        match splitter.next_item(&mut item) {
            Ok(true) => {
                assert!(item.len() <= LIMIT + 1_100_000, "an item is larger than it may be");
                items.push(item.clone());
            }
            Ok(false) => return (items, true),
            Err(_) => return (items, false),
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let whole = items(data);
    assert_eq!(whole, items(Slowly(data)), "it matters where the bytes part");
    if whole.1 && serde_json::from_slice::<serde_json::Value>(data).is_ok() {
        for item in &whole.0 {
            serde_json::from_slice::<serde_json::Value>(item).expect("an item of JSON is JSON");
        }
    }
});
