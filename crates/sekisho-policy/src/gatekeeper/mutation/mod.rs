//! Gatekeeper's mutators, applied together until nothing changes.

mod apply;
mod conflict;
mod image;
mod location;
mod mutator;
mod set_values;
mod value;

use std::collections::BTreeSet;

use sekisho_manifest::{Node, Operation};

pub(crate) use self::mutator::Mutator;
use self::mutator::Rounds;
use crate::facts::Facts;
use crate::gatekeeper::matching::{self, Subject};

/// All mutators, in the order in which they are applied.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mutators {
    mutators: Vec<Mutator>,
    /// Those that contradict others, which are not applied.
    conflicting: BTreeSet<usize>,
}

/// Why an object could not be changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SystemError {
    /// It cannot be said whether a mutator concerns it.
    #[error("matching for mutator {mutator} failed for {object}: {reason}")]
    Match {
        /// The mutator.
        mutator: String,
        /// The object.
        object: String,
        /// Why.
        reason: String,
    },
    /// A mutator cannot be applied to it.
    #[error("mutator {mutator} failed for {object}: {reason}")]
    Mutate {
        /// The mutator.
        mutator: String,
        /// The object.
        object: String,
        /// Why.
        reason: String,
    },
    /// The mutators never come to an end.
    #[error("mutation not converging for {object}")]
    Endless {
        /// The object.
        object: String,
    },
}

impl Mutators {
    /// Of mutators in any order.
    pub(crate) fn new(mut mutators: Vec<Mutator>) -> Self {
        mutators.sort_by(|a, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
        let conflicting = conflict::conflicts(&mutators);
        Self { mutators, conflicting }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.mutators.is_empty()
    }

    /// The mutators.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Mutator> {
        self.mutators.iter()
    }

    /// Those that contradict each other, and so are not applied.
    pub(crate) fn conflicting(&self) -> impl Iterator<Item = &Mutator> {
        self.conflicting.iter().filter_map(|number| self.mutators.get(*number))
    }

    /// The object as the mutators change it, with the names of those that did; none where they do not. An
    /// operation is none where the object was generated.
    pub(crate) fn apply(
        &self,
        subject: &Subject<'_>,
        operation: Option<Operation>,
        user: &str,
        facts: &dyn Facts,
    ) -> Result<Option<Node>, SystemError> {
        let named = |object: &Node| {
            format!("{} {} {}", matching::group(object), object.str("kind"), matching::name(object))
        };
        let rounds = Rounds::default();
        let mut current = subject.object.clone();
        for round in 0..=self.mutators.len() {
            let mut next = current.clone();
            for (number, mutator) in self.mutators.iter().enumerate() {
                if self.conflicting.contains(&number) {
                    continue;
                }
                let name = || format!("{}/{}", mutator.kind, mutator.name);
                let matches =
                    mutator.matches(&Subject { object: &next, ..*subject }, operation).map_err(|error| {
                        SystemError::Match {
                            mutator: name(),
                            object: named(&next),
                            reason: error.to_string(),
                        }
                    })?;
                if matches {
                    mutator.apply(&mut next, user, facts, &rounds).map_err(|error| SystemError::Mutate {
                        mutator: name(),
                        object: named(subject.object),
                        reason: error.to_string(),
                    })?;
                }
            }
            if next.to_json() == current.to_json() {
                return Ok((round > 0).then_some(current));
            }
            current = next;
            rounds.next();
        }
        Err(SystemError::Endless { object: named(subject.object) })
    }
}
