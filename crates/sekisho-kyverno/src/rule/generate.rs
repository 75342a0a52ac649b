//! Rules that make objects: from data, or as copies of others.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::matching::{Identity, Kind, LabelSelector};
use crate::policy::{Generate, GenerateForeach, Generated, Rule};
use crate::value::{Map, Value};
use crate::variables::VariableError;

use super::objects::ObjectQuery;
use super::result::{RuleKind, Said};
use super::running::{Running, keys};
use super::scope::ELEMENT_STEPS;
use super::scope::Scope;

/// Applies a rule, and notes what it would make.
pub(super) fn run(running: &mut Running<'_>, rule: &Rule, generate: &Generate) -> Result<(), VariableError> {
    let kind = RuleKind::Generation;
    let mut scope = running.scope();
    scope.begin_rule(rule)?;
    let exceptions = running.exceptions(rule, &scope)?;
    if !exceptions.is_empty() {
        let keys = keys(&exceptions);
        let message = format!("rule is skipped due to policy exception {}", keys.join(", "));
        running.say(rule, kind, Some(Said::skip(message).for_exceptions(keys)));
        return Ok(());
    }
    if !running.concerns(rule)? {
        return Ok(());
    }
    scope.load(&rule.context);
    if let Some(conditions) = &rule.preconditions {
        match conditions.evaluate(scope.context()) {
            Err(error) => {
                let said = Said::error(format!("failed to evaluate conditions: {error}"));
                running.say(rule, kind, Some(said));
                return Ok(());
            }
            Ok(held) if !held.holds => {
                running.say(rule, kind, Some(Said::skip("")));
                return Ok(());
            }
            Ok(_) => {}
        }
    }
    let making = Making { running, rule, generate };
    let Made { objects, bereft, errors } = making.all(&mut scope)?;
    let said = if errors.is_empty() { Said::pass("") } else { Said::error(errors.join("; ")) };
    let mut result = running.result(rule, kind, said);
    result.generated = objects;
    result.bereft = bereft;
    running.results.push(result);
    Ok(())
}

struct Making<'g, 'r> {
    running: &'g Running<'r>,
    rule: &'g Rule,
    generate: &'g Generate,
}

/// What a rule makes.
#[derive(Default)]
struct Made {
    objects: Vec<Value>,
    /// What would be copies of objects that are not there.
    bereft: Vec<Value>,
    /// What went wrong.
    errors: Vec<String>,
}

/// The kind, namespace and name of what is made.
struct Place {
    kind: Kind,
    namespace: SmolStr,
    name: SmolStr,
}

impl Making<'_, '_> {
    /// Everything that the rule makes, and what went wrong.
    fn all(&self, scope: &mut Scope<'_>) -> Result<Made, VariableError> {
        let mut made = Made::default();
        match &self.generate.work {
            Generated::Once(template) => match scope.render(template) {
                Ok(pattern) => self.one(&pattern, &mut made),
                Err(error) => made.errors.push(error.to_string()),
            },
            Generated::Foreach(loops) => {
                for (place, each) in loops.iter().enumerate() {
                    match scope.list(&each.list) {
                        Ok(elements) => self.elements(each, &elements, scope, &mut made)?,
                        Err(error) => {
                            made.errors.push(format!("failed to evaluate {place} foreach list: {error}"));
                        }
                    }
                }
            }
        }
        Ok(made)
    }

    fn elements(
        &self,
        each: &GenerateForeach,
        elements: &[Value],
        scope: &Scope<'_>,
        made: &mut Made,
    ) -> Result<(), VariableError> {
        for (index, element) in elements.iter().enumerate().filter(|(_, element)| !element.is_null()) {
            scope.meter().work(ELEMENT_STEPS)?;
            let mut inner = scope.clone();
            inner.set_element(element, index, 0);
            inner.load(&each.context);
            let holds = match &each.preconditions {
                Some(conditions) => conditions.evaluate(inner.context()).map(|held| held.holds),
                None => Ok(true),
            };
            match holds.and_then(|holds| if holds { inner.render(&each.pattern).map(Some) } else { Ok(None) })
            {
                Ok(Some(pattern)) => self.one(&pattern, made),
                Ok(None) => {}
                Err(error) => made.errors.push(format!("failed to process {index} element: {error}")),
            }
        }
        Ok(())
    }

    /// What one pattern without variables makes.
    fn one(&self, pattern: &Value, made: &mut Made) {
        let text =
            |value: &Value, key: &str| SmolStr::new(value.get(key).and_then(Value::as_str).unwrap_or(""));
        let place = Place {
            kind: Kind::new(&text(pattern, "apiVersion"), &text(pattern, "kind")),
            namespace: text(pattern, "namespace"),
            name: text(pattern, "name"),
        };
        let clone = pattern.get("clone").filter(|clone| !text(clone, "name").is_empty());
        let list = pattern
            .get("cloneList")
            .filter(|list| list.get("kinds").and_then(Value::as_list).is_some_and(|kinds| !kinds.is_empty()));
        if let Some(clone) = clone {
            let source = Place {
                kind: place.kind.clone(),
                namespace: text(clone, "namespace"),
                name: text(clone, "name"),
            };
            self.clone_one(&source, &place, made);
        } else if let Some(list) = list {
            self.clone_list(list, &place, made);
        } else if let Some(data) = pattern.get("data").and_then(Value::as_map) {
            let exists = self.find(&place).ok().flatten().is_some();
            if !exists || self.generate.synchronize {
                made.objects.push(self.finish(data.clone(), &place));
            }
        }
    }

    fn clone_one(&self, source: &Place, place: &Place, made: &mut Made) {
        if source.namespace == place.namespace && source.name == place.name {
            return;
        }
        let found = self.find(source);
        let missing = |why: &str| {
            format!(
                "source resource {}/{}/{}/{} not found: {why}",
                place.kind.api_version(),
                place.kind.kind,
                place.namespace,
                place.name
            )
        };
        match found {
            Ok(Some(source)) => made.objects.push(self.copy(&source, place)),
            Ok(None) => {
                made.errors.push(missing("there is none"));
                made.bereft.push(self.finish(Map::default(), place));
            }
            Err(error) => made.errors.push(missing(&error)),
        }
    }

    fn clone_list(&self, list: &Value, place: &Place, made: &mut Made) {
        let namespace = list.get("namespace").and_then(Value::as_str).unwrap_or("");
        for kind in list.get("kinds").and_then(Value::as_list).unwrap_or(&[]) {
            let Some((api_version, kind)) = kind.as_str().and_then(|kind| kind.rsplit_once('/')) else {
                made.errors.push(format!("`{}` names no version: write `v1/Secret`", kind.to_plain()));
                continue;
            };
            let kind = Kind::new(api_version, kind);
            let query = ObjectQuery {
                group: kind.group.clone(),
                version: kind.version.clone(),
                kind: kind.kind.clone(),
                namespace: namespace.into(),
                name: SmolStr::default(),
                selector: list.get("selector").filter(|value| !value.is_null()).map(LabelSelector::read),
            };
            match self.running.world.objects.find(&query, self.running.meter) {
                Ok(sources) => {
                    for source in sources {
                        let identity = Identity::of(&source);
                        if identity.namespace == place.namespace {
                            continue;
                        }
                        let name = SmolStr::new(identity.name);
                        let place = Place { kind: kind.clone(), namespace: place.namespace.clone(), name };
                        made.objects.push(self.copy(&source, &place));
                    }
                }
                Err(error) => made.errors.push(format!(
                    "failed to list source resource for cloneList {api_version} {namespace}/{}. {error}",
                    kind.kind
                )),
            }
        }
    }

    fn find(&self, place: &Place) -> Result<Option<Value>, String> {
        let query = ObjectQuery {
            group: place.kind.group.clone(),
            version: place.kind.version.clone(),
            kind: place.kind.kind.clone(),
            namespace: place.namespace.clone(),
            name: place.name.clone(),
            selector: None,
        };
        let found = self.running.world.objects.find(&query, self.running.meter);
        found.map(|objects| objects.into_iter().next()).map_err(|error| error.to_string())
    }

    /// A copy of an object at another place.
    fn copy(&self, source: &Value, place: &Place) -> Value {
        let mut copy = source.as_map().cloned().unwrap_or_default();
        let mut metadata = copy.get("metadata").and_then(Value::as_map).cloned().unwrap_or_default();
        let own = ["uid", "selfLink", "creationTimestamp", "managedFields", "resourceVersion"];
        for key in own {
            metadata.remove(key);
        }
        if Identity::of(source).namespace != place.namespace {
            metadata.remove("ownerReferences");
        }
        let mut labels = metadata.get("labels").and_then(Value::as_map).cloned().unwrap_or_default();
        let kind = Kind::of(source);
        let identity = Identity::of(source);
        let uid = source.at(&["metadata", "uid"]).and_then(Value::as_str).unwrap_or("");
        for (key, value) in [
            ("generate.kyverno.io/source-group", kind.group.as_str()),
            ("generate.kyverno.io/source-kind", kind.kind.as_str()),
            ("generate.kyverno.io/source-namespace", identity.namespace),
            ("generate.kyverno.io/source-uid", uid),
            ("generate.kyverno.io/source-version", kind.version.as_str()),
        ] {
            labels.insert(key, Value::from(value));
        }
        metadata.insert("labels", Value::from(labels));
        copy.insert("metadata", Value::from(metadata));
        self.finish(copy, place)
    }

    /// Writes what the object is, and what made it, into it.
    fn finish(&self, mut object: Map, place: &Place) -> Value {
        let mut metadata = object.get("metadata").and_then(Value::as_map).cloned().unwrap_or_default();
        metadata.insert("name", Value::from(place.name.clone()));
        if place.namespace.is_empty() {
            metadata.remove("namespace");
        } else {
            metadata.insert("namespace", Value::from(place.namespace.clone()));
        }
        let mut labels = metadata.get("labels").and_then(Value::as_map).cloned().unwrap_or_default();
        let policy = self.running.policy;
        let empty = Value::Null;
        let trigger = self.running.request.subject().unwrap_or(&empty);
        let (kind, identity) = (Kind::of(trigger), Identity::of(trigger));
        let uid = trigger.at(&["metadata", "uid"]).and_then(Value::as_str).unwrap_or("");
        for (key, value) in [
            ("app.kubernetes.io/managed-by", "kyverno"),
            ("generate.kyverno.io/policy-name", policy.name.as_str()),
            ("generate.kyverno.io/policy-namespace", policy.namespace.as_str()),
            ("generate.kyverno.io/rule-name", self.rule.name.as_str()),
            ("generate.kyverno.io/trigger-version", kind.version.as_str()),
            ("generate.kyverno.io/trigger-group", kind.group.as_str()),
            ("generate.kyverno.io/trigger-kind", kind.kind.as_str()),
            ("generate.kyverno.io/trigger-namespace", identity.namespace),
            ("generate.kyverno.io/trigger-uid", uid),
        ] {
            labels.insert(key, Value::from(value));
        }
        metadata.insert("labels", Value::from(labels));
        object.insert("metadata", Value::Map(Arc::new(metadata)));
        object.insert("apiVersion", Value::from(place.kind.api_version()));
        if object.get("kind").and_then(Value::as_str).unwrap_or("").is_empty() {
            object.insert("kind", Value::from(place.kind.kind.clone()));
        }
        Value::from(object)
    }
}
