//! GraphQL's syntax: documents with queries, and documents with schemas.

use smol_str::SmolStr;

/// Where something stands: the line and column, from 1; line 0 for what was not read from text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Position {
    pub(super) line: i64,
    pub(super) column: i64,
}

/// Comments that stand together.
pub(super) type Comments = Vec<SmolStr>;

/// Operations and fragments.
#[derive(Debug, Default)]
pub(super) struct QueryDocument {
    pub(super) operations: Vec<Operation>,
    pub(super) fragments: Vec<Fragment>,
}

#[derive(Debug, Default)]
pub(super) struct Operation {
    /// `query`, `mutation` or `subscription`; nothing is a query.
    pub(super) kind: SmolStr,
    pub(super) name: SmolStr,
    pub(super) variables: Vec<Variable>,
    pub(super) directives: Vec<Directive>,
    pub(super) selections: Vec<Selection>,
    pub(super) position: Position,
    pub(super) comment: Comments,
}

#[derive(Debug, Default)]
pub(super) struct Variable {
    pub(super) name: SmolStr,
    pub(super) kind: TypeReference,
    pub(super) default: Option<Literal>,
    pub(super) directives: Vec<Directive>,
    pub(super) position: Position,
    pub(super) comment: Comments,
}

#[derive(Debug, Default)]
pub(super) struct Fragment {
    pub(super) name: SmolStr,
    pub(super) variables: Vec<Variable>,
    pub(super) condition: SmolStr,
    pub(super) directives: Vec<Directive>,
    pub(super) selections: Vec<Selection>,
    pub(super) position: Position,
    pub(super) comment: Comments,
}

#[derive(Debug)]
pub(super) enum Selection {
    Field(Field),
    Spread(Spread),
    Inline(Inline),
}

#[derive(Debug, Default)]
pub(super) struct Field {
    pub(super) alias: SmolStr,
    pub(super) name: SmolStr,
    pub(super) arguments: Vec<Argument>,
    pub(super) directives: Vec<Directive>,
    pub(super) selections: Vec<Selection>,
    pub(super) position: Position,
    pub(super) comment: Comments,
}

/// A fragment by its name.
#[derive(Debug, Default)]
pub(super) struct Spread {
    pub(super) name: SmolStr,
    pub(super) directives: Vec<Directive>,
    pub(super) position: Position,
    pub(super) comment: Comments,
}

/// A fragment in its place.
#[derive(Debug, Default)]
pub(super) struct Inline {
    pub(super) condition: SmolStr,
    pub(super) directives: Vec<Directive>,
    pub(super) selections: Vec<Selection>,
    pub(super) position: Position,
    pub(super) comment: Comments,
}

/// An argument, a field of an object, or, without a name, an item of a list.
#[derive(Debug, Default)]
pub(super) struct Argument {
    pub(super) name: SmolStr,
    pub(super) value: Literal,
    pub(super) position: Position,
    pub(super) comment: Comments,
}

#[derive(Debug, Default)]
pub(super) struct Directive {
    pub(super) name: SmolStr,
    pub(super) arguments: Vec<Argument>,
    pub(super) position: Position,
}

/// A value as it is written.
#[derive(Debug, Default)]
pub(super) struct Literal {
    pub(super) raw: SmolStr,
    pub(super) children: Vec<Argument>,
    pub(super) kind: LiteralKind,
    pub(super) position: Position,
    pub(super) comment: Comments,
}

/// The kinds of values, in the order of their numbers in OPA's trees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum LiteralKind {
    #[default]
    Variable,
    Int,
    Float,
    String,
    Block,
    Boolean,
    Null,
    Enum,
    List,
    Object,
}

impl LiteralKind {
    pub(super) const ALL: [Self; 10] = [
        Self::Variable,
        Self::Int,
        Self::Float,
        Self::String,
        Self::Block,
        Self::Boolean,
        Self::Null,
        Self::Enum,
        Self::List,
        Self::Object,
    ];
}

/// A type by its name, or a list of what `element` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TypeReference {
    pub(super) name: SmolStr,
    pub(super) element: Option<Box<TypeReference>>,
    pub(super) non_null: bool,
    pub(super) position: Position,
}

/// Definitions of types and directives, and extensions of them.
#[derive(Debug, Default)]
pub(super) struct SchemaDocument {
    pub(super) schemas: Vec<Roots>,
    pub(super) schema_extensions: Vec<Roots>,
    pub(super) directives: Vec<DirectiveDefinition>,
    pub(super) definitions: Vec<Definition>,
    pub(super) extensions: Vec<Definition>,
    pub(super) comment: Comments,
}

/// The types that operations begin with.
#[derive(Debug, Default)]
pub(super) struct Roots {
    pub(super) description: SmolStr,
    pub(super) directives: Vec<Directive>,
    pub(super) operations: Vec<Root>,
    pub(super) position: Position,
    pub(super) comments: Surrounding,
}

#[derive(Debug, Default)]
pub(super) struct Root {
    pub(super) operation: SmolStr,
    pub(super) kind: SmolStr,
    pub(super) position: Position,
    pub(super) comment: Comments,
}

/// The comments before a description, after it, and at the end of a definition.
#[derive(Debug, Default)]
pub(super) struct Surrounding {
    pub(super) before: Comments,
    pub(super) after: Comments,
    pub(super) end: Comments,
}

/// The definition of a type.
#[derive(Debug, Default)]
pub(super) struct Definition {
    pub(super) kind: SmolStr,
    pub(super) description: SmolStr,
    pub(super) name: SmolStr,
    pub(super) directives: Vec<Directive>,
    pub(super) interfaces: Vec<SmolStr>,
    pub(super) fields: Vec<Member>,
    pub(super) types: Vec<SmolStr>,
    pub(super) values: Vec<Member>,
    pub(super) position: Position,
    pub(super) type_positions: Vec<Position>,
    pub(super) is_builtin: bool,
    pub(super) comments: Surrounding,
}

pub(super) const SCALAR: &str = "SCALAR";
pub(super) const OBJECT: &str = "OBJECT";
pub(super) const INTERFACE: &str = "INTERFACE";
pub(super) const UNION: &str = "UNION";
pub(super) const ENUM: &str = "ENUM";
pub(super) const INPUT_OBJECT: &str = "INPUT_OBJECT";

impl Definition {
    pub(super) fn is_leaf(&self) -> bool {
        matches!(self.kind.as_str(), ENUM | SCALAR)
    }

    pub(super) fn is_abstract(&self) -> bool {
        matches!(self.kind.as_str(), INTERFACE | UNION)
    }

    pub(super) fn is_composite(&self) -> bool {
        matches!(self.kind.as_str(), OBJECT | INTERFACE | UNION)
    }

    pub(super) fn is_input(&self) -> bool {
        matches!(self.kind.as_str(), SCALAR | ENUM | INPUT_OBJECT)
    }

    pub(super) fn field(&self, name: &str) -> Option<&Member> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// A field, an argument, or, without a type, a value of an enumeration.
#[derive(Debug, Default)]
pub(super) struct Member {
    pub(super) description: SmolStr,
    pub(super) name: SmolStr,
    pub(super) arguments: Vec<Member>,
    pub(super) default: Option<Literal>,
    pub(super) kind: Option<TypeReference>,
    pub(super) directives: Vec<Directive>,
    pub(super) position: Position,
    pub(super) comments: Surrounding,
}

impl Member {
    /// The type; nothing has one without a name.
    pub(super) fn reference(&self) -> &TypeReference {
        static NONE: TypeReference = TypeReference {
            name: SmolStr::new_inline(""),
            element: None,
            non_null: false,
            position: Position { line: 0, column: 0 },
        };
        self.kind.as_ref().unwrap_or(&NONE)
    }

    pub(super) fn argument(&self, name: &str) -> Option<&Member> {
        self.arguments.iter().find(|argument| argument.name == name)
    }
}

#[derive(Debug, Default)]
pub(super) struct DirectiveDefinition {
    pub(super) description: SmolStr,
    pub(super) name: SmolStr,
    pub(super) arguments: Vec<Member>,
    pub(super) locations: Vec<SmolStr>,
    pub(super) is_repeatable: bool,
    pub(super) position: Position,
    pub(super) comments: Surrounding,
}

impl DirectiveDefinition {
    pub(super) fn argument(&self, name: &str) -> Option<&Member> {
        self.arguments.iter().find(|argument| argument.name == name)
    }
}

impl TypeReference {
    /// The type named `name`.
    pub(super) fn named(name: &str, non_null: bool) -> Self {
        Self { name: SmolStr::new(name), element: None, non_null, position: Position::default() }
    }

    /// The name of the type, or of what the list is made of.
    pub(super) fn base(&self) -> &SmolStr {
        let mut reference = self;
        while let Some(element) = &reference.element {
            if !reference.name.is_empty() {
                break;
            }
            reference = element;
        }
        &reference.name
    }

    /// Whether what is of this type may stand where `other`, or `other` as far as it may be null, is wanted.
    pub(super) fn fits(&self, other: &Self, may_be_null: bool) -> bool {
        let elements = match (&self.element, &other.element) {
            (Some(one), Some(two)) => one.fits(two, false),
            (Some(_), None) => false,
            (None, _) => true,
        };
        self.name == other.name && elements && (self.non_null || !other.non_null || may_be_null)
    }
}

impl std::fmt::Display for TypeReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.element {
            Some(element) if self.name.is_empty() => write!(f, "[{element}]")?,
            _ => f.write_str(&self.name)?,
        }
        f.write_str(if self.non_null { "!" } else { "" })
    }
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            LiteralKind::Variable => write!(f, "${}", self.raw),
            LiteralKind::String | LiteralKind::Block => f.write_str(&crate::value::quote(&self.raw)),
            LiteralKind::List => {
                f.write_str("[")?;
                for (index, item) in self.children.iter().enumerate() {
                    write!(f, "{}{}", if index > 0 { "," } else { "" }, item.value)?;
                }
                f.write_str("]")
            }
            LiteralKind::Object => {
                f.write_str("{")?;
                for (index, field) in self.children.iter().enumerate() {
                    write!(f, "{}{}:{}", if index > 0 { "," } else { "" }, field.name, field.value)?;
                }
                f.write_str("}")
            }
            _ => f.write_str(&self.raw),
        }
    }
}
