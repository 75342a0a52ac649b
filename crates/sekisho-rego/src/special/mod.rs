//! Rules made smaller for evaluations in which parts of the input are always the same, such as the parameters of
//! one constraint: what these decide is decided once, and small functions stand where they were called.
//!
//! What a rule gives stays as it is. Where that is not certain nothing is made smaller: in modules that use `with`,
//! that print, or that follow a reference through the tree by keys which are known only at run time.

mod fold;
mod goals;
mod inline;
mod nodes;
mod prune;
mod rules;
mod specializer;

use self::prune::needed;
pub(crate) use self::specializer::Given;
use self::specializer::{Specializer, Unfit};
use crate::ir::group::Group;
use crate::ir::tree::{RuleId, Tree};

/// The groups that a rule needs, by their ids; those of functions for constant arguments come last.
pub(crate) fn specialize(
    groups: &[Group],
    tree: &Tree,
    given: &Given,
    rule: RuleId,
) -> Result<Vec<Option<Group>>, Unfit> {
    let mut specializer = Specializer::new(groups, tree, given);
    specializer.settle(rule)?;
    let mut made = specializer.made;
    let needed = needed(&made, tree, rule)?;
    for (place, group) in made.iter_mut().enumerate() {
        if !needed.contains(&place) {
            *group = None;
        }
    }
    Ok(made)
}
