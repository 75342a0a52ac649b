//! Text as YARA rules: whatever it is, it compiles or says why not, and what compiles is held against bytes within its budget.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_yara::{Rules, Subject};

fuzz_target!(|input: (&str, &[u8])| {
    let (text, bytes) = input;
    let condition = format!("rule r {{ strings: $a = \"ab\" nocase $b = {{ 61 [1-3] 62 }} $c = /a.{{1,3}}b/ condition: {text} }}");
    for text in [text, &condition] {
        if let Ok(rules) = Rules::compile(&[text]) {
            let _ = rules.scan(&Subject { path: "opt/tool", bytes });
        }
    }
});
