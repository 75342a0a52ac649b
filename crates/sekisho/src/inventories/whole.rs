//! All that was read of an image, kept by its digest, so that it can be judged again by other rules, limits and advisories
//! as if it were read anew. What a list of images leads to is kept with it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};
use sekisho_contents::Contents;
use sekisho_package::{Purpose, Unusual, analyzers_version};
use sekisho_store::{InventoryDocument, Store, StoreOptions, StoreTarget};
use sekisho_version::PackageUrl;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::credentials::{InLayer, Record};
use crate::denied::Denied;
use crate::target::image::{Examined, Sought};
use crate::target::image_object::About;

/// The format of what is kept of an image, and of what a digest leads to.
const FORMAT: &str = "sekisho-image-2";
const LEADS: &str = "sekisho-leads-1";
/// The most bytes of one when unpacked.
const LIMIT: u64 = 256 << 20;

/// What is kept of an image.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Whole {
    /// What was looked for, and by which analyzers.
    version: String,
    name: String,
    digest: String,
    within: Vec<PackageUrl>,
    about: Option<About>,
    unusual: Vec<(SmolStr, u32, u32, Option<SmolStr>)>,
    contents: Contents,
    credentials: Vec<(Record, Option<InLayer>)>,
    denied: Vec<(Denied, Option<InLayer>)>,
    large: Vec<String>,
    layers: usize,
}

/// That what is kept says nothing of what is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outdated {
    name: String,
}

impl fmt::Display for Outdated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        write!(f, "what is kept of `{name}` was read with other rules for credentials or denied files")
    }
}

impl std::error::Error for Outdated {}

/// Names what is looked for in images: what was read with another one cannot answer.
pub(crate) fn version(sought: Sought<'_>) -> String {
    format!("{} {}", analyzers_version(Purpose::Image), sought.note().unwrap_or_default())
}

impl Whole {
    fn of(image: &Examined, version: &str) -> Self {
        let unusual = |one: &Unusual| (one.path.clone(), one.mode, one.layer, one.owner.clone());
        Self {
            version: version.to_owned(),
            name: image.name.clone(),
            digest: image.digest.clone(),
            within: image.within.clone(),
            about: image.about.clone(),
            unusual: image.unusual.iter().map(unusual).collect(),
            contents: image.contents.clone(),
            credentials: image.credentials.clone(),
            denied: image.denied.clone(),
            large: image.large.clone(),
            layers: image.layers,
        }
    }

    /// How many layers it has; all of them were read.
    pub(crate) fn layers(&self) -> usize {
        self.layers
    }

    /// The image as it was read.
    pub(crate) fn examined(&self, version: &str) -> Result<Examined, Outdated> {
        if self.version != version {
            return Err(Outdated { name: self.name.clone() });
        }
        let unusual = |(path, mode, layer, owner): &(SmolStr, u32, u32, Option<SmolStr>)| Unusual {
            path: path.clone(),
            mode: *mode,
            layer: *layer,
            owner: owner.clone(),
        };
        Ok(Examined {
            name: self.name.clone(),
            digest: self.digest.clone(),
            is_whole: true,
            workloads: Vec::new(),
            folder: None,
            within: self.within.clone(),
            image: None,
            about: self.about.clone(),
            unusual: self.unusual.iter().map(unusual).collect(),
            contents: self.contents.clone(),
            credentials: self.credentials.clone(),
            denied: self.denied.clone(),
            large: self.large.clone(),
            layers: self.layers,
            skipped: Vec::new(),
        })
    }
}

pub(super) fn document(image: &Examined, version: &str, now: i64) -> Result<InventoryDocument> {
    super::packed(&image.digest, FORMAT, &serde_json::to_vec(&Whole::of(image, version))?, now)
}

/// Keeps to which images a digest leads.
pub(crate) fn keep_leads(
    target: &StoreTarget,
    digest: &str,
    leads: &BTreeSet<String>,
    now: i64,
) -> Result<()> {
    if let StoreTarget::File(path) = target
        && let Some(folder) = path.parent().filter(|folder| *folder != Path::new(""))
    {
        super::make_folder(folder)?;
    }
    let document = super::packed(digest, LEADS, &serde_json::to_vec(leads)?, now)?;
    Ok(Store::open(target, StoreOptions::default())?.put_inventory(&document)?)
}

/// What is kept of the images that a digest leads to; none where not all of them are kept.
pub(crate) fn kept(store: &mut Store, digest: &str) -> Result<Option<Vec<Whole>>> {
    let Some(document) = store.inventory(digest, LEADS)? else { return Ok(None) };
    let damaged = || format!("what is kept of `{digest}` is damaged");
    let text = super::unpacked_within(&document, LIMIT).with_context(damaged)?;
    let leads: BTreeSet<String> = serde_json::from_str(&text).with_context(damaged)?;
    let mut wholes = Vec::new();
    for one in &leads {
        let Some(document) = store.inventory(one, FORMAT)? else { return Ok(None) };
        let text = super::unpacked_within(&document, LIMIT).with_context(damaged)?;
        wholes.push(serde_json::from_str(&text).with_context(damaged)?);
    }
    Ok(Some(wholes).filter(|wholes| !wholes.is_empty()))
}
