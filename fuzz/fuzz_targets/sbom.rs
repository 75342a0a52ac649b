//! Bytes as bills of materials of every format, written in every format and read again: no panic and no hang.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_sbom::{Budget, Format, difference, looks_like_bill, read, write};

fuzz_target!(|bytes: &[u8]| {
    let budget = Budget { bytes: 1 << 16, nodes: 10_000, packages: 200, ..Budget::default() };
    let _ = looks_like_bill(bytes);
    let Ok(bill) = read(bytes, &budget) else { return };
    for format in Format::ALL {
        let text = write(&bill, format);
        let Ok(again) = read(text.as_bytes(), &Budget::default()) else {
            // Some characters of JSON stand in no XML, nor in a line of tag-value.
            continue;
        };
        let _ = difference(&bill.contents, &again.contents);
    }
});
