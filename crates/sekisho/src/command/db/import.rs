//! `sekisho db import`: a database of a file, ours or another scanner's, into its place.

use super::update::put;
use crate::arguments::db::ImportArguments;
use crate::terminal::{Status, Terminal};
use anyhow::{Context, Result};

pub(crate) fn run(arguments: &ImportArguments, terminal: &Terminal) -> Result<Status> {
    let (_, trust) = arguments.trust.read()?;
    let place = arguments.place.place()?;
    let file = &arguments.file;
    let bytes = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let bytes = sekisho_database::read_trusted(file, bytes, Some(&place), &trust)?;
    put(&place, &bytes, terminal)?;
    Ok(Status::Clean)
}
