//! A report that is written beside the one that is shown: `sarif=results.sarif`.

use std::path::PathBuf;
use std::str::FromStr;

use sekisho_report::Format;

/// Format and file of one more report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FurtherReport {
    pub(crate) format: Format,
    pub(crate) file: PathBuf,
}

impl FromStr for FurtherReport {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((format, file)) if !file.is_empty() => {
                let format = format.parse().map_err(|error| format!("{error}"))?;
                Ok(Self { format, file: file.into() })
            }
            _ => Err("write it as FORMAT=FILE, like `sarif=results.sarif`".to_owned()),
        }
    }
}
