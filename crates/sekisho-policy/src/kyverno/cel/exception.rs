//! `PolicyException` of the group `policies.kyverno.io`: objects that policies let off, wholly or in part.

use std::sync::Arc;

use sekisho_kyverno::policy::FailureAction;
use sekisho_kyverno::rule::{RuleKind, RuleResult, Status};
use sekisho_manifest::Node;
use smol_str::{SmolStr, format_smolstr};

use super::evaluation::Evaluation;
use super::expression::{Compiler, Expression};
use super::kind::PolicyKind;
use crate::admission::{At, Reader};

/// An exception as its document has it.
#[derive(Debug)]
pub(super) struct Exception {
    /// `namespace/name`.
    key: SmolStr,
    /// Kind and name of the policies.
    policies: Vec<(SmolStr, SmolStr)>,
    conditions: Node,
    images: Vec<SmolStr>,
    values: Vec<SmolStr>,
    /// Whether what it lets off passes; else it is skipped.
    passes: bool,
    priority: i64,
}

/// An exception of a policy, with its conditions compiled.
#[derive(Debug)]
pub(super) struct Compiled {
    exception: Arc<Exception>,
    conditions: Vec<Expression>,
}

/// The label that says which of several exceptions counts.
const PRIORITY: &str = "polex.kyverno.io/priority";

impl Exception {
    /// Reads a document.
    pub(super) fn read(root: &Node) -> Self {
        let text = |path: &[&str]| root.at(path).and_then(Node::as_str).unwrap_or("");
        let (namespace, name) = (text(&["metadata", "namespace"]), text(&["metadata", "name"]));
        let spec = root.get("spec");
        let items = |key: &str| spec.and_then(|spec| spec.get(key)).map_or(&[][..], Node::items);
        let texts = |key: &str| items(key).iter().filter_map(Node::as_str).map(SmolStr::new).collect();
        let reference = |item: &Node| (SmolStr::new(item.str("kind")), SmolStr::new(item.str("name")));
        Self {
            key: if namespace.is_empty() { name.into() } else { format_smolstr!("{namespace}/{name}") },
            policies: items("policyRefs").iter().map(reference).collect(),
            conditions: root.clone(),
            images: texts("images"),
            values: texts("allowedValues"),
            passes: spec.is_some_and(|spec| spec.str("reportResult") == "pass"),
            priority: text(&["metadata", "labels", PRIORITY]).parse().unwrap_or(0),
        }
    }

    fn is_for(&self, kind: PolicyKind, namespaced: bool, name: &str) -> bool {
        let kind = kind.name(namespaced);
        self.policies.iter().any(|(known, policy)| *known == kind && policy == name)
    }
}

/// The exceptions of a policy.
pub(super) fn compile(
    exceptions: &[Arc<Exception>],
    policy: (PolicyKind, bool, &str),
    compiler: &Compiler,
    reader: &mut Reader<'_>,
) -> Vec<Compiled> {
    let (kind, namespaced, name) = policy;
    let own = exceptions.iter().filter(|exception| exception.is_for(kind, namespaced, name));
    own.map(|exception| {
        let at = At::root(&exception.conditions).get("spec").get("matchConditions");
        Compiled { exception: Arc::clone(exception), conditions: compiler.conditions(reader, &at) }
    })
    .collect()
}

/// The exceptions that let a request off wholly; what the others allow is told to the evaluation.
pub(super) fn exempt<'e>(
    exceptions: &'e [Compiled],
    evaluation: &Evaluation<'_>,
) -> Result<Vec<&'e Exception>, String> {
    let (mut matched, mut is_exempt) = (Vec::new(), false);
    let (mut images, mut values) = (Vec::new(), Vec::new());
    for Compiled { exception, conditions } in exceptions {
        match evaluation.all_hold(conditions) {
            Ok(true) => {
                matched.push(&**exception);
                if exception.images.is_empty() && exception.values.is_empty() {
                    is_exempt = true;
                } else {
                    images.extend(exception.images.iter().cloned());
                    values.extend(exception.values.iter().cloned());
                }
            }
            Ok(false) => {}
            Err(_) if is_exempt => {}
            Err(why) => return Err(why),
        }
    }
    if is_exempt {
        return Ok(matched);
    }
    evaluation.allow(&images, &values);
    Ok(Vec::new())
}

/// Whether any exception is for a request.
pub(super) fn any(exceptions: &[Compiled], evaluation: &Evaluation<'_>) -> Result<bool, String> {
    for Compiled { conditions, .. } in exceptions {
        if evaluation.all_hold(conditions)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The result of a policy that lets a request off.
pub(super) fn result(matched: &[&Exception], kind: RuleKind) -> RuleResult {
    let keys: Vec<String> = matched.iter().map(|exception| exception.key.to_string()).collect();
    let first = matched.first().copied();
    // Of equal ones the first counts, and none below zero.
    let chosen = matched.iter().copied().fold(first, |chosen, next| match chosen {
        Some(known) if next.priority > known.priority.max(0) => Some(next),
        other => other,
    });
    let passes = chosen.is_some_and(|exception| exception.passes);
    let (status, word) = if passes { (Status::Pass, "passed") } else { (Status::Skip, "skipped") };
    RuleResult {
        exceptions: keys.clone(),
        ..said(
            "exception",
            kind,
            status,
            format!("rule is {word} due to policy exception: {}", keys.join(", ")),
        )
    }
}

/// A result.
pub(super) fn said(rule: &str, kind: RuleKind, status: Status, message: impl Into<String>) -> RuleResult {
    RuleResult {
        rule: rule.into(),
        kind,
        status,
        message: message.into(),
        path: None,
        action: FailureAction::Audit,
        exceptions: Vec::new(),
        target: None,
        generated: Vec::new(),
        bereft: Vec::new(),
    }
}
