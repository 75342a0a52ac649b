//! `cargo xtask bench runtime`: what an event of a capture costs with rules, beside sysdig with one predicate in the same
//! run, and how much memory it takes.
//!
//! The capture is made of the six of the conformance data: what they say of their machines, and then their events, again
//! and again. `SEKISHO_FALCO_RULES` names a folder with the rule files to measure with; without it those of the project
//! are taken.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use sekisho_capture::EventType;

use super::measure;
use crate::peer;
use crate::workspace::root;

/// Events of the capture, at least.
const EVENTS: u64 = 4_000_000;
/// Rules that are added to see what more rules cost.
const MORE_RULES: usize = 1_000;
/// Runs of each, of which the median counts.
const RUNS: usize = 3;

pub(super) fn run() -> Result<()> {
    let folder = root().join("target/bench-runtime");
    fs::create_dir_all(&folder)?;
    let capture = folder.join("repeated.scap");
    let events = repeat(&captures()?, &capture)?;
    let files = rule_files()?;
    let more = folder.join("more.yaml");
    fs::write(&more, more_rules()?)?;
    let program = build()?;
    let shown = |path: &Path| path.to_string_lossy().into_owned();
    let capture_name = shown(&capture);
    let rules: Vec<String> = files.iter().map(|path| shown(path)).collect();
    println!("{events} events in {} MB", fs::metadata(&capture)?.len() / 1_000_000);
    #[allow(clippy::cast_precision_loss, reason = "events are far below 2^52")]
    let each = |seconds: f64| seconds * 1e9 / events as f64;
    let ours = |name: &str, profile: &str, rules: &[String]| -> Result<()> {
        let mut arguments = vec![capture_name.as_str(), profile];
        arguments.extend(rules.iter().map(String::as_str));
        let output = Command::new(&program).args(&arguments).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim().to_owned());
        let cost = measure::median(&program, &arguments, RUNS)?;
        println!("{name}: {:.0} ns an event, {:.0} MB", each(cost.cpu), cost.memory);
        println!("  {}", String::from_utf8_lossy(&output.stdout).trim());
        Ok(())
    };
    let with_more = [rules.as_slice(), &[shown(&more)]].concat();
    ours("no rules", "current", &[])?;
    ours("rules", "current", &rules)?;
    ours("the same, enter events too", "legacy", &rules)?;
    ours(&format!("rules and {MORE_RULES} more"), "current", &with_more)?;
    if let Some(sysdig) = peer::sysdig()? {
        let arguments = ["-r", capture_name.as_str(), "evt.type=openat and fd.name=/none"];
        let cost = measure::median(&sysdig, &arguments, RUNS)?;
        println!("sysdig, one predicate: {:.0} ns an event, {:.0} MB", each(cost.cpu), cost.memory);
    }
    Ok(())
}

fn build() -> Result<PathBuf> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--package", "sekisho-runtime", "--example", "replay"])
        .current_dir(root())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "the release build failed");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release/examples/replay"))
}

fn captures() -> Result<Vec<PathBuf>> {
    let shared = std::env::var_os("SEKISHO_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let folder = shared.join("conformance/captures");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "scap") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn rule_files() -> Result<Vec<PathBuf>> {
    let folder = match std::env::var_os("SEKISHO_FALCO_RULES") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("rules/syscall"),
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "yaml") {
            files.push(path);
        }
    }
    files.sort_by_key(|path| (!path.ends_with("macros.yaml"), path.clone()));
    Ok(files)
}

/// Rules such as people add: each about programs and files of its own.
fn more_rules() -> Result<String> {
    let mut text = String::new();
    for number in 0..MORE_RULES {
        write!(
            text,
            "- rule: program {number} reads its secret\n  desc: a file that one program reads\n  condition: >-\n    \
             evt.type in (open, openat, openat2) and evt.is_open_read=true and proc.name = program-{number} and\n    \
             fd.name startswith /srv/secret-{number}/ and not proc.pname in (agent-{number}, init)\n  \
             output: read %fd.name (command=%proc.cmdline)\n  priority: NOTICE\n"
        )?;
    }
    Ok(text)
}

/// Writes the blocks that say what machines look like, and then events until there are enough; how many there are.
fn repeat(captures: &[PathBuf], to: &Path) -> Result<u64> {
    let mut state = Vec::new();
    let mut events = Vec::new();
    let mut count = 0_u64;
    let notice = EventType::named("PROCINFO_E").map(EventType::number);
    for path in captures {
        let bytes = fs::read(path)?;
        let bytes = if bytes.starts_with(&[0x1F, 0x8B]) { unpacked(path)? } else { bytes };
        let mut rest = bytes.as_slice();
        while let Some((kind, block, behind)) = split(rest) {
            rest = behind;
            match kind {
                0x0A0D_0D0A if state.is_empty() => state.extend(block),
                0x0A0D_0D0A => {}
                0x204 | 0x208 | 0x216 | 0x217 | 0x221 | 0x222 => {
                    // Notices about processes are most of what is there, and cost least.
                    let has_flags = matches!(kind, 0x208 | 0x217 | 0x222);
                    let at = if has_flags { 34 } else { 30 };
                    let number =
                        block.get(at..).and_then(<[u8]>::first_chunk).map(|bytes| u16::from_le_bytes(*bytes));
                    if number != notice && !has_flags {
                        count += 1;
                        events.extend(block);
                    }
                }
                _ => state.extend(block),
            }
        }
    }
    if count == 0 {
        bail!("the captures hold no events");
    }
    let mut out = BufWriter::new(File::create(to)?);
    out.write_all(&state)?;
    let mut written = 0;
    while written < EVENTS {
        out.write_all(&events)?;
        written += count;
    }
    out.flush()?;
    Ok(written)
}

fn unpacked(path: &Path) -> Result<Vec<u8>> {
    let output = Command::new("gzip").args(["--decompress", "--stdout"]).arg(path).output()?;
    ensure!(output.status.success(), "cannot unpack `{}`", path.display());
    Ok(output.stdout)
}

/// The block at the front: its type, all of it, and what stands behind.
fn split(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let number = |at: usize| bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let (kind, length) = (number(0)?, number(4)?);
    let (block, rest) = bytes.split_at_checked(length as usize)?;
    Some((kind, block, rest))
}
