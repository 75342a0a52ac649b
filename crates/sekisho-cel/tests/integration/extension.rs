//! Functions and types that layers above bring along.

use std::any::Any;

use sekisho_cel::{
    Activation, Budget, Environment, EvaluationError, Extension, ExtensionCost, Failure, Foreign, Library,
    Span, Type, Value,
};
use smol_str::SmolStr;

use crate::shown::shown;

/// An image reference, as a type of the caller's own.
#[derive(Debug, PartialEq)]
struct Image {
    registry: SmolStr,
    tag: SmolStr,
}

impl Foreign for Image {
    fn type_name(&self) -> SmolStr {
        SmolStr::new_static("test.Image")
    }

    fn is_equal(&self, other: &dyn Foreign) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref() == Some(self)
    }

    fn field(&self, name: &str) -> Option<Value> {
        (name == "tag").then(|| Value::String(self.tag.clone()))
    }
}

/// What the functions may ask.
struct Facts {
    namespaces: Vec<&'static str>,
}

struct Caller(Facts);

impl Activation for Caller {
    fn variable(&self, name: &str) -> Option<Value> {
        (name == "prefix").then(|| Value::from("kube-"))
    }

    fn field(&self, variable: &str, field: &str) -> Option<Result<Value, EvaluationError>> {
        match (variable, field) {
            ("variables", "broken") => {
                Some(Err(EvaluationError { kind: Failure::DivisionByZero, span: Span::default() }))
            }
            ("variables", field) => Some(Ok(Value::from(field))),
            _ => None,
        }
    }

    fn facts(&self) -> Option<&dyn Any> {
        Some(&self.0)
    }
}

fn environment() -> Environment {
    Environment::new(&[Library::Optionals])
        .with_library(Library::Strings)
        .with_variable("prefix", Type::String)
        .with_variable("variables", Type::Struct("test.Variables".into()))
        .with_foreign_type("test.Variables")
        .with_foreign_type("test.Image")
        .with_extension(Extension::global("image", "string -> test.Image", |call| match call.arguments() {
            [Value::String(text)] => {
                call.memory(text.len())?;
                let (registry, tag) =
                    text.split_once(':').ok_or_else(|| Failure::Argument("no tag".to_owned()))?;
                Ok(Value::foreign(Image { registry: registry.into(), tag: tag.into() }))
            }
            _ => Err(Failure::NoSuchOverload),
        }))
        .with_extension(Extension::member("registry", "test.Image -> string", |call| {
            let image = call.arguments().first().and_then(Value::as_foreign::<Image>);
            image.map(|image| Value::String(image.registry.clone())).ok_or(Failure::NoSuchOverload)
        }))
        .with_extension(
            Extension::global("cluster.namespaces", "string -> list(string)", |call| {
                let facts =
                    call.facts::<Facts>().ok_or_else(|| Failure::UnknownFact("the namespaces".to_owned()))?;
                let prefix = call.arguments().first().and_then(Value::as_str).unwrap_or_default();
                call.work(facts.namespaces.len())?;
                let found = facts.namespaces.iter().filter(|name| name.starts_with(prefix));
                Ok(Value::list(found.map(|name| Value::from(*name)).collect()))
            })
            .costing(ExtensionCost::Size { argument: 0, tenths: 20 }),
        )
}

fn run(source: &str) -> Result<Value, Failure> {
    let program = environment().compile(source).map_err(|error| Failure::Argument(error.to_string()))?;
    let caller = Caller(Facts { namespaces: vec!["kube-system", "kube-public", "shop"] });
    program.evaluate(&caller, &mut Budget::default()).map_err(|error| error.kind)
}

#[test]
fn added_functions_take_part_in_types_and_see_the_facts() {
    for (source, wanted) in [
        ("cluster.namespaces(prefix)", r#"[String("kube-system"), String("kube-public")]"#),
        ("cluster.namespaces('x').size()", "Int(0)"),
        ("image('a:b').registry() + image('a:b').tag", r#"String("ab")"#),
        ("image('a:b') == image('a:b') && image('a:b') != image('a:c')", "Bool(true)"),
        ("type(image('a:b')) == test.Image", "Bool(true)"),
        ("has(image('a:b').tag) && !has(image('a:b').digest)", "Bool(true)"),
        ("image('a:b').?digest.orValue('none')", r#"String("none")"#),
    ] {
        assert_eq!(run(source).map(|value| shown(&value)), Ok(wanted.to_owned()), "{source}");
    }
    assert_eq!(run("image('a')").map(|_| ()), Err(Failure::Argument("no tag".to_owned())));
    for refused in ["image(1)", "cluster.namespaces('a').foo()", "'a'.registry()", "image('a:b') == 'a:b'"] {
        assert!(environment().compile(refused).is_err(), "{refused}");
    }
}

#[test]
fn added_functions_cost_what_they_say() {
    let program = environment().compile("cluster.namespaces('kube-')").unwrap();
    let caller = Caller(Facts { namespaces: Vec::new() });
    let mut budget = Budget::default();
    program.evaluate(&caller, &mut budget).unwrap();
    assert_eq!(Budget::default().cost - budget.cost, 10);
    assert_eq!((program.estimated_cost().min, program.estimated_cost().max), (10, 10));
    budget.cost = 9;
    let ended = program.evaluate(&caller, &mut budget).map_err(|error| error.kind);
    assert!(matches!(ended, Err(Failure::CostLimit)), "{ended:?}");
}

#[test]
fn fields_of_variables_are_worked_out_when_they_are_asked_for() {
    assert_eq!(run("variables.x + variables.y").map(|value| shown(&value)), Ok(r#"String("xy")"#.to_owned()));
    assert_eq!(run("true || variables.broken == ''").map(|value| shown(&value)), Ok("Bool(true)".to_owned()));
    assert!(matches!(run("variables.broken"), Err(Failure::DivisionByZero)));
    assert_eq!(run("has(variables.x)").map(|value| shown(&value)), Ok("Bool(true)".to_owned()));
    assert!(matches!(run("has(variables.broken)"), Err(Failure::DivisionByZero)));
    assert_eq!(
        run("variables.?x.orValue('none')").map(|value| shown(&value)),
        Ok(r#"String("x")"#.to_owned())
    );
    let program = environment().compile("variables.x + variables.?y.orValue(prefix)").unwrap();
    assert_eq!(program.selections("variables").collect::<Vec<_>>(), ["x", "y"]);
}
