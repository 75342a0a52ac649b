//! Values on a path through arrays and objects.

use std::borrow::Cow;

use sekisho_falco::Value;

use crate::json::{Json, JsonKind};

/// A text as a value of a field.
pub(super) fn text(text: Cow<'_, str>) -> Value<'_> {
    Value::Text(match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    })
}

/// Pushes what a value is as text.
pub(super) fn push<'e>(value: Json<'e>, values: &mut Vec<Value<'e>>) {
    values.push(text(value.shown()));
}

/// Pushes the items of an array; false where it is none.
pub(super) fn list<'e>(list: Json<'e>, values: &mut Vec<Value<'e>>) -> bool {
    if list.kind() != JsonKind::Array {
        return false;
    }
    list.items().for_each(|item| push(item, values));
    true
}

/// The number in brackets behind a field; none where it stands for all.
pub(super) fn index(argument: Option<&[u8]>) -> Option<usize> {
    std::str::from_utf8(argument?).ok()?.parse().ok()
}

/// The values at the end of a path. Where an array lies on it, those of each item, or of the one at `index`; an
/// item from which the path goes nowhere has none, and keeps its place. Nothing where the path goes nowhere before
/// an array.
pub(super) fn along<'t>(
    value: Json<'t>,
    index: Option<usize>,
    path: &[&str],
) -> Option<Vec<Option<Json<'t>>>> {
    let mut value = value;
    for (step, key) in path.iter().enumerate() {
        if value.kind() == JsonKind::Array {
            let Some(index) = index else {
                let rest = path.get(step..).unwrap_or_default();
                let found = value.items().map(|item| along(item, None, rest).unwrap_or_else(|| vec![None]));
                return Some(found.flatten().collect());
            };
            value = value.items().nth(index)?;
        }
        value = value.get(key)?;
    }
    Some(vec![Some(value)])
}
