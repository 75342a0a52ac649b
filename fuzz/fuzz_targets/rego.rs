//! Any text as a module, and if it compiles every document of it with a small input: a value, undefined or an
//! error, within the budget.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_rego::Memory;
use sekisho_rego::ast::RegoVersion;
use sekisho_rego::value::{Value, read_json};
use sekisho_rego::{Budget, Options, Request, Source, compile};

const INPUT: &str = r#"{"a": [1, 2, {"b": "x"}], "b": {"c": null, "d": [true]}, "x": "text", "n": 1.5}"#;

fuzz_target!(|text: &str| {
    let input = read_json(INPUT).unwrap_or_default();
    let data = Value::fields([("base", input.clone())]);
    for version in [RegoVersion::V0, RegoVersion::V1] {
        let source = Source { file: "fuzz.rego", text, version };
        let Ok(compiled) = compile(&[source], &Options { print: true, ..Options::default() }) else {
            continue;
        };
        let budget = Budget { steps: 20_000, memory: 4 << 20, depth: 200 };
        let request = Request { input: Some(&input), data: Some(&data), budget, ..Request::default() };
        if let Ok(query) = compiled.query("x = data") {
            let _ = compiled.ask(&query, &request, &mut Memory::new());
        }
    }
});
