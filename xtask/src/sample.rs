//! `cargo xtask sample`: draws findings on the corpora at random, for people to judge (`docs/accuracy.md`).

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::workspace::{root, shared};

pub(crate) fn run(count: usize, seed: u64, persona: &str) -> Result<()> {
    let corpora = shared("corpora").context("the corpora are absent: set SEKISHO_SHARED")?;
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .args(["--package", "sekisho", "--"])
        .args(["scan", "--lang", "en", "--format", "json", "--fail-on", "none", "--persona", persona, "."])
        .current_dir(&corpora)
        .output()
        .context("cannot run sekisho")?;
    // 4: a part of the corpora, such as a chart without its dependencies, cannot be examined.
    let ended = matches!(output.status.code(), Some(0 | 4));
    ensure!(ended, "the scan failed: {}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).context("the report is no JSON")?;
    let findings = report.get("findings").and_then(Value::as_array).context("the report has no findings")?;
    println!("{count} of {} findings, seed {seed}, persona {persona}\n", findings.len());
    let mut random = SplitMix(seed);
    let mut places: Vec<usize> = (0..findings.len()).collect();
    for drawn in 0..count.min(places.len()) {
        let left = places.len() - drawn;
        let other = drawn + usize::try_from(random.next() % left as u64)?;
        places.swap(drawn, other);
        let Some(finding) = places.get(drawn).and_then(|place| findings.get(*place)) else { continue };
        print_finding(drawn + 1, finding);
    }
    Ok(())
}

fn print_finding(number: usize, finding: &Value) {
    let text = |path: &str| match finding.pointer(path) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    println!(
        "{number}. `{}` {}/{} {}:{}:{} `{}`: {}",
        text("/rule"),
        text("/severity"),
        text("/confidence"),
        text("/location/file"),
        text("/location/startLine"),
        text("/location/startColumn"),
        text("/location/field"),
        text("/message"),
    );
}

/// SplitMix64: the same seed draws the same sample on every machine.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
