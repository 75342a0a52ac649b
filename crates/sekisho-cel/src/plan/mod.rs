//! The form in which an expression is evaluated: names resolved, constants folded, costs assigned.

pub(crate) mod build;
pub(crate) mod run;

use std::collections::HashSet;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::cost::runtime::Rule;
use crate::syntax::ast::Span;
use crate::types::declaration::{Form, Function, Overload};
use crate::value::Value;
use crate::value::map::Key;

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Constant(Value),
    Attribute(Box<Attribute>),
    And(Vec<Node>),
    Or(Vec<Node>),
    NotStrictlyFalse(Box<Node>),
    Call(Box<Call>),
    /// Whether a value is among constants.
    Among(Box<Node>, HashSet<Key>),
    /// The value of an optional, or else another value; or the same of two optionals.
    OrElse {
        optional: Box<Node>,
        other: Box<Node>,
        unwraps: bool,
        /// Whether what is no optional is taken as it is.
        takes_plain: bool,
    },
    List(Vec<(Node, bool)>),
    Map(Vec<(Node, Node, bool)>),
    Struct {
        name: SmolStr,
        fields: Vec<(SmolStr, Node, bool)>,
    },
    Fold(Box<Fold>),
}

/// A value and the way into it. Every step into it is of the cost of one.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) root: Root,
    pub(crate) qualifiers: Vec<Qualifier>,
    /// Whether it asks only if the last step can be taken.
    pub(crate) test: bool,
}

#[derive(Debug)]
pub(crate) enum Root {
    /// A variable, under the first of these names that is bound; each takes so many qualifiers with it.
    Variable(Vec<(SmolStr, usize)>),
    /// A variable of a fold, by its place.
    Local(usize),
    Either(Box<Branches>),
    Relative(Box<Node>),
}

#[derive(Debug)]
pub(crate) struct Branches {
    pub(crate) condition: Node,
    pub(crate) truthy: Node,
    pub(crate) falsy: Node,
}

#[derive(Debug)]
pub(crate) struct Qualifier {
    pub(crate) span: Span,
    pub(crate) key: QualifierKey,
    pub(crate) optional: bool,
}

#[derive(Debug)]
pub(crate) enum QualifierKey {
    Constant(Value),
    Computed(Node),
}

#[derive(Debug)]
pub(crate) struct Call {
    /// None for a function that does not exist, in an expression that was not checked.
    pub(crate) function: Option<Arc<Function>>,
    pub(crate) form: Form,
    /// The overload, where the checker found that only one fits.
    pub(crate) overload: Option<Arc<Overload>>,
    pub(crate) arguments: Vec<Node>,
    pub(crate) rule: Rule,
    /// Whether the first argument that fails ends the call: it then costs nothing. Calls of one or two
    /// arguments work out both, and cost.
    pub(crate) ends_early: bool,
}

#[derive(Debug)]
pub(crate) struct Fold {
    pub(crate) range: Node,
    /// Whether keys and values have a variable each.
    pub(crate) two: bool,
    /// Worked out before the first step; where there is nothing to go through, when it is first asked for.
    pub(crate) initial: Arc<Node>,
    pub(crate) condition: Node,
    pub(crate) step: Node,
    pub(crate) result: Node,
}

impl Node {
    /// Calls a function with every part of this node.
    pub(crate) fn for_each(&self, visit: &mut dyn FnMut(&Node)) {
        match &self.kind {
            Kind::Constant(_) => {}
            Kind::Attribute(attribute) => {
                match &attribute.root {
                    Root::Variable(_) | Root::Local(_) => {}
                    Root::Either(either) => {
                        [&either.condition, &either.truthy, &either.falsy].into_iter().for_each(&mut *visit);
                    }
                    Root::Relative(node) => visit(node),
                }
                for qualifier in &attribute.qualifiers {
                    if let QualifierKey::Computed(node) = &qualifier.key {
                        visit(node);
                    }
                }
            }
            Kind::And(terms) | Kind::Or(terms) => terms.iter().for_each(visit),
            Kind::NotStrictlyFalse(node) | Kind::Among(node, _) => visit(node),
            Kind::Call(call) => call.arguments.iter().for_each(visit),
            Kind::OrElse { optional, other, .. } => {
                visit(optional);
                visit(other);
            }
            Kind::List(items) => items.iter().for_each(|(node, _)| visit(node)),
            Kind::Map(entries) => {
                for (key, value, _) in entries {
                    visit(key);
                    visit(value);
                }
            }
            Kind::Struct { fields, .. } => fields.iter().for_each(|(_, node, _)| visit(node)),
            Kind::Fold(fold) => {
                [&fold.range, &*fold.initial, &fold.condition, &fold.step, &fold.result]
                    .into_iter()
                    .for_each(visit);
            }
        }
    }
}
