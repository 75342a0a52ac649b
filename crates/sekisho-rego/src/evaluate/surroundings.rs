//! What rules see around them: the documents, and what `with` puts in their place.

use std::collections::HashMap;

use crate::functions::Builtin;
use crate::plan::ops::FunctionId;
use crate::syntax::ast::Name;
use crate::value::{Object, Value};

/// What is known of a rule or of the extent of a place.
#[derive(Debug, Clone, Default)]
pub(super) enum Memo {
    #[default]
    Unknown,
    /// Its evaluation has begun and not ended.
    Running,
    Undefined,
    Value(Value),
}

/// What is called in place of a function.
#[derive(Debug, Clone)]
pub(super) enum Mock {
    Value(Value),
    Builtin(&'static Builtin),
    Host(u32),
    Rule(u32),
    Node(u32),
}

/// The documents and replacements of a part of an evaluation.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    pub(super) input: Option<Value>,
    pub(super) data: Value,
    /// Paths below `data` under which `with` put a value: no rule there counts.
    pub(super) shadows: Vec<Vec<Value>>,
    pub(super) mocks: HashMap<FunctionId, Mock>,
    /// The same without mocks, in which mocks themselves are evaluated.
    pub(super) unmocked: Option<u32>,
    pub(super) dense: Vec<Memo>,
    /// The places of `dense` that were set in this evaluation.
    pub(super) touched: Vec<u32>,
    sparse: HashMap<u32, Memo>,
}

impl Surroundings {
    /// The surroundings that an evaluation begins with, with room for results and those that are known.
    pub(super) fn first(input: Option<Value>, data: Value, dense: Vec<Memo>, touched: Vec<u32>) -> Self {
        Self { input, data, dense, touched, ..Self::default() }
    }

    /// The same documents and replacements, without any result.
    pub(super) fn copy(&self) -> Self {
        Self {
            input: self.input.clone(),
            data: self.data.clone(),
            shadows: self.shadows.clone(),
            mocks: self.mocks.clone(),
            ..Self::default()
        }
    }

    pub(super) fn memo(&self, place: u32) -> &Memo {
        const UNKNOWN: &Memo = &Memo::Unknown;
        match self.dense.get(place as usize) {
            Some(memo) => memo,
            None => self.sparse.get(&place).unwrap_or(UNKNOWN),
        }
    }

    pub(super) fn set_memo(&mut self, place: u32, memo: Memo) {
        match self.dense.get_mut(place as usize) {
            Some(known) => {
                if !matches!(known, Memo::Running) {
                    self.touched.push(place);
                }
                *known = memo;
            }
            None => drop(self.sparse.insert(place, memo)),
        }
    }

    /// Whether a value that `with` gave stands at a path or above it.
    pub(super) fn is_shadowed(&self, path: &[Name]) -> bool {
        let is_above = |shadow: &Vec<Value>| {
            shadow.len() <= path.len()
                && shadow.iter().zip(path).all(|(key, name)| key.as_str() == Some(name.as_str()))
        };
        self.shadows.iter().any(is_above)
    }
}

/// Puts a value under keys, making the objects on the way, also in place of what is none.
pub(super) fn replaced(document: Option<&Value>, keys: &[Value], value: Value) -> Value {
    let Some((key, rest)) = keys.split_first() else { return value };
    let mut object = match document {
        Some(Value::Object(object)) => Object::clone(object),
        _ => Object::new(),
    };
    let inner = replaced(object.get(key), rest, value);
    object.insert(key.clone(), inner);
    Value::Object(object.into())
}

/// About how many bytes [`replaced`] copies.
pub(super) fn cost(document: Option<&Value>, keys: &[Value]) -> u64 {
    let mut entries = keys.len();
    let mut at = document;
    for key in keys {
        let Some(Value::Object(object)) = at else { break };
        entries = entries.saturating_add(object.len());
        at = object.get(key);
    }
    (entries as u64).saturating_mul(2 * size_of::<Value>() as u64)
}

/// What stands under a key of a base document; an integer finds a key of its digits, too.
pub(super) fn in_base<'v>(document: &'v Value, key: &Value) -> Option<&'v Value> {
    document.get(key).or_else(|| match (document, key) {
        (Value::Object(object), Value::Number(number)) => object.field(&number.to_text()),
        _ => None,
    })
}
