//! The fields that conditions and outputs may name, by the source of events.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_capture::{EventType, Format, Type};
use thiserror::Error;

use crate::condition::FieldRef;

/// The fields of every source.
#[derive(Clone, Debug)]
pub struct Catalog {
    sources: HashMap<String, HashMap<String, Arc<FieldInfo>>>,
    /// How many fields were numbered.
    count: u32,
}

/// What is known of a field.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "fields have these properties, which are independent")]
pub struct FieldInfo {
    /// Its name, without argument.
    pub name: String,
    /// Its place among the fields of its catalog, by which an adapter knows it without comparing names. Those of
    /// [`Catalog::standard`] never change while the program runs.
    pub id: u32,
    /// The type of its values.
    pub kind: Type,
    /// How numbers are rendered.
    pub format: Format,
    /// It has any number of values.
    pub is_list: bool,
    /// The argument that it takes.
    pub argument: Option<Argument>,
    /// What a comparison means where it has several values and is no list.
    pub reading: Reading,
    /// It cannot be compared with another field.
    pub no_right: bool,
    /// No transformer can be applied to it.
    pub no_transformer: bool,
    /// It should no longer be used.
    pub is_deprecated: bool,
    /// It cannot stand in an output.
    pub filter_only: bool,
}

/// The argument of a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Argument {
    /// The field has no value without it.
    pub is_required: bool,
    /// It may be a number.
    pub is_index: bool,
    /// It may be a text.
    pub is_key: bool,
}

/// What a comparison means where a field that is no list has several values.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reading {
    /// It has one value.
    #[default]
    One,
    /// The comparison holds of one of them: a process and those above it.
    Any,
    /// The comparison holds of one of them, and `!=` of all: the two ends of a connection.
    Either,
}

/// A field with its argument.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// What is known of it.
    pub info: Arc<FieldInfo>,
    /// Its argument.
    pub argument: Option<Vec<u8>>,
    /// The type of its values, where the argument decides it.
    pub kind: Type,
}

/// Why a field cannot be used.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum FieldError {
    /// There is no such field.
    #[error("no field `{0}` is known")]
    Unknown(String),
    /// It needs an argument.
    #[error("the field `{0}` needs an argument: `{0}[…]`")]
    ArgumentMissing(String),
    /// Its argument must be a number.
    #[error("the argument of `{field}` must be a number, not `{argument}`")]
    ArgumentIndex {
        /// The field.
        field: String,
        /// Its argument.
        argument: String,
    },
    /// No event has a parameter of this name.
    #[error("no event has the parameter `{0}`")]
    Parameter(String),
    /// It cannot stand in an output.
    #[error("the field `{0}` can stand in a condition only")]
    FilterOnly(String),
}

/// Fields whose values are those of a process and of all above it unless an argument picks one.
const ANCESTORS: &[&str] =
    &["proc.apid", "proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline", "proc.aenv"];
/// Fields whose values are those of both ends of a connection.
const ENDS: &[&str] = &["fd.ip", "fd.port", "fd.net", "fd.proto", "fd.ip.name", "fd.cip.name", "fd.sip.name"];

impl Catalog {
    /// The fields of Falco with the plugins for containers, Kubernetes metadata, and audit logs.
    pub fn standard() -> Self {
        let mut sources: HashMap<String, HashMap<String, Arc<FieldInfo>>> = HashMap::new();
        let mut source = String::new();
        let mut count = 0;
        for line in lines() {
            if let Some(name) = heading(line) {
                name.clone_into(&mut source);
            } else {
                let info = Arc::new(FieldInfo { id: count, ..info(line) });
                count += 1;
                sources.entry(source.clone()).or_default().insert(info.name.clone(), info);
            }
        }
        let everywhere = sources.remove("any").unwrap_or_default();
        for fields in sources.values_mut() {
            fields.extend(everywhere.iter().map(|(name, info)| (name.clone(), info.clone())));
        }
        Self { sources, count }
    }

    /// The names of the fields of [`Catalog::standard`], in the order of their places.
    pub fn names() -> impl Iterator<Item = &'static str> {
        lines().filter(|line| heading(line).is_none()).filter_map(|line| line.split(' ').next())
    }

    /// Adds fields to a source, which is made where it is not known. They are numbered anew.
    pub fn extend(&mut self, source: &str, fields: impl IntoIterator<Item = FieldInfo>) {
        let known = self.sources.entry(source.to_owned()).or_default();
        for info in fields {
            known.insert(info.name.clone(), Arc::new(FieldInfo { id: self.count, ..info }));
            self.count += 1;
        }
    }

    /// Whether a source is known.
    pub fn has_source(&self, source: &str) -> bool {
        self.sources.contains_key(source)
    }

    /// The fields of a source, in no order.
    pub fn fields(&self, source: &str) -> impl Iterator<Item = &FieldInfo> {
        self.sources.get(source).into_iter().flat_map(HashMap::values).map(Arc::as_ref)
    }

    /// The field that a name in a condition means.
    pub fn resolve(&self, source: &str, named: &FieldRef) -> Result<Field, FieldError> {
        let unknown = || FieldError::Unknown(named.to_string());
        let fields = self.sources.get(source).ok_or_else(unknown)?;
        if let Some(info) = fields.get(&named.name) {
            return field(info, named.argument.clone())
                .map_err(|error| if info.argument.is_none() { unknown() } else { error });
        }
        // What stands behind a further dot may be the argument.
        let mut name = named.name.as_str();
        while let Some((shorter, _)) = name.rsplit_once('.') {
            name = shorter;
            let Some(info) = fields.get(name) else { continue };
            if info.argument.is_none() || named.argument.is_some() {
                break;
            }
            let argument = named.name.get(name.len() + 1..).unwrap_or_default();
            return field(info, Some(argument.as_bytes().to_vec()));
        }
        Err(unknown())
    }
}

fn field(info: &Arc<FieldInfo>, argument: Option<Vec<u8>>) -> Result<Field, FieldError> {
    let mut kind = info.kind;
    match (info.argument, &argument) {
        (None, Some(_)) => return Err(FieldError::Unknown(info.name.clone())),
        (Some(rule), None) if rule.is_required => return Err(FieldError::ArgumentMissing(info.name.clone())),
        (Some(rule), Some(argument)) => {
            let is_number = !argument.is_empty() && argument.iter().all(u8::is_ascii_digit);
            let text = String::from_utf8_lossy(argument);
            if rule.is_index && !rule.is_key && !is_number {
                let (field, argument) = (info.name.clone(), text.into_owned());
                return Err(FieldError::ArgumentIndex { field, argument });
            }
            if matches!(info.name.as_str(), "evt.arg" | "evt.rawarg")
                && !(is_number && info.name == "evt.arg")
            {
                kind = parameter(&text).ok_or_else(|| FieldError::Parameter(text.into_owned()))?;
                if info.name == "evt.arg" {
                    kind = info.kind;
                }
            }
        }
        (None | Some(_), None) => {}
    }
    Ok(Field { info: info.clone(), argument, kind })
}

/// The type of the parameters of this name, by the first event that has one.
fn parameter(name: &str) -> Option<Type> {
    let mut parameters = EventType::all().flat_map(|kind| &kind.info().parameters);
    parameters.find(|parameter| parameter.name == name).map(|parameter| parameter.kind)
}

fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("../data/fields.txt").lines().filter(|line| !line.starts_with('#'))
}

fn heading(line: &str) -> Option<&str> {
    line.strip_prefix('[').and_then(|line| line.strip_suffix(']'))
}

fn info(line: &str) -> FieldInfo {
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let (name, kind, format, flags) = (word(), word(), word(), word());
    let has = |flag: &str| flags.split(',').any(|known| known == flag);
    let argument = (has("arg-required") || has("arg-allowed")).then(|| Argument {
        is_required: has("arg-required"),
        is_index: has("arg-index"),
        is_key: has("arg-key"),
    });
    let reading = match name {
        name if ANCESTORS.contains(&name) => Reading::Any,
        name if ENDS.contains(&name) => Reading::Either,
        _ if has("any") => Reading::Any,
        _ => Reading::One,
    };
    FieldInfo {
        name: name.to_owned(),
        id: 0,
        kind: kind.parse().unwrap_or(Type::Text),
        format: format.parse().unwrap_or(Format::None),
        is_list: has("list"),
        argument,
        reading,
        no_right: has("no-rhs"),
        no_transformer: has("no-transformer"),
        is_deprecated: has("deprecated"),
        filter_only: has("filter-only"),
    }
}
