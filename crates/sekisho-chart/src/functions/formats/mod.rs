//! Values as JSON, YAML and TOML, and back.

mod json;
mod json_reader;
mod toml_reader;
mod toml_writer;
mod yaml;

pub(in crate::functions) use self::json::FAMILY as JSON;
pub(in crate::functions) use self::toml_writer::FAMILY as TOML;
pub(in crate::functions) use self::yaml::FAMILY as YAML;
use super::versions::VersionHost;
use crate::value::Value;
use sekisho_go::time::Moment;

/// How deep values are written.
const MAX_NESTING: usize = 1_000;

/// The text that a value of the host is in JSON, YAML and TOML, if it is one.
fn host_text(value: &Value) -> Option<String> {
    if let Some(moment) = value.as_host::<Moment>() {
        return Some(String::from_utf8_lossy(&moment.rfc3339()).into_owned());
    }
    value.as_host::<VersionHost>().map(|host| host.version.to_string())
}
