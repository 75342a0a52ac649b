//! Walks over the operations and fragments of a document with the types of a schema, and has each part checked
//! by the rules, in the order in which OPA's parser reports.

use std::sync::LazyLock;

use smol_str::SmolStr;

use super::super::call::Call;
use super::ast::{
    Argument, Definition, Directive, Field, Literal, LiteralKind, Member, Operation, QueryDocument,
    Selection, Spread, TypeReference,
};
use super::schema::{Checked, Problem, Schema};
use super::walk::{Expected, FieldContext, Walk};

/// How many selections and fragments may stand in each other.
const MAX_DEPTH: usize = 300;

/// The field that every type has.
static TYPE_NAME: LazyLock<Member> = LazyLock::new(|| Member {
    name: SmolStr::new_static("__typename"),
    kind: Some(TypeReference::named("String", false)),
    ..Member::default()
});

/// Checks a document against a schema.
pub(super) fn validate(call: &mut Call<'_>, schema: &Schema, document: &QueryDocument) -> Checked<()> {
    let mut walk = Walk::new(call, schema, document);
    walk.document()?;
    if walk.errors.is_empty() { Ok(()) } else { Err(Problem::Invalid(walk.errors)) }
}

impl<'w> Walk<'w, '_, '_> {
    fn document(&mut self) -> Checked<()> {
        let document = self.document;
        for operation in &document.operations {
            self.spread.clear();
            self.walk_operation(operation)?;
        }
        for fragment in &document.fragments {
            self.spread.clear();
            let definition = self.schema.definition(&fragment.condition);
            self.directives(&fragment.directives, "FRAGMENT_DEFINITION")?;
            self.selections(definition, &fragment.selections)?;
            self.on_fragment(fragment, definition)?;
        }
        Ok(())
    }

    fn walk_operation(&mut self, operation: &'w Operation) -> Checked<()> {
        self.operation = Some(operation);
        for variable in &operation.variables {
            self.on_variable(variable);
        }
        let location = match operation.kind.as_str() {
            "mutation" => "MUTATION",
            "subscription" => "SUBSCRIPTION",
            _ => "QUERY",
        };
        for variable in &operation.variables {
            if let Some(default) = &variable.default {
                let definition = self.schema.definition(variable.kind.base());
                self.literal(
                    default,
                    Expected { kind: Some(&variable.kind), definition, has_default: false },
                )?;
            }
            self.directives(&variable.directives, "VARIABLE_DEFINITION")?;
        }
        self.directives(&operation.directives, location)?;
        self.selections(self.schema.root(&operation.kind), &operation.selections)?;
        self.on_operation(operation)?;
        self.operation = None;
        Ok(())
    }

    fn directives(&mut self, directives: &'w [Directive], location: &'static str) -> Checked<()> {
        for directive in directives {
            let definition = self.schema.directive(&directive.name);
            for argument in &directive.arguments {
                let wanted = definition.and_then(|definition| definition.argument(&argument.name));
                self.argument(wanted, argument)?;
            }
            self.on_directive(directive, definition, location)?;
        }
        self.on_directives(directives);
        Ok(())
    }

    fn argument(&mut self, definition: Option<&'w Member>, argument: &'w Argument) -> Checked<()> {
        let expected = definition.map(|definition| self.expected(definition)).unwrap_or_default();
        self.literal(&argument.value, expected)
    }

    fn expected(&self, member: &'w Member) -> Expected<'w> {
        Expected {
            kind: Some(member.reference()),
            definition: self.schema.definition(member.reference().base()),
            has_default: member.default.as_ref().is_some_and(|default| default.kind != LiteralKind::Null),
        }
    }

    fn literal(&mut self, literal: &'w Literal, expected: Expected<'w>) -> Checked<()> {
        self.charge(1)?;
        let variable = self.variable(literal);
        if let Some(variable) = variable {
            self.used_variables.insert(std::ptr::from_ref(variable));
        }
        for child in &literal.children {
            let wanted = match literal.kind {
                LiteralKind::Object => {
                    let field = expected.definition.and_then(|definition| definition.field(&child.name));
                    field.map(|field| self.expected(field))
                }
                LiteralKind::List => {
                    let element = expected.kind.and_then(|kind| kind.element.as_deref());
                    element.map(|element| Expected { kind: Some(element), ..expected })
                }
                _ => continue,
            };
            self.literal(&child.value, wanted.unwrap_or_default())?;
        }
        self.on_value(literal, expected, variable)
    }

    fn selections(&mut self, parent: Option<&'w Definition>, selections: &'w [Selection]) -> Checked<()> {
        if self.depth >= MAX_DEPTH {
            return Err(Problem::Invalid(format!("input: more than {MAX_DEPTH} levels of nesting\n")));
        }
        self.depth = self.depth.saturating_add(1);
        for selection in selections {
            self.charge(1)?;
            match selection {
                Selection::Field(field) => self.field(parent, field)?,
                Selection::Inline(inline) => {
                    let next = if inline.condition.is_empty() {
                        parent
                    } else {
                        self.schema.definition(&inline.condition)
                    };
                    self.directives(&inline.directives, "INLINE_FRAGMENT")?;
                    self.selections(next, &inline.selections)?;
                    self.on_inline(inline, parent)?;
                }
                Selection::Spread(spread) => self.walk_spread(parent, spread)?,
            }
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    fn field(&mut self, parent: Option<&'w Definition>, field: &'w Field) -> Checked<()> {
        let definition = if field.name == "__typename" {
            let type_name: &'static Member = &TYPE_NAME;
            Some(type_name)
        } else {
            self.charge(parent.map_or(0, |parent| parent.fields.len() / 16))?;
            parent.and_then(|parent| parent.field(&field.name))
        };
        let context = FieldContext { definition, object: parent };
        self.fields.insert(std::ptr::from_ref(field), context);
        let next = definition.and_then(|definition| self.schema.definition(definition.reference().base()));
        for argument in &field.arguments {
            let wanted = definition.and_then(|definition| definition.argument(&argument.name));
            self.argument(wanted, argument)?;
        }
        self.directives(&field.directives, "FIELD")?;
        self.selections(next, &field.selections)?;
        self.on_field(field, context)
    }

    fn walk_spread(&mut self, parent: Option<&'w Definition>, spread: &'w Spread) -> Checked<()> {
        self.directives(&spread.directives, "FRAGMENT_SPREAD")?;
        if let Some(fragment) = self.fragment(&spread.name)
            && self.spread.insert(fragment.name.as_str())
        {
            let next = self.schema.definition(&fragment.condition);
            self.directives(&fragment.directives, "FRAGMENT_DEFINITION")?;
            self.selections(next, &fragment.selections)?;
        }
        self.on_spread(spread, parent);
        Ok(())
    }
}
