//! Bytes as a capture, with and without a header before them: no panic, and what is read is written and read alike.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_capture::{Budget, CaptureReader, CaptureWriter, EventBuf, Item, Profile};

fn read(bytes: &[u8], profile: Profile) -> (Vec<EventBuf>, Vec<u8>) {
    let budget = Budget { total_bytes: 1 << 22, block_bytes: 1 << 20, ..Budget::default() };
    let mut writer = CaptureWriter::new(Vec::new()).unwrap();
    let mut events = Vec::new();
    if let Ok(mut reader) = CaptureReader::new(bytes, profile, budget) {
        loop {
            match reader.next_item() {
                Ok(None) => break,
                Ok(Some(item)) => {
                    writer.item(&item).unwrap();
                    if let Item::Event(event) = item {
                        events.push(EventBuf::from(event));
                    }
                }
                Err(_) => {}
            }
        }
    }
    (events, writer.finish().unwrap())
}

fuzz_target!(|bytes: &[u8]| {
    let mut whole = CaptureWriter::new(Vec::new()).unwrap().finish().unwrap();
    whole.extend(bytes);
    for input in [bytes, &whole] {
        for profile in [Profile::Current, Profile::Legacy] {
            let (events, written) = read(input, profile);
            let (again, same) = read(&written, Profile::Legacy);
            assert_eq!(events, again);
            assert_eq!(written, same);
        }
    }
});
