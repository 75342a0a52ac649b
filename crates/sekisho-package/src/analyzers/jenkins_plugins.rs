//! Jenkins: plugins of `plugins.txt` and `plugins.yaml`, from which images of Jenkins are built.

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::yaml_one;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "jenkins-plugins",
    version: 1,
    evidence: Evidence::Declared,
    selects: &[Select::Name("plugins.txt"), Select::Name("plugins.yaml"), Select::Name("plugins.yml")],
    access: WHOLE,
    read: |file, report| listed(file, report, "list of plugins of Jenkins", read),
    join: None,
};

/// `name:version:address`. Other programs have lists of this name; a line of theirs makes the file none of Jenkins.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if sheet.file_name() != "plugins.txt" {
        let mut unread = Listing::default();
        let Some(root) = yaml_one(sheet, &mut unread) else { return };
        for node in root.get("plugins").map_or(&[][..], Node::items) {
            let Some(id) = node.get("artifactId") else { continue };
            let version = node.get("source").map_or("", |source| sheet.field(source, "version"));
            listing.add(plugin(sheet.scalar(id), version, sheet.place(id.span)));
        }
        return;
    }
    let mut plugins = Vec::new();
    for line in sheet.lines() {
        let text = line.text.split('#').next().unwrap_or_default().trim();
        if text.is_empty() {
            continue;
        }
        let mut parts = text.splitn(3, ':');
        let (id, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let is_id = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        let is_version = version.is_empty()
            || version.contains(|character: char| character.is_ascii_digit())
            || matches!(version, "latest" | "experimental" | "incrementals");
        if !is_id || !is_version {
            return;
        }
        plugins.push(plugin(id, version, sheet.line_span(&line)));
    }
    if plugins.iter().any(|plugin| plugin.version.is_some()) {
        for plugin in plugins {
            listing.add(plugin);
        }
    }
}

fn plugin(id: &str, version: &str, span: std::ops::Range<u32>) -> Listed {
    let version = if version.contains(|character: char| character.is_ascii_digit()) { version } else { "" };
    Listed { relation: Relation::Direct, ..Listed::new("jenkins", id, version, span) }
}
