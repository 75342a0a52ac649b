//! How registries are spoken to.

use std::time::Duration;

use crate::credential::Credentials;

/// How registries are spoken to.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who we are.
    pub credentials: Credentials,
    /// Registries, as `HOST` or `HOST:PORT`, that may be spoken to without TLS, or with a certificate that nobody
    /// vouches for. Those on the loopback interface always may.
    pub insecure: Vec<String>,
    /// Registries and the addresses that are asked first for their images.
    pub mirrors: Vec<(String, String)>,
    /// How long it may take until a connection stands, and how long nothing may come on it.
    pub patience: Duration,
    /// The least bytes a second that a registry must give, once `patience` has passed.
    pub least_speed: u64,
    /// How long a request and its answer may take as a whole; none: as long as bytes come.
    pub whole: Option<Duration>,
    /// How often a request is made again without anything gained.
    pub retries: u32,
    /// How long is waited before a request is made again; each time twice as long.
    pub pause: Duration,
    /// The longest that a registry may ask to wait.
    pub longest_wait: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            credentials: Credentials::none(),
            insecure: Vec::new(),
            mirrors: Vec::new(),
            patience: Duration::from_secs(30),
            whole: None,
            least_speed: 1_000,
            retries: 5,
            pause: Duration::from_millis(500),
            longest_wait: Duration::from_mins(1),
        }
    }
}
