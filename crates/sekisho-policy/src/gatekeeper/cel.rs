//! Templates in CEL: `K8sNativeValidation`, which has the language of `ValidatingAdmissionPolicy`.

use sekisho_manifest::{Node, Object};

use super::constraint::Constraint;
use crate::admission::{Embedded, Parts, variable};
use crate::asked::Asked;
use crate::facts::Facts;
use crate::problem::Problem;
use crate::verdict::{Enforcement, Outcome};

/// The version of Kubernetes whose libraries templates may use.
const MINOR: u32 = 37;

/// The object; of a deletion the one that goes.
pub(crate) const ANY_OBJECT: &str =
    r#"has(request.operation) && request.operation == "DELETE" && object == null ? oldObject : object"#;

/// The parameters of the constraint.
const PARAMETERS: &str =
    "!has(params.spec) ? null : !has(params.spec.parameters) ? null : params.spec.parameters";

/// Names that the engine keeps for itself.
const RESERVED: [&str; 2] = ["anyObject", "params"];
const RESERVED_PREFIX: &str = "gatekeeper_internal_";

/// A compiled template.
#[derive(Debug)]
pub(crate) struct CelRule {
    policy: Embedded,
}

impl CelRule {
    /// Compiles the source of a template.
    pub(crate) fn compile(object: &Object, source: &Node) -> Result<Self, Problem> {
        let span = source.span;
        let mut variables =
            vec![variable(span, "anyObject", ANY_OBJECT), variable(span, "params", PARAMETERS)];
        for given in source.get("variables").map(Node::items).unwrap_or_default() {
            let name = given.str("name");
            if RESERVED.contains(&name) || name.starts_with(RESERVED_PREFIX) {
                let message = format!("`{name}` is kept for Gatekeeper itself: choose another name");
                return Err(Problem::error(given, message));
            }
            variables.push(given.clone());
        }
        let conditions = source.get("matchCondition").or_else(|| source.get("matchConditions"));
        for given in conditions.map(Node::items).unwrap_or_default() {
            if given.str("name").starts_with(RESERVED_PREFIX) {
                let message =
                    format!("`{}` is kept for Gatekeeper itself: choose another name", given.str("name"));
                return Err(Problem::error(given, message));
            }
        }
        let parts = Parts {
            validations: source.get("validations"),
            conditions,
            variables,
            failure_policy: source.get("failurePolicy"),
        };
        match Embedded::compile(object, parts, MINOR) {
            Ok(policy) => Ok(Self { policy }),
            Err(problems) => Err(problems
                .into_iter()
                .next()
                .unwrap_or_else(|| Problem::error(source, "the template cannot be compiled"))),
        }
    }

    /// The messages of all validations that do not hold.
    pub(crate) fn violations(
        &self,
        constraint: &Constraint,
        asked: &Asked<'_>,
        facts: &dyn Facts,
    ) -> Vec<String> {
        let decisions = self.policy.judge(asked, facts, &constraint.root);
        decisions
            .into_iter()
            .filter(|decision| {
                matches!(decision.outcome, Outcome::Fail | Outcome::Error)
                    && decision.actions.contains(&Enforcement::Deny)
            })
            .map(|decision| decision.message)
            .collect()
    }
}
