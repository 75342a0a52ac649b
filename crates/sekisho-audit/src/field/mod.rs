//! The fields of audit events that rules name.

mod container;
mod json;
mod meaning;
mod path;
mod request;
mod time;
mod values;

use std::borrow::Cow;

use sekisho_falco::{Catalog, Event, Field, Value};

use self::meaning::{Meaning, meaning};
pub use self::path::resolve_path;
use crate::event::AuditEvent;
use crate::json::Json;

/// The source that rules for audit events name.
pub const SOURCE: &str = "k8s_audit";

/// The plugin whose fields these are, as rule files require it.
pub const PLUGIN_NAME: &str = "k8saudit";

/// The version of the plugin whose fields these are.
pub const PLUGIN_VERSION: &str = "0.17.0";

/// The fields that rules may name.
pub fn catalog() -> Catalog {
    Catalog::standard()
}

impl Event for AuditEvent<'_> {
    fn source(&self) -> &str {
        SOURCE
    }

    fn extract<'e>(&'e self, field: &Field, values: &mut Vec<Value<'e>>) -> bool {
        let argument = field.argument.as_deref();
        let before = values.len();
        let is_there = match meaning(field.info.id) {
            Meaning::Nothing => false,
            Meaning::Member(member, path) => {
                one(self.member(member).and_then(|value| value.along(path)).map(Json::shown), values)
            }
            Meaning::List(member, path) => {
                let list = self.member(member).and_then(|value| value.along(path));
                list.is_some_and(|list| values::list(list, values))
            }
            Meaning::Request(what) => request::extract(self, what, argument, values),
            Meaning::Container(list, what) => container::extract(self, list, what, argument, values),
            Meaning::Json(what) => json::extract(self, what, argument, values),
            Meaning::Time(what) => time::extract(self, what, values),
            Meaning::Constant(text) => one(Some(Cow::Borrowed(text)), values),
            Meaning::No => {
                values.push(Value::Bool(false));
                true
            }
            Meaning::Number => {
                values.push(Value::UInt(self.number()));
                true
            }
            Meaning::Host => one(self.host().map(Cow::Borrowed), values),
        };
        is_there && values.len() > before
    }
}

/// Pushes a text; whether there was one.
fn one<'e>(text: Option<Cow<'e, str>>, values: &mut Vec<Value<'e>>) -> bool {
    let Some(text) = text else { return false };
    values.push(values::text(text));
    true
}
