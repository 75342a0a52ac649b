//! One request with a body, within bounded time, tried again where that may help.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::crypto::ring;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::error::NotificationError;

/// How often a server is asked.
const TRIES: u32 = 3;
/// How long a server may take, where nothing else is said.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// The pause before the second try; it doubles.
const PAUSE: Duration = Duration::from_millis(200);

/// Whether this is an address that alerts may be sent to.
pub(crate) fn is_address(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'))
}

/// What sends requests to a server.
#[derive(Debug)]
pub(crate) struct Sender {
    agent: Agent,
    address: String,
}

impl Sender {
    /// Requests to this server may take so long.
    pub(crate) fn new(address: &str, patience: Duration) -> Self {
        let mut tls =
            TlsConfig::builder().unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()));
        if address.starts_with("https://") {
            let certificates = rustls_native_certs::load_native_certs().certs;
            let certificates = certificates.iter().map(|der| Certificate::from_der(der).to_owned());
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates.collect::<Vec<_>>()));
        }
        let agent = Agent::config_builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            .max_redirects(0)
            .https_only(address.starts_with("https://"))
            .user_agent(concat!("sekisho/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(patience))
            .build()
            .new_agent();
        Self { agent, address: address.to_owned() }
    }

    /// Posts JSON, again where that may help.
    pub(crate) fn post(&self, body: &str) -> Result<(), NotificationError> {
        let mut attempt = 1;
        loop {
            match self.post_once(body) {
                Err(error) if attempt < TRIES && !error.is_final() => {
                    thread::sleep(PAUSE * (1 << (attempt - 1)));
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// Posts JSON.
    pub(crate) fn post_once(&self, body: &str) -> Result<(), NotificationError> {
        let address = || self.address.clone();
        let request = self.agent.post(&self.address).header("content-type", "application/json");
        match request.send(body).map(|response| response.status().as_u16()) {
            Ok(200..300) => Ok(()),
            Ok(status) => Err(NotificationError::Status { address: address(), status }),
            Err(error) => {
                Err(NotificationError::Connection { address: address(), reason: error.to_string() })
            }
        }
    }
}
