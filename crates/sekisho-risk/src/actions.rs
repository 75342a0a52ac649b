//! Findings → actions: what one change, made wherever it is needed, takes away.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use sekisho_finding::{Finding, Rule, Safety};
use sekisho_manifest::ObjectRef;

use crate::Action;

/// The actions that the findings ask for, the one that removes most risk first. Findings with the same fix
/// make one action; those without a fix one for each rule, which then is a person's work. `targets` is what
/// the commands of the actions are to work on, as the user would type it.
pub fn actions(findings: &[Finding], rules: &[Rule], targets: &str) -> Vec<Action> {
    let remedies: HashMap<&str, &Cow<'static, str>> =
        rules.iter().map(|rule| (rule.id.as_ref(), &rule.remedy)).collect();
    // Only rules with a page of their own can be explained: policies and faults of files have none.
    let explained: HashSet<&str> =
        rules.iter().filter(|rule| !rule.manual.is_empty()).map(|rule| rule.id.as_ref()).collect();
    let mut groups: HashMap<(bool, &str), Group<'_>> = HashMap::new();
    let mut whole = 0.0;
    for finding in findings.iter().filter(|finding| finding.suppressed.is_none()) {
        whole += finding.risk;
        let key = match &finding.fix {
            Some(fix) if !fix.by_hand => (true, fix.description.as_ref()),
            // No program makes it, and yet it is another for each: upgrades.
            Some(fix) if fix.edits.is_empty() => (false, fix.description.as_ref()),
            _ => (false, finding.rule.as_ref()),
        };
        groups.entry(key).or_default().add(finding);
    }
    let mut actions: Vec<Action> = groups
        .into_iter()
        .map(|((fixable, name), group)| {
            let rules: Vec<Cow<'static, str>> = group.rules.into_iter().cloned().collect();
            let slugs = rules.join(",");
            let description = if fixable {
                group.description.cloned().unwrap_or_default()
            } else {
                remedies.get(name).map_or_else(|| Cow::Owned(name.to_owned()), |remedy| (*remedy).clone())
            };
            let command = if fixable {
                let risky = if group.risky { " --unsafe" } else { "" };
                Some(format!("sekisho fix {targets} --only {slugs}{risky} --write"))
            } else {
                explained.contains(name).then(|| format!("sekisho explain {slugs}"))
            };
            Action {
                description,
                rules,
                objects: group.objects.len(),
                findings: group.findings,
                risk: group.risk,
                share: if whole > 0.0 { group.risk / whole } else { 0.0 },
                command,
                automatic: fixable && !group.risky,
            }
        })
        .collect();
    actions.sort_by(|a, b| {
        b.risk
            .total_cmp(&a.risk)
            .then_with(|| b.findings.cmp(&a.findings))
            .then_with(|| a.description.cmp(&b.description))
            .then_with(|| a.rules.cmp(&b.rules))
    });
    actions
}

/// The findings that one change clears.
#[derive(Default)]
struct Group<'f> {
    description: Option<&'f Cow<'static, str>>,
    rules: BTreeSet<&'f Cow<'static, str>>,
    objects: HashSet<&'f ObjectRef>,
    findings: usize,
    risk: f64,
    risky: bool,
}

impl<'f> Group<'f> {
    fn add(&mut self, finding: &'f Finding) {
        self.rules.insert(&finding.rule);
        self.objects.insert(&finding.subject.object);
        self.findings += 1;
        self.risk += finding.risk;
        if let Some(fix) = &finding.fix {
            self.description = Some(&fix.description);
            self.risky |= fix.safety == Safety::Unsafe;
        }
    }
}
