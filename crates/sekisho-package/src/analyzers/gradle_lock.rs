//! Gradle: `gradle.lockfile`, `buildscript-gradle.lockfile` and the older files in `gradle/dependency-locks`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "gradle-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Suffix(".lockfile")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Gradle", read),
    join: None,
};

/// `group:artifact:version=configurations`; the older files have a configuration each, by their name.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let name = sheet.file_name();
    let is_old = sheet.folders().next() == Some("dependency-locks");
    if !is_old && !name.ends_with("gradle.lockfile") {
        return;
    }
    let is_build = name.starts_with("buildscript-");
    for line in sheet.lines() {
        let text = line.text.trim();
        if text.is_empty() || text.starts_with('#') || text.starts_with("empty=") {
            continue;
        }
        let (coordinates, configurations) = text.split_once('=').unwrap_or((text, ""));
        let mut parts = coordinates.split(':');
        let (Some(group), Some(artifact), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            let message = String::from("no `group:artifact:version`");
            listing.fault(Fault::Syntax { line: line.number, message });
            continue;
        };
        let configurations = if is_old { name.trim_end_matches(".lockfile") } else { configurations };
        let mut package = Listed::maven(group, artifact, version, sheet.line_span(&line));
        package.is_development =
            is_build || !configurations.is_empty() && configurations.split(',').all(is_for_development);
        listing.add(package);
    }
}

/// Configurations whose packages are not shipped: those of tests, and of the build.
fn is_for_development(configuration: &str) -> bool {
    let name = configuration.trim();
    let lower = name.to_ascii_lowercase();
    lower.starts_with("test")
        || lower.contains("androidtest")
        || lower.contains("unittest")
        || lower.contains("testcompile")
        || lower.contains("testruntime")
        || lower.contains("annotationprocessor")
        || ["checkstyle", "pmd", "spotbugs", "jacoco", "ktlint", "detekt", "classpath"]
            .iter()
            .any(|tool| lower == *tool || lower.starts_with(tool) && *tool != "classpath")
}
