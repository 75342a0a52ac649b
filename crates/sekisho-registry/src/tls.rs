//! The clients of HTTP: one that trusts whom this machine trusts, one for registries that need not be vouched for,
//! and one a registry that has authorities of its own on record.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

use crate::address;

/// Where Docker and Podman keep the authorities of single registries.
const FOLDERS: [&str; 2] = ["/etc/docker/certs.d", "/etc/containers/certs.d"];

const USER_AGENT: &str = concat!("sekisho/", env!("CARGO_PKG_VERSION"));

/// The clients of HTTP, made when they are needed.
#[derive(Debug)]
pub(crate) struct Agents {
    patience: Duration,
    whole: Option<Duration>,
    /// By host, for those that are not like all others.
    known: Mutex<HashMap<(String, bool), Agent>>,
}

impl Agents {
    pub(crate) fn new(patience: Duration, whole: Option<Duration>) -> Self {
        Self { patience, whole, known: Mutex::default() }
    }

    /// The client for a host.
    pub(crate) fn of(&self, host: &str, insecure: bool) -> Agent {
        let own = if insecure { Vec::new() } else { own_authorities(host) };
        let is_local = address::is_loopback(address::without_port(host));
        let key = if own.is_empty() && !is_local { String::new() } else { host.to_owned() };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = known.get(&(key.clone(), insecure)) {
            return agent.clone();
        }
        let authorities = if insecure { Vec::new() } else { rustls_native_certs::load_native_certs().certs };
        let authorities: Vec<Certificate<'static>> =
            own.iter().chain(&authorities).map(|one| Certificate::from_der(one).to_owned()).collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&authorities))
            .disable_verification(insecure)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let proxy = if is_local { None } else { Proxy::try_from_env() };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(USER_AGENT)
            .timeout_global(self.whole)
            .timeout_connect(Some(self.patience))
            .timeout_per_read(Some(self.patience))
            .timeout_send_request(Some(self.patience))
            .timeout_recv_response(Some(self.patience))
            .proxy(proxy)
            .tls_config(tls)
            .build();
        let agent = Agent::new_with_config(config);
        known.insert((key, insecure), agent.clone());
        agent
    }
}

/// The authorities that are on record for one registry.
fn own_authorities(host: &str) -> Vec<CertificateDer<'static>> {
    // No path that a host could lead elsewhere.
    if host.contains(['/', '\\']) || host.contains("..") {
        return Vec::new();
    }
    let files = FOLDERS.iter().filter_map(|folder| fs::read_dir(Path::new(folder).join(host)).ok());
    let files = files.flatten().flatten().map(|entry| entry.path());
    let authorities = files.filter(|path| path.extension().is_some_and(|kind| kind == "crt"));
    let bytes = authorities.filter_map(|path| fs::read(path).ok());
    bytes.flat_map(|bytes| CertificateDer::pem_slice_iter(&bytes).flatten().collect::<Vec<_>>()).collect()
}
