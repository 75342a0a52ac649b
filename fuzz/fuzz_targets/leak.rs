//! Any bytes as a file of rules, and any bytes looked through with our own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_leak::{Detector, Limits, Origin, RuleSet};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { leaks: 50, ..Limits::default() };
    if let Ok(ours) = Detector::new(RuleSet::ours(), limits) {
        for leak in ours.scan(Origin { path: "a.yaml", commit: None }, bytes) {
            assert!(leak.place.start <= leak.place.end && leak.place.end <= bytes.len());
            assert!(leak.place.line >= 1 && leak.place.column >= 1);
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (rules, looked_at) = text.split_once("\n---\n").unwrap_or((text, ""));
    if let Ok(set) = RuleSet::read(rules, &mut |_| Ok("[[rules]]\nid = 'x'\nregex = 'x'\n".to_owned()))
        && let Ok(detector) = Detector::new(&set, limits)
    {
        detector.scan(Origin::default(), looked_at.as_bytes());
    }
});
