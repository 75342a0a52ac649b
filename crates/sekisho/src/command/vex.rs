//! `sekisho vex`: what is found in packages, and what was decided about it, as statements that others can read.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use sekisho_advisory::vex::{self, Document, Justification, Product, Statement, Status as Said};
use sekisho_finding::fault::VULNERABILITY;
use sekisho_finding::{Finding, SuppressionKind};
use sekisho_version::PackageUrl;
use sekisho_vulnerability::vex::verdict_about;
use sha2::{Digest as _, Sha256};

use crate::arguments::vex::{VexArguments, VexFormat};
use crate::run::{self, Outcome};
use crate::terminal::{self, Status, Terminal};
use crate::vulnerable;

pub(crate) fn run(arguments: VexArguments, terminal: &Terminal) -> Result<Status> {
    let mut request = arguments.targets.request(terminal);
    request.only = vec![VULNERABILITY.id.to_owned()];
    request.vulnerabilities = Some(arguments.vulnerabilities.wanted());
    request.images = Some(arguments.images.settings(terminal.offline));
    let outcome = run::run(&request)?;
    let given = request.vulnerabilities.clone().unwrap_or_default();
    let documents = vulnerable::statements(&outcome.config.about_vulnerabilities(&given))?;
    let statements = statements(&outcome, &documents, request.today);
    let mut document = Document {
        author: arguments.author,
        timestamp: made(),
        version: arguments.revision,
        statements,
        ..Document::default()
    };
    document.id = arguments.id.unwrap_or_else(|| identifier(&document));
    let format = match arguments.format {
        VexFormat::Openvex => vex::Format::OpenVex,
        VexFormat::Csaf => vex::Format::Csaf,
        VexFormat::Cyclonedx => vex::Format::CycloneDx,
    };
    let text = vex::write(&document, format)?;
    terminal::write(arguments.output.as_deref(), |out| out.write_all(text.as_bytes()))?;
    for skip in outcome.coverage.failures() {
        terminal::complain(format_args!("{}: {}", skip.path, skip.reason));
    }
    Ok(if outcome.coverage.failures().next().is_some() {
        Status::Incomplete
    } else if outcome.coverage.packages == 0 {
        Status::Nothing
    } else {
        Status::Clean
    })
}

/// When it is made: now, or when `SOURCE_DATE_EPOCH` says, so that it can be made again byte by byte.
fn made() -> String {
    let said = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    let time = said.and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_else(Timestamp::now);
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// An identifier that is made of what the document says.
fn identifier(document: &Document) -> String {
    let hash = Sha256::digest(format!("{document:?}").as_bytes());
    let number = hash.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    // Version 8 of RFC 9562: made as its maker likes.
    let number = number & !(0xf << 76 | 0x3 << 62) | 0x8 << 76 | 0x2 << 62;
    let digits = format!("{number:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default().to_owned();
    format!("urn:uuid:{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// What is said of one finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Decision {
    vulnerability: String,
    aliases: Vec<String>,
    status: Said,
    justification: Option<Justification>,
    impact: String,
    action: String,
}

/// A statement of all findings of which the same is said.
fn statements(outcome: &Outcome, documents: &[Document], today: i64) -> Vec<Statement> {
    let mut products: BTreeMap<Decision, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    let found = outcome.findings.iter().filter(|finding| finding.rule == VULNERABILITY.id);
    for finding in found {
        let within = outcome.within(finding);
        let decision = decide(outcome, finding, within, documents, today);
        let part = finding.subject.object.name.to_string();
        let meant = products.entry(decision).or_default();
        match within {
            Some(whole) => meant.entry(whole.to_string()).or_default().push(part),
            None => drop(meant.entry(part).or_default()),
        }
    }
    let statement = |(decision, products): (Decision, BTreeMap<String, Vec<String>>)| {
        let product = |(id, mut components): (String, Vec<String>)| {
            components.sort_unstable();
            components.dedup();
            Product { id, versions: None, components }
        };
        Statement {
            vulnerability: decision.vulnerability,
            aliases: decision.aliases,
            products: products.into_iter().map(product).collect(),
            status: decision.status,
            justification: decision.justification,
            impact: decision.impact,
            action: decision.action,
            timestamp: None,
        }
    };
    products.into_iter().map(statement).collect()
}

/// What suppliers said counts first, then what was decided here, then what was found.
fn decide(
    outcome: &Outcome,
    finding: &Finding,
    within: Option<&PackageUrl>,
    documents: &[Document],
    today: i64,
) -> Decision {
    let mut names = finding.names.iter().map(ToString::to_string);
    let vulnerability = names.next().unwrap_or_default();
    let mut decision = Decision {
        vulnerability,
        aliases: names.collect(),
        status: Said::Affected,
        justification: None,
        impact: String::new(),
        action: String::new(),
    };
    if let Ok(url) = PackageUrl::parse(&finding.subject.object.name) {
        let names: Vec<&str> = finding.names.iter().map(smol_str::SmolStr::as_str).collect();
        let whole: Vec<PackageUrl> = within.cloned().into_iter().collect();
        if let Some(verdict) = verdict_about(&names, &url, &whole, documents) {
            let statement = verdict.statement;
            decision.status = statement.status;
            decision.justification = statement.justification;
            decision.impact.clone_from(&statement.impact);
            decision.action.clone_from(&statement.action);
            return decision;
        }
    }
    let config = &outcome.config;
    let exception = config
        .exceptions
        .iter()
        .zip(&config.document.exceptions)
        .find(|(exception, _)| !exception.is_expired(today) && exception.matches(finding));
    if let Some((exception, entry)) = exception {
        match entry.justification {
            Some(word) => {
                decision.status = Said::NotAffected;
                decision.justification = Some(word.0);
                decision.impact.clone_from(&exception.reason);
            }
            None => decision.action = accepted(&exception.reason, &exception.owner),
        }
        return decision;
    }
    if let Some(comment) = finding.suppressed.as_ref().filter(|one| one.kind == SuppressionKind::Inline) {
        decision.action = accepted(&comment.reason, "");
        return decision;
    }
    if finding.message.key.ends_with(".under-investigation") {
        decision.status = Said::UnderInvestigation;
        return decision;
    }
    decision.action = match &finding.fix {
        Some(fix) => fix.description.to_string(),
        None => "no fix is known".to_owned(),
    };
    decision
}

fn accepted(reason: &str, owner: &str) -> String {
    if owner.is_empty() { format!("accepted: {reason}") } else { format!("accepted by {owner}: {reason}") }
}
