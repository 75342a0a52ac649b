//! `sekisho watch`: rules over what happens at run time.

use anyhow::{Result, bail};

use crate::arguments::watch::WatchArguments;
use crate::terminal::{Status, Terminal};
use crate::watch::capture::{self, Task};
use crate::watch::desk::Desk;
use crate::watch::rules;

pub(crate) fn run(arguments: WatchArguments, terminal: &Terminal) -> Result<Status> {
    let WatchArguments { capture, rules, profile, host, telling } = arguments;
    let Some(path) = capture else { bail!("nothing to watch: name a capture with --capture") };
    let loaded = rules::load(&rules, terminal)?;
    let count = loaded.rules.rules().filter(|rule| rule.enabled).count();
    terminal.note(format!("{count} rules of {} files", loaded.files));
    let mut desk = Desk::open(telling, terminal)?;
    let task = Task { path: &path, profile, matching: rules.matching.into(), host: host.as_deref() };
    let is_whole = capture::watch(&task, loaded.rules, &mut desk, terminal)?;
    let status = desk.close(terminal);
    Ok(if is_whole { status } else { Status::Incomplete })
}
