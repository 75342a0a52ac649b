//! Modules to groups of definitions, checked step by step.

use super::settings::Settings;
use super::{height, modules, recursion};
use crate::error::RegoError;
use crate::ir::resolved::Resolved;
use crate::syntax::ast::Module;
use crate::types;

/// Resolves and checks modules.
pub(crate) fn resolve(modules: &[Module], settings: &Settings) -> Result<Resolved, Vec<RegoError>> {
    let mut errors = Vec::new();
    let resolved = modules::resolve(modules, settings, &mut errors);
    if errors.is_empty()
        && let Some(order) = recursion::order(&resolved, modules, &mut errors)
    {
        height::check(&resolved, &order, &mut errors);
        types::check(&resolved, &order, &mut errors);
    }
    if errors.is_empty() { Ok(resolved) } else { Err(errors) }
}
