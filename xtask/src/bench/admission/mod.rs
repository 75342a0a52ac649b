//! `cargo xtask bench admission`: the webhook under load. Where the machine has four processors the webhook has two of
//! them and the load comes from the others; where it has fewer, they share, which is said.

mod api_server;
pub(super) mod policies;
mod webhook;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

pub(super) use self::api_server::pods;
use self::webhook::Webhook;
pub(super) use self::webhook::peak_memory;
use super::release_binary_with;
use crate::workspace::root;

/// What the load generator measured; times in milliseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Load {
    per_second: u64,
    answered: u64,
    denied: u64,
    failed: u64,
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
    /// What a review cost the webhook's processors, in microseconds; the generator does not know it.
    #[serde(default)]
    cpu: f64,
}

/// Which processors a process may have, as `taskset` names them.
#[derive(Debug, Clone, Copy)]
struct Places {
    webhook: &'static str,
    load: &'static str,
}

/// How often each load is given; the run with the median of its p99 counts.
const RUNS: usize = 3;

pub(super) fn run() -> Result<()> {
    let binary = release_binary_with(&["mimalloc"])?;
    let load = load_generator()?;
    let folder = root().join("target/bench/admission");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let cores = available_parallelism()?.get();
    let places = if cores >= 4 {
        Places { webhook: "0,1", load: "2,3" }
    } else {
        println!("this machine has {cores} processors: the webhook and the load share them");
        Places { webhook: "0-1", load: "0-1" }
    };
    let bench = Bench { binary, load, folder, places };
    bench.mixed()?;
    bench.many()?;
    bench.start()?;
    api_server::run(&bench.binary, &bench.folder)?;
    images()
}

/// Reviews of Pods whose images are verified: the webhook, its registry and its callers in one process, on every processor.
pub(super) fn images() -> Result<()> {
    let bench = ["bench", "--quiet", "--package", "sekisho-webhook", "--bench", "images"];
    let mut build = Command::new(env!("CARGO"));
    build.args(bench).arg("--no-run");
    let last = available_parallelism()?.get() - 1;
    let mut run = placed(&format!("0-{last}"));
    run.arg(env!("CARGO")).args(bench);
    for mut command in [build, run] {
        let status = command.current_dir(root()).status().context("cannot run cargo")?;
        ensure!(status.success(), "the benchmark failed");
    }
    Ok(())
}

struct Bench {
    binary: PathBuf,
    load: PathBuf,
    folder: PathBuf,
    places: Places,
}

impl Bench {
    /// Pod Security and twenty policies, at a rate and at the most.
    fn mixed(&self) -> Result<()> {
        let policies = self.folder.join("mixed");
        policies::mixed(&policies)?;
        let webhook = self.webhook(&policies)?;
        println!(
            "| Pod Security and 20 policies, Pods of 4 to 6.5 KB | per second | p50 ms | p90 ms | p99 ms | max ms | failed | CPU µs each |"
        );
        println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (what, arguments) in [
            ("500 a second", vec!["--rate", "500"]),
            ("2,000 a second", vec!["--rate", "2000"]),
            ("2,000 a second, HTTP/2", vec!["--rate", "2000", "--http2"]),
            ("as many as are answered", vec!["--workers", "32", "--connections", "32"]),
            ("as many as are answered, HTTP/2", vec!["--workers", "32", "--http2"]),
        ] {
            row(what, self.median(&webhook, &arguments)?);
        }
        println!("memory: {:.1} MB at most", webhook.peak_memory()?);
        Ok(())
    }

    /// Ten policies that concern Pods, alone and among 990 others.
    fn many(&self) -> Result<()> {
        println!("| policies | per second | p50 ms | p90 ms | p99 ms | max ms | failed | CPU µs each |");
        println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
        let mut medians = Vec::new();
        for (what, others) in [("10", 0), ("1,000, of which 990 concern something else", 990)] {
            let policies = self.folder.join(format!("many-{others}"));
            policies::many(&policies, others)?;
            let webhook = self.webhook(&policies)?;
            let load = self.median(&webhook, &["--rate", "500"])?;
            row(what, load);
            println!("memory: {:.1} MB at most", webhook.peak_memory()?);
            medians.push(load.p50);
        }
        if let [few, all] = medians.as_slice() {
            println!("p50 with 1,000: {:.2} times that with 10", all / few);
        }
        Ok(())
    }

    /// From the start of the process until it is ready, with 500 policies.
    fn start(&self) -> Result<()> {
        let policies = self.folder.join("start");
        policies::many(&policies, 490)?;
        let mut times = Vec::new();
        for _ in 0..5 {
            let started = Instant::now();
            let webhook = self.webhook(&policies)?;
            times.push(started.elapsed());
            drop(webhook);
        }
        times.sort();
        let median = times.get(times.len() / 2).copied().unwrap_or(Duration::ZERO);
        println!("from start to ready with 500 policies: {:.3} s", median.as_secs_f64());
        Ok(())
    }

    fn webhook(&self, policies: &Path) -> Result<Webhook> {
        Webhook::start(
            &self.binary,
            policies,
            &self.folder,
            self.places.webhook,
            &["--facts", FACTS, "--any-client"],
        )
    }

    fn median(&self, webhook: &Webhook, arguments: &[&str]) -> Result<Load> {
        let mut loads = Vec::new();
        for _ in 0..RUNS {
            let before = webhook.processor_time()?;
            let output = placed(self.places.load)
                .arg(&self.load)
                .args(["--seconds", "8", "--address", &webhook.address, "--ca"])
                .arg(&webhook.authority)
                .args(arguments)
                .output()
                .context("cannot run the load generator")?;
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let mut load: Load = serde_json::from_slice(&output.stdout)?;
            // The second that warms up costs as much as any other.
            let answered = (load.answered + load.per_second).max(1);
            #[allow(clippy::cast_precision_loss, reason = "reviews of seconds are far below 2^52")]
            let answered = answered as f64;
            load.cpu = (webhook.processor_time()? - before) * 1e6 / answered;
            ensure!(load.denied > 0, "nothing was refused: the policies were not asked");
            loads.push(load);
        }
        loads.sort_by(|one, other| one.p99.total_cmp(&other.p99));
        loads.get(RUNS / 2).copied().context("no run")
    }
}

/// The objects that stand for the cluster.
const FACTS: &str = "target/bench/admission/facts.yaml";

/// The namespace of the Pods, with its Pod Security level.
pub(super) const NAMESPACE: &str = "apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/warn: restricted}
";

/// A command whose program gets these processors, to itself where `SEKISHO_REALTIME` is set: with a priority before that
/// of all other work, which takes an administrator.
pub(super) fn placed(places: &str) -> Command {
    let mut command = if std::env::var_os("SEKISHO_REALTIME").is_some() {
        let mut command = Command::new("chrt");
        command.args(["-f", "20", "taskset"]);
        command
    } else {
        Command::new("taskset")
    };
    command.args(["-c", places]);
    command
}

fn row(what: &str, load: Load) {
    println!(
        "| {what} | {} | {:.2} | {:.2} | {:.2} | {:.1} | {} | {:.0} |",
        load.per_second, load.p50, load.p90, load.p99, load.max, load.failed, load.cpu
    );
}

/// Builds the load generator and gives its path.
fn load_generator() -> Result<PathBuf> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--package", "sekisho-webhook", "--example", "load"])
        .current_dir(root())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "the load generator cannot be built");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release/examples/load"))
}
