//! The expressions of a policy: compiled one after the other, each seeing the variables before it.

use std::sync::Arc;

use sekisho_cel::{Environment, Program, Type};
use smol_str::SmolStr;

use super::environment::{self, Use};
use super::scope::Scope;
use crate::admission::{At, Reader};

/// How many levels expressions may nest through variables.
const LEVELS: u32 = 500;

/// An expression that can be evaluated.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) program: Box<Program>,
    /// Whether the variables must be worked out before it, since they lean on each other so deeply that working
    /// them out on the way would nest too deep.
    pub(super) eager: bool,
}

/// A variable of a policy.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: SmolStr,
    pub(super) expression: Expression,
}

/// Compiles the expressions of one policy.
pub(super) struct Compiler {
    base: Environment,
    environment: Arc<Environment>,
    types: Vec<(SmolStr, Type)>,
    levels: Vec<(SmolStr, u32)>,
}

impl Compiler {
    pub(super) fn new(used: Use, scope: Scope) -> Self {
        let base = environment::of(used, scope);
        Self { environment: Arc::new(base.clone()), base, types: Vec::new(), levels: Vec::new() }
    }

    /// The expression of a field that must be there; none where it is refused. `wanted` are the types that it
    /// may have; none: any.
    pub(super) fn compile(
        &self,
        reader: &mut Reader<'_>,
        at: &At<'_>,
        wanted: &[Type],
    ) -> Option<Expression> {
        let (_, program) = reader.program(&self.environment, at, wanted)?;
        let eager = self.levels_of(&program) > LEVELS;
        Some(Expression { program: Box::new(program), eager })
    }

    /// The variables of a policy, in their order.
    pub(super) fn variables(&mut self, reader: &mut Reader<'_>, at: &At<'_>) -> Vec<Variable> {
        let mut read: Vec<Variable> = Vec::new();
        for item in reader.items(at) {
            reader.mapping(&item);
            let name = reader.needed_text(&item.get("name"));
            let Some(expression) = self.compile(reader, &item.get("expression"), &[]) else { continue };
            self.types.retain(|(known, _)| *known != name);
            self.types.push((name.clone(), expression.program.output_type().clone()));
            self.environment = Arc::new(environment::with_variables(self.base.clone(), &self.types));
            let levels = self.levels_of(&expression.program);
            // What is worked out beforehand needs no more levels than its own.
            let levels = if levels > LEVELS { expression.program.height() } else { levels };
            self.levels.push((name.clone(), levels));
            read.retain(|known| known.name != name);
            read.push(Variable { name, expression });
        }
        read
    }

    /// The conditions of a list, which are of truth values.
    pub(super) fn conditions(&self, reader: &mut Reader<'_>, at: &At<'_>) -> Vec<Expression> {
        let items = reader.items(at);
        let condition = |item: &At<'_>| self.compile(reader, &item.get("expression"), &[Type::Bool]);
        items.iter().filter_map(condition).collect()
    }

    fn levels_of(&self, program: &Program) -> u32 {
        let used = |name: &SmolStr| self.levels.iter().find(|(known, _)| known == name);
        let below = program.selections("variables").filter_map(used).map(|(_, levels)| *levels).max();
        program.height().saturating_add(below.unwrap_or(0))
    }
}
