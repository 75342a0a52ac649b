//! The objects of a run, found by kind, by name and by namespace.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use sekisho_manifest::workload::{self, Pod};
use sekisho_manifest::{Object, Source, SourceId};
use smol_str::SmolStr;

use crate::accounts::AccountIndex;
use crate::cloud::{self, Cloud};
use crate::isolation::PolicyIndex;
use crate::pods::PodIndex;
use crate::roles::RoleIndex;
use crate::route::{self, RouteIndex};
use crate::service::ServiceIndex;
use crate::unseen;

/// An object by its place in the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

/// The sources and objects of a run. Built once, read by every analysis, never changed.
#[derive(Debug, Default)]
pub struct Inventory {
    sources: Vec<Source>,
    objects: Vec<Object>,
    by_kind: HashMap<(SmolStr, SmolStr), Vec<u32>>,
    with_pods: Vec<ObjectId>,
    default_namespace: SmolStr,
    pods: OnceLock<PodIndex>,
    names: OnceLock<Names>,
    roles: OnceLock<RoleIndex>,
    clouds: OnceLock<BTreeSet<Cloud>>,
    accounts: OnceLock<AccountIndex>,
    cluster_wide: OnceLock<HashSet<(SmolStr, SmolStr)>>,
    services: OnceLock<ServiceIndex>,
    routes: OnceLock<RouteIndex>,
    policies: OnceLock<PolicyIndex>,
    unseen: OnceLock<HashSet<SmolStr>>,
}

/// Objects by group, kind and name; the first of each namespace besides.
#[derive(Debug, Default)]
struct Names {
    all: HashMap<(SmolStr, SmolStr, SmolStr), Vec<u32>>,
    placed: HashMap<(SmolStr, SmolStr, SmolStr, SmolStr), u32>,
}

impl Inventory {
    /// Builds the inventory of objects whose [`SourceId`]s are places in `sources`.
    ///
    /// `default_namespace` is where objects go that name no namespace and whose kind has one.
    pub fn new(sources: Vec<Source>, objects: Vec<Object>, default_namespace: impl Into<SmolStr>) -> Self {
        let mut by_kind: HashMap<(SmolStr, SmolStr), Vec<u32>> = HashMap::new();
        let mut with_pods = Vec::new();
        for (index, object) in (0..).zip(&objects) {
            let kind = (SmolStr::new(object.group()), object.kind.clone());
            by_kind.entry(kind).or_default().push(index);
            if !workload::pods(object).is_empty() {
                with_pods.push(ObjectId(index));
            }
        }
        Self {
            sources,
            objects,
            by_kind,
            with_pods,
            default_namespace: default_namespace.into(),
            pods: OnceLock::new(),
            names: OnceLock::new(),
            roles: OnceLock::new(),
            clouds: OnceLock::new(),
            accounts: OnceLock::new(),
            cluster_wide: OnceLock::new(),
            services: OnceLock::new(),
            routes: OnceLock::new(),
            policies: OnceLock::new(),
            unseen: OnceLock::new(),
        }
    }

    /// The sources, in the order of their ids.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// A source by its id.
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// The objects, in the order of their ids.
    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// The objects of a group and kind, in any version.
    pub fn of<'a>(&'a self, group: &str, kind: &str) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.of_with_ids(group, kind).map(|(_, object)| object)
    }

    pub(crate) fn of_with_ids<'a>(
        &'a self,
        group: &str,
        kind: &str,
    ) -> impl Iterator<Item = (ObjectId, &'a Object)> + use<'a> {
        self.by_kind
            .get(&(SmolStr::new(group), SmolStr::new(kind)))
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(|index| Some((ObjectId(*index), self.objects.get(*index as usize)?)))
    }

    /// The object of a group and kind with this name, in this namespace where the kind has one.
    pub fn find(&self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Option<&Object> {
        let Some(namespace) = namespace else { return self.named(group, kind, name).next() };
        let key = (group.into(), kind.into(), name.into(), namespace.into());
        let index = self.name_index().placed.get(&key)?;
        self.objects.get(*index as usize)
    }

    /// The objects of a group and kind with this name, in any namespace.
    pub fn named<'a>(
        &'a self,
        group: &str,
        kind: &str,
        name: &str,
    ) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.name_index()
            .all
            .get(&(SmolStr::new(group), SmolStr::new(kind), SmolStr::new(name)))
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(|index| self.objects.get(*index as usize))
    }

    fn name_index(&self) -> &Names {
        self.names.get_or_init(|| {
            let mut names = Names::default();
            for (index, object) in (0..).zip(&self.objects) {
                let (group, kind, name) =
                    (SmolStr::new(object.group()), object.kind.clone(), object.name.clone());
                let namespace = SmolStr::new(self.namespace_of(object));
                names.placed.entry((group.clone(), kind.clone(), name.clone(), namespace)).or_insert(index);
                names.all.entry((group, kind, name)).or_default().push(index);
            }
            names
        })
    }

    /// The Pods that the objects are or make.
    pub fn pods(&self) -> impl Iterator<Item = Pod<'_>> {
        self.pod_makers().flat_map(workload::pods)
    }

    /// The objects that are or make Pods.
    pub fn pod_makers(&self) -> impl Iterator<Item = &Object> {
        self.with_pods.iter().filter_map(|id| self.object(*id))
    }

    /// An object by its id.
    pub fn object(&self, id: ObjectId) -> Option<&Object> {
        self.objects.get(id.0 as usize)
    }

    pub(crate) fn with_pods(&self) -> &[ObjectId] {
        &self.with_pods
    }

    /// The namespace an object lands in: its own, else the run's default; empty for a kind that has none,
    /// whatever the manifest says.
    pub fn namespace_of<'a>(&'a self, object: &'a Object) -> &'a str {
        if !self.is_namespaced(object) {
            return "";
        }
        object.namespace.as_deref().unwrap_or(&self.default_namespace)
    }

    /// Whether an object lives in a namespace. A custom kind does unless its definition, which must be among
    /// the objects, says otherwise.
    pub fn is_namespaced(&self, object: &Object) -> bool {
        object.is_namespaced().unwrap_or_else(|| {
            let kind = (SmolStr::new(object.group()), object.kind.clone());
            !self.cluster_wide.get_or_init(|| self.index_cluster_wide()).contains(&kind)
        })
    }

    fn index_cluster_wide(&self) -> HashSet<(SmolStr, SmolStr)> {
        self.of("apiextensions.k8s.io", "CustomResourceDefinition")
            .filter_map(|definition| definition.root.get("spec"))
            .filter(|spec| spec.str("scope") == "Cluster")
            .filter_map(|spec| Some((spec.str("group").into(), spec.get("names")?.str("kind").into())))
            .collect()
    }

    /// The namespaces in which workloads of this inventory run, in order.
    pub fn workload_namespaces(&self) -> BTreeSet<&str> {
        self.pod_makers().map(|object| self.namespace_of(object)).collect()
    }

    /// The clouds that the objects are meant for, as far as they show it; empty says nothing.
    pub fn clouds(&self) -> &BTreeSet<Cloud> {
        self.clouds.get_or_init(|| cloud::detect(self))
    }

    pub(crate) fn role_index(&self) -> &RoleIndex {
        self.roles.get_or_init(|| RoleIndex::new(self))
    }

    pub(crate) fn account_index(&self) -> &AccountIndex {
        self.accounts.get_or_init(|| AccountIndex::new(self))
    }

    pub(crate) fn pod_index(&self) -> &PodIndex {
        self.pods.get_or_init(|| PodIndex::new(self))
    }

    pub(crate) fn service_index(&self) -> &ServiceIndex {
        self.services.get_or_init(|| ServiceIndex::new(self))
    }

    pub(crate) fn route_index(&self) -> &RouteIndex {
        self.routes.get_or_init(|| route::index(self))
    }

    pub(crate) fn policy_index(&self) -> &PolicyIndex {
        self.policies.get_or_init(|| PolicyIndex::new(self))
    }

    pub(crate) fn unseen(&self) -> &HashSet<SmolStr> {
        self.unseen.get_or_init(|| unseen::namespaces(self))
    }
}
