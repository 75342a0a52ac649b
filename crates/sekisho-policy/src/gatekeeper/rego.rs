//! Templates in Rego: `violation` over `input.review`, `input.parameters` and `data.inventory`.

use std::sync::{Mutex, OnceLock, PoisonError};

use sekisho_manifest::{Node, Operation, Source, SourceId};
use sekisho_rego::Memory;
use sekisho_rego::ast::RegoVersion;
use sekisho_rego::value::Value;
use sekisho_rego::{Compiled, Document, Options, RegoError, Specialized};
use smol_str::SmolStr;

use super::block::inside;
use super::constraint::Constraint;
use super::external::{self, Providers};
use super::rego_source;
use super::said::Said;
use crate::asked::Asked;
use crate::facts::Facts;
use crate::problem::Problem;
use crate::rego::{LintRemark, Module, world};
use crate::request::Request;

/// The rule that every template has.
const VIOLATION: &str = "violation";

/// A compiled template.
#[derive(Debug)]
pub(crate) struct RegoRule {
    compiled: Compiled,
    violation: Document,
    /// Whether it looks at other objects.
    uses_inventory: bool,
}

/// The parameters of a constraint.
#[derive(Debug)]
pub(crate) struct Parameters {
    value: Value,
    /// The rule made smaller for these; nothing where that cannot be done.
    special: OnceLock<Option<Box<Specialized>>>,
    /// What evaluations keep from one to the next; as many as there are threads.
    memories: Mutex<Vec<Memory>>,
}

impl Parameters {
    pub(crate) fn new(constraint: &Constraint) -> Self {
        let value = constraint.parameters().map_or_else(|| Value::object(Vec::new()), Value::from);
        Self { value, special: OnceLock::new(), memories: Mutex::default() }
    }

    fn memory(&self) -> Memory {
        self.memories.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// `input.review`.
struct Review(Value);

/// `data`, with the inventory of everything that is known.
struct Inventory(Value);

impl RegoRule {
    pub(crate) fn compile(
        module: &Node,
        libraries: &[Node],
        is_v1: bool,
        manifests: &[Source],
    ) -> Result<Self, Problem> {
        let problem = |module: &Node, what: &str, errors: &[RegoError]| {
            problem(module, libraries, manifests, what, errors)
        };
        let version = if is_v1 { RegoVersion::V1 } else { RegoVersion::V0 };
        let names: Vec<String> = (0..libraries.len()).map(|index| format!("libs[\"lib_{index}\"]")).collect();
        let text = |node: &'_ Node| node.as_str().unwrap_or_default().to_owned();
        let (main, others): (String, Vec<String>) = (text(module), libraries.iter().map(text).collect());
        let mut sources = vec![sekisho_rego::Source { file: "template", text: &main, version }];
        for (file, text) in names.iter().zip(&others) {
            sources.push(sekisho_rego::Source { file, text, version });
        }
        let mut modules = Vec::with_capacity(sources.len());
        for source in &sources {
            let parsed = sekisho_rego::parse(*source);
            modules.push(parsed.map_err(|errors| {
                let at = modules.len().checked_sub(1).and_then(|place| libraries.get(place));
                problem(at.unwrap_or(module), "invalid ConstraintTemplate", &errors)
            })?);
        }
        let has_violation =
            modules.first().is_some_and(|main| main.rules.iter().any(|rule| rule.head.name == VIOLATION));
        if !has_violation {
            let message = "invalid ConstraintTemplate: invalid rego: missing required rules: [violation]";
            return Err(Problem::error(module, message));
        }
        let texts: Vec<&Node> = std::iter::once(module).chain(libraries).collect();
        rego_source::check(&modules, &texts)?;
        let options = Options {
            functions: vec![external::function()],
            // Gatekeeper is installed without it, and rules ask nothing from outside.
            forbidden: vec!["http.send".to_owned()],
            steady: vec!["parameters".to_owned()],
            ..Options::default()
        };
        let compiled = sekisho_rego::compile(&sources, &options)
            .map_err(|errors| problem(module, "unable to compile modules", &errors))?;
        let package: Vec<String> = match compiled.modules().first() {
            Some(first) => first.package.iter().map(ToString::to_string).collect(),
            None => Vec::new(),
        };
        let mut path: Vec<&str> = package.iter().map(String::as_str).collect();
        path.push(VIOLATION);
        let Some(violation) = compiled.document(&path) else {
            return Err(Problem::error(module, "`violation` is a function, and must be a set"));
        };
        let uses_inventory = sources.iter().any(|source| source.text.contains("inventory"));
        Ok(Self { compiled, violation, uses_inventory })
    }

    pub(crate) fn violations(
        &self,
        parameters: &Parameters,
        asked: &Asked<'_>,
        facts: &dyn Facts,
    ) -> Vec<Said> {
        let review = asked.view(|request| Review(review(request, facts)));
        let input = Value::fields([("review", review.0.clone()), ("parameters", parameters.value.clone())]);
        let inventory = self.uses_inventory.then(|| match facts.views() {
            Some(views) => views.get(|| Inventory(inventory(facts))).0.clone(),
            None => inventory(facts),
        });
        let mut memory = parameters.memory();
        let providers = Providers::new(facts);
        let answers = |_: &str, arguments: &[Value]| Ok(Some(providers.answer(arguments)));
        let request = sekisho_rego::Request {
            host: Some(&answers),
            input: Some(&input),
            data: inventory.as_ref(),
            world: world(facts.now()),
            ..sekisho_rego::Request::default()
        };
        let fields = [("parameters", &parameters.value)];
        let special = parameters
            .special
            .get_or_init(|| self.compiled.specialize(self.violation, &fields, &["review"]).map(Box::new));
        let outcome = match special {
            Some(special) => special.evaluate(&request, &mut memory),
            None => self.compiled.evaluate(self.violation, &request, &mut memory),
        };
        parameters.memories.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        let mut said: Vec<Said> = match outcome {
            Ok(outcome) => {
                let messages = outcome.value.as_ref().map(messages).unwrap_or_default();
                messages.into_iter().map(Said::Violation).collect()
            }
            Err(error) => vec![Said::Violation(error.to_string())],
        };
        said.extend(providers.unanswered().map(Said::Error));
        said
    }
}

/// The messages of a set of violations. One without a message says nothing.
fn messages(violations: &Value) -> Vec<String> {
    let elements = match violations {
        Value::Set(set) => set.elements(),
        Value::Array(items) => items.as_slice(),
        _ => &[],
    };
    let message = |violation: &Value| match violation.field("msg")? {
        Value::String(text) => Some(text.to_string()),
        // Gatekeeper cannot read such a violation, and says so in place of all others.
        other => Some(format!("extracting message binding: .msg accessor error: {other} is no string")),
    };
    elements.iter().filter_map(message).collect()
}

/// What is wrong with the modules, at the node that holds the first of them.
fn problem(
    module: &Node,
    libraries: &[Node],
    manifests: &[Source],
    what: &str,
    errors: &[RegoError],
) -> Problem {
    let first = errors.first();
    let index = first.map_or(0, |error| error.span.module as usize);
    let at = index.checked_sub(1).and_then(|index| libraries.get(index)).unwrap_or(module);
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    let place = first.and_then(|error| inside(at, manifests, error.span.row, error.span.column));
    let problem = Problem::error(at, format!("{what}: {}", texts.join("; ")));
    Problem { span: place.unwrap_or(problem.span), ..problem }
}

/// What can be said of a module and its libraries that compile, with its places in the manifest.
pub(super) fn lint(module: &Node, libraries: &[Node], manifests: &[Source]) -> Vec<LintRemark> {
    let all: Vec<&Node> = std::iter::once(module).chain(libraries).collect();
    let texts: Vec<Module<'_>> = all
        .iter()
        .zip(0_u32..)
        .map(|(node, place)| Module {
            source: SourceId(place),
            file: "template",
            text: node.as_str().unwrap_or_default(),
        })
        .collect();
    let mut found = crate::rego::lint(&texts, &|name| name == VIOLATION, false);
    for remark in &mut found {
        let place = remark.span.source.0 as usize;
        let (Some(node), Some(text)) = (all.get(place), texts.get(place)) else { continue };
        let (row, column) = position(text.text, remark.span.start);
        remark.span = inside(node, manifests, row, column).unwrap_or(node.span);
    }
    found
}

/// The line and the character of a byte, both from 1.
fn position(text: &str, byte: u32) -> (u32, u32) {
    let before = text.get(..byte as usize).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or(before);
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (count(before.matches('\n').count() + 1), count(line.chars().count() + 1))
}

/// The request as `input.review`.
fn review(request: &Request, facts: &dyn Facts) -> Value {
    let text = |text: &str| Value::string(text);
    let kind = Value::fields([
        ("group", text(&request.kind.group)),
        ("version", text(&request.kind.version)),
        ("kind", text(&request.kind.kind)),
    ]);
    let resource = Value::fields([
        ("group", text(&request.resource.group)),
        ("version", text(&request.resource.version)),
        ("resource", text(&request.resource.resource)),
    ]);
    let tree = |node: Option<&Node>| node.map_or(Value::Null, Value::from);
    let object = match request.operation {
        // What goes is judged like what comes.
        Operation::Delete => request.object.as_ref().or(request.old_object.as_ref()),
        _ => request.object.as_ref(),
    };
    let namespace = if request.namespace.is_empty() { None } else { facts.namespace(&request.namespace) };
    let mut fields = vec![
        ("uid", text(&request.uid)),
        ("kind", kind),
        ("resource", resource),
        ("operation", text(request.operation.as_str())),
        ("userInfo", user(request)),
        ("object", tree(object)),
        ("oldObject", tree(request.old_object.as_ref())),
        ("options", tree(request.options.as_ref())),
        ("namespaceObject", tree(namespace.as_ref())),
    ];
    let optional =
        [("name", &request.name), ("namespace", &request.namespace), ("subResource", &request.subresource)];
    fields.extend(
        optional.into_iter().filter(|(_, given)| !given.is_empty()).map(|(key, given)| (key, text(given))),
    );
    if request.dry_run {
        fields.push(("dryRun", Value::Bool(true)));
    }
    Value::fields(fields)
}

fn user(request: &Request) -> Value {
    let user = &request.user;
    let texts = |list: &[smol_str::SmolStr]| Value::array(list.iter().cloned().map(Value::String).collect());
    let mut fields = Vec::new();
    if !user.name.is_empty() {
        fields.push(("username", Value::String(user.name.clone())));
    }
    if !user.uid.is_empty() {
        fields.push(("uid", Value::String(user.uid.clone())));
    }
    if !user.groups.is_empty() {
        fields.push(("groups", texts(&user.groups)));
    }
    if !user.extra.is_empty() {
        let extra = user.extra.iter().map(|(key, values)| (Value::String(key.clone()), texts(values)));
        fields.push(("extra", Value::object(extra.collect())));
    }
    Value::fields(fields)
}

/// Where an object stands in the inventory: its namespace, its version, its kind and its name.
type Path = [SmolStr; 4];

/// `data`: `inventory.cluster[version][kind][name]` and `inventory.namespace[namespace][version][kind][name]`.
fn inventory(facts: &dyn Facts) -> Value {
    let mut rows: Vec<(Path, Value)> = facts
        .everything()
        .into_iter()
        .map(|known| {
            let path = [known.namespace, known.kind.api_version(), known.kind.kind, known.name];
            (path, Value::from(&known.root))
        })
        .collect();
    rows.sort_by(|(a, _), (b, _)| a.cmp(b));
    let in_cluster = rows.partition_point(|([namespace, ..], _)| namespace.is_empty());
    let (cluster, namespaced) = rows.split_at(in_cluster);
    let inventory = Value::fields([("cluster", nested(cluster, 1)), ("namespace", nested(namespaced, 0))]);
    Value::fields([("inventory", inventory)])
}

/// Sorted rows as objects within objects, by their keys from a level on.
fn nested(rows: &[(Path, Value)], level: usize) -> Value {
    let mut entries = Vec::new();
    for group in rows.chunk_by(|(a, _), (b, _)| a.get(level) == b.get(level)) {
        let Some((path, value)) = group.first() else { continue };
        let value = if level == 3 { value.clone() } else { nested(group, level + 1) };
        entries.push((Value::String(path.get(level).cloned().unwrap_or_default()), value));
    }
    Value::object(entries)
}
