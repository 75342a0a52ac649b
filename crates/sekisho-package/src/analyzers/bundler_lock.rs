//! Ruby: `Gemfile.lock` and `gems.locked` of Bundler.

use std::collections::HashMap;

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "bundler-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("Gemfile.lock"), Select::Name("gems.locked")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Bundler", read),
    join: None,
};

/// Reads a lock file: sections that name sources, each with gems below `specs:` and what they need below these.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let (mut section, mut remote, mut revision) = ("", "", "");
    let mut direct = Vec::new();
    let mut sums: HashMap<String, String> = HashMap::new();
    for line in sheet.lines() {
        let (text, is_full) = (line.text.trim(), listing.is_full());
        match (line.indent(), section) {
            (0, _) => (section, remote, revision) = (text, "", ""),
            (2, "DEPENDENCIES") => {
                direct.push(text.split([' ', '!']).next().unwrap_or_default().to_owned());
            }
            (2, "CHECKSUMS") => {
                if let Some((gem, sum)) = text.split_once(" sha256=") {
                    sums.insert(gem.to_owned(), sum.to_owned());
                }
            }
            (2, _) => {
                remote = text.strip_prefix("remote: ").unwrap_or(remote);
                revision = text.strip_prefix("revision: ").unwrap_or(revision);
            }
            (4, "GEM" | "GIT" | "PLUGIN SOURCE" | "PATH") => {
                let Some((name, version)) =
                    text.split_once(" (").map(|(name, rest)| (name, rest.trim_end_matches(')')))
                else {
                    continue;
                };
                // The gems of a folder beside are the project's own.
                let mut package = gem(name, version, sheet.line_span(&line));
                if section == "GIT" {
                    package = package.qualified("vcs_url", &format!("git+{remote}@{revision}"));
                } else if section == "PATH" {
                    package.relation = crate::listing::Relation::Own;
                } else if !remote.trim_end_matches('/').ends_with("rubygems.org") {
                    package = package.qualified("repository_url", remote.trim_end_matches('/'));
                }
                listing.add(package);
            }
            (6, "GEM" | "GIT" | "PLUGIN SOURCE" | "PATH") => {
                if let Some(package) = listing.packages.last_mut().filter(|_| !is_full) {
                    package.needs.push(text.split([' ', '!']).next().unwrap_or_default().to_owned());
                }
            }
            _ => {}
        }
    }
    for package in &mut listing.packages {
        let version = package.version.clone().unwrap_or_default();
        let platform =
            package.qualifiers.get("platform").map(|platform| format!("-{platform}")).unwrap_or_default();
        if let Some(sum) = sums.get(&format!("{} ({version}{platform})", package.name)) {
            package.digests.push((String::from("sha256"), sum.clone()));
        }
    }
    listing.rooted(direct.iter().map(String::as_str), []);
}

/// A gem by its name and its version, behind which a platform may stand: `1.15.0-x86_64-linux`.
fn gem(name: &str, version: &str, span: std::ops::Range<u32>) -> Listed {
    let (version, platform) = version.split_once('-').unwrap_or((version, ""));
    Listed::new("gem", name, version, span).qualified("platform", platform)
}
