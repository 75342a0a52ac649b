//! Text as a condition of a rule: no panic, and quoting goes both ways.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_falco::condition::{escape, parse, unescape};

fuzz_target!(|text: &str| {
    let _ = parse(text).map(|condition| condition.to_string());
    let escaped = escape(text.as_bytes());
    if escaped.starts_with('"') && !text.starts_with('"') {
        assert_eq!(unescape(escaped.as_bytes()).unwrap(), text.as_bytes());
    }
});
