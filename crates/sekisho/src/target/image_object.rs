//! What an image was built of and is set to, as objects that the checks read: its history written as a Dockerfile, and
//! its layers with the files in them that have unusual modes.

use sekisho_dockerfile::{API_VERSION, LAYER_MARK, Settings, Step, of_history, parse};
use sekisho_finding::suppress::MARKS;
use sekisho_finding::{Finding, Message, Related};
use sekisho_manifest::{Budget, Document, Format, Source, SourceId, load, to_yaml};
use sekisho_oci::image::Image;
use sekisho_posture::IMAGE_KIND;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use smol_str::{SmolStr, format_smolstr};

use super::Loaded;
use super::image::Examined;

/// What stands behind the name of an image for its history.
const HISTORY: &str = "!history";
/// What stands behind it for the layers.
const LAYERS: &str = "!layers";
/// The beginning of the annotations that say what an image is built on.
const BASE: &str = "org.opencontainers.image.base";
/// Files with unusual modes that are listed of an image.
const MOST_FILES: usize = 5_000;

/// What an image says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    /// Its history, written as a Dockerfile.
    history: String,
    /// The digests of its layers when unpacked, the lowest first.
    pub(crate) layers: Vec<String>,
    /// What it says that it is built on: a name and a digest.
    pub(crate) base: Option<(String, String)>,
}

impl About {
    pub(crate) fn of(image: &Image) -> Self {
        let layers = image.layers.iter().map(|layer| layer.diff_id.to_string());
        let said = |what: &str| image.annotations.get(format!("{BASE}.{what}").as_str()).cloned();
        let base = said("name").zip(said("digest"));
        Self { history: history(image), layers: layers.collect(), base }
    }
}

/// Enters the objects of an image, with their texts. Gives the name of the history and its text.
pub(crate) fn enter(image: &Examined, loaded: &mut Loaded) -> Option<(SmolStr, String)> {
    let history = image.about.as_ref().map(|about| {
        let name = format_smolstr!("{}{HISTORY}", image.name);
        (name, as_written(&about.history))
    });
    if let Some((name, text)) = &history {
        let id = next(loaded);
        if let Ok(mut dockerfile) = parse(id, text) {
            dockerfile.is_history = true;
            loaded.objects.push(dockerfile.object(id, &image.name));
        }
        loaded.sources.push(Source::new(name.clone(), text.as_str()));
    }
    let layers = as_written(&to_yaml(&layers(image)));
    let id = next(loaded);
    let read = load(id, &layers, Format::Yaml, &Budget::default());
    loaded.objects.extend(read.documents.iter().flat_map(Document::objects));
    loaded.sources.push(Source::new(format_smolstr!("{}{LAYERS}", image.name), layers));
    history
}

fn next(loaded: &Loaded) -> SourceId {
    SourceId(u32::try_from(loaded.sources.len()).unwrap_or(u32::MAX))
}

/// What an image says is anybody's text: it takes no finding away.
fn as_written(text: &str) -> String {
    MARKS.iter().fold(text.to_owned(), |text, mark| text.replace(mark, &mark.replace('[', " [")))
}

fn history(image: &Image) -> String {
    let mut layers =
        image.layers.iter().enumerate().map(|(number, layer)| shown(number, &layer.diff_id.to_string()));
    let history = &image.configuration.history;
    // A history that does not fit says of no layer what made it.
    let fits = history.iter().filter(|step| !step.empty_layer).count() == image.layers.len();
    let made: Vec<Option<String>> =
        history.iter().map(|step| if step.empty_layer || !fits { None } else { layers.next() }).collect();
    let steps: Vec<Step<'_>> = history
        .iter()
        .zip(&made)
        .map(|(step, layer)| Step { created_by: &step.created_by, layer: layer.as_deref() })
        .collect();
    let said = &image.configuration.config;
    let ports: Vec<String> = said.exposed_ports.iter().cloned().collect();
    let labels: Vec<(String, String)> =
        said.labels.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let healthcheck = said.healthcheck.as_ref().map_or(&[][..], |check| &check.test);
    let is_windows = image.configuration.platform.os == "windows";
    // A history of Windows names no user of root's rights.
    let user = if is_windows && said.user.is_empty() { "ContainerUser" } else { &said.user };
    of_history(&steps, &Settings { user, variables: &said.env, ports: &ports, labels: &labels, healthcheck })
}

/// A layer as it is shown: its number and the beginning of its digest.
fn shown(number: usize, digest: &str) -> String {
    format!("{number} ({})", digest.chars().take(19).collect::<String>())
}

fn layers(image: &Examined) -> Value {
    let digests = image.about.as_ref().map(|about| about.layers.clone());
    let digests: Vec<String> = digests.unwrap_or_else(|| vec![String::new()]);
    let layers: Vec<Value> = digests
        .iter()
        .enumerate()
        .map(|(number, digest)| {
            let brought = image.unusual.iter().take(MOST_FILES).filter(|file| file.layer as usize == number);
            let files: Vec<Value> = brought
                .map(|file| {
                    let mut entry = json!({"path": file.path, "mode": format!("{:04o}", file.mode)});
                    if let Some(owner) = &file.owner {
                        entry["owner"] = owner.as_str().into();
                    }
                    entry
                })
                .collect();
            let mut layer = json!({"digest": digest});
            if !files.is_empty() {
                layer["files"] = files.into();
            }
            layer
        })
        .collect();
    let mut object = json!({
        "apiVersion": API_VERSION,
        "kind": IMAGE_KIND,
        "metadata": {"name": image.name},
        "layers": layers,
    });
    if let Some(distribution) = &image.contents.distribution {
        object["distribution"] = json!({"id": distribution.id.as_str()});
        if let Some(release) = &distribution.release {
            object["distribution"]["release"] = release.as_str().into();
        }
    }
    object
}

/// Says of findings in histories of images which layer the instruction made.
pub(crate) fn name_layers(findings: &mut [Finding], sources: &[Source]) {
    for finding in findings.iter_mut().filter(|finding| finding.location.file.ends_with(HISTORY)) {
        let Some(source) = sources.get(finding.location.source.0 as usize) else { continue };
        let Some(above) = finding.location.start.line.checked_sub(1).filter(|line| *line > 0) else {
            continue;
        };
        if let Some(layer) = source.line(above).strip_prefix(LAYER_MARK) {
            let message = Message::text(format!("layer {}", layer.trim_end()));
            finding.related.push(Related { location: finding.location.clone(), message });
        }
    }
}
