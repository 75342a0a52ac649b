//! What is installed in a cluster: one chart, which stands in the binary, rendered here for those who want plain
//! manifests.

mod critical;
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use sekisho_chart::chart::{Chart, ChartBudget};
use sekisho_chart::render::{Manifest, Options, Release, render};
use sekisho_chart::values::{Given, ValuesFile};
use sekisho_manifest::SourceId;
use serde_json::{Map, Value, json};
use smol_str::SmolStr;

use crate::release::GivenValues;

/// The files of the chart but for the critical policies, which are made of the checks.
const FILES: &[(&str, &str)] = &[
    (".helmignore", include_str!("../../install/.helmignore")),
    ("Chart.yaml", include_str!("../../install/Chart.yaml")),
    ("values.yaml", include_str!("../../install/values.yaml")),
    ("templates/NOTES.txt", include_str!("../../install/templates/NOTES.txt")),
    ("templates/_names.tpl", include_str!("../../install/templates/_names.tpl")),
    ("templates/controller-network.yaml", include_str!("../../install/templates/controller-network.yaml")),
    ("templates/controller-rbac.yaml", include_str!("../../install/templates/controller-rbac.yaml")),
    ("templates/controller.yaml", include_str!("../../install/templates/controller.yaml")),
    ("templates/deployment.yaml", include_str!("../../install/templates/deployment.yaml")),
    ("templates/namespace.yaml", include_str!("../../install/templates/namespace.yaml")),
    ("templates/network.yaml", include_str!("../../install/templates/network.yaml")),
    ("templates/policies.yaml", include_str!("../../install/templates/policies.yaml")),
    ("templates/rbac.yaml", include_str!("../../install/templates/rbac.yaml")),
    ("templates/scan-role.yaml", include_str!("../../install/templates/scan-role.yaml")),
    ("templates/webhooks.yaml", include_str!("../../install/templates/webhooks.yaml")),
];

/// What is wanted of an installation.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// The namespace.
    pub(crate) namespace: String,
    /// The image, where it is named.
    pub(crate) image: Option<String>,
    /// The files of policies that go into the ConfigMap, by their names.
    pub(crate) policies: BTreeMap<String, String>,
    /// Values that users give, over all others.
    pub(crate) values: GivenValues,
}

/// The files of the chart by their paths.
pub(crate) fn chart() -> BTreeMap<&'static str, String> {
    let mut files: BTreeMap<&str, String> =
        FILES.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
    files.insert("templates/critical-policies.yaml", critical::template());
    files.insert("values.schema.json", schema::schema(include_str!("../../install/values.yaml")));
    files
}

/// The manifests in the order in which they are to be applied.
pub(crate) fn manifests(wanted: &Wanted) -> Result<Vec<Manifest>> {
    let files = chart();
    let paths: Vec<SmolStr> = files.keys().copied().map(SmolStr::new_static).collect();
    let mut read = |path: &str| {
        files.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| "there is none".to_owned())
    };
    let mut sources = |_: &str, _: &std::sync::Arc<str>| SourceId::default();
    let chart = Chart::from_folder(&paths, &mut read, &mut sources, &ChartBudget::default())
        .context("the chart in this binary cannot be read")?;
    let mut given_files = vec![ValuesFile {
        name: "sekisho install".into(),
        text: own_values(wanted)?.to_string().into(),
        source: SourceId::default(),
    }];
    for path in &wanted.values.files {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the values in `{}`", path.display()))?;
        let name = path.display().to_string();
        given_files.push(ValuesFile { name: name.into(), text: text.into(), source: SourceId::default() });
    }
    let named = |path: &str| std::fs::read(path).map_err(|error| error.to_string());
    let options = Options {
        release: Release {
            name: "sekisho".into(),
            namespace: wanted.namespace.as_str().into(),
            is_upgrade: false,
        },
        given: Given {
            files: given_files,
            json: wanted.values.json.clone(),
            set: wanted.values.set.clone(),
            strings: wanted.values.strings.clone(),
            from_files: wanted.values.from_files.clone(),
            literals: wanted.values.literals.clone(),
            read: Some(&named),
        },
        ..Options::default()
    };
    let mut rendering = render(&chart, &options).map_err(|error| {
        let words = error.to_string();
        if words.contains("name the image: image.repository") {
            return anyhow!(
                "there is no image to install: name the image with `--image`, best by its digest"
            );
        }
        anyhow!(words)
    })?;
    // What nobody answers for yet is asked about last.
    rendering.manifests.sort_by_key(|manifest| manifest.path.ends_with("/webhooks.yaml"));
    Ok(rendering.manifests)
}

/// The values that the options of the command stand for.
fn own_values(wanted: &Wanted) -> Result<Value> {
    let mut values = json!({
        "namespace": {"create": true},
        "policies": {"files": wanted.policies},
    });
    if let Some(image) = &wanted.image {
        values["image"] = image_values(image)?;
    }
    Ok(values)
}

/// An image reference in the parts that the chart takes it in.
fn image_values(image: &str) -> Result<Value> {
    let parsed: sekisho_manifest::ImageRef =
        image.parse().with_context(|| format!("`{image}` is no image reference"))?;
    let mut values = Map::new();
    values.insert("repository".to_owned(), parsed.name().as_str().into());
    if let Some(tag) = &parsed.tag {
        values.insert("tag".to_owned(), tag.as_str().into());
    }
    if let Some(digest) = &parsed.digest {
        values.insert("digest".to_owned(), digest.as_str().into());
    }
    Ok(Value::Object(values))
}

/// The most bytes of policies that go into a ConfigMap: the API server takes one mebibyte of it all.
const POLICY_BYTES: usize = 900 << 10;

/// The files of policies below some paths, by names that a ConfigMap can have.
pub(crate) fn policies(paths: &[PathBuf]) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for path in paths {
        if path.is_dir() {
            for entry in ignore::WalkBuilder::new(path).sort_by_file_path(Ord::cmp).build() {
                let entry = entry.with_context(|| format!("cannot read `{}`", path.display()))?;
                let is_policy = entry.path().extension().is_some_and(|kind| {
                    ["yaml", "yml", "json", "rego", "pub", "pem"]
                        .iter()
                        .any(|known| kind.eq_ignore_ascii_case(known))
                });
                if is_policy && entry.file_type().is_some_and(|kind| kind.is_file()) {
                    add(entry.path(), entry.path().strip_prefix(path).unwrap_or(entry.path()), &mut files)?;
                }
            }
        } else {
            let name = path.file_name().map_or(path.as_path(), Path::new);
            add(path, name, &mut files)?;
        }
    }
    let bytes: usize = files.values().map(String::len).sum();
    if bytes > POLICY_BYTES {
        bail!("the policies have {} KiB, more than a ConfigMap holds: install fewer", bytes >> 10);
    }
    Ok(files)
}

fn add(path: &Path, name: &Path, files: &mut BTreeMap<String, String>) -> Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let key: String = name
        .to_string_lossy()
        .chars()
        .map(|character| if plain(character) { character } else { '_' })
        .collect();
    match files.insert(key.clone(), text) {
        None => Ok(()),
        Some(_) => bail!("two files of policies would be called `{key}` in the ConfigMap: rename one"),
    }
}
