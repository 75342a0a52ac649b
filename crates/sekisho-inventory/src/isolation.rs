//! Which Pods and namespaces network policies isolate: what no rule allows is stopped there.

use std::collections::{BTreeSet, HashMap};

use sekisho_manifest::selector::Selector;
use sekisho_manifest::workload::Pod;
use sekisho_manifest::{Object, Place};
use smol_str::SmolStr;

use crate::filed::Filed;
use crate::network_policy::{self, Direction, Flavour, KINDS, Namespace, Openness, Subject};
use crate::{Inventory, ObjectId};

/// How well a namespace is isolated in a direction.
#[derive(Debug, Clone, Copy)]
pub enum Isolation<'a> {
    /// Every Pod is, also one that comes later; the policy that sees to it.
    Namespace(&'a Object),
    /// Every Pod of the inventory is, by one policy or another.
    EachPod,
    /// Some Pod is not.
    None,
}

/// The network policies of a run by the namespace of their Pods.
#[derive(Debug, Default)]
pub(crate) struct PolicyIndex {
    namespaces: HashMap<SmolStr, NamespacePolicies>,
    /// The policies that select namespaces themselves.
    cluster: Vec<Policy>,
}

#[derive(Debug, Default)]
struct NamespacePolicies {
    /// Those that select by labels alone.
    filed: Filed<Policy>,
    /// The others, and those that select every Pod.
    rest: Vec<Policy>,
}

/// One tree of a policy, cut to what isolation needs.
#[derive(Debug, Clone)]
struct Policy {
    object: ObjectId,
    subject: Subject,
    ingress: Effect,
    egress: Effect,
}

/// What a policy does to the Pods that it selects, in one direction.
#[derive(Debug, Clone, Copy)]
struct Effect {
    /// Stops what no rule allows.
    isolates: bool,
    /// Allows everyone, or every Pod of every namespace.
    opens: bool,
    /// Allows everyone.
    opens_to_everyone: bool,
}

impl PolicyIndex {
    pub(crate) fn new(inventory: &Inventory) -> Self {
        let mut index = Self::default();
        for (group, kind, flavour) in KINDS {
            let cluster = matches!(*kind, "CiliumClusterwideNetworkPolicy" | "GlobalNetworkPolicy")
                || *flavour == Flavour::Admin;
            for (id, object) in inventory.of_with_ids(group, kind) {
                for policy in trees(id, object) {
                    if cluster {
                        index.cluster.push(policy);
                        continue;
                    }
                    let name = inventory.namespace_of(object);
                    index.namespaces.entry(name.into()).or_default().add(policy, name, inventory);
                }
            }
        }
        index
    }
}

impl NamespacePolicies {
    fn add(&mut self, policy: Policy, namespace: &str, inventory: &Inventory) {
        match &policy.subject {
            Subject::Labels(selector) if !selector.is_empty() => {
                let selector: Selector = selector.clone();
                self.filed.add(selector, policy, inventory.pod_index().namespace(namespace));
            }
            _ => self.rest.push(policy),
        }
    }
}

fn trees(id: ObjectId, object: &Object) -> Vec<Policy> {
    let specs = network_policy::specs(object);
    let policy = |spec: &_| {
        let effect = |direction| {
            let mut effect = Effect {
                isolates: network_policy::isolates(spec, direction),
                opens: false,
                opens_to_everyone: false,
            };
            for rule in network_policy::rules(spec, direction) {
                let openness = rule.openness();
                effect.opens |= openness.is_some();
                effect.opens_to_everyone |= matches!(openness, Some(Openness::Everyone(_)));
            }
            effect
        };
        Some(Policy {
            object: id,
            subject: Subject::of(spec)?,
            ingress: effect(Direction::Ingress),
            egress: effect(Direction::Egress),
        })
    };
    specs.iter().filter_map(policy).collect()
}

impl Policy {
    fn effect(&self, direction: Direction) -> Effect {
        match direction {
            Direction::Ingress => self.ingress,
            Direction::Egress => self.egress,
        }
    }

    /// Whether the policy closes its Pods by default and does not open them again.
    fn closes(&self, direction: Direction) -> bool {
        let effect = self.effect(direction);
        effect.isolates && !effect.opens
    }
}

impl Inventory {
    /// How well the Pods of a namespace are isolated in a direction. Pods on the network of their node are
    /// beyond the reach of policies and do not count.
    pub fn isolation(&self, namespace: &str, direction: Direction) -> Isolation<'_> {
        let whole = self.namespace_facts(namespace);
        let here = self.policy_index().namespaces.get(namespace);
        let wide = self.policy_index().cluster.iter().chain(here.into_iter().flat_map(|here| &here.rest));
        let closing: Vec<&Policy> = wide.filter(|policy| policy.closes(direction)).collect();
        let default_deny = closing.iter().find(|policy| policy.subject.is_whole(whole));
        if let Some(object) = default_deny.and_then(|policy| self.object(policy.object)) {
            return Isolation::Namespace(object);
        }
        let mut pods = self.pods_in(namespace).filter(|pod| !pod.spec.is_true("hostNetwork")).peekable();
        let any = pods.peek().is_some();
        let closed = |pod: &Pod<'_>| {
            let by_labels =
                here.is_some_and(|here| here.filed.any_selecting(pod, |policy| policy.closes(direction)));
            by_labels || closing.iter().any(|policy| policy.subject.selects(pod, whole))
        };
        let each = any && pods.all(|pod| closed(&pod));
        if each { Isolation::EachPod } else { Isolation::None }
    }

    /// The network policies of every kind that select a Pod, in the order of their ids.
    pub fn policies_of(&self, pod: &Pod<'_>) -> impl Iterator<Item = &Object> {
        let found: BTreeSet<ObjectId> = self.policies_with(pod).map(|policy| policy.object).collect();
        found.into_iter().filter_map(|id| self.object(id))
    }

    /// Whether a tree of a policy selects a Pod of the inventory in the policy's own namespace. A tree that
    /// cannot be read is taken to.
    pub fn selects_some_pod(&self, spec: &Place<'_>) -> bool {
        let Some(subject) = Subject::of(spec) else { return true };
        let name = self.namespace_of(spec.object);
        if let Subject::Labels(selector) = &subject {
            return self.pods_selected(name, selector).next().is_some();
        }
        let namespace = self.namespace_facts(name);
        self.pods_in(name).any(|pod| subject.selects(&pod, namespace))
    }

    /// Whether a tree of a policy selects Pods once they carry labels that no Pod template of the policy's
    /// namespace shows.
    pub fn policy_may_select_at_run_time(&self, spec: &Place<'_>) -> bool {
        match Subject::of(spec) {
            Some(Subject::Labels(selector) | Subject::Cilium(selector)) => {
                self.may_select_at_run_time(self.namespace_of(spec.object), &selector)
            }
            _ => false,
        }
    }

    /// Whether what no rule allows is stopped for a Pod in a direction: some policy isolates it and none
    /// opens it to everyone.
    pub fn is_isolated(&self, pod: &Pod<'_>, direction: Direction) -> bool {
        let mut isolated = false;
        for policy in self.policies_with(pod) {
            let effect = policy.effect(direction);
            if effect.opens_to_everyone {
                return false;
            }
            isolated |= effect.isolates;
        }
        isolated && !pod.spec.is_true("hostNetwork")
    }

    fn policies_with<'a>(&'a self, pod: &'a Pod<'_>) -> impl Iterator<Item = &'a Policy> {
        let name = self.namespace_of(pod.object);
        let namespace = self.namespace_facts(name);
        let here = self.policy_index().namespaces.get(name);
        let filed = here.into_iter().flat_map(move |here| here.filed.selecting(pod));
        let others = self.policy_index().cluster.iter().chain(here.into_iter().flat_map(|here| &here.rest));
        filed.chain(others.filter(move |policy| policy.subject.selects(pod, namespace)))
    }

    fn namespace_facts<'a>(&'a self, name: &'a str) -> Namespace<'a> {
        Namespace { name, object: self.find("", "Namespace", None, name) }
    }
}
