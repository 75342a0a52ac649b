//! The rule that fields under one name in a response can be one: they are the same field with the same
//! arguments, and what they give is of one shape.

use std::collections::HashMap;

use super::ast::{Argument, Field, Literal, LiteralKind, OBJECT, Position, Selection, Spread, TypeReference};
use super::schema::{Checked, Schema};
use super::walk::Walk;

/// How deep selections are compared; what is deeper stands in a cycle, which another rule tells.
const MAX_DEPTH: usize = 200;

/// Two fields that are at odds.
struct Conflict {
    name: String,
    message: String,
    inner: Vec<Conflict>,
    position: Position,
}

impl Conflict {
    fn print(&self, text: &mut String) {
        if self.inner.is_empty() {
            text.push_str(&self.message);
        }
        for (index, inner) in self.inner.iter().enumerate() {
            text.push_str(if index > 0 { " and subfields \"" } else { "subfields \"" });
            text.push_str(&inner.name);
            text.push_str("\" conflict because ");
            inner.print(text);
        }
    }
}

/// Fields by the names they have in a response, in order, and the fragments beside them.
struct Collected<'w> {
    fields: Vec<(&'w str, Vec<&'w Field>)>,
    by_name: HashMap<&'w str, usize>,
    spreads: Vec<&'w Spread>,
}

impl<'w> Collected<'w> {
    fn named(&self, name: &str) -> Option<&[&'w Field]> {
        self.fields.get(*self.by_name.get(name)?).map(|(_, fields)| fields.as_slice())
    }

    fn is_same(&self, other: &Self) -> bool {
        self.fields.len() == other.fields.len()
            && self.fields.iter().zip(&other.fields).all(|((_, one), (_, two))| {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| std::ptr::eq(*one, *two))
            })
    }
}

impl<'w> Walk<'w, '_, '_> {
    /// Tells the conflicts among the fields of a selection.
    pub(super) fn check_overlaps(&mut self, selections: &'w [Selection]) -> Checked<()> {
        if selections.is_empty() {
            return Ok(());
        }
        let collected = self.collect(selections)?;
        let mut conflicts = Vec::new();
        for (_, fields) in &collected.fields {
            let mut rest = fields.as_slice();
            while let Some((one, others)) = rest.split_first() {
                for two in others {
                    conflicts.extend(self.conflict(false, one, two)?);
                }
                rest = others;
            }
        }
        self.overlaps.fragments.clear();
        let mut rest = collected.spreads.as_slice();
        while let Some((one, others)) = rest.split_first() {
            self.fields_and_fragment(&mut conflicts, false, &collected, one)?;
            for two in others {
                self.fragment_and_fragment(&mut conflicts, false, one, two)?;
            }
            rest = others;
        }
        for conflict in conflicts {
            let mut reason = String::new();
            conflict.print(&mut reason);
            self.charge(reason.len() / 32)?;
            self.add(
                conflict.position,
                format!(
                    "Fields \"{}\" conflict because {reason}. Use different aliases on the fields to fetch both if this was intentional.",
                    conflict.name
                ),
            );
        }
        Ok(())
    }

    fn collect(&mut self, selections: &'w [Selection]) -> Checked<Collected<'w>> {
        let mut collected = Collected { fields: Vec::new(), by_name: HashMap::new(), spreads: Vec::new() };
        let mut left = vec![selections.iter()];
        while let Some(selections) = left.last_mut() {
            self.call.charge(1)?;
            match selections.next() {
                None => {
                    left.pop();
                }
                Some(Selection::Inline(inline)) => left.push(inline.selections.iter()),
                Some(Selection::Spread(spread)) => collected.spreads.push(spread),
                Some(Selection::Field(field)) => {
                    let name = if field.alias.is_empty() { &field.name } else { &field.alias };
                    let index = *collected.by_name.entry(name).or_insert(collected.fields.len());
                    match collected.fields.get_mut(index) {
                        Some((_, fields)) => fields.push(field),
                        None => collected.fields.push((name, vec![field])),
                    }
                }
            }
        }
        Ok(collected)
    }

    fn fields_and_fragment(
        &mut self,
        conflicts: &mut Vec<Conflict>,
        exclude_each_other: bool,
        fields: &Collected<'w>,
        spread: &'w Spread,
    ) -> Checked<()> {
        // The fragments that are still to be compared, the next at the end.
        let mut left = vec![spread];
        while let Some(spread) = left.pop() {
            self.charge(1)?;
            if !self.overlaps.fragments.insert(&spread.name) {
                continue;
            }
            let Some(fragment) = self.fragment(&spread.name) else { continue };
            let others = self.collect(&fragment.selections)?;
            if fields.is_same(&others) {
                continue;
            }
            self.fields_and_fields(conflicts, exclude_each_other, fields, &others)?;
            left.extend(others.spreads.iter().rev().filter(|inner| inner.name != spread.name));
        }
        Ok(())
    }

    fn fragment_and_fragment(
        &mut self,
        conflicts: &mut Vec<Conflict>,
        exclude_each_other: bool,
        one: &'w Spread,
        two: &'w Spread,
    ) -> Checked<()> {
        let mut left = vec![(one, two)];
        while let Some((one, two)) = left.pop() {
            self.charge(1)?;
            if one.name == two.name {
                continue;
            }
            let known = self.overlaps.pairs.get(&(one.name.as_str(), two.name.as_str()));
            if known.is_some_and(|excluded| exclude_each_other || !excluded) {
                continue;
            }
            self.overlaps.pairs.insert((&one.name, &two.name), exclude_each_other);
            self.overlaps.pairs.insert((&two.name, &one.name), exclude_each_other);
            let (Some(first), Some(second)) = (self.fragment(&one.name), self.fragment(&two.name)) else {
                continue;
            };
            let (first, second) = (self.collect(&first.selections)?, self.collect(&second.selections)?);
            self.fields_and_fields(conflicts, exclude_each_other, &first, &second)?;
            left.extend(first.spreads.iter().rev().map(|inner| (*inner, two)));
            left.extend(second.spreads.iter().rev().map(|inner| (one, *inner)));
        }
        Ok(())
    }

    fn fields_and_fields(
        &mut self,
        conflicts: &mut Vec<Conflict>,
        exclude_each_other: bool,
        one: &Collected<'w>,
        two: &Collected<'w>,
    ) -> Checked<()> {
        for (name, fields) in &one.fields {
            for second in two.named(name).into_iter().flat_map(|others| {
                fields.iter().flat_map(move |first| others.iter().map(move |second| (*first, *second)))
            }) {
                conflicts.extend(self.conflict(exclude_each_other, second.0, second.1)?);
            }
        }
        Ok(())
    }

    fn conflict(
        &mut self,
        parents_exclude_each_other: bool,
        one: &'w Field,
        two: &'w Field,
    ) -> Checked<Option<Conflict>> {
        self.charge(1)?;
        let context = |field: &Field| self.fields.get(&std::ptr::from_ref(field)).copied();
        let (Some(first), Some(second)) = (context(one), context(two)) else { return Ok(None) };
        let (Some(first_object), Some(second_object)) = (first.object, second.object) else {
            return Ok(None);
        };
        let exclude_each_other = parents_exclude_each_other
            || first_object.name != second_object.name
                && first_object.kind == OBJECT
                && second_object.kind == OBJECT
                && first.definition.is_some()
                && second.definition.is_some();
        let name = if one.alias.is_empty() { &one.name } else { &one.alias };
        let at_odds = |message: String, inner: Vec<Conflict>| {
            Ok(Some(Conflict { name: name.to_string(), message, inner, position: two.position }))
        };
        if !exclude_each_other {
            if one.name != two.name {
                return at_odds(
                    format!("\"{}\" and \"{}\" are different fields", one.name, two.name),
                    Vec::new(),
                );
            }
            if !same_arguments(&one.arguments, &two.arguments) {
                return at_odds("they have differing arguments".to_owned(), Vec::new());
            }
        }
        if let (Some(first), Some(second)) = (first.definition, second.definition) {
            let (first, second) = (first.reference(), second.reference());
            if types_conflict(self.schema, first, second) {
                return at_odds(
                    format!("they return conflicting types \"{first}\" and \"{second}\""),
                    Vec::new(),
                );
            }
        }
        if self.overlaps.depth >= MAX_DEPTH {
            return Ok(None);
        }
        self.overlaps.depth = self.overlaps.depth.saturating_add(1);
        let inner = self.inner_conflicts(exclude_each_other, &one.selections, &two.selections)?;
        self.overlaps.depth = self.overlaps.depth.saturating_sub(1);
        if inner.is_empty() { Ok(None) } else { at_odds(String::new(), inner) }
    }

    fn inner_conflicts(
        &mut self,
        exclude_each_other: bool,
        one: &'w [Selection],
        two: &'w [Selection],
    ) -> Checked<Vec<Conflict>> {
        let mut conflicts = Vec::new();
        let (one, two) = (self.collect(one)?, self.collect(two)?);
        self.fields_and_fields(&mut conflicts, exclude_each_other, &one, &two)?;
        for (fields, spreads) in [(&one, &two.spreads), (&two, &one.spreads)] {
            for spread in spreads {
                self.overlaps.fragments.clear();
                self.fields_and_fragment(&mut conflicts, exclude_each_other, fields, spread)?;
            }
        }
        for first in &one.spreads {
            for second in &two.spreads {
                self.fragment_and_fragment(&mut conflicts, exclude_each_other, first, second)?;
            }
        }
        Ok(conflicts)
    }
}

fn same_arguments(one: &[Argument], two: &[Argument]) -> bool {
    one.len() == two.len()
        && one
            .iter()
            .all(|one| two.iter().any(|two| one.name == two.name && same_value(&one.value, &two.value)))
}

fn same_value(one: &Literal, two: &Literal) -> bool {
    if one.kind != two.kind || one.raw != two.raw || one.children.len() != two.children.len() {
        return false;
    }
    let sorted = |value: &'_ Literal| {
        let mut children: Vec<usize> = (0..value.children.len()).collect();
        if value.kind == LiteralKind::Object {
            children.sort_by_key(|index| value.children.get(*index).map(|child| child.name.clone()));
        }
        children
    };
    sorted(one).into_iter().zip(sorted(two)).all(|(first, second)| {
        match (one.children.get(first), two.children.get(second)) {
            (Some(one), Some(two)) => one.name == two.name && same_value(&one.value, &two.value),
            _ => false,
        }
    })
}

fn types_conflict(schema: &Schema, one: &TypeReference, two: &TypeReference) -> bool {
    match (&one.element, &two.element) {
        (Some(one), Some(two)) => types_conflict(schema, one, two),
        (None, None) => {
            if one.non_null != two.non_null {
                return true;
            }
            match (schema.definition(&one.name), schema.definition(&two.name)) {
                (Some(one), Some(two)) if one.is_leaf() && two.is_leaf() => one.name != two.name,
                _ => false,
            }
        }
        _ => true,
    }
}
