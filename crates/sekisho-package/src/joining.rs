//! The layers while they are laid over one another: what is seen of their files, and what lies at a path.

use std::collections::HashMap;

use sekisho_contents::Distribution;

use crate::layer::Layer;
use crate::path;
use crate::report::FileReport;

/// The files that are still there, while the analyzers that wish to see them all together do.
#[derive(Debug)]
pub struct Joining<'j> {
    /// What was found in each, in the order of layers, then paths. An analyzer may change what it found itself.
    pub files: Vec<Seen>,
    /// The distribution.
    pub distribution: Option<Distribution>,
    pub(crate) layers: &'j [&'j Layer],
    links: HashMap<&'j str, &'j str>,
}

/// What was found in a file that is still there.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The layer that the file itself is of.
    pub layer: u32,
    /// What was found.
    pub report: FileReport,
}

impl<'j> Joining<'j> {
    /// Layers before anything is said of their files.
    pub(crate) fn new(layers: &'j [&'j Layer]) -> Self {
        Self {
            files: Vec::new(),
            distribution: None,
            layers,
            links: layers
                .iter()
                .flat_map(|layer| &layer.symlinks)
                .map(|link| (link.path.as_str(), link.target.as_str()))
                .collect(),
        }
    }
}

impl Joining<'_> {
    /// Whether a file, or a link, is at this path, symbolic links above it followed.
    pub fn exists(&self, path: &str) -> bool {
        let path = self.canonical(path);
        (0..self.layers.len()).rev().any(|index| {
            self.layers.get(index).is_some_and(|layer| layer.paths.contains(&path))
                && !self.is_hidden(&path, index)
        })
    }

    /// What one analyzer found, with the layer of each file.
    pub fn of<'s>(&'s self, analyzer: &'s str) -> impl Iterator<Item = &'s Seen> {
        self.files.iter().filter(move |seen| seen.report.analyzer == analyzer)
    }

    /// What one analyzer found, to be changed.
    pub fn of_mut<'s>(&'s mut self, analyzer: &'s str) -> impl Iterator<Item = &'s mut Seen> {
        self.files.iter_mut().filter(move |seen| seen.report.analyzer == analyzer)
    }

    /// The path with the symbolic links in it followed, as far as they are known.
    pub fn canonical(&self, path: &str) -> String {
        let mut path = path.to_owned();
        // As many as Linux follows.
        for _ in 0..40 {
            let link = path::ancestry(&path)
                .filter_map(|above| Some((above.len(), *self.links.get(above)?)))
                .last()
                .map(|(length, target)| format!("{target}{}", path.get(length..).unwrap_or_default()));
            match link {
                Some(next) if next.len() <= 8192 => path = next,
                _ => break,
            }
        }
        path
    }

    /// Whether a layer above this one hides the path.
    pub(crate) fn is_hidden(&self, path: &str, layer: usize) -> bool {
        self.layers.iter().skip(layer + 1).any(|above| above.hides(path))
    }
}
