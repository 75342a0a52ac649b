//! Rendered files → manifests: resources, hooks, tests, in the order of their installation.

use std::collections::BTreeMap;
use std::ops::Range;

use sekisho_manifest::{Budget, Node, Origin, Origins, SourceId, Span, load_one};
use smol_str::SmolStr;

use super::head::Head;
use super::{RenderError, Warning, YamlFault, order, split};

/// One document that a chart renders to.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The path of the template, from the outermost chart, whose name it begins with.
    pub path: SmolStr,
    /// The text.
    pub text: String,
    /// Where the bytes of the text come from.
    pub origins: Origins,
    /// What Helm does with it.
    pub role: Role,
    /// Whether it only tests a release: a hook for tests, or a template in `templates/tests/`.
    pub is_test: bool,
}

/// What Helm does with a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// It installs it.
    Resource,
    /// It installs it at an event.
    Hook(Hook),
    /// It installs it once, before everything else: a file in `crds/`.
    Definition,
}

/// A manifest that is installed at events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The events.
    pub events: Vec<Event>,
    /// Hooks of one event are installed in the order of their weights.
    pub weight: i64,
}

/// An event in the life of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// `pre-install`
    PreInstall,
    /// `post-install`
    PostInstall,
    /// `pre-delete`
    PreDelete,
    /// `post-delete`
    PostDelete,
    /// `pre-upgrade`
    PreUpgrade,
    /// `post-upgrade`
    PostUpgrade,
    /// `pre-rollback`
    PreRollback,
    /// `post-rollback`
    PostRollback,
    /// `test`
    Test,
}

impl Manifest {
    /// A file in `crds/`, which is no template.
    pub(super) fn definition(path: SmolStr, text: &str, source: SourceId) -> Self {
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let whole = Origin { start: 0, span: Span { source, start: 0, end }, verbatim: true, value: None };
        Self {
            path,
            text: text.to_owned(),
            origins: Origins::new(vec![whole]),
            role: Role::Definition,
            is_test: false,
        }
    }

    /// What it is a hook for, if it is one.
    pub fn hook(&self) -> Option<&Hook> {
        match &self.role {
            Role::Hook(hook) => Some(hook),
            _ => None,
        }
    }
}

impl Event {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "pre-install" => Self::PreInstall,
            "post-install" => Self::PostInstall,
            "pre-delete" => Self::PreDelete,
            "post-delete" => Self::PostDelete,
            "pre-upgrade" => Self::PreUpgrade,
            "post-upgrade" => Self::PostUpgrade,
            "pre-rollback" => Self::PreRollback,
            "post-rollback" => Self::PostRollback,
            // The second one is Helm 2's.
            "test" | "test-success" => Self::Test,
            _ => return None,
        })
    }
}

/// A rendered file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) text: String,
    pub(super) origins: Vec<Origin>,
}

/// The resources and the hooks of rendered files, each in the order of their installation.
pub(super) fn manifests(
    files: &BTreeMap<SmolStr, File>,
    warnings: &mut Vec<Warning>,
) -> Result<(Vec<Manifest>, Vec<Manifest>), RenderError> {
    let mut resources = Vec::new();
    let mut hooks = Vec::new();
    for (path, file) in files {
        for range in split::documents(&file.text) {
            let (mut manifest, head) = read(path, file, range)?;
            match head.annotation("helm.sh/hook") {
                None => resources.push((head.kind, manifest)),
                Some(events) => match hook(&head, events) {
                    Some(hook) => {
                        manifest.is_test |= hook.events.contains(&Event::Test);
                        manifest.role = Role::Hook(hook);
                        hooks.push((head.kind, manifest));
                    }
                    None => {
                        warnings.push(Warning::UnknownHook { path: path.clone(), events: events.clone() });
                    }
                },
            }
        }
    }
    Ok((sorted(resources), sorted(hooks)))
}

fn sorted(mut manifests: Vec<(SmolStr, Manifest)>) -> Vec<Manifest> {
    manifests.sort_by(|(one, _), (other, _)| order::compare(one, other));
    manifests.into_iter().map(|(_, manifest)| manifest).collect()
}

/// Reads one document of a file.
fn read(path: &SmolStr, file: &File, range: Range<usize>) -> Result<(Manifest, Head), RenderError> {
    let text = file.text.get(range.clone()).unwrap_or("").to_owned();
    let mut manifest = Manifest {
        path: path.clone(),
        origins: origins(&file.origins, &range),
        role: Role::Resource,
        is_test: path.contains("/templates/tests/"),
        text,
    };
    // Offsets of the document are carried back by its origins, whatever the number of its source.
    let loaded = load_one(SourceId::default(), &manifest.text, &Budget::default());
    let null = Node {
        span: Span { source: SourceId::default(), start: 0, end: 0 },
        value: sekisho_manifest::Value::Null,
    };
    let root = loaded.documents.first().map_or(&null, |document| &document.root);
    let outcome = match loaded.errors.into_iter().next() {
        Some(error) => Err((error.span, YamlFault::Load(error))),
        None => Head::of(root).map_err(|error| (error.span, YamlFault::Field(error))),
    };
    match outcome {
        Ok(head) => {
            manifest.text.shrink_to_fit();
            Ok((manifest, head))
        }
        Err((span, fault)) => {
            let origin = manifest.origins.trace(span).map(Box::new);
            Err(RenderError::Yaml { template: path.clone(), fault: Box::new(fault), origin })
        }
    }
}

fn hook(head: &Head, events: &str) -> Option<Hook> {
    let events = events.split(',').map(|event| Event::named(&event.trim().to_lowercase()));
    let weight = head.annotation("helm.sh/hook-weight").and_then(|weight| weight.parse().ok());
    Some(Hook { events: events.collect::<Option<_>>()?, weight: weight.unwrap_or(0) })
}

/// The origins of a part of a file, counted from its start.
fn origins(origins: &[Origin], range: &Range<usize>) -> Origins {
    let (start, end) = (offset(range.start), offset(range.end));
    let first = origins.partition_point(|origin| origin.start <= start).saturating_sub(1);
    let part = origins.get(first..).unwrap_or_default().iter().take_while(|origin| origin.start < end);
    let shifted = part.map(|origin| {
        let cut = start.saturating_sub(origin.start);
        let mut origin = Origin { start: origin.start.saturating_sub(start), ..origin.clone() };
        if origin.verbatim {
            origin.span.start = origin.span.start.saturating_add(cut).min(origin.span.end);
        }
        origin
    });
    Origins::new(shifted.collect())
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
