//! `DeletingPolicy`: which objects it removes when its time comes.

use sekisho_kyverno::rule::{RuleKind, RuleResult, Status};

use super::evaluation::Evaluation;
use super::exception::{self, said};
use super::gate::Gate;

/// Whether the policy would remove an object that it matches; it passes where it would.
pub(super) fn judge(name: &str, gate: &Gate, evaluation: &Evaluation<'_>) -> RuleResult {
    let kind = RuleKind::Validation;
    // Whatever an exception allows, one that matches keeps the object.
    let removed = match exception::any(&gate.exceptions, evaluation) {
        Ok(true) => Ok(false),
        Ok(false) => evaluation.all_hold(&gate.conditions),
        Err(why) => Err(why),
    };
    match removed {
        Ok(true) => said(name, kind, Status::Pass, "resource matched"),
        Ok(false) => said(name, kind, Status::Fail, "resource did not match"),
        Err(why) => said(name, kind, Status::Error, why),
    }
}
