//! Which vulnerability database is asked: the one that is named, the one in its place, or the one in the program.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::Timestamp;
use sekisho_database::{InstallError, starter, starter_in};
use sekisho_registry::Cache;
use sekisho_vulnerability::{Database, PublicKey};

/// A database and where it was found.
#[derive(Debug)]
pub(crate) struct Found {
    /// The database.
    pub(crate) database: Database,
    /// The file; none for the one in the program.
    pub(crate) path: Option<PathBuf>,
}

/// Where the database of this user lies: `SEKISHO_DATABASE`, else in the folder for what can be got again.
pub(crate) fn usual_place() -> Result<PathBuf> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = named("SEKISHO_DATABASE") {
        return Ok(path);
    }
    let cache = named("XDG_CACHE_HOME")
        .or_else(|| named("HOME").map(|home| home.join(".cache")))
        .or_else(|| named("LOCALAPPDATA"))
        .context("there is no home folder: name the database with `--database`, or set `SEKISHO_DATABASE`")?;
    Ok(cache.join("sekisho").join("vulnerabilities.db"))
}

/// Opens the database that is named, else the one in its place, else the one in the program. One that is named, or
/// damaged in its place, is an error: nobody would see that older facts are used. The one in the program is unpacked
/// once, unless nothing may be kept.
pub(crate) fn find(named: Option<&Path>, keeps: bool) -> Result<Found> {
    if let Some(path) = named {
        return Ok(Found { database: sekisho_database::open(path)?, path: Some(path.to_owned()) });
    }
    if let Ok(path) = usual_place()
        && path.exists()
    {
        let database = match sekisho_database::open(&path) {
            Ok(database) => database,
            Err(error @ InstallError::Content { .. }) => {
                return Err(error).context("remove the file to use the database in the program");
            }
            Err(error) => return Err(error.into()),
        };
        return Ok(Found { database, path: Some(path) });
    }
    let kept = Cache::home().filter(|_| keeps);
    let database = kept.map_or_else(starter, |folder| starter_in(&folder));
    Ok(Found { database: database.context("the database in the program")?, path: None })
}

impl Found {
    /// When it was built, as RFC 3339.
    pub(crate) fn built(&self) -> String {
        Timestamp::from_second(self.database.built()).map(|built| built.to_string()).unwrap_or_default()
    }

    /// How old it is and what it is, in one line.
    pub(crate) fn age(&self, today: i64) -> String {
        let built = self.database.built().div_euclid(86_400);
        let days = (today - built).max(0);
        let newest =
            self.database.origins().iter().map(|origin| origin.date.as_str()).max().unwrap_or_default();
        let which = match &self.path {
            Some(path) => format!("`{}`", path.display()),
            None => "the starter database in this program".to_owned(),
        };
        let age = match days {
            0 => "built today".to_owned(),
            1 => "built yesterday".to_owned(),
            days => format!("built {days} days ago"),
        };
        let newest = if newest.is_empty() { String::new() } else { format!(", records up to {newest}") };
        format!("{which}, {} advisories, {age}{newest}", self.database.len())
    }
}

/// Reads public keys in PEM.
pub(crate) fn keys(paths: &[PathBuf]) -> Result<Vec<PublicKey>> {
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the key `{}`", path.display()))?;
        PublicKey::from_pem(&text).with_context(|| format!("`{}`", path.display()))
    };
    paths.iter().map(read).collect()
}
