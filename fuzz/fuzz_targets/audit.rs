//! Bytes as an audit log: whatever they are, lines are cut, and every field of every event has a value or none.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sekisho_audit::{Budget, Lines, Parser, SOURCE, catalog};
use sekisho_falco::{Event as _, Field};

static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let catalog = catalog();
    let infos = catalog.fields(SOURCE).map(|info| std::sync::Arc::new(info.clone()));
    let arguments =
        [None, Some(&b"0"[..]), Some(b"a.b"), Some(b"/a/0"), Some(b"hour:a"), Some(b"requestObject")];
    infos
        .flat_map(|info| {
            arguments.map(|argument| Field {
                kind: info.kind,
                info: info.clone(),
                argument: argument.map(<[u8]>::to_vec),
            })
        })
        .collect()
});

fuzz_target!(|bytes: &[u8]| {
    let budget = Budget { bytes: 1 << 16, depth: 50, values: 5_000 };
    let mut lines = Lines::new(&budget);
    let mut parser = Parser::new(budget);
    let mut each = |line: Result<&[u8], _>| {
        let Ok(line) = line else { return };
        let _ = parser.each(line, &mut |_| {});
        let Ok(parsed) = parser.parse(line) else { return };
        let mut compact = String::new();
        parsed.root().write_compact(&mut compact);
        assert!(compact.len() <= line.len());
        parsed.events(&mut |event| {
            let Ok(event) = event else { return };
            let mut values = Vec::new();
            for field in FIELDS.iter() {
                values.clear();
                event.extract(field, &mut values);
            }
        });
    };
    let (front, back) = bytes.split_at(bytes.len() / 2);
    lines.feed(front, &mut each);
    lines.feed(back, &mut each);
    lines.finish(&mut each);
});
