//! `sekisho doctor`: whether an installation works, and what stands in its way.

use anyhow::Result;
use jiff::Timestamp;

use crate::arguments::{DoctorArguments, DoctorFormat};
use crate::doctor::{Grade, Patient, examine};
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: DoctorArguments, terminal: &Terminal) -> Result<Status> {
    let (_, connection) = arguments.live.live(terminal.offline).connect()?;
    let patient = Patient {
        connection: &connection,
        namespace: &arguments.namespace,
        probe: &arguments.probe,
        now: Timestamp::now(),
    };
    let diagnosis = examine(&patient);
    let text = match arguments.format {
        DoctorFormat::Text => diagnosis.to_text(),
        DoctorFormat::Json => format!("{:#}\n", diagnosis.to_json()),
    };
    terminal::write(None, |out| out.write_all(text.as_bytes()))?;
    Ok(if diagnosis.has(Grade::Problem) {
        Status::Findings
    } else if diagnosis.has(Grade::Unknown) {
        Status::Incomplete
    } else {
        Status::Clean
    })
}
