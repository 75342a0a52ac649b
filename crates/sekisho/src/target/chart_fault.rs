//! Why a chart is not rendered, in the terms of what was not examined.

use sekisho_chart::render::{RenderError, Rendering, Warning};
use sekisho_chart::template::{CallError, Cause, TemplateError};
use sekisho_manifest::Span;
use smol_str::SmolStr;

use super::chart_place::Opened;
use super::part::Part;

/// Bytes of a message: templates that call each other deep make long ones.
const LONGEST_MESSAGE: usize = 1_000;

/// Why a chart is not examined.
#[derive(Debug)]
pub(super) struct Fault {
    /// Where the reason lies.
    pub(super) span: Option<Span>,
    /// The file, where it lies in none of the sources.
    pub(super) file: SmolStr,
    pub(super) message: String,
}

impl Fault {
    /// Notes the fault, with the name of the set of values that it comes about with.
    pub(super) fn enter(self, set: Option<&SmolStr>, part: &mut Part) {
        let message = match set {
            Some(set) => format!("with the values `{set}`: {}", self.message),
            None => self.message,
        };
        part.fail(self.span, &self.file, &message);
    }
}

impl Opened {
    /// That dependencies are missing, where what is there was rendered without them.
    pub(super) fn missing(&self, rendering: &Rendering) -> Option<Fault> {
        let missing = rendering.warnings.iter().filter_map(|warning| match warning {
            Warning::MissingDependency(name) => Some(name.clone()),
            _ => None,
        });
        let missing: Vec<SmolStr> = missing.collect();
        (!missing.is_empty()).then(|| self.fault(&RenderError::MissingDependencies(missing)))
    }

    /// A reason why the chart is not rendered, in the file that is to be mended.
    pub(super) fn fault(&self, error: &RenderError) -> Fault {
        let file = match error {
            RenderError::Template { template, .. } | RenderError::Yaml { template, .. } => {
                self.template(template)
            }
            _ => self.file("Chart.yaml"),
        };
        let message = match error {
            RenderError::Template { value, error, .. } => {
                let value = value.as_ref().map_or_else(String::new, |value| format!(" (values: {value})"));
                said(error) + &value
            }
            _ => error.to_string(),
        };
        Fault { span: error.span(), file, message: shortened(&message) }
    }
}

/// What a template's error says beyond its place: the innermost action that failed, and why.
fn said(error: &TemplateError) -> String {
    match error {
        TemplateError::Parse { message, .. } => message.clone(),
        TemplateError::Execute(failure) => match &failure.cause {
            Cause::Calling { error: CallError::Template { error, .. }, .. } => said(error),
            cause => format!("at `{}`: {cause}", failure.failed.context),
        },
        other => other.to_string(),
    }
}

/// A message of bearable length. The cause stands at its end.
pub(super) fn shortened(message: &str) -> String {
    let excess = message.len().saturating_sub(LONGEST_MESSAGE);
    match message.char_indices().map(|(at, _)| at).find(|at| *at >= excess) {
        Some(at) if excess > 0 => format!("… {}", message.get(at..).unwrap_or("")),
        _ => message.to_owned(),
    }
}
