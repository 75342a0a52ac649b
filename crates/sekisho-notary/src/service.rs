//! Requests to services: over TLS, within limits of time and size, and without redirections.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Proxy};

use crate::error::NotaryError;

/// How long a service may be silent.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most bytes of an answer: a log gives back what was entered.
const ANSWER_LIMIT: u64 = 128 << 20;
/// How much of what a service says is shown.
const SHOWN: usize = 300;

const USER_AGENT: &str = concat!("sekisho/", env!("CARGO_PKG_VERSION"));

/// Speaks to services.
#[derive(Debug, Clone)]
pub struct Services {
    agent: Agent,
    /// The same without a proxy, for this machine.
    local: Agent,
}

impl Default for Services {
    fn default() -> Self {
        Self::new()
    }
}

impl Services {
    /// What speaks to services; nothing is sent yet.
    pub fn new() -> Self {
        let authorities = rustls_native_certs::load_native_certs().certs;
        let authorities: Vec<Certificate<'static>> =
            authorities.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
        let agent = |proxy| {
            let tls = TlsConfig::builder()
                .root_certs(RootCerts::new_with_certs(&authorities))
                .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
                .build();
            let config = Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .user_agent(USER_AGENT)
                .timeout_global(Some(PATIENCE))
                .proxy(proxy)
                .tls_config(tls)
                .build();
            Agent::new_with_config(config)
        };
        Self { agent: agent(Proxy::try_from_env()), local: agent(None) }
    }

    /// Sends bytes and gives the answer.
    pub(crate) fn post(
        &self,
        url: &str,
        media_type: &str,
        accept: &str,
        bytes: &[u8],
    ) -> Result<Vec<u8>, NotaryError> {
        let server = host_of(url).to_owned();
        let agent = self.agent_of(url)?;
        let sent = agent.post(url).header("content-type", media_type).header("accept", accept).send(bytes);
        Self::read(&server, sent)
    }

    /// Asks for something, with a token for it.
    pub(crate) fn get(&self, url: &str, token: &str) -> Result<Vec<u8>, NotaryError> {
        let server = host_of(url).to_owned();
        let agent = self.agent_of(url)?;
        let sent = agent.get(url).header("authorization", format!("Bearer {token}")).call();
        Self::read(&server, sent)
    }

    /// Sends bytes with headers of their own and gives the answer.
    pub(crate) fn post_with(
        &self,
        url: &str,
        headers: &[(&str, &str)],
        bytes: &[u8],
    ) -> Result<Vec<u8>, NotaryError> {
        let server = host_of(url).to_owned();
        let mut question = self.agent_of(url)?.post(url);
        for (name, value) in headers {
            question = question.header(*name, *value);
        }
        Self::read(&server, question.send(bytes))
    }

    /// Fetches a file of not more than a number of bytes; none where the server says that there is none.
    pub fn fetch(&self, url: &str, limit: u64) -> Result<Option<Vec<u8>>, NotaryError> {
        let server = host_of(url).to_owned();
        let unreachable = |error: ureq::Error| NotaryError::Unreachable {
            server: server.clone(),
            message: error.to_string(),
        };
        let response = self.agent_of(url)?.get(url).call().map_err(unreachable)?;
        // Stores of objects answer so for what is not there, and must not be listed.
        if matches!(response.status().as_u16(), 403 | 404 | 410) {
            return Ok(None);
        }
        Self::read_within(&server, Ok(response), limit).map(Some)
    }

    /// Asks for something, with headers of their own.
    pub(crate) fn get_with(&self, url: &str, headers: &[(&str, &str)]) -> Result<Vec<u8>, NotaryError> {
        let server = host_of(url).to_owned();
        let mut question = self.agent_of(url)?.get(url);
        for (name, value) in headers {
            question = question.header(*name, *value);
        }
        Self::read(&server, question.call())
    }

    fn agent_of(&self, url: &str) -> Result<&Agent, NotaryError> {
        let is_local = is_local(host_of(url));
        let may_be_asked = url.starts_with("https://") || (url.starts_with("http://") && is_local);
        if !may_be_asked {
            return Err(NotaryError::Plain(origin_of(url).to_owned()));
        }
        Ok(if is_local { &self.local } else { &self.agent })
    }

    fn read(
        server: &str,
        sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Vec<u8>, NotaryError> {
        Self::read_within(server, sent, ANSWER_LIMIT)
    }

    fn read_within(
        server: &str,
        sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
        limit: u64,
    ) -> Result<Vec<u8>, NotaryError> {
        let unreachable = |message: String| NotaryError::Unreachable { server: server.to_owned(), message };
        let response = sent.map_err(|error| unreachable(error.to_string()))?;
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        response
            .into_body()
            .into_reader()
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| unreachable(error.to_string()))?;
        if bytes.len() as u64 > limit {
            return Err(NotaryError::TooLarge { server: server.to_owned(), limit });
        }
        if !(200..300).contains(&status) {
            let said = String::from_utf8_lossy(&bytes);
            let said: String = said.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect();
            let message = if said.is_empty() { String::new() } else { format!(": {said}") };
            return Err(NotaryError::Refused { server: server.to_owned(), status, message });
        }
        Ok(bytes)
    }
}

/// An answer that is not what was asked for.
pub(crate) fn strange(url: &str, what: impl Into<String>) -> NotaryError {
    NotaryError::Strange { server: host_of(url).to_owned(), what: what.into() }
}

pub(crate) fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// What of an address may be shown.
fn origin_of(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name == "localhost"
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}
