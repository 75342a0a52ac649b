//! .NET: packages that a project names: `packages.config`, `Directory.Packages.props`, project files, `paket.lock`.

use std::collections::BTreeMap;

use sekisho_contents::Evidence;

use super::nuget_lock::nuget;
use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::markup::{Element, xml};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "nuget-project",
    version: 1,
    evidence: Evidence::Declared,
    selects: &[
        Select::Name("packages.config"),
        Select::Name("Directory.Packages.props"),
        Select::Name("Packages.props"),
        Select::Suffix(".csproj"),
        Select::Suffix(".fsproj"),
        Select::Suffix(".vbproj"),
        Select::Name("paket.lock"),
    ],
    access: WHOLE,
    read: |file, report| listed(file, report, "list of packages of a .NET project", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    match sheet.file_name() {
        "paket.lock" => paket(sheet, listing),
        "packages.config" => {
            let root = xml(sheet, listing);
            for package in root.child("packages").iter().flat_map(|packages| packages.all("package")) {
                let mut listed =
                    nuget(package.attribute("id"), package.attribute("version"), package.span.clone());
                listed.is_development =
                    package.attribute("developmentDependency").eq_ignore_ascii_case("true");
                listing.add(listed);
            }
        }
        _ => project(sheet, listing),
    }
}

/// `PackageReference` and `PackageVersion` with a version, properties of the same file written out.
fn project(sheet: &Sheet<'_>, listing: &mut Listing) {
    let root = xml(sheet, listing);
    let Some(project) = root.child("Project") else { return };
    let mut properties: BTreeMap<String, String> = BTreeMap::new();
    for property in project.all("PropertyGroup").flat_map(|group| &group.children) {
        let value = filled(property.text.trim(), &properties);
        properties.insert(property.name.to_ascii_lowercase(), value);
    }
    for item in project.all("ItemGroup").flat_map(|group| &group.children) {
        if !["PackageReference", "PackageVersion", "GlobalPackageReference"].contains(&item.name.as_str()) {
            continue;
        }
        let name = filled(attribute_or_child(item, "Include", "Update"), &properties);
        let version = filled(attribute_or_child(item, "Version", "VersionOverride"), &properties);
        // `[1.2.3]` is one version; `[1.0,2.0)` and `1.*` are many.
        let exact = version.trim_start_matches('[').trim_end_matches(']').trim();
        let is_exact = !exact.is_empty() && !exact.contains(['*', ',', '(', ')', '$']);
        if !is_exact || name.contains('$') {
            continue;
        }
        let private = attribute_or_child(item, "PrivateAssets", "PrivateAssets");
        let listed = nuget(&name, exact, item.span.clone());
        listing.add(Listed {
            relation: Relation::Direct,
            is_development: private.eq_ignore_ascii_case("all"),
            ..listed
        });
    }
}

fn attribute_or_child<'e>(item: &'e Element, first: &str, second: &str) -> &'e str {
    let values =
        [item.attribute(first), item.child_text(first), item.attribute(second), item.child_text(second)];
    values.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
}

/// A text with `$(Name)` written out once; a value that grows beyond any version stays as it is.
fn filled(text: &str, properties: &BTreeMap<String, String>) -> String {
    const LONGEST: usize = 1024;
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("$(") {
        let Some((name, behind)) = after.split_once(')') else { break };
        filled.push_str(before);
        match properties.get(&name.trim().to_ascii_lowercase()) {
            Some(value) if filled.len() + value.len() <= LONGEST => filled.push_str(value),
            _ => {
                filled.push_str("$(");
                filled.push_str(name);
                filled.push(')');
            }
        }
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

/// Below `NUGET` and `remote:` the packages, and below these what they need.
fn paket(sheet: &Sheet<'_>, listing: &mut Listing) {
    let (mut section, mut is_test) = ("", false);
    for line in sheet.lines() {
        let text = line.text.trim();
        match line.indent() {
            0 if text.starts_with("GROUP ") => {
                is_test = ["Test", "Build", "Docs"].iter().any(|name| text.ends_with(name));
            }
            0 => section = text,
            4 if section == "NUGET" => {
                let Some((name, rest)) = text.split_once(" (") else { continue };
                let version = rest.split(')').next().unwrap_or_default();
                let package =
                    Listed::new("nuget", name, version, sheet.line_span(&line)).known_as(name.to_lowercase());
                listing.add(Listed { is_development: is_test, ..package });
            }
            6 if section == "NUGET" && !listing.is_full() => {
                if let Some(package) = listing.packages.last_mut() {
                    package.needs.push(text.split(' ').next().unwrap_or_default().to_lowercase());
                }
            }
            _ => {}
        }
    }
}
