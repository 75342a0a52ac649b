//! `sekisho sbom`: what something is made of.

mod diff;
mod merge;
mod subject;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use sekisho_cluster::composition;
use sekisho_sbom::{Bill, Budget, Format, Tool, write};

use crate::arguments::sbom::{SbomArguments, SbomVerb, WrittenArguments};
use crate::cluster_bill;
use crate::config::Config;
use crate::live;
use crate::terminal::{self, Status, Terminal};
use crate::vulnerable;

pub(crate) fn run(arguments: SbomArguments, terminal: &Terminal) -> Result<Status> {
    match arguments.verb {
        Some(SbomVerb::Merge(merge)) => return merge::run(merge, terminal),
        Some(SbomVerb::Diff(diff)) => return diff::run(diff, terminal),
        None => {}
    }
    let format = arguments.written.format()?;
    let is_cyclonedx = matches!(format, Format::CycloneDxJson(_) | Format::CycloneDxXml(_));
    if arguments.with_vulnerabilities && !is_cyclonedx {
        bail!("`--with-vulnerabilities` needs `--format cyclonedx`: SPDX has no place for them");
    }
    if live::is_meant(std::slice::from_ref(&arguments.target))? {
        return cluster(arguments, format, terminal);
    }
    let reading = subject::Reading {
        images: arguments.images.settings(terminal.offline),
        no_ignore: arguments.no_ignore,
        config: arguments.config,
    };
    let (mut bill, skipped) = reading.read(&arguments.target)?;
    if arguments.with_vulnerabilities {
        let config = Config::find(reading.config.as_deref(), &arguments.target)?;
        let wanted = config.about_vulnerabilities(&arguments.vulnerabilities.wanted());
        bill.flaws = vulnerable::flaws::find(&bill, &wanted)?;
    }
    arguments.written.put(bill, format)?;
    Ok(subject::told(&skipped))
}

fn cluster(arguments: SbomArguments, format: Format, terminal: &Terminal) -> Result<Status> {
    let (access, connection) = arguments.live.live(terminal.offline).connect()?;
    let found = composition(&connection, arguments.namespace.as_deref())?;
    let name = if access.context.is_empty() { "kubernetes" } else { access.context.as_str() };
    let mut document = serde_json::to_string_pretty(&cluster_bill::document(&found, name))?;
    document.push('\n');
    if format == Format::CycloneDxJson(6) && arguments.written.created()?.is_none() {
        terminal::write(arguments.written.output.as_deref(), |out| out.write_all(document.as_bytes()))?;
    } else {
        let bill = sekisho_sbom::read(document.as_bytes(), &Budget::default())?;
        arguments.written.put(bill, format)?;
    }
    for unread in &found.unread {
        terminal::complain(format!("cluster/{}: {}", unread.what, unread.why));
    }
    Ok(if found.unread.is_empty() { Status::Clean } else { Status::Incomplete })
}

impl WrittenArguments {
    /// The format with its version.
    fn format(&self) -> Result<Format> {
        Ok(match &self.format_version {
            Some(version) => self.format.in_version(version)?,
            None => self.format,
        })
    }

    /// The time that is to be told.
    fn created(&self) -> Result<Option<String>> {
        let time = match self.created.as_deref() {
            Some("now") => Some(Timestamp::now()),
            Some(text) => Some(text.parse().with_context(|| {
                format!("`{text}` is no time: write `now`, or as `2026-01-02T03:04:05Z`")
            })?),
            None => {
                let seconds =
                    std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
                seconds.and_then(|seconds| Timestamp::from_second(seconds).ok())
            }
        };
        Ok(time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
    }

    /// Writes a bill.
    fn put(&self, mut bill: Bill, format: Format) -> Result<()> {
        bill.created = self.created()?.or(bill.created);
        let own = Tool {
            vendor: None,
            name: "sekisho".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        };
        if !bill.tools.contains(&own) {
            bill.tools.push(own);
        }
        let output: Option<&PathBuf> = self.output.as_ref();
        terminal::write(output.map(PathBuf::as_path), |out| out.write_all(write(&bill, format).as_bytes()))
    }
}
