//! A capture of system calls as a source of alerts.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result};
use sekisho_capture::{Budget, CaptureReader, Profile};
use sekisho_falco::{Matching, RuleSet};
use sekisho_runtime::{Limits, Metrics, Settings, Watcher};

use super::desk::Desk;
use crate::arguments::watch::WatchProfile;
use crate::terminal::{Terminal, complain};

/// How a capture is gone over.
pub(crate) struct Task<'a> {
    pub(crate) path: &'a Path,
    pub(crate) profile: WatchProfile,
    pub(crate) matching: Matching,
    pub(crate) host: Option<&'a str>,
}

/// Goes over a capture; whether all of it could be read.
pub(crate) fn watch(task: &Task<'_>, rules: RuleSet, desk: &mut Desk, terminal: &Terminal) -> Result<bool> {
    let input: Box<dyn Read> = if task.path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(task.path).with_context(|| format!("cannot read `{}`", task.path.display()))?;
        Box::new(file)
    };
    let profile = match task.profile {
        WatchProfile::Current => Profile::Current,
        WatchProfile::Legacy => Profile::Legacy,
    };
    let shown = task.path.display();
    let mut reader =
        CaptureReader::new(input, profile, Budget::default()).with_context(|| format!("`{shown}`"))?;
    let settings = Settings {
        profile,
        matching: task.matching,
        host: task.host.unwrap_or_default().to_owned(),
        limits: Limits::default(),
    };
    let mut watcher = Watcher::new(rules, settings);
    let mut failures = 0_u64;
    loop {
        match reader.next_item() {
            Ok(None) => break,
            Ok(Some(item)) => {
                for alert in watcher.take(item) {
                    desk.tell(alert)?;
                }
                if desk.is_deaf() {
                    break;
                }
            }
            Err(error) => {
                if failures == 0 {
                    complain(format!("`{shown}`: {error}"));
                }
                failures += 1;
                if error.is_fatal() {
                    break;
                }
            }
        }
    }
    let read = reader.statistics();
    summarize(watcher.metrics(), terminal);
    for (count, what) in [
        (read.unknown_events, "events of types that are not known"),
        (read.unknown_blocks, "blocks of types that are not known"),
        (failures, "blocks and events that could not be read"),
    ] {
        if count > 0 {
            terminal.note(format!("{count} {what}"));
        }
    }
    Ok(failures == 0)
}

/// Says what was looked at, and what had to be forgotten.
fn summarize(metrics: Metrics, terminal: &Terminal) {
    terminal.note(format!("{} events, {} of which rules were asked", metrics.events, metrics.asked));
    let state = metrics.state;
    for (count, what) in [
        (metrics.drops, "notices of dropped events"),
        (metrics.out_of_order, "events out of order"),
        (metrics.unconverted, "events whose older form is not known"),
        (state.evicted_threads, "threads forgotten because there were too many"),
        (state.evicted_containers, "containers forgotten because there were too many"),
        (state.dropped_descriptors, "descriptors not kept because a process had too many"),
        (state.dropped_accounts, "accounts not kept because there were too many"),
    ] {
        if count > 0 {
            terminal.note(format!("{count} {what}"));
        }
    }
}
