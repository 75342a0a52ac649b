//! The rules on values and variables.

use std::collections::HashSet;

use super::ast::{Definition, ENUM, Literal, LiteralKind, SCALAR, TypeReference, Variable};
use super::schema::Checked;
use super::suggestions::{near, question};
use super::walk::{Expected, Walk};

impl<'w> Walk<'w, '_, '_> {
    pub(super) fn on_value(
        &mut self,
        value: &'w Literal,
        expected: Expected<'w>,
        variable: Option<&'w Variable>,
    ) -> Checked<()> {
        let position = value.position;
        if let (Some(operation), None, LiteralKind::Variable) = (self.operation, variable, value.kind) {
            let by = &operation.name;
            let by = if by.is_empty() { String::new() } else { format!(" by operation \"{by}\"") };
            self.add(position, format!("Variable \"{value}\" is not defined{by}."));
        }
        if value.kind == LiteralKind::Object {
            let mut seen = HashSet::new();
            for field in &value.children {
                if !seen.insert(&field.name) {
                    let message = format!("There can be only one input field named \"{}\".", field.name);
                    self.add(field.position, message);
                }
            }
        }
        if let (Some(kind), Some(definition)) = (expected.kind, expected.definition) {
            self.check_type(value, kind, definition)?;
        }
        if let (Some(kind), Some(variable)) = (expected.kind, variable) {
            let has_default = variable.default.as_ref().is_some_and(|one| one.kind != LiteralKind::Null);
            if !variable.kind.fits(kind, has_default || expected.has_default) {
                let given = &variable.kind;
                self.add(
                    position,
                    format!(
                        "Variable \"{value}\" of type \"{given}\" used in position expecting type \"{kind}\"."
                    ),
                );
            }
        }
        let one_of = expected.definition.filter(|kind| value.kind == LiteralKind::Object && is_one_of(kind));
        if let Some(Definition { name, .. }) = one_of {
            for child in &value.children {
                let Some(variable) = self.variable(&child.value).filter(|one| !one.kind.non_null) else {
                    continue;
                };
                let (given, kind) = (&child.value, &variable.kind);
                self.add(
                    variable.position,
                    format!(
                        "Variable \"{given}\" is of type \"{kind}\" but must be non-nullable to be used for OneOf Input Object \"{name}\"."
                    ),
                );
            }
        }
        Ok(())
    }

    fn check_type(
        &mut self,
        value: &'w Literal,
        kind: &'w TypeReference,
        definition: &'w Definition,
    ) -> Checked<()> {
        let position = value.position;
        let is = |names: &[&str]| names.contains(&definition.name.as_str());
        if value.kind == LiteralKind::Null && kind.non_null {
            self.add(position, format!("Expected value of type \"{kind}\", found {value}."));
        }
        if definition.kind == SCALAR && !is(&["Int", "Float", "String", "Boolean", "ID"]) {
            return Ok(());
        }
        let mut parts = 0;
        if !can_be_read(value, &mut parts) {
            self.unexpected(value, kind, definition, "");
        }
        self.charge(parts / 8)?;
        match value.kind {
            LiteralKind::List => {
                if kind.element.is_none() {
                    self.unexpected(value, kind, definition, "");
                }
            }
            LiteralKind::Int if !is(&["Int", "Float", "ID"]) => self.unexpected(value, kind, definition, ""),
            LiteralKind::Float if !is(&["Float"]) => self.unexpected(value, kind, definition, ""),
            LiteralKind::Boolean if !is(&["Boolean"]) => self.unexpected(value, kind, definition, ""),
            LiteralKind::Null
            | LiteralKind::Variable
            | LiteralKind::Int
            | LiteralKind::Float
            | LiteralKind::Boolean => {}
            LiteralKind::String | LiteralKind::Block => {
                if definition.kind == ENUM {
                    let near = self.near_value(value, definition)?;
                    self.add(
                        position,
                        format!("Enum \"{kind}\" cannot represent non-enum value: {value}.{near}"),
                    );
                } else if !is(&["String", "ID"]) {
                    self.unexpected(value, kind, definition, "");
                }
            }
            LiteralKind::Enum => {
                let near = self.near_value(value, definition)?;
                if definition.kind != ENUM {
                    self.unexpected(value, kind, definition, &near.replace('"', ""));
                } else if !definition.values.iter().any(|known| known.name == value.raw) {
                    self.add(position, format!("Value \"{value}\" does not exist in \"{kind}\" enum.{near}"));
                }
            }
            LiteralKind::Object => self.check_object(value, definition)?,
        }
        Ok(())
    }

    fn near_value(&mut self, value: &Literal, definition: &Definition) -> Checked<String> {
        let values = if definition.kind == ENUM { definition.values.as_slice() } else { &[] };
        let names: usize = values.iter().map(|known| known.name.len()).sum();
        self.charge(names.saturating_mul(value.raw.len()) / 16)?;
        let near = near(&value.raw, values.iter().map(|known| known.name.as_str()));
        Ok(question("Did you mean the enum value", &near))
    }

    fn check_object(&mut self, value: &'w Literal, definition: &'w Definition) -> Checked<()> {
        let Definition { name, fields, .. } = definition;
        self.charge(fields.len().saturating_mul(value.children.len()) / 8)?;
        for field in fields {
            let kind = field.reference();
            let is_given = value.children.iter().any(|child| child.name == field.name);
            if kind.non_null && !is_given && field.default.is_none() {
                let field = &field.name;
                self.add(
                    value.position,
                    format!("Field \"{name}.{field}\" of required type \"{kind}\" was not provided."),
                );
            }
        }
        for _ in definition.directives.iter().filter(|directive| directive.name == "oneOf") {
            match value.children.as_slice() {
                [one] if one.value.kind == LiteralKind::Null => {
                    let first = fields.first().map_or("", |field| field.name.as_str());
                    self.add(one.value.position, format!("Field \"{name}.{first}\" must be non-null."));
                }
                [_] => {}
                _ => {
                    let message = format!("OneOf Input Object \"{name}\" must specify exactly one key.");
                    self.add(value.position, message);
                }
            }
        }
        for child in &value.children {
            if definition.field(&child.name).is_some() {
                continue;
            }
            let names: usize = fields.iter().map(|field| field.name.len()).sum();
            self.charge(names.saturating_mul(child.name.len()) / 16)?;
            let near = near(&child.name, fields.iter().map(|field| field.name.as_str()));
            let near = question("Did you mean", &near);
            let message = format!("Field \"{}\" is not defined by type \"{name}\".{near}", child.name);
            self.add(child.position, message);
        }
        Ok(())
    }

    /// Tells that a value is not of the type.
    fn unexpected(&mut self, value: &Literal, kind: &TypeReference, definition: &Definition, near: &str) {
        let text = kind.to_string();
        let message = match text.as_str() {
            "Int" | "Int!" => {
                let digits = value.raw.strip_prefix(['-', '+']).unwrap_or(&value.raw);
                let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                if is_integer && value.raw.parse::<i32>().is_err() {
                    format!("Int cannot represent non 32-bit signed integer value: {value}")
                } else {
                    format!("Int cannot represent non-integer value: {value}")
                }
            }
            "String" | "String!" | "[String]" => {
                format!("String cannot represent a non string value: {value}")
            }
            "Boolean" | "Boolean!" => format!("Boolean cannot represent a non boolean value: {value}"),
            "Float" | "Float!" => format!("Float cannot represent non numeric value: {value}"),
            "ID" | "ID!" => format!("ID cannot represent a non-string and non-integer value: {value}"),
            _ if definition.kind == ENUM => {
                format!("Enum \"{kind}\" cannot represent non-enum value: {value}.")
            }
            _ => format!("Expected value of type \"{kind}\", found {value}."),
        };
        self.add(value.position, message + near);
    }
}

fn is_one_of(definition: &Definition) -> bool {
    definition.directives.iter().any(|directive| directive.name == "oneOf")
}

/// Whether the numbers in a value are within the range of their types; counts the parts.
fn can_be_read(value: &Literal, parts: &mut usize) -> bool {
    *parts = parts.saturating_add(1);
    match value.kind {
        LiteralKind::Int => value.raw.parse::<i64>().is_ok(),
        LiteralKind::Float => value.raw.parse::<f64>().is_ok_and(f64::is_finite),
        LiteralKind::Boolean => matches!(value.raw.as_str(), "true" | "false"),
        LiteralKind::List | LiteralKind::Object => {
            value.children.iter().all(|child| can_be_read(&child.value, parts))
        }
        _ => true,
    }
}
