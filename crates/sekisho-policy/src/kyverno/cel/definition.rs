//! A policy as its document has it: read, its expressions compiled, for Pods and for their controllers.

use std::sync::Arc;

use sekisho_manifest::{FieldPath, Node};
use smol_str::SmolStr;

use super::autogen::{self, Place, Rewriting, mapping};
use super::constraints::{constraints, of_any_operation};
use super::environment::Use;
use super::exception::{self, Exception};
use super::expression::{Compiler, Variable};
use super::gate::{Gate, annotations};
use super::generating::{self, Generation};
use super::kind::PolicyKind;
use super::mutating::{self, Mutations};
use super::owner::Owner;
use super::scope::Scope;
use super::validating::{self, Validation};
use crate::admission::{At, MatchResources, Reader};
use crate::interest::Target;
use crate::policy::EffectKind;
use crate::problem::{Problem, Weight};
use crate::verdict::Enforcement;

/// A compiled policy of the group `policies.kyverno.io`.
#[derive(Debug)]
pub struct CelPolicy {
    pub(super) kind: PolicyKind,
    pub(super) owner: Owner,
    /// Whether it is about plain JSON, whatever that is.
    pub(super) plain: bool,
    pub(super) actions: Vec<Enforcement>,
    pub(super) ignores_failures: bool,
    pub(super) asked: When,
    /// What is done with what it makes.
    pub(super) made: EffectKind,
    /// When it removes objects, in the form of cron, and what becomes of dependents.
    pub(super) schedule: SmolStr,
    pub(super) propagation: SmolStr,
    pub(super) variants: Vec<Variant>,
}

/// When a policy is asked.
#[derive(Debug)]
pub(super) struct When {
    /// In admission.
    pub(super) admission: bool,
    /// About what exists.
    pub(super) background: bool,
    /// Because of objects that were there before it.
    pub(super) existing: bool,
}

/// A policy as it is for some resources.
#[derive(Debug)]
pub(super) struct Variant {
    /// What it matches; none where it matches nothing.
    pub(super) constraints: Option<MatchResources>,
    /// Whether it looks for templates of Pods in the object.
    pub(super) extracts: bool,
    pub(super) gate: Gate,
    pub(super) variables: Vec<Variable>,
    pub(super) body: Body,
}

/// What a policy does where it matches.
#[derive(Debug)]
pub(super) enum Body {
    Validations(Vec<Validation>),
    Mutations(Mutations),
    Generations(Vec<Generation>),
    Deletion,
}

impl CelPolicy {
    /// Reads a document; none where it is no policy. The problems that are errors make a policy useless.
    pub(super) fn read(root: &Node, exceptions: &[Arc<Exception>]) -> (Option<Self>, Vec<Problem>) {
        let Some((kind, namespaced)) = PolicyKind::of(root) else { return (None, Vec::new()) };
        let mut reader = Reader::new("");
        let at = At::root(root);
        let name = reader.object_name(&at.get("metadata").get("name"));
        let namespace =
            if namespaced { reader.text(&at.get("metadata").get("namespace")) } else { SmolStr::default() };
        let spec = at.get("spec");
        if !reader.needed_mapping(&spec) {
            return (None, reader.problems);
        }
        let evaluation = spec.get("evaluation");
        let plain = reader.text(&evaluation.get("mode")) == "JSON";
        let policies = [("Fail", false), ("Ignore", true)];
        let ignores_failures = reader.choice(&spec.get("failurePolicy"), &policies).unwrap_or(false);
        let actions =
            [("Deny", Enforcement::Deny), ("Audit", Enforcement::Audit), ("Warn", Enforcement::Warn)];
        let field = spec.get("validationActions");
        let chosen = reader.items(&field);
        let mut chosen: Vec<Enforcement> =
            chosen.iter().filter_map(|item| reader.choice(item, &actions)).collect();
        if chosen.is_empty() {
            chosen.push(Enforcement::Deny);
        }
        let said =
            |key: &str| evaluation.node.and_then(|node| node.at(&[key, "enabled"])).and_then(Node::as_bool);
        let enabled = |key: &str| said(key).unwrap_or(true);
        let wanted = |key: &str| said(key).unwrap_or(false);
        if kind == PolicyKind::ImageValidating {
            // What is not judged must not look as if it had passed.
            reader.refuse(
                &spec,
                "the policy needs the signatures of images, which are not known here: try it with `sekisho verify --policy`",
            );
            return (None, reader.problems);
        }
        if kind == PolicyKind::Validating && !plain && spec.get("matchConstraints").node.is_none() {
            reader.refuse(&spec, "`matchConstraints` is missing: say what the policy is for");
            return (None, reader.problems);
        }
        let mut policy = Self {
            kind,
            owner: Owner {
                scope: if namespaced { Scope::Namespace } else { Scope::Cluster },
                namespace: if namespaced && namespace.is_empty() { "default".into() } else { namespace },
                name,
            },
            plain,
            actions: chosen,
            ignores_failures,
            asked: When {
                admission: enabled("admission"),
                background: enabled("background"),
                existing: wanted("generateExisting") || wanted("mutateExisting"),
            },
            made: match (wanted("synchronize"), wanted("orphanDownstreamOnPolicyDelete")) {
                (true, false) => EffectKind::Keep,
                (true, true) => EffectKind::KeepBeyondPolicy,
                (false, _) => EffectKind::Make,
            },
            schedule: reader.text(&spec.get("schedule")),
            propagation: reader.text(&spec.get("deletionPropagationPolicy")),
            variants: Vec::new(),
        };
        let Some(node) = spec.node else { return (None, reader.problems) };
        policy.variant(&mut reader, node, None, exceptions);
        let is_sound = |reader: &Reader<'_>| reader.problems.iter().all(|one| one.weight != Weight::Error);
        if is_sound(&reader) && !plain {
            for variant in policy.autogen(node) {
                policy.variant(&mut reader, &variant.spec, Some(variant.place), exceptions);
            }
        }
        let sound = is_sound(&reader);
        (sound.then_some(policy), reader.problems)
    }

    /// The name of the policy.
    pub fn name(&self) -> &str {
        &self.owner.name
    }

    /// Whether the policy belongs to a namespace, and is for that alone.
    pub fn is_namespaced(&self) -> bool {
        self.owner.is_namespaced()
    }

    /// What the policy does.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// What the objects are that it changes when something else happens.
    pub(super) fn others(&self) -> Vec<Target> {
        let mutations = self.variants.iter().filter_map(|variant| match &variant.body {
            Body::Mutations(mutations) => mutations.existing.as_ref(),
            _ => None,
        });
        let mut targets = Vec::new();
        for existing in mutations {
            match &existing.constraints {
                Some(constraints) => targets.extend(constraints.interest().targets),
                None => targets.push(Target::Any),
            }
        }
        targets
    }

    fn autogen(&self, spec: &Node) -> Vec<autogen::Variant> {
        match self.kind {
            PolicyKind::Validating | PolicyKind::ImageValidating => autogen::variants(spec, Rewriting::Texts),
            PolicyKind::Mutating => autogen::variants(spec, Rewriting::Patches),
            PolicyKind::Generating | PolicyKind::Deleting => Vec::new(),
        }
    }

    /// What the policy matches; where a policy that changes objects says nothing, everything.
    fn constraints(&self, reader: &mut Reader<'_>, at: &At<'_>) -> Option<MatchResources> {
        let field = at.get("matchConstraints");
        match (self.kind, field.node) {
            (PolicyKind::Deleting, Some(node)) => {
                let node = of_any_operation(node);
                constraints(reader, &At { node: Some(&node), ..field })
            }
            (PolicyKind::Mutating, None) => {
                let nothing = mapping(field.span, Vec::new());
                constraints(reader, &At { node: Some(&nothing), ..field })
            }
            _ => constraints(reader, &field),
        }
    }

    fn used(&self) -> Use {
        match self.kind {
            PolicyKind::Validating | PolicyKind::Deleting => Use::Judge,
            PolicyKind::Mutating => Use::Patch,
            PolicyKind::Generating => Use::Make,
            PolicyKind::ImageValidating => Use::Images,
        }
    }

    /// Compiles a spec.
    fn variant(
        &mut self,
        reader: &mut Reader<'_>,
        spec: &Node,
        place: Option<Place>,
        exceptions: &[Arc<Exception>],
    ) {
        let at = At { node: Some(spec), path: FieldPath::root().child("spec"), span: spec.span };
        let mut compiler = Compiler::new(self.used(), self.owner.scope);
        let identity = (self.kind, self.is_namespaced(), self.owner.name.as_str());
        let exceptions = exception::compile(exceptions, identity, &compiler, reader);
        let at_conditions = match self.kind {
            PolicyKind::Deleting => at.get("conditions"),
            _ => at.get("matchConditions"),
        };
        let sees_variables = matches!(self.kind, PolicyKind::Mutating | PolicyKind::Deleting);
        let mut conditions = Vec::new();
        if !sees_variables {
            conditions = compiler.conditions(reader, &at_conditions);
        }
        let variables = compiler.variables(reader, &at.get("variables"));
        if sees_variables {
            conditions = compiler.conditions(reader, &at_conditions);
        }
        let body = match self.kind {
            PolicyKind::Validating => Body::Validations(validating::read(reader, &at, &compiler)),
            PolicyKind::Mutating => Body::Mutations(mutating::read(reader, &at, &compiler)),
            PolicyKind::Generating => Body::Generations(generating::read(reader, &at, &compiler)),
            PolicyKind::Deleting => Body::Deletion,
            PolicyKind::ImageValidating => return,
        };
        let annotations = if self.plain { Vec::new() } else { annotations(reader, &at, &compiler) };
        self.variants.push(Variant {
            constraints: if self.plain { None } else { self.constraints(reader, &at) },
            extracts: place == Some(Place::Anywhere),
            gate: Gate { exceptions, conditions, annotations },
            variables,
            body,
        });
    }
}
