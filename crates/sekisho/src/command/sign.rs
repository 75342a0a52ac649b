//! `sekisho sign`: signs an image, a file or a folder of policies.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use jiff::Timestamp;
use sekisho_registry::{attach_bundle, attach_layer};
use sekisho_signature::bundle::Bundle;
use sekisho_signature::cosign::{Kind, SIGNED_PREDICATE, annotations_of, payload_of};
use sekisho_signature::statement::Statement;
use serde_json::json;

use crate::arguments::signature::SignArguments;
use crate::arguments::signer::StoredAs;
use crate::signature::artifact::{Artifact, Image, bundle_beside};
use crate::signature::keys;
use crate::signature::witness::Signer;
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: &SignArguments, terminal: &Terminal) -> Result<Status> {
    if let Some(name) = &arguments.new_key {
        let (private, public) = keys::make(name)?;
        terminal.note(format_args!("wrote `{}` and `{}`", private.display(), public.display()));
        return Ok(Status::Clean);
    }
    let target = arguments.target.as_deref().context("name what is to be signed")?;
    let artifact = Artifact::find(target, &arguments.storing.beside.registries, terminal.offline)?;
    let signer = Signer::new(&arguments.signer, terminal.offline)?;
    match artifact {
        Artifact::Bytes { path, bytes } => {
            let bundle = signer.bytes(&bytes)?;
            let output = arguments.storing.output.clone().unwrap_or_else(|| bundle_beside(&path));
            terminal::write(Some(&output), |out| writeln!(out, "{}", bundle.to_json()))?;
            terminal.note(format_args!("signed `{}`: `{}`", path.display(), output.display()));
        }
        Artifact::Image(image) => {
            let signature = signature_of(&image, &signer, arguments.storing.beside.layout)?;
            put_signature(&image, &signature)?;
            terminal.note(format_args!("signed {}@{}", image.name, image.held.digest));
        }
    }
    Ok(Status::Clean)
}

/// The signature of an image that is not stored yet.
pub(crate) enum ImageSignature {
    /// A statement that says no more than that.
    Statement(Box<Bundle>),
    /// The payload of the older layout, and its signature.
    Payload(Vec<u8>, Box<Bundle>),
}

/// Signs an image.
pub(crate) fn signature_of(image: &Image, signer: &Signer, layout: StoredAs) -> Result<ImageSignature> {
    Ok(match layout {
        StoredAs::Bundle => {
            let statement = Statement::about("", image.held.digest.value(), SIGNED_PREDICATE, json!({}));
            ImageSignature::Statement(Box::new(signer.statement(&statement)?))
        }
        StoredAs::Tag => {
            let payload = payload_of(&image.name, &image.held.digest.to_string());
            let bundle = signer.bytes(&payload)?;
            ImageSignature::Payload(payload, Box::new(bundle))
        }
    })
}

/// Stores the signature of an image beside it.
pub(crate) fn put_signature(image: &Image, signature: &ImageSignature) -> Result<()> {
    match signature {
        ImageSignature::Statement(bundle) => {
            attach_bundle(&image.repository, &image.held, bundle, &about(SIGNED_PREDICATE))?;
        }
        ImageSignature::Payload(payload, bundle) => {
            let annotations = annotations_of(bundle);
            attach_layer(&image.repository, &image.held, Kind::Signature, payload, &annotations)?;
        }
    }
    Ok(())
}

/// What is said of a bundle where it refers to an image.
pub(crate) fn about(predicate_type: &str) -> BTreeMap<String, String> {
    let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    BTreeMap::from([
        ("org.opencontainers.image.created".to_owned(), now.to_string()),
        ("dev.sigstore.bundle.content".to_owned(), "dsse-envelope".to_owned()),
        ("dev.sigstore.bundle.predicateType".to_owned(), predicate_type.to_owned()),
    ])
}
