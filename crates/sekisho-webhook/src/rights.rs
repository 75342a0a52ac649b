//! What users may do, for expressions that ask (`authorizer`). What an expression asks is known only when it runs, and running
//! asks nobody: what is not known yet is noted, asked for, and then everything is evaluated once more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sekisho_cel::{About, Decision, Permissions, Question};
use sekisho_cluster::Connection;
use sekisho_manifest::Node;
use sekisho_policy::User;
use serde_json::{Value, json};
use smol_str::SmolStr;

/// The most questions that one review asks.
const QUESTIONS: usize = 64;

/// How long an answer counts for further reviews.
const LASTING: Duration = Duration::from_secs(5);

/// The most answers that are kept.
const KEPT: usize = 4_096;

/// The questions of one review, and the answers.
#[derive(Default)]
pub(crate) struct Asking {
    known: Mutex<Vec<(Question, Decision)>>,
    open: Mutex<Vec<Question>>,
}

impl Permissions for Asking {
    fn decide(&self, question: &Question) -> Option<Decision> {
        if let Some((_, decision)) = lock(&self.known).iter().find(|(known, _)| known == question) {
            return Some(decision.clone());
        }
        let mut open = lock(&self.open);
        if !open.contains(question) {
            open.push(question.clone());
        }
        None
    }
}

impl Asking {
    /// Asks what is open, of whoever may know; whether there is more to go by than before.
    pub(crate) fn settle(&self, may: impl Fn(&Question) -> Option<Decision>) -> bool {
        let open = std::mem::take(&mut *lock(&self.open));
        let mut is_wiser = false;
        for question in open {
            if lock(&self.known).len() >= QUESTIONS {
                return is_wiser;
            }
            let Some(decision) = may(&question) else { continue };
            lock(&self.known).push((question, decision));
            is_wiser = true;
        }
        is_wiser
    }
}

/// Answers that count for a while, so that a wave of like requests asks once.
#[derive(Default)]
pub(crate) struct Answers(Mutex<HashMap<String, (Instant, Decision)>>);

impl Answers {
    /// Asks the API server, unless it was asked a moment ago.
    pub(crate) fn ask(&self, connection: &Connection, user: &User, question: &Question) -> Decision {
        let spec = spec(user, question);
        let key = spec.to_string();
        let now = Instant::now();
        if let Some((since, decision)) = lock(&self.0).get(&key)
            && now.duration_since(*since) < LASTING
        {
            return decision.clone();
        }
        let decision = match connection.review_access(&spec) {
            Ok(review) => decision(&review),
            // The authorizer of the API server has an error too where it cannot decide, and does not allow.
            Err(error) => {
                return Decision { error: Some(error.to_string().into()), ..Decision::default() };
            }
        };
        let mut kept = lock(&self.0);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, (now, decision.clone()));
        decision
    }
}

/// What the API server says of a question.
fn decision(review: &Node) -> Decision {
    let field = |key: &'static str| review.at(&["status", key]);
    let text = |key| SmolStr::new(field(key).and_then(Node::as_str).unwrap_or_default());
    let error = text("evaluationError");
    let allowed = field("allowed").and_then(Node::as_bool).unwrap_or(false);
    // Of what is allowed, that some authorizer could not tell is no error.
    let error = (!error.is_empty() && !allowed).then_some(error);
    Decision { allowed, reason: text("reason"), error }
}

/// The question as a `SubjectAccessReview` asks it.
fn spec(user: &User, question: &Question) -> Value {
    let mut spec = match &question.service_account {
        None => {
            let extra: serde_json::Map<String, Value> = user
                .extra
                .iter()
                .map(|(key, values)| {
                    (key.to_string(), json!(values.iter().map(SmolStr::as_str).collect::<Vec<_>>()))
                })
                .collect();
            let groups: Vec<&str> = user.groups.iter().map(SmolStr::as_str).collect();
            json!({"user": user.name.as_str(), "uid": user.uid.as_str(), "groups": groups, "extra": extra})
        }
        Some((namespace, name)) => json!({
            "user": format!("system:serviceaccount:{namespace}:{name}"),
            "groups": ["system:serviceaccounts", format!("system:serviceaccounts:{namespace}")],
        }),
    };
    match &question.about {
        About::Path(path) => {
            spec["nonResourceAttributes"] = json!({"path": path.as_str(), "verb": question.verb.as_str()});
        }
        About::Resource(about) => {
            let mut attributes = json!({
                "verb": question.verb.as_str(),
                "group": about.group.as_str(),
                "version": "*",
                "resource": about.resource.as_str(),
                "subresource": about.subresource.as_str(),
                "namespace": about.namespace.as_str(),
                "name": about.name.as_str(),
            });
            for (key, selector) in
                [("fieldSelector", &about.field_selector), ("labelSelector", &about.label_selector)]
            {
                if !selector.is_empty() {
                    attributes[key] = json!({"rawSelector": selector.as_str()});
                }
            }
            spec["resourceAttributes"] = attributes;
        }
        // What nobody knows here is nothing that is allowed.
        _ => {}
    }
    spec
}

/// The permissions of a review, for those who evaluate.
pub(crate) fn shared(asking: &Arc<Asking>) -> Arc<dyn Permissions> {
    Arc::clone(asking) as Arc<dyn Permissions>
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
