//! The syntax tree of modules and queries, before any name is resolved.

use smol_str::SmolStr;

use crate::span::Span;
use crate::value::Number;

/// A name as written; `$` and a number for each `_`.
pub type Name = SmolStr;

/// Names with points between them.
pub(crate) fn dotted(path: &[Name]) -> String {
    path.iter().map(Name::as_str).collect::<Vec<_>>().join(".")
}

/// Which language a module is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum RegoVersion {
    /// The language before OPA 1.0: `if` and `contains` only after an import.
    V0,
    /// The language since OPA 1.0.
    #[default]
    V1,
}

/// A file of rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// The name that the caller gave it.
    pub file: String,
    /// The language that holds for it, `import rego.v1` taken into account.
    pub version: RegoVersion,
    /// Where `package` stands.
    pub package_span: Span,
    /// The path of the package below `data`.
    pub package: Vec<Name>,
    /// The imports in order.
    pub imports: Vec<Import>,
    /// The rules in order.
    pub rules: Vec<Rule>,
    /// The `# METADATA` blocks in order.
    pub annotations: Vec<Annotation>,
}

/// `import data.a.b as c`.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// Where it stands.
    pub span: Span,
    /// The path, its first name included.
    pub path: Vec<Name>,
    /// The name given with `as`.
    pub alias: Option<Name>,
}

impl Import {
    /// The name under which the module knows what it imports.
    pub fn name(&self) -> &Name {
        static NONE: Name = Name::new_static("");
        self.alias.as_ref().or(self.path.last()).unwrap_or(&NONE)
    }
}

/// A block of `# METADATA` comments.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// Where its first line stands.
    pub span: Span,
    /// The line after its last.
    pub end_row: u32,
    /// Its text without the comment signs: YAML.
    pub text: String,
}

/// One definition of a rule, with its `else` branches.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Where it stands.
    pub span: Span,
    /// Whether it begins with `default`.
    pub is_default: bool,
    /// The name or reference that it defines, its first name included.
    pub head: Head,
    /// The conditions; empty when there are none.
    pub body: Vec<Expr>,
    /// Whether conditions were written.
    pub has_body: bool,
    /// The `else` branches in order.
    pub branches: Vec<Branch>,
}

/// The part of a rule before its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Where it stands.
    pub span: Span,
    /// The name, then what follows it.
    pub name: Name,
    /// What follows the name: `p.q[x]` has two elements.
    pub path: Vec<Term>,
    /// The parameters of a function.
    pub parameters: Option<Vec<Term>>,
    /// The element of a set rule.
    pub key: Option<Term>,
    /// The value; nothing stands for true.
    pub value: Option<Term>,
    /// Whether the value was given with `:=`.
    pub is_assigned: bool,
    /// Whether `contains` was written.
    pub uses_contains: bool,
    /// Whether `if` was written.
    pub uses_if: bool,
}

/// `else := value { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// Where it stands.
    pub span: Span,
    /// The value; nothing stands for true.
    pub value: Option<Term>,
    /// The conditions; empty when there are none.
    pub body: Vec<Expr>,
    /// Whether conditions were written.
    pub has_body: bool,
    /// Whether `if` was written.
    pub uses_if: bool,
}

/// One condition of a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// Whether `not` stands before it.
    pub negated: bool,
    /// What it says.
    pub kind: ExprKind,
    /// Its `with` modifiers.
    pub with: Vec<With>,
}

/// `with target as value`.
#[derive(Debug, Clone, PartialEq)]
pub struct With {
    /// Where it stands.
    pub span: Span,
    /// What is replaced.
    pub target: Term,
    /// By what.
    pub value: Term,
}

/// What a condition says.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A term that must be defined and not false; a call is one, too.
    Term(Term),
    /// `left = right`.
    Unify(Term, Term),
    /// `left := right`.
    Assign(Term, Term),
    /// `some x, y`.
    Some(Vec<Term>),
    /// `some key, value in domain`.
    SomeIn {
        /// The key, if one is asked for.
        key: Option<Term>,
        /// The value.
        value: Term,
        /// Where to look.
        domain: Term,
    },
    /// `every key, value in domain { body }`.
    Every {
        /// The key, if one is asked for.
        key: Option<Term>,
        /// The value.
        value: Term,
        /// Where to look.
        domain: Box<Term>,
        /// What must hold for each.
        body: Vec<Expr>,
    },
    /// `not { body }`, or any `not` after `import future.keywords.not`.
    Not(Vec<Expr>),
    /// `left and right`.
    And(Vec<Expr>, Vec<Expr>),
    /// `left or right`.
    Or(Vec<Expr>, Vec<Expr>),
}

/// A term and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TermKind,
}

/// What a term is.
#[derive(Debug, Clone, PartialEq)]
pub enum TermKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(SmolStr),
    /// A variable.
    Var(Name),
    /// A head and what is looked up in it.
    Ref(Box<Term>, Vec<Term>),
    /// A call; operators are calls of the functions that they stand for.
    Call(Box<Call>),
    /// `[a, b]`.
    Array(Vec<Term>),
    /// `{a: b}`.
    Object(Vec<(Term, Term)>),
    /// `{a, b}` or `set()`.
    Set(Vec<Term>),
    /// `[head | body]`.
    ArrayComprehension(Box<Term>, Vec<Expr>),
    /// `{head | body}`.
    SetComprehension(Box<Term>, Vec<Expr>),
    /// `{key: value | body}`.
    ObjectComprehension(Box<(Term, Term)>, Vec<Expr>),
    /// `$"text {expression}"`.
    Template(Vec<TemplatePart>),
}

/// A call of a function.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The name, then what follows it: `time.now_ns` has two parts.
    pub operator: Vec<Term>,
    /// The arguments.
    pub arguments: Vec<Term>,
    /// Whether it was written as an operator between two terms.
    pub is_infix: bool,
}

/// A part of a template string.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Text as it is.
    Text(SmolStr),
    /// The value of an expression.
    Expr(Box<Expr>),
}

impl Term {
    pub(crate) fn new(span: Span, kind: TermKind) -> Self {
        Self { span, kind }
    }

    /// The name, if this is a variable.
    pub fn as_var(&self) -> Option<&Name> {
        match &self.kind {
            TermKind::Var(name) => Some(name),
            _ => None,
        }
    }

    /// The text, if this is text.
    pub fn as_text(&self) -> Option<&SmolStr> {
        match &self.kind {
            TermKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// What OPA calls a term of this kind in its messages.
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.kind {
            TermKind::Null => "null",
            TermKind::Bool(_) => "boolean",
            TermKind::Number(_) => "number",
            TermKind::String(_) => "string",
            TermKind::Var(_) => "var",
            TermKind::Ref(..) => "ref",
            TermKind::Call(_) => "call",
            TermKind::Array(_) => "array",
            TermKind::Object(_) => "object",
            TermKind::Set(_) => "set",
            TermKind::ArrayComprehension(..) => "arraycomprehension",
            TermKind::SetComprehension(..) => "setcomprehension",
            TermKind::ObjectComprehension(..) => "objectcomprehension",
            TermKind::Template(_) => "templatestring",
        }
    }
}
