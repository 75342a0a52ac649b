//! What the next connection is served with, kept up from its sources.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use tokio_rustls::TlsAcceptor;

use super::certificate::{Certificate, provider};
use super::source::{CertificateSource, SourceError};
use super::trust::{Clients, TrustError, Trusted};

/// Why nothing can be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// There is no certificate.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There is nobody to be trusted.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The settings do not fit together.
    #[error("the settings of TLS cannot be used: {0}")]
    Settings(#[from] rustls::Error),
}

/// What connections are served with.
pub struct Serving {
    held: RwLock<Held>,
    sources: Mutex<Sources>,
    error: Mutex<Option<String>>,
}

struct Held {
    config: Arc<ServerConfig>,
    not_after: i64,
}

struct Sources {
    certificate: Box<dyn CertificateSource>,
    clients: Clients,
    shown: Certificate,
    trusted: Option<Trusted>,
}

impl Serving {
    /// Reads both for the first time.
    pub fn new(mut certificate: Box<dyn CertificateSource>, clients: Clients) -> Result<Self, TlsError> {
        let shown = certificate.current()?;
        let trusted = clients.read()?;
        let config = config(&shown, trusted.as_ref())?;
        let held = Held { config: Arc::new(config), not_after: shown.not_after };
        let sources = Sources { certificate, clients, shown, trusted };
        Ok(Self { held: RwLock::new(held), sources: Mutex::new(sources), error: Mutex::default() })
    }

    /// Looks whether there is something new, and takes it; whether there was. Call this every few seconds. Where it
    /// fails, what holds stays.
    pub fn refresh(&self) -> Result<bool, TlsError> {
        let refreshed = self.try_refresh();
        let mut error = self.error.lock().unwrap_or_else(PoisonError::into_inner);
        *error = refreshed.as_ref().err().map(ToString::to_string);
        refreshed
    }

    fn try_refresh(&self) -> Result<bool, TlsError> {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = sources.certificate.current()?;
        let trusted = sources.clients.read()?;
        if Arc::ptr_eq(&shown.key, &sources.shown.key) && trusted == sources.trusted {
            return Ok(false);
        }
        let config = config(&shown, trusted.as_ref())?;
        let held = Held { config: Arc::new(config), not_after: shown.not_after };
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
        sources.shown = shown;
        sources.trusted = trusted;
        Ok(true)
    }

    /// When the certificate ends, in seconds since 1970.
    pub fn not_after(&self) -> i64 {
        self.held.read().unwrap_or_else(PoisonError::into_inner).not_after
    }

    /// Why nothing newer could be taken; none where that worked.
    pub fn error(&self) -> Option<String> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&held.config))
    }
}

fn config(certificate: &Certificate, trusted: Option<&Trusted>) -> Result<ServerConfig, TlsError> {
    let clients: Arc<dyn ClientCertVerifier> = match trusted {
        Some(trusted) => trusted.verifier()?,
        None => WebPkiClientVerifier::no_client_auth(),
    };
    let shown: Arc<CertifiedKey> = Arc::clone(&certificate.key);
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_client_cert_verifier(clients)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // A caller that comes back must show its certificate again: it may have ended meanwhile.
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serving until {}", self.not_after())
    }
}
