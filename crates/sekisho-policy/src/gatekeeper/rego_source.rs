//! What Gatekeeper allows in the modules of a template: packages of libraries, imports, and what of `data` may
//! be read.

use sekisho_manifest::Node;
use sekisho_rego::ast::{Import, Module, Term, TermKind};
use sekisho_rego::visit::{Visitor, visit};

use crate::problem::Problem;

/// What of `data` the modules of a template may read.
const READABLE: [&str; 2] = ["inventory", "lib"];

/// The first thing that modules do and may not; `texts` are their texts, and stand in the same order.
pub(super) fn check(modules: &[Module], texts: &[&Node]) -> Result<(), Problem> {
    let all = || modules.iter().zip(texts.iter().copied());
    for (library, at) in all().skip(1) {
        if library.package.first().is_none_or(|name| name != "lib") || library.package.len() < 2 {
            let path = library.package.join(".");
            return invalid(at, &format!("invalid lib prefix: path data.{path} not found in lib prefixes"));
        }
    }
    for (module, at) in all() {
        if let Some(import) = module.imports.iter().find(|import| !is_allowed(import)) {
            let path = import.path.join(".");
            let message = if import.path.first().is_some_and(|root| root == "input") {
                format!("invalid import: cannot import input: \"{path}\"")
            } else {
                format!("invalid import: bad import: \"{path}\"")
            };
            return invalid(at, &message);
        }
    }
    for ((module, at), place) in all().zip(0_usize..) {
        let mut found = Found { text: at.as_str().unwrap_or_default(), refs: Vec::new(), in_call: false };
        module.rules.iter().for_each(|rule| visit(rule, &mut found));
        if !found.refs.is_empty() {
            let name =
                if place == 0 { "template".to_owned() } else { format!("libs[\"lib_{}\"]", place - 1) };
            let refs: Vec<String> = found.refs.iter().map(|one| format!("disallowed ref {one}")).collect();
            let refs = refs.join("; ");
            return invalid(
                at,
                &format!("invalid data references: check refs failed on module {name}: {refs}"),
            );
        }
    }
    Ok(())
}

fn invalid(at: &Node, message: &str) -> Result<(), Problem> {
    Err(Problem::error(at, format!("invalid ConstraintTemplate: {message}")))
}

fn is_allowed(import: &Import) -> bool {
    let mut path = import.path.iter().map(AsRef::as_ref);
    match (path.next(), path.next()) {
        (Some("future" | "rego"), _) => true,
        (Some("data"), Some(name)) => name == "lib",
        _ => false,
    }
}

/// References to what may not be read.
struct Found<'t> {
    text: &'t str,
    refs: Vec<String>,
    in_call: bool,
}

impl Visitor for Found<'_> {
    fn term(&mut self, term: &Term) -> bool {
        match &term.kind {
            TermKind::Ref(head, path) if head.as_var().is_some_and(|name| name == "data") => {
                let name = path.first().and_then(Term::as_text);
                if name.is_none_or(|name| !READABLE.contains(&name.as_str())) {
                    self.refs.push(term.span.of(self.text).to_owned());
                }
                false
            }
            TermKind::Var(name) => {
                // The first name of a function was seen with the others.
                if name == "data" && !std::mem::take(&mut self.in_call) {
                    self.refs.push("data".to_owned());
                }
                false
            }
            TermKind::Call(call) => {
                // A function of another package is a reference too.
                let names = call.operator.iter().map(|part| part.as_var().or_else(|| part.as_text()));
                let names: Option<Vec<&str>> = names.map(|name| name.map(AsRef::as_ref)).collect();
                if let Some(["data", rest @ ..]) = names.as_deref() {
                    if rest.first().is_none_or(|name| !READABLE.contains(name)) {
                        self.refs.push(format!("data.{}", rest.join(".")));
                    }
                    self.in_call = true;
                }
                true
            }
            _ => true,
        }
    }
}
