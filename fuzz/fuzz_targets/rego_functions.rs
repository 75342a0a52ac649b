//! A function of Rego by its place in the list, and texts or JSON for its operands: a value or an error, soon, and
//! the same one again; and values that JSON has are read back as they are written.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_rego::functions::{BuiltinError, Call, Kept, Meter, World, all};
use sekisho_rego::value::{Value, read_json};

fn call(place: usize, operands: &[Value]) -> Option<Result<Value, BuiltinError>> {
    let builtin = all().nth(place)?;
    let mut meter = Meter::new(300_000, 8 << 20);
    let mut operands = operands.to_vec();
    operands.resize(builtin.arguments.len(), Value::Null);
    let world = World { now: 1_700_000_000_000_000_000, seed: 7, ..World::default() };
    Some((builtin.call)(&mut Call::new(&mut meter, &mut Kept::new(), world), &operands))
}

fuzz_target!(|bytes: &[u8]| {
    let Some((place, rest)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let operand = |text: &str| match text.strip_prefix('=') {
        Some(json) => read_json(json).unwrap_or_default(),
        None => Value::from(text),
    };
    let operands: Vec<Value> = text.split('\0').map(operand).collect();
    for operand in &operands {
        let written = operand.to_json();
        if operand.as_str().is_none() {
            assert_eq!(read_json(&written).ok().as_ref(), Some(operand), "{written}");
        }
        let _ = operand.to_string();
    }
    // What ends for want of budget may end elsewhere the second time: compiled expressions are kept.
    if let Some(Ok(value)) = call(usize::from(*place), &operands) {
        assert_eq!(call(usize::from(*place), &operands), Some(Ok(value)));
    }
});
