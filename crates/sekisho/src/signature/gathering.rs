//! What policies look at of an image: signatures beside it and in other places, its configurations, and the object that it is
//! for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sekisho_manifest::{Budget, Format, ImageRef, SourceId, load};
use sekisho_registry::{Found, Repository, Search, find_signatures, find_signatures_elsewhere};
use sekisho_signature::image::Candidate;
use sekisho_trust::{Material, Place, Policy, Resource};
use serde_json::Value;

use super::artifact::Image;

/// What policies look at.
pub(crate) struct Gathered {
    found: Found,
    elsewhere: BTreeMap<Place, Vec<Candidate>>,
    configurations: Option<Value>,
    resource: Option<Resource>,
    /// Why something could not be read.
    pub(crate) faults: Vec<String>,
}

impl Gathered {
    /// Gathers what some policies ask for.
    pub(crate) fn of(image: &Image, policies: &[Policy], object: Option<&Path>) -> Result<Self> {
        let concerned: Vec<&Policy> =
            policies.iter().filter(|policy| policy.concerns(&image.reference)).collect();
        let mut found = find_signatures(&image.repository, &image.held.digest)?;
        let mut faults = std::mem::take(&mut found.faults);
        let mut elsewhere = BTreeMap::new();
        for place in concerned.iter().flat_map(|policy| policy.places()) {
            if elsewhere.contains_key(place) {
                continue;
            }
            let there = place.repository.as_deref().map(|name| repository(image, name)).transpose()?;
            let there = there.as_ref().unwrap_or(&image.repository);
            let found =
                find_signatures_elsewhere(there, &image.held.digest, &place.prefix, &Search::default())?;
            faults.extend(found.faults);
            elsewhere.insert(place.clone(), found.candidates);
        }
        let asks = concerned.iter().any(|policy| policy.asks_for_configuration());
        let configurations =
            asks.then(|| image.repository.configurations(&image.held).map(Value::Object)).transpose()?;
        let resource = object.map(resource).transpose()?;
        Ok(Self { found, elsewhere, configurations, resource, faults })
    }

    /// The same, for the judgement.
    pub(crate) fn material(&self) -> Material<'_> {
        Material {
            candidates: &self.found.candidates,
            elsewhere: Some(&self.elsewhere),
            resource: self.resource.as_ref(),
            configurations: self.configurations.as_ref(),
        }
    }
}

fn repository(image: &Image, name: &str) -> Result<Repository> {
    let reference: ImageRef = name.parse().with_context(|| format!("`{name}` is no repository"))?;
    Ok(image.repository.sibling(&reference))
}

/// The object of a file.
fn resource(path: &Path) -> Result<Resource> {
    let named = || format!("cannot read `{}`", path.display());
    let text = fs::read_to_string(path).with_context(named)?;
    let loaded = load(SourceId(0), &text, Format::Detect, &Budget::default());
    if let Some(error) = loaded.errors.first() {
        bail!("`{}`: {error}", path.display());
    }
    let [document] = loaded.documents.as_slice() else {
        bail!("`{}` must hold one object", path.display());
    };
    let object = document.root.to_json();
    let text = |field| object.get(field).and_then(Value::as_str).unwrap_or_default();
    let (group, version) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
    let kind = text("kind").to_lowercase();
    let plural = match kind.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None if kind.ends_with('s') => format!("{kind}es"),
        None => format!("{kind}s"),
    };
    Ok(Resource { group: group.to_owned(), version: version.to_owned(), resource: plural, object })
}
