//! A rule as an admission policy has it.

use smol_str::SmolStr;

use crate::matching::{Kind, KindSelector, Operation};
use crate::policy::FailureAction;

/// A rule as an admission policy has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionRule {
    /// The name of the rule.
    pub name: SmolStr,
    /// What follows where it does not hold.
    pub action: FailureAction,
    /// The kinds that it is for; of none any.
    pub kinds: Vec<KindSelector>,
    /// The operations that it is for.
    pub operations: Vec<Operation>,
    /// What must hold for it to be asked: names and expressions.
    pub conditions: Vec<(String, String)>,
    /// Values that the demands name: names and expressions.
    pub variables: Vec<(String, String)>,
    /// What must hold.
    pub demands: Vec<AdmissionDemand>,
    /// Objects that the expressions see as `params`.
    pub parameters: Option<AdmissionParameters>,
}

/// What an admission policy demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionDemand {
    /// The expression, which is true where it holds.
    pub expression: String,
    /// What is said otherwise; may be empty.
    pub message: String,
    /// An expression for that; may be empty.
    pub message_expression: String,
}

/// Objects that expressions see as `params`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmissionParameters {
    /// Their kind.
    pub kind: Kind,
    /// The name of the one; empty where several are selected.
    pub name: SmolStr,
    /// Their namespace; empty for that of the object.
    pub namespace: SmolStr,
    /// Labels that they have.
    pub labels: Vec<(SmolStr, SmolStr)>,
    /// Whether the rule holds where there is no such object.
    pub allows_none: bool,
}
