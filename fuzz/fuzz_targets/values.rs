//! Texts as quantities, durations and selectors: no panic, and what is printed reads back as what it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_manifest::selector::Selector;
use sekisho_manifest::{Duration, Quantity};

fuzz_target!(|text: &str| {
    if let Ok(quantity) = text.parse::<Quantity>() {
        let printed = quantity.to_string();
        assert_eq!(printed.parse(), Ok(quantity), "{text}");
        let other = Quantity::from_milli(1_500);
        if let Some(sum) = quantity.checked_add(other) {
            assert!(sum > quantity);
            assert_eq!(sum.checked_sub(other), Some(quantity));
        }
    }
    if let Ok(duration) = text.parse::<Duration>() {
        assert_eq!(duration.to_string().parse(), Ok(duration), "{text}");
    }
    if let Ok(selector) = text.parse::<Selector>() {
        assert_eq!(selector.to_string().parse(), Ok(selector.clone()), "{text}");
        let labels = [("a", "b"), ("in", "5")];
        assert!(!selector.matches(&labels[..]) || selector.is_satisfiable(), "{text}");
    }
});
