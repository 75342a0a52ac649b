//! `authorizer.group('apps').resource('deployments').check('get').allowed()`.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Given;
use super::formats;
use crate::authorizer::{About, Authorizer, Decision, GroupCheck, PathCheck, ResourceCheck};
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::Member;
use crate::types::declaration::Line;
use crate::value::{Opaque, Value};

macro_rules! of {
    ($name:literal) => {
        concat!("kubernetes.authorization.", $name)
    };
}

/// A question about a resource and its authorizer.
pub(crate) type Asked = (Authorizer, ResourceCheck);

pub(crate) const TABLE: &[Line] = &[
    ("path", Member, "authorizer_path", concat!(of!("Authorizer"), ", string -> ", of!("PathCheck")), path),
    (
        "group",
        Member,
        "authorizer_group",
        concat!(of!("Authorizer"), ", string -> ", of!("GroupCheck")),
        group,
    ),
    (
        "serviceAccount",
        Member,
        "authorizer_serviceaccount",
        concat!(of!("Authorizer"), ", string, string -> ", of!("Authorizer")),
        service_account,
    ),
    (
        "resource",
        Member,
        "groupcheck_resource",
        concat!(of!("GroupCheck"), ", string -> ", of!("ResourceCheck")),
        resource,
    ),
    (
        "subresource",
        Member,
        "resourcecheck_subresource",
        concat!(of!("ResourceCheck"), ", string -> ", of!("ResourceCheck")),
        |_, values| narrow(values, |check, text| check.subresource = text),
    ),
    (
        "namespace",
        Member,
        "resourcecheck_namespace",
        concat!(of!("ResourceCheck"), ", string -> ", of!("ResourceCheck")),
        |_, values| narrow(values, |check, text| check.namespace = text),
    ),
    (
        "name",
        Member,
        "resourcecheck_name",
        concat!(of!("ResourceCheck"), ", string -> ", of!("ResourceCheck")),
        |_, values| narrow(values, |check, text| check.name = text),
    ),
    ("check", Member, "pathcheck_check", concat!(of!("PathCheck"), ", string -> ", of!("Decision")), check),
    (
        "check",
        Member,
        "resourcecheck_check",
        concat!(of!("ResourceCheck"), ", string -> ", of!("Decision")),
        check,
    ),
    ("errored", Member, "decision_errored", concat!(of!("Decision"), " -> bool"), |_, values| {
        decision(values).map(|decision| Value::Bool(decision.error.is_some()))
    }),
    ("error", Member, "decision_error", concat!(of!("Decision"), " -> string"), |_, values| {
        decision(values).map(|decision| Value::String(decision.error.clone().unwrap_or_default()))
    }),
    ("allowed", Member, "decision_allowed", concat!(of!("Decision"), " -> bool"), |_, values| {
        decision(values).map(|decision| Value::Bool(decision.allowed))
    }),
    ("reason", Member, "decision_reason", concat!(of!("Decision"), " -> string"), |_, values| {
        decision(values).map(|decision| Value::String(decision.reason.clone()))
    }),
];

pub(crate) const SELECTORS: &[Line] = &[
    (
        "fieldSelector",
        Member,
        "authorizer_fieldselector",
        concat!(of!("ResourceCheck"), ", string -> ", of!("ResourceCheck")),
        |_, values| narrow(values, |check, text| check.field_selector = text),
    ),
    (
        "labelSelector",
        Member,
        "authorizer_labelselector",
        concat!(of!("ResourceCheck"), ", string -> ", of!("ResourceCheck")),
        |_, values| narrow(values, |check, text| check.label_selector = text),
    ),
];

fn path(_: &mut Meter, values: &[Value]) -> Given {
    let [Value::Opaque(Opaque::Authorizer(authorizer)), Value::String(path)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    if path.trim().is_empty() {
        return Err(Failure::argument("path must not be empty"));
    }
    let check = PathCheck { authorizer: authorizer.clone(), path: path.clone() };
    Ok(Value::Opaque(Opaque::PathCheck(check)))
}

fn group(_: &mut Meter, values: &[Value]) -> Given {
    let [Value::Opaque(Opaque::Authorizer(authorizer)), Value::String(group)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    let check = GroupCheck { authorizer: authorizer.clone(), group: group.clone() };
    Ok(Value::Opaque(Opaque::GroupCheck(check)))
}

fn service_account(_: &mut Meter, values: &[Value]) -> Given {
    let [Value::Opaque(Opaque::Authorizer(authorizer)), Value::String(namespace), Value::String(name)] =
        values
    else {
        return Err(Failure::NoSuchOverload);
    };
    if !formats::is_name(name) {
        return Err(Failure::argument("Invalid service account name"));
    }
    if !formats::is_namespace(namespace) {
        return Err(Failure::argument("Invalid service account namespace"));
    }
    let authorizer = authorizer.for_service_account(namespace.clone(), name.clone());
    Ok(Value::Opaque(Opaque::Authorizer(authorizer)))
}

fn resource(_: &mut Meter, values: &[Value]) -> Given {
    let [Value::Opaque(Opaque::GroupCheck(check)), Value::String(resource)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    if resource.trim().is_empty() {
        return Err(Failure::argument("resource must not be empty"));
    }
    let about =
        ResourceCheck { group: check.group.clone(), resource: resource.clone(), ..Default::default() };
    Ok(Value::Opaque(Opaque::ResourceCheck(Arc::new((check.authorizer.clone(), about)))))
}

fn narrow(values: &[Value], set: impl Fn(&mut ResourceCheck, SmolStr)) -> Given {
    let [Value::Opaque(Opaque::ResourceCheck(asked)), Value::String(text)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    let (authorizer, mut about) = Asked::clone(asked);
    set(&mut about, text.clone());
    Ok(Value::Opaque(Opaque::ResourceCheck(Arc::new((authorizer, about)))))
}

fn check(_: &mut Meter, values: &[Value]) -> Given {
    let (authorizer, about, verb) = match values {
        [Value::Opaque(Opaque::PathCheck(check)), Value::String(verb)] => {
            (&check.authorizer, About::Path(check.path.clone()), verb)
        }
        [Value::Opaque(Opaque::ResourceCheck(asked)), Value::String(verb)] => {
            (&asked.0, About::Resource(asked.1.clone()), verb)
        }
        _ => return Err(Failure::NoSuchOverload),
    };
    let decision = authorizer.ask(about, verb.clone());
    let decision = decision.ok_or_else(|| Failure::UnknownFact(format!("whether `{verb}` is allowed")))?;
    Ok(Value::Opaque(Opaque::Decision(Arc::new(decision))))
}

fn decision(values: &[Value]) -> Result<&Decision, Failure> {
    match values {
        [Value::Opaque(Opaque::Decision(decision))] => Ok(decision),
        _ => Err(Failure::NoSuchOverload),
    }
}
