//! `cargo xtask starter`: the database that comes with the program, made of the shared records.
//!
//! Facts alone: what prose the records hold is left out. The bytes are the same for the same records, so the date of
//! the newest of them is the date of the database.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use sekisho_database::{Limits, read_sources};
use sekisho_vulnerability::{Contents, Database};

use crate::workspace::root;

/// Where the packed database lies.
const PACKED: &str = "crates/sekisho-database/data/starter.db.zst";
/// Licences under which facts may be passed on in the program, given the attribution in `NOTICE`.
const ALLOWED: [&str; 7] =
    ["Apache-2.0", "BSD-3-Clause", "CC-BY-4.0", "CC0-1.0", "CC0-1.0 AND CC-BY-4.0", "MIT", "Unlicense"];

pub(crate) fn run() -> Result<()> {
    let shared = env::var_os("SEKISHO_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let folder = shared.join("advisories");
    let mut contents = Contents::new(false);
    let gathered = read_sources(&[folder], &mut contents, Limits::default())?;
    ensure!(gathered.failed == 0, "records that cannot be read: {:?}", gathered.failures);
    let newest = newest_day(&Database::open(contents.encode(0)?)?)?;
    let bytes = contents.encode(newest)?;
    let database = Database::open(bytes.clone())?;
    database.prove()?;
    for origin in database.origins() {
        if !ALLOWED.contains(&origin.licence.as_str()) {
            bail!(
                "`{}` is under `{}`, which is not to be passed on: leave it out",
                origin.name,
                origin.licence
            );
        }
    }
    let path = root().join(PACKED);
    pack(&bytes, &path)?;
    notice(&database)?;
    println!(
        "{PACKED}: {} advisories, {} packages, {} bytes, packed {}",
        database.len(),
        database.packages(),
        bytes.len(),
        fs::metadata(&path)?.len()
    );
    Ok(())
}

/// The day of the newest record, in seconds since 1970.
fn newest_day(database: &Database) -> Result<i64> {
    let day = database.origins().iter().map(|origin| origin.date.clone()).max().unwrap_or_default();
    let day: jiff::civil::Date = day.parse().with_context(|| format!("no record names a day but `{day}`"))?;
    Ok(day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_second())
}

/// Packs with the program `zstd`, whose best level no library here has.
fn pack(bytes: &[u8], path: &Path) -> Result<()> {
    let plain = path.with_extension("");
    fs::create_dir_all(path.parent().context("a folder")?)?;
    fs::write(&plain, bytes)?;
    let packed = Command::new("zstd")
        .args(["--quiet", "--force", "--ultra", "-22", "--no-progress", "--rm", "-o"])
        .arg(path)
        .arg(&plain)
        .status()
        .context("cannot run `zstd`")?;
    ensure!(packed.success(), "`zstd` failed");
    Ok(())
}

/// Writes whose facts the program holds.
fn notice(database: &Database) -> Result<()> {
    const BEGIN: &str =
        "The program holds facts about vulnerabilities (identifiers, names of packages, ranges of versions,";
    let path = root().join("NOTICE");
    let text = fs::read_to_string(&path)?;
    let before = text.split(BEGIN).next().unwrap_or_default().trim_end();
    let mut lines = vec![
        before.to_owned(),
        String::new(),
        BEGIN.to_owned(),
        "severities, dates) of these sources, compiled and changed in form:".to_owned(),
        String::new(),
    ];
    for origin in database.origins() {
        let by =
            if origin.attribution.is_empty() { String::new() } else { format!(", {}", origin.attribution) };
        lines.push(format!("- {}{by} ({})", origin.name, origin.licence));
    }
    fs::write(&path, lines.join("\n") + "\n")?;
    Ok(())
}
