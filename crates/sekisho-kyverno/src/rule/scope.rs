//! The variables of a request, as the rules of a policy see them.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::budget::Meter;
use crate::context::{Context, ContextEntry};
use crate::jmespath::Surroundings;
use crate::matching::{Identity, User};
use crate::policy::Rule;
use crate::value::{Map, Value};
use crate::variables::Template;
use crate::variables::{VariableError, substitute, substitute_at};

use super::request::Request;

/// The steps that an element of a loop takes by itself: variables are copied and conditions read for each.
pub(super) const ELEMENT_STEPS: usize = 1_000;

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
        let is_asked =
            object.is_none_or(|object| request.object.as_ref().is_some_and(|known| known.is_same(object)));
        let data = if is_asked {
            Arc::clone(request.forms.data.get_or_init(|| data(request, None, around)))
        } else {
            data(request, object, around)
        };
        let context = Context::over(around, namespace, data);
        if let Some(subject) = object.or(request.old_object.as_ref()) {
            context.add_images(subject.clone());
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
    /// The same of a part of a rule that stands at a path.
    pub(super) fn render_at(&self, template: &Template, path: &str) -> Result<Value, VariableError> {
        match template.constant() {
            Some(value) => Ok(value.clone()),
            None => substitute_at(template.source(), path, &self.context),
        }
    }

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

/// What the variables of a request begin with, about an object where that is not the request's own.
fn data(request: &Request, object: Option<&Value>, around: &Surroundings<'_>) -> Arc<Map> {
    let context = Context::new(around);
    context.add_request(request.forms.described.get_or_init(|| described(request)).clone());
    if let Some(object) = object {
        context.set_resource(object.clone());
    }
    if let Some(user) = &request.user {
        context.set_service_account(&user.name);
    }
    for (path, value) in &request.variables {
        context.add_variable(path, value.clone());
    }
    context.shared_data()
}

/// What the variable `request` stands for.
fn described(request: &Request) -> Value {
    let text = |text: &str| Value::from(text);
    let kind = |last: &'static str, what: &str| -> Value {
        let entries = [("group", &*request.kind.group), ("version", &*request.kind.version), (last, what)];
        entries
            .into_iter()
            .map(|(key, value)| (SmolStr::new_static(key), text(value)))
            .collect::<Map>()
            .into()
    };
    let mut described = vec![
        ("kind", kind("kind", &request.kind.kind)),
        ("requestKind", kind("kind", &request.kind.kind)),
        ("operation", text(request.operation.as_str())),
        ("dryRun", Value::Bool(false)),
    ];
    if !request.resource.is_empty() {
        described.push(("resource", kind("resource", &request.resource)));
        described.push(("requestResource", kind("resource", &request.resource)));
    }
    if !request.subresource.is_empty() {
        described.push(("subResource", text(&request.subresource)));
        described.push(("requestSubResource", text(&request.subresource)));
    }
    if let Some(object) = request.subject() {
        described.push(("namespace", text(Identity::of(object).namespace)));
        if let Some(name) = object.at(&["metadata", "name"]) {
            described.push(("name", name.clone()));
        }
    }
    for (key, object) in [("object", &request.object), ("oldObject", &request.old_object)] {
        if let Some(object) = object {
            described.push((key, object.clone()));
        }
    }
    if let Some(user) = &request.user {
        described.extend(who(user));
    }
    let described = described.into_iter().map(|(key, value)| (SmolStr::new_static(key), value));
    Value::from(described.collect::<Map>())
}

/// Who asks, and the roles that are bound to them.
fn who(user: &User) -> [(&'static str, Value); 3] {
    let texts = |texts: &[SmolStr]| -> Value { texts.iter().map(|text| Value::from(text.clone())).collect() };
    let mut info = Map::default();
    info.insert("username", Value::from(user.name.clone()));
    if !user.uid.is_empty() {
        info.insert("uid", Value::from(user.uid.clone()));
    }
    if !user.groups.is_empty() {
        info.insert("groups", texts(&user.groups));
    }
    [
        ("userInfo", Value::from(info)),
        ("roles", texts(&user.roles)),
        ("clusterRoles", texts(&user.cluster_roles)),
    ]
}
