//! Text as YARA rules: whatever it is, it compiles or says why not, and what compiles is held against bytes within its budget.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_yara::{Rules, Subject};

/// Asks the modules that read programs for each of their parts.
const PROGRAMS: &str = r#"import "elf" import "pe" rule r { condition:
    elf.entry_point == 1 or elf.telfhash() == "" or elf.import_md5() == "" or elf.symtab[0].name == "x" or elf.dynamic[0].val == 1 or
    for any s in elf.sections : ( s.name == "" ) or for any s in elf.segments : ( s.type == 99 ) or
    pe.entry_point == 1 or pe.imphash() == "" or pe.exports("x") or pe.imports(pe.IMPORT_ANY, /x/, /y/) > 9 or pe.pdb_path == "x" or
    for any s in pe.sections : ( s.full_name == "x" ) or for any s in pe.signatures : ( s.serial == "x" ) or
    pe.resources[0].type_string == "x" or pe.version_info["x"] == "y" or pe.rich_signature.version(1) == 9 or
    pe.calculate_checksum() == 1 or pe.overlay.size == 1 }"#;

fuzz_target!(|input: (&str, &[u8])| {
    let (text, bytes) = input;
    let condition = format!("rule r {{ strings: $a = \"ab\" nocase $b = {{ 61 [1-3] 62 }} $c = /a.{{1,3}}b/ condition: {text} }}");
    for text in [text, &condition, PROGRAMS] {
        if let Ok(rules) = Rules::compile(&[text]) {
            let _ = rules.scan(&Subject { path: "opt/tool", bytes });
        }
    }
});
