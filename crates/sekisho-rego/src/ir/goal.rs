//! Rules with names resolved: goals over terms whose calls and references stand in goals of their own.

use super::tree::RuleId;
use crate::functions::Builtin;
use crate::span::Span;
use crate::syntax::ast::Name;
use crate::value::Value;

/// A variable of one clause.
pub(crate) type Var = u32;

/// What is known of a variable.
#[derive(Debug, Clone)]
pub(crate) struct VarInfo {
    /// The name as written; `_` for wildcards, empty for variables that were not written.
    pub(crate) name: Name,
}

/// A term.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Const(Value),
    Var(Var),
    Array(Vec<Node>),
    Set(Vec<Node>),
    Object(Vec<(Node, Node)>),
    Ref(Box<Reference>),
    Comprehension(Box<Comprehension>),
}

/// A root and what is looked up in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reference {
    pub(crate) span: Span,
    pub(crate) root: Root,
    /// INVARIANT: no element is a reference or a comprehension; these stand in goals before.
    pub(crate) path: Vec<Node>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    Input,
    Data,
    Var(Var),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Comprehension {
    Array { head: Node, body: Vec<Goal> },
    Set { head: Node, body: Vec<Goal> },
    Object { key: Node, value: Node, body: Vec<Goal> },
}

impl Comprehension {
    pub(crate) fn body(&self) -> &[Goal] {
        match self {
            Self::Array { body, .. } | Self::Set { body, .. } | Self::Object { body, .. } => body,
        }
    }

    pub(crate) fn body_mut(&mut self) -> &mut Vec<Goal> {
        match self {
            Self::Array { body, .. } | Self::Set { body, .. } | Self::Object { body, .. } => body,
        }
    }

    pub(crate) fn heads(&self) -> Vec<&Node> {
        match self {
            Self::Array { head, .. } | Self::Set { head, .. } => vec![head],
            Self::Object { key, value, .. } => vec![key, value],
        }
    }
}

/// What a call calls.
#[derive(Debug, Clone)]
pub(crate) enum Callee {
    Builtin(&'static Builtin),
    /// A function that the host gives, by its place in the list of them.
    Host(usize),
    /// A function of the modules, by its path below `data`.
    Function(Vec<Name>),
    /// A function by the id of its group.
    Group(RuleId),
}

impl PartialEq for Callee {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Builtin(one), Self::Builtin(two)) => one.name == two.name,
            (Self::Host(one), Self::Host(two)) => one == two,
            (Self::Function(one), Self::Function(two)) => one == two,
            (Self::Group(one), Self::Group(two)) => one == two,
            _ => false,
        }
    }
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Goal {
    pub(crate) span: Span,
    pub(crate) kind: GoalKind,
    /// Whether its variables must get their values elsewhere: it was taken out of a negated condition.
    /// The variable here is the one that the goal itself makes.
    pub(crate) closed: Option<Var>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum GoalKind {
    /// Both sides are the same; variables on either side may get values by it.
    Unify {
        left: Node,
        right: Node,
        how: Unification,
    },
    /// The term is defined and not false.
    Test(Node),
    /// A call; without an output its value must not be false.
    Call {
        callee: Callee,
        arguments: Vec<Node>,
        output: Option<Node>,
    },
    /// The body has no solution.
    Not {
        body: Vec<Goal>,
        is_explicit: bool,
    },
    And {
        left: Vec<Goal>,
        right: Vec<Goal>,
    },
    Or {
        left: Vec<Goal>,
        right: Vec<Goal>,
    },
    Every {
        key: Var,
        value: Var,
        domain: Node,
        body: Vec<Goal>,
    },
    With {
        modifiers: Vec<Modifier>,
        body: Vec<Goal>,
    },
    /// `print`; each argument is the set of its values.
    Print(Vec<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unification {
    /// `=`
    Both,
    /// `:=`, which gives values to its left side only.
    Assign,
    /// `==`, which gives no values.
    Test,
}

/// `with target as value`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Modifier {
    pub(crate) span: Span,
    pub(crate) target: Target,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    Input { path: Vec<Node>, value: Node },
    Data { path: Vec<Node>, value: Node },
    Function { replaced: Callee, by: Replacement },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Replacement {
    Value(Node),
    Function(Callee),
    /// A document of the modules, evaluated at the call.
    Document(Vec<Name>),
}

impl Goal {
    pub(crate) fn new(span: Span, kind: GoalKind) -> Self {
        Self { span, kind, closed: None }
    }
}

impl Node {
    pub(crate) fn string(text: &str) -> Self {
        Self::Const(Value::from(text))
    }

    /// An array, as a constant where all of its items are.
    pub(crate) fn array(items: Vec<Self>) -> Self {
        match constants(&items) {
            Some(values) => Self::Const(Value::array(values)),
            None => Self::Array(items),
        }
    }

    /// A set, as a constant where all of its elements are.
    pub(crate) fn set(items: Vec<Self>) -> Self {
        match constants(&items) {
            Some(values) => Self::Const(Value::set(values)),
            None => Self::Set(items),
        }
    }

    /// An object, as a constant where all of it is.
    pub(crate) fn object(pairs: Vec<(Self, Self)>) -> Self {
        let known = pairs.iter().map(|pair| match pair {
            (Self::Const(key), Self::Const(value)) => Some((key.clone(), value.clone())),
            _ => None,
        });
        match known.collect() {
            Some(entries) => Self::Const(Value::object(entries)),
            None => Self::Object(pairs),
        }
    }

    /// Calls a function with every variable of the term, those of closures apart.
    pub(crate) fn each_var(&self, with: &mut dyn FnMut(Var)) {
        match self {
            Self::Const(_) | Self::Comprehension(_) => {}
            Self::Var(var) => with(*var),
            Self::Array(items) | Self::Set(items) => items.iter().for_each(|item| item.each_var(with)),
            Self::Object(pairs) => pairs.iter().for_each(|(key, value)| {
                key.each_var(with);
                value.each_var(with);
            }),
            Self::Ref(reference) => {
                if let Root::Var(var) = reference.root {
                    with(var);
                }
                reference.path.iter().for_each(|element| element.each_var(with));
            }
        }
    }

    /// Calls a function with every comprehension of the term.
    pub(crate) fn each_closure<'n>(&'n self, with: &mut dyn FnMut(&'n Comprehension)) {
        match self {
            Self::Const(_) | Self::Var(_) => {}
            Self::Array(items) | Self::Set(items) => items.iter().for_each(|item| item.each_closure(with)),
            Self::Object(pairs) => pairs.iter().for_each(|(key, value)| {
                key.each_closure(with);
                value.each_closure(with);
            }),
            Self::Ref(reference) => reference.path.iter().for_each(|element| element.each_closure(with)),
            Self::Comprehension(comprehension) => with(comprehension),
        }
    }

    /// Calls a function with every comprehension of the term, to change it.
    pub(crate) fn each_closure_mut(&mut self, with: &mut dyn FnMut(&mut Comprehension)) {
        match self {
            Self::Const(_) | Self::Var(_) => {}
            Self::Array(items) | Self::Set(items) => {
                for item in items {
                    item.each_closure_mut(with);
                }
            }
            Self::Object(pairs) => {
                for (key, value) in pairs {
                    key.each_closure_mut(with);
                    value.each_closure_mut(with);
                }
            }
            Self::Ref(reference) => {
                for element in &mut reference.path {
                    element.each_closure_mut(with);
                }
            }
            Self::Comprehension(comprehension) => with(comprehension),
        }
    }
}

fn constants(items: &[Node]) -> Option<Vec<Value>> {
    let values = items.iter().map(|item| match item {
        Node::Const(value) => Some(value.clone()),
        _ => None,
    });
    values.collect()
}
