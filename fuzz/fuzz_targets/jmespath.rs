//! An expression and its data: no panic, an end soon, and the same value when it is asked again. What is no
//! expression goes through the functions that read a format of their own.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_kyverno::{NoFacts, Settings};
use sekisho_kyverno::jmespath::{Expression, Surroundings};
use sekisho_kyverno::{Budget, Meter, Value};
use sekisho_manifest::{Format, SourceId, load};

/// Functions whose argument is a format.
const READERS: [&str; 12] = [
    "x509_decode(@)",
    "parse_yaml(@)",
    "parse_json(@)",
    "base64_decode(@)",
    "semver_compare('1.2.3', @)",
    "time_parse(@, '2021-01-02T15:04:05Z')",
    "time_parse('2006-01-02T15:04:05Z07:00', @)",
    "time_to_cron(@)",
    "image_normalize(@)",
    "regex_replace_all(@, 'abc', '$1')",
    "random(@)",
    "is_external_url(@)",
];

fn search(expression: &str, data: &Value) -> Option<Value> {
    let meter = Meter::new(Budget { work: 300_000, memory: 16 << 20, depth: 500 });
    let settings = Settings::default();
    Expression::compile(expression).ok()?.search(data, &Surroundings::new(&meter, &NoFacts, &settings)).ok()
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (expression, data) = text.split_once('\n').unwrap_or((&text, "{}"));
    let loaded = load(SourceId(0), data, Format::Json, &sekisho_manifest::Budget::default());
    let data = loaded.documents.first().map(|document| Value::from_node(&document.root)).unwrap_or_default();
    let value = search(expression, &data);
    assert_eq!(value.as_ref().map(Value::to_json), search(expression, &data).as_ref().map(Value::to_json));
    for reader in READERS {
        search(reader, &Value::from(text.as_ref()));
    }
});
