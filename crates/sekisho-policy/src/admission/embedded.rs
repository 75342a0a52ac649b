//! Validations that another engine's document holds: in the language of `ValidatingAdmissionPolicy`, but with a
//! scope and bindings of that engine.

use std::sync::Arc;

use sekisho_cel::Nulls;
use sekisho_manifest::{Entry, FieldPath, Mapping, Node, Object, Span, Value};
use smol_str::SmolStr;

use super::binding::Binding;
use super::decision::Decision;
use super::environment;
use super::matching::Matched;
use super::reader::Reader;
use super::validating::{ValidatingPolicy, subject};
use super::view::View;
use crate::asked::Asked;
use crate::facts::Facts;
use crate::kinds::Kinds;
use crate::problem::{Problem, Weight};

/// A policy without a scope: its engine says what it is applied to.
#[derive(Debug)]
pub(crate) struct Embedded {
    policy: ValidatingPolicy,
    binding: Binding,
}

/// What a document holds of a policy.
#[derive(Debug, Default)]
pub(crate) struct Parts<'n> {
    pub(crate) validations: Option<&'n Node>,
    pub(crate) conditions: Option<&'n Node>,
    pub(crate) variables: Vec<Node>,
    pub(crate) failure_policy: Option<&'n Node>,
}

impl Embedded {
    /// Compiles the parts of a policy that has parameters. Faults stand where the parts do.
    pub(crate) fn compile(object: &Object, parts: Parts<'_>, minor: u32) -> Result<Self, Vec<Problem>> {
        let span = object.root.span;
        let text = |text: &str| Node { span, value: Value::String(text.into()) };
        let parameters = mapping(span, [("apiVersion", text("v1")), ("kind", text("Parameters"))]);
        let all = || Node { span, value: Value::Sequence(Arc::new(vec![text("*")])) };
        let rule = mapping(
            span,
            [("apiGroups", all()), ("apiVersions", all()), ("operations", all()), ("resources", all())],
        );
        let rules = Node { span, value: Value::Sequence(Arc::new(vec![rule])) };
        let mut spec = vec![
            ("paramKind", parameters),
            ("matchConstraints", mapping(span, [("resourceRules", rules)])),
            ("variables", Node { span, value: Value::Sequence(Arc::new(parts.variables)) }),
        ];
        let given = [
            ("validations", parts.validations),
            ("matchConditions", parts.conditions),
            ("failurePolicy", parts.failure_policy),
        ];
        spec.extend(given.into_iter().filter_map(|(key, node)| Some((key, node?.clone()))));
        let policy = Object {
            api_version: "admissionregistration.k8s.io/v1".into(),
            kind: "ValidatingAdmissionPolicy".into(),
            name: object.name.clone(),
            namespace: None,
            root: mapping(
                span,
                [
                    ("apiVersion", text("admissionregistration.k8s.io/v1")),
                    ("kind", text("ValidatingAdmissionPolicy")),
                    ("metadata", mapping(span, [("name", text(&object.name))])),
                    ("spec", mapping(span, spec)),
                ],
            ),
            source: object.source,
            document: object.document,
            within: FieldPath::root(),
        };
        let mut reader = Reader::new("");
        let kinds = Arc::new(Kinds::default());
        let read = ValidatingPolicy::read(&mut reader, &policy, &environment::base(minor), &kinds);
        let refused = reader.problems.iter().any(|problem| problem.weight == Weight::Error);
        match read.filter(|_| !refused) {
            Some(policy) => Ok(Self { binding: Binding::implied(policy.name().clone()), policy }),
            None => Err(reader.problems),
        }
    }

    /// What the validations say of a request, with one parameter object.
    pub(crate) fn judge(&self, asked: &Asked<'_>, facts: &dyn Facts, parameters: &Node) -> Vec<Decision> {
        let view = asked.view(|request| AsWritten(View::with_nulls(request, Nulls::Kept)));
        let matched = Matched::of(asked);
        let subject = subject(asked, facts, &view.0, &matched, Some(parameters));
        let mut decisions = Vec::new();
        self.policy.judge_subject(&subject, &self.binding, &mut decisions, &mut Vec::new());
        decisions
    }
}

/// A request whose objects are taken as they are written: nobody has decoded them.
struct AsWritten(View);

/// A variable that an engine adds to those of a policy.
pub(crate) fn variable(span: Span, name: &str, expression: &str) -> Node {
    let text = |text: &str| Node { span, value: Value::String(text.into()) };
    mapping(span, [("name", text(name)), ("expression", text(expression))])
}

fn mapping(span: Span, fields: impl IntoIterator<Item = (&'static str, Node)>) -> Node {
    let entry = |(key, node)| Entry { key: SmolStr::new_static(key), key_span: span, node };
    let entries = fields.into_iter().map(entry).collect();
    Node { span, value: Value::Mapping(Arc::new(Mapping::new(entries))) }
}
