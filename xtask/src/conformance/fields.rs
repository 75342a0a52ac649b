//! Every field that both know, of every event of the captures, as the real `sysdig` shows it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sekisho_capture::{Budget, CaptureReader, Profile};
use sekisho_falco::{Catalog, LoadBudget, Loader};
use sekisho_runtime::{Settings, Watcher};

use super::Outcome;

/// What stands between the values of a line, and behind a line.
const BETWEEN: &str = "<~|~>";
const BEHIND: &str = "<~end~>";

/// Fields with the arguments that they are asked with.
const WITH_ARGUMENTS: &[&str] = &[
    "evt.arg[0]",
    "evt.arg.res",
    "evt.arg.fd",
    "evt.arg.name",
    "evt.arg.flags",
    "evt.rawarg.res",
    "proc.apid[1]",
    "proc.aname[1]",
    "proc.aname[2]",
    "thread.cgroup.cpu",
];

/// Fields that are not compared, with why. Each is explained in `docs/runtime.md`.
const LEFT_OUT: &[(&str, &str)] = &[
    ("evt.args", "cuts bytes off where its settings say, compared by its parts"),
    ("evt.info", "the same"),
    ("evt.category", "tells calls apart that have no type of their own"),
    ("proc.apid", "needs an argument there"),
    ("proc.aname", "needs an argument there"),
    ("fd.cip.name", "asks a name server"),
    ("fd.sip.name", "asks a name server"),
    ("fd.lip.name", "asks a name server"),
    ("fd.rip.name", "asks a name server"),
];

/// Compares every field of every event that `sysdig` shows, capture by capture.
pub(super) fn run(data: &Path, sysdig: &Path) -> Result<Vec<Outcome>> {
    let fields = fields(sysdig)?;
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
        let theirs = ask(sysdig, &file, &fields)?;
        let ours = watch(&file, &fields)?;
        for (place, field) in fields.iter().enumerate() {
            let mut different: Vec<String> = Vec::new();
            for (number, row) in &theirs {
                let wanted = row.get(place).map_or("", String::as_str);
                let found = ours.get(number).and_then(|row| row.get(place)).map_or("", String::as_str);
                if wanted != found {
                    different.push(format!("{number} wants {wanted:?}, not {found:?}"));
                }
            }
            let miss = different.first().map(|first| format!("{} events: {first}", different.len()));
            outcomes.push(Outcome { id: format!("{name}:{field}"), miss });
        }
    }
    Ok(outcomes)
}

/// The fields that both know.
fn fields(sysdig: &Path) -> Result<Vec<String>> {
    let output = Command::new(sysdig).arg("-l").output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let theirs: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with([' ', '-']))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| name.contains('.'))
        .collect();
    let catalog = Catalog::standard();
    let mut fields: Vec<String> = catalog
        .fields("syscall")
        .filter(|field| !field.filter_only && !field.argument.is_some_and(|rule| rule.is_required))
        .map(|field| field.name.clone())
        .filter(|name| theirs.contains(&name.as_str()))
        .filter(|name| !LEFT_OUT.iter().any(|(left, _)| left == name))
        .collect();
    fields.sort();
    fields.extend(WITH_ARGUMENTS.iter().map(|field| (*field).to_owned()));
    ensure!(fields.len() > WITH_ARGUMENTS.len(), "sysdig lists no fields");
    Ok(fields)
}

/// The values that `sysdig` shows, by the number of the event.
fn ask(sysdig: &Path, file: &Path, fields: &[String]) -> Result<BTreeMap<u64, Vec<String>>> {
    let format: Vec<String> = fields.iter().map(|field| format!("%{field}")).collect();
    let format = format!("*%evt.num{BETWEEN}{}{BEHIND}", format.join(BETWEEN));
    let output = Command::new(sysdig).arg("-r").arg(file).arg("-p").arg(format).env("TZ", "UTC").output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim().to_owned());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut rows = BTreeMap::new();
    for line in text.split(BEHIND) {
        let mut parts = line.trim_start_matches('\n').split(BETWEEN);
        let Some(number) = parts.next().and_then(|number| number.trim().parse().ok()) else { continue };
        rows.insert(number, parts.map(str::to_owned).collect());
    }
    Ok(rows)
}

/// The values that we have.
fn watch(file: &Path, fields: &[String]) -> Result<BTreeMap<u64, Vec<String>>> {
    let output: Vec<String> = fields.iter().map(|field| format!("%{field}")).collect();
    let rule = format!(
        "- rule: every event\n  desc: every event\n  condition: evt.num > 0\n  output: '%evt.num {}'\n  priority: DEBUG\n",
        output.join(" ")
    );
    let (result, rules) = Loader::new(Catalog::standard(), LoadBudget::default()).load(&rule);
    let rules = rules.with_context(|| {
        let errors: Vec<_> = result.errors().map(ToString::to_string).collect();
        errors.join("; ")
    })?;
    let settings = Settings { profile: Profile::Legacy, ..Settings::default() };
    let mut watcher = Watcher::new(rules, settings);
    let bytes = fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let mut reader = CaptureReader::new(&bytes[..], Profile::Legacy, Budget::default())?;
    let mut rows = BTreeMap::new();
    while let Some(item) = reader.next_item()? {
        for alert in watcher.take(item) {
            let value = |name: &str| {
                let found = alert.fields.iter().find(|known| known.name == name);
                found.and_then(|found| found.value.clone()).unwrap_or_else(|| "<NA>".to_owned())
            };
            let number = value("evt.num").parse()?;
            rows.insert(number, fields.iter().map(|field| value(field)).collect());
        }
    }
    Ok(rows)
}
