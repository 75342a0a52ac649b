//! Credentials that commits added, though they may be gone again.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Result;
use sekisho_finding::{Skip, SkipReason};
use sekisho_leak::{Detector, Origin};
use sekisho_source::{HistoryBudget, additions};

use super::Record;
use super::record::Commit;

/// Looks through the history of the repository around a folder; what of it was not examined is told.
pub(crate) fn history(folder: &Path, detector: &Detector<'_>) -> Result<(Vec<Record>, Vec<Skip>)> {
    let mut records: Vec<Record> = Vec::new();
    let walked = additions(folder, HistoryBudget::default(), &mut |added| {
        let origin = Origin { path: added.path, commit: Some(added.commit) };
        let leaks = detector.scan(origin, added.text);
        records.extend(leaks.iter().map(|leak| {
            let date = jiff::Timestamp::from_second(added.time).unwrap_or_default();
            let commit = Commit {
                id: added.commit.to_owned(),
                author: added.author.to_owned(),
                date: date.strftime("%Y-%m-%d").to_string(),
            };
            let record = Record::of(leak, added.path);
            // The bytes count in the added lines, of which the file itself says nothing.
            Record {
                line: record.line.saturating_add(added.line).saturating_sub(1),
                commit: Some(commit),
                ..record
            }
        }));
        ControlFlow::Continue(())
    })?;
    let name = folder.display().to_string();
    let reason = |reason: String| Skip {
        path: name.as_str().into(),
        line: None,
        reason: SkipReason::NotExamined(reason),
    };
    let mut skipped = Vec::new();
    if walked.is_shallow {
        skipped.push(reason("the copy is shallow: commits that were not fetched".to_owned()));
    }
    if walked.is_cut {
        skipped.push(reason(format!("commits older than the newest {}", walked.commits)));
    }
    for (path, commit) in &walked.large {
        let short = commit.get(..12).unwrap_or(commit);
        skipped.push(reason(format!("`{path}` of commit {short}: the file is too large")));
    }
    Ok((records, skipped))
}
