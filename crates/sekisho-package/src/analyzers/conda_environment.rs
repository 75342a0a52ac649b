//! conda: `environment.yml`, lists of addresses, `conda-lock.yml` and `pixi.lock`.

use std::ops::Range;

use sekisho_contents::Evidence;
use sekisho_manifest::Node;

use crate::analyzer::{Analyzer, Select};
use crate::convention::conda::conda;
use crate::convention::python::{Requirement, pinned, wheel_version};
use crate::convention::python_name::normal;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::path::ends;
use crate::sheet::Sheet;
use crate::tree::{keys, yaml_one};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "conda-environment",
    version: 2,
    evidence: Evidence::Locked,
    selects: &[
        Select::Name("environment.yml"),
        Select::Name("environment.yaml"),
        Select::Name("conda-lock.yml"),
        Select::Name("conda-lock.yaml"),
        Select::Name("pixi.lock"),
        Select::Name("conda-linux-64.lock"),
        Select::Name("conda-linux-aarch64.lock"),
        Select::Name("conda-osx-64.lock"),
        Select::Name("conda-osx-arm64.lock"),
        Select::Name("conda-win-64.lock"),
        Select::Name("explicit.txt"),
        Select::Name("spec-file.txt"),
    ],
    access: WHOLE,
    read: |file, report| listed(file, report, "environment of conda", read),
    join: None,
};

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    match sheet.file_name() {
        "environment.yml" | "environment.yaml" => environment(sheet, listing),
        name if ends(name, &[".yml", ".yaml"]) => locked(sheet, listing),
        "pixi.lock" => pixi(sheet, listing),
        _ => addresses(sheet, listing),
    }
}

/// `name=1.2.3=build`, `channel::name==1.2.3`, `name 1.2.3 build`; a range is no version.
fn environment(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = yaml_one(sheet, listing) else { return };
    for item in root.get("dependencies").map_or(&[][..], Node::items) {
        let span = sheet.place(item.span);
        if let Some(pip) = item.get("pip") {
            for requirement in pip.items() {
                let text = sheet.scalar(requirement);
                if let Some(read) = Requirement::parse(text).filter(|read| read.version().is_some()) {
                    let package = pinned(&read, sheet.place(requirement.span));
                    listing.add(Listed { relation: Relation::Direct, ..package });
                }
            }
            continue;
        }
        let text = sheet.scalar(item);
        let (channel, text) = text.split_once("::").unwrap_or(("", text));
        let mut parts = text.split(|c: char| c == '=' || c.is_whitespace()).filter(|part| !part.is_empty());
        let (name, version, build) = (
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        );
        let is_exact = !version.is_empty() && !version.contains(['*', '<', '>', '|', ',', '~', '!']);
        if is_exact && !name.contains(['<', '>', '!', '~', '[']) {
            let package = conda(name, version, build, channel, "", span);
            listing.add(Listed { relation: Relation::Direct, ..package });
        }
    }
}

fn locked(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = yaml_one(sheet, listing) else { return };
    for node in root.get("package").map_or(&[][..], Node::items) {
        let (name, version) = (sheet.field(node, "name"), sheet.field(node, "version"));
        let span = node.get("name").map_or(0..0, |name| sheet.place(name.span));
        let address = sheet.field(node, "url");
        let mut package = if sheet.field(node, "manager") == "pip" {
            Listed::new("pypi", name, version, span).known_as(normal(name))
        } else {
            let read = of_address(address, span.clone());
            read.unwrap_or_else(|| {
                conda(name, version, sheet.field(node, "build"), "", sheet.field(node, "platform"), span)
            })
        };
        package.is_development = !matches!(sheet.field(node, "category"), "main" | "");
        package.is_optional = node.is_true("optional") && !package.is_development;
        package.needs = keys(node, "dependencies").map(str::to_owned).collect();
        for hash in node.get("hash").map_or(&[][..], Node::entries) {
            package.digests.push((hash.key.to_string(), sheet.scalar(&hash.node).to_owned()));
        }
        listing.add(package);
    }
}

fn pixi(sheet: &Sheet<'_>, listing: &mut Listing) {
    let Some(root) = yaml_one(sheet, listing) else { return };
    for node in root.get("packages").map_or(&[][..], Node::items) {
        // Up to version 5 the kind is a field of its own.
        let kind = sheet.field(node, "kind");
        let conda_address =
            if kind == "conda" { sheet.field(node, "url") } else { sheet.field(node, "conda") };
        let python_address =
            if kind == "pypi" { sheet.field(node, "url") } else { sheet.field(node, "pypi") };
        let span = sheet.head(node);
        let (name, version) = (sheet.field(node, "name"), sheet.field(node, "version"));
        let mut package = if python_address.is_empty() {
            let Some(package) = of_address(conda_address, span) else { continue };
            package
        } else if python_address.starts_with('.') {
            continue;
        } else {
            let version = if version.is_empty() {
                wheel_version(python_address, name).unwrap_or_default()
            } else {
                version
            };
            Listed::new("pypi", name, version, span).known_as(normal(name))
        };
        for algorithm in ["sha256", "md5"] {
            let value = sheet.field(node, algorithm);
            if !value.is_empty() {
                package.digests.push((algorithm.to_owned(), value.to_owned()));
            }
        }
        let license = sheet.field(node, "license");
        package.licenses = Some(license.to_owned()).filter(|text| !text.is_empty()).into_iter().collect();
        listing.add(package);
    }
}

/// A list of addresses, one a line, behind `@EXPLICIT`.
fn addresses(sheet: &Sheet<'_>, listing: &mut Listing) {
    if !sheet.lines().any(|line| line.text.trim() == "@EXPLICIT") {
        return;
    }
    for line in sheet.lines() {
        if let Some(package) = of_address(line.text.trim(), sheet.line_span(&line)) {
            listing.add(package);
        }
    }
}

/// `https://host/channel/linux-64/name-1.2.3-build.conda#md5`.
fn of_address(address: &str, span: Range<u32>) -> Option<Listed> {
    let (_, path) = address.split_once("://")?;
    let (path, hash) = path.split_once('#').unwrap_or((path, ""));
    let (folders, file) = path.rsplit_once('/')?;
    let stem = file.strip_suffix(".conda").or_else(|| file.strip_suffix(".tar.bz2"))?;
    let (rest, build) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    let (channel, subdir) = folders.rsplit_once('/')?;
    let channel = channel.split_once('/').map_or("", |(_, channel)| channel);
    let mut package = conda(name, version, build, channel, subdir, span);
    let hash = hash.strip_prefix("sha256:").unwrap_or(hash);
    match hash.len() {
        32 => package.digests.push((String::from("md5"), hash.to_owned())),
        64 => package.digests.push((String::from("sha256"), hash.to_owned())),
        _ => {}
    }
    Some(package)
}
