//! What the tests share: modules and documents in one line, values out.

use sekisho_rego::Memory;
use sekisho_rego::ast::RegoVersion;
use sekisho_rego::value::{Value, read_json};
use sekisho_rego::{Compiled, EvaluationError, Options, RegoError, Request, Source, compile};

pub(crate) fn json(text: &str) -> Value {
    read_json(text).expect("the test writes JSON")
}

pub(crate) fn v0(text: &str) -> Source<'_> {
    Source { file: "test.rego", text, version: RegoVersion::V0 }
}

pub(crate) fn v1(text: &str) -> Source<'_> {
    Source { file: "test.rego", text, version: RegoVersion::V1 }
}

pub(crate) fn compiled(source: Source<'_>) -> Compiled {
    compile(&[source], &Options::default()).unwrap_or_else(|errors| panic!("{}", shown(&errors)))
}

pub(crate) fn errors(source: Source<'_>) -> String {
    compile(&[source], &Options::default()).map_or_else(|errors| shown(&errors), |_| String::new())
}

pub(crate) fn shown(errors: &[RegoError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The value of a document of a module, as JSON; `undefined` where it has none.
pub(crate) fn value(source: Source<'_>, path: &[&str], input: &str) -> Result<String, EvaluationError> {
    let compiled = compiled(source);
    let document = compiled.document(path).expect("the module has the document");
    let input = json(input);
    let request = Request { input: Some(&input), ..Request::default() };
    let outcome = compiled.evaluate(document, &request, &mut Memory::new())?;
    Ok(outcome.value.map_or_else(|| "undefined".to_owned(), |value| value.to_json()))
}

/// The rule `p` of a module of the package `test`.
pub(crate) fn p(text: &str, input: &str) -> String {
    value(v1(&format!("package test\n{text}")), &["test", "p"], input).expect("the rule is evaluated")
}

/// The same in the older language.
pub(crate) fn old_p(text: &str, input: &str) -> String {
    value(v0(&format!("package test\n{text}")), &["test", "p"], input).expect("the rule is evaluated")
}
