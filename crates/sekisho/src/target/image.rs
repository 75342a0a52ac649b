//! Images → the packages in them, layer by layer, each layer read once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use rayon::prelude::*;
use sekisho_contents::Contents;
use sekisho_finding::{Skip, SkipReason};
use sekisho_leak::Detector;
use sekisho_manifest::ImageRef;
use sekisho_oci::digest::Digest;
use sekisho_oci::image::Image;
use sekisho_oci::platform::Platform;
use sekisho_package::{Layer, Observer, Purpose, Unusual, analyzers_version, merge, merge_image};
use sekisho_registry::{
    Cache, CacheError, Client, Credentials, Limits, Opened, Passed, Proof, Settings as Registries, Target,
    Wanted, open, pass_folder, pass_layer,
};
use sekisho_version::PackageUrl;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::image_object::About;
use crate::credentials::{self, InLayer, Record, Search, Watcher};
use crate::denied::{Denied, DenyList, Hasher};

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
    /// Whether, of a cluster, the images that it runs are examined.
    pub(crate) running: bool,
    /// Whether nothing is kept, and nothing that was kept is used.
    pub(crate) no_cache: bool,
    /// Where inventories are kept, where the user names it.
    pub(crate) inventories: Option<String>,
    /// What is kept of images.
    pub(crate) keep: Keep,
    /// Whether no connection may be made.
    pub(crate) offline: bool,
}

/// What is kept of images that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Keep {
    /// Their packages, so that later advisories can be asked about.
    #[default]
    Packages,
    /// All of it, so that whatever is asked of an image can be asked again.
    Whole,
}

/// An image, or a root file system, that the user named.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// As the user named it.
    text: String,
    target: Target,
    /// The platform, where it is not the one that is asked for.
    platform: Option<Platform>,
    /// The workloads of a cluster that run it.
    workloads: Vec<String>,
    /// Who speaks to its registry, where it is not the usual one.
    client: Option<Arc<Client>>,
}

impl Named {
    /// An image that a cluster runs.
    pub(crate) fn running(
        reference: ImageRef,
        platform: Option<Platform>,
        workloads: Vec<String>,
        client: Arc<Client>,
    ) -> Self {
        Self {
            text: reference.to_string(),
            target: Target::Registry(reference),
            platform,
            workloads,
            client: Some(client),
        }
    }
}

/// What is in an image or a root file system.
#[derive(Debug)]
pub(crate) struct Examined {
    /// Its name, as it is shown.
    pub(crate) name: String,
    /// The digest of its manifest, else of its configuration; empty for a root file system.
    pub(crate) digest: String,
    /// Whether all of it was read.
    pub(crate) is_whole: bool,
    /// The workloads of a cluster that run it.
    pub(crate) workloads: Vec<String>,
    /// The folder of a root file system.
    pub(crate) folder: Option<PathBuf>,
    /// The image itself, for statements about it.
    pub(crate) within: Vec<PackageUrl>,
    /// The image; none for a root file system, and for one that was read before.
    pub(crate) image: Option<Image>,
    /// What the image says of itself; none for a root file system.
    pub(crate) about: Option<About>,
    /// Files in it that have unusual modes.
    pub(crate) unusual: Vec<Unusual>,
    /// What is in it.
    pub(crate) contents: Contents,
    /// The credentials in its files, each with its layer.
    pub(crate) credentials: Vec<(Record, Option<InLayer>)>,
    /// The files in it that are denied, each with its layer.
    pub(crate) denied: Vec<(Denied, Option<InLayer>)>,
    /// The files that were too large to look for credentials in.
    pub(crate) large: Vec<String>,
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
            Some(target) => images.push(Named {
                text: path.display().to_string(),
                target,
                platform: None,
                workloads: Vec::new(),
                client: None,
            }),
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

/// What is looked for in files beside packages.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sought<'r> {
    /// How credentials are looked for.
    pub(crate) credentials: Option<(&'r Search, &'r Detector<'r>)>,
    /// The files that are denied.
    pub(crate) denied: Option<&'r DenyList>,
}

/// What was found in the files of a layer or a folder beside packages.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Sighted {
    /// Credentials.
    pub(crate) credentials: Vec<Record>,
    /// Files that were too large to look for them in.
    pub(crate) large: Vec<String>,
    /// Files that are denied.
    pub(crate) denied: Vec<Denied>,
}

impl Sought<'_> {
    /// Passes something with an eye on what is sought.
    pub(crate) fn watched(&self, pass: impl FnOnce(&mut [&mut dyn Observer]) -> Passed) -> (Passed, Sighted) {
        let mut watcher = self.credentials.map(|(_, detector)| Watcher::new(detector));
        let mut hasher = self.denied.map(Hasher::new);
        let mut observers: Vec<&mut dyn Observer> = Vec::new();
        observers.extend(watcher.as_mut().map(|watcher| watcher as &mut dyn Observer));
        observers.extend(hasher.as_mut().map(|hasher| hasher as &mut dyn Observer));
        let passed = pass(&mut observers);
        let (credentials, large) = watcher.map(Watcher::finish).unwrap_or_default();
        let denied = hasher.map(Hasher::finish).unwrap_or_default();
        (passed, Sighted { credentials, large, denied })
    }

    /// The name under which what was sighted in a layer is kept: it changes with what is sought. None where nothing is.
    pub(crate) fn note(&self) -> Option<String> {
        let rules = self.credentials.map_or("", |(search, _)| search.version());
        let denied = self.denied.map_or("", DenyList::version);
        (!rules.is_empty() || !denied.is_empty()).then(|| format!("sighted-3-{rules}-{denied}"))
    }
}

/// Who speaks to registries with these credentials.
pub(crate) fn client(settings: &Settings, credentials: Credentials) -> Arc<Client> {
    Arc::new(Client::new(Registries {
        credentials,
        insecure: settings.insecure.clone(),
        mirrors: settings.mirrors.clone(),
        ..Registries::default()
    }))
}

/// Reads images, some after others.
pub(crate) struct Images<'r>(Reader<'r>);

impl<'r> Images<'r> {
    /// What reads these images.
    pub(crate) fn new(settings: &'r Settings, images: &[Named], sought: Sought<'r>) -> Result<Self> {
        let is_remote = |named: &&Named| matches!(named.target, Target::Registry(_));
        let remote = images.iter().find(is_remote);
        if let Some(named) = remote.filter(|_| settings.offline) {
            bail!("`--offline` forbids the connection that `{}` needs: save the image to a file", named.text);
        }
        let credentials = match remote {
            Some(_) => Credentials::find(&settings.credentials)?,
            None => Credentials::none(),
        };
        let client = client(settings, credentials);
        let cache = if settings.no_cache { None } else { Cache::usual() };
        Ok(Self(Reader { settings, sought, client, cache, limits: Limits::default() }))
    }

    /// Reads images; those that cannot be read are told.
    pub(crate) fn read(&self, images: &[Named]) -> Vec<Examined> {
        images.par_iter().map(|named| self.0.read(named)).collect()
    }
}

struct Reader<'r> {
    settings: &'r Settings,
    /// What is looked for in files beside packages.
    sought: Sought<'r>,
    client: Arc<Client>,
    cache: Option<Cache>,
    limits: Limits,
}

/// What is there once all layers of an image lie over one another: kept, so that no layer is looked at again.
#[derive(Debug, Serialize, Deserialize)]
struct Laid {
    contents: Contents,
    unusual: Vec<Unusual>,
    credentials: Vec<(Record, At)>,
    denied: Vec<(Denied, At)>,
    large: Vec<String>,
}

/// Where in an image something lies.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct At {
    /// The number of the layer.
    layer: usize,
    /// Whether a later layer hides it.
    is_hidden: bool,
}

/// The form of what is kept of an image; it changes with what is made of layers.
const LAID: &str = concat!("laid 2 ", env!("CARGO_PKG_VERSION"));

/// What came of one layer.
struct Read {
    layer: Layer,
    sighted: Sighted,
    is_whole: bool,
    skipped: Option<SkipReason>,
    warning: Option<String>,
}

impl Reader<'_> {
    fn read(&self, named: &Named) -> Examined {
        if let Target::Root(path) = &named.target {
            return self.root(path);
        }
        let platform = named.platform.as_ref().or(self.settings.platform.as_ref()).cloned();
        let wanted = Wanted { platform, budget: self.limits.archive };
        match open(&named.target, &wanted, named.client.as_ref().unwrap_or(&self.client)) {
            Ok(opened) => {
                Examined { workloads: named.workloads.clone(), ..self.image(&opened, &named.target) }
            }
            Err(error) => Examined {
                name: named.text.clone(),
                digest: String::new(),
                is_whole: false,
                workloads: Vec::new(),
                folder: None,
                within: Vec::new(),
                image: None,
                about: None,
                unusual: Vec::new(),
                contents: Contents::default(),
                credentials: Vec::new(),
                denied: Vec::new(),
                large: Vec::new(),
                layers: 0,
                skipped: vec![skip(&named.text, SkipReason::Unreadable(error.to_string()))],
            },
        }
    }

    fn root(&self, path: &Path) -> Examined {
        let (Passed { layer, fault, .. }, sighted) =
            self.sought.watched(|observers| pass_folder(path, &self.limits, observers));
        let name = path.display().to_string();
        let layers = [&layer];
        let merged = merge(&layers);
        let mut credentials: Vec<_> = sighted.credentials.into_iter().map(|record| (record, None)).collect();
        credentials::name_owners(&layers, credentials.iter_mut().map(|(record, _)| (0, record)));
        let fault = fault.map(|fault| skip(&name, SkipReason::Unreadable(fault.to_string())));
        Examined {
            digest: String::new(),
            is_whole: fault.is_none(),
            workloads: Vec::new(),
            folder: Some(path.to_owned()),
            within: Vec::new(),
            image: None,
            about: None,
            unusual: merged.unusual,
            contents: merged.contents,
            credentials,
            denied: sighted.denied.into_iter().map(|denied| (denied, None)).collect(),
            large: sighted.large,
            layers: usize::from(fault.is_none()),
            skipped: fault.into_iter().collect(),
            name,
        }
    }

    fn image(&self, opened: &Opened, target: &Target) -> Examined {
        let version = analyzers_version(Purpose::Image);
        if let Some(laid) = self.laid(opened, &version) {
            return examined(opened, target, laid, opened.image.layers.len(), Vec::new());
        }
        let count = opened.image.layers.len();
        let read: Vec<Read> =
            (0..count).into_par_iter().map(|index| self.layer(opened, index, &version)).collect();
        let mut skipped = Vec::new();
        for (index, read) in read.iter().enumerate() {
            let reasons = read.skipped.clone().into_iter();
            let warnings = read.warning.clone().map(SkipReason::NotExamined);
            skipped.extend(reasons.chain(warnings).map(|reason| skip(&opened.layer_name(index), reason)));
        }
        let layers: Vec<&Layer> = read.iter().map(|read| &read.layer).collect();
        let merged = merge_image(&layers);
        let laid = Laid {
            contents: merged.contents,
            unusual: merged.unusual,
            credentials: credentials(&read, &layers),
            denied: attributed(&read, |read| &read.sighted.denied, |denied| &denied.path),
            large: read.iter().flat_map(|read| read.sighted.large.iter().cloned()).collect(),
        };
        let whole = read.iter().filter(|read| read.is_whole).count();
        if whole == count && skipped.is_empty() {
            self.keep_laid(opened, &version, &laid);
        }
        examined(opened, target, laid, whole, skipped)
    }

    /// The name under which an image whose layers were laid over one another is kept, and the digest of its layers.
    fn laid_name(&self, opened: &Opened, version: &str) -> (Digest, String) {
        let diff_ids: Vec<String> =
            opened.image.layers.iter().map(|layer| layer.diff_id.to_string()).collect();
        let sighted = self.sought.note().unwrap_or_default();
        (Digest::of(diff_ids.join("\n").as_bytes()), format!("{LAID} {version} {sighted}"))
    }

    /// What was kept of an image of these layers; none where one of them must be read.
    fn laid(&self, opened: &Opened, version: &str) -> Option<Laid> {
        let cache = self.cache.as_ref()?;
        for (index, layer) in opened.image.layers.iter().enumerate() {
            let (bytes, expected) = opened.open_layer(index).ok()?;
            let proof = Proof::of(&bytes, expected.digest.as_ref())?;
            if layer.refusal().is_some() || !cache.vouches(&proof, &layer.diff_id) {
                return None;
            }
        }
        let (digest, name) = self.laid_name(opened, version);
        serde_json::from_slice(&cache.note(&digest, &name)?).ok()
    }

    /// Keeps an image whose layers were all read to their ends. Without it the layers are what is kept.
    fn keep_laid(&self, opened: &Opened, version: &str, laid: &Laid) {
        if let Some(cache) = &self.cache
            && let Ok(bytes) = serde_json::to_vec(laid)
        {
            let (digest, name) = self.laid_name(opened, version);
            let _ = cache.keep_note(&digest, &name, &bytes);
        }
    }

    /// What was kept of what was sighted in a layer; none where it must be read again.
    fn known(&self, cache: &Cache, diff_id: &Digest) -> Option<Sighted> {
        let Some(note) = self.sought.note() else { return Some(Sighted::default()) };
        serde_json::from_slice(&cache.note(diff_id, &note)?).ok()
    }

    fn keep(&self, cache: &Cache, diff_id: &Digest, sighted: &Sighted) -> Result<(), CacheError> {
        let Some(note) = self.sought.note() else { return Ok(()) };
        // Records are plain data, which can always be written.
        let bytes = serde_json::to_vec(sighted).unwrap_or_default();
        cache.keep_note(diff_id, &note, &bytes)
    }

    fn layer(&self, opened: &Opened, index: usize, version: &str) -> Read {
        let nothing = |reason| Read {
            layer: Layer::default(),
            sighted: Sighted::default(),
            is_whole: false,
            skipped: Some(reason),
            warning: None,
        };
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
            && let Some(sighted) = self.known(cache, &known.diff_id)
        {
            return Read { layer, sighted, is_whole: true, skipped: None, warning: None };
        }
        let (Passed { layer, summary, fault }, sighted) =
            self.sought.watched(|observers| pass_layer(bytes, expected, &self.limits, observers));
        // What was proved to be what it should be is kept, and nothing else.
        let kept = match (&self.cache, &summary) {
            (Some(cache), Some(_)) => cache
                .keep(proof.as_ref(), &known.diff_id, version, &layer)
                .and_then(|()| self.keep(cache, &known.diff_id, &sighted)),
            _ => Ok(()),
        };
        Read {
            layer,
            sighted,
            is_whole: fault.is_none(),
            skipped: fault.map(|fault| SkipReason::Unreadable(fault.to_string())),
            warning: kept.err().map(|error| error.to_string()),
        }
    }
}

/// What is known of an image that was read.
fn examined(opened: &Opened, target: &Target, laid: Laid, layers: usize, mut skipped: Vec<Skip>) -> Examined {
    if !opened.other_platforms.is_empty() {
        let others = opened.other_platforms.join(", ");
        let reason = format!("built for {others} too, which `--platform` names");
        skipped.push(skip(&opened.name, SkipReason::NotExamined(reason)));
    }
    let named = |at: At| Some(InLayer { name: opened.layer_name(at.layer), is_hidden: at.is_hidden });
    Examined {
        name: opened.name.clone(),
        digest: opened.image.digest.as_ref().unwrap_or(&opened.image.identifier).to_string(),
        is_whole: layers == opened.image.layers.len(),
        workloads: Vec::new(),
        folder: None,
        within: within(&opened.image, target),
        image: Some(opened.image.clone()),
        about: Some(About::of(&opened.image)),
        unusual: laid.unusual,
        contents: laid.contents,
        credentials: laid.credentials.into_iter().map(|(record, at)| (record, named(at))).collect(),
        denied: laid.denied.into_iter().map(|(denied, at)| (denied, named(at))).collect(),
        large: laid.large,
        layers,
        skipped,
    }
}

/// The credentials of all layers, with who brought their files.
fn credentials(read: &[Read], layers: &[&Layer]) -> Vec<(Record, At)> {
    let mut all = attributed(read, |read| &read.sighted.credentials, |record| &record.path);
    credentials::name_owners(layers, all.iter_mut().map(|(record, at)| (at.layer, record)));
    all
}

/// What was sighted in all layers, each with its layer.
fn attributed<T: Clone>(
    read: &[Read],
    of: impl Fn(&Read) -> &[T],
    path: impl Fn(&T) -> &str,
) -> Vec<(T, At)> {
    let mut all = Vec::new();
    for (layer, of_layer) in read.iter().enumerate() {
        let above = read.get(layer + 1..).unwrap_or_default();
        all.extend(of(of_layer).iter().map(|one| {
            // What lies in an archive is there as long as the archive.
            let file = path(one).split("!/").next().unwrap_or_default();
            let is_hidden = above.iter().any(|above| above.layer.hides(file));
            (one.clone(), At { layer, is_hidden })
        }));
    }
    all
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
