//! `sekisho watch`: rules over what happens at run time.

use anyhow::{Result, bail};

use crate::arguments::watch::WatchArguments;
use crate::terminal::{Status, Terminal};
use crate::watch::audit::{self, Asking};
use crate::watch::capture::{self, Task};
use crate::watch::desk::Desk;
use crate::watch::rules::{self, AUDIT_RULES, SYSCALL_RULES};

pub(crate) fn run(arguments: WatchArguments, terminal: &Terminal) -> Result<Status> {
    let WatchArguments { capture, audit, rules, profile, host, telling } = arguments;
    let is_audit = !audit.audit_log.is_empty() || audit.audit_webhook.is_some();
    if capture.is_none() && !is_audit {
        bail!(
            "nothing to watch: name a capture with --capture, or audit events with --audit-log or --audit-webhook"
        );
    }
    let loaded = rules::load(&rules, if is_audit { AUDIT_RULES } else { SYSCALL_RULES }, terminal)?;
    let count = loaded.rules.rules().filter(|rule| rule.enabled).count();
    terminal.note(format!("{count} rules of {} files", loaded.files));
    let mut desk = Desk::open(telling, terminal)?;
    let matching = rules.matching.into();
    let is_whole = if let Some(path) = &capture {
        let task = Task { path, profile, matching, host: host.as_deref() };
        capture::watch(&task, loaded.rules, &mut desk, terminal)?
    } else {
        let asking = Asking { rules: &loaded.rules, matching, host: host.as_deref().unwrap_or_default() };
        match (audit.audit_webhook, &audit.audit_log[..]) {
            (Some(address), _) => audit::listening(address, &audit.backend, &asking, &mut desk, terminal)?,
            (None, [log]) if audit.follow => {
                audit::following(log, audit.skip_existing, &asking, &mut desk, terminal)?
            }
            (None, _) if audit.follow => bail!("one log can be followed: name one"),
            (None, logs) => audit::over(logs, &asking, &mut desk, terminal)?,
        }
    };
    let status = desk.close(terminal);
    Ok(if is_whole { status } else { Status::Incomplete })
}
