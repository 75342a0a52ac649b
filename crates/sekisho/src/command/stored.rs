//! `sekisho report --from`: what the controller keeps in its database.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Result, bail};
use jiff::Timestamp;
use sekisho_report::Format;
use sekisho_store::{Count, Filter, Store, StoreOptions, StoreTarget, StoredFinding};
use serde_json::json;

use crate::arguments::ReportArguments;
use crate::terminal::{self, Status};

pub(super) fn run(database: &str, arguments: ReportArguments) -> Result<Status> {
    if !matches!(arguments.format, Format::Table | Format::Json) {
        bail!("a database is shown as `table` or `json`");
    }
    let target = StoreTarget::read(database)?;
    if let StoreTarget::File(path) = &target
        && !Path::new(path).exists()
    {
        bail!("there is no database `{target}`: name the one of `sekisho serve controller --store`");
    }
    let mut store = Store::open(&target, StoreOptions::default())?;
    let filter = Filter {
        cluster: arguments.cluster_name,
        namespace: arguments.targets.namespace,
        rule: arguments.rule,
        owner: arguments.owner,
        resolved: arguments.all,
        limit: None,
    };
    let (objects, since) = store.coverage(filter.cluster.as_deref())?;
    let (findings, rules) = (store.findings(&filter)?, store.by_rule(&filter)?);
    let bundle = store.bundles()?.into_iter().next();
    terminal::write(arguments.output.as_deref(), |out| {
        if arguments.format == Format::Json {
            let document = json!({
                "objects": objects,
                "oldestLook": since.map(time),
                "bundle": bundle.as_ref().map(|(used, first, last)| json!({
                    "digest": used.digest, "source": used.source, "reference": used.reference, "commit": used.commit,
                    "firstUsed": time(*first), "lastUsed": time(*last),
                })),
                "findings": findings.iter().map(row).collect::<Vec<_>>(),
            });
            serde_json::to_writer_pretty(&mut *out, &document)?;
            return writeln!(out);
        }
        table(&findings, &rules, out)?;
        let looked = since.map_or_else(|| "none".to_owned(), time);
        writeln!(out, "{} findings; {objects} objects, the oldest look at {looked}", findings.len())?;
        match &bundle {
            Some((used, ..)) => writeln!(out, "bundle {} {}", used.digest, used.commit),
            None => Ok(()),
        }
    })?;
    Ok(match (objects, findings.iter().any(|one| one.resolved.is_none())) {
        (0, _) => Status::Nothing,
        (_, true) => Status::Findings,
        (_, false) => Status::Clean,
    })
}

fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

fn row(one: &StoredFinding) -> serde_json::Value {
    let (finding, rule) = (&one.finding, &one.finding.rule);
    json!({
        "cluster": one.cluster, "kind": one.kind, "namespace": one.namespace, "name": one.name,
        "fingerprint": &*finding.fingerprint, "rule": rule.name, "severity": rule.severity,
        "outcome": finding.outcome.as_str(), "consequence": rule.consequence, "message": &*finding.message,
        "path": &*finding.path, "bundle": one.bundle, "file": rule.file, "line": rule.line,
        "commit": rule.commit, "author": rule.author, "owner": rule.owner,
        "firstSeen": time(one.first_seen), "lastSeen": time(one.last_seen), "resolved": one.resolved.map(time),
    })
}

fn table(findings: &[StoredFinding], rules: &[Count], out: &mut dyn Write) -> io::Result<()> {
    for rule in rules {
        writeln!(out, "{} ({} objects, the first at {})", rule.of, rule.count, time(rule.since))?;
        for one in findings.iter().filter(|one| one.finding.rule.name == rule.of) {
            let place = if one.namespace.is_empty() { String::new() } else { format!("{}/", one.namespace) };
            let resolved = one.resolved.map(|at| format!(", resolved {}", time(at))).unwrap_or_default();
            writeln!(
                out,
                "  {:7} {} {place}{}  since {}{resolved}",
                one.finding.rule.severity,
                one.kind,
                one.name,
                time(one.first_seen)
            )?;
            let message: Vec<&str> = one.finding.message.split_whitespace().collect();
            writeln!(out, "          {}", message.join(" "))?;
        }
    }
    Ok(())
}
