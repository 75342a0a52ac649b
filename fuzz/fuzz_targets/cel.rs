//! A text as an expression of CEL, checked and unchecked: no panic, no hang, nothing past the budget, and the same
//! value each time.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use sekisho_cel::{Bindings, Budget, Environment, Nulls, Program, Type, Value};
use sekisho_manifest::{Budget as LoadBudget, Format, SourceId, load};

const OBJECT: &str = "{metadata: {name: shop, labels: {app: a, env: prod}}, spec: {replicas: 3, ratio: 1.5, \
    containers: [{name: a, image: 'r.io/a:1', ports: [80, 443]}, {name: b, args: [x, y]}], at: \
    '2024-01-02T03:04:05Z', size: 100Mi, address: 10.0.0.1, none: null}}";

fn environment() -> &'static Environment {
    static ENVIRONMENT: OnceLock<Environment> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        Environment::kubernetes(37)
            .with_patch_types()
            .with_variable("object", Type::Dyn)
            .with_variable("texts", Type::list(Type::String))
            .with_variable("count", Type::Int)
    })
}

fn run(program: &Program) -> Option<String> {
    let loaded = load(SourceId::default(), OBJECT, Format::Yaml, &LoadBudget::default());
    let object = Value::from_node(&loaded.documents.first()?.root, Nulls::Absent);
    let texts = Value::list(vec!["a".into(), "b/c".into(), "10.0.0.0/8".into()]);
    let bindings = Bindings::new().with("object", object).with("texts", texts).with("count", 3);
    let mut budget = Budget { cost: 20_000, work: 100_000, memory: 1 << 20 };
    let outcome = program.evaluate(&bindings, &mut budget);
    assert!(budget.cost <= 20_000 && budget.work <= 100_000 && budget.memory <= 1 << 20);
    // Clocks and chance have no part in it, nor has the order of anything.
    Some(match outcome {
        Ok(value) => {
            value.to_node().map_or_else(|error| error.to_string(), |node| node.to_json().to_string())
        }
        Err(error) => error.to_string(),
    })
}

fuzz_target!(|text: &str| {
    if let Ok(program) = environment().compile(text) {
        assert!(program.estimated_cost().min <= program.estimated_cost().max);
        assert_eq!(run(&program), run(&program));
    }
    if let Ok(program) = environment().compile_unchecked(text) {
        run(&program);
    }
});
