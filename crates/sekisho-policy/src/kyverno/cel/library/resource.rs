//! `resource`: objects of the cluster.

use sekisho_cel::{Call, Environment, Foreign, Value};
use smol_str::{SmolStr, format_smolstr};

use super::super::outside::{Address, Question};
use super::super::scope::Scope;
use super::function::{Context, Given, ask, members, node, text, texts, value, with_context};
use crate::group_version::{GroupVersionKind, GroupVersionResource};

pub(super) const CONTEXT: Context = Context { name: "resource", kind: "resource.Context" };

const RESOURCE: &str = "schema.GroupVersionResource";

/// A resource of the API server.
#[derive(Debug)]
struct Resource(GroupVersionResource);

impl Foreign for Resource {
    fn type_name(&self) -> SmolStr {
        SmolStr::new_static(RESOURCE)
    }

    fn is_equal(&self, other: &dyn Foreign) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<Self>().is_some_and(|other| self.0 == other.0)
    }
}

const GET: [&str; 2] = ["Get", "get"];
const LIST: [&str; 2] = ["List", "list"];
const POST: [&str; 2] = ["Post", "post"];

pub(super) fn extend(environment: Environment, scope: Scope) -> Environment {
    let environment = with_context(environment, CONTEXT).with_foreign_type(RESOURCE);
    let of = |parameters: &str, result: &str| format!("{CONTEXT}, {parameters} -> {result}");
    let environment = members(environment, &["ToGVR", "toGVR"], &of("string, string", RESOURCE), to_resource);
    let map = "map(string, dyn)";
    let names = "map(string, string)";
    let add = |environment, names: &[&'static str], parameters: &str, code| {
        members(environment, names, &of(parameters, map), code)
    };
    match scope {
        Scope::Cluster => {
            let made = add(environment, &GET, "string, string, string, string", |call| get(call, 2, true));
            let made = add(made, &GET, &format!("{RESOURCE}, string, string"), |call| get(call, 1, true));
            let made = add(made, &LIST, "string, string, string", |call| list(call, 2, true));
            let made =
                add(made, &LIST, &format!("string, string, string, {names}"), |call| list(call, 2, true));
            let made = add(made, &LIST, &format!("{RESOURCE}, string"), |call| list(call, 1, true));
            let made = add(made, &LIST, &format!("{RESOURCE}, string, {names}"), |call| list(call, 1, true));
            let made = add(made, &POST, &format!("string, string, string, {map}"), |call| post(call, true));
            add(made, &POST, &format!("string, string, {map}"), |call| post(call, false))
        }
        Scope::Namespace => {
            let made = add(environment, &GET, "string, string, string", |call| get(call, 2, false));
            let made = add(made, &GET, &format!("{RESOURCE}, string"), |call| get(call, 1, false));
            let made = add(made, &LIST, "string, string", |call| list(call, 2, false));
            let made = add(made, &LIST, &format!("string, string, {names}"), |call| list(call, 2, false));
            let made = add(made, &LIST, RESOURCE, |call| list(call, 1, false));
            let made = add(made, &LIST, &format!("{RESOURCE}, {names}"), |call| list(call, 1, false));
            add(made, &POST, &format!("string, string, {map}"), |call| post(call, false))
        }
    }
}

/// The address that the first arguments give: version and resource as `parts` of them, then the namespace
/// where one is named. Gives the place of the argument behind it too.
fn address(
    call: &Call<'_>,
    parts: usize,
    namespaced: bool,
) -> Result<(Address, usize), sekisho_cel::Failure> {
    let (api_version, resource) = match value(call, 1).as_foreign::<Resource>() {
        Some(Resource(known)) => {
            let group = &known.group;
            let version = if group.is_empty() {
                known.version.clone()
            } else {
                format_smolstr!("{group}/{}", known.version)
            };
            (version, known.resource.clone())
        }
        None => (text(call, 1)?, text(call, 2)?),
    };
    let mut next = parts + 1;
    let namespace = if namespaced {
        next += 1;
        Some(text(call, next - 1)?)
    } else {
        None
    };
    Ok((Address { api_version, resource, namespace }, next))
}

fn get(call: &mut Call<'_>, parts: usize, namespaced: bool) -> Given {
    let (address, next) = address(call, parts, namespaced)?;
    let name = text(call, next)?;
    ask(call, Question::Get { address, name })
}

fn list(call: &mut Call<'_>, parts: usize, namespaced: bool) -> Given {
    let (address, next) = address(call, parts, namespaced)?;
    let labels = texts(call, next);
    ask(call, Question::List { address, labels })
}

fn post(call: &mut Call<'_>, namespaced: bool) -> Given {
    let (mut address, next) = address(call, 2, namespaced)?;
    let object = node(call, next)?;
    if !namespaced && call.arguments().len() == 4 {
        address.namespace = address.namespace.or(Some(SmolStr::default()));
    }
    ask(call, Question::Post { address, object })
}

/// The resource that serves a kind.
fn to_resource(call: &mut Call<'_>) -> Given {
    let kind = GroupVersionKind::new(&text(call, 1)?, &text(call, 2)?);
    let known = crate::kinds::Kinds::default().of(&kind);
    Ok(Value::foreign(Resource(known.resource)))
}
