//! Python: packages that are installed, by the `METADATA` of wheels and the `PKG-INFO` of eggs.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::convention::headers::headers;
use crate::convention::python::Requirement;
use crate::convention::python_name::normal;
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "python-installed",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[
        Select::Name("METADATA"),
        Select::Tail("EGG-INFO/PKG-INFO"),
        Select::Custom(|path, _| is_egg(path)),
    ],
    access: WHOLE,
    read: |file, report| listed(file, report, "description of a Python package", read),
    join: None,
};

/// `name.egg-info` of distutils is a file, that of setuptools a folder.
fn is_egg(path: &str) -> bool {
    path.ends_with(".egg-info")
        || path.strip_suffix("/PKG-INFO").is_some_and(|folder| folder.ends_with(".egg-info"))
}

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if sheet.file_name() == "METADATA"
        && !sheet.folders().next().is_some_and(|folder| folder.to_ascii_lowercase().ends_with("dist-info"))
    {
        return;
    }
    let headers = headers(sheet);
    let value = |key: &str| {
        headers.iter().find(|header| header.key == key).map_or("", |header| header.value.as_str())
    };
    let all = |key: &'static str| {
        headers.iter().filter(move |header| header.key == key).map(|header| header.value.as_str())
    };
    let (name, version) = (value("name"), value("version"));
    let Some(place) = headers.iter().find(|header| header.key == "name") else {
        listing.fault(Fault::Missing("Name"));
        return;
    };
    if version.is_empty() {
        listing.fault(Fault::Missing("Version"));
        return;
    }
    let mut package = Listed::new("pypi", name, version, place.span.clone());
    package.licenses = licenses(value("license-expression"), value("license"), all("classifier").collect());
    // What only extras need is not known to be there.
    let needs =
        all("requires-dist").filter_map(Requirement::parse).filter(|need| !need.marker.contains("extra"));
    package.needs = needs.map(|need| normal(need.name)).collect();
    listing.add(package.known_as(normal(name)));
}

/// The expression wins; else a short text, else the classifiers.
fn licenses(expression: &str, text: &str, classifiers: Vec<&str>) -> Vec<String> {
    const LONGEST: usize = 80;
    if !expression.is_empty() {
        return vec![expression.to_owned()];
    }
    let line = text.lines().next().unwrap_or_default().trim();
    if !line.is_empty()
        && line.len() <= LONGEST
        && !text.trim().contains('\n')
        && !line.eq_ignore_ascii_case("unknown")
    {
        return vec![line.to_owned()];
    }
    let named = classifiers.iter().filter_map(|one| one.strip_prefix("License ::"));
    named
        .filter_map(|one| one.rsplit("::").next())
        .map(|one| one.trim().to_owned())
        .filter(|one| one != "OSI Approved")
        .collect()
}
