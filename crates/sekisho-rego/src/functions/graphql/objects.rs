//! Documents of GraphQL from values of the shape that OPA gives them.

use smol_str::SmolStr;

use super::ast::{
    Argument, Comments, Definition, Directive, DirectiveDefinition, Field, Fragment, Inline, Literal,
    LiteralKind, Member, Operation, QueryDocument, Root, Roots, SchemaDocument, Selection, Spread,
    Surrounding, TypeReference, Variable,
};
use crate::value::{Object, Value};

/// How deep such a value may be nested.
const MAX_DEPTH: usize = 500;

type Read<T> = Result<T, String>;

/// The fields of an object that something is read from.
#[derive(Clone, Copy)]
struct Fields<'v> {
    object: &'v Object,
    depth: usize,
}

impl<'v> Fields<'v> {
    fn of(value: &'v Value, depth: usize, what: &str) -> Read<Self> {
        match value {
            Value::Object(_) if depth >= MAX_DEPTH => Err(format!("more than {MAX_DEPTH} levels of nesting")),
            Value::Object(object) => Ok(Self { object, depth: depth.saturating_add(1) }),
            _ => Err(format!("json: cannot unmarshal {} into Go value of type {what}", json_type(value))),
        }
    }

    fn field(self, key: &str) -> Option<&'v Value> {
        self.object.field(key).filter(|value| **value != Value::Null)
    }

    fn text(self, key: &str) -> Read<SmolStr> {
        match self.field(key) {
            None => Ok(SmolStr::default()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => Err(mismatch(other, key, "string")),
        }
    }

    fn flag(self, key: &str) -> Read<bool> {
        match self.field(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(mismatch(other, key, "bool")),
        }
    }

    fn list<T>(self, key: &str, read: impl Fn(Self) -> Read<T>) -> Read<Vec<T>> {
        match self.field(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                items.iter().map(|item| read(Self::of(item, self.depth, "ast.Node")?)).collect()
            }
            Some(other) => Err(mismatch(other, key, "list")),
        }
    }

    fn texts(self, key: &str) -> Read<Vec<SmolStr>> {
        match self.field(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text.clone()),
                    other => Err(mismatch(other, key, "string")),
                })
                .collect(),
            Some(other) => Err(mismatch(other, key, "list")),
        }
    }

    fn optional<T>(self, key: &str, read: impl Fn(Self) -> Read<T>) -> Read<Option<T>> {
        self.field(key).map(|value| read(Self::of(value, self.depth, "ast.Node")?)).transpose()
    }

    fn comment(self, key: &str) -> Read<Comments> {
        let comments = self.optional(key, |group| group.list("List", |comment| comment.text("Value")))?;
        Ok(comments.unwrap_or_default())
    }

    fn comments(self) -> Read<Surrounding> {
        Ok(Surrounding {
            before: self.comment("BeforeDescriptionComment")?,
            after: self.comment("AfterDescriptionComment")?,
            end: self.comment("EndOfDefinitionComment")?,
        })
    }

    /// Selections: fields where they can be read as such, which all are whose parts have the right types.
    fn selections(self, key: &str) -> Read<Vec<Selection>> {
        let items = match self.field(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(other) => return Err(mismatch(other, key, "list")),
        };
        let mut selections = Vec::new();
        for item in items.iter() {
            let Ok(fields) = Self::of(item, self.depth, "ast.Selection") else { continue };
            let selection = field(fields)
                .map(Selection::Field)
                .or_else(|_| spread(fields).map(Selection::Spread))
                .or_else(|_| inline(fields).map(Selection::Inline));
            selections.extend(selection);
        }
        Ok(selections)
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::Set(_) => "array",
        other => other.type_name(),
    }
}

fn mismatch(value: &Value, key: &str, wanted: &str) -> String {
    format!("json: cannot unmarshal {} into Go struct field {key} of type {wanted}", json_type(value))
}

pub(super) fn query(value: &Value) -> Read<QueryDocument> {
    let fields = Fields::of(value, 0, "ast.QueryDocument")?;
    Ok(QueryDocument {
        operations: fields.list("Operations", operation)?,
        fragments: fields.list("Fragments", fragment)?,
    })
}

fn operation(fields: Fields<'_>) -> Read<Operation> {
    Ok(Operation {
        kind: fields.text("Operation")?,
        name: fields.text("Name")?,
        variables: fields.list("VariableDefinitions", variable)?,
        directives: fields.list("Directives", directive)?,
        selections: fields.selections("SelectionSet")?,
        ..Operation::default()
    })
}

fn fragment(fields: Fields<'_>) -> Read<Fragment> {
    Ok(Fragment {
        name: fields.text("Name")?,
        variables: fields.list("VariableDefinition", variable)?,
        condition: fields.text("TypeCondition")?,
        directives: fields.list("Directives", directive)?,
        selections: fields.selections("SelectionSet")?,
        ..Fragment::default()
    })
}

fn variable(fields: Fields<'_>) -> Read<Variable> {
    Ok(Variable {
        name: fields.text("Variable")?,
        kind: fields.optional("Type", reference)?.unwrap_or_default(),
        default: fields.optional("DefaultValue", literal)?,
        directives: fields.list("Directives", directive)?,
        comment: fields.comment("Comment")?,
        ..Variable::default()
    })
}

fn field(fields: Fields<'_>) -> Read<Field> {
    Ok(Field {
        alias: fields.text("Alias")?,
        name: fields.text("Name")?,
        arguments: fields.list("Arguments", argument)?,
        directives: fields.list("Directives", directive)?,
        selections: fields.selections("SelectionSet")?,
        ..Field::default()
    })
}

fn spread(fields: Fields<'_>) -> Read<Spread> {
    Ok(Spread {
        name: fields.text("Name")?,
        directives: fields.list("Directives", directive)?,
        comment: fields.comment("Comment")?,
        ..Spread::default()
    })
}

fn inline(fields: Fields<'_>) -> Read<Inline> {
    Ok(Inline {
        condition: fields.text("TypeCondition")?,
        directives: fields.list("Directives", directive)?,
        selections: fields.selections("SelectionSet")?,
        ..Inline::default()
    })
}

fn argument(fields: Fields<'_>) -> Read<Argument> {
    Ok(Argument {
        name: fields.text("Name")?,
        value: fields.optional("Value", literal)?.unwrap_or_default(),
        comment: fields.comment("Comment")?,
        ..Argument::default()
    })
}

fn directive(fields: Fields<'_>) -> Read<Directive> {
    Ok(Directive {
        name: fields.text("Name")?,
        arguments: fields.list("Arguments", argument)?,
        ..Directive::default()
    })
}

fn literal(fields: Fields<'_>) -> Read<Literal> {
    let kind = match fields.field("Kind") {
        None => LiteralKind::Variable,
        Some(Value::Number(number)) => {
            let index = number.as_i64().and_then(|index| usize::try_from(index).ok());
            let kind = index.and_then(|index| LiteralKind::ALL.get(index)).copied();
            kind.ok_or_else(|| format!("unknown value kind {}", number.to_text()))?
        }
        Some(other) => return Err(mismatch(other, "Kind", "ast.ValueKind")),
    };
    Ok(Literal {
        raw: fields.text("Raw")?,
        children: fields.list("Children", argument)?,
        kind,
        comment: fields.comment("Comment")?,
        ..Literal::default()
    })
}

fn reference(fields: Fields<'_>) -> Read<TypeReference> {
    Ok(TypeReference {
        name: fields.text("NamedType")?,
        element: fields.optional("Elem", reference)?.map(Box::new),
        non_null: fields.flag("NonNull")?,
        ..TypeReference::default()
    })
}

pub(super) fn schema(value: &Value) -> Read<SchemaDocument> {
    let fields = Fields::of(value, 0, "ast.SchemaDocument")?;
    Ok(SchemaDocument {
        schemas: fields.list("Schema", roots)?,
        schema_extensions: fields.list("SchemaExtension", roots)?,
        directives: fields.list("Directives", directive_definition)?,
        definitions: fields.list("Definitions", definition)?,
        extensions: fields.list("Extensions", definition)?,
        comment: fields.comment("Comment")?,
    })
}

fn roots(fields: Fields<'_>) -> Read<Roots> {
    Ok(Roots {
        description: fields.text("Description")?,
        directives: fields.list("Directives", directive)?,
        operations: fields.list("OperationTypes", |fields| {
            Ok(Root {
                operation: fields.text("Operation")?,
                kind: fields.text("Type")?,
                comment: fields.comment("Comment")?,
                ..Root::default()
            })
        })?,
        comments: fields.comments()?,
        ..Roots::default()
    })
}

fn definition(fields: Fields<'_>) -> Read<Definition> {
    Ok(Definition {
        kind: fields.text("Kind")?,
        description: fields.text("Description")?,
        name: fields.text("Name")?,
        directives: fields.list("Directives", directive)?,
        interfaces: fields.texts("Interfaces")?,
        fields: fields.list("Fields", member)?,
        types: fields.texts("Types")?,
        values: fields.list("EnumValues", member)?,
        is_builtin: fields.flag("BuiltIn")?,
        comments: fields.comments()?,
        ..Definition::default()
    })
}

fn member(fields: Fields<'_>) -> Read<Member> {
    Ok(Member {
        description: fields.text("Description")?,
        name: fields.text("Name")?,
        arguments: fields.list("Arguments", member)?,
        default: fields.optional("DefaultValue", literal)?,
        kind: fields.optional("Type", reference)?,
        directives: fields.list("Directives", directive)?,
        comments: fields.comments()?,
        ..Member::default()
    })
}

fn directive_definition(fields: Fields<'_>) -> Read<DirectiveDefinition> {
    Ok(DirectiveDefinition {
        description: fields.text("Description")?,
        name: fields.text("Name")?,
        arguments: fields.list("Arguments", member)?,
        locations: fields.texts("Locations")?,
        is_repeatable: fields.flag("IsRepeatable")?,
        comments: fields.comments()?,
        ..DirectiveDefinition::default()
    })
}
