//! Evaluates the expressions of a policy over one request: variables when they are asked for, questions as they
//! come.

use std::any::Any;
use std::cell::{Cell, RefCell};

use sekisho_cel::{Activation, Budget, EvaluationError, Failure, Nulls, Value};
use sekisho_kyverno::jmespath::{Expression as Query, Surroundings};
use sekisho_kyverno::{Meter, Value as PlainValue};
use sekisho_kyverno::{NoFacts, Settings};
use sekisho_manifest::{Entry, Mapping, Node, Span, Value as NodeValue};
use smol_str::SmolStr;

use super::expression::{Expression, Variable};
use super::library;
use super::outside::{Address, Answer, HttpRequest, Outside, Question, Silence};
use super::subject::Subject;
use crate::fields::map;

/// The most objects that one policy may make of one request.
const MOST_OBJECTS: usize = 10_000;

/// The expressions of a policy at work on a request.
pub(super) struct Evaluation<'a> {
    subject: &'a Subject,
    /// The object as it is now: patches change it.
    object: RefCell<Value>,
    namespace: Value,
    outside: &'a dyn Outside,
    settings: &'a Settings,
    /// The namespace of the policy; empty for one of the cluster.
    own_namespace: &'a str,
    variables: &'a [Variable],
    known: RefCell<Vec<Option<Result<Value, EvaluationError>>>>,
    /// `exceptions`: the images and values that exceptions allow.
    allowed: RefCell<Value>,
    images: Value,
    /// Whether objects can be made, and those that were.
    makes: bool,
    made: RefCell<Vec<Node>>,
    draws: Cell<u64>,
    /// Steps and bytes that may still be taken.
    work: Cell<(u64, u64)>,
}

/// What an evaluation is given.
pub(super) struct Given<'a> {
    pub(super) subject: &'a Subject,
    pub(super) namespace: Option<&'a Node>,
    pub(super) outside: &'a dyn Outside,
    pub(super) settings: &'a Settings,
    pub(super) own_namespace: &'a str,
    pub(super) variables: &'a [Variable],
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(given: Given<'a>) -> Self {
        let budget = Budget::default();
        Self {
            subject: given.subject,
            object: RefCell::new(given.subject.object.clone()),
            namespace: given.namespace.map_or(Value::Null, |node| Value::from_node(node, Nulls::Kept)),
            outside: given.outside,
            settings: given.settings,
            own_namespace: given.own_namespace,
            variables: given.variables,
            known: RefCell::new(vec![None; given.variables.len()]),
            allowed: RefCell::new(allowed(&[], &[])),
            images: map(Vec::new()),
            makes: false,
            made: RefCell::default(),
            draws: Cell::new(0),
            work: Cell::new((budget.work, budget.memory)),
        }
    }

    /// One in which objects can be made.
    pub(super) fn that_makes(self) -> Self {
        Self { makes: true, ..self }
    }

    /// Sets what exceptions allow.
    pub(super) fn allow(&self, images: &[SmolStr], values: &[SmolStr]) {
        *self.allowed.borrow_mut() = allowed(images, values);
    }

    /// Sets the object to what patches made of it; variables keep what they were worked out to.
    pub(super) fn set_object(&self, object: &Node) {
        *self.object.borrow_mut() = Value::from_node(object, Nulls::Kept);
    }

    /// The objects that were made.
    pub(super) fn made(self) -> Vec<Node> {
        self.made.into_inner()
    }

    /// The value of an expression, or why it has none.
    pub(super) fn evaluate(&self, expression: &Expression) -> Result<Value, String> {
        self.run(expression, self.variables.len()).map_err(|error| error.to_string())
    }

    /// The truth value of a condition.
    pub(super) fn holds(&self, expression: &Expression) -> Result<bool, String> {
        match self.evaluate(expression)? {
            Value::Bool(value) => Ok(value),
            other => Err(format!("type conversion error from '{}' to 'bool'", other.type_name())),
        }
    }

    /// Whether all conditions hold: one that does not outweighs those that fail.
    pub(super) fn all_hold(&self, conditions: &[Expression]) -> Result<bool, String> {
        let mut failed: Vec<String> = Vec::new();
        for condition in conditions {
            match self.holds(condition) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(why) => failed.push(why),
            }
        }
        if failed.is_empty() { Ok(true) } else { Err(failed.join("; ")) }
    }

    /// Evaluates an expression that sees the first so many variables.
    fn run(&self, expression: &Expression, before: usize) -> Result<Value, EvaluationError> {
        if expression.eager {
            for place in 0..before {
                self.value_of(place);
            }
        }
        let (work, memory) = self.work.get();
        // Half of what is left: what variables take on the way is taken from the other half.
        let granted = (work / 2, memory / 2);
        self.work.set((work.saturating_sub(granted.0), memory.saturating_sub(granted.1)));
        let mut budget = Budget { cost: u64::MAX, work: granted.0, memory: granted.1 };
        let outcome = expression.program.evaluate(self, &mut budget);
        let (work, memory) = self.work.get();
        self.work.set((work.saturating_add(budget.work), memory.saturating_add(budget.memory)));
        outcome
    }

    fn value_of(&self, place: usize) -> Option<Result<Value, EvaluationError>> {
        if let Some(known) = self.known.borrow().get(place)? {
            return Some(known.clone());
        }
        let variable = self.variables.get(place)?;
        let outcome = self.run(&variable.expression, place);
        if let Some(known) = self.known.borrow_mut().get_mut(place) {
            *known = Some(outcome.clone());
        }
        Some(outcome)
    }

    fn answer_to(&self, question: &Question) -> Option<Answer> {
        let (answer, what) = match question {
            Question::Get { address, name } => {
                let found = self.outside.get(&self.at_home(address), name);
                (found.map(|found| found.unwrap_or_else(null)), "failed to get resource")
            }
            Question::List { address, labels } => {
                let found = self.outside.list(&self.at_home(address), labels);
                (found.map(|items| object(vec![("items", list(items))])), "failed to list resource")
            }
            Question::Post { address, object } => {
                (self.outside.post(&self.at_home(address), object), "failed to create resource")
            }
            Question::Global { name, projection } => {
                (self.outside.global(name, projection), "failed to get global reference")
            }
            Question::Image(image) => (self.outside.image(image), "failed to get image data"),
            Question::Http { method, url, headers, body } => {
                let asked = HttpRequest { method, url, headers, body: body.as_ref() };
                (self.outside.http(&asked), "request failed")
            }
            Question::Generate { namespace, objects } => {
                if !self.makes {
                    return None;
                }
                let namespace = namespace.as_deref().unwrap_or(self.own_namespace);
                return Some(self.make(namespace, objects).map(|()| null()));
            }
            Question::Random(pattern) => return Some(self.draw(pattern)),
            Question::Now => return Some(Ok(text(&now(self.settings)))),
        };
        match answer {
            Ok(node) => Some(Ok(node)),
            Err(Silence::Unknown) => None,
            Err(Silence::Failed(why)) => Some(Err(Failure::Argument(format!("{what}: {why}")))),
        }
    }

    fn at_home(&self, address: &Address) -> Address {
        let namespace = address.namespace.clone().unwrap_or_else(|| self.own_namespace.into());
        Address { namespace: Some(namespace), ..address.clone() }
    }

    /// Makes objects in a namespace; lists make their items.
    pub(super) fn make(&self, namespace: &str, objects: &[Node]) -> Result<(), Failure> {
        let mut made = self.made.borrow_mut();
        for object in objects {
            let is_list =
                object.get("items").is_some_and(|items| matches!(items.value, NodeValue::Sequence(_)));
            let all = if is_list {
                object.get("items").map_or(&[][..], Node::items)
            } else {
                std::slice::from_ref(object)
            };
            if made.len().saturating_add(all.len()) > MOST_OBJECTS {
                return Err(Failure::MemoryLimit);
            }
            made.extend(all.iter().map(|object| in_namespace(object, namespace)));
        }
        Ok(())
    }

    fn draw(&self, pattern: &str) -> Answer {
        let failed = |error: String| Failure::Argument(error);
        let draws = self.draws.get();
        self.draws.set(draws.wrapping_add(1));
        let seed = self.settings.seed.wrapping_add(draws.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let settings = Settings { seed, ..self.settings.clone() };
        let meter = Meter::new(sekisho_kyverno::Budget::default());
        let around = Surroundings::new(&meter, &NoFacts, &settings);
        let query = Query::compile("random(@)").map_err(|error| failed(error.to_string()))?;
        let found = query.search(&PlainValue::from(pattern), &around);
        Ok(found.map_err(|error| failed(error.to_string()))?.to_node())
    }
}

impl Activation for Evaluation<'_> {
    fn variable(&self, name: &str) -> Option<Value> {
        Some(match name {
            "object" => self.object.borrow().clone(),
            "oldObject" => self.subject.old_object.clone(),
            "request" => self.subject.request.clone(),
            "namespaceObject" => self.namespace.clone(),
            "exceptions" => self.allowed.borrow().clone(),
            "images" => self.images.clone(),
            _ => return library::context(name),
        })
    }

    fn field(&self, variable: &str, field: &str) -> Option<Result<Value, EvaluationError>> {
        if variable != "variables" {
            return None;
        }
        let place = self.variables.iter().position(|known| known.name == field)?;
        self.value_of(place)
    }

    fn answer(&self, question: &dyn Any) -> Option<Box<dyn Any>> {
        let answer = self.answer_to(question.downcast_ref()?)?;
        Some(Box::new(answer))
    }
}

fn allowed(images: &[SmolStr], values: &[SmolStr]) -> Value {
    let texts = |texts: &[SmolStr]| Value::list(texts.iter().cloned().map(Value::String).collect());
    map(vec![("allowedImages", texts(images)), ("allowedValues", texts(values))])
}

/// The time as a text.
fn now(settings: &Settings) -> String {
    let meter = Meter::new(sekisho_kyverno::Budget::default());
    let around = Surroundings::new(&meter, &NoFacts, settings);
    let told = Query::compile("time_now_utc()").and_then(|query| query.search(&PlainValue::Null, &around));
    told.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn null() -> Node {
    Node { span: Span::default(), value: NodeValue::Null }
}

fn text(text: &str) -> Node {
    Node { span: Span::default(), value: NodeValue::String(text.into()) }
}

fn list(items: Vec<Node>) -> Node {
    Node { span: Span::default(), value: NodeValue::Sequence(std::sync::Arc::new(items)) }
}

fn object(fields: Vec<(&'static str, Node)>) -> Node {
    let entry = |(key, node)| Entry { key: SmolStr::new_static(key), key_span: Span::default(), node };
    let mapping = Mapping::new(fields.into_iter().map(entry).collect());
    Node { span: Span::default(), value: NodeValue::Mapping(std::sync::Arc::new(mapping)) }
}

/// An object with this namespace; an empty one is taken out.
fn in_namespace(node: &Node, namespace: &str) -> Node {
    let mut changed = node.clone();
    let Some(root) = changed.as_mapping_mut() else { return changed };
    let put = |mapping: &mut Mapping, key: &'static str, node: Node| {
        mapping.put(Entry { key: SmolStr::new_static(key), key_span: Span::default(), node });
    };
    if root.value_mut("metadata").and_then(Node::as_mapping_mut).is_none() {
        if namespace.is_empty() {
            return changed;
        }
        put(root, "metadata", object(Vec::new()));
    }
    if let Some(metadata) = root.value_mut("metadata").and_then(Node::as_mapping_mut) {
        if namespace.is_empty() {
            metadata.remove("namespace");
        } else {
            put(metadata, "namespace", text(namespace));
        }
    }
    changed
}
