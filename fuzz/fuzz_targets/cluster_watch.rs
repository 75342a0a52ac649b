//! Any bytes as a watch of the API server: cut into events or refused, the same wherever the bytes part.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use sekisho_cluster::{EventKind, Frames, Left};

const LEAVE: &[Left] = &[&["metadata", "managedFields"], &["b", "*", "c"]];
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

fn events(input: impl Read) -> (Vec<(EventKind, Vec<u8>)>, bool) {
    let mut frames = Frames::new(input, LEAVE, LIMIT);
    let (mut events, mut object) = (Vec::new(), Vec::new());
    loop {
        match frames.next_event(&mut object) {
            Ok(Some(kind)) => {
                assert!(!object.is_empty(), "an event has an object");
                events.push((kind, object.clone()));
            }
            Ok(None) => return (events, true),
            Err(_) => return (events, false),
        }
    }
}

fuzz_target!(|data: &[u8]| {
    assert_eq!(events(data), events(Slowly(data)), "it matters where the bytes part");
});
