//! A connection: requests and answers, with what proves who asks, within limits of time and size.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sekisho_manifest::Node;
use ureq::http::Response;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Proxy};

use crate::credential::Authorization;
use crate::error::RequestError;
use crate::gate::Gate;
use crate::identity::Identity;
use crate::kubeconfig::Access;
use crate::names::{Names, pin};
use crate::status::{Status, parse};
use crate::tls;

/// How a connection behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whom requests are made as; without a user, whom the kubeconfig says.
    pub identity: Identity,
    /// How long it may take until a connection stands, and how long nothing may come on it.
    pub patience: Duration,
    /// How often a request is made again that the server was too busy for.
    pub retries: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { identity: Identity::default(), patience: Duration::from_secs(30), retries: 4 }
    }
}

/// A connection to an API server. Several threads may use one at the same time.
#[derive(Debug)]
pub struct Connection {
    agent: Agent,
    /// The address that requests go to.
    server: String,
    authorization: Arc<Authorization>,
    headers: Vec<(String, String)>,
    names: Names,
    retries: u32,
    gate: Gate,
}

/// The most bytes of an answer that is read as a whole: discovery of a server with thousands of kinds has ten
/// megabytes.
const ANSWER_LIMIT: u64 = 64 << 20;

/// The longest that a server which is busy may ask to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

const USER_AGENT: &str = concat!("sekisho/", env!("CARGO_PKG_VERSION"));

impl Connection {
    /// Prepares a connection; a plugin that gives credentials is run, and nothing is sent yet.
    pub fn new(access: &Access, options: &Options) -> Result<Self, RequestError> {
        let mut credentials = access.credentials.clone();
        let given = match &credentials.exec {
            Some(exec) => Some(exec.run()?),
            None => None,
        };
        if let Some(pair) = given.as_ref().and_then(|given| given.certificate.clone()) {
            credentials.certificate = Some(pair);
        }
        let unreachable = |message: &str| RequestError::Unreachable {
            server: access.server.clone(),
            message: message.into(),
        };
        let proxy = match &access.proxy {
            Some(url) => Some(Proxy::new(url).map_err(|_| unreachable("its `proxy-url` is no URL"))?),
            None => Proxy::try_from_env(),
        };
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(USER_AGENT)
            .timeout_connect(Some(options.patience))
            .timeout_per_read(Some(options.patience))
            .timeout_send_request(Some(options.patience))
            .proxy(proxy);
        if access.server.starts_with("https://") {
            config = config.tls_config(tls::settings(access, credentials.certificate.as_ref())?);
        }
        let (server, pinned) = match &access.server_name {
            Some(name) => pin(&access.server, name).ok_or_else(|| unreachable("its host is not known"))?,
            None => (access.server.clone(), None),
        };
        let names = Names { pinned };
        let agent = Agent::with_parts(config.build(), DefaultConnector::default(), names.clone());
        let identity = if options.identity.user.is_some() { &options.identity } else { &access.identity };
        Ok(Self {
            agent,
            server,
            authorization: Arc::new(Authorization::new(credentials, given)),
            headers: identity.headers(),
            names,
            retries: options.retries,
            gate: Gate::default(),
        })
    }

    /// Another connection to the same server as the same user, which can be closed by itself.
    #[must_use]
    pub fn apart(&self) -> Self {
        let config = self.agent.config().clone();
        Self {
            agent: Agent::with_parts(config, DefaultConnector::default(), self.names.clone()),
            server: self.server.clone(),
            authorization: Arc::clone(&self.authorization),
            headers: self.headers.clone(),
            names: self.names.clone(),
            retries: self.retries,
            gate: Gate::default(),
        }
    }

    /// Ends every request that is under way, in whatever thread, and takes no further one.
    pub fn close(&self) {
        self.gate.close();
        self.agent.clone().shutdown();
    }

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.gate.is_closed()
    }

    /// Waits, but not longer than until the connection is closed; whether it is open still.
    pub fn pause(&self, duration: Duration) -> bool {
        self.gate.pause(duration)
    }

    /// The address that requests go to.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Reads a resource as a whole, as plain JSON.
    pub fn get(&self, path: &str) -> Result<Node, RequestError> {
        self.get_as(path, "application/json")
    }

    /// Reads a resource as a whole, in the form that `accept` asks for.
    pub fn get_as(&self, path: &str, accept: &str) -> Result<Node, RequestError> {
        let body = self.open(path, accept)?;
        self.node(path, body)
    }

    /// The server's time, to the second; none where it does not say.
    pub fn server_time(&self) -> Result<Option<Timestamp>, RequestError> {
        let response = self.ask("GET", "/version", &[("accept", "application/json")], None, None)?;
        let date = response.headers().get("date").and_then(|value| value.to_str().ok());
        Ok(date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|time| time.timestamp()))
    }

    /// Opens the answer to a request, to be read as it comes.
    pub(crate) fn open(&self, path: &str, accept: &str) -> Result<impl Read + 'static, RequestError> {
        let response = self.ask("GET", path, &[("accept", accept)], None, None)?;
        Ok(response.into_body().into_reader())
    }

    /// Opens the answer to a request on which nothing may come for so long.
    pub(crate) fn open_for(
        &self,
        path: &str,
        accept: &str,
        silence: Duration,
    ) -> Result<impl Read + 'static, RequestError> {
        let response = self.ask("GET", path, &[("accept", accept)], None, Some(silence))?;
        Ok(response.into_body().into_reader())
    }

    /// Sends a body of a media type and reads the answer as a whole, with the warnings that came with it.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: &str,
    ) -> Result<(Node, Vec<String>), RequestError> {
        let headers = [("content-type", kind), ("accept", "application/json")];
        let response = self.ask(method, path, &headers, Some(body), None)?;
        let warnings = response
            .headers()
            .get_all("warning")
            .iter()
            .filter_map(|value| String::from_utf8(value.as_bytes().to_vec()).ok())
            .map(|value| warning(&value))
            .collect();
        let node = self.node(path, response.into_body().into_reader())?;
        Ok((node, warnings))
    }

    fn node(&self, path: &str, body: impl Read) -> Result<Node, RequestError> {
        let mut bytes = Vec::new();
        body.take(ANSWER_LIMIT + 1).read_to_end(&mut bytes).map_err(|error| self.broken(&error))?;
        if bytes.len() as u64 > ANSWER_LIMIT {
            return Err(RequestError::TooLarge { path: path.to_owned(), limit: ANSWER_LIMIT });
        }
        let node = std::str::from_utf8(&bytes).ok().and_then(parse);
        node.filter(|node| node.as_mapping().is_some())
            .ok_or_else(|| RequestError::Nonsense { path: path.to_owned() })
    }

    /// Makes a request, again where the server is too busy for it, and once with a new token where it does not take
    /// the old one.
    fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
        silence: Option<Duration>,
    ) -> Result<Response<Body>, RequestError> {
        let mut renewed = false;
        let mut tries = 0;
        loop {
            let response = self.once(method, path, headers, body, silence)?;
            let code = response.status().as_u16();
            if response.status().is_success() {
                return Ok(response);
            }
            if code == 401 && !renewed && self.authorization.renew()? {
                renewed = true;
                continue;
            }
            if matches!(code, 429 | 503) && tries < self.retries {
                let asked = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
                let pause =
                    asked.and_then(|text| text.parse().ok()).map_or(1 << tries.min(3), |wait: u64| wait);
                if !self.gate.pause(Duration::from_secs(pause).min(LONGEST_WAIT)) {
                    return Err(RequestError::Closed);
                }
                tries += 1;
                continue;
            }
            let mut said = Vec::new();
            // What cannot be read adds nothing to the status.
            let _ = response.into_body().into_reader().take(ANSWER_LIMIT).read_to_end(&mut said);
            return Err(RequestError::Status(Status::read(code, &said)));
        }
    }

    fn once(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
        silence: Option<Duration>,
    ) -> Result<Response<Body>, RequestError> {
        let mut builder = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.server));
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        if let Some(header) = self.authorization.header()? {
            builder = builder.header("authorization", header.reveal());
        }
        let unreachable = |message| RequestError::Unreachable { server: self.server.clone(), message };
        // The error of a header would show it.
        let badly = |_| unreachable("the request has a header that cannot be sent".to_owned());
        let sent = match (body, silence) {
            (Some(body), _) => self.agent.run(builder.body(body).map_err(badly)?),
            (None, None) => self.agent.run(builder.body(()).map_err(badly)?),
            (None, Some(silence)) => {
                let request = self.agent.configure_request(builder.body(()).map_err(badly)?);
                self.agent.run(request.timeout_per_read(Some(silence)).build())
            }
        };
        sent.map_err(
            |error| if self.is_closed() { RequestError::Closed } else { unreachable(error.to_string()) },
        )
    }

    pub(crate) fn broken(&self, error: &std::io::Error) -> RequestError {
        if self.is_closed() {
            return RequestError::Closed;
        }
        RequestError::Unreachable { server: self.server.clone(), message: error.to_string() }
    }
}

/// The text of a `Warning` header: `299 - "text"`.
fn warning(header: &str) -> String {
    let text = header.split_once('"').map_or(header, |(_, rest)| rest.strip_suffix('"').unwrap_or(rest));
    text.replace("\\\"", "\"").replace("\\\\", "\\")
}
