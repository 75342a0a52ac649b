//! Rules whose demands are CEL expressions, compiled.

use std::sync::LazyLock;

use sekisho_cel::{CompileError, Environment, Program, StructType, Type};
use smol_str::SmolStr;

use crate::matching::{Kind, LabelSelector};
use crate::value::Value;

/// The version of Kubernetes whose functions expressions have.
const MINOR: u32 = 36;

const VARIABLES: &str = "kubernetes.variables";

/// A rule of expressions.
#[derive(Debug)]
pub(crate) struct CelRule {
    pub(crate) conditions: Vec<Expression>,
    pub(crate) variables: Vec<(SmolStr, Expression)>,
    pub(crate) demands: Vec<Demand>,
    pub(crate) parameters: Option<Parameters>,
}

#[derive(Debug)]
pub(crate) struct Demand {
    pub(crate) expression: Expression,
    pub(crate) message: SmolStr,
    pub(crate) message_expression: Option<Expression>,
}

/// An expression, or why it cannot be compiled.
#[derive(Debug)]
pub(crate) struct Expression {
    pub(crate) text: SmolStr,
    pub(crate) program: Result<Program, CompileError>,
}

/// Objects that the expressions see as `params`, one after the other.
#[derive(Debug)]
pub(crate) struct Parameters {
    pub(crate) kind: Kind,
    pub(crate) name: SmolStr,
    pub(crate) namespace: SmolStr,
    pub(crate) selector: Option<LabelSelector>,
    /// Whether the rule holds where there is no such object.
    pub(crate) allows_none: bool,
}

/// What expressions have without variables of their own.
static BASE: LazyLock<Environment> = LazyLock::new(|| {
    Environment::kubernetes(MINOR)
        .with_or_value_of_plain_values()
        .with_variable("object", Type::Dyn)
        .with_variable("oldObject", Type::Dyn)
        .with_variable("request", Type::Dyn)
        .with_variable("namespaceObject", Type::Dyn)
        .with_variable("authorizer", Type::Struct("kubernetes.authorization.Authorizer".into()))
        .with_variable(
            "authorizer.requestResource",
            Type::Struct("kubernetes.authorization.ResourceCheck".into()),
        )
});

impl CelRule {
    /// Reads a rule; `message` stands for those of its demands that have none.
    pub(super) fn read(cel: &Value, conditions: &[Value], message: &str) -> Self {
        let parameters = Parameters::read(cel);
        let base =
            if parameters.is_some() { BASE.clone().with_variable("params", Type::Dyn) } else { BASE.clone() };
        let items = |key: &str| cel.get(key).and_then(Value::as_list).unwrap_or(&[]);
        let mut names: Vec<(SmolStr, Type)> = Vec::new();
        let mut variables = Vec::new();
        for item in items("variables") {
            let environment = with_variables(&base, &names);
            variables
                .push((text(item, "name"), Expression::compile(&environment, &text(item, "expression"))));
            names.push((text(item, "name"), Type::Dyn));
        }
        let environment = with_variables(&base, &names);
        let demands = items("expressions")
            .iter()
            .map(|item| {
                let own = text(item, "message");
                let with_expression = text(item, "messageExpression");
                Demand {
                    expression: Expression::compile(&environment, &text(item, "expression")),
                    message: if own.is_empty() { message.into() } else { own },
                    message_expression: (!with_expression.is_empty())
                        .then(|| Expression::compile(&environment, &with_expression)),
                }
            })
            .collect();
        let conditions =
            conditions.iter().map(|item| Expression::compile(&base, &text(item, "expression"))).collect();
        Self { conditions, variables, demands, parameters }
    }
}

impl Expression {
    fn compile(environment: &Environment, text: &str) -> Self {
        Self { text: text.into(), program: environment.compile(text.trim()) }
    }
}

impl Parameters {
    fn read(cel: &Value) -> Option<Self> {
        let (kind, reference) = (cel.get("paramKind")?, cel.get("paramRef")?);
        Some(Self {
            kind: Kind::new(&text(kind, "apiVersion"), &text(kind, "kind")),
            name: text(reference, "name"),
            namespace: text(reference, "namespace"),
            selector: reference.get("selector").filter(|value| !value.is_null()).map(LabelSelector::read),
            allows_none: text(reference, "parameterNotFoundAction") == "Allow",
        })
    }
}

fn with_variables(base: &Environment, names: &[(SmolStr, Type)]) -> Environment {
    base.clone()
        .with_message(VARIABLES, StructType { fields: names.to_vec(), open: false })
        .with_variable("variables", Type::Struct(VARIABLES.into()))
}

fn text(value: &Value, key: &str) -> SmolStr {
    value.get(key).and_then(Value::as_str).unwrap_or("").into()
}
