//! `sekisho db update`: a newer database from a file or an address. Nothing is fetched that is not named.

use std::path::Path;

use anyhow::{Context, Result, bail};
use sekisho_database::fetch::{FetchError, fetch, is_address};
use sekisho_database::{InstallError, Trust, starter};
use sekisho_store::StoreTarget;
use sekisho_vulnerability::{Database, DatabaseError};

use super::build::delta_path;
use super::news;
use crate::arguments::db::UpdateArguments;
use crate::inventories;
use crate::terminal::{Status, Terminal};

pub(crate) fn run(arguments: &UpdateArguments, terminal: &Terminal) -> Result<Status> {
    let (config, trust) = arguments.trust.read()?;
    let source = arguments.source.clone().or_else(|| config.database_source()).context(
        "no source is named: give a file or an `https://` address, or set `vulnerabilities.source` in `sekisho.yaml`",
    )?;
    let place = arguments.place.place()?;
    let bytes = if is_address(&source) {
        if terminal.offline {
            bail!("`{source}` is an address, and `--offline` forbids connections: name a file");
        }
        downloaded(&source, &place, &trust)?
    } else if source.contains("://") {
        return Err(FetchError::Address(source).into());
    } else {
        let path = Path::new(&source);
        let bytes = std::fs::read(path).with_context(|| format!("cannot read `{source}`"))?;
        sekisho_database::read_trusted(path, bytes, Some(&place), &trust)?
    };
    let kept = inventories::place(arguments.inventories.as_deref(), &config)?;
    put(&place, &bytes, kept.as_ref(), terminal)?;
    Ok(Status::Clean)
}

/// Puts proved bytes into their place, and says what is there now and what is new in images that were looked at before.
pub(super) fn put(place: &Path, bytes: &[u8], kept: Option<&StoreTarget>, terminal: &Terminal) -> Result<()> {
    let known = sekisho_database::open(place).ok();
    let offered = Database::open(bytes.to_vec())?;
    if known.as_ref().is_some_and(|known| known.identity() == offered.identity()) {
        terminal.note(format_args!("`{}` is this database already", place.display()));
        return Ok(());
    }
    sekisho_database::install(place, bytes)?;
    terminal.note(format_args!(
        "`{}` now holds {} advisories about {} packages",
        place.display(),
        offered.len(),
        offered.packages()
    ));
    // Without one in its place, images were judged by the one in the program.
    let before = known.map_or_else(starter, Ok)?;
    news::tell(kept, &before, &offered)
}

/// The delta that lies beside an address for the database in place, else the whole one.
fn downloaded(source: &str, place: &Path, trust: &Trust) -> Result<Vec<u8>> {
    if let Ok(known) = sekisho_database::open(place) {
        let address = delta_path(source, &known.identity());
        match fetch(&address) {
            Ok(delta) => match sekisho_database::read_trusted(Path::new(&address), delta, Some(place), trust)
            {
                Ok(bytes) => return Ok(bytes),
                // Built by another version of this program, say: the whole one is as good.
                Err(InstallError::Content {
                    source: DatabaseError::Target | DatabaseError::Base { .. },
                    ..
                }) => {}
                Err(error) => return Err(error.into()),
            },
            Err(FetchError::Absent(_) | FetchError::Status { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let bytes = fetch(source)?;
    Ok(sekisho_database::read_trusted(Path::new(source), bytes, Some(place), trust)?)
}
