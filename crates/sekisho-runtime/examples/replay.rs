//! Goes over a capture with rules and says what an event cost: `replay CAPTURE PROFILE RULES…`. For `cargo xtask bench
//! runtime`.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a program that measures reads files and the clock, and prints"
)]

use std::error::Error;
use std::fs::{self, File};
use std::time::Instant;

use sekisho_capture::{Budget, CaptureReader, Profile};
use sekisho_falco::{Catalog, LoadBudget, Loader};
use sekisho_runtime::{Settings, Watcher};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(capture), Some(profile)) = (arguments.next(), arguments.next()) else {
        return Err("name a capture and a profile".into());
    };
    let profile = if profile == "legacy" { Profile::Legacy } else { Profile::Current };
    let mut loader = Loader::new(Catalog::standard(), LoadBudget::default());
    let mut rules = loader.load("[]").1;
    for path in arguments {
        let (result, set) = loader.load(&fs::read_to_string(&path)?);
        if let Some(error) = result.errors().next() {
            return Err(format!("{path}: {error}").into());
        }
        rules = set;
    }
    let rules = rules.ok_or("no rules")?;
    let count = rules.rules().count();
    let mut watcher = Watcher::new(rules, Settings { profile, ..Settings::default() });
    let budget = Budget { total_bytes: u64::MAX, ..Budget::default() };
    let mut reader = CaptureReader::new(File::open(&capture)?, profile, budget)?;
    let start = Instant::now();
    let mut alerts = 0_u64;
    while let Some(item) = reader.next_item()? {
        alerts += watcher.take(item).len() as u64;
    }
    let seconds = start.elapsed().as_secs_f64();
    let read = reader.statistics();
    let events = (read.events + read.merged_events) as f64;
    let (predicates, values) = watcher.evaluated();
    println!(
        "{count} rules, {events} events, {alerts} alerts, {:.1} ns an event, {:.2} comparisons and {:.2} values an event",
        seconds * 1e9 / events,
        predicates as f64 / events,
        values as f64 / events,
    );
    Ok(())
}
