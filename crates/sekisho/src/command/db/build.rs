//! `sekisho db build`: advisories → a database.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use sekisho_database::{Gathered, Limits};
use sekisho_vulnerability::{Contents, Database, Delta, PrivateKey};

use crate::arguments::db::BuildArguments;
use crate::terminal::{Status, Terminal, complain};

/// Files that are named one by one where they could not be read.
const NAMED: usize = 20;

pub(crate) fn run(arguments: &BuildArguments, terminal: &Terminal) -> Result<Status> {
    let keys = arguments.sign.iter().map(private_key).collect::<Result<Vec<_>>>()?;
    let mut contents = Contents::new(!arguments.facts_only);
    let gathered = sekisho_database::read_sources(&arguments.sources, &mut contents, Limits::default())?;
    if contents.is_empty() {
        bail!(
            "no advisory was found in what is named: name folders or archives of records in OSV or another format"
        );
    }
    let mut bytes = contents.encode(built())?;
    for key in &keys {
        bytes = Database::sign(bytes, key)?;
    }
    let database = Database::open(bytes.clone())?;
    database.prove()?;
    if let Some(base) = &arguments.delta_from {
        let base = sekisho_database::open(base)?;
        let mut delta = Delta::between(&base, &database)?;
        for key in &keys {
            delta = Database::sign(delta, key)?;
        }
        let path = delta_path(&arguments.output.display().to_string(), &base.identity());
        sekisho_database::install(&PathBuf::from(&path), &delta)?;
        terminal.note(format_args!("wrote `{path}`, {} bytes", delta.len()));
    }
    sekisho_database::install(&arguments.output, &bytes)?;
    told(&gathered);
    terminal.note(format_args!(
        "wrote `{}`: {} advisories about {} packages, {} bytes",
        arguments.output.display(),
        database.len(),
        database.packages(),
        bytes.len(),
    ));
    let left = [
        (contents.unread_ranges(), "ranges go by commits or could not be read"),
        (contents.strange_packages(), "packages are of ecosystems that are not known"),
    ];
    for (count, what) in left.into_iter().filter(|(count, _)| *count > 0) {
        terminal.note(format_args!("{count} {what}"));
    }
    Ok(if gathered.failed > 0 { Status::Incomplete } else { Status::Clean })
}

/// Where the delta from a database of this identity lies beside another.
pub(super) fn delta_path(database: &str, identity: &str) -> String {
    format!("{database}.{}.delta", identity.get(..16).unwrap_or(identity))
}

/// Says which files could not be read.
pub(super) fn told(gathered: &Gathered) {
    for failure in gathered.failures.iter().take(NAMED) {
        complain(format_args!("`{}`: {}", failure.path, failure.reason));
    }
    if gathered.failed > NAMED {
        complain(format_args!("{} more files could not be read", gathered.failed - NAMED));
    }
}

/// When it is built: now, or when `SOURCE_DATE_EPOCH` says, so that a build can be made again byte by byte.
pub(super) fn built() -> i64 {
    let said = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse().ok());
    said.unwrap_or_else(|| Timestamp::now().as_second())
}

fn private_key(path: &PathBuf) -> Result<PrivateKey> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read the key `{}`", path.display()))?;
    PrivateKey::from_pem(&text).with_context(|| format!("`{}`", path.display()))
}
