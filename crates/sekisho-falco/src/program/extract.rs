//! The values that predicates compare: fields, and what transformers make of them.

use std::collections::HashMap;

use sekisho_capture::Type;

use super::error::CompileError;
use crate::catalog::{Catalog, Field, FieldError, Reading};
use crate::condition::{Operand, Transformer};
use crate::value::{Class, class};

/// How a value is had.
pub(crate) enum Extract {
    Field(Field),
    Apply { transformer: Transformer, of_list: bool, inner: u32 },
    Join { separator: u32, texts: u32 },
    Concat(Vec<u32>),
    Options { arguments: u32, description: u32, wanted: Option<u8> },
    Constant(Vec<u8>),
    List(Vec<u32>),
}

/// What is known of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extracted {
    pub(crate) place: u32,
    pub(crate) kind: Type,
    pub(crate) is_list: bool,
    pub(crate) no_right: bool,
    pub(crate) reading: Reading,
    no_transformer: bool,
}

/// Every distinct value of a graph. Parts come before what is made of them.
#[derive(Default)]
pub(crate) struct Extracts {
    extracts: Vec<Extract>,
    known: HashMap<Operand, Extracted>,
}

impl Extracts {
    pub(crate) fn len(&self) -> usize {
        self.extracts.len()
    }

    pub(crate) fn get(&self, place: u32) -> Option<&Extract> {
        self.extracts.get(place as usize)
    }

    /// The fields that a value is made of.
    pub(crate) fn fields_below<'x>(&'x self, place: u32, fields: &mut Vec<&'x Field>) {
        match self.get(place) {
            Some(Extract::Field(field)) => fields.push(field),
            Some(Extract::Apply { inner, .. }) => self.fields_below(*inner, fields),
            Some(
                Extract::Join { separator: one, texts: other }
                | Extract::Options { arguments: one, description: other, .. },
            ) => {
                self.fields_below(*one, fields);
                self.fields_below(*other, fields);
            }
            Some(Extract::Concat(parts) | Extract::List(parts)) => {
                for part in parts {
                    self.fields_below(*part, fields);
                }
            }
            Some(Extract::Constant(_)) | None => {}
        }
    }

    /// Whether the value is the name of the event's type.
    pub(crate) fn is_event_type(&self, place: u32) -> bool {
        matches!(self.get(place), Some(Extract::Field(field)) if field.info.name == "evt.type")
    }

    /// Adds an operand, which stands at a place of the condition.
    pub(crate) fn add(
        &mut self,
        operand: &Operand,
        catalog: &Catalog,
        source: &str,
        at: usize,
    ) -> Result<Extracted, CompileError> {
        if let Some(known) = self.known.get(operand) {
            return Ok(*known);
        }
        let text = |is_list| (Type::Text, is_list, false, false, Reading::One);
        let (extract, (kind, is_list, no_right, no_transformer, reading)) = match operand {
            Operand::Field(named) => {
                let field = catalog.resolve(source, named).map_err(|error| CompileError {
                    message: error.to_string(),
                    at,
                    is_unknown: matches!(error, FieldError::Unknown(_)),
                })?;
                let info = &field.info;
                // An argument picks one of several values, unless there are none without it.
                let picks = field.argument.is_some() && info.argument.is_some_and(|rule| !rule.is_required);
                let reading = if picks { Reading::One } else { info.reading };
                let known = (field.kind, info.is_list, info.no_right, info.no_transformer, reading);
                (Extract::Field(field), known)
            }
            Operand::Constant(constant) => (Extract::Constant(constant.clone()), text(false)),
            Operand::List(items) => {
                let items = items.iter().map(|item| Ok(self.add(item, catalog, source, at)?.place));
                (Extract::List(items.collect::<Result<_, CompileError>>()?), text(true))
            }
            Operand::Transformed { transformer, arguments, argument } => {
                let inner = arguments.iter().map(|argument| self.add(argument, catalog, source, at));
                let inner = inner.collect::<Result<Vec<_>, _>>()?;
                let wrong = |message| CompileError { message, at, is_unknown: false };
                if let (Transformer::Value, [only]) = (transformer, &inner[..]) {
                    if argument.is_some() {
                        return Err(wrong("`val(…)` takes no argument in brackets".to_owned()));
                    }
                    self.known.insert(operand.clone(), *only);
                    return Ok(*only);
                }
                let (extract, kind, is_list) =
                    transformed(*transformer, &inner, argument.as_deref(), operand).map_err(wrong)?;
                (extract, (kind, is_list, false, false, Reading::One))
            }
        };
        let place = u32::try_from(self.extracts.len()).unwrap_or(u32::MAX);
        self.extracts.push(extract);
        let known = Extracted { place, kind, is_list, no_right, reading, no_transformer };
        self.known.insert(operand.clone(), known);
        Ok(known)
    }
}

/// A transformer over arguments, with the type of what it makes and whether that is a list.
fn transformed(
    transformer: Transformer,
    arguments: &[Extracted],
    bracketed: Option<&[u8]>,
    operand: &Operand,
) -> Result<(Extract, Type, bool), String> {
    let word = transformer.word();
    if bracketed.is_some() && transformer != Transformer::GetOpt {
        return Err(format!("`{word}(…)` takes no argument in brackets"));
    }
    let is_text = |argument: &Extracted| argument.kind == Type::Text;
    match (transformer, arguments) {
        (Transformer::Join, [separator, texts]) if !separator.is_list && texts.is_list => {
            Ok((Extract::Join { separator: separator.place, texts: texts.place }, Type::Text, false))
        }
        (Transformer::Join, _) => Err("`join(…)` takes a separator and a list".to_owned()),
        (Transformer::Concat, [_, _, ..]) if arguments.iter().all(|part| is_text(part) && !part.is_list) => {
            Ok((Extract::Concat(arguments.iter().map(|part| part.place).collect()), Type::Text, false))
        }
        (Transformer::Concat, _) => Err("`concat(…)` takes two texts or more".to_owned()),
        (Transformer::GetOpt, [list, description])
            if list.is_list && !description.is_list && is_text(list) && is_text(description) =>
        {
            let wanted = match bracketed {
                None => None,
                Some([letter]) => Some(*letter),
                Some(_) => return Err("the argument of `getopt(…)[…]` is one letter".to_owned()),
            };
            let (arguments, description) = (list.place, description.place);
            Ok((Extract::Options { arguments, description, wanted }, Type::Text, wanted.is_none()))
        }
        (Transformer::GetOpt, _) => Err("`getopt(…)` takes a list of texts and a text".to_owned()),
        (_, [inner]) => {
            if inner.no_transformer {
                return Err(format!("no transformer can be applied in `{operand}`"));
            }
            let class = class(inner.kind);
            let fits = match transformer {
                Transformer::Length => inner.is_list || matches!(class, Class::Text | Class::Bytes),
                Transformer::Base64 => matches!(inner.kind, Type::Text | Type::Bytes),
                _ => class == Class::Text,
            };
            if !fits {
                return Err(format!("`{word}(…)` cannot be applied to a value of the type {:?}", inner.kind));
            }
            let extract = Extract::Apply { transformer, of_list: inner.is_list, inner: inner.place };
            if transformer == Transformer::Length {
                Ok((extract, Type::UInt64, false))
            } else {
                Ok((extract, inner.kind, inner.is_list))
            }
        }
        _ => Err(format!("`{word}(…)` takes one value")),
    }
}
