//! What can be said of rules for events before any event is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use sekisho_falco::{Code, ItemKind, RemarkCode, Rule, Version};
use sekisho_finding::Location;
use sekisho_framework::{Layer, Mode, Phase, Tactic, control, framework};
use sekisho_manifest::{FieldPath, Source, Span};
use serde::Serialize;

use crate::policy::{Lint, LintKind, Origin};
use crate::watch::rules;

/// Types of events whose costs are shown.
const SHOWN_COSTS: usize = 10;

/// What was found in rules.
#[derive(Default)]
pub(crate) struct RuleLints {
    pub(crate) rules: usize,
    pub(crate) results: Vec<Lint>,
    pub(crate) costs: Vec<EventCost>,
    /// Rules that cannot be loaded.
    pub(crate) is_broken: bool,
}

/// What rules cost for events of a type, where every comparison is made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventCost {
    source: String,
    /// The type of events; empty where the source has none.
    event: String,
    rules: usize,
    comparisons: usize,
    weight: u64,
    heaviest: String,
    heaviest_weight: u64,
}

/// Lints rule files that are loaded together. `tested` are the names of rules that tests ask.
pub(crate) fn lint(files: &[PathBuf], tested: &BTreeSet<String>) -> Result<RuleLints> {
    let mut lints = RuleLints::default();
    if files.is_empty() {
        return Ok(lints);
    }
    let loaded = rules::compile(rules::texts(files, &[])?, &[]);
    let sources = &loaded.sources;
    for error in &loaded.refused {
        lints.add(LintKind::Error, "SIGMA", error.to_string(), error.span, sources);
    }
    for error in &loaded.elsewhere {
        lints.add(LintKind::Unused, "SIGMA_ELSEWHERE", error.to_string(), error.span, sources);
    }
    for message in &loaded.messages {
        let kind = match message.code {
            code if code.is_error() => LintKind::Error,
            Code::UnusedMacro | Code::UnusedList => LintKind::Unused,
            _ => LintKind::Warning,
        };
        let about = message.item.as_ref().map(|item| format!("{item}: ")).unwrap_or_default();
        lints.add(kind, message.code.name(), format!("{about}{}", message.text), message.span, sources);
    }
    let known = [
        (sekisho_audit::PLUGIN_NAME.to_owned(), version(sekisho_audit::PLUGIN_VERSION)),
        // What these give is built in.
        ("json".to_owned(), Version { major: 0, minor: u32::MAX, patch: 0 }),
        ("container".to_owned(), Version { major: 0, minor: u32::MAX, patch: 0 }),
        ("k8smeta".to_owned(), Version { major: 0, minor: u32::MAX, patch: 0 }),
    ];
    for missing in loaded.loader.missing_plugins(&known) {
        let text = format!("the rules require the plugin {missing}, whose fields are not known here");
        let place =
            sources.iter().zip(0..).find(|(source, _)| source.text.contains("required_plugin_versions"));
        let span = place.map(|(source, number)| {
            let at = source.text.find("required_plugin_versions").unwrap_or_default();
            let start = u32::try_from(at).unwrap_or_default();
            Span { source: sekisho_manifest::SourceId(number), start, end: start }
        });
        lints.add(LintKind::Warning, "RULE_PLUGIN_UNKNOWN", text, span.unwrap_or_default(), sources);
    }
    let Some(rules) = &loaded.rules else {
        lints.is_broken = true;
        return Ok(lints);
    };
    lints.is_broken = !loaded.refused.is_empty();
    lints.rules = rules.rules().count();
    for remark in sekisho_falco::remarks(&loaded.loader, rules, &sekisho_runtime::may_have) {
        let kind = match remark.code {
            RemarkCode::NeverFires => LintKind::NeverMatches,
            RemarkCode::Silenced | RemarkCode::Duplicate => LintKind::Shadowed,
            RemarkCode::EmptyException | RemarkCode::UselessException => LintKind::Unused,
            RemarkCode::Deprecated => LintKind::Warning,
        };
        let text = format!("{}: {}", remark.item, remark.text);
        lints.add(kind, remark.code.name(), text, remark.span, sources);
    }
    for rule in rules.rules() {
        for (tag, why) in rule.tags.iter().filter_map(|tag| Some((tag, doubt(tag)?))) {
            let text = format!("{}: the tag `{tag}` {why}", shown(rule));
            lints.add(LintKind::Warning, "RULE_TAG_UNKNOWN", text, rule.span, sources);
        }
        if !tested.contains(&rule.name) {
            let text = format!("{}: no test asks it", shown(rule));
            lints.add(LintKind::Untested, "RULE_UNTESTED", text, rule.span, sources);
        }
    }
    let names: BTreeSet<&str> = rules.rules().map(|rule| rule.source.as_str()).collect();
    for source in names {
        lints.costs.extend(rules.costs(source).into_iter().map(|cost| EventCost {
            source: source.to_owned(),
            event: cost.event.to_owned(),
            rules: cost.rules,
            comparisons: cost.comparisons,
            weight: cost.weight,
            heaviest: cost.heaviest.to_owned(),
            heaviest_weight: cost.heaviest_weight,
        }));
    }
    Ok(lints)
}

fn shown(rule: &Rule) -> String {
    sekisho_falco::Item { kind: ItemKind::Rule, name: rule.name.clone() }.to_string()
}

impl RuleLints {
    fn add(&mut self, kind: LintKind, code: &'static str, message: String, span: Span, sources: &[Source]) {
        let location = Location::at(span, FieldPath::root(), sources);
        let location = location.as_ref().map(Origin::of);
        self.results.push(Lint { kind, code: Some(code), message, location });
    }

    /// The costs as a table.
    pub(crate) fn write_costs(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        let mut by_source: BTreeMap<&str, Vec<&EventCost>> = BTreeMap::new();
        for cost in &self.costs {
            by_source.entry(&cost.source).or_default().push(cost);
        }
        for (source, costs) in by_source {
            writeln!(out, "cost of an event of `{source}` at most")?;
            writeln!(
                out,
                "  {:<20} {:>6} {:>12} {:>7}  heaviest rule",
                "type", "rules", "comparisons", "weight"
            )?;
            for cost in costs.iter().take(SHOWN_COSTS) {
                let event = if cost.event.is_empty() { "any" } else { &cost.event };
                writeln!(
                    out,
                    "  {event:<20} {:>6} {:>12} {:>7}  {} ({})",
                    cost.rules, cost.comparisons, cost.weight, cost.heaviest, cost.heaviest_weight
                )?;
            }
            if costs.len() > SHOWN_COSTS {
                writeln!(out, "  and {} more types, each lighter", costs.len() - SHOWN_COSTS)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

fn version(text: &str) -> Version {
    text.parse().unwrap_or(Version { major: 0, minor: 0, patch: 0 })
}

/// Why a tag is doubtful: it is written like one of a framework, which has no such thing.
fn doubt(tag: &str) -> Option<String> {
    if let Some((name, id)) = tag.split_once('/') {
        if name == "matrix" {
            let parts: Vec<&str> = id.split('/').collect();
            let fits = match parts[..] {
                [layer, phase, mode] => {
                    Layer::ALL.iter().any(|known| known.as_str() == layer)
                        && Phase::ALL.iter().any(|known| known.as_str() == phase)
                        && Mode::ALL.iter().any(|known| known.as_str() == mode)
                }
                _ => false,
            };
            return (!fits).then(|| "names no cell: write matrix/LAYER/PHASE/MODE".to_owned());
        }
        if name == "attack" {
            return (!is_technique(id))
                .then(|| "is no technique of ATT&CK: write attack/T1059.004".to_owned());
        }
        let framework = framework(name)?;
        return control(tag).is_none().then(|| format!("names no control of {}", framework.name));
    }
    if let Some(tactic) = tag.strip_prefix("mitre_") {
        let wanted = tactic.replace('_', "-");
        let is_known = TACTICS.iter().any(|known| known.as_str() == wanted)
            || matches!(wanted.as_str(), "reconnaissance" | "resource-development");
        return (!is_known).then(|| "is no tactic of ATT&CK".to_owned());
    }
    if let Some(level) = tag.strip_prefix("maturity_") {
        let is_known = matches!(level, "stable" | "incubating" | "sandbox" | "deprecated");
        return (!is_known)
            .then(|| "is no maturity: use maturity_stable, maturity_incubating, maturity_sandbox or maturity_deprecated".to_owned());
    }
    let is_numbered =
        tag.len() > 1 && tag.starts_with('T') && tag.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    (is_numbered && !is_technique(tag))
        .then(|| "is no technique of ATT&CK: write T1059 or T1059.004".to_owned())
}

const TACTICS: &[Tactic] = &[
    Tactic::InitialAccess,
    Tactic::Execution,
    Tactic::Persistence,
    Tactic::PrivilegeEscalation,
    Tactic::Stealth,
    Tactic::DefenseImpairment,
    Tactic::DefenseEvasion,
    Tactic::CredentialAccess,
    Tactic::Discovery,
    Tactic::LateralMovement,
    Tactic::Collection,
    Tactic::CommandAndControl,
    Tactic::Exfiltration,
    Tactic::Impact,
];

/// Whether a text is written as the number of a technique.
fn is_technique(text: &str) -> bool {
    let Some(number) = text.strip_prefix('T') else { return false };
    let (number, part) = number.split_once('.').unwrap_or((number, "001"));
    let is =
        |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is(number, 4) && is(part, 3)
}
