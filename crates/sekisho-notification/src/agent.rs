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
/// How long a server may take. One that stalls holds up the watch no longer.
const PATIENCE: Duration = Duration::from_secs(5);
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
    pub(crate) fn new(address: &str) -> Self {
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
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        Self { agent, address: address.to_owned() }
    }

    /// Posts JSON.
    pub(crate) fn post(&self, body: &str) -> Result<(), NotificationError> {
        let mut last = None;
        for attempt in 0..TRIES {
            if attempt > 0 {
                thread::sleep(PAUSE * (1 << (attempt - 1)));
            }
            match self.agent.post(&self.address).header("content-type", "application/json").send(body) {
                Ok(response) => {
                    let status = response.status().as_u16();
                    if (200..300).contains(&status) {
                        return Ok(());
                    }
                    let error = NotificationError::Status { address: self.address.clone(), status };
                    if status != 429 && status < 500 {
                        return Err(error);
                    }
                    last = Some(error);
                }
                Err(error) => {
                    let (address, reason) = (self.address.clone(), error.to_string());
                    last = Some(NotificationError::Connection { address, reason });
                }
            }
        }
        Err(last.unwrap_or_else(|| NotificationError::Address(self.address.clone())))
    }
}
