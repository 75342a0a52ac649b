//! What a cluster holds: every kind that somebody writes, thinned, each workload once.

use sekisho_manifest::{Node, ObjectRef, to_yaml};
use serde_json::{Value, json};
use smol_str::{SmolStr, format_smolstr};

use crate::connection::Connection;
use crate::discovery::{Resource, discover};
use crate::error::RequestError;
use crate::list::{Receiver, Selection};
use crate::ownership::{Fate, Ownership};
use crate::state;
use crate::status::parse;

/// How much of a cluster is read.
#[derive(Debug, Clone)]
pub struct Extent {
    /// Only what lives in this namespace, and the namespace itself.
    pub namespace: Option<String>,
    /// Objects a page.
    pub page: u32,
    /// The most bytes of text that are kept of all objects together.
    pub bytes: usize,
}

impl Default for Extent {
    fn default() -> Self {
        Self { namespace: None, page: 500, bytes: 2 << 30 }
    }
}

/// An object of a cluster.
#[derive(Debug, Clone)]
pub struct Surveyed {
    /// Where it is to be found: `shop/deployments.apps/web`, `clusterroles.rbac.authorization.k8s.io/admin`.
    pub place: SmolStr,
    /// The object as YAML.
    pub text: String,
    /// The workload that somebody wrote and that it came of, where it is not its own.
    pub owner: Option<ObjectRef>,
}

/// A part of a cluster that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Which: `secrets`, `metrics.k8s.io/v1beta1`.
    pub what: SmolStr,
    /// Why, and what is needed.
    pub why: String,
}

/// What was read of a cluster.
#[derive(Debug, Default)]
pub struct Survey {
    /// The objects that are examined.
    pub objects: Vec<Surveyed>,
    /// How many objects were read, those included that others stand for.
    pub read: usize,
    /// How many kinds were read.
    pub kinds: usize,
    /// What was not read.
    pub unread: Vec<Unread>,
    /// The minor of the server's version: `34` of 1.34.
    pub minor: Option<u32>,
    /// The server's version: `v1.34.2`.
    pub version: Option<SmolStr>,
}

/// Reads what a cluster holds. What one request fails for is left out and said; an error is that of the first
/// request.
pub fn survey(connection: &Connection, extent: &Extent) -> Result<Survey, RequestError> {
    let version = connection.get("/version")?;
    let digits: String = version.str("minor").chars().take_while(char::is_ascii_digit).collect();
    let release = Some(version.str("gitVersion")).filter(|release| !release.is_empty());
    let mut survey =
        Survey { minor: digits.parse().ok(), version: release.map(SmolStr::new), ..Survey::default() };
    let discovered = discover(connection)?;
    survey.unread.extend(discovered.unknown.into_iter().map(|(what, why)| Unread { what, why }));

    let mut ownership = Ownership::default();
    let mut space = extent.bytes;
    for resource in state::read_in_order(&discovered.resources) {
        let namespace = extent.namespace.as_deref();
        if namespace.is_some() && !resource.namespaced {
            if resource.plural == "namespaces" {
                survey.namespace(
                    connection,
                    resource,
                    namespace.unwrap_or_default(),
                    &mut ownership,
                    &mut space,
                );
            }
            continue;
        }
        let mut taking = Taking::new(resource, &mut ownership, space);
        let leave = state::left(resource);
        let selection = Selection { namespace, leave: &leave, page: extent.page, ..Selection::of(resource) };
        let outcome = connection.list(&selection, &mut taking);
        let (full, objects, read, left) = (taking.full, taking.objects, taking.read, taking.space);
        if taking.broken > 0 {
            let why = format!("{} objects of the list are none", taking.broken);
            survey.unread.push(Unread { what: resource.full_name(), why });
        }
        match outcome {
            Ok(_) => {
                survey.kinds += 1;
                survey.read += read;
                survey.objects.extend(objects);
                space = left;
            }
            // A kind that is gone, or that the server lists only in namespaces.
            Err(error) if matches!(error.code(), Some(404 | 405)) => {}
            Err(error) => survey.refuse(resource, namespace, &error),
        }
        if full {
            let why = format!("more than {} MiB of objects: scan namespace by namespace", extent.bytes >> 20);
            survey.unread.push(Unread { what: resource.full_name(), why });
            break;
        }
    }
    Ok(survey)
}

impl Survey {
    /// Reads one namespace, whose labels decide about its Pods.
    fn namespace(
        &mut self,
        connection: &Connection,
        resource: &Resource,
        name: &str,
        ownership: &mut Ownership,
        space: &mut usize,
    ) {
        match connection.get(&format!("{}/{name}", resource.path(None))) {
            Ok(root) => {
                let mut taking = Taking::new(resource, ownership, *space);
                taking.take(&root);
                *space = taking.space;
                self.read += 1;
                self.kinds += 1;
                self.objects.append(&mut taking.objects);
            }
            Err(error) => self.refuse(resource, None, &error),
        }
    }

    fn refuse(&mut self, resource: &Resource, namespace: Option<&str>, error: &RequestError) {
        let why = match error.code() {
            Some(403) => {
                let place = match namespace {
                    Some(namespace) if resource.namespaced => format!(" in the namespace `{namespace}`"),
                    _ => String::new(),
                };
                format!(
                    "the cluster refuses to list them; it takes a role with `apiGroups: [\"{}\"], resources: [{}], \
                     verbs: [list]`{place}",
                    resource.group, resource.plural
                )
            }
            _ => error.to_string(),
        };
        self.unread.push(Unread { what: resource.full_name(), why });
    }
}

/// Takes the objects of one kind.
struct Taking<'a> {
    resource: &'a Resource,
    ownership: &'a mut Ownership,
    objects: Vec<Surveyed>,
    read: usize,
    space: usize,
    at_first: usize,
    full: bool,
    /// Objects that cannot be read.
    broken: usize,
}

impl<'a> Taking<'a> {
    fn new(resource: &'a Resource, ownership: &'a mut Ownership, space: usize) -> Self {
        ownership.begin();
        Self {
            resource,
            ownership,
            objects: Vec::new(),
            read: 0,
            space,
            at_first: space,
            full: false,
            broken: 0,
        }
    }

    fn take(&mut self, root: &Node) {
        self.read += 1;
        let metadata = root.get("metadata");
        let text = |key: &str| SmolStr::new(metadata.map_or("", |metadata| metadata.str(key)));
        let (name, namespace) = (text("name"), text("namespace"));
        let object = ObjectRef {
            api_version: self.resource.api_version(),
            kind: self.resource.kind.clone(),
            namespace: Some(namespace.clone()).filter(|namespace| !namespace.is_empty()),
            name: name.clone(),
        };
        let owner = match self.ownership.enter(&object, root) {
            Fate::Own => None,
            Fate::Known => return,
            Fate::Of(owner) => Some(owner),
        };
        let mut json = root.to_json();
        // Items of a list leave to the list what they are.
        json["apiVersion"] = object.api_version.as_str().into();
        json["kind"] = object.kind.as_str().into();
        reduce_bookkeeping(&mut json);
        let text = to_yaml(&json);
        let Some(left) = self.space.checked_sub(text.len()) else {
            self.full = true;
            return;
        };
        self.space = left;
        let kind = self.resource.full_name();
        let folder = object.namespace.map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let place = format_smolstr!("{folder}{kind}/{name}");
        self.objects.push(Surveyed { place, text, owner });
    }
}

impl Receiver for Taking<'_> {
    fn item(&mut self, text: &str) -> bool {
        match parse(text) {
            Some(root) if root.as_mapping().is_some() => self.take(&root),
            _ => self.broken += 1,
        }
        !self.full
    }

    fn restart(&mut self) {
        self.ownership.restart();
        self.objects.clear();
        self.read = 0;
        self.broken = 0;
        self.space = self.at_first;
    }
}

/// The annotation in which `kubectl apply` keeps the object as it was applied.
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Leaves of the bookkeeping who writes the object in another version than it was read in, and in which version it
/// was applied last.
fn reduce_bookkeeping(object: &mut Value) {
    let version = object["apiVersion"].clone();
    let Some(metadata) = object["metadata"].as_object_mut() else { return };
    let applied = take_applied(metadata);
    let entries = match metadata.remove("managedFields") {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    };
    let mut others: Vec<Value> = entries
        .iter()
        .filter(|entry| entry["apiVersion"] != version)
        .map(|entry| json!({"apiVersion": entry["apiVersion"], "manager": entry["manager"]}))
        .collect();
    if let Some(applied) = applied.filter(|applied| version != applied.as_str())
        && !others.iter().any(|entry| entry["apiVersion"] == applied.as_str())
    {
        others.push(json!({"apiVersion": applied, "manager": "kubectl apply"}));
    }
    if !others.is_empty() {
        metadata.insert("managedFields".to_owned(), others.into());
    }
}

/// Takes the object out that was applied, which repeats every value, and yields its version.
fn take_applied(metadata: &mut serde_json::Map<String, Value>) -> Option<String> {
    let annotations = metadata.get_mut("annotations")?.as_object_mut()?;
    let applied = annotations.remove(APPLIED)?;
    if annotations.is_empty() {
        metadata.remove("annotations");
    }
    let applied = parse(applied.as_str()?)?;
    Some(applied.str("apiVersion").to_owned()).filter(|version| !version.is_empty())
}
