//! Keywords of schemas by their shapes, and what is said where they have another one.

use smol_str::SmolStr;

use super::trouble::{Trouble, mistake};
use crate::value::{Number, Object, Value};

/// The keywords of one schema.
#[derive(Clone, Copy)]
pub(super) struct Keywords<'v>(pub(super) &'v Object);

impl<'v> Keywords<'v> {
    pub(super) fn get(self, key: &str) -> Option<&'v Value> {
        self.0.field(key)
    }

    pub(super) fn text(self, key: &str) -> Result<Option<&'v SmolStr>, Trouble> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => invalid_type("string", key),
        }
    }

    pub(super) fn list(self, key: &str) -> Result<Option<&'v [Value]>, Trouble> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(Value::Set(set)) => Ok(Some(set.elements())),
            Some(_) => mistake(format!("{key} must be of an array")),
        }
    }

    /// A number of things.
    pub(super) fn count(self, key: &str) -> Result<Option<usize>, Trouble> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let whole = value.as_number().and_then(|number| number.to_real().exact_integer());
        let Some(whole) = whole.and_then(|whole| i64::try_from(whole).ok()) else {
            return mistake(format!("{key} must be of an integer"));
        };
        match usize::try_from(whole) {
            Ok(count) => Ok(Some(count)),
            Err(_) => mistake(format!("{key} must be greater than or equal to 0")),
        }
    }

    /// The least and the most of something.
    pub(super) fn range(self, [least, most]: [&str; 2]) -> Result<(Option<usize>, Option<usize>), Trouble> {
        let (minimum, maximum) = (self.count(least)?, self.count(most)?);
        if let (Some(minimum), Some(maximum)) = (minimum, maximum)
            && minimum > maximum
            && least != "minItems"
        {
            return mistake(format!("{least} cannot be greater than {most}"));
        }
        Ok((minimum, maximum))
    }

    pub(super) fn limit(self, key: &str) -> Result<Option<Number>, Trouble> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(Some(number.clone())),
            Some(_) => mistake(format!("{key} must be of a Number")),
        }
    }
}

pub(super) fn invalid_type<T>(expected: &str, given: &str) -> Result<T, Trouble> {
    mistake(format!("Invalid type. Expected: {expected}, given: {given}"))
}
