//! Who may call: whoever has a certificate of these authorities, and one of these names where there are any.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme};
use sekisho_cluster::Connection;

use super::certificate::provider;
use super::der::describe;
use crate::json::parsed;

/// Whose certificates are trusted.
#[derive(Debug)]
pub enum Clients {
    /// Nobody needs one: whoever reaches the port is answered.
    Anyone,
    /// Those of authorities.
    Trusted {
        /// Where the authorities are named.
        source: ClientSource,
        /// The common names that are taken; empty: those that the source names, else any.
        names: Vec<String>,
    },
}

/// Where authorities of callers are named.
pub enum ClientSource {
    /// A file of PEM.
    File(PathBuf),
    /// What the API server tells extensions: `kube-system/extension-apiserver-authentication`.
    Cluster(Connection),
}

/// Why nobody can be trusted.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file cannot be read.
    #[error("cannot read `{path}`: {error}")]
    File {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The API server does not say.
    #[error("the API server does not say whom to trust: {0}")]
    Request(#[from] sekisho_cluster::RequestError),
    /// There is no authority.
    #[error("no certificate authority for callers can be used: {0}")]
    Unusable(String),
}

/// Authorities as PEM, and names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trusted {
    pub(super) authorities: Vec<u8>,
    pub(super) names: Vec<String>,
}

const EXTENSIONS: &str = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication";

impl Clients {
    /// Reads whom to trust; none where anyone may call.
    pub(super) fn read(&self) -> Result<Option<Trusted>, TrustError> {
        let Self::Trusted { source, names } = self else { return Ok(None) };
        let mut trusted = match source {
            ClientSource::File(path) => {
                let authorities = std::fs::read(path)
                    .map_err(|error| TrustError::File { path: path.display().to_string(), error })?;
                Trusted { authorities, names: Vec::new() }
            }
            ClientSource::Cluster(connection) => {
                let map = connection.get(EXTENSIONS)?;
                let data = map.get("data");
                let text = |key: &str| data.map_or("", |data| data.str(key));
                let names = parsed(text("requestheader-allowed-names"));
                let names = names.iter().flat_map(sekisho_manifest::Node::items);
                let names = names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
                Trusted { authorities: text("requestheader-client-ca-file").as_bytes().to_vec(), names }
            }
        };
        if !names.is_empty() {
            trusted.names.clone_from(names);
        }
        Ok(Some(trusted))
    }
}

impl Trusted {
    /// What decides over callers.
    pub(super) fn verifier(&self) -> Result<Arc<dyn ClientCertVerifier>, TrustError> {
        let unusable = |why: &dyn fmt::Display| TrustError::Unusable(why.to_string());
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.authorities).collect();
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(read.map_err(|_| unusable(&"it is no PEM"))?);
        if added == 0 {
            return Err(unusable(&"there is none"));
        }
        let inner = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(provider()))
            .build()
            .map_err(|error| unusable(&error))?;
        Ok(Arc::new(Named { inner, names: self.names.clone() }))
    }
}

/// Takes those whom the authorities vouch for, if they have one of these names; where there are none, any.
#[derive(Debug)]
struct Named {
    inner: Arc<dyn ClientCertVerifier>,
    names: Vec<String>,
}

impl ClientCertVerifier for Named {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let verified = self.inner.verify_client_cert(end_entity, intermediates, now)?;
        let named = || describe(end_entity).is_some_and(|described| self.names.contains(&described.name));
        if self.names.is_empty() || named() {
            Ok(verified)
        } else {
            Err(rustls::CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

impl fmt::Debug for ClientSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Cluster(connection) => write!(f, "Cluster({})", connection.server()),
        }
    }
}
