//! YARA rules that the user gives.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use sekisho_yara::{ScanError, Subject};

/// The largest file that rules are held against: it lies in memory meanwhile.
pub(super) const LARGEST: u64 = 32 << 20;
/// How many rules that are left out for one reason are named.
const NAMED: usize = 3;

/// Rules, and what of them is left out.
#[derive(Debug)]
pub(super) struct Rules {
    rules: sekisho_yara::Rules,
    notes: Vec<(PathBuf, String)>,
}

/// The files that are named, and those of the folders that are: of a folder the files of rules in it.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut found = Vec::new();
        for entry in ignore::WalkBuilder::new(path).standard_filters(false).build() {
            let entry = entry.with_context(|| format!("cannot read the folder `{}`", path.display()))?;
            if entry.file_type().is_some_and(|kind| kind.is_file()) && is_named_so(entry.path()) {
                found.push(entry.into_path());
            }
        }
        if found.is_empty() {
            bail!("the folder `{}` holds no file `*.yar` or `*.yara`", path.display());
        }
        found.sort();
        files.extend(found);
    }
    Ok(files)
}

/// Whether a file holds rules, and no list of digests.
pub(super) fn is_yara(path: &Path, text: &str) -> bool {
    let begins = |line: &str| {
        ["rule ", "private rule ", "global rule "].iter().any(|word| line.starts_with(word))
            || (line.starts_with("import ") && line.contains('"'))
    };
    is_named_so(path) || text.lines().any(begins)
}

fn is_named_so(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yar" || ending == "yara")
}

impl Rules {
    pub(super) fn read(files: &[(PathBuf, String)]) -> Result<Self> {
        let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
        let rules = sekisho_yara::Rules::compile(&texts).map_err(|(place, error)| {
            let path = files.get(place).map(|(path, _)| path.display().to_string()).unwrap_or_default();
            anyhow::Error::new(error).context(format!("`{path}` holds no YARA rules that can be read"))
        })?;
        let mut left_out: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
        for omission in rules.omissions() {
            left_out.entry((omission.file, &omission.reason)).or_default().push(&omission.rule);
        }
        let mut notes = Vec::new();
        for ((file, reason), names) in left_out {
            let first: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
            let (first, more) = (first.join(", "), names.len().saturating_sub(NAMED));
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let path = files.get(file).map(|(path, _)| path.clone()).unwrap_or_default();
            notes.push((path, format!("YARA rules that are left out: {first}{more}: {reason}")));
        }
        Ok(Self { rules, notes })
    }

    /// What is left out, with the file that it stands in.
    pub(super) fn notes(&self) -> &[(PathBuf, String)] {
        &self.notes
    }

    /// The rules that hold of a file, with what they say that they find.
    pub(super) fn names(&self, path: &str, bytes: &[u8]) -> Result<Vec<String>, ScanError> {
        let told = |found: sekisho_yara::Match<'_>| match found.description {
            "" => format!("`{}`", found.rule),
            description => format!("`{}` ({description})", found.rule),
        };
        Ok(self.rules.scan(&Subject { path, bytes })?.into_iter().map(told).collect())
    }
}
