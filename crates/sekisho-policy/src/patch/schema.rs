//! How the fields of the built-in kinds merge: which lists have items that are told apart, and what is replaced
//! as a whole.

use std::collections::HashMap;
use std::sync::OnceLock;

use sekisho_manifest::Value;

use crate::group_version::GroupVersionKind;

const TABLE: &str = include_str!("../../data/fields.txt");

/// The type of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    Number,
    Text,
    Truth,
    /// A number, a text or a truth value.
    Scalar,
    /// Whatever stands there: maps merge, lists are replaced.
    Any,
    /// Whatever stands there, replaced as a whole.
    AnyAtomic,
    List {
        atomic: bool,
        keys: Vec<&'static str>,
        item: Box<Type>,
    },
    Map {
        atomic: bool,
        item: Box<Type>,
    },
    Named {
        name: &'static str,
        atomic: bool,
    },
}

/// A type with fields of its own.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) atomic: bool,
    named: HashMap<&'static str, Field>,
    /// The type of fields that are not named.
    rest: Option<Type>,
}

#[derive(Debug)]
struct Field {
    kind: Type,
    /// What a missing field counts with.
    default: Option<&'static str>,
}

impl Fields {
    /// The type of a field; none where there is no such field.
    pub(super) fn field(&self, name: &str) -> Option<&Type> {
        self.named.get(name).map(|field| &field.kind).or(self.rest.as_ref())
    }

    /// The type of a field that is named, not of one that stands for others.
    pub(super) fn named_field(&self, name: &str) -> Option<&Type> {
        self.named.get(name).map(|field| &field.kind)
    }

    /// The named fields with their types.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &Type)> {
        self.named.iter().map(|(name, field)| (*name, &field.kind))
    }

    /// Whether there may be fields that are not named.
    pub(super) fn is_open(&self) -> bool {
        self.rest.is_some()
    }

    /// What a missing field counts with.
    pub(super) fn default_of(&self, name: &str) -> Option<Value> {
        let field = self.named.get(name)?;
        let text = field.default?;
        Some(match field.kind {
            Type::Number => text.parse().map_or_else(|_| Value::String(text.into()), Value::Int),
            Type::Truth => Value::Bool(text == "True"),
            _ => Value::String(text.into()),
        })
    }
}

type Types = HashMap<&'static str, Fields>;

fn types() -> &'static Types {
    static TYPES: OnceLock<Types> = OnceLock::new();
    TYPES
        .get_or_init(|| TABLE.lines().filter(|line| !line.starts_with(['#', '_'])).filter_map(line).collect())
}

fn line(line: &'static str) -> Option<(&'static str, Fields)> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let (name, atomic) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
    let mut read = Fields { atomic, ..Fields::default() };
    for word in words.filter(|word| !word.is_empty()) {
        let (field, rest) = word.split_once(':')?;
        let (kind, default) = rest.split_once('=').map_or((rest, None), |(kind, text)| (kind, Some(text)));
        let kind = kind_of(kind);
        if field == "*" {
            read.rest = Some(kind);
        } else {
            read.named.insert(field, Field { kind, default });
        }
    }
    Some((name, read))
}

fn kind_of(text: &'static str) -> Type {
    if let Some((head, item)) = text.strip_suffix(']').and_then(|text| text.split_once('[')) {
        let item = Box::new(kind_of(item));
        return match (head, head.strip_prefix('k')) {
            ("m", _) => Type::Map { atomic: false, item },
            ("A", _) => Type::Map { atomic: true, item },
            (_, Some(keys)) => Type::List { atomic: false, keys: keys.split('+').collect(), item },
            (head, None) => Type::List { atomic: head != "S", keys: Vec::new(), item },
        };
    }
    match text {
        "n" => Type::Number,
        "s" => Type::Text,
        "b" => Type::Truth,
        "u" => Type::Scalar,
        "__untyped_atomic_" => Type::AnyAtomic,
        "__untyped_deduced_" => Type::Any,
        name => match name.strip_suffix('!') {
            Some(name) => Type::Named { name, atomic: true },
            None => Type::Named { name, atomic: false },
        },
    }
}

/// The fields of a type.
pub(super) fn fields(name: &str) -> Option<&'static Fields> {
    types().get(name)
}

/// The type of the objects of a kind; one that takes anything where the kind is not built in.
pub(super) fn of_kind(kind: &GroupVersionKind) -> Type {
    let group = match kind.group.split('.').next() {
        Some("") | None => "core",
        Some(first) => first,
    };
    let own = kind.group.is_empty() || !kind.group.contains('.') || kind.group.ends_with(".k8s.io");
    let name = format!("{group}/{}/{}", kind.version, kind.kind);
    match types().get_key_value(name.as_str()) {
        Some((name, _)) if own => Type::Named { name, atomic: false },
        _ => Type::Any,
    }
}
