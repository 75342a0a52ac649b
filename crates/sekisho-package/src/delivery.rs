//! Files that are as a package of the distribution brought them, by the database that the image had at that layer.

use std::collections::{BTreeMap, HashSet};

use sekisho_version::PackageUrl;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::joining::Joining;
use crate::layer::Layer;
use crate::path_hash;
use crate::report::Fact;
use crate::settle::KINDS;

/// The beginnings of the digests of a file's bytes, of each kind that databases of packages keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksums {
    /// Of MD5, as in those of dpkg, Portage and older rpm.
    pub md5: u64,
    /// Of SHA-1, as in that of apk.
    pub sha1: u64,
    /// Of SHA-256, as in that of rpm.
    pub sha256: u64,
}

impl Checksums {
    fn have(&self, beginning: u64) -> bool {
        [self.md5, self.sha1, self.sha256].contains(&beginning)
    }
}

/// Which package of the distribution brought which file of an image, layer by layer.
#[derive(Debug)]
pub struct Deliveries<'d> {
    layers: &'d [&'d Layer],
    /// What was installed when a layer lay on top.
    views: BTreeMap<usize, View<'d>>,
}

/// The databases as they are seen with one layer on top.
#[derive(Debug)]
struct View<'d> {
    joining: Joining<'d>,
    /// The names of the installed packages.
    installed: HashSet<&'d str>,
    /// What is said of the files of packages, with the layer that says so.
    said: Vec<(usize, &'d Fact)>,
}

impl<'d> Deliveries<'d> {
    /// Deliveries in these layers, the lowest first.
    pub fn new(layers: &'d [&'d Layer]) -> Self {
        Self { layers, views: BTreeMap::new() }
    }

    /// The name of the distribution's package that brought a file of this layer as it is.
    ///
    /// A file that its package's database keeps a digest of has that digest. Another one lies in the layer that
    /// installed its package: where all layers are one, nothing shows that, and there is no answer. Files below `etc/`
    /// are there to be changed, and are never taken for delivered.
    pub fn of(&mut self, path: &str, layer: usize, sums: Option<&Checksums>) -> Option<SmolStr> {
        if path.starts_with("etc/") {
            return None;
        }
        let below = self.layers.get(..=layer)?;
        let view = self.views.entry(layer).or_insert_with(|| View::of(below));
        if view.said.is_empty() {
            return None;
        }
        let mut names = vec![path_hash(path), path_hash(&view.joining.canonical(path))];
        // Databases name files by the path that they had before `/lib` became a link to `/usr/lib`.
        names.extend(path.strip_prefix("usr/").map(path_hash));
        view.owner(&names, sums, (self.layers.len() > 1).then_some(layer))
    }
}

impl<'d> View<'d> {
    fn of(layers: &'d [&'d Layer]) -> Self {
        let mut view = Self { joining: Joining::new(layers), installed: HashSet::new(), said: Vec::new() };
        for (index, layer) in layers.iter().enumerate() {
            let above = layers.get(index + 1..).unwrap_or_default();
            for file in &layer.files {
                let is_database = |fact: &Fact| matches!(fact, Fact::Owns { .. } | Fact::Holds { .. });
                let is_of_distribution =
                    file.found.first().is_some_and(|found| KINDS.contains(&found.package.url.kind()));
                if (!is_of_distribution && !file.facts.iter().any(is_database))
                    || above.iter().any(|above| above.hides(&file.path))
                {
                    continue;
                }
                view.said
                    .extend(file.facts.iter().filter(|fact| is_database(fact)).map(|fact| (index, fact)));
                let urls = file.found.iter().map(|found| &found.package.url);
                view.installed.extend(urls.filter(|url| KINDS.contains(&url.kind())).map(PackageUrl::name));
            }
        }
        view
    }

    /// The owner of a file of any of these names, if it is as that brought it.
    fn owner(&self, names: &[u64], sums: Option<&Checksums>, layer: Option<usize>) -> Option<SmolStr> {
        let (mut has_digest, mut beside) = (false, None);
        for (index, fact) in &self.said {
            match fact {
                Fact::Holds { package, files } if self.installed.contains(package.as_str()) => {
                    for name in names {
                        let from = files.partition_point(|(path, _)| path < name);
                        let known = files.get(from..).unwrap_or_default();
                        for (_, digest) in known.iter().take_while(|(path, _)| path == name) {
                            has_digest = true;
                            if sums.is_some_and(|sums| sums.have(*digest)) {
                                return Some(package.clone());
                            }
                        }
                    }
                }
                Fact::Owns { package, files }
                    if Some(*index) == layer
                        && self.installed.contains(package.as_str())
                        && names.iter().any(|name| files.binary_search(name).is_ok()) =>
                {
                    beside = Some(package);
                }
                _ => {}
            }
        }
        beside.filter(|_| !has_digest).cloned()
    }
}
