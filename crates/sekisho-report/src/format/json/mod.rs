//! One JSON document for programs. Its shape is published as a schema ([`schema`]) and versioned: a field
//! is added within a version; one that changes its meaning or goes away makes a new version.
//!
//! Names are in camelCase, as in Kubernetes' own API. Levels, kinds and states are words; lines and columns
//! count from 1, columns in Unicode code points, and `endColumn` is the column behind the last character.

mod fill;
mod shape;
mod words;

use std::io::{self, Write};

pub use shape::{
    ActionData, CellData, CoverageData, EditData, FindingData, FixData, LocationData, ObjectData,
    RelatedData, ReportData, RuleData, SeverityCounts, SkipData, StepData, SummaryData, SuppressionData,
    ToolData,
};
pub use words::{
    ConfidenceWord, OperationWord, SafetyWord, SeverityWord, SkipWord, SuppressionWord, VerdictWord,
};

use super::json_text;
use crate::{Options, Report};

/// The version of the shape of `json` and `ndjson`.
pub const SCHEMA_VERSION: u32 = 1;

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    json_text::pretty(&ReportData::of(report), out)
}

/// The JSON schema (draft 2020-12) of the document.
pub fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<ReportData<'static>>();
    schema.insert("$id".to_owned(), format!("urn:sekisho:schema:report:{SCHEMA_VERSION}").into());
    schema.to_value()
}
