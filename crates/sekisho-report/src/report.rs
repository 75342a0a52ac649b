//! What every format is given: the results of a run, and the choices of its reader.

use std::collections::HashMap;

use sekisho_finding::{Coverage, Finding, Rule, Severity};
use sekisho_manifest::{Source, SourceId};
use sekisho_risk::Action;

use crate::Catalogue;

/// What a run found, and what it examined.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The version of Sekisho.
    pub version: &'a str,
    /// What the user asked to examine, as written.
    pub targets: &'a [String],
    /// The findings, worst first; suppressed ones are among them and marked.
    pub findings: &'a [Finding],
    /// The rules that were evaluated, those without findings included.
    pub rules: &'a [Rule],
    /// The sources by their ids, for showing the lines that findings stand on.
    pub sources: &'a [Source],
    /// What was examined and what was not.
    pub coverage: &'a Coverage,
    /// What to do first, the action that removes most risk first.
    pub actions: &'a [Action],
    /// The severity from which findings fail the run; none: they never do.
    pub fail_on: Option<Severity>,
    /// The words of the reader's language.
    pub catalogue: &'a Catalogue,
    /// The address under which the manual pages of rules stand, as `{address}/{slug}`; none: not published.
    pub documentation: Option<&'a str>,
    /// When the run started, as RFC 3339 in UTC; none: left out, so that runs on the same input give the same
    /// bytes.
    pub started: Option<&'a str>,
}

/// How a report is to look. Formats take from it what concerns them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Whether to use colours; only the table does.
    pub color: bool,
    /// The columns of the terminal.
    pub width: usize,
    /// How much to say of each finding.
    pub detail: Detail,
    /// How many findings or groups of findings [`Detail::Summary`] shows.
    pub limit: usize,
    /// Whether to show findings that are suppressed where a reader would not expect them.
    pub suppressed: bool,
}

/// How much the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Detail {
    /// The worst findings in full, findings of the same rule together, and how many more there are.
    #[default]
    Summary,
    /// Every finding in full.
    Full,
    /// Every finding in one line.
    Compact,
}

/// How many findings there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    by_severity: [usize; Severity::ALL.len()],
    /// Findings that do not count.
    pub suppressed: usize,
    /// Findings that count and are at or above [`Report::fail_on`].
    pub failing: usize,
}

/// What a run amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Something was examined, all of it could be, and no finding reaches [`Report::fail_on`].
    Passed,
    /// A finding reaches [`Report::fail_on`].
    Failed,
    /// Some input could not be examined. This comes before everything else: findings may hide in it.
    Incomplete,
    /// There was nothing to examine.
    Nothing,
    /// There are findings, and none was meant to fail the run: [`Report::fail_on`] is unset.
    Unjudged,
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, width: 100, detail: Detail::Summary, limit: 10, suppressed: false }
    }
}

impl<'a> Report<'a> {
    /// The findings that count.
    pub fn active(&self) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }

    /// The findings that do not count.
    pub fn suppressed(&self) -> impl Iterator<Item = &'a Finding> + use<'a> {
        self.findings.iter().filter(|finding| finding.suppressed.is_some())
    }

    /// Whether a finding fails the run.
    pub fn fails(&self, finding: &Finding) -> bool {
        finding.suppressed.is_none() && self.fail_on.is_some_and(|least| finding.severity >= least)
    }

    /// Counts the findings.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in self.findings {
            if finding.suppressed.is_some() {
                counts.suppressed += 1;
                continue;
            }
            if let Some(count) = counts.by_severity.get_mut(finding.severity as usize) {
                *count += 1;
            }
            counts.failing += usize::from(self.fails(finding));
        }
        counts
    }

    /// What the run amounts to.
    pub fn verdict(&self) -> Verdict {
        if self.coverage.failures().next().is_some() {
            Verdict::Incomplete
        } else if self.coverage.examined_nothing() && self.active().next().is_none() {
            Verdict::Nothing
        } else if self.findings.iter().any(|finding| self.fails(finding)) {
            Verdict::Failed
        } else if self.fail_on.is_none() && self.active().next().is_some() {
            Verdict::Unjudged
        } else {
            Verdict::Passed
        }
    }

    /// The rule of a finding; none where the caller did not list it.
    pub fn rule(&self, id: &str) -> Option<&'a Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// A source by its id.
    pub fn source(&self, id: SourceId) -> Option<&'a Source> {
        self.sources.get(id.0 as usize)
    }

    /// The address of a rule's manual page.
    pub fn page(&self, rule: &str) -> Option<String> {
        self.documentation.map(|base| format!("{}/{rule}", base.trim_end_matches('/')))
    }

    /// The rules by their slugs.
    pub(crate) fn rules_by_id(&self) -> HashMap<&'a str, &'a Rule> {
        self.rules.iter().map(|rule| (rule.id.as_ref(), rule)).collect()
    }
}

impl Counts {
    /// Findings of this severity that count.
    pub fn of(&self, severity: Severity) -> usize {
        self.by_severity.get(severity as usize).copied().unwrap_or(0)
    }

    /// All findings that count.
    pub fn total(&self) -> usize {
        self.by_severity.iter().sum()
    }
}

impl Verdict {
    /// The entry of the catalogue that names it.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Passed => "verdict.passed",
            Self::Failed => "verdict.failed",
            Self::Incomplete => "verdict.incomplete",
            Self::Nothing => "verdict.nothing-examined",
            Self::Unjudged => "verdict.unjudged",
        }
    }

    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Incomplete => "incomplete",
            Self::Nothing => "nothing-examined",
            Self::Unjudged => "unjudged",
        }
    }
}
