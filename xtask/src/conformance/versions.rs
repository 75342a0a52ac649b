//! The comparisons of `conformance/versions`: `A < B`, `A = B` or `A > B` a line, a file an ecosystem.
//!
//! Lines that the ecosystem's own tool contradicts stand in `conformance/versions-maven.txt` with what that tool says,
//! and pass where we say the same. What every line is counted as is printed, so that the lines add up.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sekisho_version::{Scheme, Version};

use super::Outcome;
use crate::workspace::root;

/// The ecosystem that a file's name begins with.
const FILES: [(&str, Scheme); 13] = [
    ("alpine", Scheme::Alpine),
    ("cran", Scheme::Cran),
    ("debian", Scheme::Debian),
    ("hackage", Scheme::Hackage),
    ("maven", Scheme::Maven),
    ("nuget", Scheme::NuGet),
    ("packagist", Scheme::Packagist),
    ("pub", Scheme::Pub),
    ("pypi", Scheme::Pypi),
    ("redhat", Scheme::Rpm),
    ("rubygems", Scheme::RubyGems),
    ("semver", Scheme::Semver),
    ("go", Scheme::Go),
];

/// Comparisons that the ecosystem's own tool contradicts, with what that says.
const CONTRADICTED: &str = "conformance/versions-maven.txt";

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    let contradicted = fs::read_to_string(root().join(CONTRADICTED))?;
    let contradicted: HashMap<&str, &str> = contradicted
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" # "))
        .collect();
    let (mut lines, mut blank, mut remarks, mut as_the_tool) = (0, 0, 0, 0);
    let mut paths: Vec<_> = fs::read_dir(data)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_none_or(|kind| kind != "txt") {
            continue;
        }
        let Some((_, scheme)) = FILES.iter().find(|(begin, _)| name.starts_with(begin)) else {
            bail!("`{name}` belongs to no ecosystem that is known: enter it in this file");
        };
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        for (line, row) in text.lines().enumerate() {
            lines += 1;
            if row.is_empty() {
                blank += 1;
                continue;
            }
            if row.starts_with("# ") || row.starts_with("// ") {
                remarks += 1;
                continue;
            }
            let proved = contradicted.get(row).filter(|_| *scheme == Scheme::Maven);
            as_the_tool += usize::from(proved.is_some());
            let miss = miss(*scheme, row, proved.copied());
            outcomes.push(Outcome { id: format!("{name}:{}", line + 1), miss });
        }
    }
    let as_written = outcomes.len() - as_the_tool;
    println!(
        "{lines} lines: {as_written} comparisons as they stand, {as_the_tool} as the ecosystem's own tool has them \
         ({CONTRADICTED}), {blank} blank lines, {remarks} remarks"
    );
    Ok(outcomes)
}

/// Why a row does not pass, in both directions. What its ecosystem's own tool says stands before the row's sign.
fn miss(scheme: Scheme, row: &str, proved: Option<&str>) -> Option<String> {
    let mut words = row.split(' ');
    let (Some(left), Some(sign), Some(right), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Some(format!("`{row}` is no comparison"));
    };
    let wanted = match proved.unwrap_or(sign) {
        "<" => Ordering::Less,
        ">" => Ordering::Greater,
        _ => Ordering::Equal,
    };
    let (left, right) = match (Version::parse(scheme, left), Version::parse(scheme, right)) {
        (Ok(left), Ok(right)) => (left, right),
        (Err(error), _) | (_, Err(error)) => return Some(format!("`{row}`: {error}")),
    };
    let found = left.compare(&right);
    let back = right.compare(&left).map(Ordering::reverse);
    (found != Some(wanted) || back != found).then(|| format!("`{row}`: found {found:?}, backwards {back:?}"))
}
