//! What is signed: an image of a registry, a file, or a folder of policies by the listing that its digest is one of.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use sekisho_manifest::ImageRef;
use sekisho_registry::{Client, Credentials, Held, Repository, Settings, Target};

use crate::arguments::signature::RegistryArguments;
use crate::bundle::{SourceSettings, reader};

/// The most bytes of a file that is signed.
const FILE_LIMIT: u64 = 4 << 30;

/// What is signed.
pub(crate) enum Artifact {
    /// A file, or what stands for a folder.
    Bytes {
        /// Its path.
        path: PathBuf,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// An image.
    Image(Box<Image>),
}

/// An image of a registry: what its name leads to now. From here on the digest alone counts, whatever becomes of the
/// tag.
pub(crate) struct Image {
    /// As it was named.
    pub(crate) reference: ImageRef,
    /// Its name without tag and digest.
    pub(crate) name: String,
    /// Where it lies.
    pub(crate) repository: Repository,
    /// Its manifest, or the list of those for several platforms.
    pub(crate) held: Held,
}

/// That a registry has no such image.
#[derive(Debug)]
pub(crate) struct Absent {
    server: String,
    image: String,
}

impl fmt::Display for Absent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has no `{}`", self.server, self.image)
    }
}

impl std::error::Error for Absent {}

impl Artifact {
    /// Finds what a text names.
    pub(crate) fn find(text: &str, registries: &RegistryArguments, offline: bool) -> Result<Self> {
        let path = Path::new(text);
        if path.is_dir() {
            return Self::folder(path, offline);
        }
        if path.is_file() {
            return Self::file(path);
        }
        let target = match Target::parse_prefixed(text) {
            Some(target) => target?,
            None => Target::parse_reference(text)?,
        };
        let Target::Registry(reference) = target else {
            bail!("`{text}` is no image of a registry: signatures stand beside images there");
        };
        if reference.tag.is_none() && reference.digest.is_none() && !text.contains(':') {
            bail!(
                "`{text}` is no file and no folder; for the image write `{text}:latest` or `registry:{text}`"
            );
        }
        if offline {
            bail!("`--offline` forbids the connection that `{text}` needs");
        }
        let client = Arc::new(Client::new(Settings {
            credentials: Credentials::find(&registries.registry_credentials)?,
            insecure: registries.insecure_registry.clone(),
            ..Settings::default()
        }));
        let repository = Repository::of(&client, &reference);
        let asked = reference.digest.as_deref().or(reference.requested_tag()).unwrap_or("latest");
        let held = repository.manifest(asked)?;
        let absent = || Absent { server: repository.server().to_owned(), image: text.to_owned() };
        let held = held.ok_or_else(absent)?;
        let name = reference.name().to_string();
        Ok(Self::Image(Box::new(Image { reference, name, repository, held })))
    }

    fn file(path: &Path) -> Result<Self> {
        let named = || format!("cannot read `{}`", path.display());
        if fs::metadata(path).with_context(named)?.len() > FILE_LIMIT {
            bail!("`{}` has more than {FILE_LIMIT} bytes, the limit", path.display());
        }
        Ok(Self::Bytes { path: path.to_owned(), bytes: fs::read(path).with_context(named)? })
    }

    /// A folder of policies is signed by the listing whose digest is that of the bundle.
    fn folder(path: &Path, offline: bool) -> Result<Self> {
        let mut settings = SourceSettings::default();
        settings.live.offline = offline;
        let Some(text) = path.to_str() else { bail!("`{}` is no text", path.display()) };
        let bundle = match reader(text, &settings)?.read(None)? {
            sekisho_source::Update::New(bundle) => *bundle,
            sekisho_source::Update::Same => bail!("`{text}` gives nothing"),
        };
        Ok(Self::Bytes { path: path.to_owned(), bytes: bundle.listing().into_bytes() })
    }
}

/// Where the bundle of a file lies, where nobody says it.
pub(crate) fn bundle_beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    if name.is_empty() {
        name.push("bundle");
    }
    name.push(".sigstore.json");
    path.parent().unwrap_or(Path::new("")).join(name)
}
