//! Modules to policies, one a rule.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_manifest::{Node, Span};
use sekisho_rego::ast::{Module as Tree, Rule as Definition, TermKind};
use sekisho_rego::value::Value;
use sekisho_rego::{Compiled, RegoError};
use smol_str::SmolStr;

use super::module::Module;
use super::objection::objection;
use super::package::Packages;
use super::policy::{Judge, OfRule, Shared};
use super::version;
use crate::about::About;
use crate::policy::Policy;
use crate::problem::{Problem, Weight};
use crate::request::Request;
use crate::verdict::RuleName;

/// The kind that rules of plain modules have in names of rules.
pub const KIND: &str = "Rego";

/// How modules are to be used.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The packages whose rules are applied.
    pub packages: Packages,
    /// What rules find below `data`.
    pub data: Option<Node>,
}

/// What modules hold.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The policies, one a rule.
    pub policies: Vec<Box<dyn Policy>>,
    /// What is wrong with the modules.
    pub problems: Vec<Problem>,
    /// The rules.
    pub rules: Rules,
}

/// The rules of modules: where they stand and what they say of themselves.
#[derive(Debug, Default)]
pub struct Rules {
    known: BTreeMap<RuleName, (About, Arc<Judge>)>,
}

impl Rules {
    /// What a rule says of itself.
    pub fn about(&self, rule: &RuleName) -> Option<&About> {
        self.known.get(rule).map(|(about, _)| about)
    }

    /// Where the definition stands that gives a message about the object of a request.
    pub fn origin(&self, rule: &RuleName, request: &Request, message: &str) -> Option<Span> {
        let (about, judge) = self.known.get(rule)?;
        Some(judge.origin(request, message).unwrap_or(about.span))
    }

    /// The names of the rules.
    pub fn names(&self) -> impl Iterator<Item = &RuleName> {
        self.known.keys()
    }
}

/// Makes policies of modules, which are compiled together.
pub fn load(modules: &[Module<'_>], options: &Options) -> Loaded {
    let mut loaded = Loaded::default();
    if modules.is_empty() {
        return loaded;
    }
    let compiled = match compile(modules) {
        Ok(compiled) => Arc::new(compiled),
        Err(errors) => {
            loaded.problems = errors.iter().map(|error| problem(error, modules)).collect();
            return loaded;
        }
    };
    let shared = Arc::new(Shared {
        sources: modules.iter().map(|module| module.source).collect(),
        data: options.data.as_ref().map(Value::from),
        memories: std::sync::Mutex::default(),
        compiled: Arc::clone(&compiled),
    });
    let remarks = compiled.remarks();
    let mut elsewhere: Vec<String> = Vec::new();
    for (place, tree) in compiled.modules().iter().enumerate() {
        let package = tree.package.join(".");
        for definition in &tree.rules {
            let Some(enforcement) = objection(&definition.head.name) else { continue };
            if !options.packages.have(&package) {
                if !elsewhere.contains(&package) {
                    elsewhere.push(package.clone());
                }
                continue;
            }
            let span = shared.span(definition.head.span);
            if let Some(problem) = shape(definition, span) {
                let is_error = problem.weight == Weight::Error;
                loaded.problems.push(problem);
                if is_error {
                    continue;
                }
            }
            let name = rule_name(&package, &definition.head.name);
            if loaded.rules.known.contains_key(&name) {
                continue;
            }
            let Some(judge) = Judge::new(&shared, tree, name.clone(), enforcement) else { continue };
            let judge = Arc::new(judge);
            let about = about(&remarks, place, tree, definition, span);
            loaded.rules.known.insert(name, (about, Arc::clone(&judge)));
            loaded.policies.push(Box::new(OfRule(judge)));
        }
    }
    if loaded.policies.is_empty() && !elsewhere.is_empty() {
        let message = format!(
            "no rule of {} is `deny`, `violation` or `warn`; the packages {} have some: name one with \
             `--package`, or use `--all-packages`",
            options.packages,
            elsewhere.iter().map(|package| format!("`{package}`")).collect::<Vec<_>>().join(", ")
        );
        let span = modules
            .first()
            .map_or_else(Span::default, |module| Span { source: module.source, ..Span::default() });
        loaded.problems.push(Problem { span, message, weight: Weight::Warning });
    }
    loaded
}

/// Compiles modules, each in the version of the language that it is written in.
fn compile(modules: &[Module<'_>]) -> Result<Compiled, Vec<RegoError>> {
    let sources: Vec<sekisho_rego::Source<'_>> = modules
        .iter()
        .map(|module| sekisho_rego::Source {
            file: module.file,
            text: module.text,
            version: version::of(module.file, module.text),
        })
        .collect();
    let options = sekisho_rego::Options {
        parts: true,
        // Nothing is asked from outside: a rule that would be undefined without an answer must not pass.
        forbidden: vec!["http.send".to_owned()],
        ..sekisho_rego::Options::default()
    };
    sekisho_rego::compile(&sources, &options)
}

fn rule_name(package: &str, rule: &str) -> RuleName {
    RuleName { kind: KIND.into(), namespace: SmolStr::default(), policy: package.into(), rule: rule.into() }
}

/// An error of a module as a problem at its place.
pub fn problem(error: &RegoError, modules: &[Module<'_>]) -> Problem {
    let module = modules.get(error.span.module as usize);
    let source = module.map(|module| module.source).unwrap_or_default();
    Problem {
        span: Span { source, start: error.span.start, end: error.span.end },
        message: format!("{}: {}", error.code, error.message),
        weight: Weight::Error,
    }
}

/// What keeps a definition from giving messages.
fn shape(definition: &Definition, span: Span) -> Option<Problem> {
    let head = &definition.head;
    let name = &head.name;
    let is_plain = head.value.as_ref().is_none_or(|value| {
        matches!(
            value.kind,
            TermKind::Bool(_)
                | TermKind::Null
                | TermKind::Number(_)
                | TermKind::String(_)
                | TermKind::Object(_)
        )
    });
    if head.key.is_some() || definition.is_default {
        return None;
    }
    let (message, weight) = if !head.path.is_empty() {
        let message =
            format!("`{name}` makes an object, not a set of messages: write `{name} contains message if`");
        (message, Weight::Error)
    } else if head.parameters.is_some() {
        (format!("`{name}` is a function, and no request can be given to it"), Weight::Error)
    } else if is_plain {
        let message = format!(
            "`{name}` has one value, which never objects where it is no list of messages: write `{name} \
             contains message if`"
        );
        (message, Weight::Warning)
    } else {
        return None;
    };
    Some(Problem { span, message, weight })
}

/// What annotations say of a definition: its own, else those of the document, else those of the package.
fn about(
    remarks: &[sekisho_rego::Remark],
    place: usize,
    tree: &Tree,
    definition: &Definition,
    span: Span,
) -> About {
    let own = remarks.iter().filter(|remark| {
        remark.module == place && remark.scope == "rule" && remark.of_rule == Some(definition.span.row)
    });
    let path: Vec<SmolStr> = tree.package.iter().chain([&definition.head.name]).cloned().collect();
    let with = |scope: &'static str, path: Vec<SmolStr>| {
        remarks.iter().filter(move |remark| remark.scope == scope && remark.path == path)
    };
    let chain: Vec<&sekisho_rego::Remark> = own
        .chain(with("document", path))
        .chain(with("package", tree.package.clone()))
        .chain(with("subpackages", tree.package.clone()))
        .collect();
    let text = |keys: [&str; 2]| {
        chain.iter().find_map(|remark| {
            let mut keys = keys.iter().filter(|key| !key.is_empty());
            let found = keys.try_fold(&remark.value, |value, key| value.field(key));
            found?.as_str().map(str::to_owned)
        })
    };
    About {
        span,
        title: text(["title", ""]),
        description: text(["description", ""]),
        severity: text(["custom", "severity"]),
        remedy: text(["custom", "remediation"]),
    }
}
