//! Loaders that wait until a query names what they load.

use std::sync::Arc;

use smol_str::SmolStr;

use super::entry::ContextEntry;
use crate::value::Value;

/// What a loader loads.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Entry(Arc<ContextEntry>),
    /// The images of a resource.
    Images(Value),
}

/// A loader and what became of it.
#[derive(Debug, Clone)]
pub(super) struct Loader {
    pub(super) name: SmolStr,
    pub(super) source: Source,
    /// How many checkpoints there were when it was declared.
    pub(super) level: usize,
    /// Whether a query named it since the last reset.
    pub(super) matched: bool,
    /// What it loaded.
    pub(super) data: Option<Value>,
}

/// The loaders in the order of their declaration.
#[derive(Debug, Clone, Default)]
pub(super) struct Loaders {
    pub(super) all: Vec<Loader>,
    /// While a loader runs: its level and place. Only those before it may be loaded then.
    pub(super) running: Option<(usize, usize)>,
}

impl Loaders {
    /// The first loader that a query names and that has not loaded, marked as named.
    pub(super) fn named(&mut self, query: &str, level: usize, places: usize) -> Option<usize> {
        let (place, loader) = self.all.iter_mut().take(places).enumerate().find(|(_, loader)| {
            !loader.matched && loader.data.is_none() && loader.level <= level && names(query, &loader.name)
        })?;
        loader.matched = true;
        Some(place)
    }
}

/// Whether a query names a loader: as a word of its own that no point, digit or letter stands before.
fn names(query: &str, name: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if name.is_empty() {
        return false;
    }
    let ends_in_word = name.chars().next_back().is_some_and(is_word);
    query.match_indices(name).any(|(place, _)| {
        let before = query.get(..place).and_then(|before| before.chars().next_back());
        let behind = query.get(place + name.len()..).and_then(|behind| behind.chars().next());
        before.is_none_or(|letter| letter != '.' && !letter.is_ascii_alphanumeric())
            && behind.is_some_and(is_word) != ends_in_word
    })
}
