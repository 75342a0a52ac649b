//! Schemas: definitions put together and checked.

use std::collections::{BTreeMap, HashMap, HashSet};

use smol_str::SmolStr;

use super::super::call::Call;
use super::super::error::BuiltinError;
use super::ast::{
    Definition, Directive, DirectiveDefinition, ENUM, INPUT_OBJECT, INTERFACE, LiteralKind, Member, OBJECT,
    Position, Roots, SchemaDocument, TypeReference, UNION,
};
use super::definitions;
use crate::value::quote;

const PRELUDE: &str = include_str!("prelude.graphql");

/// Directives that a schema may define again.
const BUILTIN_DIRECTIVES: &[&str] = &["include", "skip", "deprecated", "specifiedBy", "defer", "oneOf"];

/// Why a schema or a query is not valid, or why that was not found out.
#[derive(Debug)]
pub(super) enum Problem {
    Invalid(String),
    Stopped(BuiltinError),
}

impl From<BuiltinError> for Problem {
    fn from(error: BuiltinError) -> Self {
        Self::Stopped(error)
    }
}

pub(super) type Checked<T> = Result<T, Problem>;

fn wrong<T>(position: Position, message: impl AsRef<str>) -> Checked<T> {
    let Position { line, column } = position;
    let (line, column) = if line == 0 { (-1, -1) } else { (line, column) };
    Err(Problem::Invalid(format!("input:{line}:{column}: {}", message.as_ref())))
}

/// A schema that holds together.
#[derive(Debug, Default)]
pub(super) struct Schema {
    definitions: Vec<Definition>,
    types: BTreeMap<SmolStr, usize>,
    directives: BTreeMap<SmolStr, DirectiveDefinition>,
    /// What a value of an abstract type may be, by the type's name; also each object and input type by itself.
    possible: HashMap<SmolStr, Vec<usize>>,
    query: Option<usize>,
    mutation: Option<usize>,
    subscription: Option<usize>,
}

impl Schema {
    pub(super) fn definition(&self, name: &str) -> Option<&Definition> {
        self.definitions.get(*self.types.get(name)?)
    }

    pub(super) fn directive(&self, name: &str) -> Option<&DirectiveDefinition> {
        self.directives.get(name)
    }

    /// The names of all types.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(SmolStr::as_str)
    }

    pub(super) fn possible(&self, name: &str) -> impl Iterator<Item = &Definition> {
        self.possible.get(name).into_iter().flatten().filter_map(|index| self.definitions.get(*index))
    }

    /// The type that operations of a kind begin with.
    pub(super) fn root(&self, operation: &str) -> Option<&Definition> {
        let index = match operation {
            "query" | "" => self.query,
            "mutation" => self.mutation,
            "subscription" => self.subscription,
            _ => None,
        };
        self.definitions.get(index?)
    }

    /// The schema of a document.
    pub(super) fn of(call: &mut Call<'_>, document: SchemaDocument) -> Checked<Self> {
        let prelude = definitions::parse(PRELUDE).map_err(|error| Problem::Invalid(error.message))?;
        let mut schema = Self::default();
        let builtins =
            prelude.definitions.into_iter().map(|definition| Definition { is_builtin: true, ..definition });
        for definition in builtins.chain(document.definitions) {
            let index = schema.definitions.len();
            if schema.types.contains_key(&definition.name) {
                return wrong(definition.position, format!("Cannot redeclare type {}.", definition.name));
            }
            schema.types.insert(definition.name.clone(), index);
            schema.definitions.push(definition);
        }
        for extension in document.extensions {
            schema.extend(extension)?;
        }
        schema.relate();
        for directive in prelude.directives.into_iter().chain(document.directives) {
            let is_known = schema.directives.contains_key(&directive.name);
            if is_known && !BUILTIN_DIRECTIVES.contains(&directive.name.as_str()) {
                return wrong(directive.position, format!("Cannot redeclare directive {}.", directive.name));
            }
            schema.directives.insert(directive.name.clone(), directive);
        }
        if let [_, second, ..] = document.schemas.as_slice() {
            return wrong(
                second.position,
                "Cannot have multiple schema entry points, consider schema extensions instead.",
            );
        }
        for roots in document.schemas.iter().chain(&document.schema_extensions) {
            schema.enter(roots)?;
        }
        call.charge(schema.definitions.len())?;
        for index in schema.types.values() {
            if let Some(definition) = schema.definitions.get(*index) {
                schema.check_definition(call, definition)?;
            }
        }
        schema.check_cycles()?;
        for directive in schema.directives.values() {
            check_name(directive.position, &directive.name)?;
            schema.check_arguments(call, &directive.arguments, Some(directive))?;
        }
        if document.schemas.is_empty() {
            let named = |name: &str| schema.types.get(name).copied();
            let (query, mutation, subscription) = (named("Query"), named("Mutation"), named("Subscription"));
            schema.query = schema.query.or(query);
            schema.mutation = schema.mutation.or(mutation);
            schema.subscription = schema.subscription.or(subscription);
        }
        if let Some(query) = schema.query.and_then(|index| schema.definitions.get_mut(index)) {
            query.fields.extend(introspection());
        }
        Ok(schema)
    }

    fn extend(&mut self, extension: Definition) -> Checked<()> {
        let index = *self.types.entry(extension.name.clone()).or_insert(self.definitions.len());
        if index == self.definitions.len() {
            self.definitions.push(Definition {
                kind: extension.kind.clone(),
                name: extension.name.clone(),
                position: extension.position,
                ..Definition::default()
            });
        }
        let Some(base) = self.definitions.get_mut(index) else { return Ok(()) };
        if base.kind != extension.kind {
            return wrong(
                extension.position,
                format!(
                    "Cannot extend type {} because the base type is a {}, not {}.",
                    extension.name, base.kind, extension.kind
                ),
            );
        }
        base.directives.extend(extension.directives);
        base.interfaces.extend(extension.interfaces);
        base.fields.extend(extension.fields);
        base.types.extend(extension.types);
        base.type_positions.extend(extension.type_positions);
        base.values.extend(extension.values);
        Ok(())
    }

    /// Finds what may stand for what.
    fn relate(&mut self) {
        for (index, definition) in self.definitions.iter().enumerate() {
            match definition.kind.as_str() {
                UNION => {
                    let members = definition.types.iter().filter_map(|name| self.types.get(name).copied());
                    self.possible.entry(definition.name.clone()).or_default().extend(members);
                }
                kind @ (INPUT_OBJECT | OBJECT | INTERFACE) => {
                    let own = (kind != INTERFACE).then_some(&definition.name);
                    for name in definition.interfaces.iter().chain(own) {
                        self.possible.entry(name.clone()).or_default().push(index);
                    }
                }
                _ => {}
            }
        }
    }

    fn enter(&mut self, roots: &Roots) -> Checked<()> {
        for root in &roots.operations {
            let Some(index) = self.types.get(&root.kind).copied() else {
                return wrong(
                    root.position,
                    format!(
                        "Schema root {} refers to a type {} that does not exist.",
                        root.operation, root.kind
                    ),
                );
            };
            match root.operation.as_str() {
                "query" => self.query = Some(index),
                "mutation" => self.mutation = Some(index),
                "subscription" => self.subscription = Some(index),
                _ => {}
            }
        }
        self.check_directives(&roots.directives, "SCHEMA", None, true)
    }

    fn check_definition(&self, call: &mut Call<'_>, definition: &Definition) -> Checked<()> {
        let Definition { kind, name, .. } = definition;
        let location = if kind == INPUT_OBJECT { "INPUT_FIELD_DEFINITION" } else { "FIELD_DEFINITION" };
        call.charge(definition.fields.len())?;
        for field in &definition.fields {
            check_name(field.position, &field.name)?;
            self.check_reference(field.reference())?;
            self.check_arguments(call, &field.arguments, None)?;
            self.check_directives(&field.directives, location, None, true)?;
        }
        for member in &definition.types {
            match self.definition(member) {
                None => return wrong(definition.position, format!("Undefined type {}.", quote(member))),
                Some(known) if known.kind != OBJECT => {
                    return wrong(
                        definition.position,
                        format!("{kind} type {} must be OBJECT.", quote(member)),
                    );
                }
                Some(_) => {}
            }
        }
        for interface in &definition.interfaces {
            self.check_implements(call, definition, interface)?;
        }
        self.check_parts(definition)?;
        for (list, what) in [(&definition.fields, "Field"), (&definition.values, "Enum value")] {
            if let Some((_, again)) = repeated(list.iter().map(|member| &member.name)) {
                let again = list.get(again);
                let (position, part) =
                    again.map(|again| (again.position, again.name.as_str())).unwrap_or_default();
                return wrong(position, format!("{what} {name}.{part} can only be defined once."));
            }
        }
        if let Some((_, again)) = repeated(definition.types.iter()) {
            let are_aligned = definition.type_positions.len() == definition.types.len();
            let position = definition.type_positions.get(again).filter(|_| are_aligned);
            let member = definition.types.get(again).map_or("", |name| name.as_str());
            return wrong(
                *position.unwrap_or(&definition.position),
                format!("Union type {name} can only include type {member} once."),
            );
        }
        if !definition.is_builtin {
            check_name(definition.position, name)?;
        }
        self.check_directives(&definition.directives, kind, None, false)
    }

    /// Checks that a type has parts, and parts of the right kinds.
    fn check_parts(&self, definition: &Definition) -> Checked<()> {
        let Definition { kind, name, position, .. } = definition;
        let base = |field: &Member| self.definition(field.reference().base());
        match kind.as_str() {
            OBJECT | INTERFACE => {
                if definition.fields.is_empty() {
                    return wrong(*position, format!("{kind} {name}: must define one or more fields."));
                }
                for field in &definition.fields {
                    if base(field).is_some_and(|base| !(base.is_leaf() || base.is_composite())) {
                        return wrong(
                            field.position,
                            format!(
                                "{kind} {name}: field must be one of SCALAR, OBJECT, INTERFACE, UNION, ENUM."
                            ),
                        );
                    }
                }
            }
            ENUM => {
                if definition.values.is_empty() {
                    return wrong(
                        *position,
                        format!("{kind} {name}: must define one or more unique enum values."),
                    );
                }
                for value in &definition.values {
                    if matches!(value.name.as_str(), "true" | "false" | "null") {
                        return wrong(*position, format!("{kind} {name}: non-enum value {}.", value.name));
                    }
                    self.check_directives(&value.directives, "ENUM_VALUE", None, true)?;
                }
            }
            INPUT_OBJECT => {
                if definition.fields.is_empty() {
                    return wrong(*position, format!("{kind} {name}: must define one or more input fields."));
                }
                for field in &definition.fields {
                    if let Some(base) = base(field).filter(|base| !base.is_input()) {
                        return wrong(
                            field.position,
                            format!(
                                "{} {}: field must be one of SCALAR, ENUM, INPUT_OBJECT.",
                                base.kind, field.name
                            ),
                        );
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn check_reference(&self, reference: &TypeReference) -> Checked<()> {
        let name = reference.base();
        if self.types.contains_key(name) {
            return Ok(());
        }
        wrong(reference.position, format!("Undefined type {name}."))
    }

    fn check_arguments(
        &self,
        call: &mut Call<'_>,
        arguments: &[Member],
        current: Option<&DirectiveDefinition>,
    ) -> Checked<()> {
        call.charge(arguments.len())?;
        for argument in arguments {
            check_name(argument.position, &argument.name)?;
            self.check_reference(argument.reference())?;
            let kind = self.definition(argument.reference().base()).filter(|kind| !kind.is_input());
            if let Some(Definition { kind, .. }) = kind {
                let (reference, name) = (argument.reference(), &argument.name);
                return wrong(
                    argument.position,
                    format!(
                        "cannot use {reference} as argument {name} because {kind} is not a valid input type"
                    ),
                );
            }
            self.check_directives(&argument.directives, "ARGUMENT_DEFINITION", current, true)?;
        }
        Ok(())
    }

    fn check_directives(
        &self,
        directives: &[Directive],
        location: &str,
        current: Option<&DirectiveDefinition>,
        is_one_location: bool,
    ) -> Checked<()> {
        let mut seen = HashSet::new();
        for directive in directives {
            let Directive { name, position, arguments } = directive;
            let position = *position;
            check_name(position, name)?;
            if current.is_some_and(|current| current.name == *name) {
                return wrong(position, format!("Directive {name} cannot refer to itself."));
            }
            let Some(definition) = self.directive(name) else {
                return wrong(position, format!("Undefined directive {name}."));
            };
            if is_one_location && !seen.insert(name) && !definition.is_repeatable {
                return wrong(
                    position,
                    format!("The directive {name} can only be used once at this location."),
                );
            }
            if !definition.locations.iter().any(|known| known == location) {
                return wrong(position, format!("Directive {name} is not applicable on {location}."));
            }
            for argument in arguments {
                if definition.argument(&argument.name).is_none() {
                    return wrong(
                        argument.position,
                        format!("Undefined argument {} for directive {name}.", argument.name),
                    );
                }
            }
            for wanted in &definition.arguments {
                let is_required = wanted.reference().non_null && wanted.default.is_none();
                let given = arguments.iter().find(|argument| argument.name == wanted.name);
                if is_required && given.is_none_or(|given| given.value.kind == LiteralKind::Null) {
                    return wrong(
                        position,
                        format!("Argument {} for directive {name} cannot be null.", wanted.name),
                    );
                }
            }
        }
        Ok(())
    }

    fn check_implements(&self, call: &mut Call<'_>, definition: &Definition, name: &SmolStr) -> Checked<()> {
        let position = definition.position;
        let Some(interface) = self.definition(name) else {
            return wrong(position, format!("Undefined type {}.", quote(name)));
        };
        if interface.kind != INTERFACE {
            return wrong(position, format!("{} is a non interface type {}.", quote(name), interface.kind));
        }
        let prefix = format!("For {} to implement {name}", definition.name);
        call.charge(interface.fields.len().saturating_mul(definition.fields.len()) / 8)?;
        for wanted in &interface.fields {
            let Some(found) = definition.field(&wanted.name) else {
                return wrong(position, format!("{prefix} it must have a field called {}.", wanted.name));
            };
            let field = &wanted.name;
            if !self.is_covariant(wanted.reference(), found.reference()) {
                return wrong(
                    found.position,
                    format!("{prefix} the field {field} must have type {}.", wanted.reference()),
                );
            }
            call.charge(wanted.arguments.len().saturating_mul(found.arguments.len()) / 4)?;
            for argument in &wanted.arguments {
                let name = &argument.name;
                let same = format!("{prefix} the field {field} must have the same arguments but");
                match found.argument(name) {
                    None => return wrong(found.position, format!("{same} it is missing {name}.")),
                    Some(given) if !argument.reference().fits(given.reference(), false) => {
                        return wrong(given.position, format!("{same} {name} has the wrong type."));
                    }
                    Some(_) => {}
                }
            }
            for given in &found.arguments {
                let is_required = given.reference().non_null && given.default.is_none();
                if is_required && wanted.argument(&given.name).is_none() {
                    return wrong(
                        given.position,
                        format!(
                            "{prefix} any additional arguments on {} must be optional or have a default value but {} is required.",
                            found.name, given.name
                        ),
                    );
                }
            }
        }
        for ancestor in &interface.interfaces {
            if definition.interfaces.contains(ancestor) {
                continue;
            }
            let own = &definition.name;
            return wrong(
                position,
                if ancestor == own {
                    format!(
                        "Type {own} cannot implement {name} because it would create a circular reference."
                    )
                } else {
                    format!("Type {own} must implement {ancestor} because it is implemented by {name}.")
                },
            );
        }
        Ok(())
    }

    fn is_covariant(&self, wanted: &TypeReference, actual: &TypeReference) -> bool {
        if wanted.non_null && !actual.non_null {
            return false;
        }
        if !wanted.name.is_empty() {
            return wanted.name == actual.name
                || self.possible(&wanted.name).any(|possible| possible.name == actual.name);
        }
        match (&wanted.element, &actual.element) {
            (Some(wanted), Some(actual)) => self.is_covariant(wanted, actual),
            _ => false,
        }
    }

    /// Checks that no input type needs a value of itself. Each type is gone through once, with a stack of its
    /// own.
    fn check_cycles(&self) -> Checked<()> {
        let mut visited = HashSet::new();
        for start in self.types.keys() {
            let inputs = |name: &str| self.definition(name).filter(|kind| kind.kind == INPUT_OBJECT);
            let Some(definition) = inputs(start).filter(|_| visited.insert(start.clone())) else { continue };
            // The types on the way, each with the fields still to be looked at, and the field that led on.
            let mut path = vec![(definition, definition.fields.iter(), None::<&Member>)];
            while let Some((_, fields, led)) = path.last_mut() {
                let Some(field) = fields.next() else {
                    path.pop();
                    continue;
                };
                let reference = field.reference();
                if !reference.non_null || reference.name.is_empty() {
                    continue;
                }
                let Some(next) = inputs(&reference.name) else { continue };
                *led = Some(field);
                if visited.insert(next.name.clone()) {
                    path.push((next, next.fields.iter(), None));
                    continue;
                }
                if let Some(at) = path.iter().position(|(known, ..)| known.name == next.name) {
                    let cycle: Vec<&Member> = path.iter().skip(at).filter_map(|(_, _, led)| *led).collect();
                    let names: Vec<&str> = cycle.iter().map(|field| field.name.as_str()).collect();
                    return wrong(
                        cycle.first().map(|field| field.position).unwrap_or_default(),
                        format!(
                            "Cannot reference Input Object {} within itself through a series of non-null fields: {}.",
                            quote(&next.name),
                            quote(&names.join("."))
                        ),
                    );
                }
            }
        }
        Ok(())
    }
}

/// The first of several equal items, and the next one.
fn repeated<'n>(names: impl Iterator<Item = &'n SmolStr>) -> Option<(usize, usize)> {
    let mut first = HashMap::new();
    let mut found: Option<(usize, usize)> = None;
    for (index, name) in names.enumerate() {
        let before = *first.entry(name).or_insert(index);
        if before != index && found.is_none_or(|(known, _)| before < known) {
            found = Some((before, index));
        }
    }
    found
}

fn check_name(position: Position, name: &str) -> Checked<()> {
    if name.starts_with("__") {
        return wrong(
            position,
            format!(
                "Name \"{name}\" must not begin with \"__\", which is reserved by GraphQL introspection."
            ),
        );
    }
    Ok(())
}

/// The fields of the query type by which a schema can be asked for.
fn introspection() -> [Member; 2] {
    let named = |name: &str, kind: &str, non_null: bool| Member {
        name: SmolStr::new(name),
        kind: Some(TypeReference::named(kind, non_null)),
        ..Member::default()
    };
    [
        named("__schema", "__Schema", true),
        Member { arguments: vec![named("name", "String", true)], ..named("__type", "__Type", false) },
    ]
}
