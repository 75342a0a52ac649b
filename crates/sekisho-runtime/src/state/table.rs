//! The descriptors of a process, shared until one of those that share them changes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::File;

/// Descriptors below this are found by their place.
const NEAR: usize = 128;

/// The descriptors of a process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Descriptors {
    near: Vec<Option<Arc<File>>>,
    far: BTreeMap<i64, Arc<File>>,
    count: usize,
}

impl Descriptors {
    pub(crate) fn get(&self, number: i64) -> Option<&Arc<File>> {
        match usize::try_from(number) {
            Ok(place) if place < NEAR => self.near.get(place)?.as_ref(),
            _ => self.far.get(&number),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Puts a descriptor in, and gives the one that it replaced.
    pub(crate) fn insert(&mut self, number: i64, file: Arc<File>) -> Option<Arc<File>> {
        let old = match usize::try_from(number) {
            Ok(place) if place < NEAR => {
                if self.near.len() <= place {
                    self.near.resize(place + 1, None);
                }
                self.near.get_mut(place).and_then(|slot| slot.replace(file))
            }
            _ => self.far.insert(number, file),
        };
        self.count += usize::from(old.is_none());
        old
    }

    pub(crate) fn remove(&mut self, number: i64) -> Option<Arc<File>> {
        let old = match usize::try_from(number) {
            Ok(place) if place < NEAR => self.near.get_mut(place)?.take(),
            _ => self.far.remove(&number),
        };
        self.count -= usize::from(old.is_some());
        old
    }

    pub(crate) fn get_mut(&mut self, number: i64) -> Option<&mut Arc<File>> {
        match usize::try_from(number) {
            Ok(place) if place < NEAR => self.near.get_mut(place)?.as_mut(),
            _ => self.far.get_mut(&number),
        }
    }

    /// Every descriptor, in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, &Arc<File>)> {
        let negative = self.far.range(..0);
        let positive = self.far.range(0..);
        let near = (0_i64..).zip(&self.near).filter_map(|(number, file)| Some((number, file.as_ref()?)));
        negative
            .map(|(number, file)| (*number, file))
            .chain(near)
            .chain(positive.map(|(number, file)| (*number, file)))
    }

    /// The numbers of those that a test holds for.
    pub(crate) fn numbers(&self, wanted: impl Fn(i64, &File) -> bool) -> Vec<i64> {
        self.iter().filter(|(number, file)| wanted(*number, file)).map(|(number, _)| number).collect()
    }
}
