//! A capture of system calls as a source of alerts.

use std::path::Path;

use anyhow::Result;
use sekisho_falco::{Matching, RuleSet};
use sekisho_runtime::{Limits, Metrics, Settings};

use super::desk::Desk;
use super::{counted, replay};
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
pub(crate) fn watch(
    task: &Task<'_>,
    rules: RuleSet,
    desk: &mut Desk,
    terminal: &Terminal,
) -> Result<(bool, u64)> {
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
    for (count, one, many) in [
        (read.unknown_events, "event of a type that is not known", "events of types that are not known"),
        (read.unknown_blocks, "block of a type that is not known", "blocks of types that are not known"),
        (failures, "block or event that could not be read", "blocks and events that could not be read"),
    ] {
        if count > 0 {
            terminal.note(counted(count, one, many));
        }
    }
    Ok((failures == 0, replayed.metrics.events))
}

/// Says what was looked at, and what had to be forgotten.
fn summarize(metrics: Metrics, terminal: &Terminal) {
    let events = counted(metrics.events, "event", "events");
    terminal.note(format!("{events}, {} of which rules were asked", metrics.asked));
    let state = metrics.state;
    for (count, one, many) in [
        (metrics.drops, "notice of dropped events", "notices of dropped events"),
        (metrics.out_of_order, "event out of order", "events out of order"),
        (metrics.unconverted, "event whose older form is not known", "events whose older form is not known"),
        (
            state.evicted_threads,
            "thread forgotten because there were too many",
            "threads forgotten because there were too many",
        ),
        (
            state.evicted_containers,
            "container forgotten because there were too many",
            "containers forgotten because there were too many",
        ),
        (
            state.dropped_descriptors,
            "descriptor not kept because a process had too many",
            "descriptors not kept because a process had too many",
        ),
        (
            state.dropped_accounts,
            "account not kept because there were too many",
            "accounts not kept because there were too many",
        ),
    ] {
        if count > 0 {
            terminal.note(counted(count, one, many));
        }
    }
}
