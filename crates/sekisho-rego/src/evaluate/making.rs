//! Collections in the making.

use std::collections::BTreeMap;

use crate::value::Value;

/// A document whose levels come from several definitions.
#[derive(Debug)]
pub(super) enum Document {
    Object(BTreeMap<Value, Document>),
    Set(Vec<Value>),
    Value(Value),
}

/// Two definitions give different values for one key.
pub(super) struct Clash;

impl Document {
    pub(super) fn new() -> Self {
        Self::Object(BTreeMap::new())
    }

    /// Puts a value under keys, or an element into the set there.
    pub(super) fn graft(&mut self, keys: &[Value], value: Value, is_element: bool) -> Result<(), Clash> {
        let Some((key, rest)) = keys.split_first() else { return self.meet(value, is_element) };
        let Self::Object(entries) = self else { return Err(Clash) };
        let missing = || {
            if !rest.is_empty() {
                Self::new()
            } else if is_element {
                Self::Set(Vec::new())
            } else {
                Self::Value(value.clone())
            }
        };
        let entry = entries.entry(key.clone()).or_insert_with(missing);
        entry.graft(rest, value, is_element)
    }

    fn meet(&mut self, value: Value, is_element: bool) -> Result<(), Clash> {
        match self {
            Self::Set(elements) if is_element => {
                elements.push(value);
                Ok(())
            }
            Self::Value(known) if !is_element => {
                if *known == value {
                    Ok(())
                } else {
                    Err(Clash)
                }
            }
            _ => Err(Clash),
        }
    }

    /// Puts the entries of an object, level by level, beside those that are there.
    pub(super) fn merge(&mut self, keys: &[Value], value: Value) -> Result<(), Clash> {
        if let Some((key, rest)) = keys.split_first() {
            let Self::Object(entries) = self else { return Err(Clash) };
            return if let Some(entry) = entries.get_mut(key) {
                entry.merge(rest, value)
            } else {
                let mut entry = if rest.is_empty() { Self::empty_as(&value) } else { Self::new() };
                entry.merge(rest, value)?;
                entries.insert(key.clone(), entry);
                Ok(())
            };
        }
        match (self, value) {
            (Self::Object(known), Value::Object(object)) => {
                for (key, value) in object.entries() {
                    match known.get_mut(key) {
                        Some(entry) => entry.merge(&[], value.clone())?,
                        None => drop(known.insert(key.clone(), Self::Value(value.clone()))),
                    }
                }
                Ok(())
            }
            (Self::Set(known), Value::Set(set)) => {
                known.extend(set.iter().cloned());
                Ok(())
            }
            (Self::Value(known), value) if *known == value => Ok(()),
            _ => Err(Clash),
        }
    }

    /// A document of the value's kind with nothing in it.
    fn empty_as(value: &Value) -> Self {
        match value {
            Value::Object(_) => Self::new(),
            Value::Set(_) => Self::Set(Vec::new()),
            other => Self::Value(other.clone()),
        }
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Object(entries) => {
                Value::object(entries.into_iter().map(|(key, entry)| (key, entry.into_value())).collect())
            }
            Self::Set(elements) => Value::set(elements),
            Self::Value(value) => value,
        }
    }
}

/// An object of entries; a clash when two entries have one key and different values.
pub(super) fn object(mut entries: Vec<(Value, Value)>) -> Result<Value, Clash> {
    if !entries.is_sorted_by(|one, two| one.0 < two.0) {
        entries.sort_by(|one, two| one.0.cmp(&two.0));
        let clash = |pair: &[(Value, Value)]| match pair {
            [one, two] => one.0 == two.0 && one.1 != two.1,
            _ => false,
        };
        if entries.windows(2).any(clash) {
            return Err(Clash);
        }
    }
    Ok(Value::object(entries))
}

/// The entries of the base documents beside those of rules, level by level; the base has its way.
pub(super) fn over(base: &Value, rules: Value) -> Value {
    let (Value::Object(below), Value::Object(above)) = (base, &rules) else { return base.clone() };
    let mut entries = below.entries().to_vec();
    for (key, value) in &mut entries {
        if let Some(other) = above.get(key)
            && matches!((&*value, other), (Value::Object(_), Value::Object(_)))
        {
            *value = over(value, other.clone());
        }
    }
    let missing = above.entries().iter().filter(|(key, _)| below.get(key).is_none());
    entries.extend(missing.cloned());
    Value::object(entries)
}
