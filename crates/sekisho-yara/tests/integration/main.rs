//! Rules and bytes in, names of rules out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod conditions;
mod elf;
mod hostile;
mod image;
mod pe;
mod reading;
mod strings;

use sekisho_yara::{Rules, Subject};

/// The rules of a text that hold of the bytes.
fn matches(rules: &str, bytes: &[u8]) -> Vec<String> {
    let rules = Rules::compile(&[rules]).unwrap_or_else(|(_, error)| panic!("{error}: {rules}"));
    let found =
        rules.scan(&Subject { path: "opt/tool.bin", bytes }).unwrap_or_else(|error| panic!("{error}"));
    found.into_iter().map(|found| found.rule.to_owned()).collect()
}

/// Whether a condition over these strings holds of the bytes.
fn holds(strings: &str, condition: &str, bytes: &[u8]) -> bool {
    let strings = if strings.is_empty() { String::new() } else { format!("strings: {strings}") };
    !matches(&format!("rule only {{ {strings} condition: {condition} }}"), bytes).is_empty()
}

/// What is wrong with a text.
fn wrong(rules: &str) -> String {
    Rules::compile(&[rules]).err().map(|(_, error)| error.to_string()).unwrap_or_default()
}
