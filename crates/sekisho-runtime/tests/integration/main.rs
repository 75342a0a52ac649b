//! What happens at run time: scenarios and captures in, alerts out.
#![cfg(test)]

mod alerts;
mod default_rules;
mod hostile;
mod judged;
mod state;

use sekisho_capture::{Budget, CaptureReader, Profile};
use sekisho_falco::{Catalog, LoadBudget, Loader, Matching, RuleSet};
use sekisho_runtime::{Alert, Scenario, Settings, Watcher};

/// The rules of a text.
fn rules(text: &str) -> RuleSet {
    let (result, rules) = Loader::new(Catalog::standard(), LoadBudget::default()).load(text);
    let errors: Vec<_> = result.errors().map(ToString::to_string).collect();
    rules.unwrap_or_else(|| panic!("{}", errors.join("; ")))
}

/// A rule that shows a text for every event that a condition holds for.
fn rule(condition: &str, output: &str) -> RuleSet {
    rules(&format!(
        "- rule: the rule\n  desc: a rule\n  condition: {condition}\n  output: '{output}'\n  priority: WARNING\n"
    ))
}

/// A watcher of which every rule tells.
fn watcher(rules: RuleSet) -> Watcher {
    Watcher::new(rules, Settings { matching: Matching::All, ..Settings::default() })
}

/// What a watcher finds in a scenario, which goes through a file.
fn watch(watcher: &mut Watcher, scenario: &str) -> Vec<Alert> {
    let scenario = Scenario::parse(scenario).unwrap_or_else(|error| panic!("{error}"));
    let capture = scenario.capture().unwrap();
    let mut reader = CaptureReader::new(&capture[..], Profile::Current, Budget::default()).unwrap();
    let mut alerts = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        alerts.extend(watcher.take(item));
    }
    alerts
}

/// What rules find in a scenario.
fn play(rules: RuleSet, scenario: &str) -> Vec<Alert> {
    watch(&mut watcher(rules), scenario)
}

/// What a text shows for every event of a scenario that a condition holds for.
fn shown(condition: &str, output: &str, scenario: &str) -> Vec<String> {
    play(rule(condition, output), scenario).into_iter().map(|alert| alert.output).collect()
}
