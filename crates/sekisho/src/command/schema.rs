//! `sekisho schema`: the JSON schema of the configuration or of a JSON report.

use anyhow::Result;

use crate::arguments::SchemaOf;
use crate::config::Document;
use crate::terminal::{self, Status};

pub(crate) fn run(what: SchemaOf) -> Result<Status> {
    let schema = match what {
        SchemaOf::Config => schemars::schema_for!(Document).to_value(),
        SchemaOf::Report => sekisho_report::format::json::schema(),
        SchemaOf::Framework => sekisho_report::framework_report::schema(),
    };
    let text = serde_json::to_string_pretty(&schema)?;
    terminal::write(None, |out| writeln!(out, "{text}"))?;
    Ok(Status::Clean)
}
