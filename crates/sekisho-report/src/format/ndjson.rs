//! One JSON value a line, for programs that read as they go: a header, the findings, and at last what was
//! examined.
//!
//! The lines are told apart by `type`: `start`, `finding`, `end`. Their fields are those of the [`json`]
//! format. A stream without its `end` line was cut off.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{self, ActionData, CoverageData, FindingData, SummaryData};
use super::json_text;
use crate::{Options, Report};

/// One line.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Line<'a> {
    Start {
        schema_version: u32,
        tool: json::ToolData<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        started_at: Option<&'a str>,
        targets: &'a [String],
    },
    Finding(Box<FindingData<'a>>),
    End {
        summary: SummaryData,
        actions: Vec<ActionData<'a>>,
        coverage: CoverageData<'a>,
    },
}

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut line = |value: &Line<'_>| json_text::compact(value, out);
    line(&Line::Start {
        schema_version: json::SCHEMA_VERSION,
        tool: json::ToolData::of(report),
        started_at: report.started,
        targets: report.targets,
    })?;
    let rules = report.rules_by_id();
    for finding in report.findings {
        line(&Line::Finding(Box::new(FindingData::of(finding, report, &rules))))?;
    }
    line(&Line::End {
        summary: SummaryData::of(report),
        actions: report.actions.iter().map(|action| ActionData::of(action, report)).collect(),
        coverage: CoverageData::of(report),
    })
}
