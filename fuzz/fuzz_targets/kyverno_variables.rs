//! Documents with variables over data that holds variables too: no panic, and an end soon; conditions with
//! the same texts on both sides.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_kyverno::context::{Context, ContextEntry};
use sekisho_kyverno::{NoFacts, Settings};
use sekisho_kyverno::jmespath::Surroundings;
use sekisho_kyverno::operators::Operator;
use sekisho_kyverno::variables::substitute;
use sekisho_kyverno::{Budget, Meter, Value, scalar};

const OPERATORS: [&str; 10] = [
    "Equals",
    "NotEquals",
    "In",
    "AnyIn",
    "AllIn",
    "NotIn",
    "AnyNotIn",
    "AllNotIn",
    "GreaterThan",
    "DurationLessThan",
];

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let parts: Vec<Value> = text.split('\n').map(Value::from).collect();
    let meter = Meter::new(Budget { work: 300_000, memory: 16 << 20, depth: 500 });
    let settings = Settings::default();
    let around = Surroundings::new(&meter, &NoFacts, &settings);
    let context = Context::new(&around);
    context.add_variable("a", parts.clone().into());
    let variable = [("value".into(), text.as_ref().into())].into_iter().collect::<Value>();
    let entry: Value = [("name".into(), "b".into()), ("variable".into(), variable)].into_iter().collect();
    context.declare(&ContextEntry::read_all(&vec![entry].into()).unwrap_or_default());
    let document: Value =
        parts.iter().map(|part| (part.as_str().unwrap_or("").into(), part.clone())).collect();
    let _ = substitute(&document, &context);
    let _ = substitute(&parts.clone().into(), &context);
    let (first, last) =
        (parts.first().cloned().unwrap_or_default(), parts.last().cloned().unwrap_or_default());
    for operator in OPERATORS.iter().filter_map(|name| Operator::parse(name)) {
        let _ = operator.holds(&first, &last, &meter);
        let _ = operator.holds(&parts.clone().into(), &last, &meter);
    }
    let pattern = last.as_str().unwrap_or("");
    let once = scalar::Pattern::new(pattern).matches(&first, &Meter::default());
    assert_eq!(once, scalar::matches_text(&first, pattern, &Meter::default()));
});
