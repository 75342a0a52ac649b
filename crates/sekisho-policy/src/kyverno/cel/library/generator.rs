//! `generator`: objects that a policy makes.

use sekisho_cel::{Call, Environment, Value};
use sekisho_manifest::Node;

use super::super::outside::Question;
use super::super::scope::Scope;
use super::function::{Context, Given, ask, members, node, text, with_context};

pub(super) const CONTEXT: Context = Context { name: "generator", kind: "generator.Context" };

const APPLY: [&str; 2] = ["Apply", "apply"];

pub(super) fn extend(environment: Environment, scope: Scope) -> Environment {
    let environment = with_context(environment, CONTEXT);
    match scope {
        Scope::Cluster => {
            let signature = format!("{CONTEXT}, string, list(map(string, dyn)) -> bool");
            members(environment, &APPLY, &signature, |call| apply(call, true))
        }
        Scope::Namespace => {
            let signature = format!("{CONTEXT}, list(map(string, dyn)) -> bool");
            members(environment, &APPLY, &signature, |call| apply(call, false))
        }
    }
}

fn apply(call: &mut Call<'_>, namespaced: bool) -> Given {
    let namespace = if namespaced { Some(text(call, 1)?) } else { None };
    let objects: Vec<Node> = node(call, if namespaced { 2 } else { 1 })?.items().to_vec();
    ask(call, Question::Generate { namespace, objects })?;
    Ok(Value::Bool(true))
}
