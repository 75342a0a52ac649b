//! `sekisho db status`: which database is used, how old it is, what it holds.

use std::io::{self, Write};

use anyhow::Result;
use serde_json::json;

use crate::advisories::{self, Found};
use crate::arguments::db::{StatusArguments, StatusFormat};
use crate::config;
use crate::terminal::{self, Status};

pub(crate) fn run(arguments: &StatusArguments) -> Result<Status> {
    let found = advisories::find(arguments.place.database.as_deref(), false)?;
    if arguments.verify {
        found.database.prove()?;
    }
    terminal::write(None, |out| match arguments.format {
        StatusFormat::Table => table(&found, arguments.verify, out),
        StatusFormat::Json => write_json(&found, arguments.verify, out),
    })?;
    Ok(Status::Clean)
}

fn table(found: &Found, is_verified: bool, out: &mut dyn Write) -> io::Result<()> {
    let database = &found.database;
    writeln!(out, "{}", found.age(config::days(crate::command::today())))?;
    writeln!(out, "identity    {}", database.identity())?;
    writeln!(out, "signatures  {}", database.signatures())?;
    if is_verified {
        writeln!(out, "verified    all digests agree")?;
    }
    let (exploited, probabilities) = database.intelligence();
    writeln!(out, "exploited   {exploited} vulnerabilities")?;
    writeln!(out, "EPSS        {probabilities} vulnerabilities")?;
    writeln!(out, "\n{:<42} {:>10}  {:<10}  licence", "source", "advisories", "up to")?;
    for (origin, count) in database.origins().iter().zip(database.advisories_by_origin()) {
        writeln!(out, "{:<42} {count:>10}  {:<10}  {}", origin.name, origin.date, origin.licence)?;
    }
    writeln!(out, "\n{:<42} {:>10}", "ecosystem", "packages")?;
    for (ecosystem, count) in database.packages_by_ecosystem() {
        writeln!(out, "{:<42} {count:>10}", ecosystem.name())?;
    }
    Ok(())
}

fn write_json(found: &Found, is_verified: bool, out: &mut dyn Write) -> io::Result<()> {
    let database = &found.database;
    let (exploited, probabilities) = database.intelligence();
    let counts = database.advisories_by_origin();
    let sources: Vec<_> = database
        .origins()
        .iter()
        .zip(counts)
        .map(|(origin, count)| {
            json!({
                "name": origin.name, "advisories": count, "date": origin.date,
                "licence": origin.licence, "attribution": origin.attribution,
            })
        })
        .collect();
    let ecosystems: serde_json::Map<String, serde_json::Value> = database
        .packages_by_ecosystem()
        .into_iter()
        .map(|(ecosystem, count)| (ecosystem.name().to_owned(), count.into()))
        .collect();
    let value = json!({
        "path": found.path, "built": found.built(), "identity": database.identity(),
        "signatures": database.signatures(), "verified": is_verified, "advisories": database.len(),
        "packages": database.packages(), "exploited": exploited, "probabilities": probabilities,
        "sources": sources, "ecosystems": ecosystems,
    });
    writeln!(out, "{value:#}")
}
