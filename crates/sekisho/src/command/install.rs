//! `sekisho install`: the manifests of the parts that run in a cluster.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use sekisho_chart::render::Manifest;
use sekisho_cluster::{Applying, Connection, Resource, discover};
use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load};

use crate::arguments::{InstallArguments, InstallFormat};
use crate::doctor::{Reached, reach};
use crate::install::{self, Wanted};
use crate::terminal::{self, Status, Terminal};
use crate::whole_file::write_atomically;

pub(crate) fn run(arguments: InstallArguments, terminal: &Terminal) -> Result<Status> {
    if arguments.format == InstallFormat::Chart {
        let Some(folder) = &arguments.output else {
            bail!("a chart is a folder: name one with --output");
        };
        for (path, text) in install::chart() {
            write(folder, Path::new(path), &text)?;
        }
        return Ok(Status::Clean);
    }
    let wanted = Wanted {
        namespace: arguments.namespace,
        image: arguments.image,
        policies: install::policies(&arguments.policy)?,
        values: arguments.values.given(),
    };
    let manifests = install::manifests(&wanted)?;
    if arguments.apply {
        let applied = Applied { namespace: wanted.namespace, wait: Duration::from_secs(arguments.wait) };
        let (_, connection) = arguments.live.live(terminal.offline).connect()?;
        return apply(&connection, &manifests, &applied, terminal);
    }
    match arguments.format {
        InstallFormat::Yaml => {
            let text = documents(manifests.iter());
            terminal::write(arguments.output.as_deref(), |out| out.write_all(text.as_bytes()))?;
        }
        InstallFormat::Kustomize => {
            let Some(folder) = &arguments.output else {
                bail!("a kustomization is a folder: name one with --output");
            };
            kustomization(folder, &manifests)?;
        }
        InstallFormat::Chart => {}
    }
    Ok(Status::Clean)
}

/// Manifests as one text.
fn documents<'m>(manifests: impl Iterator<Item = &'m Manifest>) -> String {
    let texts: Vec<&str> = manifests.map(|manifest| manifest.text.trim()).collect();
    format!("---\n{}\n", texts.join("\n---\n"))
}

/// Writes a folder that `kubectl apply --kustomize` takes: a file a template.
fn kustomization(folder: &Path, manifests: &[Manifest]) -> Result<()> {
    let mut files: Vec<&str> = Vec::new();
    for file in manifests.iter().map(file_name) {
        if !files.contains(&file) {
            files.push(file);
            let text = documents(manifests.iter().filter(|manifest| file_name(manifest) == file));
            write(folder, Path::new(file), &text)?;
        }
    }
    let list = format!(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- {}\n",
        files.join("\n- ")
    );
    write(folder, Path::new("kustomization.yaml"), &list)
}

fn file_name(manifest: &Manifest) -> &str {
    manifest.path.rsplit('/').next().unwrap_or(&manifest.path)
}

fn write(folder: &Path, path: &Path, text: &str) -> Result<()> {
    let path: PathBuf = folder.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make `{}`", parent.display()))?;
    }
    write_atomically(&path, text.as_bytes())
}

/// What is applied where, and how long to wait for it.
struct Applied {
    namespace: String,
    wait: Duration,
}

/// Applies the manifests on the server's side, in order; the first that is refused ends it. Webhooks come when there
/// is somebody to answer, and go again when the API server gets no answer: nobody could make anything any more.
fn apply(
    connection: &Connection,
    manifests: &[Manifest],
    applied: &Applied,
    terminal: &Terminal,
) -> Result<Status> {
    let kinds = discover(connection)?.resources;
    let all: Vec<Object> = manifests.iter().flat_map(|manifest| objects(&manifest.text)).collect();
    let (webhooks, others): (Vec<_>, Vec<_>) =
        all.iter().partition(|object| object.kind.ends_with("WebhookConfiguration"));
    for object in others {
        apply_one(connection, &kinds, object, terminal)?;
    }
    if !applied.wait.is_zero() && !await_replicas(connection, applied) {
        terminal::complain(format!(
            "no replica is ready after {} s, so no webhook is applied: look with `sekisho doctor --namespace {}`, then \
             install again",
            applied.wait.as_secs(),
            applied.namespace
        ));
        return Ok(Status::Findings);
    }
    for object in &webhooks {
        apply_one(connection, &kinds, object, terminal)?;
    }
    if applied.wait.is_zero() {
        return Ok(Status::Clean);
    }
    let Some(why) = await_answers(connection, applied.wait) else { return Ok(Status::Clean) };
    for object in &webhooks {
        let path = resource(&kinds, object)?.object_path(None, &object.name);
        connection.delete(&path).with_context(|| format!("cannot remove `{}` again", object.name))?;
    }
    terminal::complain(format!("the webhooks are removed again, since the API server gets no answer: {why}"));
    Ok(Status::Findings)
}

fn apply_one(
    connection: &Connection,
    kinds: &[Resource],
    object: &Object,
    terminal: &Terminal,
) -> Result<()> {
    let how = Applying { manager: "sekisho-install", force: false, dry_run: false };
    let path = resource(kinds, object)?.object_path(object.namespace.as_deref(), &object.name);
    let named = format!("{} {}", object.kind, object.name);
    let (_, warnings) = connection
        .apply(&path, &object.root.to_json().to_string(), how)
        .with_context(|| format!("cannot apply {named}"))?;
    terminal.note(format!("applied {named}"));
    for warning in warnings {
        terminal.note(format!("warning: {warning}"));
    }
    Ok(())
}

/// How often something is looked at that takes its time.
const PAUSE: Duration = Duration::from_millis(500);

/// Waits for a replica that is ready; whether there is one.
fn await_replicas(connection: &Connection, applied: &Applied) -> bool {
    let path = format!("/apis/apps/v1/namespaces/{}/deployments/sekisho-admission", applied.namespace);
    let until = Instant::now() + applied.wait;
    loop {
        let deployment = connection.get(&path).ok();
        let available =
            deployment.as_ref().and_then(|one| one.at(&["status", "availableReplicas"])?.as_i64());
        if available.unwrap_or(0) > 0 {
            return true;
        }
        if Instant::now() >= until || !connection.pause(PAUSE) {
            return false;
        }
    }
}

/// Waits until the API server gets answers, which takes until the webhook has told it whom to trust; why it does not.
fn await_answers(connection: &Connection, wait: Duration) -> Option<String> {
    let until = Instant::now() + wait.min(Duration::from_secs(30));
    loop {
        let why = match reach(connection, "default") {
            Reached::No(why) => why,
            Reached::Yes | Reached::Unknown(_) => return None,
        };
        if Instant::now() >= until || !connection.pause(PAUSE) {
            return Some(why);
        }
    }
}

fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId::default(), text, Format::Yaml, &Budget::default());
    loaded.documents.iter().flat_map(Document::objects).collect()
}

fn resource<'k>(kinds: &'k [Resource], object: &Object) -> Result<&'k Resource> {
    let is_meant = |one: &&Resource| one.api_version() == object.api_version && one.kind == object.kind;
    kinds
        .iter()
        .find(is_meant)
        .with_context(|| format!("the cluster has no {} of `{}`", object.kind, object.api_version))
}
