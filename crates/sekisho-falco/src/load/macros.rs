//! Macros written out.

use std::collections::{HashMap, HashSet};

use crate::condition::Condition;

/// Why macros cannot be written out.
pub(super) struct MacroError {
    pub(super) message: String,
    pub(super) at: usize,
}

/// Writes macros out, and keeps which were used.
pub(super) struct Expansion<'m> {
    pub(super) macros: &'m HashMap<String, Condition>,
    /// Macros that are wrong themselves, which was said.
    pub(super) wrong: &'m HashSet<String>,
    /// Whether a macro can be seen from here.
    pub(super) visible: &'m dyn Fn(&str) -> bool,
    pub(super) used: &'m mut HashSet<String>,
    pub(super) nodes: usize,
    /// How deep the written-out condition may still go.
    pub(super) depth: usize,
}

impl Expansion<'_> {
    /// The condition with every macro written out.
    pub(super) fn expand(&mut self, condition: &Condition) -> Result<Condition, MacroError> {
        self.within(condition, &mut Vec::new(), None)
    }

    fn within(
        &mut self,
        condition: &Condition,
        path: &mut Vec<String>,
        place: Option<usize>,
    ) -> Result<Condition, MacroError> {
        let too_large = || MacroError {
            message: "the condition is too large when its macros are written out".to_owned(),
            at: place.unwrap_or_default(),
        };
        self.nodes = self.nodes.checked_sub(1).ok_or_else(too_large)?;
        self.depth = self.depth.checked_sub(1).ok_or_else(too_large)?;
        let expanded = self.one(condition, path, place)?;
        self.depth += 1;
        Ok(expanded)
    }

    fn one(
        &mut self,
        condition: &Condition,
        path: &mut Vec<String>,
        place: Option<usize>,
    ) -> Result<Condition, MacroError> {
        let mut all = |parts: &[Condition]| -> Result<Vec<Condition>, MacroError> {
            parts.iter().map(|part| self.within(part, path, place)).collect()
        };
        Ok(match condition {
            Condition::And(parts) => Condition::And(all(parts)?),
            Condition::Or(parts) => Condition::Or(all(parts)?),
            Condition::Not(part) => Condition::Not(Box::new(self.within(part, path, place)?)),
            Condition::Macro { name, at } => {
                let at = place.unwrap_or(*at);
                if path.contains(name) {
                    let message = format!("the macro `{name}` refers to itself");
                    return Err(MacroError { message, at });
                }
                let definition = self.macros.get(name).filter(|_| (self.visible)(name));
                let Some(definition) = definition else {
                    let why = if self.wrong.contains(name) { "wrong itself" } else { "not defined" };
                    return Err(MacroError { message: format!("the macro `{name}` is {why}"), at });
                };
                self.used.insert(name.clone());
                path.push(name.clone());
                let expanded = self.within(definition, path, Some(at))?;
                path.pop();
                expanded
            }
            Condition::Exists { left, at } => {
                Condition::Exists { left: left.clone(), at: place.unwrap_or(*at) }
            }
            Condition::Check { left, operator, modifier, right, at } => Condition::Check {
                left: left.clone(),
                operator: *operator,
                modifier: *modifier,
                right: right.clone(),
                at: place.unwrap_or(*at),
            },
        })
    }
}
