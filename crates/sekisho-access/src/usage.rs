//! What each identity did, as audit events tell it, in bounded memory.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_audit::{AuditEvent, Stage};
use smol_str::SmolStr;

use crate::asked::{Asked, Target};
use crate::identity::Identity;

/// Limits on what is kept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Identities.
    pub identities: usize,
    /// Distinct questions of one identity, names left out.
    pub questions: usize,
    /// Names of one question; beyond these it is known that there are many.
    pub names: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { identities: 20_000, questions: 20_000, names: 64 }
    }
}

/// What each identity did.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    limits: Limits,
    identities: BTreeMap<Identity, UsedBy>,
    /// Events that say what was done.
    pub events: u64,
    /// Events whose identity or question did not fit into the limits.
    pub dropped: u64,
}

/// What an identity did.
#[derive(Clone, Debug, Default)]
pub struct UsedBy {
    /// The groups that it was seen in.
    pub groups: BTreeSet<SmolStr>,
    /// What was allowed, without names.
    pub allowed: BTreeMap<Asked, Uses>,
    /// What was refused, without names, and how often.
    pub refused: BTreeMap<Asked, u64>,
}

/// How often something was done, and to which objects.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Uses {
    /// How often.
    pub count: u64,
    /// To which objects.
    pub names: Names,
}

/// The objects of requests.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Names {
    /// A request named no object.
    pub unnamed: bool,
    /// There are more than were kept.
    pub many: bool,
    /// The names that were kept.
    pub names: BTreeSet<SmolStr>,
}

impl Usage {
    /// With limits.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes an event. Those of a request that is not answered yet, and of one that failed before it was
    /// authorized, say nothing.
    pub fn record(&mut self, event: &AuditEvent<'_>) {
        if !matches!(event.stage(), Some(Stage::ResponseStarted | Stage::ResponseComplete | Stage::Panic)) {
            return;
        }
        let decision = event.annotation("authorization.k8s.io/decision");
        let is_allowed = match decision.as_deref() {
            Some("allow") => true,
            Some(_) => false,
            None => !matches!(event.code(), Some(401 | 403)),
        };
        if event.code() == Some(401) || event.user().is_empty() {
            return;
        }
        self.events += 1;
        let (user, groups) = (event.user(), event.groups());
        match event.impersonated() {
            None => self.note(&user, &groups, &Asked::of(event), is_allowed),
            Some((as_user, as_groups)) => {
                // To get here it must have been allowed to ask in the other's name.
                self.note(&user, &groups, &Asked::of_impersonation(&as_user, &as_groups), true);
                self.note(&as_user, &as_groups, &Asked::of(event), is_allowed);
            }
        }
    }

    fn note(&mut self, user: &str, groups: &[impl AsRef<str>], asked: &[Asked], is_allowed: bool) {
        let identity = Identity::of(user);
        if !self.identities.contains_key(&identity) && self.identities.len() >= self.limits.identities {
            self.dropped += 1;
            return;
        }
        let limits = self.limits;
        let entry = self.identities.entry(identity).or_default();
        for group in groups {
            if entry.groups.len() < limits.names && !entry.groups.contains(group.as_ref()) {
                entry.groups.insert(group.as_ref().into());
            }
        }
        for question in asked {
            let (nameless, name) = nameless(question);
            let is_full = entry.allowed.len() + entry.refused.len() >= limits.questions;
            let is_known = entry.allowed.contains_key(&nameless) || entry.refused.contains_key(&nameless);
            if is_full && !is_known {
                self.dropped += 1;
            } else if is_allowed {
                entry.allowed.entry(nameless).or_default().note(name, limits.names);
            } else {
                *entry.refused.entry(nameless).or_default() += 1;
            }
        }
    }

    /// The identities with what they did.
    pub fn identities(&self) -> impl Iterator<Item = (&Identity, &UsedBy)> {
        self.identities.iter()
    }

    /// What an identity did.
    pub fn of(&self, identity: &Identity) -> Option<&UsedBy> {
        self.identities.get(identity)
    }
}

fn nameless(question: &Asked) -> (Asked, Option<SmolStr>) {
    let mut nameless = question.clone();
    let name = match &mut nameless.target {
        Target::Resource { name, .. } => name.take(),
        Target::Path(_) => None,
    };
    (nameless, name)
}

impl Uses {
    fn note(&mut self, name: Option<SmolStr>, limit: usize) {
        self.count += 1;
        match name {
            None => self.names.unnamed = true,
            Some(name) if self.names.names.contains(&name) => {}
            Some(name) if self.names.names.len() < limit => {
                self.names.names.insert(name);
            }
            Some(_) => self.names.many = true,
        }
    }
}

impl UsedBy {
    /// Every question that was allowed, with its names. Where there were more names than were kept, one question
    /// without a name stands for the others.
    pub fn questions(&self) -> impl Iterator<Item = Asked> {
        self.allowed.iter().flat_map(|(asked, uses)| {
            let named = |name: Option<&SmolStr>| {
                let mut asked = asked.clone();
                if let Target::Resource { name: place, .. } = &mut asked.target {
                    *place = name.cloned();
                }
                asked
            };
            let nameless = (uses.names.unnamed || uses.names.many).then(|| named(None));
            uses.names.names.iter().map(move |name| named(Some(name))).chain(nameless).collect::<Vec<_>>()
        })
    }
}
