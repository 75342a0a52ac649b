//! Images → the packages in them, layer by layer, each layer read once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use rayon::prelude::*;
use sekisho_contents::Contents;
use sekisho_finding::{Skip, SkipReason};
use sekisho_oci::digest::Digest;
use sekisho_oci::image::Image;
use sekisho_oci::platform::Platform;
use sekisho_package::{Layer, Purpose, analyzers_version, merge, merge_image};
use sekisho_registry::{
    Cache, Client, Credentials, Limits, Opened, Passed, Proof, Settings as Registries, Target, Wanted, open,
    pass_folder, pass_layer,
};
use sekisho_version::PackageUrl;
use smol_str::{SmolStr, format_smolstr};

/// What is asked about images.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// The platform.
    pub(crate) platform: Option<Platform>,
    /// Files of credentials.
    pub(crate) credentials: Vec<PathBuf>,
    /// Registries that need not be vouched for.
    pub(crate) insecure: Vec<String>,
    /// Registries and the addresses that are asked first.
    pub(crate) mirrors: Vec<(String, String)>,
    /// Whether nothing is kept, and nothing that was kept is used.
    pub(crate) no_cache: bool,
    /// Whether no connection may be made.
    pub(crate) offline: bool,
}

/// An image, or a root file system, that the user named.
#[derive(Debug)]
pub(crate) struct Named {
    /// As the user named it.
    text: String,
    target: Target,
}

/// What is in an image or a root file system.
#[derive(Debug)]
pub(crate) struct Examined {
    /// Its name, as it is shown.
    pub(crate) name: String,
    /// The folder of a root file system.
    pub(crate) folder: Option<PathBuf>,
    /// The image itself, for statements about it.
    pub(crate) within: Vec<PackageUrl>,
    /// What is in it.
    pub(crate) contents: Contents,
    /// How many layers were read to their end, now or before.
    pub(crate) layers: usize,
    /// What was not examined.
    pub(crate) skipped: Vec<Skip>,
}

/// Parts the images among the targets from what is read otherwise.
pub(crate) fn divide(targets: &[PathBuf]) -> Result<(Vec<Named>, Vec<PathBuf>)> {
    let (mut images, mut others) = (Vec::new(), Vec::new());
    for path in targets {
        match recognize(path)? {
            Some(target) => images.push(Named { text: path.display().to_string(), target }),
            None => others.push(path.clone()),
        }
    }
    Ok((images, others))
}

fn recognize(path: &Path) -> Result<Option<Target>> {
    let Some(text) = path.to_str() else { return Ok(Target::of_path(path)) };
    if let Some(target) = Target::parse_prefixed(text) {
        return Ok(Some(target?));
    }
    if path == Path::new("-") {
        return Ok(None);
    }
    if path.exists() {
        return Ok(Target::of_path(path));
    }
    let Ok(target) = Target::parse_reference(text) else { return Ok(None) };
    // A name alone may as well be a path that was mistyped, and nothing is fetched by mistake.
    match &target {
        Target::Registry(reference) if reference.tag.is_none() && reference.digest.is_none() => {
            bail!(
                "`{text}` is no file and no folder; for the image write `{text}:latest` or `registry:{text}`"
            )
        }
        _ => Ok(Some(target)),
    }
}

/// Reads images; those that cannot be read are told.
pub(crate) fn read(images: &[Named], settings: &Settings) -> Result<Vec<Examined>> {
    if images.is_empty() {
        return Ok(Vec::new());
    }
    let is_remote = |named: &&Named| matches!(named.target, Target::Registry(_));
    let remote = images.iter().find(is_remote);
    if let Some(named) = remote.filter(|_| settings.offline) {
        bail!("`--offline` forbids the connection that `{}` needs: save the image to a file", named.text);
    }
    let credentials = match remote {
        Some(_) => Credentials::find(&settings.credentials)?,
        None => Credentials::none(),
    };
    let client = Arc::new(Client::new(Registries {
        credentials,
        insecure: settings.insecure.clone(),
        mirrors: settings.mirrors.clone(),
        ..Registries::default()
    }));
    let cache = if settings.no_cache { None } else { Cache::usual() };
    let reader = Reader { settings, client, cache, limits: Limits::default() };
    Ok(images.par_iter().map(|named| reader.read(named)).collect())
}

struct Reader<'r> {
    settings: &'r Settings,
    client: Arc<Client>,
    cache: Option<Cache>,
    limits: Limits,
}

/// What came of one layer.
struct Read {
    layer: Layer,
    is_whole: bool,
    skipped: Option<SkipReason>,
    warning: Option<String>,
}

impl Reader<'_> {
    fn read(&self, named: &Named) -> Examined {
        if let Target::Root(path) = &named.target {
            return self.root(path);
        }
        let wanted = Wanted { platform: self.settings.platform.clone(), budget: self.limits.archive };
        match open(&named.target, &wanted, &self.client) {
            Ok(opened) => self.image(&opened, &named.target),
            Err(error) => Examined {
                name: named.text.clone(),
                folder: None,
                within: Vec::new(),
                contents: Contents::default(),
                layers: 0,
                skipped: vec![skip(&named.text, SkipReason::Unreadable(error.to_string()))],
            },
        }
    }

    fn root(&self, path: &Path) -> Examined {
        let Passed { layer, fault, .. } = pass_folder(path, &self.limits, &mut []);
        let name = path.display().to_string();
        let fault = fault.map(|fault| skip(&name, SkipReason::Unreadable(fault.to_string())));
        Examined {
            folder: Some(path.to_owned()),
            within: Vec::new(),
            contents: merge(&[&layer]).contents,
            layers: usize::from(fault.is_none()),
            skipped: fault.into_iter().collect(),
            name,
        }
    }

    fn image(&self, opened: &Opened, target: &Target) -> Examined {
        let version = analyzers_version(Purpose::Image);
        let count = opened.image.layers.len();
        let read: Vec<Read> =
            (0..count).into_par_iter().map(|index| self.layer(opened, index, &version)).collect();
        let mut skipped = Vec::new();
        for (index, read) in read.iter().enumerate() {
            let reasons = read.skipped.clone().into_iter();
            let warnings = read.warning.clone().map(SkipReason::NotExamined);
            skipped.extend(reasons.chain(warnings).map(|reason| skip(&opened.layer_name(index), reason)));
        }
        if !opened.other_platforms.is_empty() {
            let others = opened.other_platforms.join(", ");
            let reason = format!("built for {others} too, which `--platform` names");
            skipped.push(skip(&opened.name, SkipReason::NotExamined(reason)));
        }
        let layers: Vec<&Layer> = read.iter().map(|read| &read.layer).collect();
        Examined {
            name: opened.name.clone(),
            folder: None,
            within: within(&opened.image, target),
            contents: merge_image(&layers).contents,
            layers: read.iter().filter(|read| read.is_whole).count(),
            skipped,
        }
    }

    fn layer(&self, opened: &Opened, index: usize, version: &str) -> Read {
        let nothing =
            |reason| Read { layer: Layer::default(), is_whole: false, skipped: Some(reason), warning: None };
        let Some(known) = opened.image.layers.get(index) else {
            return nothing(SkipReason::Unreadable("there is no such layer".to_owned()));
        };
        if let Some(refusal) = known.refusal() {
            return nothing(SkipReason::NotExamined(refusal.to_string()));
        }
        let (bytes, expected) = match opened.open_layer(index) {
            Ok(layer) => layer,
            Err(error) => return nothing(SkipReason::Unreadable(error.to_string())),
        };
        let proof = Proof::of(&bytes, expected.digest.as_ref());
        if let (Some(cache), Some(proof)) = (&self.cache, &proof)
            && let Some(layer) = cache.layer(proof, &known.diff_id, version)
        {
            return Read { layer, is_whole: true, skipped: None, warning: None };
        }
        let Passed { layer, summary, fault } = pass_layer(bytes, expected, &self.limits, &mut []);
        // What was proved to be what it should be is kept, and nothing else.
        let kept = match (&self.cache, &summary) {
            (Some(cache), Some(_)) => cache.keep(proof.as_ref(), &known.diff_id, version, &layer),
            _ => Ok(()),
        };
        Read {
            layer,
            is_whole: fault.is_none(),
            skipped: fault.map(|fault| SkipReason::Unreadable(fault.to_string())),
            warning: kept.err().map(|error| error.to_string()),
        }
    }
}

fn skip(path: &str, reason: SkipReason) -> Skip {
    Skip { path: path.into(), line: None, reason }
}

/// The package URL of an image of a registry.
fn within(image: &Image, target: &Target) -> Vec<PackageUrl> {
    let Target::Registry(reference) = target else { return Vec::new() };
    let Some(digest) = &image.digest else { return Vec::new() };
    let name = reference.repository.rsplit('/').next().unwrap_or_default();
    let tag = reference.tag.as_ref().map(|tag| format_smolstr!("&tag={tag}")).unwrap_or_default();
    let url = format!("pkg:oci/{name}@{}?repository_url={}{tag}", encoded(digest), reference.name());
    url.parse().into_iter().collect()
}

fn encoded(digest: &Digest) -> SmolStr {
    format_smolstr!("{}%3A{}", digest.algorithm().as_str(), digest.value())
}
