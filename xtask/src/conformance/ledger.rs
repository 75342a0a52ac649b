//! The ledger of a suite: the cases that pass, sorted, in `conformance/<suite>.ledger`.
//!
//! Ids that end in `:number` share a line: `cases:1-14,16`. Lines that begin with `#` are remarks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::workspace::root;

pub(crate) struct Ledger {
    path: PathBuf,
}

impl Ledger {
    pub(crate) fn new(suite: &str) -> Self {
        Self { path: root().join(format!("conformance/{suite}.ledger")) }
    }

    /// Compares what passes with the ledger and returns what it lists that no longer passes. With `update`
    /// writes it anew.
    pub(crate) fn settle<'a>(
        &self,
        passed: impl Iterator<Item = &'a str>,
        update: bool,
    ) -> Result<Vec<String>> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let listed = read(&text);
        self.compare(&text, &listed, passed.map(str::to_owned).collect(), update)
    }

    /// The same where only some of the cases were examined: what is listed of others stands.
    pub(crate) fn settle_among<'a>(
        &self,
        examined: &BTreeSet<String>,
        passed: impl Iterator<Item = &'a str>,
        update: bool,
    ) -> Result<Vec<String>> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let listed = read(&text);
        let others: BTreeSet<_> = listed.difference(examined).cloned().collect();
        if !others.is_empty() {
            println!("{} cases of the ledger were not examined", others.len());
        }
        self.compare(&text, &listed, passed.map(str::to_owned).chain(others).collect(), update)
    }

    fn compare(
        &self,
        text: &str,
        listed: &BTreeSet<String>,
        passed: BTreeSet<String>,
        update: bool,
    ) -> Result<Vec<String>> {
        let lost: Vec<_> = listed.difference(&passed).cloned().collect();
        if update {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&self.path, remarks(text) + &write(&passed)?)
                .with_context(|| format!("cannot write `{}`", self.path.display()))?;
            return Ok(Vec::new());
        }
        let gained = passed.difference(listed).count();
        if gained > 0 {
            println!("{gained} cases pass that the ledger does not list; add them with --update");
        }
        Ok(lost)
    }
}

/// The lines about the ledger that people wrote.
fn remarks(text: &str) -> String {
    text.lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect::<Vec<_>>()
        .concat()
}

fn read(text: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let ranges = line.rsplit_once(':').and_then(|(stem, ranges)| {
            let parsed: Option<Vec<(u32, u32)>> = ranges
                .split(',')
                .map(|range| {
                    let (first, last) = range.split_once('-').unwrap_or((range, range));
                    Some((first.parse().ok()?, last.parse().ok()?))
                })
                .collect();
            Some((stem, parsed?))
        });
        match ranges {
            Some((stem, ranges)) => {
                ids.extend(
                    ranges
                        .into_iter()
                        .flat_map(|(first, last)| first..=last)
                        .map(|id| format!("{stem}:{id}")),
                );
            }
            None => drop(ids.insert(line.to_owned())),
        }
    }
    ids
}

fn write(ids: &BTreeSet<String>) -> Result<String> {
    let mut numbered: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    let mut lines = BTreeSet::new();
    for id in ids {
        match id.rsplit_once(':').and_then(|(stem, number)| Some((stem, number.parse().ok()?))) {
            Some((stem, number)) => drop(numbered.entry(stem).or_default().insert(number)),
            None => drop(lines.insert(id.clone())),
        }
    }
    for (stem, numbers) in numbered {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for number in numbers {
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == number => *last = number,
                _ => ranges.push((number, number)),
            }
        }
        let mut line = format!("{stem}:");
        for (place, (first, last)) in ranges.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            if first == last {
                write!(line, "{comma}{first}")?;
            } else {
                write!(line, "{comma}{first}-{last}")?;
            }
        }
        lines.insert(line);
    }
    Ok(lines.into_iter().map(|line| line + "\n").collect())
}
