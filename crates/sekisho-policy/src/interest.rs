//! Which requests a policy can concern at all, and the index that finds the policies for a request.

use std::collections::HashMap;

use sekisho_manifest::Operation;
use smol_str::SmolStr;

use crate::request::Request;

/// Which requests a policy can concern. It may name more than the policy matches in the end, never less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    /// What the requests are about; one is enough.
    pub targets: Vec<Target>,
    /// The operations; empty: all.
    pub operations: Vec<Operation>,
}

/// What a request is about. What is none stands for any.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Target {
    /// Objects of a kind.
    Kind {
        /// The group.
        group: Option<SmolStr>,
        /// The kind.
        kind: SmolStr,
    },
    /// A resource.
    Resource {
        /// The group.
        group: Option<SmolStr>,
        /// The plural name in lower case.
        resource: SmolStr,
    },
    /// Anything.
    Any,
}

impl Target {
    /// Whether objects of a kind can be meant, by its name and its plural name.
    pub fn is_of(&self, kind: &str, resource: &str) -> bool {
        match self {
            Self::Kind { kind: meant, .. } => meant == kind,
            Self::Resource { resource: meant, .. } => meant == resource,
            Self::Any => true,
        }
    }
}

impl Interest {
    /// Any request.
    pub fn everything() -> Self {
        Self { targets: vec![Target::Any], operations: Vec::new() }
    }

    /// Whether a request is one that the policy can concern.
    pub fn meets(&self, request: &Request) -> bool {
        self.has(request.operation) && self.concerns(request)
    }

    /// Whether the operation of a request is one of those.
    fn has(&self, operation: Operation) -> bool {
        self.operations.is_empty() || self.operations.contains(&operation)
    }
}

/// Finds the policies that a request can concern, without looking at the others.
#[derive(Debug, Default)]
pub(crate) struct Index {
    interests: Vec<Interest>,
    kinds: HashMap<SmolStr, Vec<u32>>,
    resources: HashMap<SmolStr, Vec<u32>>,
    any: Vec<u32>,
}

impl Index {
    /// Enters the next policy; the first is 0.
    pub(crate) fn push(&mut self, interest: Interest) {
        let number = u32::try_from(self.interests.len()).unwrap_or(u32::MAX);
        for target in &interest.targets {
            let list = match target {
                Target::Kind { kind, .. } => self.kinds.entry(kind.clone()).or_default(),
                Target::Resource { resource, .. } => self.resources.entry(resource.clone()).or_default(),
                Target::Any => &mut self.any,
            };
            if list.last() != Some(&number) {
                list.push(number);
            }
        }
        self.interests.push(interest);
    }

    /// The numbers of the policies that a request can concern, rising.
    pub(crate) fn candidates(&self, request: &Request) -> Vec<usize> {
        let lists = [
            self.kinds.get(&request.kind.kind),
            self.kinds.get(&request.request_kind.kind),
            self.resources.get(&request.resource.resource),
            self.resources.get(&request.request_resource.resource),
            Some(&self.any),
        ];
        let mut found: Vec<u32> = lists.into_iter().flatten().flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        let wanted = |number: u32| {
            let number = usize::try_from(number).ok()?;
            let interest = self.interests.get(number)?;
            // Where it names no group, what it was found by is all that it asks for.
            let concerns = interest.is_of_any_group() || interest.concerns(request);
            (interest.has(request.operation) && concerns).then_some(number)
        };
        found.into_iter().filter_map(wanted).collect()
    }
}

impl Interest {
    /// Whether no target names a group.
    fn is_of_any_group(&self) -> bool {
        self.targets.iter().all(|target| match target {
            Target::Kind { group, .. } | Target::Resource { group, .. } => group.is_none(),
            Target::Any => true,
        })
    }

    /// Whether a target with its group is what the request is about.
    fn concerns(&self, request: &Request) -> bool {
        let group = |wanted: &Option<SmolStr>, groups: [&SmolStr; 2]| {
            wanted.as_ref().is_none_or(|wanted| groups.contains(&wanted))
        };
        self.targets.iter().any(|target| match target {
            Target::Kind { group: wanted, kind } => {
                (request.kind.kind == *kind || request.request_kind.kind == *kind)
                    && group(wanted, [&request.kind.group, &request.request_kind.group])
            }
            Target::Resource { group: wanted, resource } => {
                (request.resource.resource == *resource || request.request_resource.resource == *resource)
                    && group(wanted, [&request.resource.group, &request.request_resource.group])
            }
            Target::Any => true,
        })
    }
}
