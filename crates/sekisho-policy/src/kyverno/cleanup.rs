//! Kyverno's policies that remove objects on a schedule.

use std::sync::Arc;

use sekisho_kyverno::Settings;
use sekisho_kyverno::policy::CleanupPolicy;
use sekisho_kyverno::rule::{self, World};
use smol_str::SmolStr;

use crate::asked::Asked;
use crate::facts::Facts;
use crate::request::Request;
use crate::verdict::RuleName;
use crate::views::Views;

use super::cel::{CelPolicy, SetPolicy};
use super::globals::Globals;
use super::options::Options;
use super::pod_security::Standards;
use super::request::request;
use super::world::Gathered;

/// A `CleanupPolicy`, a `DeletingPolicy`, or one of these of the whole cluster.
#[derive(Debug)]
pub struct Cleanup(Form);

#[derive(Debug)]
enum Form {
    Classic { policy: Box<CleanupPolicy>, options: Arc<Options>, globals: Arc<Globals> },
    Expressions(Box<SetPolicy>),
}

impl Cleanup {
    pub(super) fn classic(policy: CleanupPolicy, options: Arc<Options>, globals: Arc<Globals>) -> Self {
        Self(Form::Classic { policy: Box::new(policy), options, globals })
    }

    /// A policy of expressions that removes objects.
    pub(crate) fn of_expressions(policy: SetPolicy) -> Self {
        Self(Form::Expressions(Box::new(policy)))
    }

    /// The policy.
    pub fn name(&self) -> RuleName {
        let policy = match &self.0 {
            Form::Classic { policy, .. } => policy,
            Form::Expressions(policy) => return policy.name(),
        };
        let kind = if policy.namespace.is_empty() { "ClusterCleanupPolicy" } else { "CleanupPolicy" };
        let whole = RuleName::of_policy(kind, policy.name.clone());
        RuleName { namespace: policy.namespace.clone(), ..whole }
    }

    /// Whether it can remove objects of a kind, by its name and its plural name. It may say so of more than it removes in
    /// the end, never of less.
    pub fn concerns(&self, kind: &str, resource: &str) -> bool {
        match &self.0 {
            Form::Classic { policy, .. } => {
                policy.kinds().is_none_or(|kinds| kinds.iter().any(|known| known == kind))
            }
            Form::Expressions(policy) => policy.targets().iter().any(|target| target.is_of(kind, resource)),
        }
    }

    /// When it runs, in the form of cron.
    pub fn schedule(&self) -> &str {
        match &self.0 {
            Form::Classic { policy, .. } => &policy.schedule,
            Form::Expressions(policy) => policy.schedule(),
        }
    }

    /// What becomes of dependents: `Foreground`, `Background`, `Orphan`; empty: the API server's default.
    pub fn propagation(&self) -> &SmolStr {
        match &self.0 {
            Form::Classic { policy, .. } => &policy.propagation,
            Form::Expressions(policy) => policy.propagation(),
        }
    }

    /// Whether it removes the object of a request; an error says why that cannot be told.
    pub fn removes(&self, object: &Request, facts: &dyn Facts) -> Result<bool, String> {
        let views = Views::default();
        let asked = Asked::new(object, &views);
        let (policy, options, globals) = match &self.0 {
            Form::Classic { policy, options, globals } => (policy, options, globals),
            Form::Expressions(policy) => return policy.removes(&asked, facts),
        };
        let asked = request(&asked, facts);
        let gathered = Gathered::new(facts, &options.values, globals, &policy.name);
        let settings = super::options::settings(&options.settings, facts);
        let world = World {
            facts: &gathered,
            objects: &gathered,
            pod_security: Some(&Standards),
            settings: &settings,
            exceptions: &[],
            budget: sekisho_kyverno::Budget::default(),
        };
        rule::removes(policy, &asked, &world).map_err(|error| error.to_string())
    }
}

/// Policies of expressions as members of a set, for an installation, and apart from them those that remove objects on a
/// schedule.
pub(crate) fn for_set(
    policies: Vec<CelPolicy>,
    settings: &Arc<Settings>,
    globals: &Arc<Globals>,
) -> (Vec<SetPolicy>, Vec<Cleanup>) {
    let make = |policy| SetPolicy::new(policy, Arc::clone(settings), Arc::clone(globals));
    let all = policies.into_iter().map(make);
    let (deleting, others): (Vec<_>, Vec<_>) = all.partition(SetPolicy::deletes);
    (others, deleting.into_iter().map(Cleanup::of_expressions).collect())
}
