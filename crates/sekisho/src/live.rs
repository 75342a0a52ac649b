//! The target `cluster`: what a cluster holds is read like manifests, and what is found in Pods belongs to the
//! workloads that they come of.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use rayon::prelude::*;
use sekisho_cluster::{Access, Connection, Extent, Identity, Options, survey};
use sekisho_finding::{Finding, Fingerprint, Skip, SkipReason};
use sekisho_manifest::{Budget, Document, Format, Node, Object, ObjectRef, Source, SourceId, load};
use smol_str::{SmolStr, format_smolstr};

use crate::target::Loaded;

/// The word that stands for the cluster among targets; a folder of that name is `./cluster`.
const TARGET: &str = "cluster";

/// Which cluster, and as whom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Live {
    /// The kubeconfig, where it is not the one that `kubectl` would take.
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context, where it is not the current one.
    pub(crate) context: Option<String>,
    /// The user that requests are made as.
    pub(crate) user: Option<String>,
    /// The groups of that user.
    pub(crate) groups: Vec<String>,
    /// Whether no connection may be made.
    pub(crate) offline: bool,
}

impl Live {
    /// How the cluster is reached, and as whom.
    fn access(&self) -> Result<(Access, Identity)> {
        if self.offline {
            bail!(
                "`--offline` forbids the connection that `{TARGET}` needs: a folder of that name is `./{TARGET}`"
            );
        }
        if self.user.is_none() && !self.groups.is_empty() {
            bail!("`--as-group` is for the user that `--as` names: name one");
        }
        let access = Access::find(self.kubeconfig.as_deref(), self.context.as_deref())?;
        let identity =
            Identity { user: self.user.clone(), groups: self.groups.clone(), ..Identity::default() };
        Ok((access, identity))
    }

    /// A connection to the cluster.
    pub(crate) fn connect(&self) -> Result<(Access, Connection)> {
        let (access, identity) = self.access()?;
        let connection = Connection::new(&access, &Options { identity, ..Options::default() })?;
        Ok((access, connection))
    }
}

/// What is known of a cluster beside its objects.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The workload that an object came of, by the source of the object.
    owners: HashMap<SourceId, ObjectRef>,
    /// The minor of the server's version.
    pub(crate) minor: Option<u32>,
    /// The server's version: `v1.36.3`.
    pub(crate) version: Option<SmolStr>,
}

/// Whether the targets are a cluster; it stands alone.
pub(crate) fn is_meant(targets: &[PathBuf]) -> Result<bool> {
    let meant = targets.iter().any(|target| target == Path::new(TARGET));
    if meant && targets.len() > 1 {
        bail!("`{TARGET}` stands for the cluster and alone: scan files in a run of their own");
    }
    Ok(meant)
}

/// Reads a cluster.
pub(crate) fn read(live: &Live, namespace: Option<&str>) -> Result<(Loaded, Seen)> {
    let mut loaded = Loaded::default();
    let extent = Extent { namespace: namespace.map(str::to_owned), ..Extent::default() };
    let (access, identity) = live.access()?;
    let surveyed = Connection::new(&access, &Options { identity, ..Options::default() })
        .and_then(|connection| survey(&connection, &extent));
    let found = match surveyed {
        Ok(found) => found,
        Err(error) => {
            let reason = SkipReason::Unreadable(error.to_string());
            loaded.coverage.skipped.push(Skip { path: TARGET.into(), line: None, reason });
            return Ok((loaded, Seen::default()));
        }
    };
    loaded.coverage.skipped.extend(found.unread.into_iter().map(|unread| Skip {
        path: format_smolstr!("{TARGET}/{}", unread.what),
        line: None,
        reason: SkipReason::Unreadable(unread.why),
    }));
    let mut seen = Seen { minor: found.minor, version: found.version.clone(), ..Seen::default() };
    let budget = Budget::default();
    let parsed: Vec<(Source, Vec<Object>, Option<ObjectRef>)> = (0u32..)
        .zip(found.objects)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(number, one)| {
            let read = load(SourceId(number), &one.text, Format::Yaml, &budget);
            let objects = read.documents.iter().flat_map(Document::objects).collect();
            (Source::new(format_smolstr!("{TARGET}/{}", one.place), one.text), objects, one.owner)
        })
        .collect();
    let mut set_up = Vec::new();
    for (number, (source, mut objects, owner)) in (0u32..).zip(parsed) {
        if objects.is_empty() {
            let reason = SkipReason::Unreadable("it cannot be read as an object".to_owned());
            loaded.coverage.skipped.push(Skip { path: source.name.clone(), line: None, reason });
        }
        set_up.extend(objects.iter().flat_map(|object| configurations(object, &source.name)));
        loaded.sources.push(source);
        loaded.objects.append(&mut objects);
        seen.owners.extend(owner.map(|owner| (SourceId(number), owner)));
    }
    for source in set_up {
        let number = SourceId(u32::try_from(loaded.sources.len()).unwrap_or(u32::MAX));
        let read = load(number, &source.text, Format::Yaml, &budget);
        loaded.objects.extend(read.documents.iter().flat_map(Document::objects));
        loaded.sources.push(source);
    }
    loaded.coverage.documents = found.read;
    loaded.coverage.objects = found.read;
    Ok((loaded, seen))
}

/// The ConfigMaps of `kube-system` in which a cluster keeps how its components are set up, and the key of each.
const CONFIGURATIONS: &[(&str, &str)] = &[
    ("kubeadm-config", "ClusterConfiguration"),
    ("kubelet-config", "kubelet"),
    ("kube-proxy", "config.conf"),
];

/// The set-up of components that an object keeps as text.
fn configurations(object: &Object, place: &SmolStr) -> Vec<Source> {
    if !object.is("", "ConfigMap") || object.namespace.as_deref() != Some("kube-system") {
        return Vec::new();
    }
    // Older releases name the kubelet's after their version.
    let is_named = |name: &str| {
        object.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("-1."))
    };
    let kept = CONFIGURATIONS.iter().filter(|(name, _)| is_named(name));
    let text = |key: &str| object.root.at(&["data", key]).and_then(Node::as_str);
    kept.filter_map(|(_, key)| Some(Source::new(format_smolstr!("{place}/{key}"), text(key)?.to_owned())))
        .collect()
}

/// What makes two findings about the parts of a workload one.
type Same = (SmolStr, ObjectRef, Option<SmolStr>, String);

impl Seen {
    /// Gives the findings in Pods to the workloads that they came of, unless these have them already. There is no
    /// file to mend.
    pub(crate) fn settle(&self, findings: &mut Vec<Finding>) {
        let field = |finding: &Finding| {
            let path = finding.location.field.to_string();
            // The field of a Pod, and the same one of a template.
            path.rfind("spec.").map_or(path.clone(), |start| path.get(start..).unwrap_or_default().to_owned())
        };
        let same = |finding: &Finding, object: &ObjectRef| -> Same {
            let container = finding.subject.container.clone();
            let place = container.as_ref().map_or_else(|| field(finding), ToString::to_string);
            (finding.rule.as_ref().into(), object.clone(), container, place)
        };
        let of = |finding: &Finding| self.owners.get(&finding.location.source);
        let mut known: HashSet<Same> = findings
            .iter()
            .filter(|finding| of(finding).is_none())
            .map(|finding| same(finding, &finding.subject.object))
            .collect();
        findings.retain_mut(|finding| {
            finding.fix = None;
            let Some(owner) = of(finding).cloned() else { return true };
            let identity = same(finding, &owner);
            finding.fingerprint = Fingerprint::of([
                identity.0.as_str(),
                owner.api_version.split_once('/').map_or("", |(group, _)| group),
                owner.kind.as_str(),
                owner.namespace.as_deref().unwrap_or(""),
                owner.name.as_str(),
                identity.3.as_str(),
            ]);
            finding.subject.object = owner;
            known.insert(identity)
        });
    }
}
