//! A policy as its document has it: read, checked as the API server checks it, its expressions compiled.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use sekisho_cel::{Environment, Program, Type, is_reserved};
use sekisho_manifest::Object;
use smol_str::SmolStr;

use super::environment::{self, Optional};
use super::matching::MatchResources;
use super::reader::{At, Reader, is_qualified_name};
use crate::group_version::GroupVersionKind;

/// The most match conditions of a policy.
const MATCH_CONDITIONS: usize = 64;

/// What validating and mutating policies have in common.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: SmolStr,
    /// Whether a failure lets the request through.
    pub(super) ignores_failures: bool,
    pub(super) parameter_kind: Option<GroupVersionKind>,
    pub(super) constraints: MatchResources,
    pub(super) conditions: Vec<Expression>,
    pub(super) variables: Vec<Variable>,
}

/// An expression and its text, which messages quote.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) text: SmolStr,
    pub(super) program: Program,
    /// Whether the variables that it uses must be worked out before it, since they lean on each other so
    /// deeply that working them out on the way would nest too deep.
    pub(super) eager: bool,
    /// Given where the value depends on the object alone, so that policies that have the same expression can
    /// share it.
    pub(super) shared: Option<SharedKey>,
}

/// Names a value that depends on the object alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SharedKey {
    hash: u64,
    /// The expression and those of the variables behind it.
    text: Arc<str>,
}

impl SharedKey {
    fn new(text: String) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Self { hash: hasher.finish(), text: text.into() }
    }
}

/// The longest key of a shared value.
const LONGEST_KEY: usize = 4096;

/// A variable of a policy.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: SmolStr,
    pub(super) expression: Expression,
}

/// How many levels expressions may nest through variables; a single expression may have as many.
const LEVELS: u32 = 500;

/// Compiles the expressions of one policy.
pub(super) struct Compiler {
    base: Environment,
    parameters: bool,
    types: Vec<(SmolStr, Type)>,
    levels: Vec<(SmolStr, u32)>,
    shared: Vec<(SmolStr, SharedKey)>,
    /// The environments that were made, with what they were made for.
    made: Vec<(Place, Arc<Environment>)>,
}

/// Which variables an expression has, by where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Condition,
    Body,
    Message,
    Mutation,
}

impl Compiler {
    pub(super) fn new(base: &Environment, parameters: bool) -> Self {
        Self {
            base: base.clone(),
            parameters,
            types: Vec::new(),
            levels: Vec::new(),
            shared: Vec::new(),
            made: Vec::new(),
        }
    }

    fn environment(&mut self, place: Place) -> Arc<Environment> {
        if let Some((_, known)) = self.made.iter().find(|(known, _)| *known == place) {
            return Arc::clone(known);
        }
        let optional = Optional {
            parameters: self.parameters,
            authorizer: place != Place::Message,
            patches: place == Place::Mutation,
        };
        let plain = environment::extended(&self.base, optional);
        let environment = match place {
            Place::Condition => plain,
            _ => environment::with_variables(plain, &self.types),
        };
        let environment = Arc::new(environment);
        self.made.push((place, Arc::clone(&environment)));
        environment
    }

    /// The expression of a field that must be there; none where it is refused. `wanted` are the types that its
    /// value may have; none: any.
    pub(super) fn compile(
        &mut self,
        reader: &mut Reader<'_>,
        at: &At<'_>,
        place: Place,
        wanted: &[Type],
    ) -> Option<Expression> {
        let (text, program) = reader.program(&self.environment(place), at, wanted)?;
        let levels = self.levels_of(&program);
        let shared = self.shared_key(&text, &program);
        Some(Expression { text, program, eager: levels > LEVELS, shared })
    }

    fn shared_key(&self, text: &str, program: &Program) -> Option<SharedKey> {
        let of_object = |name: &SmolStr| matches!(name.as_str(), "object" | "oldObject" | "variables");
        if !program.variables().iter().all(of_object) {
            return None;
        }
        let mut whole = text.to_owned();
        for name in program.selections("variables") {
            let (_, key) = self.shared.iter().find(|(known, _)| known == name)?;
            whole.push('\0');
            whole.push_str(&key.text);
            if whole.len() > LONGEST_KEY {
                return None;
            }
        }
        Some(SharedKey::new(whole))
    }

    fn levels_of(&self, program: &Program) -> u32 {
        let used = |name: &SmolStr| self.levels.iter().find(|(known, _)| known == name);
        let below = program.selections("variables").filter_map(used).map(|(_, levels)| *levels).max();
        program.height().saturating_add(below.unwrap_or(0))
    }

    fn variable(&mut self, reader: &mut Reader<'_>, at: &At<'_>) -> Option<Variable> {
        reader.mapping(at);
        let name = reader.needed_text(&at.get("name"));
        if !name.is_empty() && !is_identifier(&name) {
            reader.refuse(
                &at.get("name"),
                format!("`{name}` is no identifier of CEL: use letters, digits and `_`"),
            );
        }
        if self.types.iter().any(|(known, _)| *known == name) {
            reader.refuse(&at.get("name"), format!("`{name}` stands here twice: choose another name"));
        }
        let expression = self.compile(reader, &at.get("expression"), Place::Body, &[]);
        let kind =
            expression.as_ref().map_or(Type::Dyn, |made| environment::declared(made.program.output_type()));
        self.types.push((name.clone(), kind));
        self.made.retain(|(place, _)| *place == Place::Condition);
        let expression = expression?;
        let levels = self.levels_of(&expression.program);
        // What is worked out beforehand needs no more levels than its own.
        let levels = if levels > LEVELS { expression.program.height() } else { levels };
        self.levels.push((name.clone(), levels));
        self.shared.extend(expression.shared.clone().map(|key| (name.clone(), key)));
        Some(Variable { name, expression })
    }
}

impl Definition {
    /// Reads what a document of either kind has; gives the compiler for the rest of it. None where nothing can
    /// be made of it.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        object: &Object,
        base: &Environment,
    ) -> Option<(Self, Compiler)> {
        let root = At::root(&object.root);
        let name = reader.object_name(&root.get("metadata").get("name"));
        let spec = root.get("spec");
        if !reader.needed_mapping(&spec) {
            return None;
        }
        let policies = [("Fail", false), ("Ignore", true)];
        let ignores_failures = reader.choice(&spec.get("failurePolicy"), &policies).unwrap_or(false);
        let parameter_kind = parameter_kind(reader, &spec.get("paramKind"));
        let at = spec.get("matchConstraints");
        reader.needed_mapping(&at);
        let constraints = MatchResources::read(reader, &at);
        if constraints.as_ref().is_some_and(|constraints| !constraints.has_rules()) {
            reader.refuse(&at.get("resourceRules"), "the list is empty: write at least one rule");
        }
        let mut compiler = Compiler::new(base, parameter_kind.is_some());
        let conditions = conditions(reader, &spec.get("matchConditions"), &mut compiler);
        let mut variables: Vec<Variable> = Vec::new();
        for item in reader.items(&spec.get("variables")) {
            if let Some(variable) = compiler.variable(reader, &item) {
                variables.push(variable);
            }
        }
        let constraints = constraints.unwrap_or_else(MatchResources::nothing);
        let definition = Self { name, ignores_failures, parameter_kind, constraints, conditions, variables };
        Some((definition, compiler))
    }
}

fn conditions(reader: &mut Reader<'_>, at: &At<'_>, compiler: &mut Compiler) -> Vec<Expression> {
    let items = reader.items(at);
    if items.len() > MATCH_CONDITIONS {
        reader.refuse(at, format!("there are more than {MATCH_CONDITIONS} conditions: join some with `&&`"));
    }
    let mut names: Vec<SmolStr> = Vec::new();
    let mut read = Vec::new();
    for item in items.iter().take(MATCH_CONDITIONS) {
        reader.mapping(item);
        let at = item.get("name");
        let name = reader.needed_text(&at);
        if !name.is_empty() && !is_qualified_name(&name) {
            reader.refuse(&at, format!("`{name}` is no name: use letters, digits, `-`, `_` and `.`"));
        }
        if !name.is_empty() && names.contains(&name) {
            reader.refuse(&at, format!("`{name}` stands here twice: choose another name"));
        }
        names.push(name);
        read.extend(compiler.compile(reader, &item.get("expression"), Place::Condition, &[Type::Bool]));
    }
    read
}

fn parameter_kind(reader: &mut Reader<'_>, at: &At<'_>) -> Option<GroupVersionKind> {
    if !reader.mapping(at) {
        return None;
    }
    let api_version = reader.needed_text(&at.get("apiVersion"));
    let kind = reader.needed_text(&at.get("kind"));
    if api_version.split('/').count() > 2 || api_version.ends_with('/') {
        let message = format!("`{api_version}` is no group and version: write it as `apps/v1`");
        reader.refuse(&at.get("apiVersion"), message);
    }
    Some(GroupVersionKind::new(&api_version, &kind))
}

fn is_identifier(name: &str) -> bool {
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !is_reserved(name)
}
