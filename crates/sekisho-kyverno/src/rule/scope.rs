//! The variables of a request, as the rules of a policy see them.

use smol_str::SmolStr;

use crate::budget::Meter;
use crate::context::{Context, ContextEntry};
use crate::jmespath::Surroundings;
use crate::matching::{Identity, User};
use crate::policy::{Rule, Template};
use crate::value::{Map, Value};
use crate::variables::{VariableError, substitute};

use super::request::Request;

/// The variables at one place of a rule. A copy is a scope of its own.
#[derive(Clone)]
pub(super) struct Scope<'s> {
    context: Context<'s>,
    request: &'s Request,
    /// Variables that are given for the rule.
    given: &'s [(SmolStr, Value)],
}

impl<'s> Scope<'s> {
    /// The variables of a request about an object.
    pub(super) fn new(
        request: &'s Request,
        object: Option<&Value>,
        around: &'s Surroundings<'s>,
        namespace: &str,
    ) -> Self {
        let context = if namespace.is_empty() {
            Context::new(around)
        } else {
            Context::of_namespaced_policy(around, namespace)
        };
        context.add_request(described(request));
        if let Some(object) = object {
            context.set_resource(object.clone());
        }
        if let Some(old) = &request.old_object {
            context.set_old_resource(old.clone());
        }
        if let Some(subject) = object.or(request.old_object.as_ref()) {
            context.set_namespace(Identity::of(subject).namespace);
            context.add_images(subject.clone());
        }
        if let Some(user) = &request.user {
            context.add_user_info(who(user));
            context.set_service_account(&user.name);
        }
        context.set_operation(request.operation.as_str());
        for (path, value) in &request.variables {
            context.add_variable(path, value.clone());
        }
        Self { context, request, given: &[] }
    }

    pub(super) fn meter(&self) -> &'s Meter {
        self.context.meter()
    }

    pub(super) fn context(&self) -> &Context<'s> {
        &self.context
    }

    /// Turns to a rule: what is given for it counts from now on.
    pub(super) fn begin_rule(&mut self, rule: &Rule) -> Result<(), VariableError> {
        let (known, own) = (&self.request.rule_variables, rule.name.as_str());
        let given = known.iter().find(|(name, _)| {
            own == name
                || own.strip_prefix("autogen-") == Some(name)
                || own.strip_prefix("autogen-cronjob-") == Some(name)
        });
        self.given = given.map_or(&[], |(_, variables)| variables.as_slice());
        if let (Some(extractors), Some(object)) = (&rule.image_extractors, &self.request.object) {
            self.context.add_extracted_images(object, extractors)?;
        }
        Ok(())
    }

    /// Declares context entries.
    pub(super) fn load(&mut self, entries: &[ContextEntry]) {
        for (path, value) in self.given {
            self.context.add_variable(path, value.clone());
        }
        self.context.declare(entries);
    }

    /// A part of a policy with its variables replaced.
    pub(super) fn render(&self, template: &Template) -> Result<Value, VariableError> {
        match template.constant() {
            Some(value) => Ok(value.clone()),
            None => substitute(template.source(), &self.context),
        }
    }

    /// A text with its variables replaced.
    pub(super) fn render_text(&self, text: &str) -> Result<Value, VariableError> {
        self.render(&Template::new(&text.into()))
    }

    /// The elements that a loop runs over: the items of a list, or anything else as the only one.
    pub(super) fn list(&self, expression: &str) -> Result<Vec<Value>, VariableError> {
        Ok(match self.context.query(expression)? {
            Value::List(items) => items.to_vec(),
            other => vec![other],
        })
    }

    pub(super) fn set_element(&mut self, element: &Value, index: usize, nesting: usize) {
        self.context.set_element(element.clone(), index, nesting);
    }

    pub(super) fn set_object(&mut self, object: &Value) {
        self.context.set_resource(object.clone());
    }

    pub(super) fn set_target(&mut self, object: &Value) {
        self.context.set_target(object.clone());
    }
}

/// What an admission request says besides the objects.
fn described(request: &Request) -> Value {
    let text = |text: &str| Value::from(text);
    let kind = |last: &'static str, what: &str| {
        let mut map = Map::default();
        map.insert("group", text(&request.kind.group));
        map.insert("version", text(&request.kind.version));
        map.insert(last, text(what));
        Value::from(map)
    };
    let mut described = Map::default();
    described.insert("kind", kind("kind", &request.kind.kind));
    described.insert("requestKind", kind("kind", &request.kind.kind));
    if !request.resource.is_empty() {
        described.insert("resource", kind("resource", &request.resource));
        described.insert("requestResource", kind("resource", &request.resource));
    }
    if !request.subresource.is_empty() {
        described.insert("subResource", text(&request.subresource));
        described.insert("requestSubResource", text(&request.subresource));
    }
    let name = request.subject().and_then(|object| object.at(&["metadata", "name"])?.as_str());
    if let Some(name) = name {
        described.insert("name", text(name));
    }
    described.insert("dryRun", Value::Bool(false));
    Value::from(described)
}

/// Who asks, and the roles that are bound to them.
fn who(user: &User) -> Value {
    let texts = |texts: &[SmolStr]| -> Value { texts.iter().map(|text| Value::from(text.clone())).collect() };
    let mut info = Map::default();
    info.insert("username", Value::from(user.name.clone()));
    if !user.uid.is_empty() {
        info.insert("uid", Value::from(user.uid.clone()));
    }
    if !user.groups.is_empty() {
        info.insert("groups", texts(&user.groups));
    }
    let mut who = Map::default();
    who.insert("userInfo", Value::from(info));
    who.insert("roles", texts(&user.roles));
    who.insert("clusterRoles", texts(&user.cluster_roles));
    Value::from(who)
}
