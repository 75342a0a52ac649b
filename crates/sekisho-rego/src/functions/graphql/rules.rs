//! The rules that operations and fragments must keep, in the words of OPA's parser.

use std::collections::HashSet;

use super::ast::{
    Argument, Definition, Directive, DirectiveDefinition, Field, Fragment, Inline, Member, OBJECT, Operation,
    Position, Selection, Spread, Variable,
};
use super::schema::Checked;
use super::suggestions::{near, question};
use super::walk::{FieldContext, Walk};
use crate::value::quote;

/// How many lists within each other may be asked for of a schema.
const MAX_LISTS: usize = 3;

impl<'w> Walk<'w, '_, '_> {
    pub(super) fn on_operation(&mut self, operation: &'w Operation) -> Checked<()> {
        let Operation { name, kind, position, variables, .. } = operation;
        let position = *position;
        let of_operation = if name.is_empty() { String::new() } else { format!(" in operation \"{name}\"") };
        if self.schema.root(kind).is_none() {
            self.add(position, format!("Schema does not support operation type \"{kind}\""));
        }
        if name.is_empty() && self.document.operations.len() > 1 {
            self.add(position, "This anonymous operation must be the only defined operation.");
        }
        for variable in variables {
            if !self.used_variables.contains(&std::ptr::from_ref(variable)) {
                let message = format!("Variable \"${}\" is never used{of_operation}.", variable.name);
                self.add(variable.position, message);
            }
        }
        self.check_overlaps(&operation.selections)?;
        if kind == "subscription" && self.schema.root(kind).is_some() {
            self.check_subscription(operation)?;
        }
        if !self.seen_operations.insert(name) {
            self.add(position, format!("There can be only one operation named \"{name}\"."));
        }
        let names = variables.iter().map(|variable| (variable.name.as_str(), variable.position));
        for (name, position) in second_ones(names) {
            self.add(position, format!("There can be only one variable named \"${name}\"."));
        }
        for variable in variables {
            let definition = self.schema.definition(variable.kind.base());
            if definition.is_some_and(|definition| !definition.is_input()) {
                let Variable { name, kind, position, .. } = variable;
                self.add(*position, format!("Variable \"${name}\" cannot be non-input type \"{kind}\"."));
            }
        }
        Ok(())
    }

    pub(super) fn on_variable(&mut self, variable: &'w Variable) {
        let name = variable.kind.base();
        if self.schema.definition(name).is_none() {
            self.add(variable.position, format!("Unknown type \"{name}\"."));
        }
    }

    pub(super) fn on_field(&mut self, field: &'w Field, context: FieldContext<'w>) -> Checked<()> {
        let Field { name, position, .. } = field;
        let position = *position;
        match (context.object, context.definition) {
            (Some(object), None) => self.unknown_field(field, object)?,
            (Some(object), Some(definition)) => {
                for argument in &field.arguments {
                    if definition.argument(&argument.name).is_none() {
                        let near = self.near_argument(argument, &definition.arguments)?;
                        let (argument, object) = (&argument.name, &object.name);
                        self.add(
                            position,
                            format!("Unknown argument \"{argument}\" on field \"{object}.{name}\".{near}"),
                        );
                    }
                }
            }
            (None, _) => {}
        }
        if (name == "__schema" || name == "__type")
            && self.is_deep(&mut HashSet::new(), std::slice::from_ref(field).iter().map(Part::Field), 0)?
        {
            self.add(position, "Maximum introspection depth exceeded");
        }
        if self.operation.is_some() {
            self.check_overlaps(&field.selections)?;
        }
        if let Some(definition) = context.definition {
            self.missing(&definition.arguments, &field.arguments, position, &format!("Field \"{name}\""));
            let reference = definition.reference();
            if let Some(kind) = self.schema.definition(reference.base()) {
                if kind.is_leaf() && !field.selections.is_empty() {
                    let kind = &kind.name;
                    self.add(
                        position,
                        format!(
                            "Field \"{name}\" must not have a selection since type \"{kind}\" has no subfields."
                        ),
                    );
                } else if !kind.is_leaf() && field.selections.is_empty() {
                    self.add(
                        position,
                        format!(
                            "Field \"{name}\" of type \"{reference}\" must have a selection of subfields. Did you mean \"{name} {{ ... }}\"?"
                        ),
                    );
                }
            }
        }
        self.unique_arguments(&field.arguments);
        Ok(())
    }

    fn unknown_field(&mut self, field: &'w Field, object: &'w Definition) -> Checked<()> {
        let Field { name, position, .. } = field;
        let names: usize = object.fields.iter().map(|field| field.name.len()).sum();
        self.charge(names.saturating_mul(name.len()) / 16)?;
        let types = self.types_with(object, name);
        let mut message = format!("Cannot query field \"{name}\" on type \"{}\".", object.name);
        if !types.is_empty() {
            message.push_str(&question("Did you mean to use an inline fragment on", &types));
        } else if object.kind == OBJECT || object.kind == super::ast::INTERFACE {
            let near = near(name, object.fields.iter().map(|field| field.name.as_str()));
            message.push_str(&question("Did you mean", &near));
        }
        self.add(*position, message);
        Ok(())
    }

    /// The types that have a field which an abstract one has not: those first that stand for most others.
    fn types_with(&self, parent: &'w Definition, field: &str) -> Vec<&'w str> {
        if !parent.is_abstract() {
            return Vec::new();
        }
        let mut objects = Vec::new();
        let mut interfaces: Vec<(&str, usize)> = Vec::new();
        for possible in self.schema.possible(&parent.name) {
            if possible.field(field).is_none() {
                continue;
            }
            objects.push((possible.name.as_str(), 0));
            for interface in &possible.interfaces {
                let has_field =
                    self.schema.definition(interface).is_some_and(|one| one.field(field).is_some());
                if !has_field {
                    continue;
                }
                match interfaces.iter_mut().find(|(known, _)| known == interface) {
                    Some((_, count)) => *count = count.saturating_add(1),
                    None => interfaces.push((interface, 1)),
                }
            }
        }
        interfaces.extend(objects);
        interfaces.sort_by(|one, two| two.1.cmp(&one.1).then(one.0.cmp(two.0)));
        interfaces.into_iter().map(|(name, _)| name).collect()
    }

    fn near_argument(&mut self, argument: &Argument, known: &[Member]) -> Checked<String> {
        let names: usize = known.iter().map(|known| known.name.len()).sum();
        self.charge(names.saturating_mul(argument.name.len()) / 16)?;
        let near = near(&argument.name, known.iter().map(|known| known.name.as_str()));
        Ok(question("Did you mean", &near))
    }

    /// Whether what is asked of a schema goes through too many lists.
    fn is_deep(
        &mut self,
        visited: &mut HashSet<&'w str>,
        parts: impl Iterator<Item = Part<'w>>,
        depth: usize,
    ) -> Checked<bool> {
        for part in parts {
            self.charge(1)?;
            let (inner, depth, fragment) = match part {
                Part::Field(field) => {
                    let is_list = matches!(
                        field.name.as_str(),
                        "fields" | "interfaces" | "possibleTypes" | "inputFields"
                    );
                    let depth = depth.saturating_add(usize::from(is_list));
                    if is_list && depth >= MAX_LISTS {
                        return Ok(true);
                    }
                    (&field.selections, depth, None)
                }
                Part::Inline(inline) => (&inline.selections, depth, None),
                Part::Spread(spread) => match self.fragment(&spread.name) {
                    Some(fragment) if visited.insert(&fragment.name) => {
                        (&fragment.selections, depth, Some(fragment.name.as_str()))
                    }
                    _ => continue,
                },
            };
            // A document of fragments in fragments is as deep as they are many.
            if visited.len() > 100 {
                return Ok(true);
            }
            let inner: Vec<Part<'w>> = inner.iter().map(Part::of).collect();
            let is_deep = self.is_deep(visited, inner.into_iter(), depth)?;
            if let Some(fragment) = fragment {
                visited.remove(fragment);
            }
            if is_deep {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn check_subscription(&mut self, operation: &'w Operation) -> Checked<()> {
        let mut fields: Vec<(&str, Position)> = Vec::new();
        let (mut seen, mut visited) = (HashSet::new(), HashSet::new());
        // What is still to be looked at, the next at the end; a fragment that is not known ends its list.
        let mut left: Vec<std::slice::Iter<'w, Selection>> = vec![operation.selections.iter()];
        while let Some(selections) = left.last_mut() {
            self.call.charge(1)?;
            match selections.next() {
                None => {
                    left.pop();
                }
                Some(Selection::Field(field)) => {
                    if seen.insert(field.name.as_str()) {
                        fields.push((&field.name, field.position));
                    }
                }
                Some(Selection::Inline(inline)) => left.push(inline.selections.iter()),
                Some(Selection::Spread(spread)) => match self.fragments.get(spread.name.as_str()) {
                    Some(fragment) if visited.insert(fragment.name.as_str()) => {
                        left.push(fragment.selections.iter());
                    }
                    Some(_) => {}
                    None => {
                        left.pop();
                    }
                },
            }
        }
        let name = if operation.name.is_empty() {
            "Anonymous Subscription".to_owned()
        } else {
            format!("Subscription {}", quote(&operation.name))
        };
        if let Some((_, position)) = fields.get(1) {
            self.add(*position, format!("{name} must select only one top level field."));
        }
        for (field, position) in &fields {
            if field.starts_with("__") {
                self.add(*position, format!("{name} must not select an introspection top level field."));
            }
        }
        Ok(())
    }

    pub(super) fn on_fragment(
        &mut self,
        fragment: &'w Fragment,
        definition: Option<&'w Definition>,
    ) -> Checked<()> {
        let Fragment { name, condition, position, .. } = fragment;
        let position = *position;
        if !condition.is_empty() && definition.is_some_and(|definition| !definition.is_composite()) {
            self.add(
                position,
                format!("Fragment \"{name}\" cannot condition on non composite type \"{condition}\"."),
            );
        }
        if definition.is_none() {
            let names: usize = self.schema.names().map(str::len).sum();
            self.charge(names.saturating_mul(condition.len()) / 16)?;
            let near = question("Did you mean", &near(condition, self.schema.names()));
            self.add(position, format!("Unknown type \"{condition}\".{near}"));
        }
        self.check_fragment_cycles(fragment)?;
        self.is_in_fragments = true;
        if !self.used_fragments.contains(name.as_str()) {
            self.add(position, format!("Fragment \"{name}\" is never used."));
        }
        self.check_overlaps(&fragment.selections)?;
        if !self.seen_fragments.insert(name) {
            self.add(position, format!("There can be only one fragment named \"{name}\"."));
        }
        Ok(())
    }

    fn check_fragment_cycles(&mut self, start: &'w Fragment) -> Checked<()> {
        if !self.visited_for_cycles.insert(&start.name) {
            return Ok(());
        }
        // The fragments on the way, each with the spreads in it that are still to be followed, and the one that
        // is followed.
        let mut path = vec![(start, self.spreads_in(start)?.into_iter(), None::<&'w Spread>)];
        while let Some((_, spreads, followed)) = path.last_mut() {
            let Some(spread) = spreads.next() else {
                path.pop();
                continue;
            };
            *followed = Some(spread);
            let at = path.iter().position(|(fragment, ..)| fragment.name == spread.name);
            self.charge(path.len() / 16)?;
            if let Some(at) = at {
                let via: Vec<String> = path
                    .iter()
                    .skip(at)
                    .take(path.len().saturating_sub(at).saturating_sub(1))
                    .filter_map(|(_, _, followed)| followed.map(|spread| format!("\"{}\"", spread.name)))
                    .collect();
                let via = if via.is_empty() { String::new() } else { format!(" via {}", via.join(", ")) };
                let message = format!("Cannot spread fragment \"{}\" within itself{via}.", spread.name);
                self.add(spread.position, message);
            } else if let Some(fragment) = self.fragment(&spread.name)
                && self.visited_for_cycles.insert(&fragment.name)
            {
                path.push((fragment, self.spreads_in(fragment)?.into_iter(), None));
            }
        }
        Ok(())
    }

    /// The spreads in a fragment, those of inner selections after those of outer ones.
    fn spreads_in(&mut self, fragment: &'w Fragment) -> Checked<Vec<&'w Spread>> {
        let mut spreads = Vec::new();
        let mut left: Vec<&'w [Selection]> = vec![&fragment.selections];
        while let Some(selections) = left.pop() {
            self.charge(selections.len() / 4)?;
            for selection in selections {
                match selection {
                    Selection::Spread(spread) => spreads.push(spread),
                    Selection::Field(field) => left.push(&field.selections),
                    Selection::Inline(inline) => left.push(&inline.selections),
                }
            }
        }
        Ok(spreads)
    }

    pub(super) fn on_inline(&mut self, inline: &'w Inline, parent: Option<&'w Definition>) -> Checked<()> {
        let Inline { condition, position, .. } = inline;
        let position = *position;
        let definition = self.schema.definition(condition);
        if definition.is_some_and(|definition| !definition.is_composite()) {
            self.add(position, format!("Fragment cannot condition on non composite type \"{condition}\"."));
        }
        if !condition.is_empty() && definition.is_none() {
            self.add(position, format!("Unknown type \"{condition}\"."));
        }
        self.check_overlaps(&inline.selections)?;
        if let Some(parent) = self.never(parent, condition) {
            self.add(
                position,
                format!(
                    "Fragment cannot be spread here as objects of type \"{parent}\" can never be of type \"{condition}\"."
                ),
            );
        }
        Ok(())
    }

    pub(super) fn on_spread(&mut self, spread: &'w Spread, parent: Option<&'w Definition>) {
        let Spread { name, position, .. } = spread;
        let fragment = self.fragment(name);
        if fragment.is_none() {
            self.add(*position, format!("Unknown fragment \"{name}\"."));
        }
        if !self.is_in_fragments {
            self.used_fragments.insert(name);
        }
        let Some(Fragment { condition, .. }) = fragment else { return };
        if let Some(parent) = self.never(parent, condition) {
            self.add(
                *position,
                format!(
                    "Fragment \"{name}\" cannot be spread here as objects of type \"{parent}\" can never be of type \"{condition}\"."
                ),
            );
        }
    }

    /// The name of a type, if its values are never of another one.
    fn never(&self, parent: Option<&'w Definition>, condition: &str) -> Option<&'w str> {
        let parent = parent.filter(|parent| parent.is_composite())?;
        let fragment = self.schema.definition(condition).filter(|fragment| fragment.is_composite())?;
        let wanted: HashSet<&str> =
            self.schema.possible(&fragment.name).map(|one| one.name.as_str()).collect();
        let may_be = if parent.kind == OBJECT {
            wanted.contains(parent.name.as_str())
        } else {
            self.schema.possible(&parent.name).any(|one| wanted.contains(one.name.as_str()))
        };
        (!may_be).then_some(&parent.name)
    }

    pub(super) fn on_directive(
        &mut self,
        directive: &'w Directive,
        definition: Option<&'w DirectiveDefinition>,
        location: &'static str,
    ) -> Checked<()> {
        let Directive { name, arguments, position } = directive;
        let position = *position;
        for argument in arguments {
            let Some(definition) = definition else { break };
            if definition.argument(&argument.name).is_none() {
                let near = self.near_argument(argument, &definition.arguments)?;
                let argument = &argument.name;
                self.add(
                    position,
                    format!("Unknown argument \"{argument}\" on directive \"@{name}\".{near}"),
                );
            }
        }
        match definition {
            None => self.add(position, format!("Unknown directive \"@{name}\".")),
            Some(definition) => {
                let is_allowed = definition.locations.iter().any(|known| known == location);
                if !is_allowed && self.misplaced.insert((name, position)) {
                    self.add(position, format!("Directive \"@{name}\" may not be used on {location}."));
                }
                self.missing(&definition.arguments, arguments, position, &format!("Directive \"@{name}\""));
            }
        }
        self.unique_arguments(arguments);
        Ok(())
    }

    pub(super) fn on_directives(&mut self, directives: &'w [Directive]) {
        let mut seen = HashSet::new();
        for Directive { name, position, .. } in directives {
            let is_repeatable =
                self.schema.directive(name).is_some_and(|definition| definition.is_repeatable);
            if !seen.insert(name) && !is_repeatable {
                self.add(
                    *position,
                    format!("The directive \"@{name}\" can only be used once at this location."),
                );
            }
        }
    }

    /// Tells which arguments are not given that must be.
    fn missing(&mut self, wanted: &[Member], given: &[Argument], position: Position, what: &str) {
        for argument in wanted {
            let Member { name, default, .. } = argument;
            let kind = argument.reference();
            if kind.non_null && default.is_none() && !given.iter().any(|given| given.name == *name) {
                self.add(
                    position,
                    format!(
                        "{what} argument \"{name}\" of type \"{kind}\" is required, but it was not provided."
                    ),
                );
            }
        }
    }

    fn unique_arguments(&mut self, arguments: &'w [Argument]) {
        let names = arguments.iter().map(|argument| (argument.name.as_str(), argument.position));
        for (name, position) in second_ones(names) {
            self.add(position, format!("There can be only one argument named \"{name}\"."));
        }
    }
}

/// A selection.
#[derive(Clone, Copy)]
enum Part<'w> {
    Field(&'w Field),
    Inline(&'w Inline),
    Spread(&'w Spread),
}

impl<'w> Part<'w> {
    fn of(selection: &'w Selection) -> Self {
        match selection {
            Selection::Field(field) => Self::Field(field),
            Selection::Inline(inline) => Self::Inline(inline),
            Selection::Spread(spread) => Self::Spread(spread),
        }
    }
}

/// The second of each name; further ones are not told.
fn second_ones<'n>(names: impl Iterator<Item = (&'n str, Position)>) -> Vec<(&'n str, Position)> {
    let mut counts = std::collections::HashMap::new();
    names
        .filter(|(name, _)| {
            let count: &mut u8 = counts.entry(*name).or_default();
            *count = count.saturating_add(1);
            *count == 2
        })
        .collect()
}
