//! The objects of a build in order, no two of the same identity.

use std::collections::HashSet;

use sekisho_manifest::Span;
use smol_str::format_smolstr;

use crate::error::{BuildErrorKind, Result};
use crate::id::Id;
use crate::resource::{Behavior, Resource};
use crate::take_over::take_over;
use crate::texts::Texts;
use crate::tree;

/// Objects in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResourceSet {
    pub(crate) resources: Vec<Resource>,
}

impl ResourceSet {
    /// Adds objects at the end; each identity must be new.
    pub(crate) fn append(&mut self, added: impl IntoIterator<Item = Resource>) -> Result<()> {
        let mut known: HashSet<_> = self.resources.iter().map(|resource| resource.id().key()).collect();
        for resource in added {
            let id = resource.id();
            if !known.insert(id.key()) {
                return Err(duplicate(&id, resource.span()));
            }
            self.resources.push(resource);
        }
        Ok(())
    }

    /// Adds generated objects, each of which may take the place of another or add to it.
    pub(crate) fn absorb(&mut self, added: Vec<Resource>, texts: &Texts) -> Result<()> {
        for resource in added {
            let id = resource.id();
            let matches = self.matching(|other| id.same(other));
            match (matches.as_slice(), resource.behavior) {
                ([], Behavior::Create) => self.append([resource])?,
                ([], _) => {
                    let wanted = format_smolstr!("`{id}`, which is to be merged or replaced");
                    return Err(BuildErrorKind::NoMatch(wanted).at(resource.span()));
                }
                ([_], Behavior::Create) => return Err(duplicate(&id, resource.span())),
                ([index], behavior) => {
                    if let Some(old) = self.resources.get_mut(*index) {
                        take_over(old, resource, behavior == Behavior::Merge, texts);
                    }
                }
                (several, _) => {
                    let wanted = format_smolstr!("`{id}`");
                    let count = several.len();
                    return Err(BuildErrorKind::SeveralMatches { wanted, count }.at(resource.span()));
                }
            }
        }
        Ok(())
    }

    /// The indexes of the objects of which any name fits, old or new.
    pub(crate) fn matching(&self, fits: impl Fn(&Id) -> bool) -> Vec<usize> {
        let known = self.resources.iter().enumerate();
        known
            .filter(|(_, resource)| !tree::is_empty(&resource.root) && resource.any_id(&fits))
            .map(|(index, _)| index)
            .collect()
    }

    /// The one object of this identity, old or new.
    pub(crate) fn only(&self, id: &Id, span: Span) -> Result<usize> {
        match *self.matching(|other| id.same(other)) {
            [index] => Ok(index),
            [] => Err(BuildErrorKind::NoMatch(format_smolstr!("`{id}`")).at(span)),
            ref several => {
                let wanted = format_smolstr!("`{id}`");
                Err(BuildErrorKind::SeveralMatches { wanted, count: several.len() }.at(span))
            }
        }
    }

    /// Drops objects that a patch emptied.
    pub(crate) fn drop_empty(&mut self) {
        self.resources.retain(|resource| !tree::is_empty(&resource.root));
    }

    /// Whether each identity is there once.
    pub(crate) fn check_unique(&self) -> Result<()> {
        let mut known = HashSet::new();
        for resource in &self.resources {
            let id = resource.id();
            if !known.insert(id.key()) {
                return Err(duplicate(&id, resource.span()));
            }
        }
        Ok(())
    }
}

fn duplicate(id: &Id, span: Span) -> crate::error::Fault {
    BuildErrorKind::Duplicate(format_smolstr!("{id}")).at(span)
}
