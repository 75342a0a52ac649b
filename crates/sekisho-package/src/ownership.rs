//! What belongs to what: files to packages of the distribution, licences to packages, needs to what meets them.

use std::collections::HashMap;

use smol_str::{SmolStr, ToSmolStr};

use crate::joining::Joining;
use crate::path_hash;
use crate::report::{Fact, Found};
use crate::settle::KINDS;

/// Gives packages the licences that a file beside their database says.
pub(crate) fn apply_licenses(joining: &mut Joining<'_>) {
    let mut known = HashMap::new();
    for fact in joining.files.iter().flat_map(|seen| &seen.report.facts) {
        if let Fact::Licenses { package, licenses } = fact {
            known.insert(package.clone(), licenses.clone());
        }
    }
    for found in joining.files.iter_mut().flat_map(|seen| &mut seen.report.found) {
        let package = &mut found.package;
        if KINDS.contains(&package.url.kind())
            && package.licenses.is_empty()
            && let Some(licenses) = known.get(package.url.name())
        {
            package.licenses.clone_from(licenses);
        }
    }
}

/// Looks up what packages need among packages of the same type: of several, the one that lies nearest.
pub(crate) fn resolve_requirements(joining: &mut Joining<'_>) {
    type Candidates = Vec<(SmolStr, SmolStr)>;
    let mut offers: HashMap<(String, SmolStr), Candidates> = HashMap::new();
    for found in joining.files.iter().flat_map(|seen| &seen.report.found) {
        let url = &found.package.url;
        let place = found.package.places.first().map(|place| place.path.clone()).unwrap_or_default();
        for name in found.provides.iter().cloned().chain([url.package_name().to_smolstr()]) {
            offers.entry((url.kind().to_owned(), name)).or_default().push((url.to_smolstr(), place.clone()));
        }
    }
    for found in joining.files.iter_mut().flat_map(|seen| &mut seen.report.found) {
        let Found { package, requires, .. } = found;
        let own = package.url.to_smolstr();
        let place = package.places.first().map(|place| place.path.clone()).unwrap_or_default();
        for name in requires.drain(..) {
            let Some(candidates) = offers.get(&(package.url.kind().to_owned(), name)) else { continue };
            // The first of those that lie equally near.
            let nearest = candidates.iter().rev().max_by_key(|(_, other)| shared(&place, other));
            if let Some((url, _)) = nearest.filter(|(url, _)| *url != own) {
                package.dependencies.insert(url.clone());
            }
        }
    }
}

/// How many folders two paths have in common.
fn shared(one: &str, other: &str) -> usize {
    one.split('/').zip(other.split('/')).take_while(|(one, other)| one == other).count()
}

/// Which package of the distribution owns which file.
#[derive(Debug, Default)]
pub(crate) struct Owners(HashMap<u64, SmolStr>);

impl Owners {
    /// The package URL of the owner of a path.
    pub(crate) fn of(&self, file: &str, joining: &Joining<'_>) -> Option<SmolStr> {
        if self.0.is_empty() {
            return None;
        }
        let find = |path: &str| self.0.get(&path_hash(path)).cloned();
        // Databases name files by the path that they had before `/lib` became a link to `/usr/lib`.
        find(file).or_else(|| find(file.strip_prefix("usr/")?)).or_else(|| find(&joining.canonical(file)))
    }
}

/// Who owns what.
pub(crate) fn owners(joining: &Joining<'_>) -> Owners {
    let mut urls: HashMap<SmolStr, SmolStr> = HashMap::new();
    for found in joining.files.iter().flat_map(|seen| &seen.report.found) {
        if KINDS.contains(&found.package.url.kind()) {
            urls.insert(found.package.url.name().into(), found.package.url.to_smolstr());
        }
    }
    let mut owners: HashMap<u64, SmolStr> = HashMap::new();
    for fact in joining.files.iter().flat_map(|seen| &seen.report.facts) {
        if let Fact::Owns { package, files } = fact
            && let Some(url) = urls.get(package)
        {
            owners.extend(files.iter().map(|file| (*file, url.clone())));
        }
    }
    Owners(owners)
}

/// Says of the files of other packages which package of the distribution owns them.
pub(crate) fn name_owners(joining: &mut Joining<'_>, owners: &Owners) {
    let mut files = std::mem::take(&mut joining.files);
    for found in files.iter_mut().flat_map(|seen| &mut seen.report.found) {
        if KINDS.contains(&found.package.url.kind()) {
            continue;
        }
        for place in &mut found.package.places {
            let file = place.path.split_once("!/").map_or(place.path.as_str(), |(file, _)| file);
            place.owner = owners.of(file, joining);
        }
    }
    joining.files = files;
}

/// Leaves out what programs say of themselves where a package of the distribution owns them: its database says the same.
pub(crate) fn leave_out_notes(joining: &mut Joining<'_>, owners: &Owners) {
    let mut files = std::mem::take(&mut joining.files);
    for seen in files.iter_mut().filter(|seen| seen.report.analyzer == "elf-package-note") {
        if owners.of(&seen.report.path, joining).is_some() {
            seen.report.found.clear();
        }
    }
    joining.files = files;
}
