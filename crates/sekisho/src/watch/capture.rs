//! A capture of system calls as a source of alerts.

use std::path::Path;

use anyhow::Result;
use sekisho_falco::{Matching, RuleSet};
use sekisho_runtime::{Limits, Metrics, Settings};

use super::desk::Desk;
use super::replay;
use crate::arguments::watch::WatchProfile;
use crate::terminal::Terminal;

/// How a capture is gone over.
pub(crate) struct Task<'a> {
    pub(crate) path: &'a Path,
    pub(crate) profile: WatchProfile,
    pub(crate) matching: Matching,
    pub(crate) host: Option<&'a str>,
}

/// Goes over a capture; whether all of it could be read.
pub(crate) fn watch(task: &Task<'_>, rules: RuleSet, desk: &mut Desk, terminal: &Terminal) -> Result<bool> {
    let settings = Settings {
        profile: task.profile.into(),
        matching: task.matching,
        host: task.host.unwrap_or_default().to_owned(),
        limits: Limits::default(),
    };
    let shown = task.path.display().to_string();
    let replayed = replay::capture(replay::open(task.path)?, &shown, rules, settings, &mut |_, alert| {
        desk.tell(alert)?;
        Ok(!desk.is_deaf())
    })?;
    let (read, failures) = (replayed.statistics, replayed.failures);
    summarize(replayed.metrics, terminal);
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
