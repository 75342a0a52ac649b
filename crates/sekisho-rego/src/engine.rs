//! Compiled modules, and the ways to evaluate them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use crate::compile::{self, Remark, Settings};
use crate::error::{ErrorCode, RegoError};
use crate::evaluate::{Aim, EvaluationError, Machine, Memory, Setting};
use crate::functions::{Meter, World};
use crate::ir::group::Group;
use crate::ir::tree::{NodeId, ROOT, RuleKind, Tree};
use crate::plan::ops::{Pool, Unit};
use crate::plan::program::Program;
use crate::plan::{self, lasting};
use crate::request::{Answer, Answers, Options, Outcome, Printed, Request, Source};
use crate::span::{Location, Span};
use crate::special::{Given, specialize};
use crate::syntax::ast::{Module, Name, RegoVersion};
use crate::syntax::{parse_module, parse_query};
use crate::value::Value;

/// Modules that were checked and planned; they can be evaluated from many threads at once.
#[derive(Debug)]
pub struct Compiled {
    program: Program,
    modules: Vec<Module>,
    settings: Settings,
    /// The definitions of each set that has several.
    parts: HashMap<u32, Vec<Part>>,
    /// What the program was planned of, where it can be specialized.
    groups: Vec<Group>,
}

/// One rule of compiled modules, made smaller for evaluations in which parts of the input are always the same.
#[derive(Debug)]
pub struct Specialized {
    program: Program,
    aim: Aim,
}

/// A document of compiled modules: a rule, or everything below a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document(Aim);

/// One of several definitions that make a set together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The elements that this definition gives.
    pub document: Document,
    /// Where it stands.
    pub span: Span,
}

/// A query over compiled modules.
#[derive(Debug)]
pub struct Query {
    unit: Unit,
    pool: Pool,
    names: Vec<Name>,
    /// For each expression the register of its value; nothing where that is true.
    values: Vec<Option<usize>>,
    length: usize,
}

/// Reads a module without compiling it.
///
/// # Errors
/// What is no module in the text.
pub fn parse(source: Source<'_>) -> Result<Module, Vec<RegoError>> {
    parse_module(source.file, source.text, 0, source.version)
}

/// How many programs there are, the first one counted as 1.
static PROGRAMS: AtomicU64 = AtomicU64::new(1);

/// Compiles modules.
///
/// # Errors
/// Everything that is wrong with the modules, in the order of their places.
pub fn compile(sources: &[Source<'_>], options: &Options) -> Result<Compiled, Vec<RegoError>> {
    let mut modules = Vec::with_capacity(sources.len());
    let mut errors = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        match parse_module(source.file, source.text, index, source.version) {
            Ok(module) => modules.push(module),
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let settings = Settings {
        is_strict: options.strict,
        keeps_print: options.print,
        host: options
            .functions
            .iter()
            .enumerate()
            .map(|(place, function)| (function.name.clone(), (place, function.arity)))
            .collect(),
        forbidden: options.forbidden.clone(),
    };
    let mut resolved = compile::resolve(&modules, &settings)?;
    let mut pool = Pool::default();
    let mut rules = Vec::with_capacity(resolved.groups.len());
    for group in &resolved.groups {
        let (unit, faults) = plan::rule(group, &resolved.tree, &mut pool, &resolved.groups);
        errors.extend(
            faults
                .into_iter()
                .map(|(message, span)| RegoError::new(ErrorCode::Compile, message, span, &group.file)),
        );
        rules.push(unit);
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut nodes: Vec<NodeId> = resolved.groups.iter().map(|group| group.node).collect();
    let mut parts = HashMap::new();
    if options.parts {
        for (place, group) in (0..).zip(&mut resolved.groups).filter(|(_, group)| is_divisible(group)) {
            parts.insert(place, divide(group, &resolved.tree, &mut pool, &mut rules));
            nodes.resize(rules.len(), group.node);
        }
    }
    let steady: Vec<Value> = options.steady.iter().map(|key| Value::string(key.as_str())).collect();
    lasting::settle(&mut rules, &mut pool, &steady);
    let lasting = lasting::places(&rules, resolved.tree.len(), &pool);
    let count = NodeId::try_from(resolved.tree.len()).unwrap_or(NodeId::MAX);
    let extents =
        (0..count).map(|node| plan::extent(node, &resolved.tree, &mut pool, &resolved.groups)).collect();
    let program = Program {
        nodes,
        kinds: resolved.groups.iter().map(|group| (group.path.clone(), (group.kind, group.arity))).collect(),
        files: modules.iter().map(|module| module.file.clone()).collect(),
        hosts: options.functions.clone(),
        id: PROGRAMS.fetch_add(1, Ordering::Relaxed),
        steady,
        lasting,
        tree: resolved.tree.into(),
        rules,
        extents,
        pool,
    };
    let is_special = !options.steady.is_empty() && !options.parts;
    let groups = if is_special { resolved.groups } else { Vec::new() };
    Ok(Compiled { program, modules, settings, parts, groups })
}

/// Whether several definitions give the elements of one set.
fn is_divisible(group: &Group) -> bool {
    group.kind == RuleKind::Set && group.definitions.len() > 1
}

/// Plans every definition of a set as a rule of its own, which no other rule can name.
fn divide(group: &mut Group, tree: &Tree, pool: &mut Pool, rules: &mut Vec<Unit>) -> Vec<Part> {
    let definitions = std::mem::take(&mut group.definitions);
    let mut parts = Vec::with_capacity(definitions.len());
    for definition in definitions {
        let span = definition.span;
        group.definitions.push(definition);
        // The faults are those of the whole, which has none.
        let (unit, _) = plan::rule(group, tree, pool, &[]);
        let place = u32::try_from(rules.len()).unwrap_or(u32::MAX);
        rules.push(unit);
        parts.push(Part { document: Document(Aim::Rule(place)), span });
        group.definitions.clear();
    }
    parts
}

impl Compiled {
    /// The syntax trees of the modules.
    pub fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// The document at a path below `data`, such as `["k8srequiredlabels", "violation"]`.
    pub fn document(&self, path: &[&str]) -> Option<Document> {
        let mut node = ROOT;
        for name in path {
            node = self.program.tree.child(node, name)?;
        }
        let is_function =
            |rule: &u32| self.program.rules.get(*rule as usize).is_some_and(|unit| unit.is_function);
        match self.program.tree.node(node).rule {
            Some(rule) if is_function(&rule) => None,
            Some(rule) => Some(Document(Aim::Rule(rule))),
            None => Some(Document(Aim::Extent(node))),
        }
    }

    /// The definitions of a set, where it has several and the options asked for them.
    pub fn parts(&self, document: Document) -> &[Part] {
        match document.0 {
            Aim::Rule(rule) => self.parts.get(&rule).map(Vec::as_slice).unwrap_or_default(),
            _ => &[],
        }
    }

    /// What `# METADATA` comments say, in the order of the modules.
    pub fn remarks(&self) -> Vec<Remark> {
        compile::remarks(&self.modules)
    }

    /// Evaluates a document. `memory` keeps compiled regular expressions from one evaluation to the next.
    ///
    /// # Errors
    /// Where the rules conflict, an error of a function is one of the evaluation, or the budget is spent.
    pub fn evaluate(
        &self,
        document: Document,
        request: &Request<'_>,
        memory: &mut Memory,
    ) -> Result<Outcome, EvaluationError> {
        outcome(&self.program, document.0, request, memory)
    }

    /// Makes a rule smaller for evaluations whose input has these fields with these values, and some fields with
    /// any. Nothing where that is no rule, where the modules do something for which it cannot be done, or where the
    /// options name no steady keys.
    pub fn specialize(
        &self,
        document: Document,
        fields: &[(&str, &Value)],
        present: &[&str],
    ) -> Option<Specialized> {
        let Aim::Rule(rule) = document.0 else { return None };
        let given = Given {
            fields: fields.iter().map(|(key, value)| (Value::string(*key), Value::clone(value))).collect(),
            present: present.iter().map(|key| Value::string(*key)).collect(),
        };
        let tree = &self.program.tree;
        let groups = specialize(&self.groups, tree, &given, rule).ok()?;
        let mut pool = Pool::default();
        let mut rules = Vec::with_capacity(groups.len());
        let mut nodes = Vec::with_capacity(groups.len());
        for group in &groups {
            let (unit, faults) = match group {
                Some(group) => plan::rule(group, tree, &mut pool, &[]),
                None => (Unit::default(), Vec::new()),
            };
            if !faults.is_empty() {
                return None;
            }
            rules.push(unit);
            nodes.push(group.as_ref().map_or(ROOT, |group| group.node));
        }
        lasting::settle(&mut rules, &mut pool, &self.program.steady);
        pool.close();
        let program = Program {
            lasting: lasting::places(&rules, 0, &pool),
            tree: Arc::clone(tree),
            rules,
            extents: Vec::new(),
            nodes,
            pool,
            hosts: self.program.hosts.clone(),
            id: PROGRAMS.fetch_add(1, Ordering::Relaxed),
            steady: self.program.steady.clone(),
            kinds: HashMap::new(),
            files: Arc::clone(&self.program.files),
        };
        Some(Specialized { program, aim: Aim::Rule(rule) })
    }

    /// Compiles a query over the modules.
    ///
    /// # Errors
    /// What is wrong with the query.
    pub fn query(&self, text: &str) -> Result<Query, Vec<RegoError>> {
        self.query_with(text, &[], RegoVersion::V1)
    }

    /// Compiles a query in which names stand for documents: each with its path, `data` or `input` first.
    ///
    /// # Errors
    /// What is wrong with the query.
    pub fn query_with(
        &self,
        text: &str,
        imports: &[(Name, Vec<Name>)],
        version: RegoVersion,
    ) -> Result<Query, Vec<RegoError>> {
        let index = u32::try_from(self.modules.len()).unwrap_or(u32::MAX);
        let body = parse_query(text, index, version).map_err(|error| vec![error])?;
        let tree = &self.program.tree;
        let resolved = compile::resolve_query(&body, imports, &self.program.kinds, tree, &self.settings)?;
        let mut pool = self.program.pool.clone();
        let captured: Vec<_> = resolved.values.iter().flatten().copied().collect();
        let answers: Vec<_> =
            resolved.names.iter().map(|(_, var)| *var).chain(captured.iter().copied()).collect();
        let (unit, faults) = plan::query(&resolved.goals, &answers, tree, &mut pool);
        if !faults.is_empty() {
            let error = |(message, span)| RegoError::new(ErrorCode::Compile, message, span, "");
            return Err(faults.into_iter().map(error).collect());
        }
        let mut next = resolved.names.len();
        let values = resolved
            .values
            .iter()
            .map(|value| {
                value.is_some().then(|| {
                    next += 1;
                    next - 1
                })
            })
            .collect();
        let names = resolved.names.into_iter().map(|(name, _)| name).collect();
        Ok(Query { unit, pool, names, values, length: answers.len() })
    }

    /// Answers a query.
    ///
    /// # Errors
    /// As [`Self::evaluate`].
    pub fn ask(
        &self,
        query: &Query,
        request: &Request<'_>,
        memory: &mut Memory,
    ) -> Result<Answers, EvaluationError> {
        let machine = Machine::new(&self.program, &query.pool, Some(&query.unit), setting(request), memory);
        let finished = machine.evaluate(Aim::Query, query.length)?;
        let answers = finished
            .answers
            .into_iter()
            .map(|values| {
                let value = |place: &Option<usize>| {
                    place.and_then(|place| values.get(place).cloned()).unwrap_or(Value::Bool(true))
                };
                let expressions = query.values.iter().map(value).collect();
                let mut bindings = values.clone();
                bindings.truncate(query.names.len());
                Answer { bindings, expressions }
            })
            .collect();
        Ok(Answers { names: query.names.clone(), answers, printed: printed(finished.prints) })
    }
}

impl Specialized {
    /// Evaluates the rule, with an input that is as was said.
    ///
    /// # Errors
    /// As [`Compiled::evaluate`]; errors of functions are no errors of the evaluation.
    pub fn evaluate(&self, request: &Request<'_>, memory: &mut Memory) -> Result<Outcome, EvaluationError> {
        let request = Request { strict_errors: false, ..*request };
        outcome(&self.program, self.aim, &request, memory)
    }
}

/// Evaluates a rule or the extent of a place.
fn outcome(
    program: &Program,
    aim: Aim,
    request: &Request<'_>,
    memory: &mut Memory,
) -> Result<Outcome, EvaluationError> {
    let machine = Machine::new(program, &program.pool, None, setting(request), memory);
    let finished = machine.evaluate(aim, 0)?;
    let steps = request.budget.steps.saturating_sub(finished.meter.left().0);
    Ok(Outcome { value: finished.value, printed: printed(finished.prints), steps })
}

/// Reads the modules that `rego.parse_module` is given.
struct Reader;

impl crate::functions::Modules for Reader {
    fn parse(&self, file: &str, text: &str) -> Result<Value, String> {
        match parse_module(file, text, 0, RegoVersion::V1) {
            Ok(module) => Ok(crate::syntax::value::module(&module)),
            Err(errors) => {
                let shown: Vec<String> = errors.iter().map(ToString::to_string).collect();
                let count = shown.len();
                let s = if count == 1 { "" } else { "s" };
                Err(format!("{count} error{s} occurred: {}", shown.join("\n")))
            }
        }
    }
}

/// What stands below `data` where nothing is given.
static NO_DATA: LazyLock<Value> = LazyLock::new(|| Value::object(Vec::new()));

fn setting<'r>(request: &Request<'r>) -> Setting<'r> {
    Setting {
        input: request.input.cloned(),
        data: request.data.unwrap_or(&NO_DATA).clone(),
        world: World { modules: request.world.modules.or(Some(&Reader)), ..request.world },
        meter: Meter::new(request.budget.steps, request.budget.memory),
        max_depth: request.budget.depth,
        cancelled: request.cancelled,
        is_strict: request.strict_errors,
        host: request.host,
    }
}

fn printed(prints: Vec<(String, Location)>) -> Vec<Printed> {
    prints.into_iter().map(|(text, location)| Printed { text, location }).collect()
}
