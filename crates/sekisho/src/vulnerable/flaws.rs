//! What is known to be wrong with packages, as bills of materials say it.

use std::collections::BTreeMap;

use anyhow::Result;
use sekisho_advisory::Rating;
use sekisho_advisory::vex::{Justification, Status as Said};
use sekisho_finding::Severity;
use sekisho_sbom::{Analysis, Bill, Flaw, Rating as Rated};
use sekisho_version::PackageUrl;
use sekisho_vulnerability::vex::Verdict;
use sekisho_vulnerability::{Vulnerability, assess};
use smol_str::ToSmolStr;

use super::{Judge, Wanted, severity};

/// What is known to be wrong with the packages of a bill, each with all that it concerns.
pub(crate) fn find(bill: &Bill, wanted: &Wanted) -> Result<Vec<Flaw>> {
    let judge = Judge::new(wanted)?;
    let within: Vec<PackageUrl> = bill.subject.iter().filter_map(|subject| subject.url.clone()).collect();
    let assessment = assess(&judge.found.database, &bill.contents);
    let mut flaws: BTreeMap<String, Flaw> = BTreeMap::new();
    for vulnerability in &assessment.vulnerabilities {
        let severity = severity(vulnerability);
        let is_left_out = (vulnerability.fix.is_none() && wanted.ignore_unfixed)
            || (!wanted.severities.is_empty() && !wanted.severities.contains(&severity));
        if is_left_out && !vulnerability.is_malicious {
            continue;
        }
        let flaw = flaws.entry(vulnerability.id.clone()).or_insert_with(|| flaw(vulnerability, severity));
        flaw.affects.push(vulnerability.package.url.to_smolstr());
        if let Some(advice) = advice(vulnerability) {
            let known = flaw.recommendation.get_or_insert_default();
            if !known.contains(&advice) {
                known.push_str(if known.is_empty() { "" } else { "; " });
                known.push_str(&advice);
            }
        }
        let verdict = vulnerability.verdict(&within, &judge.statements);
        flaw.analysis = flaw.analysis.take().or_else(|| verdict.as_ref().map(analysis));
    }
    Ok(flaws.into_values().collect())
}

fn flaw(vulnerability: &Vulnerability<'_>, severity: Severity) -> Flaw {
    let mut rated = Rated { severity: severity.as_str().to_smolstr(), ..Rated::default() };
    match &vulnerability.rating {
        Some((Rating::Vector(vector), _)) => {
            let text = vector.to_string();
            let method = match text.get(..9) {
                Some("CVSS:3.0/") => "CVSSv3",
                Some("CVSS:3.1/") => "CVSSv31",
                Some("CVSS:4.0/") => "CVSSv4",
                _ => "CVSSv2",
            };
            rated.score = Some(vector.score().into());
            rated.method = Some(method.into());
            rated.vector = Some(text);
        }
        None if !vulnerability.is_malicious => rated.severity = "unknown".into(),
        _ => {}
    }
    Flaw {
        id: vulnerability.id.clone(),
        aliases: vulnerability.aliases.iter().cloned().collect(),
        ratings: vec![rated],
        description: Some(vulnerability.summary.clone()).filter(|text| !text.is_empty()),
        published: vulnerability.published.clone().filter(|time| time.contains('T')),
        ..Flaw::default()
    }
}

fn advice(vulnerability: &Vulnerability<'_>) -> Option<String> {
    let package = vulnerability.package;
    let name =
        package.source.as_ref().map_or_else(|| package.url.package_name(), |source| source.name.to_string());
    vulnerability.fix.as_ref().map(|fix| format!("upgrade `{name}` to {}", fix.text()))
}

fn analysis(verdict: &Verdict<'_>) -> Analysis {
    let statement = verdict.statement;
    let state = match statement.status {
        Said::NotAffected => "not_affected",
        Said::Affected => "exploitable",
        Said::Fixed => "resolved",
        Said::UnderInvestigation => "in_triage",
    };
    let justification = statement.justification.map(|justification| match justification {
        Justification::ComponentNotPresent | Justification::VulnerableCodeNotPresent => "code_not_present",
        Justification::VulnerableCodeNotInExecutePath => "code_not_reachable",
        Justification::VulnerableCodeCannotBeControlledByAdversary => "requires_environment",
        Justification::InlineMitigationsAlreadyExist => "protected_by_mitigating_control",
    });
    Analysis {
        state: Some(state.into()),
        justification: justification.map(Into::into),
        detail: Some(statement.impact.clone()).filter(|text| !text.is_empty()),
    }
}
