//! `sekisho db show`: what is known of one vulnerability.

use std::io::{self, Write};

use anyhow::{Result, bail};
use sekisho_advisory::Rating;
use sekisho_vulnerability::Database;

use crate::advisories;
use crate::arguments::db::ShowArguments;
use crate::terminal::{self, Status};

pub(crate) fn run(arguments: &ShowArguments) -> Result<Status> {
    let found = advisories::find(arguments.place.database.as_deref(), true)?;
    let places = found.database.named(&arguments.id);
    if places.is_empty() && found.database.exploited(&arguments.id).is_none() {
        bail!("the database knows no `{}`: write it as its publisher does, `CVE-2024-1234`", arguments.id);
    }
    terminal::write(None, |out| {
        for place in &places {
            advisory(&found.database, *place, out)?;
        }
        if let Some(entry) = found.database.exploited(&arguments.id) {
            let ransom = if entry.is_used_for_ransom { ", also for ransom" } else { "" };
            writeln!(out, "exploited   since {} (CISA){ransom}", entry.added)?;
        }
        if let Some(row) = found.database.probability(&arguments.id) {
            writeln!(out, "EPSS        {:.5}, percentile {:.5}", row.probability, row.percentile)?;
        }
        Ok(())
    })?;
    Ok(Status::Clean)
}

/// A rating as it stands in the record.
fn said(rating: &Rating) -> String {
    match rating {
        Rating::Vector(vector) => {
            format!("{} {}.{} {vector}", rating.severity().name(), vector.score() / 10, vector.score() % 10)
        }
        Rating::Word(word) => word.name().to_owned(),
    }
}

fn advisory(database: &Database, place: usize, out: &mut dyn Write) -> io::Result<()> {
    let Some(advisory) = database.advisory(place) else { return Ok(()) };
    writeln!(out, "{}", advisory.id)?;
    let lines = [
        ("about", advisory.summary.clone()),
        ("also", advisory.aliases.join(", ")),
        ("of", advisory.upstream.join(", ")),
        ("published", advisory.published.clone().unwrap_or_default()),
        ("changed", advisory.modified.clone().unwrap_or_default()),
        ("source", database.source_of(place).map_or_else(String::new, |origin| origin.name.clone())),
    ];
    for (name, text) in lines.iter().filter(|(_, text)| !text.is_empty()) {
        writeln!(out, "  {name:<10}{text}")?;
    }
    for rating in &advisory.ratings {
        writeln!(out, "  {:<10}{}", "severity", said(rating))?;
    }
    for statement in database.statements(place) {
        writeln!(out, "  {statement}")?;
    }
    writeln!(out)
}
