//! The files of a bundle → what its policies are made of: charts and kustomizations are rendered, and nothing is read that
//! lies outside of the bundle.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sekisho_kustomize::is_kustomization;
use sekisho_manifest::Budget;
use sekisho_policy::{Material, Provenance, Text};
use sekisho_source::{Bundle, Charter};
use smol_str::SmolStr;

use super::write_files;
use crate::release::Releases;
use crate::target::{self, Selection, normal};

/// The file that makes a folder a chart.
const CHART: &str = "Chart.yaml";

/// What a bundle is made of, whose files lie in a folder. Where exceptions need somebody's approval they must stand in files
/// of their own: who wrote what comes of templates and patches cannot be told.
pub(crate) fn material(bundle: &Bundle, charter: &Charter, files: &Path) -> Result<Material, String> {
    let texts = bundle.texts();
    if !texts.iter().any(is_rendered) {
        return Ok(Material::of_texts(&texts, &Budget::default()));
    }
    render(texts, files, charter.exceptions.is_some()).map_err(|error| format!("{error:#}"))
}

/// The same of a bundle whose files lie nowhere yet.
pub(crate) fn material_of(bundle: &Bundle) -> anyhow::Result<Material> {
    let texts = bundle.texts();
    if !texts.iter().any(is_rendered) {
        return Ok(Material::of_texts(&texts, &Budget::default()));
    }
    let folder = tempfile::tempdir()?;
    write_files(bundle, folder.path())?;
    render(texts, folder.path(), false)
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_rendered(text: &Text) -> bool {
    let name = name(&text.path);
    name == CHART || is_kustomization(name)
}

fn render(mut texts: Vec<Text>, files: &Path, must_be_plain: bool) -> anyhow::Result<Material> {
    let root = normal(&std::env::current_dir()?.join(files));
    let (mut loaded, parts) = target::rendered(&Selection {
        targets: vec![root.clone()],
        exclude: Vec::new(),
        exclude_root: root.clone(),
        overlay: BTreeMap::new(),
        input: None,
        git_ignore: false,
        budget: Budget::default(),
        releases: Releases { default_namespace: "default".to_owned(), ..Releases::default() },
        progress: false,
        all_files: false,
    })?;
    let within = |path: &Path| {
        let path = normal(path);
        path.strip_prefix(&root).ok().map(|inner| SmolStr::from(inner.to_string_lossy().replace('\\', "/")))
    };
    let mut unread: Vec<(String, String)> = loaded
        .coverage
        .failures()
        .map(|skip| {
            let path = within(Path::new(skip.path.as_str())).unwrap_or_else(|| skip.path.clone());
            let place = skip.line.map_or_else(|| path.to_string(), |line| format!("{path}:{line}"));
            (place, skip.reason.to_string().replace(&format!("{}/", root.display()), ""))
        })
        .collect();
    let known: HashMap<SmolStr, Option<Arc<Provenance>>> =
        texts.iter().map(|text| (text.path.clone(), text.provenance.clone())).collect();
    let mut provenance = Vec::new();
    let named =
        loaded.sources.iter().map(|source| PathBuf::from(source.name.as_str())).chain(parts.iter().cloned());
    unread.extend(
        named
            .filter(|path| within(path).is_none())
            .map(|path| (path.display().to_string(), "lies outside of the bundle".to_owned())),
    );
    if must_be_plain {
        let exceptions = loaded.objects.iter().filter(|object| object.kind == "PolicyException");
        let why = "is an exception that is rendered: put it into a file of its own, so that its approval can be told";
        unread.extend(exceptions.map(|object| (object.name.to_string(), why.to_owned())));
    }
    for source in &mut loaded.sources {
        if let Some(path) = within(Path::new(source.name.as_str())) {
            source.name = path;
        }
        provenance.push(known.get(&source.name).cloned().flatten());
    }
    texts.retain(|text| name(&text.path) != CHART && !parts.contains(&root.join(text.path.as_str())));
    let material = Material {
        sources: loaded.sources,
        objects: loaded.objects,
        provenance,
        unread,
        ..Material::default()
    };
    Ok(material.with_texts(&texts, &Budget::default()))
}
