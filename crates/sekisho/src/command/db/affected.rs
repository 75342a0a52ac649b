//! `sekisho db affected`: which images have a vulnerability, and which workloads run them, by what was kept of them.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Result, bail};
use jiff::Timestamp;
use sekisho_store::ImageUse;
use sekisho_vulnerability::{Held, Rejudge};
use serde_json::json;

use crate::advisories;
use crate::arguments::db::{AffectedArguments, StatusFormat};
use crate::config::Config;
use crate::inventories::{self, Rejudged};
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: &AffectedArguments, terminal: &Terminal) -> Result<Status> {
    let config = Config::find(arguments.config.as_deref(), Path::new("."))?;
    let found = advisories::find(arguments.place.database.as_deref(), true)?;
    let database = &found.database;
    for id in &arguments.ids {
        if database.named(id).is_empty() {
            bail!("the database knows no `{id}`: write it as its publisher does, `CVE-2024-1234`");
        }
    }
    let mut store = inventories::demanded(inventories::place(arguments.inventories.as_deref(), &config)?)?;
    let is_asked = |held: &Held| held.names.iter().any(|name| arguments.ids.contains(name));
    let rejudged = inventories::rejudge(&mut store, &mut Rejudge::new(database), &is_asked)?;
    let mut uses: BTreeMap<String, Vec<ImageUse>> = BTreeMap::new();
    for one in store.image_uses(None)? {
        uses.entry(one.digest.clone()).or_default().push(one);
    }
    terminal::write(None, |out| match arguments.format {
        StatusFormat::Table => table(&rejudged, &uses, out),
        StatusFormat::Json => write_json(&rejudged, &uses, out),
    })?;
    for digest in &rejudged.broken {
        terminal::complain(format_args!("the inventory of `{digest}` cannot be read: scan the image again"));
    }
    terminal.note(found.age(crate::config::days(crate::command::today())));
    Ok(match (rejudged.affected.is_empty(), rejudged.inventories) {
        (_, 0) => Status::Nothing,
        _ if !rejudged.broken.is_empty() => Status::Incomplete,
        (true, _) => Status::Clean,
        (false, _) => Status::Findings,
    })
}

fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).map(|time| time.to_string()).unwrap_or_default()
}

/// The references of an image, each once.
fn references(uses: &[ImageUse]) -> Vec<&str> {
    let mut references: Vec<&str> = uses.iter().map(|one| one.reference.as_str()).collect();
    references.sort_unstable();
    references.dedup();
    references
}

/// The workloads that run it, each as it is shown.
fn workloads(uses: &[ImageUse]) -> Vec<String> {
    let of = |one: &ImageUse| match one.cluster.as_str() {
        "" => one.workload.clone(),
        cluster => format!("{} of {cluster}", one.workload),
    };
    uses.iter().filter(|one| !one.workload.is_empty()).map(of).collect()
}

fn table(rejudged: &Rejudged, uses: &BTreeMap<String, Vec<ImageUse>>, out: &mut dyn Write) -> io::Result<()> {
    let mut running = 0;
    for image in &rejudged.affected {
        let uses = uses.get(&image.digest).map_or(&[][..], Vec::as_slice);
        writeln!(out, "{}  {}", references(uses).join(" "), image.digest)?;
        for held in &image.held {
            let severity = held.severity.map_or("unrated", |severity| severity.name());
            let fix = held.fix.as_ref().map_or("no fix is known".to_owned(), |fix| format!("fixed in {fix}"));
            let name = held.names.first().map_or("", String::as_str);
            writeln!(out, "  {name}  {severity}  {}  {fix}", held.package)?;
        }
        for workload in workloads(uses) {
            running += 1;
            writeln!(out, "  runs in {workload}")?;
        }
    }
    let oldest = rejudged.oldest.map(time).unwrap_or_default();
    writeln!(
        out,
        "{} of {} images, {running} workloads; the oldest look at {oldest}",
        rejudged.affected.len(),
        rejudged.inventories
    )
}

fn write_json(
    rejudged: &Rejudged,
    uses: &BTreeMap<String, Vec<ImageUse>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let images: Vec<serde_json::Value> = rejudged
        .affected
        .iter()
        .map(|image| {
            let uses = uses.get(&image.digest).map_or(&[][..], Vec::as_slice);
            let running: Vec<serde_json::Value> = uses
                .iter()
                .filter(|one| !one.workload.is_empty())
                .map(|one| json!({"cluster": one.cluster, "workload": one.workload}))
                .collect();
            let held: Vec<serde_json::Value> = image
                .held
                .iter()
                .map(|held| {
                    json!({
                        "package": held.package, "names": held.names, "fix": held.fix,
                        "severity": held.severity.map(sekisho_advisory::Severity::name),
                    })
                })
                .collect();
            json!({
                "digest": image.digest, "references": references(uses), "vulnerabilities": held,
                "workloads": running,
            })
        })
        .collect();
    let value = json!({
        "inventories": rejudged.inventories, "oldest": rejudged.oldest.map(time), "unread": rejudged.broken,
        "images": images,
    });
    writeln!(out, "{value:#}")
}
