//! Policies of expressions in Kyverno's own test files: its own, and the API server's.

use std::cell::RefCell;
use std::rc::Rc;

use sekisho_kyverno::Settings;
use sekisho_kyverno::rule::{self, RuleResult};
use sekisho_kyverno::testing::{Case, OtherPolicies};
use sekisho_kyverno::{Map, Value};
use sekisho_manifest::{Node, Operation};
use smol_str::SmolStr;

use super::bound::{self, Bound};
use super::definition::CelPolicy;
use super::judgement::Surroundings;
use super::load::load;
use super::outside::{Address, HttpRequest, Outside, Silence};
use crate::asked::Asked;
use crate::group_version::{GroupVersionKind, GroupVersionResource};
use crate::kinds::Kinds;
use crate::request::{Origin, Request, User};
use crate::views::Views;

/// How many policies are kept compiled.
const KEPT: usize = 16;

/// A policy that was compiled with what belongs to it.
#[derive(Debug)]
struct Kept {
    policy: Node,
    /// The exceptions, or the bindings.
    beside: Vec<Node>,
    compiled: Compiled,
}

#[derive(Debug, Clone)]
enum Compiled {
    /// Of Kyverno's own kinds.
    Own(Rc<Vec<CelPolicy>>),
    /// Of the API server's kinds.
    Bound(Rc<Bound>),
}

/// Works out the policies of expressions of tests.
#[derive(Debug, Default)]
pub struct CelPolicies {
    settings: Settings,
    kept: RefCell<Vec<Kept>>,
}

impl CelPolicies {
    /// With the time and the seed of an installation.
    pub fn new(settings: Settings) -> Self {
        Self { settings, kept: RefCell::default() }
    }

    fn compiled(&self, policy: &Node, case: &Case<'_>, kinds: &Kinds) -> Compiled {
        let is_bound = bound::is_policy(policy);
        let beside = if is_bound { case.documents } else { case.exceptions };
        let mut kept = self.kept.borrow_mut();
        let known = kept.iter().find(|known| known.policy == *policy && known.beside == beside);
        if let Some(known) = known {
            return known.compiled.clone();
        }
        let compiled = if is_bound {
            Compiled::Bound(Bound::compile(policy, beside, kinds))
        } else {
            let documents: Vec<Node> = beside.iter().chain([policy]).cloned().collect();
            Compiled::Own(Rc::new(load(&documents).policies))
        };
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(Kept { policy: policy.clone(), beside: beside.to_vec(), compiled: compiled.clone() });
        compiled
    }
}

impl OtherPolicies for CelPolicies {
    fn apply(&self, policy: &Node, case: &Case<'_>) -> Option<(Vec<RuleResult>, Option<Value>)> {
        let kinds = if case.definitions.is_empty() {
            Kinds::default()
        } else {
            Kinds::new(&case.definitions.iter().map(bound::object).collect::<Vec<_>>())
        };
        let request = request(case.request, &kinds);
        let policies = match self.compiled(policy, case, &kinds) {
            Compiled::Bound(_) if case.is_payload => return None,
            Compiled::Bound(bound) => return Some(bound.apply(&request, case)),
            Compiled::Own(policies) => policies,
        };
        let is_for = |policy: &&CelPolicy| !case.is_payload || policy.plain || policy.is_about_json(&request);
        let policy = policies.first().filter(is_for)?;
        let views = Views::default();
        let asked = Asked::new(&request, &views);
        let outside = Given { case, kinds: &kinds };
        let around = Surroundings { outside: &outside, settings: &self.settings };
        let mut judgement = policy.judge(&asked, &around);
        let targets: Vec<Node> = case.targets.iter().map(Value::to_node).collect();
        judgement.results.extend(policy.mutate_existing(&asked, &targets, &around));
        Some((judgement.results, judgement.changed.as_ref().map(Value::from_node)))
    }
}

/// The request of a test as these policies see it.
fn request(request: &rule::Request, kinds: &Kinds) -> Request {
    let about = request.object.as_ref().or(request.old_object.as_ref());
    let text = |key: &str| {
        let found = about.and_then(|object| object.at(&["metadata", key])).and_then(Value::as_str);
        SmolStr::new(found.unwrap_or(""))
    };
    let kind = GroupVersionKind {
        group: request.kind.group.clone(),
        version: request.kind.version.clone(),
        kind: request.kind.kind.clone(),
    };
    let resource = kinds.of(&kind).resource;
    let user = request.user.as_ref().map(|user| User {
        name: user.name.clone(),
        uid: user.uid.clone(),
        groups: user.groups.clone(),
        extra: Vec::new(),
    });
    Request {
        uid: SmolStr::default(),
        request_kind: kind.clone(),
        request_resource: resource.clone(),
        kind,
        resource,
        subresource: request.subresource.clone(),
        name: text("name"),
        namespace: text("namespace"),
        operation: match request.operation {
            Operation::Connect => Operation::Create,
            done => done,
        },
        user: user.unwrap_or_default(),
        object: request.object.as_ref().map(Value::to_node),
        old_object: request.old_object.as_ref().map(Value::to_node),
        options: None,
        dry_run: false,
        origin: Origin::Manifest,
    }
}

/// What a test gives for the outside: the objects and images of its context.
struct Given<'c> {
    case: &'c Case<'c>,
    kinds: &'c Kinds,
}

impl Given<'_> {
    fn listed(&self, key: &str) -> impl Iterator<Item = &Node> {
        let specs = self.case.context.iter().filter_map(|document| document.get("spec"));
        let key = key.to_owned();
        specs.flat_map(move |spec| spec.get(&key).map_or(&[][..], Node::items))
    }

    /// The objects of a resource in all namespaces; none where there is no such resource.
    fn of(&self, address: &Address) -> Option<Vec<Node>> {
        let wanted = |object: &Node| {
            let kind = GroupVersionKind::new(object.str("apiVersion"), object.str("kind"));
            let GroupVersionResource { resource, .. } = self.kinds.of(&kind).resource;
            resource == address.resource && object.str("apiVersion") == address.api_version
        };
        let given = self.listed("resources").filter(|object| wanted(object)).cloned();
        let facts = self.case.facts;
        let known = if facts.has_cluster() { facts.objects() } else { self.case.targets };
        let found: Vec<Node> = given.chain(known.iter().map(Value::to_node).filter(wanted)).collect();
        (facts.has_cluster() || !found.is_empty()).then_some(found)
    }
}

fn is_in(object: &Node, namespace: Option<&str>) -> bool {
    let own = object.at(&["metadata", "namespace"]).and_then(Node::as_str).unwrap_or("");
    own == namespace.unwrap_or("")
}

fn is_named(object: &Node, name: &str) -> bool {
    object.at(&["metadata", "name"]).and_then(Node::as_str) == Some(name)
}

impl Outside for Given<'_> {
    fn get(&self, address: &Address, name: &str) -> Result<Option<Node>, Silence> {
        let fits = |object: &Node| is_in(object, address.namespace.as_deref()) && is_named(object, name);
        Ok(self.of(address).into_iter().flatten().find(fits))
    }

    fn list(&self, address: &Address, _labels: &[(SmolStr, SmolStr)]) -> Result<Vec<Node>, Silence> {
        let Some(found) = self.of(address) else {
            let group = address.api_version.split_once('/').map_or("", |(group, _)| group);
            let shown = if group.is_empty() {
                address.resource.to_string()
            } else {
                format!("{}.{group}", address.resource)
            };
            return Err(Silence::Failed(format!("{shown} resource not found")));
        };
        Ok(found.into_iter().filter(|object| is_in(object, address.namespace.as_deref())).collect())
    }

    fn image(&self, image: &str) -> Result<Node, Silence> {
        let found = self.listed("images").find(|known| known.str("image") == image).cloned();
        found.ok_or_else(|| Silence::Failed(format!("image data for {image} not found in the context")))
    }

    fn global(&self, name: &str, projection: &str) -> Result<Node, Silence> {
        let Some(data) = self.case.facts.global_entry(name) else { return Ok(Value::Null.to_node()) };
        if projection.is_empty() {
            return Ok(data.to_node());
        }
        let missing = || format!("projection \"{projection}\" not found in global context entry \"{name}\"");
        data.get(projection).map(Value::to_node).ok_or_else(|| Silence::Failed(missing()))
    }

    fn http(&self, asked: &HttpRequest<'_>) -> Result<Node, Silence> {
        let (status, body) = self.case.facts.answer(asked.method, asked.url).ok_or(Silence::Unknown)?;
        let fields = [
            (SmolStr::new_static("body"), body.clone()),
            (SmolStr::new_static("statusCode"), Value::from(status)),
        ];
        Ok(Value::from(fields.into_iter().collect::<Map>()).to_node())
    }

    fn namespace(&self, name: &str) -> Option<Node> {
        let found = self
            .case
            .namespaces
            .iter()
            .find(|known| known.at(&["metadata", "name"]).and_then(Value::as_str) == Some(name));
        found.map(Value::to_node)
    }
}
