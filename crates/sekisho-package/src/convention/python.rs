//! Python: requirements as PEP 508 writes them.

use std::ops::Range;

use super::python_name::normal;
use crate::listing::Listed;

/// A requirement: `name[extra] == 1.0 ; marker`, or `name @ address`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Requirement<'t> {
    /// The name as it is written.
    pub(crate) name: &'t str,
    /// What its version must be.
    pub(crate) versions: &'t str,
    /// Where it comes from.
    pub(crate) address: &'t str,
    /// When it is needed.
    pub(crate) marker: &'t str,
}

impl<'t> Requirement<'t> {
    /// Reads a requirement; none where the text does not begin with a name.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let text = text.trim();
        let is_name = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let end = text.find(|character| !is_name(character)).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return None;
        }
        let mut rest = rest.trim_start();
        if rest.starts_with('[') {
            rest = rest.split_once(']')?.1.trim_start();
        }
        let (address, marker) = match rest.strip_prefix('@') {
            Some(address) => {
                let address = address.trim_start();
                address.split_once(" ;").unwrap_or((address, ""))
            }
            None => ("", rest.split_once(';').map_or("", |(_, marker)| marker)),
        };
        let versions = if address.is_empty() { rest.split(';').next().unwrap_or_default() } else { "" };
        if !versions.is_empty() && !versions.starts_with(['=', '<', '>', '!', '~', '(']) {
            return None;
        }
        let versions = versions.trim().trim_start_matches('(').trim_end_matches(')').trim();
        Some(Self { name, versions, address: address.trim(), marker: marker.trim() })
    }

    /// The one version that it allows.
    pub(crate) fn version(&self) -> Option<&'t str> {
        let mut parts = self.versions.split(',');
        let exact = parts.find_map(|part| {
            let part = part.trim();
            part.strip_prefix("===").or_else(|| part.strip_prefix("=="))
        })?;
        // A comment needs a blank before it, which people forget.
        let exact = exact.split('#').next().unwrap_or_default().trim();
        (!exact.contains('*') && !exact.is_empty() && !exact.contains([' ', '{', '$'])).then_some(exact)
    }
}

/// The package that a requirement means, with its version where there can be one only.
pub(crate) fn pinned(requirement: &Requirement<'_>, span: Range<u32>) -> Listed {
    let version = requirement.version().unwrap_or_default();
    let mut listed = Listed::new("pypi", requirement.name, version, span).known_as(normal(requirement.name));
    let address = requirement.address;
    if let Some(revision) = address.strip_prefix("git+").and_then(|rest| rest.rsplit_once('@')) {
        let commit = revision.1.split('#').next().unwrap_or_default();
        if !commit.contains('/') {
            listed.version = Some(commit.to_owned());
        }
        listed = listed.qualified("vcs_url", address.split('#').next().unwrap_or_default());
    } else if !address.is_empty() {
        listed.version = wheel_version(address, requirement.name).map(str::to_owned);
        listed = listed.qualified("download_url", address.split('#').next().unwrap_or_default());
    }
    listed
}

/// The version in the name of a wheel or of an archive of source.
pub(crate) fn wheel_version<'t>(address: &'t str, name: &str) -> Option<&'t str> {
    let file = address.split(['#', '?']).next()?.rsplit('/').next()?;
    if let Some(wheel) = file.strip_suffix(".whl") {
        return wheel.split('-').nth(1);
    }
    let stem = [".tar.gz", ".zip", ".tar.bz2"].iter().find_map(|ending| file.strip_suffix(ending))?;
    let (before, version) = stem.rsplit_once('-')?;
    (normal(before) == normal(name)).then_some(version)
}
