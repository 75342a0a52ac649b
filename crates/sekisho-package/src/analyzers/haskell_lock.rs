//! Haskell: `stack.yaml.lock`, `stack.yaml` and `cabal.project.freeze`.

use std::ops::Range;

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::yaml_one;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "haskell-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[
        Select::Name("stack.yaml.lock"),
        Select::Name("stack.yaml"),
        Select::Name("cabal.project.freeze"),
    ],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Stack or Cabal", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    match sheet.file_name() {
        "cabal.project.freeze" => freeze(sheet, listing),
        "stack.yaml" => {
            let Some(root) = yaml_one(sheet, listing) else { return };
            for item in root.get("extra-deps").map_or(&[][..], Node::items) {
                listing.add_all(hackage(sheet.scalar(item), sheet.place(item.span)));
            }
        }
        _ => {
            let Some(root) = yaml_one(sheet, listing) else { return };
            for item in root.get("packages").map_or(&[][..], Node::items) {
                let Some(completed) = item.get("completed") else { continue };
                if let Some(node) = completed.get("hackage") {
                    listing.add_all(hackage(sheet.scalar(node), sheet.place(node.span)));
                } else if let Some(node) = completed.get("name") {
                    let (version, commit) =
                        (sheet.field(completed, "version"), sheet.field(completed, "commit"));
                    let address = format!("git+{}@{commit}", sheet.field(completed, "git"));
                    let address = if commit.is_empty() { "" } else { address.as_str() };
                    let package = Listed::new("hackage", sheet.scalar(node), version, sheet.place(node.span));
                    listing.add(
                        package
                            .qualified("vcs_url", address)
                            .qualified("download_url", sheet.field(completed, "url")),
                    );
                }
            }
        }
    }
}

/// `name-1.2.3@sha256:…,size` or `name-1.2.3@rev:1`.
fn hackage(text: &str, span: Range<u32>) -> Option<Listed> {
    // The sum behind the sign is that of the package's description and not of its archive.
    let package = text.split('@').next().unwrap_or_default();
    let (name, version) = package.rsplit_once('-')?;
    if name.contains(['/', ':']) || !version.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    Some(Listed::new("hackage", name, version, span))
}

/// `constraints: any.name ==1.2.3,`, one a line.
fn freeze(sheet: &Sheet<'_>, listing: &mut Listing) {
    for line in sheet.lines() {
        let text = line.text.trim().trim_start_matches("constraints:").trim().trim_end_matches(',');
        let Some((name, version)) = text.split_once("==") else { continue };
        let name = name.trim().trim_start_matches("any.");
        let version = version.trim();
        if !name.contains([' ', ':']) && !version.contains([' ', '*', '|', '&']) {
            listing.add(Listed::new("hackage", name, version, sheet.line_span(&line)));
        }
    }
}
