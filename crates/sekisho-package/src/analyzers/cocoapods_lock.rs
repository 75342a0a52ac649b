//! CocoaPods: `Podfile.lock`.

use std::collections::{HashMap, HashSet};

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::tree::yaml_one;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "cocoapods-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("Podfile.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of CocoaPods", read),
    join: None,
};

/// `- Name/Part (1.2.3)`, with what it needs below it where it needs something.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = yaml_one(sheet, listing) else { return };
    let Some(pods) = root.get("PODS") else {
        listing.fault(Fault::Missing("PODS"));
        return;
    };
    let name = |text: &str| text.split(" (").next().unwrap_or_default().trim().to_owned();
    let direct: Vec<String> = root
        .get("DEPENDENCIES")
        .map_or(&[][..], Node::items)
        .iter()
        .map(|item| name(sheet.scalar(item)))
        .collect();
    let sums: HashMap<&str, &str> = root
        .get("SPEC CHECKSUMS")
        .map_or(&[][..], Node::entries)
        .iter()
        .map(|entry| (entry.key.as_str(), sheet.scalar(&entry.node)))
        .collect();
    let local: HashSet<&str> = root
        .get("EXTERNAL SOURCES")
        .map_or(&[][..], Node::entries)
        .iter()
        .filter(|entry| {
            entry.node.entries().iter().any(|option| option.key.trim_start_matches(':') == "path")
        })
        .map(|entry| entry.key.as_str())
        .collect();
    for item in pods.items() {
        let entry = item.entries().first();
        let (text, span, needs) = match entry {
            Some(entry) => (entry.key.as_str(), entry.key_span, entry.node.items()),
            None => (sheet.scalar(item), item.span, &[][..]),
        };
        let Some((pod, version)) = text.split_once(" (").map(|(pod, rest)| (pod, rest.trim_end_matches(')')))
        else {
            continue;
        };
        let (main, part) = pod.split_once('/').unwrap_or((pod, ""));
        if local.contains(main) {
            continue;
        }
        let mut package = Listed::new("cocoapods", main, version, sheet.place(span)).known_as(pod);
        package.subpath = Some(part.to_owned()).filter(|part| !part.is_empty());
        package.needs = needs.iter().map(|need| name(sheet.scalar(need))).collect();
        if let Some(sum) = sums.get(main) {
            package.digests.push((String::from("sha1"), (*sum).to_owned()));
        }
        listing.add(package);
    }
    listing.rooted(direct.iter().map(String::as_str), []);
}
