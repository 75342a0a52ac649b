//! Text as a rule file: whatever it is, there is a result, and its rules look at an event.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_falco::{Catalog, Evaluator, Event, Field, LoadBudget, Loader, Matching, Value};

struct Nothing(&'static str);

impl Event for Nothing {
    fn source(&self) -> &str {
        self.0
    }

    fn extract<'e>(&'e self, field: &Field, values: &mut Vec<Value<'e>>) -> bool {
        values.push(Value::Text(field.info.name.clone().into_bytes().into()));
        field.argument.is_none()
    }
}

fuzz_target!(|text: &str| {
    let budget = LoadBudget { condition_bytes: 1 << 14, condition_nodes: 2_000, ..LoadBudget::default() };
    let mut loader = Loader::new(Catalog::standard(), budget);
    for _ in 0..2 {
        let (result, rules) = loader.load(text);
        assert_eq!(result.has_errors(), rules.is_none());
        if let Some(rules) = rules {
            for source in ["syscall", "k8s_audit"] {
                let all = rules.matches(&mut Evaluator::new(), &Nothing(source), Matching::All);
                let first = rules.matches(&mut Evaluator::new(), &Nothing(source), Matching::First);
                let name = |matches: &[sekisho_falco::Match<'_>]| {
                    matches.first().map(|found| found.rule.name.clone())
                };
                assert_eq!(name(&all), name(&first));
            }
        }
    }
});
