//! `globalContext`: what was gathered under a name for all policies.

use sekisho_cel::{Call, Environment};
use smol_str::SmolStr;

use super::super::outside::Question;
use super::function::{Context, Given, ask, members, text, with_context};

pub(super) const CONTEXT: Context = Context { name: "globalContext", kind: "globalcontext.Context" };

const GET: [&str; 2] = ["Get", "get"];

pub(super) fn extend(environment: Environment) -> Environment {
    let environment = with_context(environment, CONTEXT);
    let environment = members(environment, &GET, &format!("{CONTEXT}, string -> dyn"), get);
    members(environment, &GET, &format!("{CONTEXT}, string, string -> dyn"), get)
}

fn get(call: &mut Call<'_>) -> Given {
    let name = text(call, 1)?;
    let projection = if call.arguments().len() > 2 { text(call, 2)? } else { SmolStr::default() };
    ask(call, Question::Global { name, projection })
}
