//! The files of a layer: an archive, or one file, as the tools that push policies lay them down.

use std::io::Read as _;

use sekisho_oci::budget::Budget as ArchiveBudget;
use sekisho_oci::document::Descriptor;
use sekisho_oci::layer::{Expected, LayerReader};
use sekisho_oci::tar::TarKind;
use sekisho_registry::{Repository, SourceError};

use crate::bundle::{BundleError, FileOrigin, Gathering};

/// Why a layer gives no files.
pub(super) enum LayerFault {
    Bytes(SourceError),
    Bundle(BundleError),
    Archive(String),
}

/// The annotation that names the file that a layer is, as oras and conftest write it.
const TITLE: &str = "org.opencontainers.image.title";

/// What a layer is.
enum Form<'l> {
    /// Files in an archive.
    Archive,
    /// One file, by its path.
    File(std::borrow::Cow<'l, str>),
    /// Nothing of policies.
    Other,
}

/// Archives: ours, OPA's bundles, Flux' artifacts, and what is pushed as if it were a layer of an image.
const ARCHIVES: [&str; 5] = [
    super::FILES,
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.cncf.flux.content.v1.tar+gzip",
    "application/vnd.openpolicyagent.bundle.v1.tar+gzip",
];

fn form(layer: &Descriptor, place: usize) -> Form<'_> {
    let kind = layer.media_type.as_str();
    if ARCHIVES.contains(&kind) {
        return Form::Archive;
    }
    if kind == super::RECORD {
        return Form::Other;
    }
    if let Some(title) = layer.annotations.get(TITLE).filter(|title| !title.is_empty()) {
        return Form::File(title.trim_start_matches("./").into());
    }
    match kind {
        // `kyverno oci push` lays down each policy by itself and names none.
        "application/vnd.cncf.kyverno.policy.layer.v1+yaml" => {
            Form::File(format!("policy-{place}.yaml").into())
        }
        "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego" => {
            Form::File(format!("policy-{place}.rego").into())
        }
        "application/vnd.cncf.openpolicyagent.data.layer.v1+json" => Form::File("data.json".into()),
        _ => Form::Other,
    }
}

/// Takes the files of a layer that lie below a folder.
pub(super) fn read(
    repository: &Repository,
    layer: &Descriptor,
    folder: &str,
    limit: u64,
    gathering: &mut Gathering,
    left_out: &mut Vec<String>,
) -> Result<(), LayerFault> {
    match form(layer, gathering.files().count()) {
        Form::Other if layer.media_type == super::RECORD => Ok(()),
        Form::Other => {
            left_out.push(format!("the layer {} of the type `{}`", layer.digest, layer.media_type));
            Ok(())
        }
        Form::File(path) => {
            let Some(path) = within(&path, folder) else { return Ok(()) };
            gathering.admit(path, layer.size).map_err(LayerFault::Bundle)?;
            let bytes = repository.blob(layer, limit).map_err(LayerFault::Bytes)?;
            gathering.add(path, bytes, FileOrigin::default()).map_err(LayerFault::Bundle)
        }
        Form::Archive => {
            let bytes = repository.blob(layer, limit).map_err(LayerFault::Bytes)?;
            archive(&bytes, folder, gathering, left_out)
        }
    }
}

fn archive(
    bytes: &[u8],
    folder: &str,
    gathering: &mut Gathering,
    left_out: &mut Vec<String>,
) -> Result<(), LayerFault> {
    let wrong = |error: &dyn std::fmt::Display| LayerFault::Archive(error.to_string());
    let most = gathering.budget();
    let budget = ArchiveBudget {
        bytes: most.bytes.saturating_mul(2),
        free_bytes: most.bytes,
        entries: (most.files as u64).saturating_mul(2),
        file_bytes: most.file_bytes.saturating_add(1),
        ..ArchiveBudget::default()
    };
    let mut reader = LayerReader::new(bytes, Expected::default(), budget).map_err(|error| wrong(&error))?;
    while let Some(entry) = reader.next_entry().map_err(|error| wrong(&error))? {
        let path = entry.path.trim_start_matches("./").to_owned();
        match entry.kind {
            TarKind::Directory => continue,
            TarKind::File => {}
            TarKind::Symlink(_) | TarKind::Hardlink(_) | TarKind::Special => {
                left_out.push(format!("`{path}` is no regular file"));
                continue;
            }
        }
        let Some(path) = within(&path, folder) else { continue };
        gathering.admit(path, entry.size).map_err(LayerFault::Bundle)?;
        if let Some(fault) = entry.fault {
            return Err(LayerFault::Archive(format!("`{path}`: {fault}")));
        }
        let mut content = Vec::new();
        reader.by_ref().take(most.file_bytes).read_to_end(&mut content).map_err(|error| wrong(&error))?;
        gathering.add(path, content, FileOrigin::default()).map_err(LayerFault::Bundle)?;
    }
    reader.finish().map_err(|error| wrong(&error))?;
    Ok(())
}

/// The path below a folder; none where it lies elsewhere.
fn within<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}
