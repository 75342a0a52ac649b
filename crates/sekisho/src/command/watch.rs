//! `sekisho watch`: rules over what happens at run time.

use std::path::Path;

use anyhow::{Result, bail};
use sekisho_falco::Matching;

use crate::arguments::watch::{AuditArguments, WatchArguments};
use crate::terminal::{Status, Terminal};
use crate::watch::audit::{self, Asking};
use crate::watch::capture::{self, Task};
use crate::watch::desk::{Desk, Ended};
use crate::watch::rules::{self, AUDIT_RULES, SYSCALL_RULES};
use crate::watch::{counted, learn};

pub(crate) fn run(arguments: WatchArguments, terminal: &Terminal) -> Result<Status> {
    let WatchArguments { capture, audit, rules, profile, host, telling } = arguments;
    let is_audit = !audit.audit_log.is_empty() || audit.audit_webhook.is_some();
    if capture.is_none() && !is_audit {
        bail!(
            "nothing to watch: name a capture with --capture, or audit events with --audit-log or --audit-webhook"
        );
    }
    // What is to be learned is what every rule finds.
    let is_learning = telling.learn.is_some();
    let also = if is_learning { learn::also() } else { Vec::new() };
    let loaded = rules::load(&rules, if is_audit { AUDIT_RULES } else { SYSCALL_RULES }, &also, terminal)?;
    let count = loaded.rules.rules().filter(|rule| rule.enabled).count();
    let files = counted(loaded.texts.len() as u64, "file", "files");
    terminal.note(format!("{} of {files}", counted(count as u64, "rule", "rules")));
    // A file waits for us; who writes to a log that is followed or sends lists does not.
    let waits = !audit.follow && audit.audit_webhook.is_none();
    let mut desk = Desk::open(telling, &loaded.rules, &loaded.correlations, loaded.sources, waits, terminal)?;
    let matching = if is_learning { Matching::All } else { rules.matching.into() };
    let targets = targets(capture.as_deref(), &audit);
    let (is_whole, events) = if let Some(path) = &capture {
        let task = Task { path, profile, matching, host: host.as_deref() };
        capture::watch(&task, loaded.rules, &mut desk, terminal)?
    } else {
        let asking = Asking {
            rules: &loaded.rules,
            correlations: &loaded.correlations,
            matching,
            host: host.as_deref().unwrap_or_default(),
        };
        match (audit.audit_webhook, &audit.audit_log[..]) {
            (Some(address), _) => audit::listening(address, &audit.backend, &asking, &mut desk, terminal)?,
            (None, [log]) if audit.follow => {
                audit::following(log, audit.skip_existing, &asking, &mut desk, terminal)?
            }
            (None, _) if audit.follow => bail!("one log can be followed: name one"),
            (None, logs) => audit::over(logs, &asking, &mut desk, terminal)?,
        }
    };
    let status = desk.close(&Ended { targets, texts: &loaded.texts, events, is_whole }, terminal)?;
    Ok(if is_whole { status } else { Status::Incomplete })
}

/// What is watched, as reports name it.
fn targets(capture: Option<&Path>, audit: &AuditArguments) -> Vec<String> {
    let named = |path: &Path| path.display().to_string();
    let address = audit.audit_webhook.iter().map(ToString::to_string);
    capture
        .into_iter()
        .map(named)
        .chain(audit.audit_log.iter().map(|path| named(path)))
        .chain(address)
        .collect()
}
