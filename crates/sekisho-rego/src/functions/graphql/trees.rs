//! Documents of GraphQL as values of the shape that OPA gives them: without positions, and without what is null
//! or empty.

use smol_str::SmolStr;

use super::ast::{
    Argument, Comments, Definition, Directive, DirectiveDefinition, Field, Fragment, Inline, Literal, Member,
    Operation, QueryDocument, Roots, SchemaDocument, Selection, Spread, TypeReference, Variable,
};
use crate::value::Value;

/// The entries of an object, in any order.
#[derive(Default)]
struct Entries(Vec<(Value, Value)>);

impl Entries {
    fn put(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((Value::String(SmolStr::new_static(key)), value.into()));
        self
    }

    fn text(self, key: &'static str, text: &SmolStr) -> Self {
        self.put(key, text.clone())
    }

    fn list<T>(self, key: &'static str, items: &[T], tree: impl FnMut(&T) -> Value) -> Self {
        if items.is_empty() { self } else { self.put(key, Value::array(items.iter().map(tree).collect())) }
    }

    fn texts(self, key: &'static str, texts: &[SmolStr]) -> Self {
        self.list(key, texts, |text| Value::String(text.clone()))
    }

    fn optional(self, key: &'static str, value: Option<Value>) -> Self {
        match value {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    fn comment(self, key: &'static str, comments: &Comments) -> Self {
        if comments.is_empty() {
            return self;
        }
        let list =
            Entries::default().list("List", comments, |text| Entries::default().text("Value", text).done());
        self.put(key, list.done())
    }

    fn comments(self, comments: &super::ast::Surrounding) -> Self {
        self.comment("BeforeDescriptionComment", &comments.before)
            .comment("AfterDescriptionComment", &comments.after)
            .comment("EndOfDefinitionComment", &comments.end)
    }

    fn done(self) -> Value {
        Value::object(self.0)
    }
}

pub(super) fn of_query(document: &QueryDocument) -> Value {
    Entries::default()
        .list("Operations", &document.operations, operation)
        .list("Fragments", &document.fragments, fragment)
        .done()
}

fn operation(operation: &Operation) -> Value {
    Entries::default()
        .text("Operation", &operation.kind)
        .text("Name", &operation.name)
        .list("VariableDefinitions", &operation.variables, variable)
        .list("Directives", &operation.directives, directive)
        .list("SelectionSet", &operation.selections, selection)
        .comment("Comment", &operation.comment)
        .done()
}

fn fragment(fragment: &Fragment) -> Value {
    Entries::default()
        .text("Name", &fragment.name)
        .list("VariableDefinition", &fragment.variables, variable)
        .text("TypeCondition", &fragment.condition)
        .list("Directives", &fragment.directives, directive)
        .list("SelectionSet", &fragment.selections, selection)
        .comment("Comment", &fragment.comment)
        .done()
}

fn variable(variable: &Variable) -> Value {
    Entries::default()
        .text("Variable", &variable.name)
        .put("Type", reference(&variable.kind))
        .optional("DefaultValue", variable.default.as_ref().map(literal))
        .list("Directives", &variable.directives, directive)
        .put("Used", false)
        .comment("Comment", &variable.comment)
        .done()
}

fn selection(selection: &Selection) -> Value {
    match selection {
        Selection::Field(Field { alias, name, arguments, directives, selections, comment, .. }) => {
            Entries::default()
                .text("Alias", alias)
                .text("Name", name)
                .list("Arguments", arguments, argument)
                .list("Directives", directives, directive)
                .list("SelectionSet", selections, self::selection)
                .comment("Comment", comment)
                .done()
        }
        Selection::Spread(Spread { name, directives, comment, .. }) => Entries::default()
            .text("Name", name)
            .list("Directives", directives, directive)
            .comment("Comment", comment)
            .done(),
        Selection::Inline(Inline { condition, directives, selections, comment, .. }) => Entries::default()
            .text("TypeCondition", condition)
            .list("Directives", directives, directive)
            .list("SelectionSet", selections, self::selection)
            .comment("Comment", comment)
            .done(),
    }
}

fn argument(argument: &Argument) -> Value {
    Entries::default()
        .text("Name", &argument.name)
        .put("Value", literal(&argument.value))
        .comment("Comment", &argument.comment)
        .done()
}

fn directive(directive: &Directive) -> Value {
    Entries::default()
        .text("Name", &directive.name)
        .list("Arguments", &directive.arguments, argument)
        .put("Location", "")
        .done()
}

fn literal(literal: &Literal) -> Value {
    Entries::default()
        .text("Raw", &literal.raw)
        .list("Children", &literal.children, argument)
        .put("Kind", literal.kind as usize)
        .put("ExpectedTypeHasDefault", false)
        .comment("Comment", &literal.comment)
        .done()
}

fn reference(kind: &TypeReference) -> Value {
    Entries::default()
        .text("NamedType", &kind.name)
        .optional("Elem", kind.element.as_deref().map(reference))
        .put("NonNull", kind.non_null)
        .done()
}

pub(super) fn of_schema(document: &SchemaDocument) -> Value {
    Entries::default()
        .list("Schema", &document.schemas, roots)
        .list("SchemaExtension", &document.schema_extensions, roots)
        .list("Directives", &document.directives, directive_definition)
        .list("Definitions", &document.definitions, definition)
        .list("Extensions", &document.extensions, definition)
        .comment("Comment", &document.comment)
        .done()
}

fn roots(roots: &Roots) -> Value {
    Entries::default()
        .text("Description", &roots.description)
        .list("Directives", &roots.directives, directive)
        .list("OperationTypes", &roots.operations, |root| {
            Entries::default()
                .text("Operation", &root.operation)
                .text("Type", &root.kind)
                .comment("Comment", &root.comment)
                .done()
        })
        .comments(&roots.comments)
        .done()
}

fn definition(definition: &Definition) -> Value {
    Entries::default()
        .text("Kind", &definition.kind)
        .text("Description", &definition.description)
        .text("Name", &definition.name)
        .list("Directives", &definition.directives, directive)
        .texts("Interfaces", &definition.interfaces)
        .list("Fields", &definition.fields, member)
        .texts("Types", &definition.types)
        .list("EnumValues", &definition.values, member)
        .put("BuiltIn", definition.is_builtin)
        .comments(&definition.comments)
        .done()
}

fn member(part: &Member) -> Value {
    Entries::default()
        .text("Description", &part.description)
        .text("Name", &part.name)
        .list("Arguments", &part.arguments, member)
        .optional("DefaultValue", part.default.as_ref().map(literal))
        .optional("Type", part.kind.as_ref().map(reference))
        .list("Directives", &part.directives, directive)
        .comments(&part.comments)
        .done()
}

fn directive_definition(definition: &DirectiveDefinition) -> Value {
    Entries::default()
        .text("Description", &definition.description)
        .text("Name", &definition.name)
        .list("Arguments", &definition.arguments, member)
        .texts("Locations", &definition.locations)
        .put("IsRepeatable", definition.is_repeatable)
        .comments(&definition.comments)
        .done()
}
