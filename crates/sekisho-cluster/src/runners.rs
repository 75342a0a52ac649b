//! The images that Pods run, kept up while they come and go: of each Pod its containers are held, and of what stands
//! between it and the workload that somebody wrote, the owner.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sekisho_manifest::Node;

use crate::connection::Connection;
use crate::gathering::{BOOKKEEPING, resource, text};
use crate::mirror::{Interest, Mirror};
use crate::running::{ImageUse, ImageUser, Maker, POD, containers};

/// Follows what a cluster runs.
#[derive(Debug)]
pub struct Runners {
    pods: Mirror<Held>,
    /// What makes Pods and is made by something else, by identifier.
    makers: [Mirror<Option<Maker>>; 2],
    changed: Arc<AtomicBool>,
}

/// What is held of a Pod.
struct Held {
    owner: Option<Maker>,
    containers: Vec<(String, String, Option<String>)>,
    secrets: Vec<String>,
    node: String,
}

/// The kinds between Pods and what somebody wrote.
const BETWEEN: [(&str, &str, &str); 2] = [("apps", "ReplicaSet", "replicasets"), ("batch", "Job", "jobs")];

impl Runners {
    /// Starts to follow.
    ///
    /// # Errors
    ///
    /// Where no thread can be had.
    pub fn start(connection: &Connection) -> io::Result<Self> {
        let changed = Arc::new(AtomicBool::new(true));
        let tells = |changed: &Arc<AtomicBool>| {
            let changed = Arc::clone(changed);
            move || changed.store(true, Ordering::Release)
        };
        let between = |(group, kind, plural)| {
            let tell = tells(&changed);
            let interest = Interest {
                metadata_only: true,
                leave: BOOKKEEPING.to_vec(),
                ..Interest::of(resource(group, "v1", kind, plural, true))
            };
            let make = |item: &crate::mirror::Item<'_>| Some(Maker::above(item.root));
            Mirror::start(connection, interest, make, move |_| tell())
        };
        let [sets, jobs] = BETWEEN;
        let makers = [between(sets)?, between(jobs)?];
        let interest =
            Interest { leave: POD.to_vec(), ..Interest::of(resource("", "v1", "Pod", "pods", true)) };
        let tell = tells(&changed);
        let pods = Mirror::start(connection, interest, |item| held(item.root), move |_| tell())?;
        Ok(Self { pods, makers, changed })
    }

    /// Whether something came, went or changed since this was last asked.
    pub fn have_changed(&self) -> bool {
        self.changed.swap(false, Ordering::AcqRel)
    }

    /// Why not all of it is known; none where it is.
    pub fn fault(&self) -> Option<String> {
        let health = [self.pods.health(), self.makers[0].health(), self.makers[1].health()];
        let waits = health.iter().find(|one| !one.synced)?;
        Some(waits.error.clone().unwrap_or_else(|| "what the cluster runs is not read yet".to_owned()))
    }

    /// The images that are run or about to be, in order.
    pub fn images(&self) -> Vec<ImageUse> {
        let snapshots = self.makers.each_ref().map(Mirror::snapshot);
        let makers: HashMap<&str, (&str, &str, Option<&Maker>)> = snapshots
            .iter()
            .zip(BETWEEN)
            .flat_map(|(snapshot, (_, kind, _))| snapshot.iter().map(move |kept| (kind, kept)))
            .map(|(kind, kept)| (kept.uid.as_str(), (kind, kept.name.as_str(), kept.value.as_ref())))
            .collect();
        let mut images: BTreeMap<(&str, Option<&str>), ImageUse> = BTreeMap::new();
        let pods = self.pods.snapshot();
        for kept in pods.iter() {
            let pod = &kept.value;
            let owner = match &pod.owner {
                None => Maker::of("v1", "Pod", &kept.name),
                Some(owner) => match makers.get(owner.uid.as_str()) {
                    Some((_, _, Some(above))) => (*above).clone(),
                    _ => owner.clone(),
                },
            };
            for (container, reference, digest) in &pod.containers {
                let used = images.entry((reference, digest.as_deref())).or_insert_with(|| ImageUse {
                    reference: reference.clone(),
                    digest: digest.clone(),
                    users: BTreeSet::new(),
                    secrets: BTreeSet::new(),
                    nodes: BTreeSet::new(),
                });
                used.users.insert(ImageUser {
                    api_version: owner.api_version.clone(),
                    kind: owner.kind.clone(),
                    namespace: kept.namespace.to_string(),
                    name: owner.name.clone(),
                    container: container.clone(),
                });
                let secrets = pod.secrets.iter().map(|name| (kept.namespace.to_string(), name.clone()));
                used.secrets.extend(secrets);
                used.nodes.extend(Some(pod.node.clone()).filter(|node| !node.is_empty()));
            }
        }
        images.into_values().collect()
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("containers", &self.containers).finish_non_exhaustive()
    }
}

/// What is held of a Pod; none where it has ended.
fn held(root: &Node) -> Option<Held> {
    if matches!(text(root, &["status", "phase"]), "Succeeded" | "Failed") {
        return None;
    }
    let secrets = root.at(&["spec", "imagePullSecrets"]).map_or(&[][..], Node::items);
    let secrets = secrets.iter().map(|secret| secret.str("name")).filter(|name| !name.is_empty());
    Some(Held {
        owner: Maker::above(root),
        containers: containers(root),
        secrets: secrets.map(str::to_owned).collect(),
        node: text(root, &["spec", "nodeName"]).to_owned(),
    })
}
