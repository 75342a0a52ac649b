//! `yaml.parse`: a text to a value.

use sekisho_cel::{Call, Environment, Nulls, Value};
use sekisho_manifest::Format;

use super::function::{Context, Given, failed, members, read, text, with_context};

pub(super) const CONTEXT: Context = Context { name: "yaml", kind: "yaml.Yaml" };

pub(super) fn extend(environment: Environment) -> Environment {
    let environment = with_context(environment, CONTEXT);
    members(environment, &["parse"], &format!("{CONTEXT}, string -> dyn"), parse)
}

fn parse(call: &mut Call<'_>) -> Given {
    let text = text(call, 1)?;
    let node = read(call, &text, Format::Yaml).map_err(failed)?;
    Ok(Value::from_node(&node, Nulls::Kept))
}
