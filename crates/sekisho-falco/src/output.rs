//! Outputs: a text with fields, `%name`, `%10name` for a width, `%tolower(name)`, `%name[argument]`.

use sekisho_capture::Format;

use crate::catalog::Catalog;
use crate::condition::{Operand, parse_output_field};
use crate::program::{CompileError, Event, Extract, Extracts, Run};
use crate::value::Value;

/// What stands for a value that an event does not have.
const NOT_AVAILABLE: &str = "<NA>";
/// No field is longer than this in an output.
const MAX_FIELD_BYTES: usize = 1_024;
/// No value is wider than this.
const MAX_WIDTH: usize = 4_096;

/// A field of an output.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MatchField {
    /// Its name as the output writes it.
    pub name: String,
    /// Its value as the output shows it; none where the event has none.
    pub value: Option<String>,
    /// What JSON takes the value for.
    pub form: Form,
}

/// What JSON takes a value for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// A string.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
}

/// A compiled output.
pub(crate) struct Output {
    tokens: Vec<Token>,
}

enum Token {
    Text(String),
    Value { name: String, place: u32, width: usize, format: Format, is_list: bool },
}

impl Output {
    pub(crate) fn compile(
        text: &str,
        extracts: &mut Extracts,
        catalog: &Catalog,
        source: &str,
    ) -> Result<Self, CompileError> {
        let wrong =
            |at: usize, message: &str| CompileError { message: message.to_owned(), at, is_unknown: false };
        let body = text.strip_prefix('*').unwrap_or(text);
        if body.is_empty() {
            return Err(wrong(0, "the output is empty"));
        }
        let mut tokens = Vec::new();
        let mut rest = body;
        while let Some(at) = rest.find('%') {
            let (before, behind) =
                (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default());
            if !before.is_empty() {
                tokens.push(Token::Text(before.to_owned()));
            }
            let place = text.len() - behind.len();
            if behind.is_empty() {
                return Err(wrong(place, "the output ends with `%`: name a field behind it"));
            }
            let digits = behind.len() - behind.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
            let (width, field) = behind.split_at(digits);
            if field.is_empty() {
                return Err(wrong(place, "the output ends with a width: name a field behind it"));
            }
            let width = width.parse().unwrap_or(if digits == 0 { 0 } else { MAX_WIDTH }).min(MAX_WIDTH);
            let (operand, length, known) = longest(field, extracts, catalog, source, place)?;
            let format = extracts.get(known).map_or(Format::None, format);
            let is_list = matches!(extracts.get(known), Some(Extract::Field(field)) if field.info.is_list);
            tokens.push(Token::Value { name: operand.to_string(), place: known, width, format, is_list });
            rest = field.get(length..).unwrap_or_default();
        }
        if !rest.is_empty() {
            tokens.push(Token::Text(rest.to_owned()));
        }
        Ok(Self { tokens })
    }

    /// The text for an event, and its fields with their values.
    pub(crate) fn render<E: Event + ?Sized>(&self, run: &mut Run<'_, '_, E>) -> (String, Vec<MatchField>) {
        let mut out = String::new();
        let mut fields: Vec<MatchField> = Vec::new();
        for token in &self.tokens {
            match token {
                Token::Text(text) => out.push_str(text),
                Token::Value { name, place, width, format, is_list } => {
                    let mut shown_as = Form::Text;
                    let value = run.values(*place).map(|values| {
                        if let ([value], false) = (values, *is_list) {
                            shown_as = form(value, *format);
                        }
                        let mut text = String::new();
                        if *is_list {
                            text.push('(');
                        }
                        for (place, value) in values.iter().enumerate() {
                            if !is_list && place > 0 {
                                break;
                            }
                            if place > 0 {
                                text.push(',');
                            }
                            value.render(*format, &mut text);
                        }
                        if *is_list {
                            text.push(')');
                        }
                        text
                    });
                    let shown = value.as_deref().unwrap_or(NOT_AVAILABLE);
                    if *width == 0 {
                        out.push_str(shown);
                    } else {
                        out.extend(shown.chars().chain(std::iter::repeat(' ')).take(*width));
                    }
                    if !fields.iter().any(|known| known.name == *name) {
                        fields.push(MatchField { name: name.clone(), value, form: shown_as });
                    }
                }
            }
        }
        (out, fields)
    }
}

/// What JSON takes a value for: numbers are numbers where they are written as such.
fn form(value: &Value<'_>, format: Format) -> Form {
    match value {
        Value::Bool(_) => Form::Boolean,
        Value::Int(_) | Value::UInt(_) if matches!(format, Format::Hexadecimal | Format::Padded) => {
            Form::Text
        }
        Value::Int(_) | Value::UInt(_) | Value::Double(_) => Form::Number,
        Value::Text(_) | Value::Bytes(_) | Value::Ip(_) => Form::Text,
    }
}

fn format(extract: &Extract) -> Format {
    match extract {
        Extract::Field(field) => field.info.format,
        _ => Format::None,
    }
}

/// The longest field at the front that is known: `%proc.name.` is the field and a dot.
fn longest(
    text: &str,
    extracts: &mut Extracts,
    catalog: &Catalog,
    source: &str,
    at: usize,
) -> Result<(Operand, usize, u32), CompileError> {
    let mut end = text.len().min(MAX_FIELD_BYTES);
    let mut first: Option<CompileError> = None;
    loop {
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let part = text.get(..end).unwrap_or_default();
        let found = parse_output_field(part)
            .map_err(|error| CompileError { message: error.message, at: at + error.at, is_unknown: true })
            .and_then(|(operand, length)| {
                let known = extracts.add(&operand, catalog, source, at)?;
                if let Some(Extract::Field(field)) = extracts.get(known.place)
                    && field.info.filter_only
                {
                    let message = format!("the field `{}` can stand in a condition only", field.info.name);
                    return Err(CompileError { message, at, is_unknown: false });
                }
                Ok((operand, length, known.place))
            });
        match found {
            Ok(found) => return Ok(found),
            Err(error) => {
                // What was parsed ends within the part: nothing longer can be known.
                end = parse_output_field(part).map_or(end, |(_, length)| length.min(end));
                first.get_or_insert(error);
            }
        }
        end = match end.checked_sub(1) {
            Some(shorter) if shorter > 0 => shorter,
            _ => {
                let unknown =
                    CompileError { message: "no field follows `%`".to_owned(), at, is_unknown: true };
                return Err(first.unwrap_or(unknown));
            }
        };
    }
}
