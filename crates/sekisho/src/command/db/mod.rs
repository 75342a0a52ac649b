//! `sekisho db`: the verbs about the vulnerability database, one file each.

mod affected;
mod build;
mod export;
mod import;
mod news;
mod show;
mod status;
mod update;

use std::path::{Path, PathBuf};

use anyhow::Result;
use sekisho_database::Trust;

use crate::advisories;
use crate::arguments::db::{DbArguments, DbVerb, PlaceArguments, TrustArguments};
use crate::config::Config;
use crate::terminal::{Status, Terminal};

pub(crate) fn run(arguments: DbArguments, terminal: &Terminal) -> Result<Status> {
    match arguments.verb {
        DbVerb::Build(build) => build::run(&build, terminal),
        DbVerb::Update(update) => update::run(&update, terminal),
        DbVerb::Status(status) => status::run(&status),
        DbVerb::Export(export) => export::run(&export, terminal),
        DbVerb::Import(import) => import::run(&import, terminal),
        DbVerb::Show(show) => show::run(&show),
        DbVerb::Affected(affected) => affected::run(&affected, terminal),
    }
}

impl PlaceArguments {
    /// Where the database lies or will lie.
    fn place(&self) -> Result<PathBuf> {
        self.database.clone().map_or_else(advisories::usual_place, Ok)
    }
}

impl TrustArguments {
    /// The configuration, and what a database must show.
    fn read(&self) -> Result<(Config, Trust)> {
        let config = Config::find(self.config.as_deref(), Path::new("."))?;
        let paths = if self.key.is_empty() { config.database_keys() } else { self.key.clone() };
        Ok((config, Trust { keys: advisories::keys(&paths)?, may_go_back: self.force }))
    }
}
