//! What images contain, kept by their digests: judged again when advisories come, and asked who runs what. No image is
//! looked at again for it.

pub(crate) mod whole;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rayon::prelude::*;
use sekisho_registry::Cache;
use sekisho_store::{ImageUse, InventoryDocument, Store, StoreOptions, StoreTarget};
use sekisho_vulnerability::{Held, Rejudge, kept};

use crate::config::Config;
use crate::target::image::Examined;

/// The format: lines of [`kept`], deflated.
const FORMAT: &str = "sekisho-packages-1";
/// The most bytes of one inventory when unpacked.
const LIMIT: u64 = 64 << 20;

/// Where inventories are kept: where the command line says, else the configuration, else in the folder for what can be
/// got again. None where there is no such folder.
pub(crate) fn place(named: Option<&str>, config: &Config) -> Result<Option<StoreTarget>> {
    if let Some(named) = named {
        return Ok(Some(StoreTarget::read(named)?));
    }
    if let Some(said) = config.inventories() {
        return Ok(Some(StoreTarget::read(&said)?));
    }
    Ok(Cache::home().map(|folder| StoreTarget::File(folder.join("inventories.db"))))
}

/// Keeps what images contain that were read to their end, and who was seen to use them; with a version of what was looked for,
/// all that was read.
pub(crate) fn keep(
    target: &StoreTarget,
    images: &[Examined],
    cluster: Option<&str>,
    version: Option<&str>,
    now: i64,
) -> Result<()> {
    let whole: Vec<&Examined> =
        images.iter().filter(|image| image.is_whole && !image.digest.is_empty()).collect();
    if whole.is_empty() {
        return Ok(());
    }
    if let StoreTarget::File(path) = target
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        make_folder(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    }
    let mut store = Store::open(target, StoreOptions::default())?;
    let documents: Result<Vec<InventoryDocument>> =
        whole.par_iter().map(|image| document(image, now)).collect();
    store.put_inventories(&documents?)?;
    if let Some(version) = version {
        let wholes: Result<Vec<InventoryDocument>> =
            whole.par_iter().map(|image| whole::document(image, version, now)).collect();
        store.put_inventories(&wholes?)?;
    }
    let mut uses = Vec::new();
    for image in whole {
        let of = |workload: &str| ImageUse {
            cluster: cluster.unwrap_or_default().to_owned(),
            digest: image.digest.clone(),
            reference: image.name.clone(),
            workload: workload.to_owned(),
        };
        if image.workloads.is_empty() {
            uses.push(of(""));
        }
        uses.extend(image.workloads.iter().map(|workload| of(workload)));
    }
    store.put_image_uses(&uses, now)?;
    Ok(())
}

/// Forgets what a cluster was seen to run before a time and not since.
pub(crate) fn forget(target: &StoreTarget, cluster: &str, since: i64) -> Result<()> {
    if let Some(mut store) = open(target)? {
        store.sweep_image_uses(cluster, since)?;
    }
    Ok(())
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

fn document(image: &Examined, now: i64) -> Result<InventoryDocument> {
    packed(&image.digest, FORMAT, kept(&image.contents).as_bytes(), now)
}

/// A document of something that has a digest.
fn packed(digest: &str, format: &str, bytes: &[u8], now: i64) -> Result<InventoryDocument> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes)?;
    Ok(InventoryDocument {
        digest: digest.to_owned(),
        format: format.to_owned(),
        tool: format!("sekisho {}", env!("CARGO_PKG_VERSION")),
        made: now,
        document: packer.finish()?,
    })
}

fn unpacked(document: &InventoryDocument) -> Option<String> {
    unpacked_within(document, LIMIT)
}

fn unpacked_within(document: &InventoryDocument, limit: u64) -> Option<String> {
    let mut text = String::new();
    let mut reader = DeflateDecoder::new(document.document.as_slice()).take(limit + 1);
    reader.read_to_string(&mut text).ok()?;
    (text.len() as u64 <= limit).then_some(text)
}

/// Opens the inventories; none where there are none yet.
pub(crate) fn open(target: &StoreTarget) -> Result<Option<Store>> {
    if let StoreTarget::File(path) = target
        && !path.exists()
    {
        return Ok(None);
    }
    Ok(Some(Store::open(target, StoreOptions::default())?))
}

/// What is wrong with an image that was looked at before.
#[derive(Debug)]
pub(crate) struct Affected {
    /// The digest of the image.
    pub(crate) digest: String,
    /// What is wrong with its packages.
    pub(crate) held: Vec<Held>,
}

/// What came of judging all inventories again.
#[derive(Debug, Default)]
pub(crate) struct Rejudged {
    /// How many inventories there are.
    pub(crate) inventories: usize,
    /// When the oldest was made, in seconds since 1970.
    pub(crate) oldest: Option<i64>,
    /// Digests of inventories that cannot be read.
    pub(crate) broken: Vec<String>,
    /// Those with something that is asked for.
    pub(crate) affected: Vec<Affected>,
}

/// Judges all inventories again, and keeps what is wanted of what is wrong.
pub(crate) fn rejudge(
    store: &mut Store,
    judge: &mut Rejudge<'_>,
    wanted: &dyn Fn(&Held) -> bool,
) -> Result<Rejudged> {
    let mut found = Rejudged::default();
    store.each_inventory(FORMAT, &mut |page| {
        let texts: Vec<Option<String>> = page.par_iter().map(unpacked).collect();
        for (document, text) in page.into_iter().zip(texts) {
            found.inventories += 1;
            found.oldest = Some(found.oldest.map_or(document.made, |oldest| oldest.min(document.made)));
            let Some(text) = text else {
                found.broken.push(document.digest);
                continue;
            };
            let held: Vec<Arc<[Held]>> = judge.held(&text);
            let held: Vec<Held> =
                held.iter().flat_map(|held| held.iter()).filter(|held| wanted(held)).cloned().collect();
            if !held.is_empty() {
                found.affected.push(Affected { digest: document.digest, held });
            }
        }
    })?;
    Ok(found)
}

/// The inventories, or what to do where there are none.
pub(crate) fn demanded(target: Option<StoreTarget>) -> Result<Store> {
    let Some(target) = target else {
        bail!("there is no home folder: name the inventories with `--inventories`");
    };
    let opened = open(&target)?;
    opened.with_context(|| {
        format!("no inventories are kept in `{target}` yet: `sekisho scan IMAGE` keeps them")
    })
}
