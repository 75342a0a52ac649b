//! The rule of a template, compiled, in whichever language it is written.

use sekisho_manifest::Object;

use super::cel::CelRule;
use super::constraint::Constraint;
use super::rego::{Parameters, RegoRule};
use super::said::Said;
use super::template::{Engine, Source, Template};
use crate::asked::Asked;
use crate::facts::Facts;
use crate::problem::Problem;

/// A compiled rule.
#[derive(Debug)]
pub(crate) enum Rule {
    Rego(RegoRule),
    Cel(CelRule),
}

/// A constraint in the form of the rule's language.
#[derive(Debug)]
pub(crate) enum Prepared {
    Rego(Parameters),
    Cel,
}

impl Rule {
    /// Compiles the rule of a template in the first of these languages that it is given in.
    pub(crate) fn compile(
        object: &Object,
        template: &Template,
        engines: &[Engine],
        sources: &[sekisho_manifest::Source],
    ) -> Result<Self, Problem> {
        match template.source(engines) {
            Some(Source::Rego { module, libraries, is_v1 }) => {
                RegoRule::compile(module, libraries, *is_v1, sources).map(Self::Rego)
            }
            Some(Source::Cel(source)) => CelRule::compile(object, source).map(Self::Cel),
            None => {
                let message = "the template has no rule in a language that was asked for";
                Err(Problem::error(&object.root, message))
            }
        }
    }

    /// Makes of a constraint what every evaluation needs.
    pub(crate) fn prepare(&self, constraint: &Constraint) -> Prepared {
        match self {
            Self::Rego(_) => Prepared::Rego(Parameters::new(constraint)),
            Self::Cel(_) => Prepared::Cel,
        }
    }

    /// All violations.
    pub(crate) fn violations(
        &self,
        constraint: &Constraint,
        prepared: &Prepared,
        asked: &Asked<'_>,
        facts: &dyn Facts,
    ) -> Vec<Said> {
        match (self, prepared) {
            (Self::Rego(rule), Prepared::Rego(parameters)) => rule.violations(parameters, asked, facts),
            (Self::Cel(rule), _) => {
                rule.violations(constraint, asked, facts).into_iter().map(Said::Violation).collect()
            }
            (Self::Rego(_), Prepared::Cel) => Vec::new(),
        }
    }
}
