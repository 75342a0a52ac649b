//! Places in an object as CEL names them, with what stands there.

use sekisho_manifest::FieldPath;
use smol_str::SmolStr;

use super::expression::{Expression, quoted};
use crate::matching::Kind;

/// What stands in a field, as the API server sees to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Nothing is known: it may be anything, null as well.
    Unknown,
    /// A text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Truth,
    /// A text or a number, as quantities are.
    Scalar,
    /// A list.
    List,
    /// A map, or an object with fields.
    Map,
}

/// The fields of the kinds that there are.
pub trait Fields {
    /// The kind whose fields are known, of what a rule writes about it; a part that is not written is `*`.
    fn kind(&self, group: &str, version: &str, kind: &str) -> Option<Kind>;

    /// What stands in a field of the objects of a kind; `path` has [`ITEM`] where it goes into a list.
    fn shape(&self, kind: &Kind, path: &[SmolStr]) -> Shape;
}

/// A step into a list, in the path of a field.
pub const ITEM: &str = "[]";

/// Words that are no names of fields behind a point.
const WORDS: [&str; 4] = ["in", "true", "false", "null"];

/// A place in an object.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// As CEL names it.
    pub(super) text: String,
    /// Where it lies in its object.
    pub(super) path: Vec<SmolStr>,
    pub(super) shape: Shape,
}

/// A place that may be without a value.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// The place as it is named where there is a value.
    pub(super) place: Place,
    /// That there is a value; always for an item of a list.
    pub(super) present: Expression,
    /// The place as an optional value; none for an item of a list.
    optional: Option<String>,
    /// The last step of that.
    step: String,
}

impl Place {
    /// The root of an object.
    pub(super) fn root(text: &str) -> Self {
        Self { text: text.to_owned(), path: Vec::new(), shape: Shape::Map }
    }

    /// A field of the map that stands here.
    pub(super) fn field(&self, key: &str, kinds: &Kinds<'_>) -> Slot {
        let mut path = self.path.clone();
        path.push(key.into());
        let shape = kinds.shape(&path);
        let (text, step, present) = if is_name(key) {
            let text = format!("{}.{key}", self.text);
            (text.clone(), format!(".?{key}"), format!("has({text})"))
        } else {
            let key = quoted(key);
            (format!("{}[{key}]", self.text), format!("[?{key}]"), format!("{key} in {}", self.text))
        };
        let optional = Some(format!("{}{step}", self.text));
        Slot { place: Self { text, path, shape }, present: Expression::Plain(present), optional, step }
    }

    /// An item of the list that stands here, under a name.
    pub(super) fn item(&self, name: &str, kinds: &Kinds<'_>) -> Slot {
        let mut path = self.path.clone();
        path.push(SmolStr::new_static(ITEM));
        let shape = kinds.shape(&path);
        Slot::present(Self { text: name.to_owned(), path, shape })
    }

    /// A name for the items of the list that stands here, which no name around it is.
    pub(super) fn name_of_items(&self, around: &[String]) -> String {
        let last = self.path.iter().rev().find(|step| step.as_str() != ITEM);
        let last = last.map_or("", SmolStr::as_str);
        let singular =
            last.strip_suffix('s').filter(|word| word.len() > 1 && is_name(word)).unwrap_or("item");
        let mut name = singular.to_owned();
        let mut count = 1usize;
        let taken = ["object", "oldObject", "request", "params", "variables", "subject", "authorizer"];
        while around.contains(&name) || taken.contains(&name.as_str()) || is_reserved(&name) {
            count = count.saturating_add(1);
            name = format!("{singular}{count}");
        }
        name
    }

    /// The path as it is shown.
    pub(super) fn shown(&self) -> String {
        let path = self.path.iter().fold(FieldPath::root(), |path, step| path.child(step.as_str()));
        path.to_string()
    }
}

impl Slot {
    /// A place that has a value.
    pub(super) fn present(place: Place) -> Self {
        Self { place, present: Expression::Always(true), optional: None, step: String::new() }
    }

    /// The place behind another that is an optional value itself.
    pub(super) fn behind(&self, optional: &str) -> String {
        format!("{optional}{}", self.step)
    }

    /// The same under another optional value.
    pub(super) fn with_optional(self, optional: String) -> Self {
        Self { optional: Some(optional), ..self }
    }

    /// The value, or what counts where there is none.
    pub(super) fn or(&self, default: &str) -> String {
        match &self.optional {
            Some(optional) => format!("{optional}.orValue({default})"),
            None => self.place.text.clone(),
        }
    }

    pub(super) fn shape(&self) -> Shape {
        self.place.shape
    }
}

/// The kinds that a rule is for, with their fields.
pub(super) struct Kinds<'f> {
    pub(super) kinds: Vec<Kind>,
    pub(super) fields: &'f dyn Fields,
}

impl Kinds<'_> {
    /// What stands in a field, where that is the same in all kinds.
    fn shape(&self, path: &[SmolStr]) -> Shape {
        let mut shapes = self.kinds.iter().map(|kind| self.fields.shape(kind, path));
        let Some(first) = shapes.next() else { return Shape::Unknown };
        if shapes.all(|shape| shape == first) { first } else { Shape::Unknown }
    }
}

/// Whether a key can stand behind a point.
fn is_name(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !WORDS.contains(&key)
}

/// Whether a word may not name a variable.
fn is_reserved(name: &str) -> bool {
    const RESERVED: [&str; 17] = [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    ];
    RESERVED.contains(&name)
}
