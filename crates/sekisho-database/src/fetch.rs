//! One file over HTTPS: bounded, tried again with growing pauses, resumed where it broke off.

use std::io::Read;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::crypto::ring;
use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

/// The most bytes of one file.
const LARGEST: u64 = 4 << 30;
/// How often a server is asked.
const TRIES: u32 = 5;
/// The longest pause that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Why a file was not got.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// An address that is none.
    #[error("`{0}` is no address of a database: begin it with `https://`, or name a file")]
    Address(String),
    /// The server has no such file.
    #[error("`{0}` is not there: correct the address")]
    Absent(String),
    /// The server refuses.
    #[error("`{address}` answers with status {status}: correct the address, or try again later")]
    Status {
        /// The address.
        address: String,
        /// Its answer.
        status: u16,
    },
    /// The connection fails.
    #[error("cannot get `{address}`: {reason}")]
    Connection {
        /// The address.
        address: String,
        /// Why.
        reason: String,
    },
    /// It does not end.
    #[error("`{0}` has more than 4 GiB: this is no database")]
    Large(String),
}

/// Gets a file. Plain HTTP is spoken with this machine alone.
pub fn fetch(address: &str) -> Result<Vec<u8>, FetchError> {
    fetch_with(address, thread::sleep)
}

/// The same, with what passes the time between tries.
pub fn fetch_with(address: &str, pause: impl Fn(Duration)) -> Result<Vec<u8>, FetchError> {
    if !is_address(address) {
        return Err(FetchError::Address(address.to_owned()));
    }
    let agent = agent(address.starts_with("https://"));
    let mut bytes = Vec::new();
    // What the bytes so far are of: a file that changed meanwhile is begun anew.
    let mut tag = None;
    let mut last = None;
    for attempt in 0..TRIES {
        if let Some((_, wait)) = &last {
            pause(Duration::max(*wait, Duration::from_millis(500 << attempt)));
        }
        match attempt_once(&agent, address, &mut bytes, &mut tag) {
            Ok(()) => return Ok(bytes),
            Err(Trouble::Final(error)) => return Err(error),
            Err(Trouble::Passing(error, wait)) => last = Some((error, wait)),
        }
    }
    Err(last.map_or_else(|| FetchError::Address(address.to_owned()), |(error, _)| error))
}

/// Whether this is an address that may be asked.
pub fn is_address(text: &str) -> bool {
    let local = ["http://127.0.0.1", "http://[::1]", "http://localhost"];
    let is_local = local.iter().any(|begin| {
        text.strip_prefix(begin).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    text.starts_with("https://") || is_local
}

enum Trouble {
    Final(FetchError),
    /// To be tried again, not before a time has passed.
    Passing(FetchError, Duration),
}

fn attempt_once(
    agent: &Agent,
    address: &str,
    bytes: &mut Vec<u8>,
    tag: &mut Option<String>,
) -> Result<(), Trouble> {
    let mut request = agent.get(address).header("accept-encoding", "identity");
    if let (Some(tag), false) = (&tag, bytes.is_empty()) {
        request = request.header("range", format!("bytes={}-", bytes.len())).header("if-range", tag);
    }
    let connection = |reason: String| FetchError::Connection { address: address.to_owned(), reason };
    let response =
        request.call().map_err(|error| Trouble::Passing(connection(error.to_string()), Duration::ZERO))?;
    let status = response.status().as_u16();
    match status {
        200 => bytes.clear(),
        206 => {}
        404 | 410 => return Err(Trouble::Final(FetchError::Absent(address.to_owned()))),
        _ => {
            let error = FetchError::Status { address: address.to_owned(), status };
            return Err(if status == 429 || status >= 500 {
                Trouble::Passing(error, pause_asked(&response))
            } else {
                Trouble::Final(error)
            });
        }
    }
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    *tag = header("etag").filter(|tag| !tag.starts_with("W/")).map(str::to_owned);
    let length = header("content-length").and_then(|length| length.parse::<u64>().ok());
    let before = bytes.len() as u64;
    let read = response.into_body().into_reader().take(LARGEST + 1 - before).read_to_end(bytes);
    if bytes.len() as u64 > LARGEST {
        return Err(Trouble::Final(FetchError::Large(address.to_owned())));
    }
    let is_short = length.is_some_and(|length| bytes.len() as u64 - before < length);
    match read {
        Ok(_) if !is_short => Ok(()),
        read => {
            if tag.is_none() {
                bytes.clear();
            }
            let reason = read.err().map_or_else(|| "it breaks off".to_owned(), |error| error.to_string());
            Err(Trouble::Passing(connection(reason), Duration::ZERO))
        }
    }
}

fn pause_asked(response: &Response<Body>) -> Duration {
    let seconds = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
    seconds.map_or(Duration::ZERO, |seconds| Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

fn agent(is_secure: bool) -> Agent {
    let authorities = rustls_native_certs::load_native_certs().certs;
    let authorities: Vec<_> = authorities.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&authorities))
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .https_only(is_secure)
        .http_status_as_error(false)
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_recv_response(Some(Duration::from_mins(1)))
        .timeout_recv_body(Some(Duration::from_mins(30)))
        .max_redirects(5)
        .user_agent(concat!("sekisho/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}
