//! `DeletingPolicy`: which objects it removes when its time comes.

use sekisho_kyverno::rule::{RuleKind, RuleResult, Status};

use super::definition::{CelPolicy, Variant};
use super::evaluation::Evaluation;
use super::exception::{self, said};

/// Whether the policy would remove an object that it matches; it passes where it would.
pub(super) fn judge(policy: &CelPolicy, variant: &Variant, evaluation: &Evaluation<'_>) -> RuleResult {
    let kind = RuleKind::Validation;
    // Whatever an exception allows, one that matches keeps the object.
    let removed = match exception::any(&variant.exceptions, evaluation) {
        Ok(true) => Ok(false),
        Ok(false) => evaluation.all_hold(&variant.conditions),
        Err(why) => Err(why),
    };
    match removed {
        Ok(true) => said(&policy.name, kind, Status::Pass, "resource matched"),
        Ok(false) => said(&policy.name, kind, Status::Fail, "resource did not match"),
        Err(why) => said(&policy.name, kind, Status::Error, why),
    }
}
