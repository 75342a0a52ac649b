//! What a newer database says of images that were looked at before, and the one before did not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use anyhow::Result;
use sekisho_advisory::Severity;
use sekisho_store::{Store, StoreTarget};
use sekisho_vulnerability::{Database, Held, Rejudge};

use crate::inventories;
use crate::terminal;

/// Vulnerabilities that are told one by one.
const TOLD: usize = 50;

/// What is new about one vulnerability of one package.
#[derive(Debug, Default)]
struct Row {
    fix: Option<String>,
    images: BTreeSet<String>,
    workloads: BTreeSet<String>,
}

/// Judges all inventories by the newer database and says what is new, the worst first.
pub(super) fn tell(target: Option<&StoreTarget>, before: &Database, database: &Database) -> Result<()> {
    let Some(mut store) = target.map(inventories::open).transpose()?.flatten() else { return Ok(()) };
    let judged = inventories::rejudge(&mut store, &mut Rejudge::since(before, database), &|_| true)?;
    if judged.inventories == 0 {
        return Ok(());
    }
    let rows = rows(&mut store, &judged)?;
    terminal::write(None, |out| table(&rows, &judged, out))?;
    for digest in &judged.broken {
        terminal::complain(format_args!("the inventory of `{digest}` cannot be read: scan the image again"));
    }
    Ok(())
}

type Rows = BTreeMap<(std::cmp::Reverse<Option<Severity>>, String, String), Row>;

fn rows(store: &mut Store, judged: &inventories::Rejudged) -> Result<Rows> {
    let mut workloads: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    if !judged.affected.is_empty() {
        for one in store.image_uses(None)?.into_iter().filter(|one| !one.workload.is_empty()) {
            workloads.entry(one.digest).or_default().insert(format!("{}\t{}", one.cluster, one.workload));
        }
    }
    let mut rows = Rows::new();
    for image in &judged.affected {
        for Held { package, names, severity, fix } in &image.held {
            let name = names.first().cloned().unwrap_or_default();
            let row = rows.entry((std::cmp::Reverse(*severity), name, package.clone())).or_default();
            row.fix.clone_from(fix);
            row.images.insert(image.digest.clone());
            row.workloads.extend(workloads.get(&image.digest).into_iter().flatten().cloned());
        }
    }
    Ok(rows)
}

fn table(rows: &Rows, judged: &inventories::Rejudged, out: &mut dyn Write) -> io::Result<()> {
    for ((severity, name, package), row) in rows.iter().take(TOLD) {
        let severity = severity.0.map_or("unrated", Severity::name);
        let fix = row.fix.as_ref().map_or("no fix is known".to_owned(), |fix| format!("fixed in {fix}"));
        writeln!(
            out,
            "new: {name}  {severity}  {package}  {fix}  {} images, {} workloads",
            row.images.len(),
            row.workloads.len()
        )?;
    }
    if rows.len() > TOLD {
        writeln!(out, "{} more are new: `sekisho db affected ID` tells of each", rows.len() - TOLD)?;
    }
    writeln!(
        out,
        "{} new vulnerabilities in {} of {} images",
        rows.len(),
        judged.affected.len(),
        judged.inventories
    )
}
