//! Texts and objects → policies of trust.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_manifest::{Node, Object, Span};
use sekisho_signature::root::TrustedRoot;
use sekisho_trust::{
    ActionWord, BundleInForce, FailureWord, Policy, Surroundings, TrustEntry, of_cluster_image_policy,
    of_image_validating_policy, of_trust_root, public_good,
};

use super::policy::TrustPolicy;
use super::rule::ImageRule;
use crate::kyverno::cel::PolicyKind;
use crate::policy::FailureClass;
use crate::problem::Problem;
use crate::verdict::{Enforcement, RuleName};

/// The kind of entries of `trust`, as verdicts name it.
pub(crate) const KIND: &str = "TrustPolicy";

/// A `sekisho.yaml` that has `trust`, and the files that it names.
#[derive(Debug, Clone)]
pub struct TrustText {
    /// The document; its places count in a source of the material.
    pub root: Node,
    /// The texts of keys and roots of trust, by their paths as the document has them.
    pub files: BTreeMap<String, String>,
}

/// The group of sigstore's policy-controller.
const SIGSTORE: &str = "policy.sigstore.dev";

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(crate) policies: Vec<TrustPolicy>,
    pub(crate) problems: Vec<Problem>,
    /// Where entries of `trust` stand.
    pub(crate) places: BTreeMap<RuleName, Span>,
    /// The policies of trust alone, and what they were made of.
    pub(crate) trust: Vec<Policy>,
    pub(crate) made_of: Vec<String>,
    pub(crate) root: Arc<TrustedRoot>,
    /// Roots of trust that have a name, and what they were made of.
    roots: BTreeMap<String, (Arc<TrustedRoot>, String)>,
    in_force: Option<Arc<BundleInForce>>,
}

impl TrustText {
    /// The paths of files that a document names.
    pub fn wanted(root: &Node) -> Vec<String> {
        let entries = root.get("trust").map_or(&[][..], Node::items);
        let signers = entries.iter().flat_map(|entry| entry.get("signers").map_or(&[][..], Node::items));
        let named = signers.flat_map(|signer| [signer.str("key"), signer.str("trustedRoot")]);
        let is_file = |text: &&str| {
            !text.is_empty() && !text.contains("-----BEGIN") && *text != sekisho_trust::PUBLIC_GOOD_NAME
        };
        named.filter(is_file).map(str::to_owned).collect()
    }
}

/// Whether an object is a policy of trust, or a root that such policies name.
pub(crate) fn is_policy(object: &Object) -> bool {
    object.is(SIGSTORE, "ClusterImagePolicy") || object.is(SIGSTORE, "TrustRoot")
}

/// What policies of trust are read with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given<'g> {
    /// Configurations.
    pub(crate) texts: &'g [TrustText],
    /// The bundle in force.
    pub(crate) in_force: Option<Arc<BundleInForce>>,
    /// The root of trust of sigstore's public instance; none: the one in the program.
    pub(crate) root: Option<Arc<TrustedRoot>>,
}

/// Reads the entries of texts, and the objects that are policies of trust.
pub(crate) fn load(given: &Given<'_>, objects: &[Object]) -> Loaded {
    let root = match &given.root {
        Some(root) => Arc::clone(root),
        // What is in the program can be read; if not, it vouches for nobody.
        None => public_good().unwrap_or_default(),
    };
    let mut loaded = Loaded { root, in_force: given.in_force.clone(), ..Loaded::default() };
    for text in given.texts {
        for node in text.root.get("trust").map_or(&[][..], Node::items) {
            loaded.entry(node, text);
        }
    }
    for object in objects.iter().filter(|object| object.is(SIGSTORE, "TrustRoot")) {
        loaded.trust_root(object);
    }
    for object in objects.iter().filter(|object| object.is(SIGSTORE, "ClusterImagePolicy")) {
        loaded.cluster_image_policy(object);
    }
    for object in objects {
        if let Some((PolicyKind::ImageValidating, namespaced)) = PolicyKind::of(&object.root) {
            loaded.image_validating_policy(object, namespaced);
        }
    }
    loaded
}

impl Loaded {
    /// Takes a policy of trust with the text that it was made of, and names it as no other.
    pub(crate) fn enter(&mut self, mut policy: Policy, mut made_of: String) -> String {
        if let Some(in_force) = &self.in_force {
            policy.bundle = Some(Arc::clone(in_force));
            if policy.looks_at_bundle() {
                made_of.push_str(&in_force.digest);
            }
        }
        let name = format!("{}#{}", policy.name, self.trust.len());
        policy.name.clone_from(&name);
        self.trust.push(policy);
        self.made_of.push(made_of);
        name
    }

    fn entry(&mut self, node: &Node, text: &TrustText) {
        let json = node.to_json();
        let entry: TrustEntry = match serde_json::from_value(json.clone()) {
            Ok(entry) => entry,
            Err(error) => {
                let message = format!("`trust` cannot be used: {error}");
                return self.problems.push(Problem::error(node, message));
            }
        };
        let name = RuleName::of_policy(KIND, entry.name.as_str());
        if self.places.contains_key(&name) {
            let message = format!("two policies of `trust` are called `{}`: rename one", entry.name);
            return self.problems.push(Problem::error(node, message));
        }
        let file = |path: &str| {
            text.files.get(path).cloned().ok_or_else(|| format!("there is no file `{path}` beside it"))
        };
        let root = Arc::clone(&self.root);
        let public_good = || Ok(Arc::clone(&root));
        let policy = match entry.policy(&Surroundings { file: &file, public_good: &public_good }) {
            Ok(policy) => policy,
            Err(error) => return self.problems.push(Problem::error(node, error.to_string())),
        };
        let mut made_of = json.to_string();
        for (path, text) in &text.files {
            made_of.push_str(path);
            made_of.push_str(text);
        }
        self.places.insert(name.clone(), node.span);
        let action = match entry.action {
            ActionWord::Deny => Enforcement::Deny,
            ActionWord::Warn => Enforcement::Warn,
            ActionWord::Audit => Enforcement::Audit,
        };
        let failure = match entry.failure_policy {
            FailureWord::Fail => FailureClass::Closed,
            FailureWord::Ignore => FailureClass::Open,
        };
        self.push(name, policy, made_of, entry.pin, action, failure);
    }

    /// A root of trust that policies name.
    fn trust_root(&mut self, object: &Object) {
        let json = object.root.to_json();
        match of_trust_root(&json) {
            Ok(root) => {
                let text = json.get("spec").map(ToString::to_string).unwrap_or_default();
                self.roots.insert(object.name.to_string(), (Arc::new(root), text));
            }
            Err(error) => self.problems.push(Problem::error(&object.root, error.to_string())),
        }
    }

    fn cluster_image_policy(&mut self, object: &Object) {
        let json = object.root.to_json();
        let read = of_cluster_image_policy(&json, &|name| match name {
            None => Some(Arc::clone(&self.root)),
            Some(name) => self.roots.get(name).map(|(root, _)| Arc::clone(root)),
        });
        let policy = match read {
            Ok(policy) => policy,
            Err(error) => return self.problems.push(Problem::error(&object.root, error.to_string())),
        };
        let warns = object.root.at(&["spec", "mode"]).and_then(Node::as_str) == Some("warn");
        let action = if warns { Enforcement::Warn } else { Enforcement::Deny };
        let name = RuleName::of_policy(object.kind.as_str(), object.name.as_str());
        let mut made_of = json.get("spec").map(ToString::to_string).unwrap_or_default();
        for (name, (_, text)) in &self.roots {
            made_of.push_str(name);
            made_of.push_str(text);
        }
        self.push(name, policy, made_of, true, action, FailureClass::Closed);
    }

    /// A policy of Kyverno that judges images.
    fn image_validating_policy(&mut self, object: &Object, namespaced: bool) {
        let json = object.root.to_json();
        let mut policy = match of_image_validating_policy(&json, &self.root) {
            Ok(policy) => policy,
            Err(error) => return self.problems.push(Problem::error(&object.root, error.to_string())),
        };
        let spec = object.root.get("spec");
        let text = |field| spec.map(|spec| spec.str(field)).unwrap_or_default();
        let flag = |field| {
            let value = spec.and_then(|spec| spec.at(&["validationConfigurations", field]));
            value.and_then(Node::as_bool).unwrap_or(true)
        };
        let actions = spec.and_then(|spec| spec.get("validationActions")).map_or(&[][..], Node::items);
        let acts = |word| actions.iter().any(|action| action.as_str() == Some(word));
        let enforcement = match (acts("Deny") || actions.is_empty(), acts("Warn")) {
            (true, _) => Enforcement::Deny,
            (false, true) => Enforcement::Warn,
            (false, false) => Enforcement::Audit,
        };
        let failure =
            if text("failurePolicy") == "Ignore" { FailureClass::Open } else { FailureClass::Closed };
        let mut name = RuleName::of_policy(object.kind.as_str(), object.name.as_str());
        if namespaced {
            name.namespace = object.namespace.clone().unwrap_or_default();
        }
        policy.name = self.enter(policy.clone(), json.to_string());
        let rule = ImageRule {
            policy,
            pins: flag("mutateDigest"),
            wants_digest: flag("verifyDigest"),
            required: flag("required"),
        };
        self.policies.push(TrustPolicy { name, rule, enforcement, failure });
    }

    fn push(
        &mut self,
        name: RuleName,
        mut policy: Policy,
        made_of: String,
        pins: bool,
        enforcement: Enforcement,
        failure: FailureClass,
    ) {
        policy.name = self.enter(policy.clone(), made_of);
        let rule = ImageRule { policy, pins, wants_digest: pins, required: true };
        self.policies.push(TrustPolicy { name, rule, enforcement, failure });
    }
}
