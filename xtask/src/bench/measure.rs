//! The cost of a command as the operating system counts it: wall time, processor time, peak memory.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Deserialize, Serialize};

/// What one run of a command cost.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// Processor seconds, of the user and of the system.
    pub(crate) cpu: f64,
    /// Peak memory of the largest process, in MB of 10^6 bytes.
    pub(crate) memory: f64,
}

/// Runs the command and prints its cost as JSON. It is a process of its own because the operating system
/// counts the children of a process together.
pub(crate) fn run_once(command: &[String]) -> Result<()> {
    let (program, arguments) = command.split_first().context("name a command")?;
    let start = Instant::now();
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .with_context(|| format!("cannot run `{program}`"))?;
    let wall = start.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    #[allow(clippy::cast_precision_loss, reason = "microseconds and kilobytes are far below 2^52")]
    let cost = Cost {
        wall,
        cpu: (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6,
        memory: usage.max_rss() as f64 * 1024.0 / 1e6,
    };
    println!("{}", serde_json::to_string(&cost)?);
    Ok(())
}

/// What one run of a command and of all that it runs cost.
pub(crate) fn once(program: &Path, arguments: &[&str]) -> Result<Cost> {
    let output = Command::new(std::env::current_exe()?)
        .arg("measure")
        .arg("--")
        .arg(program)
        .args(arguments)
        .output()?;
    serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The medians over several runs of a command, after one that does not count.
pub(crate) fn median(program: &Path, arguments: &[&str], runs: usize) -> Result<Cost> {
    let mut costs = Vec::new();
    for run in 0..=runs {
        let cost = once(program, arguments)?;
        if run > 0 {
            costs.push(cost);
        }
    }
    let middle = |of: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = costs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Ok(Cost {
        wall: middle(|cost| cost.wall),
        cpu: middle(|cost| cost.cpu),
        memory: middle(|cost| cost.memory),
    })
}
