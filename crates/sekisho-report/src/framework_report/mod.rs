//! What a run shows of each control of a framework: a dated report for an auditor.
//!
//! Every control has one [state](sekisho_framework::ControlState), and states are never added up into a score: a control that was not
//! examined is not half passed.

mod csv;
mod html;
mod json;
mod markdown;
mod text;

use std::io::{self, Write};

use sekisho_framework::{Control, ControlResult, ControlState, Framework, Need, Outcome, RuleRun, Section};

use crate::{Catalogue, Format, Options, Report};

pub use json::schema;

/// An assessment of a framework, ready to be written.
#[derive(Debug, Clone, Copy)]
pub struct FrameworkReport<'a> {
    /// The run.
    pub report: Report<'a>,
    /// The framework.
    pub framework: &'static Framework,
    /// What was said of each of its controls, in its order.
    pub results: &'a [ControlResult<'a>],
    /// The date that it is made out for: `2026-03-01`.
    pub date: &'a str,
}

/// A format that an assessment is not written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no format of a framework report: use `table`, `json`, `html`, `markdown` or `csv`")]
pub struct NoFrameworkFormatError(pub Format);

type Writer = fn(&FrameworkReport<'_>, &Options, &mut dyn Write) -> io::Result<()>;

impl<'a> FrameworkReport<'a> {
    /// The formats that an assessment is written in.
    pub const FORMATS: &'static [Format] =
        &[Format::Table, Format::Json, Format::Html, Format::Markdown, Format::Csv];

    /// What writes a format.
    ///
    /// # Errors
    ///
    /// The format is none of [`FrameworkReport::FORMATS`].
    pub fn writer(format: Format) -> Result<Writer, NoFrameworkFormatError> {
        match format {
            Format::Table => Ok(text::write),
            Format::Json => Ok(json::write),
            Format::Html => Ok(html::write),
            Format::Markdown => Ok(markdown::write),
            Format::Csv => Ok(csv::write),
            other => Err(NoFrameworkFormatError(other)),
        }
    }

    /// How many controls are in a state.
    pub fn count(&self, state: ControlState) -> usize {
        self.results.iter().filter(|result| result.state == state).count()
    }

    /// The sections of the framework, each with the results of its controls.
    fn sections(&self) -> impl Iterator<Item = (&'static Section, Vec<&'a ControlResult<'a>>)> {
        let results = self.results;
        self.framework.sections.iter().map(move |section| {
            let of_section = results
                .iter()
                .filter(|result| section.controls.iter().any(|control| std::ptr::eq(control, result.control)))
                .collect();
            (section, of_section)
        })
    }

    /// The framework's name with its edition, which some names carry already.
    fn name(&self) -> String {
        let Framework { name, version, .. } = self.framework;
        if name.ends_with(version) { (*name).to_owned() } else { format!("{name} {version}") }
    }

    fn words(&self) -> Words<'a> {
        Words { catalogue: self.report.catalogue, framework: self.framework }
    }
}

/// The words of a framework in the reader's language.
struct Words<'a> {
    catalogue: &'a Catalogue,
    framework: &'static Framework,
}

impl<'a> Words<'a> {
    fn state(&self, state: ControlState) -> &'a str {
        self.catalogue.ui(state_key(state))
    }

    fn title(&self, control: &'static Control) -> &'a str {
        self.catalogue.control_title(self.framework, control)
    }

    fn description(&self, control: &'static Control) -> &'a str {
        self.catalogue.control_description(self.framework, control)
    }

    fn section(&self, section: &'static Section) -> &'a str {
        self.catalogue.section_title(self.framework, section)
    }

    /// `cluster or node`.
    fn need(&self, need: Need) -> String {
        need.iter()
            .map(|kind| self.catalogue.ui(evidence_key(*kind)))
            .collect::<Vec<_>>()
            .join(self.catalogue.ui("framework.or"))
    }

    /// What a full answer needs and the run did not see, in one line; empty where nothing, and where no rule
    /// could have read it.
    fn missing(&self, result: &ControlResult<'_>) -> String {
        if matches!(result.state, ControlState::Manual | ControlState::NotAutomated) {
            return String::new();
        }
        let needs: Vec<String> = result.missing.iter().map(|need| self.need(need)).collect();
        if needs.is_empty() {
            return String::new();
        }
        let needs = needs.join(self.catalogue.ui("framework.and"));
        self.catalogue.fill("framework.missing", &[("needs", &needs)])
    }

    /// What a rule did, in a few words.
    fn outcome(&self, rule: &RuleRun<'_>) -> String {
        match &rule.outcome {
            Outcome::NotRun => self.catalogue.ui("framework.not-run").to_owned(),
            Outcome::Ran { findings: 0, excepted: 0, subjects, .. } => {
                self.catalogue.count("framework.clean", *subjects)
            }
            Outcome::Ran { findings, excepted: 0, .. } => self.catalogue.count("findings", *findings),
            Outcome::Ran { findings, excepted, .. } => {
                let parts = [
                    self.catalogue.count("findings", *findings),
                    self.catalogue.count("suppressed", *excepted),
                ];
                parts.join(self.catalogue.ui("join"))
            }
        }
    }
}

/// The rules that a reader has to know of: those that found something, and those that did not run and so
/// leave the answer open.
fn telling<'c>(result: &'c ControlResult<'c>) -> Vec<&'c RuleRun<'c>> {
    let open = matches!(result.state, ControlState::NotExamined | ControlState::PartlyExamined);
    result
        .rules
        .iter()
        .copied()
        .filter(|rule| match rule.outcome {
            Outcome::Ran { findings, excepted, .. } => findings + excepted > 0,
            Outcome::NotRun => open,
        })
        .collect()
}

fn state_key(state: ControlState) -> &'static str {
    match state {
        ControlState::Failed => "state.failed",
        ControlState::Excepted => "state.excepted",
        ControlState::PartlyExamined => "state.partly-examined",
        ControlState::Passed => "state.passed",
        ControlState::NotApplicable => "state.not-applicable",
        ControlState::NotExamined => "state.not-examined",
        ControlState::NotAutomated => "state.not-automated",
        ControlState::Manual => "state.manual",
    }
}

fn about_key(state: ControlState) -> &'static str {
    match state {
        ControlState::Failed => "state-about.failed",
        ControlState::Excepted => "state-about.excepted",
        ControlState::PartlyExamined => "state-about.partly-examined",
        ControlState::Passed => "state-about.passed",
        ControlState::NotApplicable => "state-about.not-applicable",
        ControlState::NotExamined => "state-about.not-examined",
        ControlState::NotAutomated => "state-about.not-automated",
        ControlState::Manual => "state-about.manual",
    }
}

fn evidence_key(evidence: sekisho_framework::Evidence) -> &'static str {
    use sekisho_framework::Evidence;
    match evidence {
        Evidence::Manifest => "evidence.manifest",
        Evidence::Cluster => "evidence.cluster",
        Evidence::Node => "evidence.node",
        Evidence::Image => "evidence.image",
        Evidence::Registry => "evidence.registry",
        Evidence::Cloud => "evidence.cloud",
        Evidence::RuntimeEvents => "evidence.runtime-events",
        Evidence::Manual => "evidence.manual",
    }
}
