//! A certificate with its key, as PEM files have them.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::der::describe;

/// A certificate with those above it, and its key.
#[derive(Clone)]
pub struct Certificate {
    pub(super) key: Arc<CertifiedKey>,
    /// When the first of them ends, in seconds since 1970.
    pub not_after: i64,
}

/// Why a certificate cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// There is none.
    #[error("there is no certificate in it: expected PEM")]
    NoCertificate,
    /// There is no key.
    #[error("there is no private key in it: expected PEM")]
    NoKey,
    /// They do not fit together, or the key is of an unknown kind.
    #[error("the certificate and the key cannot be used: {0}")]
    Unusable(String),
}

impl Certificate {
    /// Of PEM texts.
    pub fn read(chain: &[u8], key: &[u8]) -> Result<Self, CertificateError> {
        let chain: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let chain = chain.map_err(|_| CertificateError::NoCertificate)?;
        let first = chain.first().ok_or(CertificateError::NoCertificate)?;
        let unusable = |why: &dyn fmt::Display| CertificateError::Unusable(why.to_string());
        let described = describe(first).ok_or_else(|| unusable(&"the certificate is no X.509"))?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| CertificateError::NoKey)?;
        let key = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| unusable(&error))?;
        Ok(Self { key: Arc::new(key), not_after: described.not_after })
    }
}

impl Certificate {
    /// The certificate, and those above it.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.key.cert
    }
}

/// What computes TLS.
pub(super) fn provider() -> CryptoProvider {
    default_provider()
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate until {}", self.not_after)
    }
}
