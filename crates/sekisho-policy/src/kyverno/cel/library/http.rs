//! `http`: what servers answer.

use sekisho_cel::{Call, Environment};

use super::super::outside::Question;
use super::function::{Context, Given, ask, members, node, text, texts, value, with_context};

pub(super) const CONTEXT: Context = Context { name: "http", kind: "http.Context" };

const GET: [&str; 2] = ["Get", "get"];
const POST: [&str; 2] = ["Post", "post"];

pub(super) fn extend(environment: Environment) -> Environment {
    let environment = with_context(environment, CONTEXT);
    let headers = "map(string, string)";
    let environment = members(environment, &GET, &format!("{CONTEXT}, string -> dyn"), get);
    let environment = members(environment, &GET, &format!("{CONTEXT}, string, {headers} -> dyn"), get);
    let environment = members(environment, &POST, &format!("{CONTEXT}, string, dyn -> dyn"), post);
    let environment = members(environment, &POST, &format!("{CONTEXT}, string, dyn, {headers} -> dyn"), post);
    // Whose certificate a server has is the concern of whoever asks it.
    members(environment, &["Client", "client"], &format!("{CONTEXT}, string -> {CONTEXT}"), |call| {
        Ok(value(call, 0))
    })
}

fn get(call: &mut Call<'_>) -> Given {
    let (url, headers) = (text(call, 1)?, texts(call, 2));
    ask(call, Question::Http { method: "GET", url, headers, body: None })
}

fn post(call: &mut Call<'_>) -> Given {
    let (url, body, headers) = (text(call, 1)?, node(call, 2)?, texts(call, 3));
    ask(call, Question::Http { method: "POST", url, headers, body: Some(body) })
}
