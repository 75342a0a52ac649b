//! Which variable or document a name means at a place of a clause.

use std::collections::{HashMap, HashSet};

use crate::ir::goal::{Var, VarInfo};
use crate::syntax::ast::{Expr, ExprKind, Name, Term, TermKind};

/// What a name was last seen as in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Occurrence {
    Argument,
    Seen,
    Assigned,
    Declared,
}

#[derive(Debug)]
struct Known {
    var: Var,
    occurrence: Occurrence,
    /// How often it was read.
    uses: u32,
}

/// The names of one body.
#[derive(Debug, Default)]
struct Scope {
    /// Names that some condition of the body declares, also a later one: they mean no document.
    declared: HashSet<Name>,
    known: HashMap<Name, Known>,
}

/// The names of a clause, body by body.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) vars: Vec<VarInfo>,
    /// Names without a declaration mean one variable in the whole clause.
    plain: HashMap<Name, Var>,
    scopes: Vec<Scope>,
}

/// A name that a body declares and never reads.
#[derive(Debug)]
pub(super) struct Unused {
    pub(super) name: Name,
    pub(super) occurrence: Occurrence,
}

impl Names {
    pub(super) fn fresh(&mut self, name: &str) -> Var {
        let var = Var::try_from(self.vars.len()).unwrap_or(Var::MAX);
        self.vars.push(VarInfo { name: Name::new(name) });
        var
    }

    pub(super) fn open(&mut self, declared: HashSet<Name>) {
        self.scopes.push(Scope { declared, known: HashMap::new() });
    }

    /// Leaves a body; gives the names that it declared in vain.
    pub(super) fn close(&mut self) -> Vec<Unused> {
        let scope = self.scopes.pop().unwrap_or_default();
        let mut unused: Vec<Unused> = scope
            .known
            .into_iter()
            .filter(|(name, known)| known.uses == 0 && !name.starts_with('$'))
            .filter(|(_, known)| matches!(known.occurrence, Occurrence::Assigned | Occurrence::Declared))
            .map(|(name, known)| Unused { name, occurrence: known.occurrence })
            .collect();
        unused.sort_by(|one, two| one.name.cmp(&two.name));
        unused
    }

    /// The variable that a name means by a declaration, which counts as a use.
    pub(super) fn declared(&mut self, name: &str) -> Option<Var> {
        let known = self.scopes.iter_mut().rev().find_map(|scope| scope.known.get_mut(name))?;
        known.uses += 1;
        Some(known.var)
    }

    /// Whether a name is declared, without counting it as a use; names that were only seen do not count.
    pub(super) fn is_shadowed(&self, name: &str) -> bool {
        let known = self.scopes.iter().rev().find_map(|scope| scope.known.get(name));
        known.is_some_and(|known| known.occurrence != Occurrence::Seen)
    }

    /// Whether a body around declares the name, be it later.
    pub(super) fn will_be_declared(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.declared.contains(name))
    }

    /// The variable of a name that nothing declares.
    pub(super) fn plain(&mut self, name: &Name) -> Var {
        let var = if let Some(var) = self.plain.get(name) {
            *var
        } else {
            let shown = if name.starts_with('$') { "_" } else { name.as_str() };
            let var = self.fresh(shown);
            self.plain.insert(name.clone(), var);
            var
        };
        if let Some(scope) = self.scopes.last_mut() {
            let seen = Known { var, occurrence: Occurrence::Seen, uses: 1 };
            scope.known.entry(name.clone()).or_insert(seen);
        }
        var
    }

    /// Declares a name in the innermost body.
    pub(super) fn declare(&mut self, name: &Name, occurrence: Occurrence) -> Result<Var, String> {
        if name.starts_with('$') {
            return Ok(self.plain(name));
        }
        if let Some(known) = self.scopes.last().and_then(|scope| scope.known.get(name)) {
            return Err(match known.occurrence {
                Occurrence::Seen => format!("var {name} referenced above"),
                Occurrence::Assigned => format!("var {name} assigned above"),
                Occurrence::Declared => format!("var {name} declared above"),
                Occurrence::Argument => format!("arg {name} redeclared"),
            });
        }
        let var = self.fresh(name);
        if let Some(scope) = self.scopes.last_mut() {
            scope.known.insert(name.clone(), Known { var, occurrence, uses: 0 });
        }
        Ok(var)
    }

    /// The variables that the query's writer named, in the order of their names.
    pub(super) fn visible(&self) -> Vec<(Name, Var)> {
        let declared = self.scopes.first().into_iter().flat_map(|scope| &scope.known);
        let mut visible: HashMap<Name, Var> =
            declared.map(|(name, known)| (name.clone(), known.var)).collect();
        for (name, var) in &self.plain {
            visible.entry(name.clone()).or_insert(*var);
        }
        let mut visible: Vec<_> = visible.into_iter().filter(|(name, _)| !name.starts_with('$')).collect();
        visible.sort();
        visible
    }
}

/// The names that the conditions of a body declare, those of nested bodies apart.
pub(super) fn declared_names(body: &[Expr]) -> HashSet<Name> {
    let mut names = HashSet::new();
    for expr in body {
        match &expr.kind {
            ExprKind::Assign(left, _) => pattern_names(left, &mut names),
            ExprKind::Some(terms) => terms.iter().for_each(|term| pattern_names(term, &mut names)),
            ExprKind::SomeIn { key, value, .. } => {
                for term in key.iter().chain([value]) {
                    pattern_names(term, &mut names);
                }
            }
            _ => {}
        }
    }
    names
}

/// The names in the places of a pattern that unification fills.
pub(super) fn pattern_names(term: &Term, names: &mut HashSet<Name>) {
    match &term.kind {
        TermKind::Var(name) => {
            names.insert(name.clone());
        }
        TermKind::Array(items) => items.iter().for_each(|item| pattern_names(item, names)),
        TermKind::Object(pairs) => pairs.iter().for_each(|(_, value)| pattern_names(value, names)),
        _ => {}
    }
}
