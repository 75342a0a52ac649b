//! `sekisho policy diff`: which verdicts change between two sets of policies, and why.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::{Result, bail};
use sekisho_policy::{Options, User};
use serde::Serialize;

use crate::arguments::policy::DiffArguments;
use crate::arguments::rows::RowFormat;
use crate::policy::runtime::diff::{self as alerts, Events};
use crate::policy::{self, Resources, ResultWord, Row, given};
use crate::terminal::{self, Status, Terminal};

/// Everything that changes.
#[derive(Serialize)]
struct Report<'a> {
    changes: Vec<Change<'a>>,
    unchanged: usize,
}

/// A verdict that is not the same.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    kind: ChangeWord,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a Row>,
}

/// How a verdict changes.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum ChangeWord {
    /// The rule says something of the resource that said nothing of it.
    Added,
    /// The rule says nothing of the resource any more.
    Removed,
    /// Another result.
    Result,
    /// Another enforcement.
    Enforcement,
    /// The same result in other words.
    Message,
}

/// Which alerts change over the same events.
fn events(arguments: &DiffArguments) -> Result<Status> {
    let events = Events {
        capture: arguments.capture.as_ref(),
        audit_log: &arguments.audit_log,
        matching: arguments.matching.into(),
        profile: arguments.profile.into(),
    };
    let report = alerts::compare(&arguments.before, &arguments.after, &events)?;
    terminal::write(arguments.output.as_deref(), |out| match arguments.format {
        RowFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)
        }
        RowFormat::Table => report.table(out),
    })?;
    Ok(match (report.is_whole, report.is_empty()) {
        (false, _) => Status::Incomplete,
        (true, true) => Status::Clean,
        (true, false) => Status::Findings,
    })
}

pub(crate) fn run(arguments: &DiffArguments, terminal: &Terminal) -> Result<Status> {
    if arguments.capture.is_some() || !arguments.audit_log.is_empty() {
        return events(arguments);
    }
    if alerts::is_about_events(&arguments.after)? && arguments.resources.is_empty() {
        bail!("these are rules for events: name a capture with --capture, or a log with --audit-log");
    }
    if arguments.resources.is_empty() {
        bail!("name what they are applied to with --resources");
    }
    let resources = Resources::read(&arguments.resources)?;
    let given = given::read(&arguments.given)?;
    let options = Options { kyverno: given.clone(), ..Options::default() };
    let mut incomplete = !resources.unread.is_empty();
    let mut sides = Vec::new();
    for path in [&arguments.before, &arguments.after] {
        let bundle = policy::bundle_with(
            std::slice::from_ref(path),
            &options,
            &arguments.modules.settings().offline(terminal.offline),
        )?;
        for problem in bundle.errors() {
            terminal.note(format!("{}: {problem}", path.display()));
            incomplete = true;
        }
        sides.push(policy::check(&bundle, &resources, &arguments.namespace, &User::default(), &given));
    }
    let [before, after] = sides.as_slice() else { return Ok(Status::Usage) };
    let report = compare(before, after);
    terminal::write(arguments.output.as_deref(), |out| match arguments.format {
        RowFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)
        }
        RowFormat::Table => table(&report, out),
    })?;
    Ok(match (incomplete, report.changes.is_empty()) {
        (true, _) => Status::Incomplete,
        (false, true) => Status::Clean,
        (false, false) => Status::Findings,
    })
}

/// What makes two rows verdicts of the same rule about the same resource.
type Key<'a> = (&'a str, &'a str, &'a str, &'a policy::Resource);

fn compare<'a>(before: &'a [Row], after: &'a [Row]) -> Report<'a> {
    let key = |row: &'a Row| -> Key<'a> { (&row.policy_kind, &row.policy, &row.rule, &row.resource) };
    let mut pairs: BTreeMap<Key<'a>, (Option<&Row>, Option<&Row>)> = BTreeMap::new();
    for row in before {
        pairs.entry(key(row)).or_default().0 = Some(row);
    }
    for row in after {
        pairs.entry(key(row)).or_default().1 = Some(row);
    }
    let all = pairs.len();
    let changes: Vec<Change<'_>> = pairs
        .into_values()
        .filter_map(|(before, after)| Some(Change { kind: change(before, after)?, before, after }))
        .collect();
    Report { unchanged: all - changes.len(), changes }
}

/// How a verdict changes; none where it does not. That a rule which holds is new or gone is no change.
fn change(before: Option<&Row>, after: Option<&Row>) -> Option<ChangeWord> {
    let matters = |row: &Row| !matches!(row.result, ResultWord::Pass | ResultWord::Skip);
    match (before, after) {
        (None, Some(after)) => matters(after).then_some(ChangeWord::Added),
        (Some(before), None) => matters(before).then_some(ChangeWord::Removed),
        (Some(before), Some(after)) if before.result != after.result => Some(ChangeWord::Result),
        (Some(before), Some(after)) if before.enforcement != after.enforcement && matters(after) => {
            Some(ChangeWord::Enforcement)
        }
        (Some(before), Some(after)) if before.message != after.message && matters(after) => {
            Some(ChangeWord::Message)
        }
        _ => None,
    }
}

fn table(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for change in &report.changes {
        let Some(row) = change.after.or(change.before) else { continue };
        let word = |row: Option<&Row>| row.map_or("nothing", |row| row.result.as_str());
        writeln!(out, "{} → {}  {}", word(change.before), word(change.after), row.title())?;
        if let (Some(before), Some(after)) = (change.before, change.after)
            && before.enforcement != after.enforcement
        {
            let words = |row: &Row| row.enforcement.join(", ");
            writeln!(out, "  enforcement: {} → {}", words(before), words(after))?;
        }
        for (sign, side) in [('-', change.before), ('+', change.after)] {
            let Some(row) = side else { continue };
            let message = row.message.lines().map(|line| format!("  {sign} {line}"));
            for line in message {
                writeln!(out, "{line}")?;
            }
            if let Some(place) = &row.policy_location {
                writeln!(out, "  {sign} policy {}:{}:{}", place.file, place.line, place.column)?;
            }
        }
        if let Some(place) = &row.location {
            writeln!(out, "    {}:{}:{}", place.file, place.line, place.column)?;
        }
    }
    if !report.changes.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "changed: {}, unchanged: {}", report.changes.len(), report.unchanged)
}
