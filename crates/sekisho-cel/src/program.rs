//! A compiled expression.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::activation::Activation;
use crate::budget::{Budget, Meter, Patterns};
use crate::cost::CostEstimate;
use crate::cost::estimate::estimate;
use crate::environment::Environment;
use crate::error::{EvaluationError, Failure};
use crate::plan::build::{BuildError, build};
use crate::plan::run::Machine;
use crate::plan::{Kind, Node};
use crate::syntax::ast::{Ast, Expr, ExprId, Span};
use crate::syntax::error::ParseError;
use crate::syntax::parser::parse;
use crate::syntax::tree::DEEPEST;
use crate::types::check::{Checked, check};
use crate::types::reference::Reference;
use crate::types::{Type, TypeError, literals};
use crate::value::Value;

/// An expression that can be evaluated.
#[derive(Debug)]
pub struct Program {
    plan: Node,
    kind: Type,
    cost: CostEstimate,
    patterns: Arc<Patterns>,
    variables: Vec<SmolStr>,
    /// The fields that are selected of variables, with the variable.
    selections: Vec<(SmolStr, SmolStr)>,
    height: u32,
}

/// Why an expression does not compile: at least one fault.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.faults.first().map(|fault| fault.problem.to_string()).unwrap_or_default())]
pub struct CompileError {
    /// Everything that is wrong, in the order of the text as far as it was read.
    pub faults: Vec<CompileFault>,
}

/// One thing that is wrong with an expression.
#[derive(Debug, Clone, PartialEq)]
pub struct CompileFault {
    /// The part that is wrong.
    pub span: Span,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What can be wrong with an expression.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Its text.
    #[error(transparent)]
    Syntax(#[from] ParseError),
    /// Its types.
    #[error(transparent)]
    Type(#[from] TypeError),
    /// A constant that has no value in the type that it is converted to.
    #[error(transparent)]
    Constant(#[from] Failure),
}

impl CompileError {
    fn one(span: Span, problem: impl Into<Problem>) -> Self {
        Self { faults: vec![CompileFault { span, problem: problem.into() }] }
    }
}

impl Program {
    pub(crate) fn compile(
        environment: &Environment,
        source: &str,
        checks: bool,
    ) -> Result<Self, CompileError> {
        let ast =
            parse(source, environment.macros).map_err(|(span, error)| CompileError::one(span, error))?;
        let checked = if checks { Some(Self::check(&ast, environment)?) } else { None };
        let plan = build(&ast, checked.as_ref(), environment).map_err(|error| match error {
            BuildError::TooLarge => {
                CompileError::one(ast.span(ast.root()), ParseError::TooDeep { limit: DEEPEST })
            }
            BuildError::Constant(span, failure) => CompileError::one(span, failure),
        })?;
        let (kind, cost) = match &checked {
            Some(checked) => (checked.type_of(ast.root()).clone(), estimate(&ast, checked)),
            None => (Type::Dyn, CostEstimate { min: 0, max: u64::MAX }),
        };
        let mut variables = variables(&ast, checked.as_ref());
        variables.sort();
        variables.dedup();
        let mut patterns = Patterns::new();
        collect_patterns(&plan, &mut patterns);
        let selections = selections(&ast);
        let height = ast.height(ast.root());
        Ok(Self { plan, kind, cost, patterns: Arc::new(patterns), variables, selections, height })
    }

    fn check(ast: &Ast, environment: &Environment) -> Result<Checked, CompileError> {
        let faults = |errors: Vec<(Span, TypeError)>| CompileError {
            faults: errors
                .into_iter()
                .map(|(span, error)| CompileFault { span, problem: error.into() })
                .collect(),
        };
        let checked = check(ast, environment).map_err(faults)?;
        if environment.strict {
            let errors = literals::check(ast, &checked);
            if !errors.is_empty() {
                return Err(faults(errors));
            }
        }
        Ok(checked)
    }

    /// The type of its value; `dyn` where it was not checked.
    pub fn output_type(&self) -> &Type {
        &self.kind
    }

    /// What an evaluation may cost, if nothing is known of the sizes of its variables.
    pub fn estimated_cost(&self) -> CostEstimate {
        self.cost
    }

    /// The variables that it names; with dots where they were declared so.
    pub fn variables(&self) -> &[SmolStr] {
        &self.variables
    }

    /// The fields that it selects of a variable by their names: those that [`Activation::field`] may be asked.
    pub fn selections<'a>(&'a self, variable: &'a str) -> impl Iterator<Item = &'a SmolStr> {
        self.selections.iter().filter(move |(known, _)| known == variable).map(|(_, field)| field)
    }

    /// How many levels the expression has, its macros written out.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The value of the expression. What the evaluation costs is taken from the budget, also when it fails.
    pub fn evaluate(
        &self,
        activation: &dyn Activation,
        budget: &mut Budget,
    ) -> Result<Value, EvaluationError> {
        let meter = Meter::with_patterns(*budget, Arc::clone(&self.patterns));
        let mut machine = Machine::new(activation, meter);
        let outcome = machine.run(&self.plan);
        *budget = machine.meter.rest();
        outcome.map_err(|fault| *fault)
    }
}

fn variables(ast: &Ast, checked: Option<&Checked>) -> Vec<SmolStr> {
    let ids = (0..ast.len()).filter_map(|id| u32::try_from(id).ok()).map(ExprId);
    let name = |id: ExprId| match (checked, ast.node(id)) {
        (Some(checked), _) => match checked.reference(id) {
            Some(Reference::Variable(name)) => Some(name.clone()),
            _ => None,
        },
        (None, Expr::Ident(name)) => Some(name.clone()),
        _ => None,
    };
    ids.filter_map(name).collect()
}

/// What is selected of plain names, however it is written.
fn selections(ast: &Ast) -> Vec<(SmolStr, SmolStr)> {
    let ids = (0..ast.len()).filter_map(|id| u32::try_from(id).ok()).map(ExprId);
    let name = |id: &ExprId| match ast.node(*id) {
        Expr::Ident(name) => Some(SmolStr::new(name.trim_start_matches('.'))),
        _ => None,
    };
    let selection = |id: ExprId| match ast.node(id) {
        Expr::Select { operand, field, .. } => Some((name(operand)?, field.clone())),
        Expr::Call { arguments, .. } => match arguments.as_slice() {
            [operand, field] => match ast.node(*field) {
                Expr::Literal(Value::String(field)) => Some((name(operand)?, field.clone())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    ids.filter_map(selection).collect()
}

/// Compiles the patterns that stand in a plan as constants; wrong ones fail when they are used.
fn collect_patterns(node: &Node, patterns: &mut Patterns) {
    if let Kind::Call(call) = &node.kind {
        let name = call.function.as_ref().map_or("", |function| function.name.as_str());
        if matches!(
            name,
            "matches" | "find" | "findAll" | "regex.extract" | "regex.extractAll" | "regex.replace"
        ) && let Some(Kind::Constant(Value::String(pattern))) =
            call.arguments.get(1).map(|node| &node.kind)
            && patterns.len() < 100
            && let Ok(compiled) = crate::pattern::compile(pattern)
        {
            patterns.insert(pattern.clone(), Arc::new(compiled));
        }
    }
    node.for_each(&mut |child| collect_patterns(child, patterns));
}

impl Environment {
    /// Reads and checks an expression.
    pub fn compile(&self, source: &str) -> Result<Program, CompileError> {
        Program::compile(self, source, true)
    }

    /// Reads an expression without checking its types, which then counts when it is evaluated.
    pub fn compile_unchecked(&self, source: &str) -> Result<Program, CompileError> {
        Program::compile(self, source, false)
    }
}
