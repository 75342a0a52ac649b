//! `with`: which document or function a condition replaces, and by what.

use super::lower::{Lowering, operator_name};
use crate::error::ErrorCode;
use crate::ir::goal::{Callee, Goal, Modifier, Node, Replacement, Target};
use crate::ir::tree::RuleKind;
use crate::syntax::ast::{Name, Term, TermKind, With};
use crate::value::Value;

impl Lowering<'_> {
    pub(super) fn modifier(&mut self, with: &With, goals: &mut Vec<Goal>) -> Option<Modifier> {
        let span = with.span;
        let (head, path) = match &with.target.kind {
            TermKind::Ref(head, path) => (&**head, path.as_slice()),
            _ => (&with.target, &[][..]),
        };
        let head_name = head.as_var()?.clone();
        let names: Option<Vec<Name>> = path.iter().map(|element| element.as_text().cloned()).collect();
        let dotted = operator_name(&std::iter::once(head).chain(path).cloned().collect::<Vec<_>>());
        let is_global = self.module.globals.contains_key(&head_name);
        if let Some(dotted) = dotted.filter(|_| !is_global && !matches!(head_name.as_str(), "input" | "data"))
            && let Some((replaced, _)) = self.function(&dotted)
        {
            if let Some(message) = not_replaceable(&replaced, &dotted) {
                self.fail(ErrorCode::Compile, message, span);
                return None;
            }
            let by = self.replacement(&with.value, goals);
            return Some(Modifier { span, target: Target::Function { replaced, by } });
        }
        // Targets mean the documents also where a variable of the same name hides them.
        let (is_input, mut full) = match head_name.as_str() {
            "input" => (true, Vec::new()),
            "data" => (false, Vec::new()),
            name => {
                if let Some(known) = self.module.globals.get(name) {
                    self.used.insert(head_name.clone());
                    let is_input = known.first().is_some_and(|root| root == "input");
                    (is_input, known.iter().skip(1).map(|name| Node::string(name)).collect::<Vec<_>>())
                } else {
                    let message = "with keyword target must reference existing input, data, or a function";
                    self.fail(ErrorCode::Type, message, span);
                    return None;
                }
            }
        };
        let known: Vec<Name> = full
            .iter()
            .filter_map(|node| match node {
                Node::Const(Value::String(text)) => Some(text.clone()),
                _ => None,
            })
            .collect();
        let ground = names.map(|names| [known, names].concat());
        for element in path {
            let element = self.term(element, true, goals);
            full.push(element);
        }
        if is_input {
            let value = self.term(&with.value, true, goals);
            return Some(Modifier { span, target: Target::Input { path: full, value } });
        }
        if let Some(ground) = ground {
            if let Some((RuleKind::Function, _)) = (self.around.kind)(&ground) {
                let by = self.replacement(&with.value, goals);
                let replaced = Callee::Function(ground);
                return Some(Modifier { span, target: Target::Function { replaced, by } });
            }
            let is_inside = (1..ground.len())
                .any(|length| ground.get(..length).is_some_and(|path| (self.around.kind)(path).is_some()));
            if is_inside {
                let message = "with keyword cannot partially replace virtual document(s)";
                self.fail(ErrorCode::Compile, message, with.target.span);
                return None;
            }
        }
        let value = self.term(&with.value, true, goals);
        Some(Modifier { span, target: Target::Data { path: full, value } })
    }

    /// What takes the place of a function: another function, a document, or a value.
    fn replacement(&mut self, value: &Term, goals: &mut Vec<Goal>) -> Replacement {
        let (head, path) = match &value.kind {
            TermKind::Ref(head, path) => (&**head, path.as_slice()),
            TermKind::Var(_) => (value, &[][..]),
            _ => return Replacement::Value(self.term(value, true, goals)),
        };
        let parts: Vec<Term> = std::iter::once(head).chain(path).cloned().collect();
        if let (Some(first), Some(dotted)) = (head.as_var(), operator_name(&parts))
            && !self.names.is_shadowed(first)
            && !self.names.will_be_declared(first)
        {
            let rest = path.iter().filter_map(Term::as_text).cloned();
            let full: Option<Vec<Name>> = match self.module.globals.get(first) {
                Some(known) if known.first().is_some_and(|root| root == "data") => {
                    self.used.insert(first.clone());
                    Some(known.iter().skip(1).cloned().chain(rest).collect())
                }
                None if first == "data" => Some(rest.collect()),
                _ => None,
            };
            if let Some(full) = full {
                if let Some((RuleKind::Function, _)) = (self.around.kind)(&full) {
                    return Replacement::Function(Callee::Function(full));
                }
                if self.around.tree.find(&full).is_some() {
                    return Replacement::Document(full);
                }
            } else if !self.module.globals.contains_key(first)
                && let Some((callee, _)) = self.function(&dotted)
            {
                return Replacement::Function(callee);
            }
        }
        Replacement::Value(self.term(value, true, goals))
    }
}

/// Why a function cannot be replaced by `with`.
fn not_replaceable(callee: &Callee, name: &str) -> Option<String> {
    let Callee::Builtin(builtin) = callee else { return None };
    let prefix = "with keyword replacing built-in function";
    if matches!(name, "eq" | "rego.metadata.chain" | "rego.metadata.rule") {
        return Some(format!("{prefix}: replacement of \"{name}\" invalid"));
    }
    if name.starts_with("internal.") {
        return Some(format!("{prefix}: replacement of internal function \"{name}\" invalid"));
    }
    if builtin.relation {
        return Some(format!("{prefix}: target must not be a relation"));
    }
    (name == "print").then(|| format!("{prefix}: target must not be a void function"))
}
