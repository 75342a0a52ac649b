//! What can be said of modules that compile: names that nothing uses, definitions that say the same, conditions
//! that no object meets, rules that no test asks.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_manifest::{SourceId, Span};
use sekisho_rego::ast::{Expr, ExprKind, Module as Tree, Rule, Term, TermKind};
use sekisho_rego::visit::{Visitor, visit};
use sekisho_rego::{Options, Source, compile};
use smol_str::SmolStr;

use super::module::Module;
use super::version;

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintRemark {
    /// What it is about.
    pub fault: Fault,
    /// Where.
    pub span: Span,
    /// In words.
    pub message: String,
}

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Nothing uses it.
    Unused,
    /// Its conditions can never hold together.
    NeverMatches,
    /// Another definition says the same.
    Shadowed,
    /// No test asks it.
    Untested,
}

/// Every remark about modules that are compiled together. `is_entry` says which rules are asked from outside, by
/// their names; `wants_tests` whether those must be asked by a rule whose name begins with `test_`.
pub fn lint(modules: &[Module<'_>], is_entry: &dyn Fn(&str) -> bool, wants_tests: bool) -> Vec<LintRemark> {
    let mut found = Vec::new();
    let trees: Vec<(Tree, &Module<'_>)> = modules
        .iter()
        .filter_map(|module| Some((version::parse(module.file, module.text).ok()?, module)))
        .collect();
    if trees.len() < modules.len() {
        return found;
    }
    strict(modules, &mut found);
    let mut names = Names::default();
    let mut tested = Names::default();
    for (tree, _) in &trees {
        for rule in &tree.rules {
            names.owner = rule.head.name.clone();
            visit(rule, &mut names);
            if is_test(&rule.head.name) {
                visit(rule, &mut tested);
            }
        }
    }
    for (tree, module) in &trees {
        unused(tree, module.source, &names, is_entry, &mut found);
        same(tree, module, &mut found);
        for rule in &tree.rules {
            let mut conditions = Conditions { source: module.source, found: &mut found };
            visit(rule, &mut conditions);
        }
        if wants_tests {
            untested(tree, module.source, &tested, is_entry, &mut found);
        }
    }
    found
}

fn is_test(name: &str) -> bool {
    name.starts_with("test_") || name.starts_with("todo_test_")
}

fn at(source: SourceId, span: sekisho_rego::Span) -> Span {
    Span { source, start: span.start, end: span.end }
}

/// What strict compilation says that plain compilation does not: imports and variables that nothing uses.
fn strict(modules: &[Module<'_>], found: &mut Vec<LintRemark>) {
    let sources: Vec<Source<'_>> = modules
        .iter()
        .map(|module| Source {
            file: module.file,
            text: module.text,
            version: version::of(module.file, module.text),
        })
        .collect();
    let errors = compile(&sources, &Options { strict: true, ..Options::default() }).err().unwrap_or_default();
    for error in errors.iter().filter(|error| error.message.ends_with(" unused")) {
        let Some(module) = modules.get(error.span.module as usize) else { continue };
        found.push(LintRemark {
            fault: Fault::Unused,
            span: at(module.source, error.span),
            message: error.message.clone(),
        });
    }
}

/// Every name that rules use, by the rule that uses it.
#[derive(Default)]
struct Names {
    used: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
    owner: SmolStr,
}

impl Names {
    /// Whether another rule than that of the name itself uses the name.
    fn are_used(&self, name: &str) -> bool {
        self.used.get(name).is_some_and(|owners| owners.iter().any(|owner| owner != name))
    }
}

impl Visitor for Names {
    fn term(&mut self, term: &Term) -> bool {
        if let TermKind::Var(name) | TermKind::String(name) = &term.kind {
            self.used.entry(name.clone()).or_default().insert(self.owner.clone());
        }
        true
    }
}

/// Rules and functions that neither another rule uses nor anything asks from outside.
fn unused(
    tree: &Tree,
    source: SourceId,
    names: &Names,
    is_entry: &dyn Fn(&str) -> bool,
    found: &mut Vec<LintRemark>,
) {
    let mut said = BTreeSet::new();
    for rule in &tree.rules {
        let name = rule.head.name.as_str();
        let is_asked = is_entry(name) || name == "exception" || is_test(name) || names.are_used(name);
        if is_asked || !said.insert(name) {
            continue;
        }
        let what = if rule.head.parameters.is_some() { "function" } else { "rule" };
        let message = format!("nothing uses the {what} `{name}`");
        found.push(LintRemark { fault: Fault::Unused, span: at(source, rule.head.span), message });
    }
}

/// Definitions of one rule whose texts are the same but for spaces.
fn same(tree: &Tree, module: &Module<'_>, found: &mut Vec<LintRemark>) {
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    for rule in &tree.rules {
        let text = rule.span.of(module.text).split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            continue;
        }
        match known.get(&text) {
            Some(first) => found.push(LintRemark {
                fault: Fault::Shadowed,
                span: at(module.source, rule.head.span),
                message: format!(
                    "this definition of `{}` says the same as the one in line {first}",
                    rule.head.name
                ),
            }),
            None => {
                known.insert(text, rule.span.row);
            }
        }
    }
}

/// Looks for bodies whose conditions contradict each other.
struct Conditions<'f> {
    source: SourceId,
    found: &'f mut Vec<LintRemark>,
}

impl Visitor for Conditions<'_> {
    fn body(&mut self, body: &[Expr]) {
        let mut wanted: BTreeMap<String, (String, &Expr)> = BTreeMap::new();
        for expr in body.iter().filter(|expr| !expr.negated && expr.with.is_empty()) {
            let message = match condition(expr) {
                Some(Condition::Never) => "this condition never holds".to_owned(),
                Some(Condition::Equal(path, value)) => match wanted.get(&path) {
                    Some((other, _)) if differ(other, &value) => {
                        format!("`{path}` cannot be {other} and {value} at once: the body never holds")
                    }
                    _ => {
                        wanted.insert(path, (value, expr));
                        continue;
                    }
                },
                None => continue,
            };
            self.found.push(LintRemark {
                fault: Fault::NeverMatches,
                span: at(self.source, expr.span),
                message,
            });
        }
    }
}

enum Condition {
    /// It never holds.
    Never,
    /// A path below `input` or `data` is a value.
    Equal(String, String),
}

fn condition(expr: &Expr) -> Option<Condition> {
    let (left, right) = match &expr.kind {
        ExprKind::Term(Term { kind: TermKind::Bool(false), .. }) => return Some(Condition::Never),
        ExprKind::Unify(left, right) => (left, right),
        ExprKind::Term(Term { kind: TermKind::Call(call), .. }) => {
            let is_equal = matches!(call.operator.as_slice(), [name]
                if name.as_var().is_some_and(|name| matches!(name.as_str(), "equal" | "eq")));
            match call.arguments.as_slice() {
                [left, right] if is_equal => (left, right),
                _ => return None,
            }
        }
        _ => return None,
    };
    match (path(left), constant(right), path(right), constant(left)) {
        (Some(path), Some(value), ..) | (_, _, Some(path), Some(value)) => {
            Some(Condition::Equal(path, value))
        }
        (_, Some(one), _, Some(two)) if differ(&one, &two) => Some(Condition::Never),
        _ => None,
    }
}

/// Whether two constants differ; numbers have several ways to be written.
fn differ(one: &str, two: &str) -> bool {
    match (one.parse::<f64>(), two.parse::<f64>()) {
        (Ok(one), Ok(two)) => one.total_cmp(&two).is_ne(),
        _ => one != two,
    }
}

/// A path without variables.
fn path(term: &Term) -> Option<String> {
    let TermKind::Ref(head, path) = &term.kind else { return None };
    let root = head.as_var().filter(|root| matches!(root.as_str(), "input" | "data"))?;
    let mut text = root.to_string();
    for step in path {
        match &step.kind {
            TermKind::String(name) => {
                text.push('.');
                text.push_str(name);
            }
            TermKind::Number(number) => {
                text.push('[');
                text.push_str(&number.to_string());
                text.push(']');
            }
            _ => return None,
        }
    }
    Some(text)
}

fn constant(term: &Term) -> Option<String> {
    match &term.kind {
        TermKind::String(text) => Some(format!("{text:?}")),
        TermKind::Number(number) => Some(number.to_string()),
        TermKind::Bool(value) => Some(value.to_string()),
        TermKind::Null => Some("null".to_owned()),
        _ => None,
    }
}

/// Entries that no test names.
fn untested(
    tree: &Tree,
    source: SourceId,
    tested: &Names,
    is_entry: &dyn Fn(&str) -> bool,
    found: &mut Vec<LintRemark>,
) {
    let mut said: BTreeSet<&str> = BTreeSet::new();
    let entries = tree.rules.iter().filter(|rule: &&Rule| is_entry(&rule.head.name));
    for rule in entries {
        let name = rule.head.name.as_str();
        if tested.used.contains_key(name) || !said.insert(name) {
            continue;
        }
        let message = format!("no test asks `{}.{name}`", tree.package.join("."));
        found.push(LintRemark { fault: Fault::Untested, span: at(source, rule.head.span), message });
    }
}
