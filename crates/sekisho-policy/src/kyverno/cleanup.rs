//! Kyverno's policies that remove objects on a schedule.

use std::sync::Arc;

use sekisho_kyverno::policy::CleanupPolicy;
use sekisho_kyverno::rule::{self, World};
use smol_str::SmolStr;

use crate::asked::Asked;
use crate::facts::Facts;
use crate::request::Request;
use crate::verdict::RuleName;
use crate::views::Views;

use super::options::Options;
use super::pod_security::Standards;
use super::request::request;
use super::world::Gathered;

/// A `CleanupPolicy` or `ClusterCleanupPolicy`.
#[derive(Debug)]
pub struct Cleanup {
    policy: CleanupPolicy,
    options: Arc<Options>,
}

impl Cleanup {
    pub(super) fn new(policy: CleanupPolicy, options: Arc<Options>) -> Self {
        Self { policy, options }
    }

    /// The policy.
    pub fn name(&self) -> RuleName {
        let kind = if self.policy.namespace.is_empty() { "ClusterCleanupPolicy" } else { "CleanupPolicy" };
        let whole = RuleName::of_policy(kind, self.policy.name.clone());
        RuleName { namespace: self.policy.namespace.clone(), ..whole }
    }

    /// The kinds that it can remove; none where that cannot be told.
    pub fn kinds(&self) -> Option<Vec<SmolStr>> {
        self.policy.kinds()
    }

    /// When it runs, in the form of cron.
    pub fn schedule(&self) -> &str {
        &self.policy.schedule
    }

    /// What becomes of dependents: `Foreground`, `Background`, `Orphan`; empty: the API server's default.
    pub fn propagation(&self) -> &SmolStr {
        &self.policy.propagation
    }

    /// Whether it removes the object of a request; an error says why that cannot be told.
    pub fn removes(&self, object: &Request, facts: &dyn Facts) -> Result<bool, String> {
        let views = Views::default();
        let asked = request(&Asked::new(object, &views), facts);
        let gathered = Gathered::new(facts, &self.options.values, &self.policy.name);
        let settings = super::options::settings(&self.options.settings, facts);
        let world = World {
            facts: &gathered,
            objects: &gathered,
            pod_security: Some(&Standards),
            settings: &settings,
            exceptions: &[],
            budget: sekisho_kyverno::Budget::default(),
        };
        rule::removes(&self.policy, &asked, &world).map_err(|error| error.to_string())
    }
}
