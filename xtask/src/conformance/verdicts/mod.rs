//! What the original engines say of the corpora, row for row: in one ledger, of which each part counts where its
//! policies are there.

mod gatekeeper;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use ruzstd::decoding::StreamingDecoder;

use super::ledger::Ledger;
use super::{Options, data, kyverno, write_misses};

/// The name of the suite.
const NAME: &str = "verdicts";

/// How large a list of rows may be: the largest has a few megabytes.
const ROWS: u64 = 256 << 20;

/// Runs the parts whose policies are there.
pub(super) fn run(options: &Options) -> Result<()> {
    let Some(rows) = data("conformance/verdicts", &Options::default())? else {
        println!("{NAME}: skipped, no data: set SEKISHO_SHARED or put it at ../shared/conformance/verdicts");
        println!("0 of 0");
        return Ok(());
    };
    let corpus = rows.join("../../corpora/bitnami-rendered");
    let mut outcomes = kyverno::verdicts(&rows)?;
    match &options.data {
        Some(library) => {
            outcomes.extend(gatekeeper::run(&read(&rows.join("gatekeeper.jsonl.zst"))?, &corpus, library)?);
        }
        None => println!("gatekeeper: skipped, name a checkout of gatekeeper-library with --data"),
    }
    let listing = write_misses(NAME, &outcomes)?;
    let failed = outcomes.iter().filter(|outcome| outcome.miss.is_some()).count();
    if failed > 0 {
        println!("misses in {}", listing.display());
    }
    println!("{} of {}", outcomes.len() - failed, outcomes.len());
    let examined: BTreeSet<String> = outcomes.iter().map(|outcome| outcome.id.clone()).collect();
    let passed = outcomes.iter().filter(|outcome| outcome.miss.is_none()).map(|outcome| outcome.id.as_str());
    let lost = Ledger::new(NAME).settle_among(&examined, passed, options.update)?;
    if !lost.is_empty() {
        bail!("{} rows of the ledger of {NAME} no longer agree: {}", lost.len(), lost.join(", "));
    }
    Ok(())
}

/// The text of a packed list of rows.
fn read(path: &Path) -> Result<String> {
    let file = fs::File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut text = String::new();
    StreamingDecoder::new(file)?.take(ROWS).read_to_string(&mut text)?;
    Ok(text)
}
