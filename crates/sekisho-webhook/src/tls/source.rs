//! Where the certificate comes from: files that somebody else keeps up, or an authority of our own.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::authority::{Authorities, AuthorityError, Issued, Rotation};
use super::certificate::{Certificate, CertificateError};
use super::store::{Store, StoreError};

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file cannot be read.
    #[error("cannot read `{path}`: {error}")]
    File {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// What the files hold cannot be used.
    #[error("`{path}`: {error}")]
    Certificate {
        /// The file of the certificate.
        path: String,
        /// Why.
        error: CertificateError,
    },
    /// The authority cannot be kept up.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// What is kept cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where the certificate comes from.
pub trait CertificateSource: Send {
    /// The certificate to show from now on; the same value as long as nothing changed.
    fn current(&mut self) -> Result<Certificate, SourceError>;
}

/// Files of PEM, as cert-manager and others mount them.
#[derive(Debug)]
pub struct Given {
    chain: PathBuf,
    key: PathBuf,
    /// What was read last, and what it made.
    last: Option<(Vec<u8>, Vec<u8>, Certificate)>,
}

impl Given {
    /// Of a file with the certificate and those above it, and a file with the key.
    pub fn new(chain: PathBuf, key: PathBuf) -> Self {
        Self { chain, key, last: None }
    }
}

impl CertificateSource for Given {
    fn current(&mut self) -> Result<Certificate, SourceError> {
        let read = |path: &Path| {
            fs::read(path).map_err(|error| SourceError::File { path: path.display().to_string(), error })
        };
        let (chain, key) = (read(&self.chain)?, read(&self.key)?);
        if let Some((known_chain, known_key, certificate)) = &self.last
            && (known_chain, known_key) == (&chain, &key)
        {
            return Ok(certificate.clone());
        }
        let certificate = Certificate::read(&chain, &key)
            .map_err(|error| SourceError::Certificate { path: self.chain.display().to_string(), error })?;
        self.last = Some((chain, key, certificate.clone()));
        Ok(certificate)
    }
}

/// An authority of our own, which signs a certificate for each replica.
pub struct Own {
    store: Box<dyn Store>,
    names: Vec<String>,
    rotation: Rotation,
    clock: Box<dyn Fn() -> i64 + Send>,
    issued: Option<Issued>,
}

/// How often what another replica keeps at the same time is looked at again.
const ATTEMPTS: usize = 5;

impl Own {
    /// An authority that is kept in a store; certificates are for these names.
    pub fn new(store: Box<dyn Store>, names: Vec<String>, rotation: Rotation) -> Self {
        Self::with_clock(store, names, rotation, Box::new(|| Timestamp::now().as_second()))
    }

    /// The same by another clock, which tells seconds since 1970.
    pub fn with_clock(
        store: Box<dyn Store>,
        names: Vec<String>,
        rotation: Rotation,
        clock: Box<dyn Fn() -> i64 + Send>,
    ) -> Self {
        Self { store, names, rotation, clock, issued: None }
    }

    /// The authorities as they are to be, which are kept and told when this returns.
    fn authorities(&mut self, now: i64) -> Result<Authorities, SourceError> {
        for _ in 0..ATTEMPTS {
            let kept = self.store.load()?;
            let version = kept.as_ref().map(|(_, version)| version.clone());
            let known = match kept {
                Some((text, _)) => Authorities::read(&text)?,
                None => Authorities::default(),
            };
            let Some(next) = known.kept_up(now, &self.rotation)? else {
                self.store.publish(&known.bundle())?;
                return Ok(known);
            };
            if self.store.save(&next.write(), &next.bundle(), version.as_deref())? {
                self.store.publish(&next.bundle())?;
                return Ok(next);
            }
        }
        Err(StoreError::Contended.into())
    }
}

impl CertificateSource for Own {
    fn current(&mut self) -> Result<Certificate, SourceError> {
        let now = (self.clock)();
        let authorities = self.authorities(now)?;
        if let Some(issued) = self.issued.as_ref().filter(|issued| authorities.is_fresh(issued, now)) {
            return Ok(issued.certificate.clone());
        }
        let issued = authorities.issue(&self.names, now, &self.rotation)?;
        Ok(self.issued.insert(issued).certificate.clone())
    }
}
