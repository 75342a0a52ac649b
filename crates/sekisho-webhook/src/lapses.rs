//! Images whose approval has lapsed: what the controller lists, held against the Pods of requests.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use sekisho_cluster::{Connection, Interest, LapseAction, LapseList, Mirror, Resource};
use sekisho_manifest::{ImageRef, Node};
use sekisho_policy::{Decision, FailureClass, Operation, Refusal, Request};

use crate::log::{Level, Log};

/// Tells which images may not run any more.
pub trait Lapses: Send + Sync + fmt::Debug {
    /// The list; why there is none.
    fn list(&self) -> Result<Arc<LapseList>, String>;
}

impl Lapses for Box<dyn Lapses> {
    fn list(&self) -> Result<Arc<LapseList>, String> {
        (**self).list()
    }
}

/// The list of a cluster.
#[derive(Debug)]
pub struct LiveLapses(Mirror<Arc<LapseList>>);

/// The most bytes of the list as it comes.
const LARGEST: usize = 2 << 20;

impl LiveLapses {
    /// Follows a ConfigMap. It must be in a namespace where nobody else may write.
    ///
    /// # Errors
    ///
    /// Where no thread can be had.
    pub fn start(connection: &Connection, namespace: &str, name: &str, log: &Log) -> std::io::Result<Self> {
        let interest = Interest {
            namespace: Some(namespace.to_owned()),
            fields: format!("metadata.name={name}"),
            object_bytes: LARGEST,
            total_bytes: LARGEST,
            ..Interest::of(Resource {
                group: "".into(),
                version: "v1".into(),
                kind: "ConfigMap".into(),
                plural: "configmaps".into(),
                namespaced: true,
                verbs: vec!["list".into(), "watch".into()],
            })
        };
        let refused = log.clone();
        let mirror = Mirror::start(
            connection,
            interest,
            move |item| match LapseList::read(item.root) {
                Ok(list) => Some(Arc::new(list)),
                Err(error) => {
                    refused.line(Level::Error, "list of lapsed approvals refused", |fields| {
                        fields.insert("reason".to_owned(), error.to_string().into());
                    });
                    None
                }
            },
            |_| {},
        )?;
        Ok(Self(mirror))
    }
}

impl Lapses for LiveLapses {
    fn list(&self) -> Result<Arc<LapseList>, String> {
        let health = self.0.health();
        if !health.synced {
            return Err(health.error.unwrap_or_else(|| "it was not read yet".to_owned()));
        }
        let snapshot = self.0.snapshot();
        let list = snapshot.iter().next().map(|kept| Arc::clone(&kept.value));
        list.ok_or_else(|| "it is not there, or no such list".to_owned())
    }
}

/// Where the templates of Pods are, by the resources that have them.
const TEMPLATES: [(&str, &[&str]); 9] = [
    ("pods", &["spec"]),
    ("deployments", &["spec", "template", "spec"]),
    ("replicasets", &["spec", "template", "spec"]),
    ("replicationcontrollers", &["spec", "template", "spec"]),
    ("statefulsets", &["spec", "template", "spec"]),
    ("daemonsets", &["spec", "template", "spec"]),
    ("jobs", &["spec", "template", "spec"]),
    ("cronjobs", &["spec", "jobTemplate", "spec", "template", "spec"]),
    ("podtemplates", &["template", "spec"]),
];

/// The groups of these resources.
const GROUPS: [&str; 3] = ["", "apps", "batch"];

/// Adds to a decision what the list says of the images of a request: new Pods with an image that lapsed are refused, or
/// their sender warned, as the list says; of what makes Pods later its sender is warned alone, so that it can still be
/// scaled, changed and set back. Where there is no list, new Pods are refused in a class that closes.
pub(crate) fn judge(lapses: &dyn Lapses, request: &Request, class: FailureClass, decision: &mut Decision) {
    let resource = &request.resource;
    let template = TEMPLATES.iter().find(|(name, _)| *name == resource.resource.as_str());
    let Some((_, path)) = template.filter(|_| GROUPS.contains(&resource.group.as_str())) else { return };
    if !matches!(request.operation, Operation::Create | Operation::Update)
        || !matches!(request.subresource.as_str(), "" | "ephemeralcontainers")
    {
        return;
    }
    let images = |object: &Option<Node>| object.as_ref().map(|root| images(root, path)).unwrap_or_default();
    let before = images(&request.old_object);
    let new: Vec<String> =
        images(&request.object).into_iter().filter(|image| !before.contains(image)).collect();
    if new.is_empty() {
        return;
    }
    let is_pod = resource.resource == "pods";
    let list = match lapses.list() {
        Ok(list) => list,
        Err(why) => {
            let message = format!("whether approvals of images have lapsed is not known: {why}");
            match class {
                FailureClass::Closed if is_pod => refuse(decision, 503, "ServiceUnavailable", message),
                _ => decision.warnings.push(message),
            }
            return;
        }
    };
    for image in &new {
        let parsed: Option<ImageRef> = image.parse().ok();
        let exact = parsed.as_ref().and_then(|image| Some((image.name(), image.digest.as_deref()?)));
        let Some((name, digest)) = exact else { continue };
        let Some(lapse) = list.images.get(&format!("{name}@{digest}")) else { continue };
        let since = lapse.since;
        let message = format!("the approval of `{image}` has lapsed since {since}: {}", lapse.reason);
        match list.action {
            LapseAction::Report => {}
            LapseAction::Deny if is_pod => refuse(decision, 403, "Forbidden", message),
            LapseAction::Deny => decision.warnings.push(format!("{message}; its Pods will be refused")),
            LapseAction::Warn => decision.warnings.push(message),
        }
    }
}

/// Refuses, beside what policies refuse.
fn refuse(decision: &mut Decision, code: u16, reason: &'static str, message: String) {
    match &mut decision.refusal {
        Some(refusal) => {
            refusal.message.push_str("; ");
            refusal.message.push_str(&message);
        }
        None => decision.refusal = Some(Refusal { code, reason, message }),
    }
}

/// The images of the containers of a Pod, or of what one is made of.
fn images(root: &Node, path: &[&str]) -> BTreeSet<String> {
    let Some(spec) = root.at(path) else { return BTreeSet::new() };
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    let containers = lists.iter().flat_map(|list| spec.at(&[list]).map_or(&[][..], Node::items));
    containers.map(|container| container.str("image").to_owned()).filter(|image| !image.is_empty()).collect()
}
