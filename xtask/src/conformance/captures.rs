//! Every event of the captures as the real `sysdig` reads it: number, time, processor, name, direction, thread.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sekisho_capture::{Budget, CaptureReader, Direction, Event, Item, Origin, Profile, syscall_name};

use super::Outcome;

/// The flag of events that the capturing program kept only because they change what is known.
const STATE_ONLY: u32 = 1;

/// Compares every event that `sysdig` shows of every capture in a folder.
pub(super) fn run(data: &Path, sysdig: &Path) -> Result<Vec<Outcome>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(data)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "scap") {
            files.push(path);
        }
    }
    files.sort();
    let mut outcomes = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let ours = read(&file)?;
        let theirs = ask(sysdig, &file)?;
        for place in 0..ours.len().max(theirs.len()) {
            let (our, their) = (ours.get(place), theirs.get(place));
            let miss = (our != their).then(|| format!("wants {their:?}, not {our:?}"));
            outcomes.push(Outcome { id: format!("{name}:{}", place + 1), miss });
        }
    }
    Ok(outcomes)
}

fn read(file: &Path) -> Result<Vec<String>> {
    let bytes = fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let mut reader = CaptureReader::new(&bytes[..], Profile::Legacy, Budget::default())?;
    let mut lines = Vec::new();
    let mut number = 0_u64;
    while let Some(item) = reader.next_item()? {
        let Item::Event(event) = item else { continue };
        number += 1;
        // Notices among the events' makers are not shown.
        let is_notice = event.head.kind.info().origin == Origin::Meta;
        if event.head.flags & STATE_ONLY == 0 && !is_notice {
            lines.push(line(number, &event));
        }
    }
    Ok(lines)
}

fn line(number: u64, event: &Event<'_>) -> String {
    let head = event.head;
    let direction = if head.kind.direction() == Direction::Enter { '>' } else { '<' };
    let generic = event.named("ID").and_then(|id| syscall_name(u16::from_le_bytes(*id.first_chunk()?)));
    let name = match generic.unwrap_or(head.kind.info().name) {
        "unknown" => "<unknown>",
        name => name,
    };
    format!("{number} {} {} {name} {direction} {}", head.time, head.cpu, head.thread)
}

fn ask(sysdig: &Path, file: &Path) -> Result<Vec<String>> {
    let fields = "*%evt.num %evt.rawtime %evt.cpu %evt.type %evt.dir %thread.tid";
    let output = Command::new(sysdig).arg("-r").arg(file).args(["-p", fields]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim().to_owned());
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}
