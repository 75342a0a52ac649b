//! Controls of Pod Security that are let off.

use smol_str::SmolStr;

use super::fields::{text, texts};
use crate::value::Value;

/// A control of Pod Security that is let off.
#[derive(Debug, Clone)]
pub(crate) struct Standard {
    pub(crate) control: SmolStr,
    pub(crate) images: Vec<SmolStr>,
    pub(crate) field: SmolStr,
    pub(crate) values: Vec<SmolStr>,
}

impl Standard {
    pub(super) fn list(value: Option<&Value>) -> Vec<Self> {
        let items = value.and_then(Value::as_list).unwrap_or(&[]);
        items
            .iter()
            .map(|item| Self {
                control: text(item, "controlName"),
                images: texts(item, "images"),
                field: text(item, "restrictedField"),
                values: texts(item, "values"),
            })
            .collect()
    }
}
