//! Charts as the real `helm template` renders them: the same manifests of the same templates in the same order,
//! byte for byte, but for what is random there too.
//!
//! The charts of our own in `crates/sekisho-chart/tests/charts` always run. Those of others come from the
//! folder that `--data` names, for instance a clone of a repository of charts, and have a ledger of their own:
//! a row of it counts wherever its chart is among the data.

mod charts;
mod der;
mod mask;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;

use self::charts::Case;
use self::mask::Masks;
use super::ledger::Ledger;
use super::{Outcome, skipped, write_misses};
use crate::peer;
use crate::workspace::root;

/// What the suite takes.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Render the charts below this folder too
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Only the charts whose names contain this
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Write the ledgers anew
    #[arg(long)]
    update: bool,
}

/// How often the real one renders a chart before something that differs counts: what is random may agree twice.
const RUNS: usize = 4;

/// The release that charts are rendered as.
const RELEASE: &str = "rel";

/// Runs the suite over the charts of our own, and over those of others where a folder is given.
pub(super) fn run(options: &Options) -> Result<()> {
    let Some(helm) = peer::helm()? else {
        return skipped("helm", "the real helm is not here");
    };
    let own = root().join("crates/sekisho-chart/tests/charts");
    let mut lost = settle("helm", &own, &helm, options)?;
    match &options.data {
        Some(data) => lost.extend(settle("helm-charts", data, &helm, options)?),
        None => println!("helm-charts: skipped, no charts of others: name their folder with --data"),
    }
    if !lost.is_empty() {
        bail!("{} cases of the ledgers of helm no longer pass: {}", lost.len(), lost.join(", "));
    }
    Ok(())
}

/// Compares the charts below a folder and returns what a ledger lists that no longer passes.
fn settle(name: &str, data: &Path, helm: &Path, options: &Options) -> Result<Vec<String>> {
    let data = &data.canonicalize().with_context(|| format!("cannot read `{}`", data.display()))?;
    let mut cases = charts::cases(data)?;
    if let Some(only) = &options.only {
        cases.retain(|case| case.id.contains(only.as_str()));
    }
    let compared = compare_all(&cases, helm)?;
    let refused: Vec<_> = compared
        .iter()
        .filter_map(|(case, verdict)| match verdict {
            Verdict::BothRefuse { ours, theirs } => {
                Some(format!("{case}\n  ours: {ours}\n  helm: {theirs}\n"))
            }
            _ => None,
        })
        .collect();
    let folder = root().join("target/conformance");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("{name}.refused.txt")), refused.concat())?;
    println!("{name}: {} charts and values files, of which both refuse {}", compared.len(), refused.len());
    let outcomes: Vec<_> = compared
        .into_iter()
        .filter_map(|(id, verdict)| match verdict {
            Verdict::Same => Some(Outcome { id, miss: None }),
            Verdict::Differs(miss) => Some(Outcome { id, miss: Some(miss) }),
            Verdict::BothRefuse { .. } => None,
        })
        .collect();
    let listing = write_misses(name, &outcomes)?;
    let failed = outcomes.iter().filter(|outcome| outcome.miss.is_some()).count();
    if failed > 0 {
        println!("misses in {}", listing.display());
    }
    println!("{} of {}", outcomes.len() - failed, outcomes.len());
    let examined: BTreeSet<String> = outcomes.iter().map(|outcome| outcome.id.clone()).collect();
    let passed = outcomes.iter().filter(|outcome| outcome.miss.is_none()).map(|outcome| outcome.id.as_str());
    Ledger::new(name).settle_among(&examined, passed, options.update)
}

enum Verdict {
    Same,
    Differs(String),
    BothRefuse { ours: String, theirs: String },
}

fn compare_all(cases: &[Case], helm: &Path) -> Result<Vec<(String, Verdict)>> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<()> {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let verdict = compare(case, helm)?;
            if let Ok(mut done) = done.lock() {
                done.push((case.id.clone(), verdict));
            }
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| anyhow!("a comparison panicked"))?)
    })?;
    let mut compared = done.into_inner().unwrap_or_default();
    compared.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(compared)
}

fn compare(case: &Case, helm: &Path) -> Result<Verdict> {
    let (case, first) = match ask(helm, case)? {
        // The real one fetches what a schema refers to, which we do not.
        Err(message) if message.contains("failing loading \"http") => {
            let case = Case { skip_schema: true, ..case.clone() };
            let first = ask(helm, &case)?;
            (case, first)
        }
        first => (case.clone(), first),
    };
    let mut first = Some(first);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let ours = case.render(i64::try_from(now)?);
    let mut theirs = Vec::new();
    for run in 0..RUNS {
        if run > 1 {
            // What is made of the time in seconds must differ too.
            thread::sleep(Duration::from_millis(1_100));
        }
        let asked = match first.take() {
            Some(first) => first,
            None => ask(helm, &case)?,
        };
        match asked {
            Ok(text) => theirs.push(text),
            Err(message) => {
                return Ok(match ours {
                    Ok(_) => Verdict::Differs(format!("helm refuses: {message}")),
                    Err(error) => Verdict::BothRefuse { ours: error, theirs: message },
                });
            }
        }
        let ours = match &ours {
            Ok(ours) => ours,
            Err(error) => return Ok(Verdict::Differs(error.clone())),
        };
        let miss = difference(ours, &theirs);
        match miss {
            None => return Ok(Verdict::Same),
            Some(miss) if theirs.len() == RUNS => return Ok(Verdict::Differs(miss)),
            Some(_) => {}
        }
    }
    bail!("the real one was never asked")
}

/// What the real one prints, or why it refuses. Behind a proxy that is not there it reaches no other machine.
fn ask(helm: &Path, case: &Case) -> Result<Result<String, String>> {
    let mut command = Command::new(helm);
    command.args(["template", RELEASE]).arg(&case.path).args(["--namespace", "default", "--include-crds"]);
    for values in &case.values {
        command.arg("--values").arg(values);
    }
    if case.skip_schema {
        command.arg("--skip-schema-validation");
    }
    let output = command
        .env_clear()
        .envs([("HOME", "/nonexistent"), ("PATH", "/nonexistent"), ("TZ", "UTC")])
        .envs([("HTTP_PROXY", "http://127.0.0.1:9"), ("HTTPS_PROXY", "http://127.0.0.1:9")])
        .output()
        .with_context(|| format!("cannot run `{}`", helm.display()))?;
    if !output.status.success() {
        return Ok(Err(short(String::from_utf8_lossy(&output.stderr).trim())));
    }
    Ok(Ok(String::from_utf8_lossy(&output.stdout).into_owned()))
}

/// The first difference between our rendering and what several runs of the real one have in common.
fn difference(ours: &str, theirs: &[String]) -> Option<String> {
    let theirs: Vec<Vec<_>> = theirs.iter().map(|text| manifests(text)).collect();
    let ours = manifests(ours);
    let mut masks = Masks::default();
    let first = theirs.first()?;
    for (index, (path, text)) in ours.iter().enumerate() {
        let runs: Vec<_> = theirs.iter().filter_map(|run| run.get(index)).collect();
        let Some((expected, _)) = runs.first() else {
            return Some(format!("a manifest of `{path}` that helm does not have"));
        };
        if runs.iter().any(|(name, _)| name != path) {
            return Some(format!("a manifest of `{path}` where helm has one of `{expected}`"));
        }
        let runs: Vec<_> = runs.iter().map(|(_, text)| *text).collect();
        if let Err(miss) = masks.compare(text, &runs) {
            return Some(format!("`{path}`: {}", short(&miss)));
        }
    }
    let left = first.get(ours.len())?;
    Some(format!("no manifest of `{}`, which helm has", left.0))
}

/// The manifests of what is printed, each with the path of its template.
fn manifests(text: &str) -> Vec<(&str, &str)> {
    let pieces = text.split("---\n# Source: ").filter(|piece| !piece.trim().is_empty());
    pieces.map(|piece| piece.split_once('\n').unwrap_or((piece, ""))).collect()
}

fn short(text: &str) -> String {
    text.chars().take(600).map(|character| if character == '\n' { '⏎' } else { character }).collect()
}
