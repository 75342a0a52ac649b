//! What a cluster runs: its images by the digests that nodes report, pulled with the secrets that the Pods were; and
//! images whose tags name something else by now.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use anyhow::Result;
use rayon::prelude::*;
use sekisho_cluster::{Connection, ImageUse, ImageUser, Running, running};
use sekisho_finding::fault::IMAGE_DRIFT;
use sekisho_finding::{Confidence, Finding, Fingerprint, Location, Rule, Skip, SkipReason, Subject};
use sekisho_framework::{Cell, Layer, Mode, Phase};
use sekisho_manifest::workload::pods;
use sekisho_manifest::{FieldPath, ImageRef, Object, ObjectRef, Source, SourceId, Span};
use sekisho_oci::platform::Platform;
use sekisho_registry::{Client, CredentialDocument, Credentials, digests};
use smol_str::{SmolStr, format_smolstr};

use crate::live::Live;
use crate::target::Loaded;
use crate::target::image::{self, Named};

/// What a cluster runs, ready to be examined.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The images, each digest once.
    pub(crate) images: Vec<Named>,
    /// The name of the cluster, under which its images are kept.
    pub(crate) cluster: String,
    /// Whether all of the cluster was seen.
    pub(crate) is_whole: bool,
    /// The findings about tags.
    pub(crate) findings: Vec<Finding>,
}

/// Clients by the secrets that they hold.
#[derive(Default)]
pub(crate) struct Clients {
    by_secrets: HashMap<BTreeSet<(String, String)>, Arc<Client>>,
    known: HashMap<(String, String), Option<Arc<CredentialDocument>>>,
}

/// Reads what a cluster runs. What could not be read is entered.
pub(crate) fn read(
    live: &Live,
    namespace: Option<&str>,
    settings: &image::Settings,
    loaded: &mut Loaded,
) -> Result<Found> {
    let (access, connection) = live.connect()?;
    let mut skip = |what: &str, reason: SkipReason| {
        loaded.coverage.skipped.push(Skip { path: format_smolstr!("cluster/{what}"), line: None, reason });
    };
    let seen = match running(&connection, namespace) {
        Ok(seen) => seen,
        Err(error) => {
            skip("images", SkipReason::Unreadable(error.to_string()));
            return Ok(Found::default());
        }
    };
    for unread in &seen.unread {
        skip(&unread.what, SkipReason::Unreadable(unread.why.clone()));
    }
    let mut clients = Clients::default();
    let mut images: BTreeMap<(String, Option<String>), (ImageUse, ImageRef)> = BTreeMap::new();
    let mut tagged = Vec::new();
    for one in &seen.images {
        let reference: ImageRef = match one.reference.parse() {
            Ok(reference) => reference,
            Err(error) => {
                skip(&format!("images/{}", one.reference), SkipReason::Unreadable(format!("{error}")));
                continue;
            }
        };
        let Some(digest) = &one.digest else {
            let reason = "no node has said yet which digest it runs".to_owned();
            skip(&format!("images/{}", one.reference), SkipReason::NotExamined(reason));
            continue;
        };
        if reference.digest.is_none() {
            tagged.push((one, reference.clone()));
        }
        let exact = ImageRef { digest: Some(digest.into()), ..reference };
        for platform in platforms(&seen, one) {
            let key = (format!("{}@{digest}", exact.name()), platform);
            match images.get_mut(&key) {
                Some((known, _)) => {
                    known.users.extend(one.users.iter().cloned());
                    known.secrets.extend(one.secrets.iter().cloned());
                }
                None => drop(images.insert(key, (one.clone(), exact.clone()))),
            }
        }
    }
    for secret in seen.images.iter().flat_map(|one| &one.secrets) {
        if let Some(reason) = clients.learn(&connection, secret) {
            skip(&format!("{}/secrets/{}", secret.0, secret.1), SkipReason::Unreadable(reason));
        }
    }
    let mut findings = Vec::new();
    let asked: Result<Vec<(&ImageUse, ImageRef, Arc<Client>)>> = tagged
        .into_iter()
        .map(|(one, reference)| Ok((one, reference, clients.of(&one.secrets, settings)?)))
        .collect();
    let asked = asked?;
    let named: Vec<_> = asked
        .par_iter()
        .map(|(one, reference, client)| (*one, reference, digests(reference, client)))
        .collect();
    for (one, reference, named) in named {
        match named {
            Ok(named) => findings.extend(drifted(one, reference, &named, loaded)),
            Err(error) => loaded.coverage.skipped.push(Skip {
                path: format_smolstr!("cluster/images/{}", one.reference),
                line: None,
                reason: SkipReason::NotExamined(format!("what its tag names is not known: {error}")),
            }),
        }
    }
    let mut found = Found {
        cluster: if access.context.is_empty() { "kubernetes".to_owned() } else { access.context },
        is_whole: namespace.is_none() && seen.unread.is_empty(),
        findings,
        ..Found::default()
    };
    for ((_, platform), (one, reference)) in images {
        let platform = platform.and_then(|platform| platform.parse::<Platform>().ok());
        let users = one.users.iter().map(ToString::to_string).collect();
        let client = clients.of(&one.secrets, settings)?;
        found.images.push(Named::running(reference, platform, users, client));
    }
    Ok(found)
}

/// The platforms of the nodes that an image runs on; none stands for one that is not known.
fn platforms(seen: &Running, image: &ImageUse) -> BTreeSet<Option<String>> {
    let nodes = image.nodes.iter().filter_map(|node| seen.nodes.get(node));
    let mut found: BTreeSet<Option<String>> = nodes
        .filter(|node| !node.architecture.is_empty())
        .map(|node| Some(format!("{}/{}", node.operating_system, node.architecture)))
        .collect();
    if found.is_empty() {
        found.insert(None);
    }
    found
}

impl Clients {
    /// Reads a secret; why it is of no use.
    pub(crate) fn learn(&mut self, connection: &Connection, secret: &(String, String)) -> Option<String> {
        if self.known.contains_key(secret) {
            return None;
        }
        let (namespace, name) = secret;
        let read = connection.get(&format!("/api/v1/namespaces/{namespace}/secrets/{name}"));
        let (document, fault) = match read {
            Ok(root) => match CredentialDocument::of_secret(&root) {
                Ok(document) => (Some(Arc::new(document)), None),
                Err(error) => (None, Some(error.to_string())),
            },
            // The kubelet goes on without one that is not there.
            Err(error) if error.code() == Some(404) => (None, None),
            Err(error) => (None, Some(error.to_string())),
        };
        self.known.insert(secret.clone(), document);
        fault
    }

    /// The client that holds these secrets, before what the user has on record.
    pub(crate) fn of(
        &mut self,
        secrets: &BTreeSet<(String, String)>,
        settings: &image::Settings,
    ) -> Result<Arc<Client>> {
        if let Some(client) = self.by_secrets.get(secrets) {
            return Ok(Arc::clone(client));
        }
        let held = secrets.iter().filter_map(|secret| self.known.get(secret)?.as_deref().cloned());
        let credentials = Credentials::find(&settings.credentials)?.behind(held.collect());
        let client = image::client(settings, credentials);
        self.by_secrets.insert(secrets.clone(), Arc::clone(&client));
        Ok(client)
    }
}

/// The findings about an image that runs under a tag which names another one by now, one for each workload.
fn drifted(image: &ImageUse, reference: &ImageRef, named: &[String], loaded: &mut Loaded) -> Vec<Finding> {
    let Some(running) = &image.digest else { return Vec::new() };
    if named.contains(running) {
        return Vec::new();
    }
    let users = image.users.iter();
    users.filter_map(|user| drift(user, reference, running, named.first()?, loaded)).collect()
}

fn drift(
    user: &ImageUser,
    reference: &ImageRef,
    running: &str,
    named: &str,
    loaded: &mut Loaded,
) -> Option<Finding> {
    let tag = reference.requested_tag().unwrap_or("latest");
    let shown = format!("{}:{tag}", reference.name());
    let (object, location) = match place(user, loaded) {
        Some(found) => found,
        None => elsewhere(user, &shown, loaded)?,
    };
    let short = |digest: &str| digest.chars().take(19).collect::<String>();
    let arguments = vec![
        ("image", shown.as_str().into()),
        ("running", short(running).into()),
        ("named", short(named).into()),
    ];
    Some(Finding {
        rule: IMAGE_DRIFT.id.into(),
        names: Vec::new(),
        severity: IMAGE_DRIFT.severity,
        confidence: Confidence::High,
        fingerprint: Fingerprint::of([
            IMAGE_DRIFT.id,
            &user.kind,
            &user.namespace,
            &user.name,
            &user.container,
            &shown,
        ]),
        subject: Subject { object, container: Some(user.container.as_str().into()) },
        location,
        secret: false,
        related: Vec::new(),
        message: IMAGE_DRIFT.says(None, arguments),
        fix: None,
        value_sets: Vec::new(),
        suppressed: None,
        risk: 0.0,
    })
}

/// A place for a workload that was not read itself.
fn elsewhere(user: &ImageUser, image: &str, loaded: &mut Loaded) -> Option<(ObjectRef, Location)> {
    let name = format_smolstr!("cluster/images/{image}");
    let source = SourceId(u32::try_from(loaded.sources.len()).ok()?);
    loaded.sources.push(Source::new(name, ""));
    let span = Span { source, start: 0, end: 0 };
    let object = ObjectRef {
        api_version: SmolStr::default(),
        kind: user.kind.as_str().into(),
        namespace: Some(user.namespace.as_str().into()),
        name: user.name.as_str().into(),
    };
    Some((object, Location::at(span, FieldPath::root(), &loaded.sources)?))
}

/// The image of a container in the object that the cluster gave of its workload.
fn place(user: &ImageUser, loaded: &Loaded) -> Option<(ObjectRef, Location)> {
    let is_meant = |object: &&Object| {
        object.kind == user.kind
            && object.name == user.name
            && object.namespace.as_deref() == Some(user.namespace.as_str())
    };
    let object = loaded.objects.iter().find(is_meant)?;
    let pods = pods(object);
    let containers = pods.iter().flat_map(sekisho_manifest::workload::Pod::containers).collect::<Vec<_>>();
    let container = containers.iter().find(|container| container.name() == user.container)?;
    let location = Location::of(&container.field(sekisho_manifest::field!["image"]), &loaded.sources)?;
    Some((object.reference(), location))
}

/// The rule of the findings, as reports show it.
pub(crate) fn rule() -> Rule {
    let controls = ["nist-800-190/4.2.2", "nist-800-190/4.4.5", "pci/14", "attack/T1525"];
    Rule {
        controls: controls.into_iter().map(Into::into).collect(),
        cell: Cell::new(Layer::Container, Phase::Run, Mode::Detective),
        ..IMAGE_DRIFT.rule()
    }
}
