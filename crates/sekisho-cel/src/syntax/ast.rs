//! The tree of an expression: nodes in one list, named by their place in it.

use smol_str::SmolStr;

use crate::value::Value;

/// A range of bytes in the source of an expression: `start` inclusive, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: offset(start), end: offset(end) }
    }

    pub(crate) fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// The name of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ExprId(pub(crate) u32);

#[derive(Debug, Clone)]
pub(crate) enum Expr {
    Literal(Value),
    /// A name; with a dot before it where it is looked up outside of every comprehension.
    Ident(SmolStr),
    Select {
        operand: ExprId,
        field: SmolStr,
        /// Whether it asks only if the field is there: `has(operand.field)`.
        test: bool,
    },
    Call {
        target: Option<ExprId>,
        function: SmolStr,
        arguments: Vec<ExprId>,
    },
    /// The items, each with whether it is optional.
    List(Vec<(ExprId, bool)>),
    Map(Vec<MapEntry>),
    Struct {
        name: SmolStr,
        fields: Vec<StructField>,
    },
    Comprehension(Box<Comprehension>),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct MapEntry {
    pub(crate) key: ExprId,
    pub(crate) value: ExprId,
    pub(crate) optional: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct StructField {
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
    pub(crate) value: ExprId,
    pub(crate) optional: bool,
}

/// What the macros over lists and maps become: a fold.
#[derive(Debug, Clone)]
pub(crate) struct Comprehension {
    pub(crate) range: ExprId,
    pub(crate) variable: SmolStr,
    pub(crate) second_variable: Option<SmolStr>,
    pub(crate) accumulator: SmolStr,
    pub(crate) initial: ExprId,
    pub(crate) condition: ExprId,
    pub(crate) step: ExprId,
    pub(crate) result: ExprId,
}

/// A whole expression.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ast {
    nodes: Vec<Expr>,
    spans: Vec<Span>,
    heights: Vec<u32>,
    pub(crate) root: u32,
}

impl Ast {
    pub(crate) fn root(&self) -> ExprId {
        ExprId(self.root)
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn node(&self, id: ExprId) -> &Expr {
        static ABSENT: Expr = Expr::Literal(Value::Null);
        self.nodes.get(id.0 as usize).unwrap_or(&ABSENT)
    }

    pub(crate) fn span(&self, id: ExprId) -> Span {
        self.spans.get(id.0 as usize).copied().unwrap_or_default()
    }

    pub(crate) fn height(&self, id: ExprId) -> u32 {
        self.heights.get(id.0 as usize).copied().unwrap_or(0)
    }

    /// Adds a node whose children are there already.
    pub(crate) fn add(&mut self, node: Expr, span: Span) -> ExprId {
        let mut height = 0;
        let mut below =
            |id: ExprId| height = height.max(self.heights.get(id.0 as usize).copied().unwrap_or(0));
        match &node {
            Expr::Literal(_) | Expr::Ident(_) => {}
            Expr::Select { operand, .. } => below(*operand),
            Expr::Call { target, arguments, .. } => target.iter().chain(arguments).for_each(|id| below(*id)),
            Expr::List(items) => items.iter().for_each(|(id, _)| below(*id)),
            Expr::Map(entries) => entries.iter().for_each(|entry| {
                below(entry.key);
                below(entry.value);
            }),
            Expr::Struct { fields, .. } => fields.iter().for_each(|field| below(field.value)),
            Expr::Comprehension(fold) => {
                for id in [fold.range, fold.initial, fold.condition, fold.step, fold.result] {
                    below(id);
                }
            }
        }
        let id = ExprId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        self.spans.push(span);
        self.heights.push(height + 1);
        id
    }

    pub(crate) fn widen(&mut self, id: ExprId, span: Span) {
        if let Some(known) = self.spans.get_mut(id.0 as usize) {
            *known = known.to(span);
        }
    }

    /// The dotted name that a chain of selections spells, if it is one.
    pub(crate) fn qualified_name(&self, id: ExprId) -> Option<String> {
        match self.node(id) {
            Expr::Ident(name) => Some(name.to_string()),
            Expr::Select { operand, field, test: false } => {
                let mut name = self.qualified_name(*operand)?;
                name.push('.');
                name.push_str(field);
                Some(name)
            }
            _ => None,
        }
    }

    /// The first name of a chain of selections.
    pub(crate) fn first_name(&self, id: ExprId) -> Option<&SmolStr> {
        match self.node(id) {
            Expr::Ident(name) => Some(name),
            Expr::Select { operand, .. } => self.first_name(*operand),
            _ => None,
        }
    }
}
