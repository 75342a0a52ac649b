//! `sekisho install`: the manifests of the parts that run in a cluster.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sekisho_chart::render::Manifest;
use sekisho_cluster::{Applying, Connection, Resource, discover};
use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load};

use crate::arguments::{InstallArguments, InstallFormat};
use crate::install::{self, Wanted};
use crate::terminal::{self, Status, Terminal, write_atomically};

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
        let (_, connection) = arguments.live.live(terminal.offline).connect()?;
        return apply(&connection, &manifests, terminal);
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

/// Applies the manifests on the server's side, in order; the first that is refused ends it.
fn apply(connection: &Connection, manifests: &[Manifest], terminal: &Terminal) -> Result<Status> {
    let kinds = discover(connection)?.resources;
    let how = Applying { manager: "sekisho-install", force: false, dry_run: false };
    for object in manifests.iter().flat_map(|manifest| objects(&manifest.text)) {
        let resource = resource(&kinds, &object)?;
        let path = resource.object_path(object.namespace.as_deref(), &object.name);
        let named = format!("{} {}", object.kind, object.name);
        let (_, warnings) = connection
            .apply(&path, &object.root.to_json().to_string(), how)
            .with_context(|| format!("cannot apply {named}"))?;
        terminal.note(format!("applied {named}"));
        for warning in warnings {
            terminal.note(format!("warning: {warning}"));
        }
    }
    Ok(Status::Clean)
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
