//! `sekisho db import`: a database of a file, ours or another scanner's, into its place.

use super::build::{built, told};
use super::update::put;
use crate::arguments::db::ImportArguments;
use crate::inventories;
use crate::terminal::{Status, Terminal};
use anyhow::{Context, Result};
use sekisho_database::{Foreign, Limits};
use sekisho_vulnerability::Contents;

pub(crate) fn run(arguments: &ImportArguments, terminal: &Terminal) -> Result<Status> {
    let (config, trust) = arguments.trust.read()?;
    let place = arguments.place.place()?;
    let kept = inventories::place(arguments.inventories.as_deref(), &config)?;
    let file = &arguments.file;
    if Foreign::of(file).is_some() {
        let mut contents = Contents::new(true);
        let gathered =
            sekisho_database::read_sources(std::slice::from_ref(file), &mut contents, Limits::default())?;
        put(&place, &contents.encode(built())?, kept.as_ref(), terminal)?;
        told(&gathered);
        return Ok(if gathered.failed > 0 { Status::Incomplete } else { Status::Clean });
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let bytes = sekisho_database::read_trusted(file, bytes, Some(&place), &trust)?;
    put(&place, &bytes, kept.as_ref(), terminal)?;
    Ok(Status::Clean)
}
