//! Settings on the command line: `image.tag=1.2,ports[0].name=http,list={a,b}`.

use std::sync::Arc;

use sekisho_manifest::{Budget, Format, Node, Segment, SourceId, Value as Json, load};
use smol_str::SmolStr;

use super::table::put;
use crate::value::{Data, List, Map, Text, Value, ValueKey};

/// How deep mappings may be nested by dots; Helm's number.
const DEEPEST: usize = 30;

/// How deep lists may be nested by brackets.
const DEEPEST_LIST: usize = 100;

/// The largest index of a list; Helm's number.
const LARGEST_INDEX: usize = 65_536;

/// A setting that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{option} {line}`: {fault}")]
pub struct SetError {
    /// The option: `--set`.
    pub option: &'static str,
    /// What stands behind it.
    pub line: String,
    /// What is wrong.
    pub fault: SetFault,
}

/// What is wrong with a setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetFault {
    /// No value stands behind a key.
    #[error("the key `{0}` has no value; write `{0}=…`")]
    NoValue(String),
    /// Nothing stands behind a dot.
    #[error("the key `{0}` has nothing below it")]
    NothingBelow(String),
    /// Mappings are nested too deep.
    #[error("keys are nested more than {limit} deep")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// What stands between brackets is no index.
    #[error("`{0}` is no index of a list; write a number from 0")]
    Index(String),
    /// An index is too large.
    #[error("the index {index} is larger than {limit}")]
    IndexTooLarge {
        /// The index.
        index: usize,
        /// The limit.
        limit: usize,
    },
    /// Something stands between the index and what may follow it.
    #[error("`{0}` stands behind the index of a list; write `=`, `.` or `[` there")]
    BehindIndex(String),
    /// A list in braces is not closed.
    #[error("the list is not closed; write `}}` at its end")]
    ListNotClosed,
    /// The value of a key that something is set below is no mapping.
    #[error("`{0}` is set to something else than a mapping, so nothing can be set below it")]
    NoMapping(String),
    /// The value of a key that an index stands behind is no list.
    #[error("`{0}` is set to something else than a list, so it has no items")]
    NoList(String),
    /// The value is no JSON.
    #[error("the value is no JSON: {0}")]
    Json(String),
    /// A file cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
}

/// How values are read.
#[derive(Clone, Copy)]
pub(super) enum Mode<'r> {
    /// `--set`: numbers, truth values and null are told apart from text.
    Typed,
    /// `--set-string`
    Text,
    /// `--set-json`
    Json,
    /// `--set-literal`: all of the rest is the value.
    Literal,
    /// `--set-file`: values are the contents of files.
    File(&'r dyn Fn(&str) -> Result<Vec<u8>, String>),
}

/// Why reading stops.
enum Stop {
    /// The line is at its end, where Helm does not mind.
    End,
    Fault(SetFault),
}

impl From<SetFault> for Stop {
    fn from(fault: SetFault) -> Self {
        Self::Fault(fault)
    }
}

/// Sets what a line says.
pub(super) fn set(line: &str, mode: Mode<'_>, values: &Map) -> Result<(), SetFault> {
    let mut parser = Parser { rest: line, mode };
    let root = ValueKey::root(None);
    loop {
        match parser.key(values, &root, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Fault(fault)) => return Err(fault),
        }
    }
}

/// The mapping that a text of JSON holds.
pub(super) fn json_object(text: &str) -> Result<Map, SetFault> {
    let (value, behind) = json(text, &ValueKey::root(None))?;
    match value.as_map() {
        Some(map) if behind.trim().is_empty() => Ok(map.clone()),
        _ => Err(SetFault::Json("something stands behind the object".to_owned())),
    }
}

struct Parser<'l, 'r> {
    rest: &'l str,
    mode: Mode<'r>,
}

impl Parser<'_, '_> {
    /// Reads a key and sets its value in a mapping, whose own key is `above`.
    fn key(&mut self, map: &Map, above: &Arc<ValueKey>, depth: usize) -> Result<(), Stop> {
        let stops: &[char] = match self.mode {
            Mode::Literal => &['=', '[', '.'],
            _ => &['=', '[', ',', '.'],
        };
        let (key, stop) = self.until(stops);
        let at = ValueKey::below(above, Segment::Key(key.as_str().into()), None);
        match stop {
            None if key.is_empty() => Err(Stop::End),
            None | Some(',') => Err(SetFault::NoValue(key).into()),
            Some('=') => {
                let is_last = self.rest.is_empty() && !matches!(self.mode, Mode::Json | Mode::Literal);
                let value = self.value(&at)?;
                set_key(map, &key, value);
                // Helm stops here, and so does not set the item of a list that the key lies in.
                if is_last { Err(Stop::End) } else { Ok(()) }
            }
            Some('[') => {
                let index = self.index()?;
                let items = match map.get(&key) {
                    None => Vec::new(),
                    Some(value) => items_of(&value).ok_or_else(|| SetFault::NoList(at.path().to_string()))?,
                };
                let mut items = items;
                let outcome = self.item(&mut items, index, &at, depth, 1);
                set_key(map, &key, Value::from(List::new(items)).with_key(&at));
                outcome
            }
            _ => {
                if depth >= DEEPEST {
                    return Err(SetFault::TooDeep { limit: DEEPEST }.into());
                }
                let inner = match map.get(&key) {
                    None => Map::new(),
                    Some(value) => match value.as_map() {
                        Some(inner) => inner.clone(),
                        None => return Err(SetFault::NoMapping(at.path().to_string()).into()),
                    },
                };
                let outcome = self.key(&inner, &at, depth + 1);
                if !inner.is_empty() {
                    set_key(map, &key, Value::from(inner).with_key(&at));
                } else if outcome.is_ok() {
                    return Err(SetFault::NothingBelow(key).into());
                }
                outcome
            }
        }
    }

    /// Sets an item of a list, whose key is `above`; the index was read.
    fn item(
        &mut self,
        items: &mut Vec<Value>,
        index: usize,
        above: &Arc<ValueKey>,
        depth: usize,
        lists: usize,
    ) -> Result<(), Stop> {
        let (behind, stop) = self.until(&['[', '.', '=']);
        if !behind.is_empty() {
            return Err(SetFault::BehindIndex(behind).into());
        }
        let at = ValueKey::below(above, Segment::Index(index), None);
        let value = match stop {
            None => return Err(Stop::End),
            Some('=') => self.value(&at)?,
            Some('[') => {
                if lists >= DEEPEST_LIST {
                    return Err(SetFault::TooDeep { limit: DEEPEST_LIST }.into());
                }
                let inner_index = self.index()?;
                let mut inner = match items.get(index) {
                    Some(value) if !value.is_nil() => {
                        items_of(value).ok_or_else(|| SetFault::NoList(at.path().to_string()))?
                    }
                    _ => Vec::new(),
                };
                self.item(&mut inner, inner_index, &at, depth, lists + 1)?;
                Value::from(List::new(inner)).with_key(&at)
            }
            Some(_) => {
                let inner = items.get(index).and_then(|value| value.as_map().cloned()).unwrap_or_default();
                let value = Value::from(inner.clone()).with_key(&at);
                // An item that is there is replaced even where Helm stops before its value.
                if let Some(item) = items.get_mut(index) {
                    *item = value.clone();
                }
                self.key(&inner, &at, depth)?;
                value
            }
        };
        if index > LARGEST_INDEX {
            return Err(SetFault::IndexTooLarge { index, limit: LARGEST_INDEX }.into());
        }
        if items.len() <= index {
            items.resize(index + 1, Value::NIL);
        }
        if let Some(item) = items.get_mut(index) {
            *item = value;
        }
        Ok(())
    }

    /// The number up to `]`.
    fn index(&mut self) -> Result<usize, Stop> {
        let (text, stop) = self.until(&[']']);
        if stop.is_none() {
            return Err(Stop::End);
        }
        let digits = text.strip_prefix('+').unwrap_or(&text);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse() {
            Ok(index) if is_number => Ok(index),
            _ => Err(SetFault::Index(text).into()),
        }
    }

    /// The value behind `=`.
    fn value(&mut self, key: &Arc<ValueKey>) -> Result<Value, Stop> {
        match self.mode {
            Mode::Json => {
                if self.is_value_missing() {
                    return Ok(Value::NIL.with_key(key));
                }
                let (value, rest) = json(self.rest, key)?;
                self.rest = rest;
                self.is_value_missing();
                Ok(value)
            }
            Mode::Literal => Ok(Value::text(std::mem::take(&mut self.rest)).with_key(key)),
            _ => match self.rest.strip_prefix('{') {
                Some(rest) => {
                    self.rest = rest;
                    self.list(key)
                }
                None if self.rest.is_empty() => Ok(Value::text("").with_key(key)),
                None => {
                    let (text, _) = self.until(&[',']);
                    Ok(self.scalar(&text, key)?)
                }
            },
        }
    }

    /// The items up to `}`.
    fn list(&mut self, key: &Arc<ValueKey>) -> Result<Value, Stop> {
        let mut items = Vec::new();
        loop {
            let (text, stop) = self.until(&[',', '}']);
            if stop.is_none() {
                return Err(SetFault::ListNotClosed.into());
            }
            let at = ValueKey::below(key, Segment::Index(items.len()), None);
            items.push(self.scalar(&text, &at)?);
            if stop == Some('}') {
                self.rest = self.rest.strip_prefix(',').unwrap_or(self.rest);
                return Ok(Value::from(List::new(items)).with_key(key));
            }
        }
    }

    fn scalar(&self, text: &str, key: &Arc<ValueKey>) -> Result<Value, SetFault> {
        let value = match self.mode {
            Mode::File(read) => match read(text) {
                Ok(bytes) => Value::from(Text::from_bytes(bytes)),
                Err(reason) => return Err(SetFault::File { path: text.to_owned(), reason }),
            },
            Mode::Typed => typed(text),
            _ => Value::text(text),
        };
        Ok(value.with_key(key))
    }

    /// Goes over blanks; also over a comma behind them, and then, or at the end, there is no value.
    fn is_value_missing(&mut self) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(',') {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => self.rest.is_empty(),
        }
    }

    /// The text up to one of these characters, which is passed too; all of the rest where none comes. `\`
    /// takes the meaning from the character behind it, except in literals.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        let mut characters = self.rest.chars();
        let stop = loop {
            match characters.next() {
                None => break None,
                Some(stop) if stops.contains(&stop) => break Some(stop),
                Some('\\') if !matches!(self.mode, Mode::Literal) => text.extend(characters.next()),
                Some(character) => text.push(character),
            }
        };
        self.rest = characters.as_str();
        (text, stop)
    }
}

/// Sets a key, unless it is empty.
fn set_key(map: &Map, key: &str, value: Value) {
    if !key.is_empty() {
        put(map, SmolStr::new(key), value);
    }
}

fn items_of(value: &Value) -> Option<Vec<Value>> {
    value.as_list().map(|list| list.items().to_vec())
}

/// What `--set` takes a text for. A number that begins with 0 is text, unless it is 0.
fn typed(text: &str) -> Value {
    if text.eq_ignore_ascii_case("true") {
        return true.into();
    }
    if text.eq_ignore_ascii_case("false") {
        return false.into();
    }
    if text.eq_ignore_ascii_case("null") {
        return Value::NIL;
    }
    match text.parse() {
        Ok(number) if text == "0" || !text.starts_with('0') => Value::int64(number),
        _ => Value::text(text),
    }
}

/// The first value of a text of JSON, and the text behind it.
fn json<'t>(text: &'t str, key: &Arc<ValueKey>) -> Result<(Value, &'t str), SetFault> {
    let (own, behind) = text.split_at_checked(json_end(text)).unwrap_or((text, ""));
    if own.trim().is_empty() {
        return Err(SetFault::Json(format!("`{text}` begins no value")));
    }
    let loaded = load(SourceId::default(), own, Format::Json, &Budget::default());
    if let Some(error) = loaded.errors.first() {
        return Err(SetFault::Json(error.to_string()));
    }
    // A document that is null is left out.
    let value = match loaded.documents.first() {
        Some(document) => without_place(&document.root, key),
        None => Value::NIL,
    };
    Ok((value.with_key(key), behind))
}

/// Where the first value of a text of JSON ends, if it is one; the values of a line stand one behind the other.
fn json_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
    let (mut at, mut open, mut in_string) = (start, 0_usize, false);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            _ if in_string => continue,
            b'{' | b'[' => open += 1,
            b'}' | b']' => open = open.saturating_sub(1),
            _ if open == 0 => return start + scalar_length(text.get(start..).unwrap_or("")),
            _ => continue,
        }
        if open == 0 && !in_string {
            break;
        }
    }
    at.min(bytes.len())
}

/// How long the word or number is that a text begins with.
fn scalar_length(text: &str) -> usize {
    if let Some(word) = ["true", "false", "null"].iter().find(|word| text.starts_with(**word)) {
        return word.len();
    }
    let mut rest = text.strip_prefix('-').unwrap_or(text);
    rest = match rest.strip_prefix('0') {
        Some(behind) => behind,
        None => without_digits(rest),
    };
    rest = rest.strip_prefix('.').map_or(rest, without_digits);
    rest = rest
        .strip_prefix(['e', 'E'])
        .map_or(rest, |exponent| without_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)));
    text.len() - rest.len()
}

fn without_digits(text: &str) -> &str {
    text.trim_start_matches(|character: char| character.is_ascii_digit())
}

/// A tree as values that know their key, but stand in no file.
fn without_place(node: &Node, key: &Arc<ValueKey>) -> Value {
    let below = |segment: Segment, node: &Node| without_place(node, &ValueKey::below(key, segment, None));
    let value = match &node.value {
        Json::Sequence(items) => {
            let items = items.iter().enumerate().map(|(index, item)| below(Segment::Index(index), item));
            Data::List(List::new(items.collect())).into()
        }
        Json::Mapping(mapping) => {
            let entries = mapping.entries().iter();
            let entries =
                entries.map(|entry| (entry.key.clone(), below(Segment::Key(entry.key.clone()), &entry.node)));
            Data::Map(entries.collect()).into()
        }
        _ => Value::from_node(node, key),
    };
    value.with_key(key)
}
