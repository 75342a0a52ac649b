//! Layers laid over one another: what is still there at the top, since which layer, and what it belongs to.

use std::collections::HashMap;

use sekisho_contents::{Contents, Package, Unread};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr};

use crate::joining::{Joining, Seen};
use crate::layer::Layer;
use crate::ownership::Owners;
use crate::report::{Fact, Found};
use crate::roster::analyzers;
use crate::{ownership, settle};

/// What is there once all layers lie over one another.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// What is contained.
    pub contents: Contents,
    /// What the analyzers said that is no package, by the path of the file.
    pub facts: Vec<(SmolStr, Fact)>,
    /// Files that run with the rights of their owner or group, or that everyone may write, by layer, then path.
    pub unusual: Vec<Unusual>,
}

/// A file with an unusual mode that is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unusual {
    /// Its path.
    pub path: SmolStr,
    /// Permission bits with set-user-id, set-group-id and sticky.
    pub mode: u32,
    /// The layer that brings it, from 0 at the bottom.
    pub layer: u32,
    /// The package URL of the distribution's package that owns it.
    pub owner: Option<SmolStr>,
}

/// Lays layers over one another, the lowest first. With one layer, as of a folder, no layer is said of the places.
pub fn merge(layers: &[&Layer]) -> Merged {
    let has_layers = layers.len() > 1;
    merge_at(layers, has_layers)
}

/// As [`merge`], with the layer said even where there is only one.
pub fn merge_image(layers: &[&Layer]) -> Merged {
    merge_at(layers, true)
}

fn merge_at(layers: &[&Layer], has_layers: bool) -> Merged {
    let mut joining = Joining::new(layers);
    joining.files = visible(&joining);
    joining.distribution = settle::distribution(&joining.files);
    settle::name_by_distribution(&mut joining);
    for analyzer in analyzers() {
        if let Some(join) = analyzer.join {
            join(&mut joining);
        }
    }
    ownership::apply_licenses(&mut joining);
    ownership::resolve_requirements(&mut joining);
    let owners = ownership::owners(&joining);
    ownership::name_owners(&mut joining, &owners);
    ownership::leave_out_notes(&mut joining, &owners);
    let unusual = unusual(&joining, &owners);
    assemble(joining, unusual, has_layers)
}

/// The files that no layer above hides, with each package's first layer as the layer of its place.
fn visible(joining: &Joining<'_>) -> Vec<Seen> {
    // Since which layer a package stands in the file of this path.
    let mut since: HashMap<(&str, &str), HashMap<String, u32>> = HashMap::new();
    let mut seen = Vec::new();
    for (index, layer) in joining.layers.iter().enumerate() {
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        if index > 0 {
            let is_replaced = |key: &(&str, &str)| {
                layer
                    .files
                    .binary_search_by(|file| (file.path.as_str(), file.analyzer.as_str()).cmp(key))
                    .is_ok()
            };
            since.retain(|key, _| is_replaced(key) || !layer.hides(key.0));
        }
        for file in &layer.files {
            let key = (file.path.as_str(), file.analyzer.as_str());
            let before = since.remove(&key).unwrap_or_default();
            let now: HashMap<String, u32> = file
                .found
                .iter()
                .map(|found| found.package.url.to_string())
                .map(|url| (before.get(&url).copied().unwrap_or(number), url))
                .map(|(first, url)| (url, first))
                .collect();
            let is_hidden = joining.is_hidden(&file.path, index)
                || joining.is_hidden(&joining.canonical(&file.path), index);
            let name = if is_hidden {
                still_linked(joining, index, layer, &file.path)
            } else {
                Some(file.path.clone())
            };
            if let Some(name) = name {
                let mut report = file.clone();
                for Found { package, .. } in &mut report.found {
                    let first = now.get(&package.url.to_string()).copied().unwrap_or(number);
                    for place in &mut package.places {
                        place.layer = Some(first);
                        if name != file.path {
                            place.path = place.path.replacen(file.path.as_str(), &name, 1).into();
                        }
                    }
                }
                report.path = name;
                seen.push(Seen { layer: number, report });
            }
            since.insert(key, now);
        }
    }
    seen
}

/// Another name of a file whose own is hidden.
fn still_linked(joining: &Joining<'_>, index: usize, layer: &Layer, path: &str) -> Option<SmolStr> {
    let mut links = layer.hardlinks.iter().filter(|link| link.target == path);
    links.find(|link| !joining.is_hidden(&link.path, index)).map(|link| link.path.clone())
}

/// The files of unusual modes that no layer above hides.
fn unusual(joining: &Joining<'_>, owners: &Owners) -> Vec<Unusual> {
    let mut found = Vec::new();
    for (index, layer) in joining.layers.iter().enumerate() {
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        let seen = layer.unusual.iter().filter(|file| !joining.is_hidden(&file.path, index));
        found.extend(seen.map(|file| Unusual {
            path: file.path.clone(),
            mode: file.mode,
            layer: number,
            owner: owners.of(&file.path, joining),
        }));
    }
    found
}

fn assemble(joining: Joining<'_>, unusual: Vec<Unusual>, has_layers: bool) -> Merged {
    let mut packages: HashMap<SmolStr, Package> = HashMap::new();
    let mut facts = Vec::new();
    for Seen { report, .. } in joining.files {
        for Found { mut package, .. } in report.found {
            if !has_layers {
                package.places.iter_mut().for_each(|place| place.layer = None);
            }
            let url = package.url.to_smolstr();
            match packages.get_mut(&url) {
                Some(known) => known.absorb(package),
                None => drop(packages.insert(url, package)),
            }
        }
        facts.extend(report.facts.into_iter().map(|fact| (report.path.clone(), fact)));
    }
    let mut packages: Vec<(SmolStr, Package)> = packages.into_iter().collect();
    packages.sort_by(|a, b| a.0.cmp(&b.0));
    let number = |index: usize| u32::try_from(index).ok().filter(|_| has_layers);
    let unread = joining.layers.iter().enumerate().flat_map(|(index, layer)| {
        layer.unread.iter().map(move |unread| Unread { layer: number(index), ..unread.clone() })
    });
    Merged {
        contents: Contents {
            distribution: joining.distribution,
            packages: packages.into_iter().map(|(_, package)| package).collect(),
            unread: unread.collect(),
            files: joining.layers.iter().map(|layer| layer.paths.len() as u64).sum(),
        },
        facts,
        unusual,
    }
}
