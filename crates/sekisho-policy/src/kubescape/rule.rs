//! A rule, compiled, and what it says of objects.

use std::sync::{Mutex, PoisonError};

use sekisho_manifest::Node;
use sekisho_rego::Memory;
use sekisho_rego::ast::RegoVersion;
use sekisho_rego::functions::World;
use sekisho_rego::value::Value;
use sekisho_rego::{Budget, Compiled, Document, Options, RegoError, Request, Source};

use super::aggregate::Aggregation;
use super::image;
use super::response::Response;

/// The package that rules stand in.
const PACKAGE: &str = "armo_builtins";

/// What rules may call: packages of helper functions.
const HELPERS: [(&str, &str); 2] =
    [("cautils", include_str!("helpers.rego")), ("kubernetes.api.client", include_str!("client.rego"))];

/// A compiled rule.
#[derive(Debug)]
pub struct Rule {
    compiled: Compiled,
    package: Document,
    aggregation: Aggregation,
    memories: Mutex<Vec<Memory>>,
}

/// What rules are given besides objects.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// The settings of controls: `data.postureControlInputs`.
    pub posture_control: Option<Node>,
    /// What is known of the surroundings, such as the cloud: `data.dataControlInputs`.
    pub data_control: Option<Node>,
}

impl Inputs {
    /// Puts settings in place of those of the same names: `postureControlInputs` and `dataControlInputs`.
    pub fn put(&mut self, settings: &Node) {
        put(&mut self.posture_control, settings.get("postureControlInputs"));
        put(&mut self.data_control, settings.get("dataControlInputs"));
    }

    /// What rules find below `data`.
    pub(super) fn data(&self) -> Value {
        let tree = |node: &Option<Node>| node.as_ref().map_or(Value::Null, Value::from);
        Value::fields([
            ("postureControlInputs", tree(&self.posture_control)),
            ("dataControlInputs", tree(&self.data_control)),
        ])
    }
}

fn put(known: &mut Option<Node>, given: Option<&Node>) {
    match (known.as_mut().and_then(Node::as_mapping_mut), given) {
        (Some(mapping), Some(given)) => {
            for entry in given.entries() {
                mapping.put(entry.clone());
            }
        }
        (None, Some(given)) => *known = Some(given.clone()),
        (_, None) => {}
    }
}

/// What an evaluation over as many objects may take: rules are given all of them at once.
fn budget(objects: usize) -> Budget {
    let usual = Budget::default();
    let times = u64::try_from(objects / 100).unwrap_or(u64::MAX).clamp(1, 20);
    Budget { steps: usual.steps * times, memory: usual.memory * times.min(4), ..usual }
}

/// Why a rule cannot be used, or gives no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The module does not compile.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Compile(Vec<RegoError>),
    /// The module is of another package.
    #[error("the package `{PACKAGE}` has no rule")]
    NoRule,
    /// The evaluation gives no result.
    #[error("{0}")]
    Evaluate(String),
    /// An answer is none that a rule may give.
    #[error("the rule answers with something else than a list of alerts: {0}")]
    Answer(String),
}

impl Rule {
    /// Compiles a rule: its module, and its `rule.metadata.json`.
    pub fn compile(name: &str, module: &str, metadata: &Node) -> Result<Self, RuleError> {
        let version = RegoVersion::V0;
        let mut sources = vec![Source { file: name, text: module, version }];
        sources.extend(HELPERS.iter().map(|(file, text)| Source { file, text, version }));
        let options = Options { functions: vec![image::normalized_name()], ..Options::default() };
        let compiled = sekisho_rego::compile(&sources, &options).map_err(RuleError::Compile)?;
        let Some(package) = compiled.document(&[PACKAGE]) else {
            return Err(RuleError::NoRule);
        };
        Ok(Self { package, aggregation: Aggregation::of(metadata), memories: Mutex::default(), compiled })
    }

    /// What the rule says of objects, in the order of its answers.
    pub fn evaluate(&self, objects: &[Node], inputs: &Inputs) -> Result<Vec<Response>, RuleError> {
        self.answer(objects.iter().map(Value::from).collect(), &inputs.data())
    }

    /// The same of values.
    pub(super) fn answer(&self, objects: Vec<Value>, data: &Value) -> Result<Vec<Response>, RuleError> {
        let budget = budget(objects.len());
        let input = Value::array(self.aggregation.apply(objects));
        let request = Request {
            input: Some(&input),
            data: Some(data),
            world: World::default(),
            budget,
            ..Request::default()
        };
        let mut memory =
            self.memories.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let outcome = self.compiled.evaluate(self.package, &request, &mut memory);
        self.memories.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        let outcome = outcome.map_err(|error| RuleError::Evaluate(error.to_string()))?;
        let mut responses = Vec::new();
        let rules = outcome.value.as_ref().and_then(Value::as_object);
        for answer in rules.map(sekisho_rego::value::Object::values).into_iter().flatten() {
            let alerts = match answer {
                Value::Array(alerts) => alerts.as_slice(),
                Value::Set(alerts) => alerts.elements(),
                other => return Err(RuleError::Answer(other.type_name().to_owned())),
            };
            for alert in alerts {
                let response = Response::read(alert);
                responses.push(response.ok_or_else(|| RuleError::Answer(alert.type_name().to_owned()))?);
            }
        }
        Ok(responses)
    }
}
