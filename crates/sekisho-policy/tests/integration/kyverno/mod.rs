//! Kyverno's policies of expressions.

mod calls;
mod exceptions;
mod globals;
mod hostile;
mod libraries;
mod making;
mod mutating;
mod validating;

use sekisho_kyverno::Settings;
use sekisho_kyverno::rule::RuleResult;
use sekisho_manifest::Node;
use sekisho_policy::kyverno::cel::{self, CelPolicy, Judgement, NoOutside, Outside, Surroundings};
use sekisho_policy::{Asked, Kinds, Request, Views};

use crate::documents::objects;

/// The documents of a text.
pub(crate) fn documents(text: &str) -> Vec<Node> {
    objects(text).into_iter().map(|object| object.root).collect()
}

/// The policies of a text, which must all be sound.
pub(crate) fn policies(text: &str) -> Vec<CelPolicy> {
    let loaded = cel::load(&documents(text));
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    loaded.policies
}

/// The creation of an object.
pub(crate) fn creation(text: &str) -> Request {
    let objects = objects(text);
    Request::create(objects.first().unwrap(), &Kinds::default(), "default")
}

/// What the only policy of a text makes of a request.
pub(crate) fn judge_with(policy: &str, request: &Request, outside: &dyn Outside) -> Judgement {
    let policies = policies(policy);
    let views = Views::default();
    let asked = Asked::new(request, &views);
    // The 16th of July 2026, 01:02:03.
    let settings = Settings { now: 1_784_163_723_000_000_000, ..Settings::default() };
    policies.first().unwrap().judge(&asked, &Surroundings { outside, settings: &settings })
}

/// What the only policy of a text says of the creation of an object.
pub(crate) fn judge(policy: &str, object: &str) -> Vec<RuleResult> {
    judge_with(policy, &creation(object), &NoOutside).results
}

/// Status and message of each result.
pub(crate) fn said(results: &[RuleResult]) -> Vec<(&'static str, &str)> {
    results.iter().map(|result| (result.status.as_str(), result.message.as_str())).collect()
}
