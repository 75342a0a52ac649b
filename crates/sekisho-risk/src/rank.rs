//! The risk of each finding: how bad and how sure, weighed by what the subject lies open to and may do.

use std::collections::HashMap;

use sekisho_finding::{Confidence, Finding, Severity};
use sekisho_inventory::Inventory;
use sekisho_manifest::{ObjectRef, workload};

use crate::context::{Context, Factors};

/// Sets the risk of each finding.
pub fn weigh(findings: &mut [Finding], inventory: &Inventory) {
    let context = Context::new(inventory);
    let mut factors: HashMap<ObjectRef, Factors> = HashMap::new();
    for object in inventory.objects() {
        for pod in workload::pods(object) {
            let found = context.factors(&pod);
            factors.entry(object.reference()).and_modify(|known| *known = known.max(found)).or_insert(found);
        }
    }
    for finding in findings {
        let factor = factors.get(&finding.subject.object).map_or(1.0, Factors::product);
        finding.risk = rounded(severity(finding.severity) * confidence(finding.confidence) * factor);
    }
}

/// Sorts findings by the risk that they have: those that count first, then by risk, then by place.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        a.suppressed
            .is_some()
            .cmp(&b.suppressed.is_some())
            .then_with(|| b.risk.total_cmp(&a.risk))
            .then_with(|| b.severity.cmp(&a.severity))
            .then_with(|| a.rule.cmp(&b.rule))
            .then_with(|| {
                (a.location.source, a.location.span.start).cmp(&(b.location.source, b.location.span.start))
            })
            .then_with(|| a.location.field.cmp(&b.location.field))
    });
}

/// Three decimals: what lies behind them is no knowledge.
fn rounded(risk: f64) -> f64 {
    (risk * 1000.0).round() / 1000.0
}

/// Each step up weighs about three times the one below: one critical finding outranks three high ones.
fn severity(severity: Severity) -> f64 {
    match severity {
        Severity::Info => 0.3,
        Severity::Low => 1.0,
        Severity::Medium => 3.0,
        Severity::High => 10.0,
        Severity::Critical => 30.0,
    }
}

/// The share of findings of this confidence that we expect to be true.
fn confidence(confidence: Confidence) -> f64 {
    match confidence {
        Confidence::Low => 0.4,
        Confidence::Medium => 0.7,
        Confidence::High => 1.0,
    }
}
