//! Our rows of facts about the API server's CEL: results, types, costs and estimates of its own engine.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sekisho_cel::{Bindings, Budget, Environment, Nulls, Type, Value};
use sekisho_manifest::{Budget as LoadBudget, Format, Loaded, Node, SourceId, load};

use super::Outcome;
use super::cel::{same, value};

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let variables = read(&data.join("kubernetes.variables.json"))?;
    let rows = read(&data.join("kubernetes.jsonl"))?;
    let mut environment = Environment::kubernetes(37);
    let mut bindings = Bindings::new();
    for entry in variables.documents.first().map_or(&[][..], |document| document.root.entries()) {
        let kind = match entry.node.str("type") {
            "string" => Type::String,
            "int" => Type::Int,
            "list(string)" => Type::list(Type::String),
            "list(int)" => Type::list(Type::Int),
            "map(string, string)" => Type::map(Type::String, Type::String),
            "map(string, int)" => Type::map(Type::String, Type::Int),
            _ => Type::Dyn,
        };
        environment = environment.with_variable(entry.key.clone(), kind);
        if let Some(content) = entry.node.get("value") {
            bindings.bind(entry.key.clone(), Value::from_node(content, Nulls::Kept));
        }
    }
    let outcome = |(index, row): (usize, &Node)| Outcome {
        id: format!("kubernetes:{}", index + 1),
        miss: miss(row, &environment, &bindings).map(|why| format!("{}: {why}", row.str("expr"))),
    };
    Ok(rows.documents.iter().map(|document| &document.root).enumerate().map(outcome).collect())
}

fn read(path: &Path) -> Result<Loaded> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let loaded = load(SourceId::default(), &text, Format::Json, &LoadBudget::default());
    if let Some(error) = loaded.errors.first() {
        bail!("`{}` has a row that is no JSON: {error}", path.display());
    }
    Ok(loaded)
}

/// Why a row does not hold.
fn miss(row: &Node, environment: &Environment, bindings: &Bindings) -> Option<String> {
    let program = match (environment.compile(row.str("expr")), row.is_true("compile_error")) {
        (Err(_), true) => return None,
        (Err(error), false) => return Some(format!("does not compile: {error}")),
        (Ok(_), true) => return Some("compiles".to_owned()),
        (Ok(program), false) => program,
    };
    let kind = program.output_type().to_string();
    if kind != row.str("type") {
        return Some(format!("is of type {kind}, not {}", row.str("type")));
    }
    let estimate = program.estimated_cost();
    let found = [estimate.min.to_string(), estimate.max.to_string()];
    if row.get("estimate").is_some() && !row.strings("estimate").eq(found.iter().map(String::as_str)) {
        return Some(format!("is estimated {found:?}"));
    }
    let mut budget = Budget::default();
    let result = program.evaluate(bindings, &mut budget);
    let cost = (Budget::default().cost - budget.cost).to_string();
    match (result, row.get("value")) {
        (Err(_), None) => None,
        (Err(error), Some(_)) => Some(format!("fails: {error}")),
        (Ok(found), None) => Some(format!("is {found:?}, not an error")),
        (Ok(found), Some(wanted)) if !value(wanted).is_some_and(|wanted| same(&wanted, &found)) => {
            Some(format!("is {found:?}, not {}", wanted.to_json()))
        }
        _ => (cost != row.str("cost") && row.get("cost").is_some())
            .then(|| format!("costs {cost}, not {}", row.str("cost"))),
    }
}
