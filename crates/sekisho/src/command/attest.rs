//! `sekisho attest`: signs a claim about an image or a file.

use std::fs;

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use sekisho_registry::{attach_bundle, attach_layer};
use sekisho_signature::algorithm::Hash;
use sekisho_signature::bundle::{Bundle, Content};
use sekisho_signature::cosign::{Kind, annotations_of};
use sekisho_signature::statement::Statement;
use serde_json::Value;

use super::sign::about;
use crate::arguments::signature::AttestArguments;
use crate::arguments::signer::StoredAs;
use crate::signature::artifact::{Artifact, Image, bundle_beside};
use crate::signature::predicate_type;
use crate::signature::witness::Signer;
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: &AttestArguments, terminal: &Terminal) -> Result<Status> {
    let path = &arguments.predicate;
    let named = || format!("`{}`", path.display());
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let predicate: Value = serde_json::from_slice(&bytes).with_context(named)?;
    let kind = predicate_type(&arguments.predicate_type);
    let artifact = Artifact::find(&arguments.target, &arguments.storing.beside.registries, terminal.offline)?;
    let signer = Signer::new(&arguments.signer, terminal.offline)?;
    match artifact {
        Artifact::Bytes { path, bytes } => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let digest = HEXLOWER.encode(&Hash::Sha256.of(&bytes));
            let bundle = signer.statement(&Statement::about(&name, &digest, kind, predicate))?;
            let output = arguments.storing.output.clone().unwrap_or_else(|| bundle_beside(&path));
            terminal::write(Some(&output), |out| writeln!(out, "{}", bundle.to_json()))?;
            terminal.note(format_args!("attested `{}`: `{}`", path.display(), output.display()));
        }
        Artifact::Image(image) => {
            let bundle = attest_image(&image, kind, predicate, &signer)?;
            put_statement(&image, kind, &bundle, arguments.storing.beside.layout)?;
            terminal.note(format_args!("attested {}@{}", image.name, image.held.digest));
        }
    }
    Ok(Status::Clean)
}

/// Signs a claim about an image.
pub(crate) fn attest_image(
    image: &Image,
    predicate_type: &str,
    predicate: Value,
    signer: &Signer,
) -> Result<Bundle> {
    let statement = Statement::about(&image.name, image.held.digest.value(), predicate_type, predicate);
    signer.statement(&statement)
}

/// Stores a claim about an image beside it.
pub(crate) fn put_statement(
    image: &Image,
    predicate_type: &str,
    bundle: &Bundle,
    layout: StoredAs,
) -> Result<()> {
    match (layout, &bundle.content) {
        (StoredAs::Tag, Content::Envelope(envelope)) => {
            let layer = envelope.to_value().to_string();
            let mut annotations = annotations_of(bundle);
            annotations.insert("predicateType".to_owned(), predicate_type.to_owned());
            let layer = layer.as_bytes();
            attach_layer(&image.repository, &image.held, Kind::Attestation, layer, &annotations)?;
        }
        _ => drop(attach_bundle(&image.repository, &image.held, bundle, &about(predicate_type))?),
    }
    Ok(())
}
