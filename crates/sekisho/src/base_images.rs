//! Images → findings about what they are built on, where `images.bases` in `sekisho.yaml` says on what they may be. What
//! an image says of its base counts only where its lowest layers are those of that base.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use sekisho_dockerfile::{API_VERSION, KIND, parse};
use sekisho_finding::fault::REFUSED_BASE;
use sekisho_finding::{Finding, Rule, Skip, SkipReason};
use sekisho_framework::{Cell, Layer, Mode, Phase};
use sekisho_manifest::{ImageRef, Object, Source, SourceId, Span, Value};
use sekisho_oci::document::{CONFIGURATION_LIMIT, Configuration, Manifest, ManifestDocument};
use sekisho_registry::{Client, Credentials, Repository};
use sekisho_trust::ImagePattern;
use smol_str::format_smolstr;

use crate::target::Loaded;
use crate::target::image::{self, Examined};

/// The word for images without a distribution of an operating system, which need no base.
const SCRATCH: &str = "scratch";
/// The most platforms of a base that are looked at.
const PLATFORMS: usize = 64;
/// Kinds of packages that distributions bring.
const OF_DISTRIBUTIONS: [&str; 4] = ["alpm", "apk", "deb", "rpm"];

/// What images may be built on.
pub(crate) struct Bases<'s> {
    /// Bases whose layers are asked for.
    exact: Vec<ImageRef>,
    /// Names of bases that images name themselves.
    patterns: Vec<ImagePattern>,
    scratch: bool,
    settings: &'s image::Settings,
    /// What was learnt of bases.
    known: Mutex<HashMap<ImageRef, Learnt>>,
}

/// The layers of a base, of each platform; why they cannot be told.
type Learnt = Result<Arc<Vec<Vec<String>>>, String>;

impl<'s> Bases<'s> {
    /// Reads what is allowed; none where all is.
    pub(crate) fn new(entries: &[String], settings: &'s image::Settings) -> Result<Option<Self>> {
        if entries.is_empty() {
            return Ok(None);
        }
        let (mut exact, mut patterns, mut scratch) = (Vec::new(), Vec::new(), false);
        for entry in entries {
            if entry == SCRATCH {
                scratch = true;
                continue;
            }
            if entry.contains('*') {
                patterns.push(ImagePattern::Path(entry.clone()));
                continue;
            }
            let reference: ImageRef =
                entry.parse().with_context(|| format!("`{entry}` in `images.bases`"))?;
            if reference.tag.is_none() && reference.digest.is_none() {
                patterns.push(ImagePattern::Path(reference.name().to_string()));
            } else {
                exact.push(reference);
            }
        }
        Ok(Some(Self { exact, patterns, scratch, settings, known: Mutex::default() }))
    }

    /// What is wrong with the base of an image. That it cannot be told is told.
    pub(crate) fn finding(&self, image: &Examined, loaded: &mut Loaded) -> Option<Finding> {
        let about = image.about.as_ref()?;
        if self.scratch && is_bare(image) {
            return None;
        }
        let claimed =
            about.base.as_ref().map(|(name, digest)| (named(name, digest), format!("{name}@{digest}")));
        let mut faults = Vec::new();
        let mut variant = None;
        if let Some((reference, _)) = &claimed {
            let allowed = reference.as_ref().filter(|one| self.patterns.iter().any(|glob| glob.matches(one)));
            variant = Some("other");
            if let Some(reference) = allowed {
                match self.begins(&about.layers, reference) {
                    Ok(true) => return None,
                    Ok(false) => variant = Some("unproved"),
                    Err(why) => faults.push(why),
                }
            }
        }
        for reference in &self.exact {
            match self.begins(&about.layers, reference) {
                Ok(true) => return None,
                Ok(false) => {}
                Err(why) => faults.push(why),
            }
        }
        if let Some(why) = faults.first() {
            let reason = format!("what it is built on cannot be told: {why}");
            let reason = if self.settings.offline {
                SkipReason::NotExamined(reason)
            } else {
                SkipReason::Unreadable(reason)
            };
            loaded.coverage.skipped.push(Skip { path: image.name.as_str().into(), line: None, reason });
            return None;
        }
        let arguments = claimed.map(|(_, base)| ("base", base.into())).into_iter().collect();
        let message = REFUSED_BASE.says(variant, arguments);
        let id = SourceId(u32::try_from(loaded.sources.len()).ok()?);
        let source = Source::new(format_smolstr!("{}", image.name), "");
        let finding = REFUSED_BASE.finding(message, &source, Span { source: id, start: 0, end: 0 });
        loaded.sources.push(source);
        Some(finding)
    }

    /// The findings about what Dockerfiles build on: by its name, as there are no layers yet.
    pub(crate) fn of_dockerfiles(&self, loaded: &Loaded) -> Vec<Finding> {
        let dockerfiles = loaded.objects.iter().filter(|object| {
            let is_history =
                matches!(object.root.get("isHistory").map(|node| &node.value), Some(Value::Bool(true)));
            object.kind == KIND && object.api_version == API_VERSION && !is_history
        });
        let finding = |object: &Object| {
            let source = loaded.sources.get(usize::try_from(object.source.0).ok()?)?;
            let dockerfile = parse(object.source, &source.text).ok()?;
            let mut stage = dockerfile.stages.last()?;
            // A stage stands before those that build on it.
            for _ in 0..dockerfile.stages.len() {
                let Some(base) = stage.base else { break };
                stage = dockerfile.stages.get(base)?;
            }
            let image = stage.image.as_deref().filter(|image| !self.names(image))?;
            let message = REFUSED_BASE.says(Some("stage"), vec![("base", image.into())]);
            Some(REFUSED_BASE.finding(message, source, stage.image_span))
        };
        dockerfiles.filter_map(finding).collect()
    }

    /// Whether a base by this name may be one that is allowed.
    fn names(&self, image: &str) -> bool {
        if image == SCRATCH {
            return self.scratch;
        }
        // What a variable stands for is known when the image is built.
        let Ok(named) = image.parse::<ImageRef>() else { return true };
        let is_it = |exact: &ImageRef| {
            let is_same =
                |one: Option<&str>, other: Option<&str>| one.is_none() || other.is_none() || one == other;
            exact.name() == named.name()
                && is_same(exact.digest.as_deref(), named.digest.as_deref())
                && (exact.digest.is_some() || is_same(exact.requested_tag(), named.requested_tag()))
        };
        self.patterns.iter().any(|glob| glob.matches(&named)) || self.exact.iter().any(is_it)
    }

    /// Whether layers begin with those of a base.
    fn begins(&self, layers: &[String], reference: &ImageRef) -> Result<bool, String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let learnt = known.entry(reference.clone()).or_insert_with(|| {
            self.learn(reference).map(Arc::new).map_err(|error| format!("`{reference}`: {error:#}"))
        });
        Ok(learnt.clone()?.iter().any(|base| layers.starts_with(base)))
    }

    fn learn(&self, reference: &ImageRef) -> Result<Vec<Vec<String>>> {
        if self.settings.offline {
            bail!("`--offline` forbids the connection that it needs");
        }
        let client: Arc<Client> =
            image::client(self.settings, Credentials::find(&self.settings.credentials)?);
        let repository = Repository::of(&client, reference);
        let manifest = |asked: &str| {
            let held = repository.manifest(asked)?;
            let held = held.with_context(|| format!("`{}` has no `{asked}` of it", repository.server()))?;
            Ok::<_, anyhow::Error>(ManifestDocument::parse(&held.bytes, Some(&held.media_type))?)
        };
        let asked = reference.digest.as_deref().or(reference.requested_tag()).unwrap_or("latest");
        let index = match manifest(asked)? {
            ManifestDocument::Manifest(one) => return Ok(vec![layers(&repository, &one)?]),
            ManifestDocument::Index(index) => index,
        };
        let images: Vec<_> = index.images().collect();
        if images.len() > PLATFORMS {
            bail!("it is built for more than {PLATFORMS} platforms, the limit");
        }
        let mut all = Vec::new();
        for descriptor in images {
            match manifest(&descriptor.digest.to_string())? {
                ManifestDocument::Manifest(one) => all.push(layers(&repository, &one)?),
                ManifestDocument::Index(_) => bail!("it is a list in a list, which is not examined"),
            }
        }
        Ok(all)
    }
}

/// The layers of a base. Everything begins with none.
fn layers(repository: &Repository, manifest: &Manifest) -> Result<Vec<String>> {
    manifest.check_image()?;
    let bytes = repository.blob(&manifest.config, CONFIGURATION_LIMIT)?;
    let configuration = Configuration::parse(&bytes)?;
    let layers: Vec<String> = configuration.diff_ids().iter().map(ToString::to_string).collect();
    if layers.is_empty() {
        bail!("it has no layers");
    }
    Ok(layers)
}

/// What an image names, by its digest alone.
fn named(name: &str, digest: &str) -> Option<ImageRef> {
    let reference: ImageRef = name.parse().ok()?;
    format!("{}@{digest}", reference.name()).parse().ok()
}

/// Whether nothing in an image is of a distribution.
fn is_bare(image: &Examined) -> bool {
    let contents = &image.contents;
    contents.distribution.is_none()
        && !contents.packages.iter().any(|package| OF_DISTRIBUTIONS.contains(&package.url.kind()))
}

/// The rule of the findings, as reports show it.
pub(crate) fn rule() -> Rule {
    let controls = ["nist-800-190/4.1.5", "pci/12", "pci/13"];
    Rule {
        controls: controls.into_iter().map(Into::into).collect(),
        cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Preventive),
        ..REFUSED_BASE.rule()
    }
}
