//! Compiled expressions that several evaluations share.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use smol_str::SmolStr;

use super::tree::Expression;

/// The most expressions that are kept, and the most bytes of one of them.
const KEPT: usize = 10_000;
const LONGEST: usize = 4_096;

/// Compiled expressions by their text. It may be shared between threads.
#[derive(Debug, Default)]
pub struct Expressions(RwLock<HashMap<SmolStr, Arc<Expression>>>);

impl Expressions {
    pub(super) fn get(&self, text: &str) -> Option<Arc<Expression>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(text).map(Arc::clone)
    }

    pub(super) fn keep(&self, text: &str, expression: &Arc<Expression>) {
        if text.len() > LONGEST {
            return;
        }
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.insert(text.into(), Arc::clone(expression));
        }
    }
}
