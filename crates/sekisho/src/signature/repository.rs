//! Repositories of roots of trust: where they are, and where what is proved of them is kept.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use sekisho_notary::Services;
use sekisho_signature::algorithm::Hash;
use sekisho_tuf::{Keeper, Source, Trouble};

use crate::whole_file::write_atomically;

/// The repository of sigstore's public instance.
pub(crate) const PUBLIC_GOOD_REPOSITORY: &str = "https://tuf-repo-cdn.sigstore.dev";
/// Its root, as it stood when this program was made.
pub(crate) const PUBLIC_GOOD_ROOT: &[u8] = include_bytes!("../../data/public-good-tuf-root.json");
/// The files that a signer and a verifier need.
pub(crate) const TRUSTED_ROOT: &str = "trusted_root.json";
pub(crate) const SIGNING_CONFIG: &str = "signing_config.v0.2.json";

/// A place with files: an address, or a folder.
pub(crate) enum Place {
    Address(String, Services),
    Folder(PathBuf),
}

impl Place {
    pub(crate) fn of(text: &str, services: &Services, offline: bool) -> Result<Self> {
        if !text.contains("://") {
            return Ok(Self::Folder(PathBuf::from(text)));
        }
        if let Some(path) = text.strip_prefix("file://") {
            return Ok(Self::Folder(PathBuf::from(path)));
        }
        if offline {
            bail!("`--offline` forbids the connection that `{text}` needs");
        }
        Ok(Self::Address(text.trim_end_matches('/').to_owned(), services.clone()))
    }

    /// The bytes of a file; none where there is none.
    pub(crate) fn fetch(&self, file: &str, limit: u64) -> Result<Option<Vec<u8>>, Trouble> {
        match self {
            Self::Address(base, services) => Ok(services.fetch(&format!("{base}/{}", escaped(file)), limit)?),
            Self::Folder(folder) => {
                if file.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
                    return Err("it leads out of the repository".into());
                }
                read(&folder.join(file), limit)
            }
        }
    }
}

impl Source for Place {
    fn metadata(&self, file: &str, limit: u64) -> Result<Option<Vec<u8>>, Trouble> {
        match self {
            // The name of a role is escaped already.
            Self::Address(base, services) => Ok(services.fetch(&format!("{base}/{file}"), limit)?),
            Self::Folder(_) => self.fetch(file, limit),
        }
    }
}

/// Files of not more than a number of bytes.
fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, Trouble> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
        Ok(about) if about.len() > limit => Err(format!("it has more than {limit} bytes, the limit").into()),
        Ok(_) => Ok(Some(fs::read(path)?)),
    }
}

/// What is proved, in a folder.
pub(crate) struct Kept {
    pub(crate) folder: PathBuf,
}

/// The most bytes of a file that is kept.
const KEPT_LIMIT: u64 = 16 << 20;

impl Kept {
    /// The folder that is named, else the one of this user for a repository.
    pub(crate) fn of(named: Option<&Path>, repository: &str) -> Result<Self> {
        if let Some(folder) = named {
            return Ok(Self { folder: folder.to_owned() });
        }
        let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let folder = variable("SEKISHO_TRUST")
            .or_else(|| {
                variable("XDG_DATA_HOME")
                    .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
                    .or_else(|| variable("LOCALAPPDATA"))
                    .map(|folder| folder.join("sekisho/trust"))
            })
            .context("there is no home folder: name one with `--kept`, or set `SEKISHO_TRUST`")?;
        let digest = Hash::Sha256.of(repository.trim_end_matches('/').as_bytes());
        let name = HEXLOWER.encode(digest.get(..8).unwrap_or_default());
        let name = if repository == PUBLIC_GOOD_REPOSITORY { "public-good".to_owned() } else { name };
        Ok(Self { folder: folder.join(name) })
    }

    /// A file that was proved.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join("targets").join(name)
    }
}

impl Keeper for Kept {
    fn load(&self, role: &str) -> Result<Option<Vec<u8>>, Trouble> {
        read(&self.folder.join(format!("{role}.json")), KEPT_LIMIT)
    }

    fn keep(&mut self, role: &str, bytes: &[u8]) -> Result<(), Trouble> {
        fs::create_dir_all(&self.folder)?;
        write_atomically(&self.folder.join(format!("{role}.json")), bytes)
            .map_err(|error| format!("{error:#}").into())
    }
}

/// A path as it may stand in an address.
fn escaped(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push_str(&data_encoding::HEXUPPER.encode(&[byte]));
        }
    }
    text
}
