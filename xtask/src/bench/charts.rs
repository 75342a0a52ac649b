//! `cargo xtask bench charts`: charts rendered and examined, beside the real helm, which only renders them.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::measure::{Cost, median};
use super::release_binary;
use crate::peer;
use crate::workspace::root;

/// The folder of charts that are measured.
const VARIABLE: &str = "SEKISHO_CHARTS";

pub(super) fn run() -> Result<()> {
    let folder =
        env::var_os(VARIABLE).map_or_else(|| root().join("crates/sekisho-chart/tests/charts"), PathBuf::from);
    let charts = charts(&folder)?;
    let count = charts.len();
    let binary = release_binary()?;
    let helm = peer::helm()?;

    println!("| what | wall s | CPU s | memory MB |");
    println!("| --- | --- | --- | --- |");
    let all = text(&folder);
    let scan = |target: &str, more: &[&str], runs| {
        median(&binary, &[&["scan", target, "--format", "json"], more].concat(), runs)
    };
    row(&format!("sekisho scan, {count} charts, every core"), scan(&all, &[], 7)?);
    row("the same, one thread", scan(&all, &["--jobs", "1"], 7)?);
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    // In turn, so that both have the same of a noisy machine.
    for chart in &charts {
        let path = text(chart);
        ours.push((median(&binary, &["render", &path], 3)?, path.clone()));
        if let Some(helm) = &helm {
            theirs.push((median(helm, &["template", "release-name", &path], 1)?, path));
        }
    }
    row(&format!("sekisho render, {count} charts one after the other"), sum(&ours));
    if helm.is_some() {
        row("helm template, the same", sum(&theirs));
    }
    ours.sort_by(|(one, _), (other, _)| one.cpu.total_cmp(&other.cpu));
    if let Some((_, middling)) = ours.get(count / 2) {
        let name = Path::new(middling).file_name().unwrap_or_default().to_string_lossy().into_owned();
        row(&format!("sekisho scan, one middling chart (`{name}`)"), scan(middling, &[], 21)?);
        if let Some((cost, _)) = theirs.iter().find(|(_, path)| path == middling) {
            row("helm template, the same", *cost);
        }
    }
    match &helm {
        Some(_) => {
            println!("\nCPU of rendering: {:.0} times less than helm", sum(&theirs).cpu / sum(&ours).cpu);
        }
        None => println!("\nthe real helm is not here: not compared"),
    }
    if env::var_os(VARIABLE).is_none() {
        println!("only charts of our own: {VARIABLE} names a folder of others");
    }
    Ok(())
}

/// The charts right below a folder.
fn charts(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let is_chart = |path: &PathBuf| {
        path.join("Chart.yaml").is_file() || path.extension().is_some_and(|kind| kind == OsStr::new("tgz"))
    };
    let mut charts: Vec<_> = paths.into_iter().filter(is_chart).collect();
    charts.sort();
    ensure!(!charts.is_empty(), "no charts right below `{}`", folder.display());
    Ok(charts)
}

/// The costs of several commands one after the other.
fn sum(costs: &[(Cost, String)]) -> Cost {
    let start = Cost { wall: 0.0, cpu: 0.0, memory: 0.0 };
    costs.iter().fold(start, |sum, (cost, _)| Cost {
        wall: sum.wall + cost.wall,
        cpu: sum.cpu + cost.cpu,
        memory: sum.memory.max(cost.memory),
    })
}

fn row(what: &str, cost: Cost) {
    println!("| {what} | {:.3} | {:.2} | {:.1} |", cost.wall, cost.cpu, cost.memory);
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
