//! Text as rules of Sigma: whatever it is, there is a result, and rules without errors compile or say why not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_falco::{Evaluator, LoadBudget, Loader, Matching};
use sekisho_manifest::SourceId;
use sekisho_sigma::{Budget, Correlator, load};

const EVENT: &[u8] = br#"{"kind":"Event","stageTimestamp":"2026-01-02T03:04:05Z","verb":"create","user":{"username":"a"},
"sourceIPs":["10.0.0.1"],"objectRef":{"resource":"pods"},"requestObject":{"spec":{"a":[{"b":1},{"b":"x"}]}}}"#;

const HEAD: &str = "title: t\nlogsource: {product: kubernetes, service: audit}\ndetection:\n  ";

fuzz_target!(|text: &str| {
    let budget = Budget { comparisons: 500, ..Budget::default() };
    for text in [text.to_owned(), format!("{HEAD}{}", text.replace('\n', "\n  "))] {
        let file = load(SourceId(0), &text, &budget);
        let named: Vec<String> = file.correlations.iter().flat_map(|one| one.rules.clone()).collect();
        let mut correlator = Correlator::new(file.correlations);
        for (time, rule) in (0..).zip(&named) {
            correlator.take(rule, time, &|field| vec![field.to_owned()]);
        }
        for rule in file.rules {
            let rule = rule.into_rule("r".to_owned(), sekisho_audit::SOURCE);
            let (result, rules) =
                Loader::new(sekisho_audit::catalog(), LoadBudget::default()).add(vec![rule]);
            assert_eq!(result.has_errors(), rules.is_none());
            let Some(rules) = rules else { continue };
            let mut parser = sekisho_audit::Parser::default();
            let parsed = parser.parse(EVENT).expect("it is JSON");
            parsed.events(&mut |event| {
                let event = event.expect("it is an event");
                rules.matches(&mut Evaluator::new(), &event, Matching::All);
            });
        }
    }
});
