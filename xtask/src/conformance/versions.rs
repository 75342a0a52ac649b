//! The comparisons of `conformance/versions`: `A < B`, `A = B` or `A > B` a line, a file an ecosystem.

use std::cmp::Ordering;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sekisho_version::{Scheme, Version};

use super::Outcome;

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

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
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
            if row.is_empty() || row.starts_with("# ") || row.starts_with("// ") {
                continue;
            }
            outcomes.push(Outcome { id: format!("{name}:{}", line + 1), miss: miss(*scheme, row) });
        }
    }
    Ok(outcomes)
}

/// Why a row does not pass, in both directions.
fn miss(scheme: Scheme, row: &str) -> Option<String> {
    let mut words = row.split(' ');
    let (Some(left), Some(sign), Some(right), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Some(format!("`{row}` is no comparison"));
    };
    let wanted = match sign {
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
