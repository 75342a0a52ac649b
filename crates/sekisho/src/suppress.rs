//! Which findings do not count: ignore comments, exceptions and the baseline applied, and their own faults found.

use std::collections::BTreeSet;

use sekisho_finding::fault::{EXPIRED_EXCEPTION, INVALID_IGNORE_COMMENT};
use sekisho_finding::suppress::{Baseline, Exception, MARKS, ignores_at};
use sekisho_finding::{Finding, Suppression, SuppressionKind};
use sekisho_inventory::Inventory;
use sekisho_manifest::{Source, SourceId, Span};

use crate::file_rules::is_contained;

/// What decides which findings count.
#[derive(Debug)]
pub(crate) struct Suppressions<'a> {
    /// The exceptions of the configuration.
    pub(crate) exceptions: &'a [Exception],
    /// Where the configuration stands in the inventory, for findings about its exceptions.
    pub(crate) configuration: Option<SourceId>,
    /// The known findings.
    pub(crate) baseline: Option<Baseline>,
    /// The slugs of policies, which ignore comments may name beside those of checks.
    pub(crate) policies: BTreeSet<String>,
    /// Today as days since 1970-01-01.
    pub(crate) today: i64,
    /// Whether the sources have comments: what a cluster gives has none, and what looks like one is anybody's text.
    pub(crate) comments: bool,
}

impl Suppressions<'_> {
    /// Marks the findings that do not count and adds findings about expired exceptions and ignore comments
    /// that have no effect.
    pub(crate) fn apply(mut self, findings: &mut Vec<Finding>, inventory: &Inventory) {
        // What suppliers said of vulnerabilities stands already.
        for finding in findings.iter_mut().filter(|finding| finding.suppressed.is_none()) {
            finding.suppressed =
                self.inline(finding, inventory).or_else(|| self.exception(finding)).or_else(|| {
                    let known = self.baseline.as_mut()?.take(&finding.fingerprint);
                    known.then(|| Suppression { kind: SuppressionKind::Baseline, reason: String::new() })
                });
        }
        findings.extend(self.expired(inventory));
        let sources = if self.comments { inventory.sources() } else { &[] };
        findings.extend(sources.iter().enumerate().flat_map(|(index, source)| {
            let id = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
            invalid_ignores(id, source, &self.policies)
        }));
    }

    fn inline(&self, finding: &Finding, inventory: &Inventory) -> Option<Suppression> {
        inline(finding, inventory).filter(|_| self.comments)
    }

    fn exception(&self, finding: &Finding) -> Option<Suppression> {
        let exception = self
            .exceptions
            .iter()
            .find(|exception| !exception.is_expired(self.today) && exception.matches(finding))?;
        let reason = format!("{} ({})", exception.reason, exception.owner);
        Some(Suppression { kind: SuppressionKind::Exception, reason })
    }

    fn expired(&self, inventory: &Inventory) -> Vec<Finding> {
        let Some((id, source)) = self.configuration.and_then(|id| Some((id, inventory.source(id)?))) else {
            return Vec::new();
        };
        let expired = self.exceptions.iter().filter(|exception| exception.is_expired(self.today));
        expired
            .map(|exception| {
                let span = Span { source: id, ..exception.span };
                let arguments = vec![
                    ("owner", exception.owner.as_str().into()),
                    ("checks", exception.rules.join(", ").into()),
                ];
                EXPIRED_EXCEPTION.finding(EXPIRED_EXCEPTION.says(None, arguments), source, span)
            })
            .collect()
    }
}

/// The ignore comment that speaks of a finding: where it stands, or where the value stands that it is made of.
fn inline(finding: &Finding, inventory: &Inventory) -> Option<Suppression> {
    let value = finding.location.value.as_ref().and_then(|value| value.place.as_deref());
    let places = [&finding.location].into_iter().chain(value);
    let mut ignores =
        places.filter_map(|place| Some(ignores_at(inventory.source(place.source)?, place))).flatten();
    let ignore = ignores.find(|ignore| {
        !ignore.reason.is_empty() && ignore.rules.iter().any(|rule| finding.is_called(rule))
    })?;
    Some(Suppression { kind: SuppressionKind::Inline, reason: ignore.reason.to_owned() })
}

/// The ignore comments of a source that name no reason or an unknown slug.
fn invalid_ignores(id: SourceId, source: &Source, policies: &BTreeSet<String>) -> Vec<Finding> {
    let mut found = Vec::new();
    let marks = MARKS.iter().flat_map(|mark| source.text.match_indices(mark));
    for (at, mark) in marks {
        let rest = source.text.get(at + mark.len()..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let rest = if mark.starts_with('/') { rest.split("*/").next().unwrap_or(rest) } else { rest };
        let (slugs, reason) = rest.split_once(']').unwrap_or((rest, ""));
        let reason = reason.strip_prefix(':').unwrap_or("").trim();
        let known = |slug: &&str| {
            sekisho_posture::check(slug).is_some() || policies.contains(*slug) || is_contained(slug)
        };
        let unknown = slugs.split(',').map(str::trim).find(|slug| !known(slug));
        let message = match unknown {
            Some(slug) => INVALID_IGNORE_COMMENT.says(None, vec![("slug", slug.into())]),
            None if reason.is_empty() => INVALID_IGNORE_COMMENT.says(Some("no-reason"), Vec::new()),
            None => continue,
        };
        let start = u32::try_from(at).unwrap_or(u32::MAX);
        let length = u32::try_from(mark.len() + rest.trim_end().len()).unwrap_or(0);
        let span = Span { source: id, start, end: start.saturating_add(length) };
        found.push(INVALID_IGNORE_COMMENT.finding(message, source, span));
    }
    found
}
