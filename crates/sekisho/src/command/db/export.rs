//! `sekisho db export`: the database in use as a file.

use anyhow::{Result, bail};
use sekisho_vulnerability::Contents;

use crate::advisories;
use crate::arguments::db::ExportArguments;
use crate::terminal::{Status, Terminal};

pub(crate) fn run(arguments: &ExportArguments, terminal: &Terminal) -> Result<Status> {
    let found = advisories::find(arguments.place.database.as_deref(), false)?;
    found.database.prove()?;
    let bytes = match &found.path {
        Some(path) => std::fs::read(path)?,
        None => Contents::of(&found.database)?.encode(found.database.built())?,
    };
    if found.path.as_ref().is_some_and(|path| *path == arguments.output) {
        bail!("`{}` is the database itself: name another file", arguments.output.display());
    }
    sekisho_database::install(&arguments.output, &bytes)?;
    terminal.note(format_args!("wrote `{}`, {} bytes", arguments.output.display(), bytes.len()));
    Ok(Status::Clean)
}
